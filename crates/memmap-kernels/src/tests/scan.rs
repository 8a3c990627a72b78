//! Running sums and products.

use super::arrays::{Owned, elements, layouts, shapes, tame};
use super::config;
use super::number::{Number, decode, encode};
use crate::{Control, Element, Error, Kind, Scan, scan, scan_kind};
use proptest::prelude::*;

/// One step in a kind's own arithmetic.
fn step(kind: Kind, product: bool, sum: Number, x: Number) -> Number {
    let number = match (sum, x) {
        (Number::Int(a), Number::Int(b)) if product => Number::Int(a.wrapping_mul(b)),
        (Number::Int(a), Number::Int(b)) => Number::Int(a + b),
        // Sums of two floats, and products of two of half the width, are exact enough in f64 to round like one step.
        (Number::Real(a), Number::Real(b)) if kind == Kind::F64 => {
            Number::Real(if product { a * b } else { a + b })
        }
        (Number::Real(a), Number::Real(b)) => {
            let (a, b) = (a as f32, b as f32);
            Number::Real(f64::from(if product { a * b } else { a + b }))
        }
        _ => Number::Complex(sum.re() + x.re(), sum.im() + x.im()),
    };
    decode(kind, &encode(kind, number))
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn runs_along_any_axis(
        (element, shape, product) in (elements(), shapes(), any::<bool>()),
        layouts in (layouts(true), layouts(false)),
        axis in prop_oneof![1 => Just(None), 3 => (0usize..4).prop_map(Some)],
        seed: u64,
    ) {
        prop_assume!(axis.is_none_or(|axis| axis < shape.len()));
        // Complex sums below are exact; products would not be.
        prop_assume!(!product || !(element.kind.is_complex() || element.kind == Kind::Time));
        let op = if product { Scan::CumProd } else { Scan::CumSum };
        let kind = scan_kind(op, element.kind, None).expect("a kind");
        let source = Owned::new(element, &shape, &layouts.0, tame(seed));
        let to = if axis.is_some() { shape.clone() } else { vec![shape.iter().product()] };
        let mut target = Owned::new(Element::native(kind).expect("a number"), &to, &layouts.1, |_| Number::Int(0));
        prop_assert_eq!(scan(op, &source.array(), axis, None, &target.target(), &Control::new()), Ok(()));
        let converted = |number: Number| decode(kind, &encode(kind, number));
        let mut flat = None;
        for (i, index) in source.indices().into_iter().enumerate() {
            let (x, before) = (converted(source.get(&index)), index.clone());
            let (place, before) = match axis {
                None => (vec![i], flat),
                Some(axis) if index[axis] == 0 => (index, None),
                Some(axis) => {
                    let mut before = before;
                    before[axis] -= 1;
                    (index, Some(target.get(&before)))
                }
            };
            let expected = before.map_or(x, |sum| step(kind, product, sum, x));
            prop_assert!(target.get(&place).same(expected), "{:?} instead of {expected:?}", target.get(&place));
            flat = Some(target.get(&place));
        }
    }
}

#[test]
fn nat_spreads_to_all_that_follow() {
    let element = Element::native(Kind::Time).expect("a number");
    let values = [1, 2, i128::from(i64::MIN), 4];
    let source = Owned::packed(element, &[4], |i| Number::Int(values[i]));
    let mut target = source.clone();
    assert_eq!(scan(Scan::CumSum, &source.array(), Some(0), None, &target.target(), &Control::new()), Ok(()));
    let nat = Number::Int(i64::MIN.into());
    assert_eq!(target.numbers(), [Number::Int(1), Number::Int(3), nat, nat]);
    assert!(matches!(scan_kind(Scan::CumProd, Kind::Time, None), Err(Error::Unsupported { .. })));
}
