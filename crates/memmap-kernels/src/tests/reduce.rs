//! Reductions.

use super::arrays::{Owned, elements, indices, layouts, random, shapes, tame, wild};
use super::config;
use super::number::{Number, decode, encode};
use crate::{
    ArrayMut, Control, Element, Error, Kind, Params, Reduction, Value, reduce, reduce_all, result_kind,
};
use Reduction::*;
use proptest::prelude::*;
use std::cmp::Ordering;

/// The elements of each output, in C order of the outputs, each list in C order of the reduced axes.
fn groups(source: &Owned, axes: &[bool]) -> Vec<Vec<Number>> {
    let pick = |wanted: bool| -> Vec<usize> {
        source.shape.iter().zip(axes).filter(|&(_, &axis)| axis == wanted).map(|(&len, _)| len).collect()
    };
    let (kept, reduced) = (indices(&pick(false)), indices(&pick(true)));
    let join = |kept: &[usize], reduced: &[usize]| -> Vec<usize> {
        let (mut kept, mut reduced) = (kept.iter(), reduced.iter());
        axes.iter().map(|&axis| *if axis { reduced.next() } else { kept.next() }.expect("an index")).collect()
    };
    kept.iter().map(|kept| reduced.iter().map(|reduced| source.get(&join(kept, reduced))).collect()).collect()
}

/// Runs a reduction with one thread and with all, asserts that both answer the same bytes, and answers the elements.
fn run(reduction: Reduction, source: &Owned, axes: &[bool], params: &Params) -> Result<Vec<Number>, Error> {
    let kind = result_kind(reduction, source.element.kind, params)?;
    let shape: Vec<usize> =
        source.shape.iter().zip(axes).filter(|&(_, &axis)| !axis).map(|(&len, _)| len).collect();
    let mut results = [1, usize::MAX].map(|threads| {
        let mut target = Owned::packed(Element::native(kind).expect("a number"), &shape, |_| Number::Int(0));
        let control = Control::new().with_max_threads(threads);
        reduce(reduction, &source.array(), axes, params, &target.target(), &control).map(|()| target)
    });
    let [one, many] = results.each_mut();
    match (one, many) {
        (Ok(one), Ok(many)) => {
            assert_eq!(one.memory, many.memory, "the result depends on the threads");
            Ok(one.numbers())
        }
        (one, _) => Err(one.as_ref().expect_err("both fail").clone()),
    }
}

/// NumPy's order; NaN in neither way.
fn order(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        _ => match a.re().partial_cmp(&b.re())? {
            Ordering::Equal => a.im().partial_cmp(&b.im()),
            other => b.im().partial_cmp(&a.im()).map(|_| other),
        },
    }
}

/// The place of the minimum or maximum: the first NaN, or the first of the best.
fn best_place(kind: Kind, elements: &[Number], max: bool) -> Option<usize> {
    if let Some(place) = elements.iter().position(|x| x.is_nan(kind)) {
        return Some(place);
    }
    let better = if max { Ordering::Greater } else { Ordering::Less };
    let mut best = 0;
    for (i, &x) in elements.iter().enumerate() {
        if order(x, elements[best]) == Some(better) {
            best = i;
        }
    }
    (!elements.is_empty()).then_some(best)
}

fn marks() -> impl Strategy<Value = Vec<bool>> {
    prop_oneof![Just(vec![true; 4]), prop::collection::vec(any::<bool>(), 4)]
}

/// The exact sum of floats, rounded once: Shewchuk's partial sums.
fn exact_sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut partials: Vec<f64> = Vec::new();
    for mut x in values {
        let mut kept = 0;
        for i in 0..partials.len() {
            let (big, small) = if x.abs() > partials[i].abs() { (x, partials[i]) } else { (partials[i], x) };
            let sum = big + small;
            let rest = small - (sum - big);
            if rest != 0.0 {
                partials[kept] = rest;
                kept += 1;
            }
            x = sum;
        }
        partials.truncate(kept);
        partials.push(x);
    }
    partials.iter().rev().sum()
}

