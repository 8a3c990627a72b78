//! Histograms and ranges against a search among the edges for each element.

use super::arrays::{Owned, layouts, ordered, shapes, tame, wild};
use super::config;
use super::number::Number;
use crate::{Control, Element, Kind, extent, histogram, weighted_histogram};
use proptest::prelude::*;

/// The numbers that have bins.
fn real() -> Vec<Kind> {
    ordered().into_iter().filter(|kind| *kind != Kind::Time).collect()
}

fn native(kind: Kind) -> Element {
    Element::native(kind).expect("a number")
}

/// The bin of a number.
fn bin(edges: &[f64], number: f64) -> Option<usize> {
    let last = edges.len().checked_sub(2)?;
    (0..=last).rev().find(|&bin| {
        let in_last = bin == last && number == edges[last + 1];
        number >= edges[bin] && (number < edges[bin + 1] || in_last)
    })
}

fn edges() -> impl Strategy<Value = Vec<f64>> {
    let uniform = (-60.0f64..60.0, 0.01f64..100.0, 1usize..300).prop_map(|(from, width, bins)| {
        (0..=bins).map(|edge| from + edge as f64 * (width / bins as f64)).collect()
    });
    let on_elements = (1usize..40).prop_map(|bins| (0..=bins).map(|edge| edge as f64 * 2.0 - 20.0).collect());
    let any = prop::collection::vec(-100.0f64..100.0, 0..9).prop_map(|mut edges: Vec<f64>| {
        edges.sort_by(f64::total_cmp);
        edges
    });
    let equal = (-5.0f64..5.0, 0usize..6).prop_map(|(edge, count)| vec![edge.round(); count]);
    prop_oneof![4 => uniform, 2 => on_elements, 3 => any, 1 => equal]
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn counts_elements_between_edges(
        kind in prop::sample::select(real()),
        swapped in any::<bool>(),
        shape in shapes(),
        layout in layouts(true),
        edges in edges(),
        seed in any::<u64>(),
        is_tame in any::<bool>(),
    ) {
        let element = Element { swapped, ..native(kind) };
        let source = if is_tame {
            Owned::new(element, &shape, &layout, tame(seed))
        } else {
            Owned::new(element, &shape, &layout, wild(seed))
        };
        let bins = edges.len().saturating_sub(1);
        let mut expected = vec![0i128; bins];
        for number in source.numbers() {
            if let Some(bin) = bin(&edges, number.re()) {
                expected[bin] += 1;
            }
        }
        let mut target = Owned::packed(native(Kind::I64), &[bins], |_| Number::Int(9));
        let control = Control::new();
        histogram(&source.array(), &edges, &target.target(), &control).expect("real numbers");
        let expected: Vec<Number> = expected.into_iter().map(Number::Int).collect();
        prop_assert_eq!(target.numbers(), expected);
    }

    /// Weights are whole numbers, so that their sums are exact in any order.
    #[test]
    fn adds_weights_between_edges(
        kind in prop::sample::select(real()),
        of in prop::sample::select(vec![Kind::I32, Kind::F64, Kind::C128, Kind::F32]),
        shape in shapes(),
        (layout, other) in (layouts(true), layouts(true)),
        edges in edges(),
        seed in any::<u64>(),
    ) {
        let source = Owned::new(native(kind), &shape, &layout, tame(seed));
        let weights = Owned::new(native(of), &shape, &other, |i| Number::Complex((i % 7) as f64, (i % 3) as f64));
        let bins = edges.len().saturating_sub(1);
        let mut expected = vec![(0.0, 0.0); bins];
        for (number, weight) in source.numbers().into_iter().zip(weights.numbers()) {
            if let Some(bin) = bin(&edges, number.re()) {
                expected[bin].0 += weight.re();
                expected[bin].1 += weight.im();
            }
        }
        let mut target = Owned::packed(native(of), &[bins], |_| Number::Int(9));
        let control = Control::new();
        weighted_histogram(&source.array(), &weights.array(), &edges, &target.target(), &control).expect("numbers");
        let found: Vec<(f64, f64)> = target.numbers().into_iter().map(|number| (number.re(), number.im())).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn finds_the_range(
        kind in prop::sample::select(real()),
        swapped in any::<bool>(),
        shape in shapes(),
        layout in layouts(true),
        seed in any::<u64>(),
        is_tame in any::<bool>(),
    ) {
        prop_assume!(!shape.contains(&0));
        let element = Element { swapped, ..native(kind) };
        let source = if is_tame {
            Owned::new(element, &shape, &layout, tame(seed))
        } else {
            Owned::new(element, &shape, &layout, wild(seed))
        };
        let numbers: Vec<f64> = source.numbers().into_iter().map(Number::re).collect();
        let mut target = Owned::packed(native(Kind::F64), &[2], |_| Number::Int(9));
        extent(&source.array(), &target.target(), &Control::new()).expect("real numbers");
        let [low, high] = [0, 1].map(|index| target.get(&[index]).re());
        if numbers.iter().any(|number| number.is_nan()) {
            prop_assert!(low.is_nan() && high.is_nan());
        } else {
            prop_assert_eq!(low, numbers.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(high, numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        }
    }
}
