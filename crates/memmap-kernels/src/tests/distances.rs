//! How far apart two arrays are.

use super::arrays::{Owned, indices, layouts, random, shapes};
use super::config;
use super::number::Number;
use crate::{Columns, Control, Distances, Element, Error, Farthest, Kind, Tolerance, all_close, distances};
use proptest::prelude::*;

/// Numbers close to each other and apart, zeros, NaN and infinities.
fn values(seed: u64) -> impl FnMut(usize) -> Number {
    let mut next = random(seed);
    move |_| match next() % 16 {
        0 => Number::Real(f64::NAN),
        1 => Number::Real(f64::INFINITY),
        2 => Number::Real(0.0),
        3 => Number::Real(f64::from(next() as i16)),
        _ => Number::Real((next() % 4) as f64 - 1.5),
    }
}

/// Element by element, by what the words say.
fn expected(
    a: &Owned,
    b: &Owned,
    tolerance: Tolerance,
    single: bool,
    rank: impl Fn(usize) -> usize,
) -> Distances {
    let mut found = Distances::default();
    let round = |x: f64| if single { f64::from(x as f32) } else { x };
    let larger = |best: &mut Option<Farthest>, distance: f64, place: usize| {
        if distance > best.map_or(0.0, |best| best.distance) {
            *best = Some(Farthest { distance, rest: 0.0, place });
        }
    };
    for (place, (a, b)) in a.numbers().into_iter().zip(b.numbers()).enumerate() {
        let (a, b) = (a.re(), b.re());
        let distance = round((a - b).abs());
        let bound = round(round(tolerance.atol) + round(round(tolerance.rtol) * b.abs()));
        let close = a == b
            || (tolerance.equal_nan && a.is_nan() && b.is_nan())
            || (distance <= bound && b.is_finite());
        if !close {
            found.differing += 1;
            found.first = Some(found.first.map_or(rank(place), |first| first.min(rank(place))));
        }
        larger(&mut found.absolute, distance, place);
        if b != 0.0 {
            larger(&mut found.relative, distance / b.abs(), place);
        }
    }
    found
}

fn real() -> impl Strategy<Value = Element> {
    let kinds = prop::sample::select(vec![Kind::I16, Kind::U32, Kind::I64, Kind::F32, Kind::F64]);
    (kinds, any::<bool>())
        .prop_map(|(kind, swapped)| Element { swapped, ..Element::native(kind).expect("a number") })
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn are_those_of_the_elements_one_by_one(
        (left, right, shape) in (real(), real(), shapes()),
        layouts in (layouts(true), layouts(true)),
        (rtol, atol, equal_nan) in (prop::sample::select(vec![0.0, 1e-3, 1.0]), prop::sample::select(vec![0.0, 0.5, 2.0]), any::<bool>()),
        seed: u64,
    ) {
        let a = Owned::new(left, &shape, &layouts.0, values(seed));
        let b = Owned::new(right, &shape, &layouts.1, values(seed / 3));
        let tolerance = Tolerance { rtol, atol, equal_nan };
        let single = matches!((left.kind, right.kind), (Kind::F32 | Kind::I16, Kind::F32));
        let found = distances(&a.array(), &b.array(), tolerance, None, &Control::new());
        prop_assert_eq!(found.clone(), Ok(expected(&a, &b, tolerance, single, |place| place)));
        let close = all_close(&a.array(), &b.array(), tolerance, &Control::new());
        prop_assert_eq!(close, found.map(|found| found.differing == 0));
    }

    #[test]
    fn the_first_of_a_stretch_of_columns_is_that_in_c_order(
        shape in prop::collection::vec(1usize..9, 1..4),
        (before, part) in (0usize..500, 1usize..500),
        sparse in 1u64..60,
        seed: u64,
    ) {
        let total: usize = shape.iter().product();
        let before = before % total;
        let len = (part % (total - before)).max(1);
        // The rank of each place, worked out from all indices.
        let mut in_columns = indices(&shape);
        in_columns.sort_by_key(|index| index.iter().rev().copied().collect::<Vec<_>>());
        let in_c = indices(&shape);
        let rank = |place: usize| in_c.iter().position(|index| *index == in_columns[before + place]).expect("a place");
        let element = Element::native(Kind::F32).expect("a number");
        let mut next = random(seed);
        let a = Owned::packed(element, &[len], |_| Number::Real(f64::from(u8::from(next().is_multiple_of(sparse)))));
        let b = Owned::packed(element, &[len], |_| Number::Real(0.0));
        let tolerance = Tolerance { rtol: 0.0, atol: 0.0, equal_nan: false };
        let columns = Columns { before, shape: shape.clone() };
        let found = distances(&a.array(), &b.array(), tolerance, Some(&columns), &Control::new());
        prop_assert_eq!(found, Ok(expected(&a, &b, tolerance, true, rank)));
    }
}