/// The rounding unit of a kind's float.
fn unit(kind: Kind) -> f64 {
    match kind.real() {
        Kind::F16 => 2f64.powi(-11),
        Kind::F32 => 2f64.powi(-24),
        _ => 2f64.powi(-53),
    }
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn whole_sums_and_products_wrap(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        axes in marks(),
        product: bool,
        seed: u64,
    ) {
        prop_assume!(element.kind == Kind::Bool || element.kind.is_integer());
        let source = Owned::new(element, &shape, &layout, wild(seed));
        let axes = &axes[..shape.len()];
        let reduction = if product { Prod } else { Sum };
        let kind = result_kind(reduction, element.kind, &Params::default()).expect("a kind");
        let results = run(reduction, &source, axes, &Params::default()).expect("numbers");
        for (result, group) in results.into_iter().zip(groups(&source, axes)) {
            let whole = |x: Number| if let Number::Int(x) = x { x } else { 0 };
            // Every step modulo 2^64, which wraps to the same as all at once.
            let step = |all: i128, x: Number| if product { all.wrapping_mul(whole(x)) } else { all + whole(x) } & ((1 << 64) - 1);
            let expected = group.into_iter().fold(i128::from(product), step);
            prop_assert_eq!(result, decode(kind, &encode(kind, Number::Int(expected))));
        }
    }

    #[test]
    fn float_sums_are_pairwise_exact(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        axes in marks(),
        mean: bool,
        skip_nan: bool,
        seed: u64,
    ) {
        prop_assume!(element.kind.is_float() || element.kind.is_complex() || (mean && element.kind != Kind::Time));
        let mut next = random(seed);
        let mut values = tame(seed);
        let holes = |i: usize| if skip_nan && next().is_multiple_of(4) { Number::Real(f64::NAN) } else { values(i) };
        let source = Owned::new(element, &shape, &layout, holes);
        let axes = &axes[..shape.len()];
        let params = Params { skip_nan, ..Params::default() };
        let reduction = if mean { Mean } else { Sum };
        let kind = result_kind(reduction, element.kind, &params).expect("a kind");
        let results = run(reduction, &source, axes, &params).expect("numbers");
        for (result, group) in results.into_iter().zip(groups(&source, axes)) {
            let valid: Vec<Number> = group.into_iter().filter(|x| !skip_nan || !x.is_nan(element.kind)).collect();
            let count = valid.len() as f64;
            for part in [Number::re, Number::im] {
                let sum = exact_sum(valid.iter().map(|&x| part(x)));
                let size: f64 = valid.iter().map(|&x| part(x).abs()).sum();
                let (expected, scale) = if mean { (sum / count, size / count) } else { (sum, size) };
                if mean && count == 0.0 {
                    prop_assert!(result.is_nan(kind));
                    continue;
                }
                // Halves are summed in singles and rounded once.
                let inner = if kind == Kind::F16 { Kind::F32 } else { kind };
                let steps = 16.0 + 8.0 * count.max(1.0).log2() + 8.0;
                let bound = steps * unit(inner) * scale + 2.0 * unit(kind) * expected.abs() + 1e-7 * unit(kind);
                let error = (part(result) - expected).abs();
                prop_assert!(error <= bound, "{} instead of {expected}: {error} > {bound}", part(result));
            }
        }
    }

    #[test]
    fn spreads_are_as_exact_as_two_passes(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        axes in marks(),
        (root, skip_nan, ddof) in (any::<bool>(), any::<bool>(), 0u8..2),
        offset in prop_oneof![Just(0.0), Just(1e3)],
        seed: u64,
    ) {
        prop_assume!(element.kind != Kind::Time);
        let (mut next, mut values) = (random(seed), tame(seed));
        let shifted = |i: usize| match values(i) {
            _ if skip_nan && next().is_multiple_of(4) => Number::Real(f64::NAN),
            Number::Complex(re, im) => Number::Complex(re + offset, im),
            other => other,
        };
        let source = Owned::new(element, &shape, &layout, shifted);
        let axes = &axes[..shape.len()];
        let params = Params { skip_nan, ddof: ddof.into(), ..Params::default() };
        let kind = result_kind(Var, element.kind, &params).expect("a kind");
        let results = run(if root { Std } else { Var }, &source, axes, &params).expect("numbers");
        for (result, group) in results.into_iter().zip(groups(&source, axes)) {
            let valid: Vec<Number> = group.into_iter().filter(|x| !skip_nan || !x.is_nan(element.kind)).collect();
            let (count, freedom) = (valid.len() as f64, valid.len() as f64 - f64::from(ddof));
            if freedom <= 0.0 {
                prop_assert!(!result.re().is_finite());
                continue;
            }
            let mean = [Number::re, Number::im].map(|part| exact_sum(valid.iter().map(|&x| part(x))) / count);
            let squares = exact_sum(valid.iter().map(|&x| (x.re() - mean[0]).powi(2) + (x.im() - mean[1]).powi(2)));
            let variance = squares / freedom;
            let largest = valid.iter().map(|x| x.re().abs() + x.im().abs()).fold(0.0, f64::max);
            let inner = unit(if kind == Kind::F16 { Kind::F32 } else { kind });
            // The rounding of the mean shifts every deviation.
            let bound = 64.0 * (inner * variance + (inner * largest).powi(2)) + 4.0 * unit(kind) * variance;
            let got = if root { result.re().powi(2) } else { result.re() };
            let slack = if root { 4.0 * unit(kind) * variance } else { 0.0 } + 1e-6 * unit(kind);
            prop_assert!((got - variance).abs() <= bound + slack, "{got} instead of {variance}");
        }
    }

    #[test]
    fn extremes_and_their_places(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        axes in marks(),
        max: bool,
        tamed: bool,
        seed: u64,
    ) {
        let source = if tamed {
            Owned::new(element, &shape, &layout, tame(seed))
        } else {
            Owned::new(element, &shape, &layout, wild(seed))
        };
        let axes = &axes[..shape.len()];
        let (extreme, place) = if max { (Max, ArgMax) } else { (Min, ArgMin) };
        let groups = groups(&source, axes);
        let none = source.shape.iter().zip(axes).any(|(&len, &axis)| axis && len == 0);
        if none {
            prop_assert_eq!(run(extreme, &source, axes, &Params::default()), Err(Error::Empty));
            prop_assert_eq!(run(place, &source, axes, &Params::default()), Err(Error::Empty));
            return Ok(());
        }
        let values = run(extreme, &source, axes, &Params::default()).expect("numbers");
        let places = run(place, &source, axes, &Params::default()).expect("numbers");
        for ((value, place), group) in values.into_iter().zip(places).zip(groups) {
            let expected = best_place(element.kind, &group, max).expect("a group is not empty");
            prop_assert_eq!(place, Number::Int(expected as i128));
            let nan = value.is_nan(element.kind) && group[expected].is_nan(element.kind);
            prop_assert!(nan || value.same(group[expected]), "{value:?} instead of {:?}", group[expected]);
        }
    }

    #[test]
    fn extremes_without_nan(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        axes in marks(),
        max: bool,
        seed: u64,
    ) {
        let kind = element.kind;
        let source = Owned::new(element, &shape, &layout, wild(seed));
        let axes = &axes[..shape.len()];
        prop_assume!(source.shape.iter().zip(axes).all(|(&len, &axis)| !axis || len > 0));
        let params = Params { skip_nan: true, ..Params::default() };
        let values = run(if max { Max } else { Min }, &source, axes, &params).expect("numbers");
        for (value, group) in values.into_iter().zip(groups(&source, axes)) {
            let valid: Vec<Number> = group.into_iter().filter(|x| !x.is_nan(kind)).collect();
            match best_place(kind, &valid, max) {
                Some(place) => prop_assert!(value.same(valid[place])),
                None => prop_assert!(value.is_nan(kind)),
            }
        }
    }

    #[test]
    fn ptp_is_the_maximum_less_the_minimum(
        (element, shape, layout) in (elements(), shapes(), layouts(true)),
        axes in marks(),
        skip_nan: bool,
        seed: u64,
    ) {
        let kind = element.kind;
        prop_assume!(kind != Kind::Bool);
        let source = Owned::new(element, &shape, &layout, wild(seed));
        let axes = &axes[..shape.len()];
        let params = Params { skip_nan, ..Params::default() };
        let values = run(Ptp, &source, axes, &params);
        if source.shape.iter().zip(axes).any(|(&len, &axis)| axis && len == 0) {
            prop_assert_eq!(values, Err(Error::Empty));
            return Ok(());
        }
        for (value, group) in values.expect("numbers").into_iter().zip(groups(&source, axes)) {
            let valid: Vec<Number> = group.into_iter().filter(|x| !skip_nan || !x.is_nan(kind)).collect();
            let of = |max| best_place(kind, &valid, max).map(|place| valid[place]);
            let expected = match (of(true), of(false)) {
                (Some(max), Some(min)) if !max.is_nan(kind) => match (max, min) {
                    (Number::Int(max), Number::Int(min)) => Number::Int(max - min),
                    (Number::Real(max), Number::Real(min)) => Number::Real(max - min),
                    _ => Number::Complex(max.re() - min.re(), max.im() - min.im()),
                },
                _ => {
                    prop_assert!(value.is_nan(kind));
                    continue;
                }
            };
            prop_assert!(value.same(decode(kind, &encode(kind, expected))), "{value:?} instead of {expected:?}");
        }
    }

    #[test]
    fn truths_and_counts((element, shape, layout) in (elements(), shapes(), layouts(true)), axes in marks(), seed: u64) {
        let source = Owned::new(element, &shape, &layout, wild(seed));
        let axes = &axes[..shape.len()];
        let [any, all, count] =
            [Any, All, CountNonzero].map(|reduction| run(reduction, &source, axes, &Params::default()).expect("numbers"));
        for (i, group) in groups(&source, axes).into_iter().enumerate() {
            let truths = group.iter().filter(|x| x.is_true()).count();
            prop_assert_eq!(count[i], Number::Int(truths as i128));
            prop_assert_eq!(any[i], Number::Int(i128::from(truths > 0)));
            prop_assert_eq!(all[i], Number::Int(i128::from(truths == group.len())));
        }
    }
}

