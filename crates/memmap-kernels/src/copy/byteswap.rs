//! Reversing the bytes of every number in place.

use super::strided_copy::StridedCopy;
use crate::array::{ArrayMut, LoopNest, SharedMut};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, memory_bound};

/// Reverses the bytes of every number of `target` in place; of a complex number, those of each part.
///
/// Elements of one byte stay as they are. No element may be reached twice (a stride of 0).
///
/// # Errors
/// [`Error::Unsupported`] for opaque elements: view them as the numbers they are made of; [`Error::Cancelled`].
pub fn byteswap_in_place(target: &ArrayMut, control: &Control) -> Result<()> {
    let element = Element { swapped: true, ..target.element };
    if element.kind == Kind::Opaque {
        return Err(Error::Unsupported { operation: "byteswap", kind: Kind::Opaque });
    }
    if target.is_empty() {
        return Ok(());
    }
    if !element.needs_swap() {
        control.advance(target.len());
        return Ok(());
    }
    let nest = LoopNest::in_memory_order(&target.shape, [&target.strides], 0);
    let (base, stride, mover) =
        (SharedMut(target.ptr), nest.inner().strides[0], StridedCopy::new(&element, true));
    let (total, piece) = (nest.len(), PIECE_BYTES / element.size);
    for_pieces(control, total.div_ceil(piece), memory_bound(total * element.size), |i| {
        let (mut at, end) = (i * piece, total.min((i + 1) * piece));
        let mut walk = nest.walk(at);
        while at < end {
            let segment = walk.next(end - at);
            let ptr = base.at(segment.offsets[0]);
            // SAFETY: the segment is inside the array; each element is moved onto itself.
            unsafe { mover.run(ptr, stride, ptr, stride, segment.len) };
            at += segment.len;
        }
        control.advance(end - i * piece);
        Ok(())
    })
}
