//! Expressions and joined arrays against elements computed one by one, read by assignments and by other kernels.

use super::arrays::{Owned, elements, layouts, shapes, tame};
use super::config;
use super::number::{Number, decode, encode};
use crate::expr::{Input, Joined, Operation, Program, Step};
use crate::{
    ArrayMut, ArrayRef, Control, Element, Error, Kind, Params, Reduction, assign, minmax, nonzero, reduce,
    reduce_all, unique,
};
use proptest::prelude::*;

const F64: Element = Element { kind: Kind::F64, swapped: false, size: 8 };

/// `(a + b) * 2.5` as float64, and `-a` of it.
fn program(arrays: [ArrayRef; 2], shape: &[usize]) -> ArrayRef {
    let [a, b] = arrays;
    let factor = Input::number(2.5, Kind::F64).expect("a number");
    let inputs = vec![Input::array(a, Kind::F64), Input::array(b, Kind::F64), factor];
    let call = |operation, sources, target| Step::Call { operation, kind: Kind::F64, sources, target };
    let steps = [call(Operation::Add, [0, 1, 0], 3), call(Operation::Multiply, [3, 2, 0], 4)];
    Program::new(inputs, &steps, 4, Kind::F64, shape).and_then(Program::into_array).expect("a program")
}

fn expected(a: &Owned, b: &Owned) -> Vec<f64> {
    let float = |number: Number| decode(Kind::F64, &encode(Kind::F64, number)).re();
    a.numbers().into_iter().zip(b.numbers()).map(|(a, b)| (float(a) + float(b)) * 2.5).collect()
}