fn packed(kind: Kind, values: &[f64]) -> Owned {
    Owned::packed(Element::native(kind).expect("a number"), &[values.len()], |i| Number::Real(values[i]))
}

fn all(reduction: Reduction, source: &Owned, params: Params) -> Result<Value, Error> {
    reduce_all(reduction, &source.array(), &params, &Control::new())
}

#[test]
fn empty_reductions_answer_as_numpy() {
    let none = packed(Kind::F32, &[]);
    assert_eq!(all(Sum, &none, Params::default()), Ok(Value::F32(0.0)));
    assert_eq!(all(Prod, &none, Params::default()), Ok(Value::F32(1.0)));
    assert_eq!(all(Any, &none, Params::default()), Ok(Value::Bool(false)));
    assert_eq!(all(All, &none, Params::default()), Ok(Value::Bool(true)));
    assert_eq!(all(Max, &none, Params::default()), Err(Error::Empty));
    assert_eq!(all(ArgMin, &none, Params::default()), Err(Error::Empty));
    assert_eq!(all(Ptp, &none, Params::default()), Err(Error::Empty));
    for reduction in [Mean, Var, Std] {
        assert!(matches!(all(reduction, &none, Params::default()), Ok(Value::F32(x)) if x.is_nan()));
    }
}

#[test]
fn a_sum_of_negative_zeros_is_positive() {
    let zeros = packed(Kind::F64, &[-0.0; 20]);
    assert!(
        matches!(all(Sum, &zeros, Params::default()), Ok(Value::F64(x)) if x == 0.0 && x.is_sign_positive())
    );
}

