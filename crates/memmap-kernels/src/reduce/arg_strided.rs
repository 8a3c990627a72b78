//! The position of the minimum and the maximum of a whole array whose memory is not in C order.
//!
//! Elements are read as they are in memory. A second set of strides gives the index of each in C order, and of equal
//! elements the one with the smallest index counts.

use super::fold::{AnyFold, At, State};
use crate::array::{ArrayRef, LoopNest, c_strides};
use crate::copy::Source;
use crate::exec::{Control, PIECE_BYTES, Result, in_order, memory_bound};

/// The state over a whole array.
pub(crate) fn fold_strided(fold: &dyn AnyFold, array: &ArrayRef, control: &Control) -> Result<State> {
    let places = c_strides(&array.shape, 1);
    let nest = LoopNest::in_memory_order(&array.shape, [&array.strides, &places], 0);
    let source = Source::new(array, nest.only(0), fold.traits().input)?;
    let (total, size) = (nest.len(), array.element.size);
    let (piece, step) = (PIECE_BYTES / size, nest.inner().strides[1]);
    let found = in_order(control, total.div_ceil(piece), memory_bound(total * size), |i| {
        let (start, end) = (i * piece, total.min((i + 1) * piece));
        let (mut reader, mut walk) = (source.reader(start), nest.walk(start));
        let (mut state, mut at) = (fold.start(), start);
        while at < end {
            let segment = walk.next((end - at).min(source.tile_len()));
            let first = segment.offsets[1] as usize;
            fold.feed(&mut state, reader.next_any(segment.len), At { first, step, ordered: false });
            at += segment.len;
        }
        control.advance(end - start);
        state
    })?;
    let mut all = fold.start();
    found.into_iter().for_each(|state| fold.join(&mut all, state));
    Ok(all)
}