fn evaluated(array: &ArrayRef, shape: &[usize]) -> Owned {
    let mut target = Owned::packed(array.element(), shape, |_| Number::Int(0));
    assign(array, &target.target(), &Control::new()).expect("an evaluation");
    target
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn evaluates_into_any_layout(
        (first, second, into, shape) in (elements(), elements(), elements(), shapes()),
        (a, b, target) in (layouts(true), layouts(true), layouts(false)),
        (seed, fresh) in any::<(u64, bool)>(),
    ) {
        prop_assume!(!first.kind.is_complex() && !second.kind.is_complex());
        let a = Owned::new(first, &shape, &a, tame(seed));
        let b = Owned::new(second, &shape, &b, tame(seed + 1));
        let mut target = Owned::new(into, &shape, &target, |_| Number::Int(0));
        let control = if fresh { Control::new().with_fresh_target() } else { Control::new() };
        let array = program([a.array(), b.array()], &shape);
        prop_assert_eq!(assign(&array, &target.target(), &control), Ok(()));
        for (got, wanted) in target.numbers().into_iter().zip(expected(&a, &b)) {
            let wanted = decode(into.kind, &encode(into.kind, Number::Real(wanted)));
            prop_assert!(got.same(wanted), "{:?} instead of {:?}", got, wanted);
        }
        prop_assert_eq!(control.done(), shape.iter().product::<usize>() as u64);
    }

    #[test]
    fn other_kernels_read_it_as_if_it_were_in_memory(
        (shape, a, b) in (shapes(), layouts(true), layouts(true)),
        axes in prop::collection::vec(any::<bool>(), 4),
        seed: u64,
    ) {
        let a = Owned::new(F64, &shape, &a, tame(seed));
        let b = Owned::new(F64, &shape, &b, tame(seed + 1));
        let array = program([a.array(), b.array()], &shape);
        let copy = evaluated(&array, &shape);
        let control = Control::new();
        let axes = &axes[..shape.len()];
        let kept: Vec<usize> = shape.iter().zip(axes).filter(|(_, axis)| !**axis).map(|(len, _)| *len).collect();
        for reduction in [Reduction::Sum, Reduction::Mean, Reduction::Max, Reduction::ArgMin, Reduction::CountNonzero] {
            let params = Params::default();
            let all = |of: &ArrayRef| format!("{:?}", reduce_all(reduction, of, &params, &control));
            prop_assert_eq!(all(&array), all(&copy.array()));
            let one_axis = axes.iter().filter(|axis| **axis).count() == 1;
            if reduction == Reduction::ArgMin && !one_axis {
                continue;
            }
            let along = |of: &ArrayRef| {
                let kind = crate::result_kind(reduction, Kind::F64, &params).expect("a kind");
                let mut target = Owned::packed(Element::native(kind).expect("a number"), &kept, |_| Number::Int(0));
                let done = reduce(reduction, of, axes, &params, &target.target(), &control);
                (done, target.memory)
            };
            prop_assert_eq!(along(&array), along(&copy.array()), "{:?}", reduction);
        }
        let bounds = |of: &ArrayRef| {
            let mut target = Owned::packed(F64, &[2], |_| Number::Int(0));
            (minmax(of, &target.target(), &control), target.memory)
        };
        prop_assert_eq!(bounds(&array), bounds(&copy.array()));
        let different = |of: &ArrayRef| unique(of, &control).map(|found| found.len());
        prop_assert_eq!(different(&array), different(&copy.array()));
        if !shape.is_empty() {
            let count = copy.numbers().iter().filter(|number| number.is_true()).count();
            let places = |of: &ArrayRef| {
                let element = Element::native(Kind::I64).expect("a number");
                let mut target = Owned::packed(element, &[shape.len(), count], |_| Number::Int(0));
                (nonzero(of, &target.target(), &control), target.memory)
            };
            prop_assert_eq!(places(&array), places(&copy.array()));
        }
    }

    #[test]
    fn assigns_as_if_evaluated_first(
        (len, from, to) in (1usize..200, 0usize..60, 0usize..60),
        steps in (prop::sample::select(vec![1isize, 2, -1]), prop::sample::select(vec![1isize, 2, -1])),
        seed: u64,
    ) {
        let mut memory = Owned::packed(F64, &[600], tame(seed));
        let place = |first: usize, step: isize| if step < 0 { first + len - 1 } else { first };
        let base = memory.memory.as_mut_ptr();
        let (source, target) = (place(from, steps.0), place(to, steps.1));
        // SAFETY: at most 60 + 2 * 199 elements from the start.
        let a = unsafe { ArrayRef::new(base.wrapping_add(8 * source), F64, vec![len], vec![8 * steps.0]) };
        // SAFETY: as above.
        let into = unsafe { ArrayMut::new(base.wrapping_add(8 * target), F64, vec![len], vec![8 * steps.1]) };
        let array = program([a.clone(), into.as_ref()], &[len]);
        let wanted = evaluated(&array, &[len]);
        prop_assert_eq!(assign(&array, &into, &Control::new()), Ok(()));
        let mut got = Owned::packed(F64, &[len], |_| Number::Int(0));
        prop_assert_eq!(assign(&into.as_ref(), &got.target(), &Control::new()), Ok(()));
        prop_assert_eq!(got.memory, wanted.memory);
    }

    #[test]
    fn takes_steps_in_any_order_of_registers(
        (len, offset, level) in (0usize..200, 0usize..70, 0u8..3),
        steps in prop::collection::vec((0usize..12, any::<[u8; 4]>()), 1..9),
        (in_place, seed) in any::<(bool, u64)>(),
    ) {
        runs_as_one_element_at_a_time::<f32>(len, offset, &steps, in_place, seed, level)?;
        runs_as_one_element_at_a_time::<f64>(len, offset, &steps, in_place, seed, level)?;
    }

    #[test]
    fn joins_parts_in_any_layout(
        (into, shape, axis) in (elements(), shapes(), 0usize..4),
        parts in prop::collection::vec((elements(), layouts(true), 0usize..5), 1..5),
        target in layouts(false),
        seed: u64,
    ) {
        prop_assume!(axis < shape.len() && shape.iter().product::<usize>() < 400);
        let parts: Vec<Owned> = parts
            .into_iter()
            .map(|(element, layout, len)| {
                let mut own = shape.clone();
                own[axis] = len;
                Owned::new(element, &own, &layout, tame(seed))
            })
            .collect();
        let arrays = parts.iter().map(Owned::array).collect();
        let array = Joined::new(arrays, axis, F64).expect("parts that fit").into_array();
        let whole = array.shape().to_vec();
        let mut target = Owned::new(into, &whole, &target, |_| Number::Int(0));
        prop_assert_eq!(assign(&array, &target.target(), &Control::new()), Ok(()));
        for index in target.indices() {
            let (mut own, mut part) = (index.clone(), 0);
            while own[axis] >= parts[part].shape[axis] {
                own[axis] -= parts[part].shape[axis];
                part += 1;
            }
            let wanted = decode(Kind::F64, &encode(Kind::F64, parts[part].get(&own)));
            let wanted = decode(into.kind, &encode(into.kind, wanted));
            prop_assert!(target.get(&index).same(wanted));
        }
    }
}