#[test]
fn positions_without_nan_follow_nanargmin() {
    let skip = Params { skip_nan: true, ..Params::default() };
    let nan = f64::NAN;
    assert_eq!(all(ArgMin, &packed(Kind::F32, &[nan, 3.0, 1.0, nan, 1.0]), skip), Ok(Value::I64(2)));
    assert_eq!(all(ArgMax, &packed(Kind::F16, &[1.0, nan, 3.0]), skip), Ok(Value::I64(2)));
    assert_eq!(all(ArgMin, &packed(Kind::F64, &[nan, nan]), skip), Err(Error::AllNan));
    // NaN counts as the worst value, so that it comes before an equal one.
    assert_eq!(all(ArgMin, &packed(Kind::F64, &[nan, f64::INFINITY]), skip), Ok(Value::I64(0)));
}

#[test]
fn a_dtype_is_what_is_summed_in() {
    let source = packed(Kind::F64, &[1.7, 2.7, 300.9]);
    let params = |kind| Params { dtype: Some(kind), ..Params::default() };
    assert_eq!(all(Sum, &source, params(Kind::I64)), Ok(Value::I64(303)));
    assert_eq!(all(Sum, &source, params(Kind::U8)), Ok(Value::U8(47)));
    assert_eq!(all(Prod, &source, params(Kind::I8)), Ok(Value::I8(88)));
    assert_eq!(all(Mean, &packed(Kind::I32, &[1.0, 2.0]), params(Kind::F32)), Ok(Value::F32(1.5)));
    assert_eq!(all(Sum, &packed(Kind::I32, &[0.0, 2.0]), params(Kind::Bool)), Ok(Value::Bool(true)));
}

