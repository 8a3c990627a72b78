//! Software prefetch. Buffering through a tile breaks the hardware prefetcher's pattern, so kernels prefetch the next tile
//! explicitly.

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Prefetches `bytes` bytes from `first` on. Any address will do, because nothing is read.
#[inline(always)]
pub(crate) fn prefetch_lines(first: *const u8, bytes: usize) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    for at in (0..bytes).step_by(LINE) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: every x86-64 processor has the instruction, which takes any address and faults on none.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(at).cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = (first, bytes, LINE);
}
