//! One value in every element.

use super::strided_copy::StridedCopy;
use super::tile::TILE_BYTES;
use crate::array::{ArrayMut, LoopNest, SharedMut};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, memory_bound};
use crate::loops::{Kernel, LINE, Level, RawSliceMut, STREAM_BYTES, Stream, dispatch_wide, fill_with};

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

/// Fills of this many bytes and more go past the cache: more than other writes, because stores of whole lines read nothing.
const STREAM_FILL: usize = 4 * STREAM_BYTES;

/// Fills contiguous segments: from a line of the value, or from a tile full of it where it does not divide a line, or goes past the cache.
fn fill_packed(base: SharedMut, nest: &LoopNest<1>, value: &[u8], control: &Control) -> Result<()> {
    let size = value.len();
    let total = nest.len();
    let piece = (PIECE_BYTES / size).max(1);
    let streaming = total * size >= STREAM_FILL;
    let line = if streaming || !LINE.is_multiple_of(size) {
        None
    } else {
        value.repeat(LINE / size).try_into().ok()
    };
    let tile = if line.is_none() { value.repeat((TILE_BYTES / size).max(1)) } else { Vec::new() };
    let most = if line.is_none() { tile.len() / size } else { piece };
    for_pieces(control, total.div_ceil(piece), memory_bound(total * size), |i| {
        let (mut at, end) = (i * piece, total.min((i + 1) * piece));
        let (mut walk, stream) = (nest.walk(at), Stream::new());
        while at < end {
            let segment = walk.next((end - at).min(most));
            let (to, bytes) = (base.at(segment.offsets[0]), segment.len * size);
            if let Some(line) = &line {
                // SAFETY: the segment is inside the array.
                let to = unsafe { RawSliceMut::new(to, bytes) };
                dispatch_wide(Lines { to, line });
            } else if streaming {
                // SAFETY: the segment is inside the array and is no longer than the tile, our own memory.
                unsafe { stream.copy(tile.as_ptr(), to, bytes) }
            } else {
                // SAFETY: as above.
                unsafe { std::ptr::copy_nonoverlapping(tile.as_ptr(), to, bytes) }
            }
            at += segment.len;
        }
        control.advance(end - i * piece);
        Ok(())
    })
}

/// Stores the same line from registers again and again, which is up to twice as fast as to copy a tile.
struct Lines<'a> {
    to: RawSliceMut<'a, u8>,
    line: &'a [u8; LINE],
}

impl Kernel for Lines<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Lines { mut to, line } = self;
        let Some(last) = to.len().checked_sub(LINE) else {
            fill_with(to, |at| line[at % LINE]);
            return;
        };
        // In the order of memory, because no store after one that the disk has no room for reaches the file.
        to.put_chunk(0, *line);
        let first = to.as_ptr().align_offset(LINE).min(last);
        let (lines, rest) = to.split_at(first).1.groups();
        let middle = turned(line, first);
        fill_with(lines, |_| middle);
        fill_with(rest, |at| middle[at % LINE]);
    }
}

/// A line of the same bytes that begins with the one at `start`.
#[inline(always)]
fn turned(line: &[u8; LINE], start: usize) -> [u8; LINE] {
    std::array::from_fn(|i| line[(start + i) % LINE])
}
