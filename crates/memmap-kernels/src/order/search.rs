//! Where values belong in a sorted array.

use super::key::key_at;
use crate::array::{ArrayMut, ArrayRef, LoopNest, Shared};
use crate::copy::{Caster, Sink, Source, StridedCopy};
use crate::dtype::Kind;
use crate::exec::{Control, Error, Result, for_pieces};

/// Values of a piece of work.
const PIECE: usize = if cfg!(test) { 16 } else { 1 << 10 };

/// Stores before which elements of `sorted`, which has one axis, the values belong: of equal ones before the first, or with `right`
/// behind the last. Both are compared as numbers of `kind`.
///
/// `target` is of [`Kind::I64`] and has the shape of `values`. Elements that are not sorted give some position.
///
/// # Errors
/// [`Error::Mismatch`] where shapes do not fit; [`Error::Unsupported`] for opaque elements; [`Error::Cancelled`].
pub fn searchsorted(
    sorted: &ArrayRef,
    values: &ArrayRef,
    kind: Kind,
    right: bool,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    if sorted.shape.len() != 1 || values.shape != target.shape {
        return Err(Error::Mismatch { rule: "a search needs one axis, and a position for each value" });
    }
    let nest = LoopNest::in_order(&values.shape, [&values.strides, &target.strides]);
    let places = nest.only(1);
    let needles = Source::new(values, nest.only(0), kind)?;
    let line = Line::new(sorted, kind)?;
    let size = kind.size().unwrap_or(1);
    let (total, len) = (values.len(), sorted.len());
    let sink = Sink::new(target.ptr, target.element, Kind::I64)?;
    // A search costs about as much as reading so many bytes.
    for_pieces(control, total.div_ceil(PIECE), total * 256, |piece| {
        let (mut at, end) = (piece * PIECE, total.min((piece + 1) * PIECE));
        let (mut reader, mut walk) = (needles.reader(at), places.walk(at));
        let (mut low, mut high, mut last) = (0, len, 0);
        let mut found = [0i64; PIECE];
        while at < end {
            let run = reader.some_any((end - at).min(needles.tile_len()));
            let count = run.len();
            for (i, place) in found[..count].iter_mut().enumerate() {
                // SAFETY: an element of the run.
                let key = unsafe { key_at(kind, run.as_ptr().wrapping_add(i * size)) };
                // Values that ascend are found from where the last one was.
                (low, high) = if last < key { (low, len) } else { (0, len.min(high + 1)) };
                last = key;
                while low < high {
                    let middle = low + (high - low) / 2;
                    let other = line.key(middle);
                    if other < key || (right && other == key) { low = middle + 1 } else { high = middle }
                }
                *place = low as i64;
            }
            let mut stored = 0;
            while stored < count {
                let segment = walk.next(count - stored);
                let from = found[stored..].as_ptr().cast();
                // SAFETY: a segment of the target; as many positions were found.
                unsafe { sink.store(from, segment.len, segment.offsets[0], places.inner().strides[0]) };
                stored += segment.len;
            }
            control.advance(count);
            at += count;
        }
        Ok(())
    })
}

/// The elements that are searched.
struct Line {
    base: Shared,
    step: isize,
    kind: Kind,
    /// For elements in the other byte order or of another kind.
    through: Option<(StridedCopy, Option<Caster>)>,
}

impl Line {
    fn new(sorted: &ArrayRef, kind: Kind) -> Result<Line> {
        let element = sorted.element;
        let unsupported = Error::Unsupported { operation: "searchsorted", kind: element.kind };
        let caster = Caster::between(element.kind, kind).ok_or(unsupported)?;
        let mover = StridedCopy::new(&element, element.needs_swap());
        let is_direct = element.kind == kind && !element.needs_swap();
        let caster = (element.kind != kind).then_some(caster);
        let through = (!is_direct).then_some((mover, caster));
        Ok(Line { base: Shared(sorted.ptr), step: sorted.strides[0], kind, through })
    }

    fn key(&self, index: usize) -> u128 {
        let mut from = self.base.at(self.step.wrapping_mul(index as isize));
        let (mut raw, mut converted) = ([0u8; 16], [0u8; 16]);
        if let Some((mover, caster)) = &self.through {
            // SAFETY: an element of the array; a number has at most 16 bytes.
            unsafe { mover.run(from, 0, raw.as_mut_ptr(), 0, 1) };
            from = raw.as_ptr();
            if let Some(caster) = caster {
                // SAFETY: as above.
                unsafe { caster.run(from, converted.as_mut_ptr(), 1) };
                from = converted.as_ptr();
            }
        }
        // SAFETY: an element of the array, or its copy.
        unsafe { key_at(self.kind, from) }
    }
}
