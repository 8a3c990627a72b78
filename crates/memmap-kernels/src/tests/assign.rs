//! Copies, conversions, overlap, fill and byte swap.

use super::arrays::{Owned, elements, layouts, shapes, tame, wild};
use super::config;
use super::number::{Number, decode, encode};
use crate::{ArrayMut, ArrayRef, Control, Element, Error, Kind, assign, byteswap_in_place, fill};
use proptest::prelude::*;

fn control(fresh: bool) -> Control {
    if fresh { Control::new().with_fresh_target() } else { Control::new() }
}

fn check(source: &Owned, target: &mut Owned, fresh: bool) {
    let expected: Vec<Number> = source
        .numbers()
        .into_iter()
        .map(|number| decode(target.element.kind, &encode(target.element.kind, number)))
        .collect();
    let control = control(fresh);
    assert_eq!(assign(&source.array(), &target.target(), &control), Ok(()));
    for (i, (got, expected)) in target.numbers().into_iter().zip(expected).enumerate() {
        assert!(got.same(expected), "element {i}: {got:?} instead of {expected:?}");
    }
    assert_eq!(control.done(), source.shape.iter().product::<usize>() as u64);
}

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn converts_any_kind_to_any(
        (from, to, shape) in (elements(), elements(), shapes()),
        (source, target) in (layouts(true), layouts(false)),
        seed: u64,
        fresh: bool,
    ) {
        let source = Owned::new(from, &shape, &source, wild(seed));
        let mut target = Owned::new(to, &shape, &target, |_| Number::Int(0));
        check(&source, &mut target, fresh);
    }

    #[test]
    fn copies_the_same_kind(
        (element, swapped, shape) in (elements(), any::<bool>(), shapes()),
        (source, target) in (layouts(true), layouts(false)),
        seed: u64,
        fresh: bool,
    ) {
        let source = Owned::new(element, &shape, &source, tame(seed));
        let mut target = Owned::new(Element { swapped, ..element }, &shape, &target, |_| Number::Int(0));
        check(&source, &mut target, fresh);
    }

    #[test]
    fn transposes((element, rows, columns) in (elements(), 1usize..90, 1usize..90), to: bool, seed: u64) {
        let source = Owned::packed(element, &[rows, columns], tame(seed));
        let kind = if to { Kind::F64 } else { element.kind };
        let mut target = Owned::packed(Element::native(kind).expect("a number"), &[columns, rows], |_| Number::Int(0));
        let turned = source.array();
        // SAFETY: the same elements with the axes exchanged.
        let turned = unsafe {
            ArrayRef::new(turned.ptr, element, vec![columns, rows], vec![turned.strides[1], turned.strides[0]])
        };
        assert_eq!(assign(&turned, &target.target(), &Control::new()), Ok(()));
        for row in 0..rows {
            for column in 0..columns {
                let expected = decode(kind, &encode(kind, source.get(&[row, column])));
                prop_assert!(target.get(&[column, row]).same(expected));
            }
        }
    }

    #[test]
    fn overlaps_as_if_copied_first(
        element in elements(),
        (len, from, to) in (1usize..200, 0usize..60, 0usize..60),
        steps in (prop::sample::select(vec![1isize, 2, 3, -1, -2]), prop::sample::select(vec![1isize, 2, 3, -1, -2])),
        same_step: bool,
        retyped: bool,
        seed: u64,
    ) {
        let steps = if same_step { (steps.0, steps.0) } else { steps };
        let size = element.size as isize;
        let mut memory = Owned::packed(element, &[700], tame(seed)).memory;
        let kind = if retyped && element.kind == Kind::F32 { Kind::I32 } else { element.kind };
        let other = Element { kind, ..element };
        let first = |at: usize, step: isize| (at as isize + if step < 0 { -step * (len as isize - 1) } else { 0 }) * size;
        let (from, to) = (first(from, steps.0), first(to, steps.1));
        let snapshot = memory.clone();
        let base = memory.as_mut_ptr();
        // SAFETY: 60 + 3 * 199 elements and one more lie below the 700 of the memory.
        let source = unsafe { ArrayRef::new(base.wrapping_offset(from), element, vec![len], vec![steps.0 * size]) };
        // SAFETY: as above.
        let target = unsafe { ArrayMut::new(base.wrapping_offset(to), other, vec![len], vec![steps.1 * size]) };
        assert_eq!(assign(&source, &target, &Control::new()), Ok(()));
        let mut expected = snapshot.clone();
        // SAFETY: the snapshot is as long as the memory and not written.
        let before = unsafe { ArrayRef::new(snapshot.as_ptr().wrapping_offset(from), element, vec![len], vec![steps.0 * size]) };
        // SAFETY: as long as the memory, too, and another allocation than the snapshot.
        let after = unsafe {
            ArrayMut::new(expected.as_mut_ptr().wrapping_offset(to), other, vec![len], vec![steps.1 * size])
        };
        assert_eq!(assign(&before, &after, &Control::new()), Ok(()));
        prop_assert_eq!(memory, expected);
    }

    #[test]
    fn fills((element, shape, layout) in (elements(), shapes(), layouts(false)), seed: u64) {
        let mut target = Owned::new(element, &shape, &layout, |_| Number::Int(1));
        let value = Owned::packed(element, &[1], wild(seed));
        assert_eq!(fill(&target.target(), &value.memory[..element.size], &Control::new()), Ok(()));
        for number in target.numbers() {
            prop_assert!(number.same(value.get(&[0])));
        }
    }

    #[test]
    fn swaps_bytes_in_place((element, shape, layout) in (elements(), shapes(), layouts(false)), seed: u64) {
        let mut target = Owned::new(element, &shape, &layout, tame(seed));
        let before = target.numbers();
        assert_eq!(byteswap_in_place(&target.target(), &Control::new()), Ok(()));
        target.element.swapped = !target.element.swapped;
        for (number, before) in target.numbers().into_iter().zip(before) {
            prop_assert!(number.same(before));
        }
    }
}

