//! Selection by a boolean array.

use super::gather::move_block;
use crate::array::{ArrayMut, ArrayRef, LoopNest, Shared, SharedMut};
use crate::copy::{Buffer, Source, StridedCopy, TILE_BYTES};
use crate::dtype::{Element, Flag, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, in_order};
use crate::loops::{RawSlice, RawSliceMut};
use crate::reduce::count_true;

/// Elements of a piece. Each piece knows the number selected before it.
const PIECE: usize = PIECE_BYTES / 8;

/// How many elements of a boolean array are true.
///
/// # Errors
/// [`Error::Mismatch`] when the array is not of [`Kind::Bool`]; [`Error::Cancelled`].
pub fn mask_count(mask: &ArrayRef, control: &Control) -> Result<usize> {
    let counts = counts(mask, control, true)?;
    Ok(counts.into_iter().sum())
}

/// The positions of the true elements in C order, counted from 0: NumPy's `flatnonzero`.
///
/// # Errors
/// As [`mask_count`].
pub fn mask_indices(mask: &ArrayRef, control: &Control) -> Result<Vec<i64>> {
    let counts = counts(mask, control, false)?;
    let total = counts.iter().sum();
    let mut indices: Vec<i64> = Vec::new();
    indices.try_reserve_exact(total).map_err(|_| Error::Memory { bytes: total * size_of::<i64>() })?;
    let parts = in_order(control, counts.len(), mask.len(), |i| {
        let mut part = Vec::with_capacity(counts[i]);
        for_each_true(mask, i, |place| part.push(place as i64));
        control.advance(PIECE.min(mask.len() - i * PIECE));
        part
    })?;
    parts.into_iter().for_each(|part| indices.extend(part));
    Ok(indices)
}

/// Copies the elements (or, where the mask has fewer axes, the sub-arrays) for which the mask is true, in C order.
///
/// The mask's shape is that of the first axes of `source`; `target` has the shape `[mask_count(mask), ...rest]` and
/// elements of the same kind. The two may not overlap.
///
/// # Errors
/// [`Error::Mismatch`] when shapes or kinds do not fit, also where others change the mask meanwhile;
/// [`Error::Cancelled`].
pub fn mask_gather(source: &ArrayRef, mask: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let axes = mask.shape.len();
    if source.shape.get(..axes) != Some(&mask.shape) {
        return Err(Error::Mismatch { rule: "a mask must have the shape of the first axes of the array" });
    }
    if target.shape.get(1..) != Some(&source.shape[axes..]) {
        return Err(Error::Mismatch { rule: "the target of a mask must have the shape of what is selected" });
    }
    if source.element.kind != target.element.kind || source.element.size != target.element.size {
        return Err(Error::Mismatch { rule: "a selection has the element type of its source" });
    }
    let counts = counts(mask, control, false)?;
    let starts: Vec<usize> = counts
        .iter()
        .scan(0, |sum, &count| {
            let start = *sum;
            *sum += count;
            Some(start)
        })
        .collect();
    if counts.iter().sum::<usize>() != target.shape[0] {
        return Err(Error::Mismatch { rule: "the target of a mask needs one place for each true element" });
    }
    if source.is_empty() {
        return Ok(());
    }
    let job = Job { source, mask, target, starts, counts };
    if source.shape.len() == axes && matches!(source.element.size, 1 | 2 | 4 | 8 | 16) {
        job.single_elements(control)
    } else {
        job.sub_arrays(control)
    }
}

/// A selection whose parts fit together.
struct Job<'a> {
    source: &'a ArrayRef,
    mask: &'a ArrayRef,
    target: &'a ArrayMut,
    /// For each piece, the rows of the target before it, and those of it.
    starts: Vec<usize>,
    counts: Vec<usize>,
}