/// Steps between two arrays, a number and registers, into memory `offset` bytes from an aligned address or into the first array.
fn runs_as_one_element_at_a_time<T: Float>(
    len: usize,
    offset: usize,
    steps: &[(usize, [u8; 4])],
    in_place: bool,
    seed: u64,
    level: u8,
) -> Result<(), TestCaseError> {
    const INPUTS: usize = 3;
    const OPERATIONS: [Operation; 12] = [
        Operation::Add,
        Operation::Subtract,
        Operation::Multiply,
        Operation::Divide,
        Operation::Minimum,
        Operation::Maximum,
        Operation::Negative,
        Operation::Absolute,
        Operation::Floor,
        Operation::Fmin,
        Operation::Sqrt,
        Operation::Reciprocal,
    ];
    let mut number = tame(seed);
    let mut numbers = |count: usize| -> Vec<T> { (0..count).map(|at| T::of(number(at).re())).collect() };
    let (mut a, b) = (numbers(len), numbers(len));
    let constant = numbers(1)[0];
    let element = Element::native(T::KIND).expect("a number");
    let size = element.size as isize;
    // The register of each step, and what it reads: places that were written before.
    let mut written: Vec<usize> = (0..INPUTS).collect();
    let mut planned = Vec::new();
    for &(operation, [first, second, third, reuse]) in steps {
        let place = |choice: u8| written[choice as usize % written.len()];
        // The step before is read often, so that chains are long.
        let last = written[written.len() - 1];
        let sources = match third % 3 {
            0 => [last, place(second), 0],
            1 => [place(first), last, 0],
            _ => [place(first), place(second), 0],
        };
        let old = written[INPUTS..].iter().copied().find(|old| reuse % 2 == 0 && !sources.contains(old));
        let target = old.unwrap_or_else(|| written.iter().max().map_or(INPUTS, |most| most + 1));
        written.retain(|&place| place != target);
        written.push(target);
        planned.push((OPERATIONS[operation], sources, target));
    }
    let result = planned[planned.len() - 1].2;
    let wanted: Vec<T> = (0..len)
        .map(|at| {
            let mut places = vec![T::of(0.0); INPUTS + planned.len() + 1];
            places[..INPUTS].copy_from_slice(&[a[at], b[at], constant]);
            for &(operation, [x, y, _], target) in &planned {
                places[target] = T::apply(operation, places[x], places[y]);
            }
            places[result]
        })
        .collect();
    let mut memory = vec![0u8; len * size as usize + 64 + offset];
    let start = memory.as_mut_ptr().align_offset(64) + offset;
    let place = if in_place { a.as_mut_ptr().cast() } else { memory.as_mut_ptr().wrapping_add(start) };
    // SAFETY: the first array.
    let first = unsafe { ArrayRef::new(a.as_ptr().cast(), element, vec![len], vec![size]) };
    // SAFETY: the second array.
    let second = unsafe { ArrayRef::new(b.as_ptr().cast(), element, vec![len], vec![size]) };
    // SAFETY: the first array again, or memory for as many elements.
    let target = unsafe { ArrayMut::new(place, element, vec![len], vec![size]) };
    let inputs = vec![
        Input::array(first, T::KIND),
        Input::array(second, T::KIND),
        Input::number(constant.number(), T::KIND).expect("a number"),
    ];
    let steps: Vec<Step> = planned
        .iter()
        .map(|&(operation, sources, target)| Step::Call { operation, kind: T::KIND, sources, target })
        .collect();
    let array = Program::new(inputs, &steps, result, T::KIND, vec![len])
        .and_then(Program::into_array)
        .expect("a program");
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    crate::loops::ALLOWED.set(level);
    let done = assign(&array, &target, &Control::new().with_max_threads(1));
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    crate::loops::ALLOWED.set(u8::MAX);
    prop_assert_eq!(done, Ok(()));
    let mut got = vec![T::of(0.0); len];
    // SAFETY: as many elements as were stored.
    unsafe { place.copy_to_nonoverlapping(got.as_mut_ptr().cast(), len * size as usize) };
    for (got, wanted) in got.into_iter().zip(wanted) {
        prop_assert!(got.is_same(wanted), "{:?} instead of {:?} after {:?}", got, wanted, planned);
    }
    Ok(())
}

