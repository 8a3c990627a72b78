//! Sorting, searching and counting.

use super::arrays::{Layout, Owned, elements, indices, layouts, random, shapes, wild};
use super::config;
use super::number::{Number, decode, encode};
use crate::{
    Control, Element, Error, Kind, argsort, bincount, minmax, nonzero, searchsorted, sort, topk, unique,
};
use proptest::prelude::*;
use std::cmp::Ordering;

/// NumPy's order: NaN and NaT last, complex numbers by the real part first.
fn order(kind: Kind, a: Number, b: Number) -> Ordering {
    match (a, b) {
        (Number::Int(_), Number::Int(_)) if kind == Kind::Time => {
            a.is_nan(kind).cmp(&b.is_nan(kind)).then(int(a).cmp(&int(b)))
        }
        (Number::Int(a), Number::Int(b)) => a.cmp(&b),
        _ => {
            let nan = |x: Number| (x.re().is_nan(), x.im().is_nan());
            let part = |a: f64, b: f64| a.partial_cmp(&b).unwrap_or(Ordering::Equal);
            nan(a).cmp(&nan(b)).then(part(a.re(), b.re())).then(part(a.im(), b.im()))
        }
    }
}

fn int(number: Number) -> i128 {
    if let Number::Int(number) = number { number } else { 0 }
}

/// The positions of a line in sorted order.
fn sorted(kind: Kind, line: &[Number]) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..line.len()).collect();
    positions.sort_by(|&a, &b| order(kind, line[a], line[b]));
    positions
}

/// The indices of each line along an axis.
fn lines(shape: &[usize], axis: usize) -> Vec<Vec<Vec<usize>>> {
    let mut across = shape.to_vec();
    across[axis] = 1;
    let line = |first: Vec<usize>| {
        (0..shape[axis]).map(|at| [&first[..axis], &[at], &first[axis + 1..]].concat()).collect()
    };
    indices(&across).into_iter().map(line).collect()
}

/// Numbers of which many are equal, or all sorts of them.
fn values(seed: u64, few: bool) -> impl FnMut(usize) -> Number {
    let (mut wild, mut next) = (wild(seed), random(seed));
    move |i| if few { Number::Int(i128::from(next() % 7)) } else { wild(i) }
}

