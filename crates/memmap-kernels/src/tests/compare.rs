//! Comparisons, equality, closeness.

use super::arrays::{Owned, elements, layouts, random, shapes, tame, wild};
use super::config;
use super::number::{Number, decode, encode};
use crate::{
    ArrayMut, ArrayRef, Comparison, Control, Element, Error, Kind, Tolerance, all_close, compare, equals,
};
use Comparison::*;
use proptest::prelude::*;
use std::cmp::Ordering;

/// NumPy's answer for two elements: integers by value, anything else in the common kind.
fn answer(op: Comparison, (a, kind_a): (Number, Kind), (b, kind_b): (Number, Kind)) -> bool {
    let time = kind_a == Kind::Time;
    if time && (a.is_nan(kind_a) || b.is_nan(kind_b)) {
        return op == Ne;
    }
    if let (Number::Int(a), Number::Int(b)) = (a, b) {
        return holds(op, Some(a.cmp(&b)));
    }
    let common = kind_a.promote(kind_b).expect("numbers");
    let convert = |x: Number| decode(common, &encode(common, x));
    let (a, b) = (convert(a), convert(b));
    let equal = a.re() == b.re() && a.im() == b.im();
    match op {
        Eq => equal,
        Ne => !equal,
        _ if a.re() == b.re() => holds(op, a.im().partial_cmp(&b.im())),
        _ if a.im().is_nan() || b.im().is_nan() => false,
        _ => holds(op, a.re().partial_cmp(&b.re())),
    }
}

fn holds(op: Comparison, order: Option<Ordering>) -> bool {
    match op {
        Lt => order == Some(Ordering::Less),
        Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Eq => order == Some(Ordering::Equal),
        Ne => order != Some(Ordering::Equal),
        Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        Gt => order == Some(Ordering::Greater),
    }
}

#[test]
fn one_difference_is_seen_at_any_place() {
    for kind in Kind::ALL.into_iter().filter(|&kind| kind != Kind::Opaque) {
        let element = Element::native(kind).expect("a number");
        let a = Owned::packed(element, &[101], |_| Number::Int(1));
        for place in 0..101 {
            let mut b = Owned::packed(element, &[101], |_| Number::Int(1));
            b.set(&[place], Number::Int(0));
            assert_eq!(equals(&a.array(), &b.array(), &Control::new()), Ok(false), "{kind:?} {place}");
            if kind.is_complex() {
                b.set(&[place], Number::Complex(1.0, 1.0));
                assert_eq!(equals(&a.array(), &b.array(), &Control::new()), Ok(false), "{kind:?} {place}");
            }
            if kind.is_float() || kind.is_complex() {
                b.set(&[place], Number::Real(f64::NAN));
                assert_eq!(equals(&b.array(), &b.array(), &Control::new()), Ok(false), "{kind:?} {place}");
            }
            b.set(&[place], Number::Int(1));
            assert_eq!(equals(&a.array(), &b.array(), &Control::new()), Ok(true), "{kind:?} {place}");
        }
    }
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn compares_any_kinds(
        (left, right, alike, shape) in (elements(), elements(), any::<bool>(), shapes()),
        layouts in (layouts(true), layouts(true), layouts(false)),
        op in prop::sample::select(vec![Lt, Le, Eq, Ne, Ge, Gt]),
        seed: u64,
    ) {
        let right = if alike { left } else { right };
        let (a, b) = (Owned::new(left, &shape, &layouts.0, wild(seed)), Owned::new(right, &shape, &layouts.1, wild(seed / 2)));
        let mut target = Owned::new(Element::native(Kind::Bool).expect("a number"), &shape, &layouts.2, |_| Number::Int(1));
        let result = compare(op, &a.array(), &b.array(), &target.target(), &Control::new());
        if (left.kind == Kind::Time) != (right.kind == Kind::Time) {
            let refused = matches!(result, Err(Error::Unsupported { .. }));
            prop_assert!(refused);
            return Ok(());
        }
        prop_assert_eq!(result, Ok(()));
        let mut all = true;
        for ((got, x), y) in target.numbers().into_iter().zip(a.numbers()).zip(b.numbers()) {
            let expected = answer(op, (x, left.kind), (y, right.kind));
            prop_assert_eq!(got, Number::Int(i128::from(expected)), "{:?} {:?} {:?}", x, op, y);
            all &= answer(Eq, (x, left.kind), (y, right.kind));
        }
        prop_assert_eq!(equals(&a.array(), &b.array(), &Control::new()), Ok(all));
    }

    #[test]
    fn equal_arrays_are_equal((element, other, shape) in (elements(), any::<bool>(), shapes()), layouts in (layouts(false), layouts(false)), seed: u64) {
        let mut next = random(seed);
        let a = Owned::new(element, &shape, &layouts.0, tame(seed));
        let mut b = Owned::new(Element { swapped: other, ..element }, &shape, &layouts.1, tame(seed));
        prop_assert_eq!(equals(&a.array(), &b.array(), &Control::new()), Ok(true));
        let indices = b.indices();
        if element.kind != Kind::Bool && !indices.is_empty() {
            let index = &indices[next() as usize % indices.len()];
            b.set(index, Number::Int(101));
            prop_assert_eq!(equals(&a.array(), &b.array(), &Control::new()), Ok(false));
        }
    }

    #[test]
    fn closeness_is_numpys_formula(
        values in prop::collection::vec((-4i32..5, -3i32..4, 0u8..12), 1..300),
        equal_nan: bool,
        wide: bool,
    ) {
        let special = |choice: u8, x: f64| match choice { 0 => f64::NAN, 1 => f64::INFINITY, _ => x };
        let kind = if wide { Kind::F64 } else { Kind::F32 };
        let element = Element::native(kind).expect("a number");
        let a = Owned::packed(element, &[values.len()], |i| Number::Real(special(values[i].2, values[i].0.into())));
        let b = Owned::packed(element, &[values.len()], |i| {
            Number::Real(special(values[i].2, f64::from(values[i].0) * (1.0 + f64::from(values[i].1) * 0.5e-5)))
        });
        let tolerance = Tolerance { equal_nan, ..Tolerance::default() };
        let expected = a.numbers().into_iter().zip(b.numbers()).all(|(a, b)| {
            let (a, b) = (a.re(), b.re());
            let near = if wide {
                (a - b).abs() <= 1e-8 + 1e-5 * b.abs()
            } else {
                (a as f32 - b as f32).abs() <= 1e-8f32 + 1e-5f32 * (b as f32).abs()
            };
            (near && b.is_finite()) || a == b || (equal_nan && a.is_nan() && b.is_nan())
        });
        prop_assert_eq!(all_close(&a.array(), &b.array(), tolerance, &Control::new()), Ok(expected));
    }
}

