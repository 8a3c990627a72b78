//! Two arrays, gone through together as native numbers.

use crate::array::{ArrayRef, LoopNest};
use crate::copy::{Few, Source, TILE_BYTES};
use crate::dtype::Kind;
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, memory_bound};
use crate::loops::AnySlice;
use std::sync::atomic::{AtomicBool, Ordering};

/// Two arrays of one shape, to be read in the same order.
pub(crate) struct Pair {
    a: Source,
    b: Source,
    total: usize,
    bytes: usize,
    tile: usize,
}

/// Calls `work(index, a's run, b's run)` for tile after tile of two arrays of one shape, read in the order of a nest whose first two
/// arrays they are: `a` as numbers of `kinds[0]`, `b` as numbers of `kinds[1]`. Once it returns false, no more is read; whether it
/// did is the result.
pub(crate) fn for_tiles<const K: usize>(
    a: &ArrayRef,
    b: &ArrayRef,
    nest: &LoopNest<K>,
    kinds: [Kind; 2],
    control: &Control,
    work: &(dyn Fn(usize, AnySlice, AnySlice) -> bool + Sync),
) -> Result<bool> {
    let sizes = [a.element.size, b.element.size].into_iter().chain(kinds.into_iter().filter_map(Kind::size));
    let most = TILE_BYTES / sizes.max().unwrap_or(1).max(1);
    let in_memory = a.computed.is_none() && b.computed.is_none();
    match nest.axes[..] {
        [axis] if in_memory && axis.len <= most => {
            let place = |k: usize| [nest.start[k], axis.strides[k]];
            let (mut left, mut right) = (Few::default(), Few::default());
            // SAFETY: the axis is all of the first array.
            let a = unsafe { left.read(a, place(0), axis.len, kinds[0])? };
            // SAFETY: the axis is all of the second array.
            let b = unsafe { right.read(b, place(1), axis.len, kinds[1])? };
            control.check()?;
            let going = work(0, a, b);
            control.advance(axis.len);
            Ok(going)
        }
        _ => Pair::new(a, b, nest, kinds)?.all(control, work),
    }
}

impl Pair {
    /// Reads `a` as numbers of `kinds[0]` and `b` as numbers of `kinds[1]`, in the order of a nest whose first two arrays
    /// they are.
    pub fn new<const K: usize>(
        a: &ArrayRef,
        b: &ArrayRef,
        nest: &LoopNest<K>,
        kinds: [Kind; 2],
    ) -> Result<Pair> {
        let total = nest.len();
        let bytes = total * a.element.size.max(b.element.size);
        let a = Source::new(a, nest.only(0), kinds[0])?;
        let b = Source::new(b, nest.only(1), kinds[1])?;
        let tile = a.tile_len().min(b.tile_len());
        Ok(Pair { a, b, total, bytes, tile })
    }

    /// As [`for_tiles`], on several threads for large arrays.
    pub fn all(
        &self,
        control: &Control,
        work: &(dyn Fn(usize, AnySlice, AnySlice) -> bool + Sync),
    ) -> Result<bool> {
        let going = AtomicBool::new(true);
        let piece = self.piece();
        for_pieces(control, self.total.div_ceil(piece), memory_bound(self.bytes), |i| {
            let (start, end) = (i * piece, self.total.min((i + 1) * piece));
            let (mut a, mut b) = (self.a.reader(start), self.b.reader(start));
            let mut at = start;
            while at < end {
                let len = self.tile.min(end - at);
                if !going.load(Ordering::Relaxed) {
                    return Ok(());
                }
                if !work(at, a.next_any(len), b.next_any(len)) {
                    going.store(false, Ordering::Relaxed);
                }
                at += len;
            }
            control.advance(end - start);
            Ok(())
        })?;
        Ok(going.into_inner())
    }

    /// Elements that one thread works through at a time.
    fn piece(&self) -> usize {
        (PIECE_BYTES * self.total / self.bytes.max(1)).max(1)
    }
}

/// The axes of two arrays of one shape that hold elements, in the order of the first one's memory.
pub(crate) fn nest_of(a: &ArrayRef, b: &ArrayRef) -> Result<LoopNest<2>> {
    check_shapes(a, b)?;
    Ok(LoopNest::in_memory_order(&a.shape, [&a.strides, &b.strides], 0))
}

/// Refuses two arrays of different shapes.
pub(crate) fn check_shapes(a: &ArrayRef, b: &ArrayRef) -> Result<()> {
    if a.shape != b.shape {
        return Err(Error::Mismatch { rule: "two arrays that are compared must have the same shape" });
    }
    Ok(())
}