fn check(element: Element, shape: &[usize], layouts: &[Layout; 2], axis: usize, seed: u64, few: bool) {
    let source = Owned::new(element, shape, &layouts[0], values(seed, few));
    let i64s = Element::native(Kind::I64).expect("a number");
    let mut positions = Owned::new(i64s, shape, &layouts[1], |_| Number::Int(-1));
    let control = Control::new();
    assert_eq!(argsort(&source.array(), axis, &positions.target(), &control), Ok(()));
    assert_eq!(control.done(), 2 * source.indices().len() as u64);
    let mut own = source.clone();
    assert_eq!(sort(&own.target(), axis, &Control::new()), Ok(()));
    for line in lines(shape, axis) {
        let numbers: Vec<Number> = line.iter().map(|index| source.get(index)).collect();
        let expected = sorted(element.kind, &numbers);
        for (index, at) in line.iter().zip(expected) {
            assert_eq!(positions.get(index), Number::Int(at as i128));
            assert!(own.get(index).same(numbers[at]), "{:?} instead of {:?}", own.get(index), numbers[at]);
        }
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn sorts_lines_of_any_kind_and_layout(
        (element, shape) in (elements(), shapes()),
        layouts in [layouts(false), layouts(false)],
        (axis, seed, few) in (0usize..4, any::<u64>(), any::<bool>()),
    ) {
        prop_assume!(axis < shape.len());
        check(element, &shape, &layouts, axis, seed, few);
    }

    #[test]
    fn sorts_long_lines_on_all_threads(
        element in elements(),
        len in 400usize..3000,
        layouts in [layouts(false), layouts(false)],
        (seed, few) in (any::<u64>(), any::<bool>()),
    ) {
        check(element, &[len], &layouts, 0, seed, few);
        check(element, &[2, len / 2], &layouts, 1, seed, few);
    }
}

fn int64s(shape: &[usize]) -> Owned {
    Owned::packed(Element::native(Kind::I64).expect("a number"), shape, |_| Number::Int(-1))
}

fn native(kind: Kind) -> Element {
    Element::native(kind).expect("a number")
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn finds_the_best_of_each_line(
        (element, shape) in (elements(), shapes()),
        layout in layouts(false),
        (axis, seed, few, largest, k) in (0usize..4, any::<u64>(), any::<bool>(), any::<bool>(), 0usize..40),
    ) {
        prop_assume!(axis < shape.len() && k <= shape[axis]);
        let source = Owned::new(element, &shape, &layout, values(seed, few));
        let mut to = shape.clone();
        to[axis] = k;
        let mut best = Owned::packed(element, &to, |_| Number::Int(0));
        let mut positions = int64s(&to);
        let (values, places) = (best.target(), positions.target());
        prop_assert_eq!(topk(&source.array(), axis, largest, &values, &places, &Control::new()), Ok(()));
        let kind = element.kind;
        for (line, found) in lines(&shape, axis).iter().zip(lines(&to, axis)) {
            let numbers: Vec<Number> = line.iter().map(|index| source.get(index)).collect();
            let mut expected: Vec<usize> = (0..numbers.len()).collect();
            expected.sort_by(|&a, &b| {
                let (x, y) = (numbers[a], numbers[b]);
                x.is_nan(kind).cmp(&y.is_nan(kind)).then_with(|| match (x.is_nan(kind), largest) {
                    (true, _) => Ordering::Equal,
                    (false, true) => order(kind, y, x),
                    (false, false) => order(kind, x, y),
                })
            });
            for (index, at) in found.iter().zip(expected) {
                prop_assert_eq!(positions.get(index), Number::Int(at as i128));
                prop_assert!(best.get(index).same(numbers[at]));
            }
        }
    }

    #[test]
    fn counts_different_elements(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        (seed, few) in (any::<u64>(), any::<bool>()),
    ) {
        let source = Owned::new(element, &shape, &layout, values(seed, few));
        let kind = element.kind;
        let mut numbers = source.numbers();
        numbers.sort_by(|&a, &b| order(kind, a, b));
        let is_same = |a: Number, b: Number| {
            order(kind, a, b) == Ordering::Equal || (a.is_nan(kind) && b.is_nan(kind))
        };
        let expected: Vec<&[Number]> = numbers.chunk_by(|&a, &b| is_same(a, b)).collect();
        let found = unique(&source.array(), &Control::new()).expect("numbers");
        prop_assert_eq!(found.len(), expected.len());
        let mut elements = Owned::packed(element, &[found.len()], |_| Number::Int(0));
        let mut counts = int64s(&[found.len()]);
        prop_assert_eq!(found.store(&elements.target(), &counts.target()), Ok(()));
        for (at, group) in expected.into_iter().enumerate() {
            prop_assert!(is_same(elements.get(&[at]), group[0]));
            prop_assert_eq!(counts.get(&[at]), Number::Int(group.len() as i128));
        }
    }

    #[test]
    fn finds_what_is_not_zero(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        (seed, few) in (any::<u64>(), any::<bool>()),
    ) {
        prop_assume!(!shape.is_empty());
        let source = Owned::new(element, &shape, &layout, values(seed, few));
        let is_true = |index: &Vec<usize>| source.get(index).is_true();
        let expected: Vec<Vec<usize>> = source.indices().into_iter().filter(is_true).collect();
        let mut found = int64s(&[shape.len(), expected.len()]);
        prop_assert_eq!(nonzero(&source.array(), &found.target(), &Control::new()), Ok(()));
        for (at, index) in expected.into_iter().enumerate() {
            for (axis, place) in index.into_iter().enumerate() {
                prop_assert_eq!(found.get(&[axis, at]), Number::Int(place as i128));
            }
        }
        let mut other = int64s(&[shape.len(), source.indices().len() + 1]);
        let mismatch = nonzero(&source.array(), &other.target(), &Control::new());
        let is_refused = matches!(mismatch, Err(Error::Mismatch { .. }));
        prop_assert!(is_refused);
    }

    #[test]
    fn counts_whole_numbers(
        shape in prop::collection::vec(0usize..40, 1..3),
        (swapped, seed, len) in (any::<bool>(), any::<u64>(), 1usize..30),
        kind in prop::sample::select(vec![Kind::Bool, Kind::I8, Kind::U16, Kind::I32, Kind::I64, Kind::U64]),
    ) {
        let mut next = random(seed);
        let len = if kind == Kind::Bool { 2 } else { len };
        let element = Element { swapped, ..native(kind) };
        let source = Owned::packed(element, &shape, |_| Number::Int(i128::from(next()) % len as i128));
        let mut counts = int64s(&[len]);
        prop_assert_eq!(bincount(&source.array(), &counts.target(), &Control::new()), Ok(()));
        for at in 0..len {
            let count = source.numbers().iter().filter(|&&number| number == Number::Int(at as i128)).count();
            prop_assert_eq!(counts.get(&[at]), Number::Int(count as i128));
        }
        let mut few = int64s(&[0]);
        let result = bincount(&source.array(), &few.target(), &Control::new());
        prop_assert_eq!(result.is_err(), !source.indices().is_empty());
    }

    #[test]
    fn finds_places_in_sorted_elements(
        (element, other, shape, layout) in (elements(), elements(), shapes(), layouts(false)),
        (seed, few, right, len) in (any::<u64>(), any::<bool>(), any::<bool>(), 0usize..200),
    ) {
        let Some(kind) = element.kind.promote(other.kind) else { return Ok(()) };
        let mut sorted = Owned::packed(element, &[len], values(seed, few));
        prop_assert_eq!(sort(&sorted.target(), 0, &Control::new()), Ok(()));
        let needles = Owned::new(other, &shape, &layout, values(seed ^ 1, few));
        let mut places = int64s(&shape);
        let target = places.target();
        let result = searchsorted(&sorted.array(), &needles.array(), kind, right, &target, &Control::new());
        prop_assert_eq!(result, Ok(()));
        let convert = |from: Element, number: Number| {
            if from.kind == kind { number } else { decode(kind, &encode(kind, number)) }
        };
        let line: Vec<Number> = sorted.numbers().into_iter().map(|x| convert(element, x)).collect();
        for index in needles.indices() {
            let needle = convert(other, needles.get(&index));
            let before = |x: &&Number| match order(kind, **x, needle) {
                Ordering::Less => true,
                Ordering::Equal => right,
                Ordering::Greater => false,
            };
            let expected = line.iter().filter(before).count();
            prop_assert_eq!(places.get(&index), Number::Int(expected as i128));
        }
    }

    #[test]
    fn finds_both_bounds(
        (element, shape, layout, seed) in (elements(), shapes(), layouts(true), any::<u64>()),
    ) {
        let source = Owned::new(element, &shape, &layout, wild(seed));
        let kind = element.kind;
        let mut bounds = Owned::packed(element, &[2], |_| Number::Int(0));
        let result = minmax(&source.array(), &bounds.target(), &Control::new());
        let numbers = source.numbers();
        if numbers.is_empty() {
            prop_assert_eq!(result, Err(Error::Empty));
        } else if let Some(&nan) = numbers.iter().find(|number| number.is_nan(kind)) {
            prop_assert!(kind.is_complex() || bounds.get(&[0]).same(nan) && bounds.get(&[1]).same(nan));
        } else {
            let least = numbers.iter().copied().min_by(|&a, &b| order(kind, a, b));
            let most = numbers.iter().copied().max_by(|&a, &b| order(kind, a, b));
            prop_assert!(least.is_some_and(|least| bounds.get(&[0]).same(least)));
            prop_assert!(most.is_some_and(|most| bounds.get(&[1]).same(most)));
        }
    }
}

#[test]
fn keeps_every_bit_of_floats() {
    let element = Element::native(Kind::F32).expect("a number");
    let bits = [0x7fc0_0001u32, 0, 0xffc0_0002, 0x8000_0000, 0x7f80_0000, 0xff80_0000];
    let mut array = Owned::packed(element, &[6], |_| Number::Int(0));
    array.memory[..24].copy_from_slice(&bits.map(u32::to_ne_bytes).concat());
    assert_eq!(sort(&array.target(), 0, &Control::new()), Ok(()));
    let sorted = [0xff80_0000, 0x8000_0000, 0, 0x7f80_0000, 0x7fc0_0001, 0xffc0_0002u32];
    assert_eq!(array.memory[..24], sorted.map(u32::to_ne_bytes).concat());
}

#[test]
fn refuses_opaque_elements_and_stops_when_cancelled() {
    let mut opaque = Owned::packed(Element::opaque(3), &[0], |_| Number::Int(0));
    assert!(matches!(sort(&opaque.target(), 0, &Control::new()), Err(Error::Unsupported { .. })));
    let element = Element::native(Kind::I32).expect("a number");
    let mut array = Owned::packed(element, &[1000], |i| Number::Int(-(i as i128)));
    let control = Control::new();
    control.cancel();
    assert_eq!(sort(&array.target(), 0, &control), Err(Error::Cancelled));
    assert_eq!(array.get(&[0]), Number::Int(0));
}