#[test]
fn integers_of_64_bits_compare_by_value() {
    let of = |kind, value| {
        Owned::packed(Element::native(kind).expect("a number"), &[1], move |_| Number::Int(value))
    };
    let (large, huge) = (of(Kind::I64, i64::MAX.into()), of(Kind::U64, i128::from(i64::MAX) + 1));
    let (negative, top) = (of(Kind::I8, -1), of(Kind::U64, u64::MAX.into()));
    let mut target = of(Kind::Bool, 0);
    for (op, a, b, expected) in
        [(Lt, &large, &huge, 1), (Eq, &large, &huge, 0), (Eq, &negative, &top, 0), (Gt, &top, &negative, 1)]
    {
        compare(op, &a.array(), &b.array(), &target.target(), &Control::new()).expect("an answer");
        assert_eq!(target.get(&[0]), Number::Int(expected), "{op:?}");
    }
}

#[test]
fn opaque_elements_are_equal_byte_by_byte() {
    let (a, b) = (*b"abcabdxyz", *b"abcabexyz");
    let mut answers = [9u8; 3];
    // SAFETY: three elements of 3 bytes.
    let left = unsafe { ArrayRef::contiguous(a.as_ptr(), Element::opaque(3), vec![3]) };
    // SAFETY: three elements of 3 bytes.
    let right = unsafe { ArrayRef::contiguous(b.as_ptr(), Element::opaque(3), vec![3]) };
    // SAFETY: three bools.
    let target = unsafe {
        ArrayMut::contiguous(answers.as_mut_ptr(), Element::native(Kind::Bool).expect("bool"), vec![3])
    };
    assert_eq!(compare(Ne, &left, &right, &target, &Control::new()), Ok(()));
    assert_eq!(answers, [0, 1, 0]);
    assert_eq!(equals(&left, &right, &Control::new()), Ok(false));
    assert_eq!(equals(&left, &left, &Control::new()), Ok(true));
    assert!(matches!(compare(Lt, &left, &right, &target, &Control::new()), Err(Error::Unsupported { .. })));
}

#[test]
fn different_shapes_are_not_equal() {
    let of = |len| Owned::packed(Element::native(Kind::U8).expect("a number"), &[len], |_| Number::Int(1));
    assert_eq!(equals(&of(2).array(), &of(3).array(), &Control::new()), Ok(false));
    assert_eq!(all_close(&of(2).array(), &of(3).array(), Tolerance::default(), &Control::new()), Ok(false));
}
