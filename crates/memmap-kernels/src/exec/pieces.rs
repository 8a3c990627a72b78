//! Cuts large work into pieces, which several threads take in order.

use std::sync::OnceLock;

use super::control::Control;
use super::error::Result;
use super::pool::{shared_out, threads};

/// Bytes of source that one thread works through between two looks at the control, and the unit of sharing out. Unit tests
/// use small pieces, because then small arrays are cut and shared too.
pub(crate) const PIECE_BYTES: usize = if cfg!(test) { 1 << 9 } else { 1 << 20 };

/// Work on fewer bytes stays on the calling thread. Measured with `cargo run --release --example crossover`:
/// waking the pool costs 10 to 20 us, about what one core needs for this much.
pub(crate) const PARALLEL_BYTES: usize = if cfg!(test) { 1 << 10 } else { 1 << 20 };

/// Counts a third of the bytes of work that mostly waits for memory, because one core moves them nearly as fast as two, and another has
/// to be woken.
pub(crate) const fn memory_bound(bytes: usize) -> usize {
    if cfg!(test) { bytes } else { bytes / 3 }
}

/// Pieces of whole large pages, for a target whose pages are created by the stores and that is written in the order of memory:
/// how many units of `size` bytes each has, and how many the first one lacks.
///
/// Two threads that touch one new page at the same time both clear a page for it, and one of the two is discarded.
pub(crate) fn by_large_pages(target: *const u8, size: usize) -> (usize, usize) {
    const LARGE_PAGE: usize = if cfg!(test) { 1 << 9 } else { 2 << 20 };
    let size = size.max(1);
    let piece = (2 * LARGE_PAGE / size).max(1);
    (piece, (target.addr() % LARGE_PAGE / size).min(piece - 1))
}

/// Pieces of about `bytes` bytes that begin where a page does, for a target that is written in the order of memory, in the terms of
/// [`by_large_pages`]: a write of a part of a page has the system read the rest.
pub(crate) fn by_pages(target: *const u8, size: usize, bytes: usize) -> (usize, usize) {
    // A multiple of the pages of every processor.
    const PAGES: usize = if cfg!(test) { 64 } else { 64 << 10 };
    let size = size.max(1);
    let bytes = bytes.max(size).next_multiple_of(PAGES);
    let piece = bytes / size;
    (piece, (target.addr() % bytes / size).min(piece - 1))
}

/// Runs `work(i)` for every piece `i` below `pieces`, on several threads when `bytes` (in all) are many.
///
/// Threads take pieces in ascending order, because a file is then read almost sequentially. The first error ends the
/// rest. `work` must not depend on which thread runs it.
pub(crate) fn for_pieces(
    control: &Control,
    pieces: usize,
    bytes: usize,
    work: impl Fn(usize) -> Result<()> + Sync,
) -> Result<()> {
    hand_out(control, pieces, bytes, &work)
}

/// Returns what `work` returns for each piece, in the order of the pieces.
pub(crate) fn in_order<T: Send + Sync>(
    control: &Control,
    pieces: usize,
    bytes: usize,
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>> {
    let slots: Vec<OnceLock<T>> = (0..pieces).map(|_| OnceLock::new()).collect();
    for_pieces(control, pieces, bytes, |i| {
        // Each piece is done once, so its slot is free.
        let _ = slots[i].set(work(i));
        Ok(())
    })?;
    Ok(slots.into_iter().filter_map(OnceLock::into_inner).collect())
}

/// [`for_pieces`], compiled once for all kernels.
fn hand_out(
    control: &Control,
    pieces: usize,
    bytes: usize,
    work: &(dyn Fn(usize) -> Result<()> + Sync),
) -> Result<()> {
    let wanted = if bytes < PARALLEL_BYTES || pieces < 2 {
        1
    } else {
        threads().min(control.max_threads().unwrap_or(usize::MAX)).min(pieces)
    };
    if wanted > 1 {
        return shared_out(control, wanted, pieces, work);
    }
    (0..pieces).try_for_each(|piece| {
        control.check()?;
        work(piece)
    })
}