/// 64-bit integers that are close to each other, to powers of two and to the ends of their range.
fn integers(kind: Kind, seed: u64) -> impl FnMut(usize) -> Number {
    let mut next = random(seed);
    move |_| {
        let near = |x: i128, by: u64| x + i128::from(by % 4) - 2;
        let value = match next() % 6 {
            0 => near(1 << 53, next()),
            1 => near(1 << (next() % 64), next()),
            2 => near(i128::from(i64::MAX), next()),
            3 => near(i128::from(u64::MAX), next()),
            4 => near(i128::from(i64::MIN), next()),
            _ => near(0, next()),
        };
        match kind {
            Kind::I64 => Number::Int(value.clamp(i64::MIN.into(), i64::MAX.into())),
            Kind::U64 => Number::Int(value.clamp(0, u64::MAX.into())),
            _ => Number::Real(value as f64),
        }
    }
}

/// The exact integer, for numbers of [`integers`].
fn whole(number: Number) -> i128 {
    if let Number::Int(value) = number { value } else { number.re() as i128 }
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn integers_of_64_bits_are_measured_exactly(
        kinds in (prop::sample::select(vec![Kind::I64, Kind::U64, Kind::F64, Kind::C128]), prop::sample::select(vec![Kind::I64, Kind::U64])),
        exchanged: bool,
        (rtol, atol) in (prop::sample::select(vec![0.0, 1e-19, 1e-16, 1.0]), prop::sample::select(vec![0.0, 1.0, 2.0, 1024.0])),
        len in 1usize..40,
        seed: u64,
    ) {
        let (left, right) = if exchanged { (kinds.1, kinds.0) } else { kinds };
        let of = |kind, seed| Owned::packed(Element::native(kind).expect("a number"), &[len], integers(kind, seed));
        let (a, b) = (of(left, seed), of(right, seed / 2));
        let tolerance = Tolerance { rtol, atol, equal_nan: false };
        let found = distances(&a.array(), &b.array(), tolerance, None, &Control::new()).expect("distances");
        let pairs: Vec<_> = a.numbers().into_iter().zip(b.numbers()).map(|(a, b)| (whole(a), whole(b))).collect();
        let far = |(a, b): &(i128, i128)| (a - b).unsigned_abs() > (atol + rtol * (*b as f64).abs()) as u128;
        prop_assert_eq!(found.differing, pairs.iter().filter(|pair| far(pair)).count());
        prop_assert_eq!(found.first, pairs.iter().position(far));
        let most = pairs.iter().map(|(a, b)| (a - b).unsigned_abs()).max().expect("elements");
        let place = pairs.iter().position(|(a, b)| (a - b).unsigned_abs() == most).expect("a place");
        let absolute = found.absolute.map(|far| (far.distance as i128 + far.rest as i128, far.place));
        prop_assert_eq!(absolute, (most > 0).then_some((most.cast_signed(), place)));
        let close = all_close(&a.array(), &b.array(), tolerance, &Control::new());
        prop_assert_eq!(close, Ok(found.differing == 0));
    }
}

