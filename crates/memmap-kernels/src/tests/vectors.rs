//! Loops that go through many elements at a time, at lengths that leave some over, with few elements that are special.

use super::arrays::{Owned, elements, layouts, random, tame};
use super::config;
use super::number::{Number, decode, encode};
use crate::{
    ArrayRef, Comparison, Control, Element, Kind, Params, Reduction, Value, assign, compare, reduce,
    reduce_all, take,
};
use proptest::prelude::*;

fn native(kind: Kind) -> Element {
    Element::native(kind).expect("a number")
}

/// Small whole numbers, and NaN at some places.
fn with_nan(seed: u64, places: Vec<usize>) -> impl FnMut(usize) -> Number {
    let mut next = random(seed);
    move |i| {
        if places.contains(&i) { Number::Real(f64::NAN) } else { Number::Int(i128::from(next() % 19) - 9) }
    }
}

/// The place of the best element: of the first NaN, or the first of equals.
fn best(kind: Kind, numbers: &[Number], max: bool) -> usize {
    if let Some(place) = numbers.iter().position(|number| number.is_nan(kind)) {
        return place;
    }
    let beats = |a: f64, b: f64| if max { a > b } else { a < b };
    (1..numbers.len()).fold(0, |at, i| if beats(numbers[i].re(), numbers[at].re()) { i } else { at })
}