/// A floating-point number, and NumPy's operations on it one by one.
trait Float: Copy + std::fmt::Debug {
    const KIND: Kind;
    fn of(number: f64) -> Self;
    fn number(self) -> f64;
    fn apply(operation: Operation, a: Self, b: Self) -> Self;
    /// Whether the bits are the same, or both are NaN.
    fn is_same(self, other: Self) -> bool;
}

macro_rules! floats {
    ($($T:ident $kind:ident),*) => {$(
        impl Float for $T {
            const KIND: Kind = Kind::$kind;
            fn of(number: f64) -> $T {
                number as $T
            }
            fn number(self) -> f64 {
                f64::from(self)
            }
            fn apply(operation: Operation, a: $T, b: $T) -> $T {
                match operation {
                    Operation::Add => a + b,
                    Operation::Subtract => a - b,
                    Operation::Multiply => a * b,
                    Operation::Divide => a / b,
                    Operation::Minimum if a.is_nan() || a <= b => a,
                    Operation::Minimum => b,
                    Operation::Maximum if a.is_nan() || a >= b => a,
                    Operation::Maximum => b,
                    Operation::Negative => -a,
                    Operation::Absolute => a.abs(),
                    Operation::Fmin if b.is_nan() || a <= b => a,
                    Operation::Fmin => b,
                    Operation::Sqrt => a.sqrt(),
                    Operation::Reciprocal => 1.0 / a,
                    _ => a.floor(),
                }
            }
            fn is_same(self, other: $T) -> bool {
                self.to_bits() == other.to_bits() || self.is_nan() && other.is_nan()
            }
        }
    )*};
}
floats!(f32 F32, f64 F64);

#[test]
fn stores_views_in_another_order_of_axes() {
    let shape = [3, 4];
    let a = Owned::packed(F64, &shape, |i| Number::Real(i as f64));
    let array = program([a.array(), a.array()], &shape);
    let of = |index: usize| Number::Real(5.0 * index as f64);
    // The first two rows, and a new axis, as a part of a join too.
    for view in [vec![2, 4], vec![1, 2, 4], vec![3, 1, 4], vec![12]] {
        let strides = crate::array::c_strides(&view, 8);
        // SAFETY: elements of the array.
        let part = unsafe { array.part(0, view.clone().into(), strides) };
        let joined = Joined::new(vec![part.clone(), part.clone()], 0, F64).expect("parts").into_array();
        let len = view.iter().product::<usize>();
        for (source, shape) in [(part, view.clone()), (joined.clone(), joined.shape().to_vec())] {
            let mut memory = vec![0f64; shape.iter().product()];
            let strides: Vec<isize> =
                (0..shape.len()).map(|axis| 8 * shape[..axis].iter().product::<usize>() as isize).collect();
            // SAFETY: the memory holds the elements in Fortran's order.
            let target = unsafe { ArrayMut::new(memory.as_mut_ptr().cast(), F64, shape.clone(), strides) };
            assert_eq!(assign(&source, &target, &Control::new()), Ok(()));
            let got = evaluated(&target.as_ref(), &shape);
            let wanted = (0..memory.len()).map(|index| of(index % len));
            assert!(got.numbers().into_iter().zip(wanted).all(|(got, wanted)| got.same(wanted)), "{view:?}");
        }
    }
}

