//! Sorting, searching and counting.

use super::arrays::{Layout, Owned, elements, indices, layouts, random, shapes, wild};
use super::config;
use super::number::Number;
use crate::{Control, Element, Error, Kind, argsort, sort};
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