fn positions(source: &Owned, max: bool, axis: usize) -> Vec<Number> {
    let mut axes = [false; 2];
    axes[axis] = true;
    let mut target = Owned::packed(native(Kind::I64), &[source.shape[1 - axis]], |_| Number::Int(-1));
    let op = if max { Reduction::ArgMax } else { Reduction::ArgMin };
    let done = reduce(op, &source.array(), &axes, &Params::default(), &target.target(), &Control::new());
    assert_eq!(done, Ok(()));
    target.numbers()
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn finds_the_best_of_a_run(
        kind in prop::sample::select(vec![Kind::I8, Kind::U16, Kind::I32, Kind::I64, Kind::F32, Kind::F64, Kind::Time]),
        len in prop_oneof![1usize..300, 300usize..3000],
        nan in prop::collection::vec(0usize..6000, 0..3),
        (seed, max) in any::<(u64, bool)>(),
    ) {
        let nan = if kind.is_integer() { Vec::new() } else { nan };
        let source = Owned::packed(native(kind), &[len], with_nan(seed, nan));
        let numbers = source.numbers();
        let place = best(kind, &numbers, max);
        let ops = if max { [Reduction::Max, Reduction::ArgMax] } else { [Reduction::Min, Reduction::ArgMin] };
        let [value, index] =
            ops.map(|op| reduce_all(op, &source.array(), &Params::default(), &Control::new()).expect("elements"));
        prop_assert_eq!(index, Value::I64(place as i64));
        let (got, expected) = (value.to_f64().0, numbers[place].re());
        prop_assert!(numbers[place].is_nan(kind) || got == expected, "{} instead of {}", got, expected);
        prop_assert!(!numbers[place].is_nan(kind) || kind == Kind::Time || got.is_nan());
    }

    #[test]
    fn finds_the_best_of_each_column(
        kind in prop::sample::select(vec![Kind::U8, Kind::I16, Kind::F32, Kind::F64]),
        (rows, columns) in (1usize..300, 9usize..40),
        nan in prop::collection::vec(0usize..6000, 0..4),
        (seed, max) in any::<(u64, bool)>(),
    ) {
        let nan = if kind == Kind::U8 || kind == Kind::I16 { Vec::new() } else { nan };
        let source = Owned::packed(native(kind), &[rows, columns], with_nan(seed, nan));
        let numbers = source.numbers();
        for (column, got) in positions(&source, max, 0).into_iter().enumerate() {
            let own: Vec<Number> = (0..rows).map(|row| numbers[row * columns + column]).collect();
            let place = best(kind, &own, max);
            prop_assert!(got.same(Number::Int(place as i128)), "column {}: {:?} instead of {}", column, got, place);
        }
    }

    #[test]
    fn deviations_of_columns_are_those_of_each(
        kind in prop::sample::select(vec![Kind::F32, Kind::F64, Kind::C64, Kind::C128]),
        (rows, columns) in (1usize..300, 9usize..40),
        seed: u64,
    ) {
        let source = Owned::packed(native(kind), &[rows, columns], tame(seed));
        let real = native(if kind == Kind::F32 || kind == Kind::C64 { Kind::F32 } else { Kind::F64 });
        let mut target = Owned::packed(real, &[columns], |_| Number::Int(0));
        let done =
            reduce(Reduction::Var, &source.array(), &[true, false], &Params::default(), &target.target(), &Control::new());
        prop_assert_eq!(done, Ok(()));
        let numbers = source.numbers();
        for (column, got) in target.numbers().into_iter().enumerate() {
            let own = || (0..rows).map(|row| numbers[row * columns + column]);
            let count = rows as f64;
            let mean = own().fold((0.0, 0.0), |sum, x| (sum.0 + x.re() / count, sum.1 + x.im() / count));
            let apart = own().map(|x| (x.re() - mean.0).powi(2) + (x.im() - mean.1).powi(2));
            let expected = apart.sum::<f64>() / count;
            prop_assert!((got.re() - expected).abs() <= 1e-4 * (1.0 + expected), "{:?} instead of {}", got, expected);
        }
    }

    #[test]
    fn comparisons_with_one_number_are_those_with_many(
        kind in prop::sample::select(vec![
            Kind::I8, Kind::U16, Kind::I32, Kind::U64, Kind::F32, Kind::F64, Kind::C64, Kind::Time,
        ]),
        op in prop::sample::select(Comparison::ALL.to_vec()),
        len in 2usize..300,
        nan in prop::collection::vec(0usize..600, 0..3),
        (seed, left) in any::<(u64, bool)>(),
    ) {
        let nan = if kind.is_integer() { Vec::new() } else { nan };
        let source = Owned::packed(native(kind), &[len], with_nan(seed, nan));
        let one = source.numbers()[len / 2];
        let many = Owned::packed(native(kind), &[len], |_| one);
        // SAFETY: one element of `many`, for any index.
        let scalar = unsafe { ArrayRef::new(many.memory.as_ptr(), native(kind), vec![len], vec![0]) };
        let [got, expected] = [scalar, many.array()].map(|other| {
            let mut target = Owned::packed(native(Kind::Bool), &[len], |_| Number::Int(0));
            let (a, b) = if left { (other, source.array()) } else { (source.array(), other) };
            let done = compare(op, &a, &b, &target.target(), &Control::new());
            assert_eq!(done, Ok(()));
            target.memory
        });
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn sums_of_elements_apart_are_those_of_a_copy(
        kind in prop::sample::select(vec![Kind::F32, Kind::F64, Kind::C64, Kind::C128]),
        (len, step, seed) in (1usize..3000, -6isize..7, any::<u64>()),
    ) {
        prop_assume!(step != 0);
        let element = native(kind);
        let wide = Owned::packed(element, &[(len - 1) * step.unsigned_abs() + 1], tame(seed));
        let first = if step < 0 { wide.memory.len() - element.size } else { 0 };
        let ptr = wide.memory.as_ptr().wrapping_add(first);
        // SAFETY: the elements are those of `wide` from one end to the other.
        let source = unsafe { ArrayRef::new(ptr, element, vec![len], vec![step * element.size as isize]) };
        let mut copy = Owned::packed(element, &[len], |_| Number::Int(0));
        prop_assert_eq!(assign(&source, &copy.target(), &Control::new()), Ok(()));
        let [got, expected] =
            [source, copy.array()].map(|array| reduce_all(Reduction::Sum, &array, &Params::default(), &Control::new()));
        prop_assert_eq!(format!("{got:?}"), format!("{expected:?}"));
    }

    #[test]
    fn copies_elements_apart(element in elements(), len in 0usize..300, step in -3isize..4, seed: u64) {
        prop_assume!(step != 0);
        let wide = Owned::packed(element, &[len.max(1) * step.unsigned_abs()], tame(seed));
        let all = wide.numbers();
        let places: Vec<usize> = (0..len)
            .map(|i| i * step.unsigned_abs())
            .map(|place| if step < 0 { (len - 1) * step.unsigned_abs() - place } else { place })
            .collect();
        let first = places.first().map_or(0, |place| place * element.size);
        // The last element ends the memory, so that nothing may be read behind it.
        let memory = wide.memory[..(len.max(1) - 1) * step.unsigned_abs() * element.size + element.size].to_vec();
        let ptr = memory.as_ptr().wrapping_add(first);
        // SAFETY: the places are those of elements of `memory`.
        let source = unsafe { ArrayRef::new(ptr, element, vec![len], vec![step * element.size as isize]) };
        let mut target = Owned::packed(element, &[len], |_| Number::Int(0));
        prop_assert_eq!(assign(&source, &target.target(), &Control::new()), Ok(()));
        for (got, place) in target.numbers().into_iter().zip(places) {
            prop_assert!(got.same(all[place]));
        }
    }

    #[test]
    fn converts_floats_of_which_few_are_large(
        from in prop::sample::select(vec![Kind::F32, Kind::F64]),
        to in prop::sample::select(vec![Kind::I8, Kind::U8, Kind::I16, Kind::I32, Kind::U32, Kind::I64]),
        len in 1usize..600,
        large in prop::collection::vec((0usize..600, any::<u64>()), 0..3),
        (seed, in_place) in any::<(u64, bool)>(),
    ) {
        let mut small = tame(seed);
        let mut source = Owned::packed(native(from), &[len], |i| match large.iter().find(|(place, _)| *place == i) {
            Some((_, bits)) => Number::Real(f64::from_bits(*bits)),
            None => small(i),
        });
        let expected: Vec<Number> =
            source.numbers().into_iter().map(|x| decode(to, &encode(to, x))).collect();
        let array = source.array();
        let mut target = Owned::packed(native(to), &[len], |_| Number::Int(0));
        let same_place = in_place && native(from).size == native(to).size;
        if same_place {
            target.memory.clone_from(&source.memory);
            source = Owned::packed(native(to), &[len], |_| Number::Int(0));
            let own = target.target();
            // SAFETY: the same memory, read as what it holds.
            let array = unsafe { ArrayRef::new(own.as_ref().ptr, native(from), vec![len], array.strides.clone()) };
            prop_assert_eq!(assign(&array, &own, &Control::new()), Ok(()));
        } else {
            prop_assert_eq!(assign(&array, &target.target(), &Control::new()), Ok(()));
        }
        drop(source);
        for (got, expected) in target.numbers().into_iter().zip(expected) {
            prop_assert!(got.same(expected), "{:?} instead of {:?}", got, expected);
        }
    }

    #[test]
    fn takes_along_the_last_axis(
        element in elements(),
        (rows, columns) in (1usize..60, 1usize..60),
        (layout, seed) in (layouts(false), any::<u64>()),
        picks in prop::collection::vec(any::<usize>(), 0..60),
    ) {
        let source = Owned::new(element, &[rows, columns], &layout, tame(seed));
        let indices: Vec<i64> = picks.iter().map(|pick| (pick % columns) as i64).collect();
        let mut target = Owned::packed(element, &[rows, indices.len()], |_| Number::Int(0));
        prop_assert_eq!(take(&source.array(), 1, &indices, &target.target(), &Control::new()), Ok(()));
        for (place, got) in target.indices().into_iter().zip(target.numbers()) {
            prop_assert!(got.same(source.get(&[place[0], indices[place[1]] as usize])));
        }
    }

    #[test]
    fn compares_integers_with_one_number(
        kind in prop::sample::select(vec![Kind::I8, Kind::U8, Kind::I16, Kind::U16, Kind::I32, Kind::U32, Kind::U64]),
        (scalar, exchanged) in (prop_oneof![-9i64..300, any::<i64>(), any::<i32>().prop_map(i64::from)], any::<bool>()),
        op in prop::sample::select(Comparison::ALL.to_vec()),
        (len, seed) in (2usize..200, any::<u64>()),
    ) {
        let mut next = random(seed);
        let array = Owned::packed(native(kind), &[len], |_| Number::Int(i128::from(next() % 512) - 128));
        let one = Owned::packed(native(Kind::I64), &[1], |_| Number::Int(i128::from(scalar)));
        let one = ArrayRef { shape: vec![len].into(), strides: vec![0].into(), ..one.array() };
        let mut target = Owned::packed(native(Kind::Bool), &[len], |_| Number::Int(0));
        let (a, b) = if exchanged { (one, array.array()) } else { (array.array(), one) };
        prop_assert_eq!(compare(op, &a, &b, &target.target(), &Control::new()), Ok(()));
        for (number, got) in array.numbers().into_iter().zip(target.numbers()) {
            let Number::Int(number) = number else { panic!("an integer") };
            let (a, b) =
                if exchanged { (i128::from(scalar), number) } else { (number, i128::from(scalar)) };
            let expected = match op {
                Comparison::Lt => a < b,
                Comparison::Le => a <= b,
                Comparison::Eq => a == b,
                Comparison::Ne => a != b,
                Comparison::Ge => a >= b,
                Comparison::Gt => a > b,
            };
            prop_assert!(got.same(Number::Int(i128::from(expected))), "{} {:?} {}: {:?}", a, op, b, got);
        }
    }
}
