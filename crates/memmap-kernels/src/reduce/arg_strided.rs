//! The position of the minimum and the maximum of a whole array whose memory is not in C order.
//!
//! The array is gone through as it lies, a second set of strides tells each stretch's place in C order, and of equals
//! the one with the smallest place counts.

use super::argminmax::{BLOCK, Candidate, Position};
use super::fold::Fold;
use super::minmax::Order;
use crate::array::LoopNest;
use crate::array::{ArrayRef, c_strides};
use crate::copy::Source;
use crate::exec::Control;
use crate::exec::PIECE_BYTES;
use crate::exec::Result;
use crate::exec::in_order;

/// The state over a whole array.
pub(crate) fn fold_anywhere<T: Order, const MAX: bool, const SKIP: bool>(
    fold: &Position<T, MAX, SKIP>,
    array: &ArrayRef,
    control: &Control,
) -> Result<Option<Candidate<T>>> {
    let places = c_strides(&array.shape, 1);
    let nest = LoopNest::in_memory_order(&array.shape, [&array.strides, &places], 0);
    let source = Source::new(array.ptr, array.element, nest.only(0), T::KIND)?;
    let (total, size) = (nest.len(), array.element.size);
    let piece = PIECE_BYTES / size;
    let found = in_order(control, total.div_ceil(piece), total * size, |i| {
        let (start, end) = (i * piece, total.min((i + 1) * piece));
        let (mut reader, mut walk) = (source.reader(start), nest.walk(start));
        let (mut state, mut at) = (fold.start(), start);
        while at < end {
            let stretch = walk.next((end - at).min(BLOCK).min(source.tile_len()));
            let run = reader.next::<T>(stretch.len);
            let step = nest.inner().strides[1];
            let mut local = fold.start();
            fold.feed(&mut local, run, 0);
            if let Some(best) = local {
                let index =
                    if step < 0 { Position::<T, MAX, SKIP>::locate(run, true).index } else { best.index };
                let place = stretch.offsets[1].wrapping_add(step.wrapping_mul(index as isize));
                merge::<T, MAX, SKIP>(&mut state, Candidate { index: place as usize, ..best });
            }
            at += stretch.len;
        }
        control.advance(end - start);
        state
    })?;
    let mut all = fold.start();
    found.into_iter().flatten().for_each(|candidate| merge::<T, MAX, SKIP>(&mut all, candidate));
    Ok(all)
}

/// Takes in a candidate from anywhere: of equals, the one in front counts.
fn merge<T: Order, const MAX: bool, const SKIP: bool>(state: &mut Option<Candidate<T>>, other: Candidate<T>) {
    if let Some(best) = state {
        let equal = best.value == other.value || (best.value.is_nan() && other.value.is_nan());
        if equal && other.index < best.index {
            best.index = other.index;
        }
    }
    Position::<T, MAX, SKIP>::challenge(state, other);
}
