//! The indices of the elements that are not zero.

use crate::array::{ArrayMut, ArrayRef, LoopNest, SharedMut};
use crate::copy::{Source, TILE_BYTES};
use crate::dtype::{Flag, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, in_order};
use crate::reduce::count_true;

/// Elements of a piece. Each piece knows the number found before it.
const PIECE: usize = PIECE_BYTES / 8;

/// Stores the indices of the elements that are not zero, in C order: a row for each axis of the source. Counts each element twice
/// as done.
///
/// `target` is of [`Kind::I64`] and has a column for each element that is not zero.
///
/// # Errors
/// [`Error::Mismatch`] where the shape does not fit, also where others change elements meanwhile; [`Error::Unsupported`] for opaque
/// elements; [`Error::Cancelled`].
pub fn nonzero(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let changed =
        Error::Mismatch { rule: "elements changed while the indices of those that are not zero were taken" };
    let [axes, found] = target.shape[..] else { return Err(changed) };
    if axes != source.shape.len() || target.element.kind != Kind::I64 || target.element.needs_swap() {
        return Err(Error::Mismatch { rule: "indices need a row of int64 for each axis" });
    }
    if source.is_empty() || axes == 0 {
        return if found == 0 { Ok(()) } else { Err(changed) };
    }
    let nest = LoopNest::in_order(&source.shape, [&source.strides]);
    let flags = Source::new(source, nest, Kind::Bool)?;
    let (total, size) = (source.len(), source.element.size);
    let tile = flags.tile_len().min(TILE_BYTES);
    let pieces = total.div_ceil(PIECE);
    let range = |piece: usize| piece * PIECE..total.min((piece + 1) * PIECE);
    let counts = in_order(control, pieces, total * size, |piece| {
        let (mut reader, range) = (flags.reader(piece * PIECE), range(piece));
        let (mut at, mut count) = (range.start, 0);
        while at < range.end {
            let run = reader.some::<Flag>((range.end - at).min(tile));
            count += count_true(run) as usize;
            at += run.len();
        }
        control.advance(range.len());
        count
    })?;
    let mut starts = vec![0];
    counts.iter().for_each(|count| starts.push(starts[starts.len() - 1] + count));
    if starts[pieces] != found {
        return Err(changed);
    }
    let (last, base) = (source.shape[axes - 1], SharedMut(target.ptr));
    let [row, step] = target.strides[..] else { return Err(changed) };
    for_pieces(control, pieces, total * size.max(8), |piece| {
        let (mut reader, range) = (flags.reader(piece * PIECE), range(piece));
        let (mut at, mut place, end) = (range.start, starts[piece], starts[piece + 1]);
        let mut columns = [0u32; TILE_BYTES];
        while at < range.end {
            // To the end of a line, within which only the last index changes.
            let column = at % last;
            let limit = (range.end - at).min(tile).min(last - column);
            let run = reader.some::<Flag>(limit);
            let mut count = 0;
            for (number, flag) in (0u32..).zip(run.iter()) {
                // Stored in any case, and again by the next one if this was zero.
                columns[count] = number;
                count += usize::from(flag.is_true());
            }
            let count = count.min(end - place);
            let mut outer = at / last;
            for axis in (0..axes).rev() {
                let index = if axis == axes - 1 { column } else { outer % source.shape[axis] };
                if axis < axes - 1 {
                    outer /= source.shape[axis];
                }
                let first = row.wrapping_mul(axis as isize).wrapping_add(step.wrapping_mul(place as isize));
                for (i, &number) in columns[..count].iter().enumerate() {
                    let index = if axis == axes - 1 { index + number as usize } else { index };
                    let to = base.at(first.wrapping_add(step.wrapping_mul(i as isize)));
                    // SAFETY: the places of this piece in the target's row, which end where the next piece begins.
                    unsafe { to.cast::<i64>().write_unaligned(index as i64) };
                }
            }
            (at, place) = (at + run.len(), place + count);
        }
        control.advance(range.len());
        if place == end { Ok(()) } else { Err(changed.clone()) }
    })
}