#[test]
fn times_know_nat() {
    let element = Element::native(Kind::Time).expect("a number");
    let ticks = |values: &[i64]| Owned::packed(element, &[values.len()], |i| Number::Int(values[i].into()));
    assert_eq!(all(Sum, &ticks(&[5, -7]), Params::default()), Ok(Value::Time(-2)));
    assert_eq!(all(Mean, &ticks(&[5, -8]), Params::default()), Ok(Value::Time(-1)));
    assert_eq!(all(Sum, &ticks(&[5, i64::MIN, 1]), Params::default()), Ok(Value::Time(i64::MIN)));
    assert_eq!(all(Max, &ticks(&[5, i64::MIN, 9]), Params::default()), Ok(Value::Time(i64::MIN)));
    let skip = Params { skip_nan: true, ..Params::default() };
    assert_eq!(all(Max, &ticks(&[5, i64::MIN, 9]), skip), Ok(Value::Time(9)));
    assert_eq!(all(Ptp, &ticks(&[5, i64::MIN, 9]), Params::default()), Ok(Value::Time(i64::MIN)));
    assert_eq!(all(Ptp, &ticks(&[5, i64::MIN, 9]), skip), Ok(Value::Time(4)));
    assert!(matches!(
        all(Prod, &ticks(&[1]), Params::default()),
        Err(Error::Unsupported { operation: "prod", .. })
    ));
    assert!(matches!(all(Std, &ticks(&[1]), Params::default()), Err(Error::Unsupported { .. })));
}

#[test]
fn a_variance_overflows_where_the_sum_of_its_squares_does() {
    let variance_of = |values: &[f64]| match all(Var, &packed(Kind::F64, values), Params::default()) {
        Ok(Value::F64(variance)) => variance,
        other => panic!("a variance, not {other:?}"),
    };
    for count in [3000, 8192, 20_000] {
        for scale in [1e10, 1e150, 1e152] {
            // The later half alternates.
            let values: Vec<f64> =
                (0..count).map(|i| if i > count / 2 && i % 2 == 1 { scale } else { 0.0 }).collect();
            let of_scale = variance_of(&values.iter().map(|x| x / scale).collect::<Vec<f64>>());
            let got = variance_of(&values) / scale / scale;
            assert!(
                (got - of_scale).abs() < 1e-12 * of_scale,
                "{count} {scale}: {got} instead of {of_scale}"
            );
        }
        let mut values = vec![0.0; count];
        values[count / 3] = 1e300;
        assert_eq!(variance_of(&values), f64::INFINITY);
        values[count / 3] = f64::INFINITY;
        assert!(variance_of(&values).is_nan());
    }
}

#[test]
fn large_offsets_do_not_swamp_the_variance() {
    let mut next = random(3);
    let values: Vec<f64> = (0..20000).map(|_| 1e8 + (next() % 1000) as f64 / 500.0).collect();
    let mean = exact_sum(values.iter().copied()) / 20000.0;
    let variance = exact_sum(values.iter().map(|x| (x - mean) * (x - mean))) / 20000.0;
    let Ok(Value::F64(got)) = all(Var, &packed(Kind::F64, &values), Params::default()) else {
        panic!("a variance");
    };
    assert!((got - variance).abs() < 1e-12 * variance, "{got} instead of {variance}");
}

#[test]
fn results_go_to_any_kind_order_and_stride() {
    let source =
        Owned::packed(Element::native(Kind::I16).expect("a number"), &[3, 4], |i| Number::Int(i as i128));
    let mut memory = [0u8; 64];
    let element = Element::swapped(Kind::F32).expect("a number");
    // SAFETY: three elements, 9 bytes apart and backwards, inside the memory.
    let target = unsafe { ArrayMut::new(memory.as_mut_ptr().wrapping_add(31), element, vec![3], vec![-9]) };
    let axes = [false, true];
    reduce(Sum, &source.array(), &axes, &Params::default(), &target, &Control::new()).expect("sums");
    let at = |i: usize| f32::from_ne_bytes([memory[i + 3], memory[i + 2], memory[i + 1], memory[i]]);
    assert_eq!([at(31), at(22), at(13)], [6.0, 22.0, 38.0]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let (source, mut target) = (packed(Kind::F32, &[1.0, 2.0]), packed(Kind::F32, &[0.0]));
    for axes in [&[][..], &[true], &[true, true]] {
        let result =
            reduce(Sum, &source.array(), axes, &Params::default(), &target.target(), &Control::new());
        assert!(matches!(result, Err(Error::Mismatch { .. })));
    }
}

#[test]
fn each_row_of_the_table_has_its_loop_and_its_kind() {
    for &reduction in Reduction::ALL {
        for kind in Kind::ALL.into_iter().filter(|&kind| kind != Kind::Opaque) {
            let element = Element::native(kind).expect("a number");
            let source = Owned::packed(element, &[3], |i| Number::Int(i as i128 + 1));
            for skip_nan in [false, true] {
                let params = Params { skip_nan, ..Params::default() };
                let result = all(reduction, &source, params);
                let result_kind = result_kind(reduction, kind, &params);
                assert_eq!(result.map(|value| value.kind()), result_kind, "{} of {kind:?}", reduction.name());
            }
        }
        assert!(result_kind(reduction, Kind::Opaque, &Params::default()).is_err());
    }
}
