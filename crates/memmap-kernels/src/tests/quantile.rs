//! Quantiles against the sorted elements.

use super::arrays::{self, Layout, Owned, layouts, ordered, random, shapes, tame, wild};
use super::config;
use super::number::Number;
use crate::{Control, Element, Kind, QuantileMethod, Quantiles, quantile};
use proptest::prelude::*;

/// The elements at a rank, along axes; NaN first counts as an output of NaN.
fn lower(source: &Owned, axes: &[bool], fractions: &[f64], skip_nan: bool) -> Vec<Option<Number>> {
    let kind = source.element.kind;
    let of = |reduced: bool| -> Vec<usize> {
        (0..axes.len()).map(|axis| if axes[axis] == reduced { source.shape[axis] } else { 1 }).collect()
    };
    let mut results = Vec::new();
    for &q in fractions {
        for kept in arrays::indices(&of(false)) {
            let all: Vec<Number> = arrays::indices(&of(true))
                .into_iter()
                .map(|inner| source.get(&kept.iter().zip(&inner).map(|(a, b)| a + b).collect::<Vec<_>>()))
                .collect();
            let mut numbers: Vec<Number> =
                all.iter().copied().filter(|number| !number.is_nan(kind)).collect();
            numbers.sort_by(|a, b| match (a, b) {
                (Number::Int(a), Number::Int(b)) => a.cmp(b),
                _ => a.re().total_cmp(&b.re()),
            });
            let is_missing = numbers.is_empty() || (!skip_nan && numbers.len() < all.len());
            let rank = (numbers.len().max(1) - 1) as f64 * q;
            results.push((!is_missing).then(|| numbers[rank.floor() as usize]));
        }
    }
    results
}

fn check(source: &Owned, axes: &[bool], fractions: &[f64], skip_nan: bool) {
    let kept = source.shape.iter().zip(axes).filter(|&(_, &reduced)| !reduced).map(|(&len, _)| len);
    let shape: Vec<usize> = std::iter::once(fractions.len()).chain(kept).collect();
    let native = Element { swapped: false, ..source.element };
    let mut target = Owned::packed(native, &shape, |_| Number::Int(1));
    let wanted = Quantiles { fractions: fractions.to_vec(), method: QuantileMethod::Lower, skip_nan };
    let control = Control::new();
    quantile(&source.array(), axes, &wanted, &target.target(), &control).expect("elements in order");
    let expected = lower(source, axes, fractions, skip_nan);
    assert!(control.done() <= source.shape.iter().product::<usize>() as u64);
    for (found, expected) in target.numbers().into_iter().zip(expected) {
        match expected {
            Some(number) => assert!(found.same(number), "{found:?} is not {number:?}"),
            None => assert!(found.is_nan(source.element.kind)),
        }
    }
}

proptest! {
    #![proptest_config(config(200))]

    /// Along any axes of any layout, through copies and by counting.
    #[test]
    fn finds_the_elements_at_ranks(
        kind in prop::sample::select(ordered()),
        swapped in any::<bool>(),
        shape in shapes(),
        layout in layouts(true),
        marks in prop::collection::vec(any::<bool>(), 4),
        fractions in prop::collection::vec(0.0f64..=1.0, 1..12),
        seed in any::<u64>(),
        skip_nan in any::<bool>(),
        few in any::<bool>(),
    ) {
        // The target has an axis more, and layouts are of up to four.
        let shape = &shape[..shape.len().min(3)];
        prop_assume!(!shape.contains(&0));
        let element = Element { swapped, ..Element::native(kind).expect("a number") };
        let source = if few {
            Owned::new(element, shape, &layout, tame(seed))
        } else {
            Owned::new(element, shape, &layout, wild(seed))
        };
        check(&source, &marks[..shape.len()], &fractions, skip_nan);
    }

    /// All elements of long arrays: equal ones, few values, sorted, and all over the range.
    #[test]
    fn counts_long_arrays(
        kind in prop::sample::select(ordered()),
        len in 300usize..5000,
        step in prop::sample::select(vec![1i8, -1, 2]),
        values in prop::sample::select(vec![1u64, 2, 3, 40, 1 << 20, u64::MAX]),
        sorted in any::<bool>(),
        fractions in prop::collection::vec(0.0f64..=1.0, 1..24),
        seed in any::<u64>(),
        skip_nan in any::<bool>(),
    ) {
        let mut next = random(seed);
        let mut numbers: Vec<u64> = (0..len).map(|_| next() % values).collect();
        if sorted {
            numbers.sort_unstable();
        }
        let element = Element::native(kind).expect("a number");
        let layout = Layout::line(step);
        let source = Owned::new(element, &[len], &layout, |i| match values {
            u64::MAX => Number::Real(f64::from_bits(numbers[i])),
            _ => Number::Int(i128::from(numbers[i])),
        });
        check(&source, &[true], &fractions, skip_nan);
    }
}

/// Elements that change between and during reads give some element: nothing panics.
#[test]
fn survives_other_writers() {
    let len = if cfg!(miri) { 600 } else { 40_000 };
    let mut memory = vec![0u64; len];
    let stop = std::sync::atomic::AtomicBool::new(false);
    let element = Element::native(Kind::F64).expect("a number");
    let start = memory.as_mut_ptr();
    // SAFETY: the array covers the memory, which outlives it.
    let source = unsafe { crate::ArrayRef::contiguous(start.cast(), element, vec![len]) };
    std::thread::scope(|scope| {
        struct Shared(*mut u64);
        // SAFETY: the memory outlives the scope.
        unsafe impl Send for Shared {}
        let shared = Shared(start);
        let stop = &stop;
        scope.spawn(move || {
            let shared = shared;
            let mut next = random(7);
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                let at = next() as usize % len;
                // SAFETY: inside the memory.
                let place = unsafe { shared.0.add(at) };
                // SAFETY: as above.
                unsafe { place.write_volatile(next()) };
            }
        });
        for round in 0..20 {
            let mut target = Owned::packed(element, &[3], |_| Number::Int(0));
            let wanted = Quantiles {
                fractions: vec![0.0, 0.5, 1.0],
                method: QuantileMethod::Linear,
                skip_nan: round % 2 == 0,
            };
            quantile(&source, &[true], &wanted, &target.target(), &Control::new()).expect("some elements");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}
