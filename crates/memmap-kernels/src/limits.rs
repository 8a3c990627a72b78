//! What the machine can do at best, for benchmarks: plain loops over plain memory on all threads.

use crate::array::{Shared, SharedMut};
use crate::exec::{Control, PIECE_BYTES, Result, for_pieces};
use crate::loops::{Kernel, Level, RawSlice, Stream, dispatch};
use std::sync::atomic::{AtomicU64, Ordering};

/// Reads `len` bytes on all threads; the answer depends on every byte, so that none can be left out.
///
/// # Errors
/// [`crate::Error::Cancelled`].
///
/// # Safety
/// `len` bytes from `ptr` on are readable.
pub unsafe fn parallel_read(ptr: *const u8, len: usize, control: &Control) -> Result<u64> {
    let (base, sum) = (Shared(ptr), AtomicU64::new(0));
    for_pieces(control, len.div_ceil(PIECE_BYTES), len, |i| {
        let start = i * PIECE_BYTES;
        let bytes = PIECE_BYTES.min(len - start);
        let first = base.at(start as isize);
        control.prefetch(first, bytes);
        // SAFETY: the piece lies inside the caller's range.
        sum.fetch_xor(dispatch(Fold(unsafe { RawSlice::new(first, bytes) })), Ordering::Relaxed);
        Ok(())
    })?;
    Ok(sum.into_inner())
}

struct Fold<'a>(RawSlice<'a, u8>);

impl Kernel for Fold<'_> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Level>(self) -> u64 {
        const LANES: usize = 32;
        let mut lanes = [0u64; LANES];
        let (chunks, rest) = self.0.chunks::<{ LANES * 8 }>();
        for chunk in chunks {
            for (lane, bytes) in lanes.iter_mut().zip(chunk.as_chunks::<8>().0) {
                *lane ^= u64::from_ne_bytes(*bytes);
            }
        }
        let rest = rest.iter().fold(0, |sum, byte| sum ^ u64::from(byte));
        lanes.iter().fold(rest, |sum, lane| sum ^ lane)
    }
}

/// Copies `len` bytes with the system's `memcpy` on all threads.
///
/// # Errors
/// [`crate::Error::Cancelled`].
///
/// # Safety
/// `len` bytes are readable at `source` and writable at `target`, and the two do not overlap.
pub unsafe fn parallel_copy(source: *const u8, target: *mut u8, len: usize, control: &Control) -> Result<()> {
    let (from, to) = (Shared(source), SharedMut(target));
    for_pieces(control, len.div_ceil(PIECE_BYTES), len, |i| {
        let start = i * PIECE_BYTES;
        let bytes = PIECE_BYTES.min(len - start);
        let (from, to) = (from.at(start as isize), to.at(start as isize));
        // SAFETY: the piece lies inside both of the caller's ranges.
        unsafe { std::ptr::copy_nonoverlapping(from, to, bytes) };
        Ok(())
    })
}

/// Writes `len` bytes with streaming stores on all threads.
///
/// # Errors
/// [`crate::Error::Cancelled`].
///
/// # Safety
/// `len` bytes from `target` on are writable.
pub unsafe fn parallel_stream_store(target: *mut u8, len: usize, control: &Control) -> Result<()> {
    const LINE: [u8; 4096] = [7; 4096];
    let to = SharedMut(target);
    for_pieces(control, len.div_ceil(PIECE_BYTES), len, |i| {
        let (start, end) = (i * PIECE_BYTES, len.min((i + 1) * PIECE_BYTES));
        let stream = Stream::new();
        for at in (start..end).step_by(LINE.len()) {
            let bytes = LINE.len().min(end - at);
            // SAFETY: the bytes lie inside the caller's range, and are no more than the line has.
            unsafe { stream.copy(LINE.as_ptr(), to.at(at as isize), bytes) };
        }
        Ok(())
    })
}
