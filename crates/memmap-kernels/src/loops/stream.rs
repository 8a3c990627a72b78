//! Streaming stores. A plain store first reads the cache line that it overwrites, which is wasted on data of many
//! megabytes that is not read again soon.

use super::Level;

/// Writes of this many bytes and more in all go past the cache. Smaller ones, and what they are written from, fit the last cache of many
/// processors, where stores are twice as fast, and are likely to be read from there next.
pub(crate) const STREAM_BYTES: usize = if cfg!(test) { 1 << 8 } else { 16 << 20 };

/// Streaming stores. Dropping this orders them before everything that follows.
pub(crate) struct Stream(());

impl Stream {
    pub fn new() -> Stream {
        Stream(())
    }

    /// Copies `len` bytes with streaming stores where the processor has them.
    ///
    /// # Safety
    /// Both ranges are valid and do not overlap.
    #[inline]
    pub unsafe fn copy(&self, source: *const u8, target: *mut u8, len: usize) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: passed on as it is.
        unsafe {
            x86::copy(source, target, len)
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        // SAFETY: passed on as it is.
        unsafe {
            std::ptr::copy_nonoverlapping(source, target, len)
        }
    }

    /// Copies a cache line.
    ///
    /// # Safety
    /// 64 bytes are readable at `source` and writable at `target`, which is aligned to 64.
    #[inline(always)]
    pub unsafe fn line<L: Level>(&self, source: *const u8, target: *mut u8) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        if L::AVX512 {
            // SAFETY: passed on as it is; the level has the instructions.
            unsafe { x86::copy_wide_line(source, target) }
        } else {
            // SAFETY: passed on as it is.
            unsafe { x86::copy_line(source, target) }
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        // SAFETY: passed on as it is.
        unsafe {
            std::ptr::copy_nonoverlapping(source, target, 64)
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: every x86-64 processor has SSE; the fence touches no memory of ours.
        unsafe {
            std::arch::x86_64::_mm_sfence()
        }
    }
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86 {
    use super::super::prefetch::LINE;
    use super::super::simd::has_avx512;
    use std::arch::x86_64::{
        __m128i, __m512i, _mm_loadu_si128, _mm_stream_si128, _mm512_loadu_si512, _mm512_stream_si512,
    };

    /// # Safety
    /// As [`super::Stream::copy`].
    pub unsafe fn copy(source: *const u8, target: *mut u8, len: usize) {
        let head = target.align_offset(LINE).min(len);
        let lines = (len - head) / LINE;
        let tail = head + lines * LINE;
        // SAFETY: the head is inside both ranges.
        unsafe { std::ptr::copy_nonoverlapping(source, target, head) };
        let (mut from, mut to) = (source.wrapping_add(head), target.wrapping_add(head));
        if has_avx512() {
            // SAFETY: the lines are inside both ranges, aligned in the target by the head; the processor has the instructions.
            unsafe { copy_lines(from, to, lines) };
        } else {
            for _ in 0..lines {
                // SAFETY: one of the whole lines inside both ranges, aligned in the target by the head.
                unsafe { copy_line(from, to) };
                from = from.wrapping_add(LINE);
                to = to.wrapping_add(LINE);
            }
        }
        let (from, to) = (source.wrapping_add(tail), target.wrapping_add(tail));
        // SAFETY: the tail is inside both ranges.
        unsafe { std::ptr::copy_nonoverlapping(from, to, len - tail) };
    }

    /// A line a store: the processor need not put it together.
    ///
    /// # Safety
    /// As many lines are readable at `from` and writable at `to`, which is aligned to 64.
    #[target_feature(enable = "avx512f")]
    unsafe fn copy_lines(from: *const u8, to: *mut u8, lines: usize) {
        for line in 0..lines {
            // SAFETY: the line is inside the range; the load asks for no alignment.
            let value = unsafe { _mm512_loadu_si512(from.cast::<__m512i>().wrapping_add(line)) };
            // SAFETY: the line is inside the range and aligned.
            unsafe { _mm512_stream_si512(to.cast::<__m512i>().wrapping_add(line), value) };
        }
    }

    /// # Safety
    /// 64 bytes are readable at `from` and writable at `to`, which is aligned to 64.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub unsafe fn copy_wide_line(from: *const u8, to: *mut u8) {
        // SAFETY: the caller vouches for the line; the load asks for no alignment.
        let value = unsafe { _mm512_loadu_si512(from.cast::<__m512i>()) };
        // SAFETY: the caller vouches for the line.
        unsafe { _mm512_stream_si512(to.cast::<__m512i>(), value) };
    }

    /// # Safety
    /// 64 bytes are readable at `from` and writable at `to`, which is aligned to 64.
    #[inline(always)]
    pub unsafe fn copy_line(from: *const u8, to: *mut u8) {
        for part in 0..LINE / size_of::<__m128i>() {
            // SAFETY: the part is inside the line; the load asks for no alignment.
            let value = unsafe { _mm_loadu_si128(from.cast::<__m128i>().wrapping_add(part)) };
            // SAFETY: the part is inside the line and is aligned as the line is.
            unsafe { _mm_stream_si128(to.cast::<__m128i>().wrapping_add(part), value) };
        }
    }
}