#[test]
fn overlapping_rows_move_either_way() {
    let element = Element::native(Kind::I32).expect("a number");
    for (from, to) in
        [([0isize, 0], [1isize, 0]), ([1, 0], [0, 0]), ([0, 0], [0, 1]), ([0, 1], [0, 0]), ([0, 0], [1, 1])]
    {
        for transposed in [false, true] {
            let mut grid = Owned::packed(element, &[20, 20], |i| Number::Int(i as i128));
            let before = grid.clone();
            let strides = if transposed { vec![4, 80] } else { vec![80, 4] };
            let at = |place: [isize; 2]| place[0] * 80 + place[1] * 4;
            let base = grid.memory.as_mut_ptr();
            // SAFETY: 19 by 19 elements from at most (1, 1) on lie inside the grid.
            let source = unsafe {
                ArrayRef::new(base.wrapping_offset(at(from)), element, vec![19, 19], strides.clone())
            };
            // SAFETY: as above.
            let target =
                unsafe { ArrayMut::new(base.wrapping_offset(at(to)), element, vec![19, 19], strides) };
            assert_eq!(assign(&source, &target, &Control::new()), Ok(()));
            for row in 0..19isize {
                for column in 0..19isize {
                    let place =
                        |corner: [isize; 2]| [(corner[0] + row) as usize, (corner[1] + column) as usize];
                    assert_eq!(grid.get(&place(to)), before.get(&place(from)));
                }
            }
        }
    }
}

#[test]
fn floats_wrap_to_integers_on_every_processor() {
    let cases = [
        (300.7, 44),
        (-1.5, 255),
        (-0.9, 0),
        (4294967296.0 + 7.0, 7),
        (f64::NAN, 0),
        (f64::INFINITY, 0),
        (1e300, 0),
    ];
    for (value, expected) in cases {
        let source =
            Owned::packed(Element::native(Kind::F64).expect("a number"), &[1], |_| Number::Real(value));
        let mut target =
            Owned::packed(Element::native(Kind::U8).expect("a number"), &[1], |_| Number::Int(1));
        assert_eq!(assign(&source.array(), &target.target(), &Control::new()), Ok(()));
        assert_eq!(target.get(&[0]), Number::Int(expected), "{value}");
    }
}

#[test]
fn opaque_elements_are_moved_and_never_converted() {
    let bytes: Vec<u8> = (0..60).collect();
    let mut copy = vec![0u8; 60];
    // SAFETY: 20 elements of 3 bytes, last to first.
    let source =
        unsafe { ArrayRef::new(bytes.as_ptr().wrapping_add(57), Element::opaque(3), vec![20], vec![-3]) };
    // SAFETY: 20 elements of 3 bytes.
    let target = unsafe { ArrayMut::contiguous(copy.as_mut_ptr(), Element::opaque(3), vec![20]) };
    assert_eq!(assign(&source, &target, &Control::new()), Ok(()));
    assert_eq!(copy, bytes.chunks(3).rev().flatten().copied().collect::<Vec<u8>>());
    // SAFETY: fewer bytes of the same memory.
    let numbers =
        unsafe { ArrayMut::contiguous(copy.as_mut_ptr(), Element::native(Kind::U8).expect("u8"), vec![20]) };
    assert!(matches!(assign(&source, &numbers, &Control::new()), Err(Error::Unsupported { .. })));
    // SAFETY: fewer bytes of the same memory.
    let short = unsafe { ArrayMut::contiguous(copy.as_mut_ptr(), Element::opaque(2), vec![20]) };
    assert!(matches!(assign(&source, &short, &Control::new()), Err(Error::Mismatch { .. })));
}
