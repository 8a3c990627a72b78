//! take, gather, scatter and masks.

use super::arrays::{Owned, elements, layouts, random, shapes, tame};
use super::config;
use super::number::{Number, decode, encode};
use crate::{
    ArrayMut, ArrayRef, Control, Element, Error, Kind, gather, mask_count, mask_gather, mask_indices,
    scatter, take,
};
use proptest::prelude::*;

proptest! {
    #![proptest_config(config(800))]

    #[test]
    fn takes_along_any_axis(
        (element, shape, swapped) in (elements(), shapes(), any::<bool>()),
        layouts in (layouts(true), layouts(false)),
        (axis, count) in (0usize..4, 0usize..50),
        seed: u64,
        fresh: bool,
    ) {
        prop_assume!(axis < shape.len() && shape[axis] > 0);
        let mut next = random(seed);
        let source = Owned::new(element, &shape, &layouts.0, tame(seed));
        let indices: Vec<i64> = (0..count).map(|_| (next() % shape[axis] as u64) as i64).collect();
        let mut taken = shape.clone();
        taken[axis] = count;
        let mut target = Owned::new(Element { swapped, ..element }, &taken, &layouts.1, |_| Number::Int(0));
        let control = if fresh { Control::new().with_fresh_target() } else { Control::new() };
        prop_assert_eq!(take(&source.array(), axis, &indices, &target.target(), &control), Ok(()));
        for index in target.indices() {
            let mut from = index.clone();
            from[axis] = indices[index[axis]] as usize;
            prop_assert!(target.get(&index).same(source.get(&from)));
        }
        let wrong = [vec![shape[axis] as i64; usize::from(count > 0)], indices[..count.saturating_sub(1)].to_vec()].concat();
        if count > 0 {
            let refused = take(&source.array(), axis, &wrong, &target.target(), &Control::new());
            let refused = matches!(refused, Err(Error::Mismatch { .. }));
            prop_assert!(refused);
        }
    }

    #[test]
    fn gathers_and_scatters_blocks(
        (element, values, shape) in (elements(), elements(), shapes()),
        layouts in (layouts(false), layouts(true), layouts(false)),
        count in 0usize..60,
        seed: u64,
    ) {
        prop_assume!(!shape.is_empty() && shape[0] > 0 && (element.kind == Kind::Time) == (values.kind == Kind::Time));
        let mut next = random(seed);
        let mut source = Owned::new(element, &shape, &layouts.0, tame(seed));
        let rows: Vec<usize> = (0..count).map(|_| next() as usize % shape[0]).collect();
        let whole = source.array();
        let offsets: Vec<isize> = rows.iter().map(|&row| row as isize * whole.strides[0]).collect();
        // SAFETY: the first row of the array.
        let block = unsafe { ArrayRef::new(whole.ptr, element, shape[1..].to_vec(), whole.strides[1..].to_vec()) };
        let mut picked = shape.clone();
        picked[0] = count;
        let mut target = Owned::new(element, &picked, &layouts.2, |_| Number::Int(0));
        // SAFETY: the offsets lead to rows of the array.
        prop_assert_eq!(unsafe { gather(&block, &offsets, &target.target(), &Control::new()) }, Ok(()));
        for index in target.indices() {
            let from = [&[rows[index[0]]], &index[1..]].concat();
            prop_assert!(target.get(&index).same(source.get(&from)));
        }
        let update = Owned::new(values, &picked, &layouts.1, tame(seed / 3));
        let mut expected = source.clone();
        for index in update.indices() {
            let number = decode(element.kind, &encode(element.kind, update.get(&index)));
            expected.set(&[&[rows[index[0]]], &index[1..]].concat(), number);
        }
        let whole = source.target();
        // SAFETY: the first row of the array.
        let block = unsafe { ArrayMut::new(whole.ptr, element, shape[1..].to_vec(), whole.strides[1..].to_vec()) };
        // SAFETY: the offsets lead to rows of the array.
        prop_assert_eq!(unsafe { scatter(&update.array(), &block, &offsets, &Control::new()) }, Ok(()));
        for (got, expected) in source.numbers().into_iter().zip(expected.numbers()) {
            prop_assert!(got.same(expected));
        }
    }

    #[test]
    fn masks_select_in_c_order(
        (element, shape, fewer) in (elements(), shapes(), 0usize..3),
        layouts in (layouts(true), layouts(true), layouts(false)),
        share in 1u64..9,
        seed: u64,
    ) {
        let mut next = random(seed);
        let axes = shape.len().saturating_sub(fewer);
        let source = Owned::new(element, &shape, &layouts.0, tame(seed));
        let bools = Element::native(Kind::Bool).expect("a number");
        let mask = Owned::new(bools, &shape[..axes], &layouts.1, |_| Number::Int(i128::from(next() % 9 < share)));
        let chosen: Vec<Vec<usize>> = mask.indices().into_iter().filter(|index| mask.get(index).is_true()).collect();
        let control = Control::new();
        prop_assert_eq!(mask_count(&mask.array(), &control), Ok(chosen.len()));
        let flat: Vec<i64> = mask.numbers().iter().enumerate().filter(|(_, x)| x.is_true()).map(|(i, _)| i as i64).collect();
        prop_assert_eq!(mask_indices(&mask.array(), &control), Ok(flat));
        let picked = [&[chosen.len()], &shape[axes..]].concat();
        let mut target = Owned::new(element, &picked, &layouts.2, |_| Number::Int(0));
        prop_assert_eq!(mask_gather(&source.array(), &mask.array(), &target.target(), &control), Ok(()));
        for index in target.indices() {
            let from = [&chosen[index[0]], &index[1..]].concat();
            prop_assert!(target.get(&index).same(source.get(&from)));
        }
    }
}

#[test]
fn any_byte_but_zero_is_true_in_a_mask() {
    let mask = [0u8, 1, 2, 255, 0];
    // SAFETY: five bools.
    let mask =
        unsafe { ArrayRef::contiguous(mask.as_ptr(), Element::native(Kind::Bool).expect("bool"), vec![5]) };
    assert_eq!(mask_indices(&mask, &Control::new()), Ok(vec![1, 2, 3]));
}

#[test]
fn the_last_of_equal_offsets_stays() {
    let (values, mut place) = ([1i32, 2, 3], [0i32; 2]);
    let element = Element::native(Kind::I32).expect("a number");
    // SAFETY: three numbers.
    let source = unsafe { ArrayRef::contiguous(values.as_ptr().cast(), element, vec![3]) };
    // SAFETY: one number, the first of two.
    let block = unsafe { ArrayMut::contiguous(place.as_mut_ptr().cast(), element, vec![]) };
    // SAFETY: the offsets are those of the two numbers.
    assert_eq!(unsafe { scatter(&source, &block, &[4, 0, 4], &Control::new()) }, Ok(()));
    assert_eq!(place, [2, 3]);
}
