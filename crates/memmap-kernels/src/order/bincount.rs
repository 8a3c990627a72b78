//! How often each whole number occurs.

use super::memory::{Parts, zeros};
use crate::array::{ArrayMut, ArrayRef, LoopNest};
use crate::copy::{Sink, Source, TILE_BYTES};
use crate::dtype::Kind;
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, threads};
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that each thread has for itself; more are shared.
const OWN: usize = if cfg!(test) { 8 } else { 1 << 17 };

/// Counts how often each number from 0 on occurs; `target` has a place for each, of [`Kind::I64`].
///
/// # Errors
/// [`Error::Mismatch`] for a number that is negative or has no place, also where others change elements meanwhile;
/// [`Error::Unsupported`] for elements that are no whole numbers; [`Error::Memory`]; [`Error::Cancelled`].
pub fn bincount(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let (kind, total) = (source.element.kind, source.len());
    if !(kind == Kind::Bool || kind.is_integer()) {
        return Err(Error::Unsupported { operation: "bincount", kind });
    }
    let [len] = target.shape[..] else {
        return Err(Error::Mismatch { rule: "counts need one axis" });
    };
    let nest = LoopNest::in_memory_order(&source.shape, [&source.strides], 0);
    let numbers = Source::new(source, nest, Kind::I64)?;
    let bytes = total * source.element.size;
    // Threads with counters of their own have a long piece each.
    let own = len <= OWN;
    let pieces = if own { threads() } else { bytes.div_ceil(PIECE_BYTES) }.clamp(1, total.max(1));
    let piece = total.div_ceil(pieces);
    let mut counts = zeros::<u64>(if own { pieces * len } else { len })?;
    let parts = Parts::of(&mut counts);
    for_pieces(control, pieces, bytes, |i| {
        let (mut at, end) = (i * piece, ((i + 1) * piece).min(total));
        let mut reader = numbers.reader(at.min(total.saturating_sub(1)));
        let mut all_fit = true;
        // SAFETY: the counters of this piece, or those of all pieces, which are only used as atomic ones.
        let counters = unsafe { parts.slice(if own { i * len..(i + 1) * len } else { 0..0 }) };
        while at < end {
            let run = reader.some::<i64>((end - at).min(TILE_BYTES / 8));
            for number in run.iter() {
                if own {
                    match counters.get_mut(number as usize) {
                        Some(counter) => *counter += 1,
                        None => all_fit = false,
                    }
                } else if (number as usize) < len && number >= 0 {
                    parts.atomic(number as usize).fetch_add(1, Ordering::Relaxed);
                } else {
                    all_fit = false;
                }
            }
            control.check()?;
            control.advance(run.len());
            at += run.len();
        }
        if all_fit {
            Ok(())
        } else {
            Err(Error::Mismatch { rule: "elements changed while they were counted" })
        }
    })?;
    if own {
        let (first, others) = counts.split_at_mut(len);
        for other in others.chunks(len.max(1)) {
            first.iter_mut().zip(other).for_each(|(sum, count)| *sum += count);
        }
    }
    let sink = Sink::new(target.ptr, target.element, Kind::I64)?;
    for (i, counts) in counts[..len].chunks(TILE_BYTES / 8).enumerate() {
        let offset = target.strides[0].wrapping_mul((i * (TILE_BYTES / 8)) as isize);
        // SAFETY: the next places of the target; a counter has the size of its elements.
        unsafe { sink.store(counts.as_ptr().cast(), counts.len(), offset, target.strides[0]) };
    }
    Ok(())
}

impl Parts<u64> {
    /// A counter that threads share. The slice is not used otherwise meanwhile.
    fn atomic(&self, at: usize) -> &AtomicU64 {
        assert!(at < self.len());
        // SAFETY: inside the slice, aligned, and used by atomic operations only.
        unsafe { AtomicU64::from_ptr(self.at(at)) }
    }
}