#[test]
fn halves_and_complex_numbers_are_rounded_as_they_are() {
    let of = |kind, number| Owned::packed(Element::native(kind).expect("a number"), &[3], move |_| number);
    let tolerance = Tolerance { rtol: 0.0, atol: 0.0, equal_nan: true };
    let of_pair = |a: &Owned, b: &Owned| {
        distances(&a.array(), &b.array(), tolerance, None, &Control::new()).expect("distances")
    };
    let halves = of_pair(&of(Kind::F16, Number::Real(2048.0)), &of(Kind::F16, Number::Real(0.5)));
    // 2047.5 lies halfway between two halves.
    assert_eq!(halves.absolute, Some(Farthest { distance: 2048.0, rest: 0.0, place: 0 }));
    assert_eq!(halves.differing, 3);
    let complex =
        of_pair(&of(Kind::C128, Number::Complex(3.0, 5.0)), &of(Kind::C128, Number::Complex(0.0, 1.0)));
    assert_eq!(complex.absolute, Some(Farthest { distance: 5.0, rest: 0.0, place: 0 }));
    assert_eq!(complex.relative, Some(Farthest { distance: 5.0, rest: 0.0, place: 0 }));
    // Not a number in one part, and so the same, however far the others are.
    let missing = of_pair(
        &of(Kind::C64, Number::Complex(f64::NAN, f64::INFINITY)),
        &of(Kind::C64, Number::Complex(1.0, f64::NAN)),
    );
    assert_eq!(missing, Distances::default());
}

#[test]
fn a_later_tile_is_searched_where_its_relative_distance_alone_is_larger() {
    let of = |far, near| {
        let element = Element::native(Kind::U32).expect("a number");
        let value = move |i| {
            if i == 0 {
                far
            } else if i == 70 {
                near
            } else {
                1
            }
        };
        Owned::packed(element, &[128], move |i| Number::Int(value(i)))
    };
    let (a, b) = (of(2000, 21), of(1000, 10));
    let found =
        distances(&a.array(), &b.array(), Tolerance::default(), None, &Control::new()).expect("distances");
    assert_eq!(found.absolute, Some(Farthest { distance: 1000.0, rest: 0.0, place: 0 }));
    assert_eq!(found.relative, Some(Farthest { distance: 1.1, rest: 0.0, place: 70 }));
}

#[test]
fn pieces_are_joined_in_any_order() {
    let of = |distance, place| Distances {
        differing: 1,
        first: Some(place),
        absolute: Some(Farthest { distance, rest: 0.0, place }),
        relative: None,
    };
    let far = Some(Farthest { distance: 2.0, rest: 0.0, place: 5 });
    for pieces in [[of(2.0, 5), of(1.0, 3), of(2.0, 9)], [of(2.0, 9), of(1.0, 3), of(2.0, 5)]] {
        let mut all = Distances::default();
        pieces.into_iter().for_each(|piece| all.join(piece));
        assert_eq!(all, Distances { differing: 3, first: Some(3), absolute: far, relative: None });
    }
}

#[test]
fn what_is_no_number_or_of_another_shape_is_refused() {
    let of = |kind, len| Owned::packed(Element::native(kind).expect("a number"), &[len], |_| Number::Int(1));
    let measure =
        |a: &Owned, b: &Owned| distances(&a.array(), &b.array(), Tolerance::default(), None, &Control::new());
    assert!(matches!(measure(&of(Kind::U8, 2), &of(Kind::U8, 3)), Err(Error::Mismatch { .. })));
    assert!(matches!(measure(&of(Kind::Time, 2), &of(Kind::U8, 2)), Err(Error::Unsupported { .. })));
    assert_eq!(measure(&of(Kind::U8, 0), &of(Kind::U8, 0)), Ok(Distances::default()));
}
