//! Selection by a boolean array.

use crate::array::{ArrayMut, ArrayRef, Shared, SharedMut};
use crate::control::Control;
use crate::element::Kind;
use crate::error::{Error, Result};
use crate::moves::Mover;
use crate::number::Flag;
use crate::pool::{PIECE_BYTES, for_pieces};
use crate::reduce::{count_true, in_order};
use crate::tile::{Source, TILE_BYTES};
use crate::walk::Nest;

/// Positions that are looked at together; the number selected among those before is known to each piece.
const PIECE: usize = PIECE_BYTES / 8;

/// How many elements of a boolean array are true.
///
/// # Errors
/// [`Error::Mismatch`] when the array is not of [`Kind::Bool`]; [`Error::Cancelled`].
pub fn mask_count(mask: &ArrayRef, control: &Control) -> Result<usize> {
    let counts = counts(mask, control, true)?;
    Ok(counts.into_iter().sum())
}

/// The places of the true elements in C order, as numbers from 0 on: what NumPy's `flatnonzero` answers.
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
    let outer = Nest::in_order(&mask.shape, [&source.strides[..axes]]);
    let inner = Nest::in_order(&source.shape[axes..], [&source.strides[axes..], &target.strides[1..]]);
    let (each, step) = (inner.len(), target.strides[0]);
    let mover = Mover::between(&source.element, &target.element);
    let (from, to) = (Shared(source.ptr), SharedMut(target.ptr));
    let line = outer.axes.len() == 1;
    for_pieces(control, counts.len(), mask.len() * each * source.element.size, |i| {
        let (mut row, end) = (starts[i], starts[i] + counts[i]);
        for_each_true(mask, i, |place| {
            if row == end {
                return;
            }
            let offset = if line {
                outer.start[0].wrapping_add(outer.inner().strides[0].wrapping_mul(place as isize))
            } else {
                outer.offsets(place)[0]
            };
            let [from_stride, to_stride] = inner.inner().strides;
            let (mut walk, mut left) = (inner.walk(0), each);
            while left > 0 {
                let stretch = walk.next(left);
                let from = from.at(offset.wrapping_add(stretch.offsets[0]));
                let to = to.at(step.wrapping_mul(row as isize).wrapping_add(stretch.offsets[1]));
                // SAFETY: `place` is below the mask's size, so that the sub-array lies inside the source; `row` is
                // below the target's length.
                unsafe { mover.run(from, from_stride, to, to_stride, stretch.len) };
                left -= stretch.len;
            }
            row += 1;
        });
        control.advance((end - starts[i]) * each);
        Ok(())
    })
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
    let nest = Nest::in_order(&mask.shape, [&mask.strides]);
    let source = Source::new(mask.ptr, mask.element, nest, Kind::Bool)?;
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
    let nest = Nest::in_order(&mask.shape, [&mask.strides]);
    let Ok(source) = Source::new(mask.ptr, mask.element, nest, Kind::Bool) else {
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