impl Job<'_> {
    /// Selects tile by tile: the chosen elements of a tile are first moved together.
    fn single_elements(&self, control: &Control) -> Result<()> {
        let (source, mask, size) = (self.source, self.mask, self.source.element.size);
        let nest = LoopNest::in_order(&mask.shape, [&source.strides, &mask.strides]);
        let element = source.element;
        let source = Source::new(source, nest.only(0), element.kind)?;
        let flags = Source::new(mask, nest.only(1), Kind::Bool)?;
        let native = Element { swapped: false, ..element };
        let mover = StridedCopy::between(&native, &self.target.element);
        let (to, step) = (SharedMut(self.target.ptr), self.target.strides[0]);
        let total = mask.len();
        for_pieces(control, self.counts.len(), total * size, |i| {
            let (mut at, end) = (i * PIECE, total.min((i + 1) * PIECE));
            let (mut row, rows) = (self.starts[i], self.starts[i] + self.counts[i]);
            let (mut elements, mut flags, mut chosen) = (source.reader(at), flags.reader(at), Buffer::new());
            while at < end {
                let len = (end - at).min(TILE_BYTES / size.max(1));
                let flags = flags.next::<Flag>(len);
                if count_true(flags) == 0 {
                    // The elements are not read, because their pages may not be in memory.
                    at += len;
                    elements = source.reader(at);
                    continue;
                }
                let from = elements.next_bytes(len);
                // SAFETY: `from` leads to `len` elements of this size; the buffer holds a tile of them.
                let count = unsafe { compress(flags, from, chosen.as_mut_ptr(), size) }.min(rows - row);
                let (from, to) = (chosen.as_mut_ptr(), to.at(step.wrapping_mul(row as isize)));
                // SAFETY: so many elements were chosen, and the target has that many rows left.
                unsafe { mover.run(from, size as isize, to, step, count) };
                row += count;
                at += len;
            }
            control.advance(self.counts[i]);
            Ok(())
        })
    }

    /// Selects one sub-array after the other.
    fn sub_arrays(&self, control: &Control) -> Result<()> {
        let (source, mask, target) = (self.source, self.mask, self.target);
        let axes = mask.shape.len();
        let outer = LoopNest::in_order(&mask.shape, [&source.strides[..axes]]);
        let inner =
            LoopNest::in_order(&source.shape[axes..], [&source.strides[axes..], &target.strides[1..]]);
        let mover = StridedCopy::between(&source.element, &target.element);
        let (from, to) = (Shared(source.ptr), SharedMut(target.ptr));
        let bytes = source.len() * source.element.size;
        for_pieces(control, self.counts.len(), bytes, |i| {
            let (mut row, end) = (self.starts[i], self.starts[i] + self.counts[i]);
            for_each_true(mask, i, |place| {
                if row < end {
                    let offsets = [outer.offsets(place)[0], target.strides[0].wrapping_mul(row as isize)];
                    // SAFETY: `place` is below the mask's size and `row` below the target's length, so that both
                    // sub-arrays are inside their arrays.
                    unsafe { move_block(from, to, offsets, &inner, mover) };
                    row += 1;
                }
            });
            control.advance(self.counts[i] * inner.len());
            Ok(())
        })
    }
}

/// Moves the elements whose flags are true together and returns their number.
///
/// # Safety
/// As many elements of `size` bytes as there are flags are readable behind `from` and writable behind `to`; the size is 1,
/// 2, 4, 8 or 16.
unsafe fn compress(flags: RawSlice<Flag>, from: *const u8, to: *mut u8, size: usize) -> usize {
    macro_rules! compress_as {
        ($T:ty) => {{
            // SAFETY: the caller vouches for the elements.
            let from = unsafe { RawSlice::<$T>::new(from, flags.len()) };
            // SAFETY: the caller vouches for the place.
            let mut to = unsafe { RawSliceMut::<$T>::new(to, flags.len()) };
            let mut count = 0;
            for (flag, x) in flags.iter().zip(from.iter()) {
                // Written in any case, and overwritten by the next one if it was not chosen.
                to.put_chunk(count, [x]);
                count += usize::from(flag.is_true());
            }
            count
        }};
    }
    match size {
        1 => compress_as!(u8),
        2 => compress_as!(u16),
        4 => compress_as!(u32),
        8 => compress_as!(u64),
        _ => compress_as!(u128),
    }
}

/// The number of true elements of each piece.
fn counts(mask: &ArrayRef, control: &Control, counted: bool) -> Result<Vec<usize>> {
    if mask.element.kind != Kind::Bool {
        return Err(Error::Mismatch { rule: "a mask must be an array of bools" });
    }
    if mask.is_empty() {
        return Ok(Vec::new());
    }
    let total = mask.len();
    let nest = LoopNest::in_order(&mask.shape, [&mask.strides]);
    let source = Source::new(mask, nest, Kind::Bool)?;
    in_order(control, total.div_ceil(PIECE), total, |i| {
        let (start, end) = (i * PIECE, total.min((i + 1) * PIECE));
        let (mut reader, mut at, mut count) = (source.reader(start), start, 0);
        while at < end {
            let run = reader.some::<Flag>(end - at);
            at += run.len();
            count += count_true(run) as usize;
        }
        control.advance(if counted { end - start } else { 0 });
        count
    })
}

/// Calls `found` with the place of each true element of a piece.
fn for_each_true(mask: &ArrayRef, piece: usize, mut found: impl FnMut(usize)) {
    let nest = LoopNest::in_order(&mask.shape, [&mask.strides]);
    let Ok(source) = Source::new(mask, nest, Kind::Bool) else {
        return;
    };
    let (mut at, end) = (piece * PIECE, mask.len().min((piece + 1) * PIECE));
    let mut reader = source.reader(at);
    while at < end {
        let run = reader.some::<Flag>((end - at).min(TILE_BYTES));
        for (i, flag) in run.iter().enumerate() {
            if flag.is_true() {
                found(at + i);
            }
        }
        at += run.len();
    }
}
