//! One value in every element.

use super::strided_copy::StridedCopy;
use super::tile::TILE_BYTES;
use crate::array::{ArrayMut, LoopNest, SharedMut};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, memory_bound};
use crate::loops::{STREAM_BYTES, Stream};

/// Writes the same bytes to every element of `target`.
///
/// `value` is one element in the byte order of the array.
///
/// # Errors
/// [`Error::Mismatch`] when `value` is not one element long; [`Error::Cancelled`].
///
/// ```
/// use memmap_kernels::{ArrayMut, Control, Element, Kind, fill};
/// let mut data = [0u16; 5];
/// let element = Element::native(Kind::U16).unwrap();
/// // SAFETY: the array covers `data`, which outlives it.
/// let target = unsafe { ArrayMut::contiguous(data.as_mut_ptr().cast(), element, vec![5]) };
/// fill(&target, &7u16.to_ne_bytes(), &Control::new()).unwrap();
/// assert_eq!(data, [7; 5]);
/// ```
pub fn fill(target: &ArrayMut, value: &[u8], control: &Control) -> Result<()> {
    let size = target.element.size;
    if value.len() != size {
        return Err(Error::Mismatch { rule: "the value to fill with must be one element long" });
    }
    if target.is_empty() || size == 0 {
        return Ok(());
    }
    let nest = LoopNest::in_memory_order(&target.shape, [&target.strides], 0);
    let (base, inner) = (SharedMut(target.ptr), nest.inner());
    if inner.strides[0] == size as isize && inner.len * size >= 64 {
        return fill_packed(base, &nest, value, control);
    }
    let (total, piece) = (nest.len(), (PIECE_BYTES / size).max(1));
    let mover = StridedCopy::new(&target.element, false);
    for_pieces(control, total.div_ceil(piece), memory_bound(total * size), |i| {
        let (mut at, end) = (i * piece, total.min((i + 1) * piece));
        let mut walk = nest.walk(at);
        while at < end {
            let segment = walk.next(end - at);
            // SAFETY: the segment is inside the array; the value is one element, read again and again.
            unsafe {
                mover.run(value.as_ptr(), 0, base.at(segment.offsets[0]), inner.strides[0], segment.len)
            };
            at += segment.len;
        }
        control.advance(end - i * piece);
        Ok(())
    })
}

/// Fills of this many bytes and more go past the cache: twice as many as of other writes, because a fill reads nothing.
const STREAM_FILL: usize = 2 * STREAM_BYTES;

/// Fills contiguous segments from a tile full of the value.
fn fill_packed(base: SharedMut, nest: &LoopNest<1>, value: &[u8], control: &Control) -> Result<()> {
    let size = value.len();
    let pattern = value.repeat((TILE_BYTES / size).max(1));
    let total = nest.len();
    let piece = (PIECE_BYTES / size).max(1);
    let streaming = total * size >= STREAM_FILL;
    for_pieces(control, total.div_ceil(piece), memory_bound(total * size), |i| {
        let (mut at, end) = (i * piece, total.min((i + 1) * piece));
        let (mut walk, stream) = (nest.walk(at), Stream::new());
        while at < end {
            let segment = walk.next((end - at).min(pattern.len() / size));
            let (to, bytes) = (base.at(segment.offsets[0]), segment.len * size);
            if streaming {
                // SAFETY: the segment is inside the array and is no longer than the pattern, our own memory.
                unsafe { stream.copy(pattern.as_ptr(), to, bytes) }
            } else {
                // SAFETY: as above.
                unsafe { std::ptr::copy_nonoverlapping(pattern.as_ptr(), to, bytes) }
            }
            at += segment.len;
        }
        control.advance(end - i * piece);
        Ok(())
    })
}
