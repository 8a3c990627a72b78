//! Asking for memory before it is needed. Where elements pass through a tile, the processor's own foresight ends with each
//! pass over memory: without a word it would wait for the next tile while nothing is on its way.

/// Bytes that a processor fetches at a time.
const LINE: usize = 64;

/// Has `bytes` bytes from `first` on fetched into the cache, meanwhile. They may be anybody's, or nobody's: nothing is read.
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