#[test]
fn refuses_steps_that_do_not_fit() {
    let a = Owned::packed(F64, &[3], tame(1));
    let new = |steps: &[Step], result, kind| {
        Program::new(vec![Input::array(a.array(), Kind::F64)], steps, result, kind, vec![3]).map(|_| ())
    };
    let negative = |source, target, kind| Step::Call {
        operation: Operation::Negative,
        kind,
        sources: [source; 3],
        target,
    };
    assert!(new(&[negative(0, 1, Kind::F64)], 1, Kind::F64).is_ok());
    for (steps, result, kind) in [
        (vec![negative(1, 2, Kind::F64)], 2, Kind::F64),
        (vec![negative(0, 0, Kind::F64)], 0, Kind::F64),
        (vec![negative(0, 1, Kind::F32)], 1, Kind::F32),
        (vec![negative(0, 9, Kind::F64)], 9, Kind::F64),
        (vec![negative(0, 1, Kind::F64)], 2, Kind::F64),
        (vec![negative(0, 1, Kind::F64)], 1, Kind::F32),
    ] {
        assert!(matches!(new(&steps, result, kind), Err(Error::Mismatch { .. })), "{steps:?}");
    }
    let unsupported = new(&[negative(0, 1, Kind::U64)], 1, Kind::U64);
    assert!(matches!(unsupported, Err(Error::Unsupported { .. })));
}

#[test]
fn refuses_negative_powers_of_integers() {
    let element = Element::native(Kind::I32).expect("a number");
    let power = |exponent: i128| {
        let base = Owned::packed(element, &[40], |_| Number::Int(3));
        let exponents = Owned::packed(element, &[40], |i| Number::Int(if i == 30 { exponent } else { 2 }));
        let inputs = vec![Input::array(base.array(), Kind::I32), Input::array(exponents.array(), Kind::I32)];
        let step =
            Step::Call { operation: Operation::WholePower, kind: Kind::I32, sources: [0, 1, 0], target: 2 };
        let array = Program::new(inputs, &[step], 2, Kind::I32, vec![40])
            .and_then(Program::into_array)
            .expect("a program");
        let got = evaluated(&array, &[40]);
        (got.get(&[0]), array.into_computed().expect("computed").check())
    };
    assert_eq!(power(4), (Number::Int(9), Ok(())));
    assert_eq!(power(-1).1, Err(Error::NegativePower));
}

#[test]
fn evaluates_what_is_the_same_for_all_elements_once() {
    // With more elements than a part or a tile has, after buffers were filled with something else.
    for (len, number) in [(31, 2.5), (31, 12.5), (1000, 2.5), (1000, 300.0)] {
        let a = Owned::packed(F64, &[len], |i| Number::Real(i as f64));
        let same = || Input::number(number, Kind::F64).expect("a number");
        let call = |operation, sources, target| Step::Call { operation, kind: Kind::F64, sources, target };
        let product = vec![call(Operation::Add, [1, 2, 0], 3), call(Operation::Multiply, [0, 3, 0], 4)];
        let least = vec![call(Operation::Fmin, [0, 1, 0], 3)];
        for (steps, result) in [(product, 4), (least, 3)] {
            let inputs = vec![Input::array(a.array(), Kind::F64), same(), same()];
            let array = Program::new(inputs, &steps, result, Kind::F64, vec![len])
                .and_then(Program::into_array)
                .expect("a program");
            let got = evaluated(&array, &[len]);
            for i in 0..len {
                let x = i as f64;
                let wanted = if result == 4 { x * (number + number) } else { x.min(number) };
                assert_eq!(got.get(&[i]), Number::Real(wanted));
            }
        }
    }
}
