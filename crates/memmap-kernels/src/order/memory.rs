//! Memory that nobody else has: elements are copied there first, because others may write to the array meanwhile.

use super::key::Word;
use crate::exec::{Error, Result};
use std::alloc::{Layout, alloc_zeroed};
use std::ops::Range;

/// Zeros, in large pages where they are many.
pub(super) fn zeros<T: Word>(len: usize) -> Result<Vec<T>> {
    let error = Error::Memory { bytes: len.saturating_mul(size_of::<T>()) };
    let layout = Layout::array::<T>(len).map_err(|_| error.clone())?;
    if layout.size() == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout is not empty.
    let memory = unsafe { alloc_zeroed(layout) };
    if memory.is_null() {
        return Err(error);
    }
    use_large_pages(memory, layout.size());
    // SAFETY: allocated by the global allocator with this layout; a word is an integer, so its bytes may be zero.
    Ok(unsafe { Vec::from_raw_parts(memory.cast(), len, len) })
}

#[cfg(all(target_os = "linux", not(miri)))]
fn use_large_pages(memory: *mut u8, bytes: usize) {
    const LARGE_PAGE: usize = 2 << 20;
    let first = memory.addr().next_multiple_of(LARGE_PAGE);
    let end = (memory.addr() + bytes) / LARGE_PAGE * LARGE_PAGE;
    if first < end {
        let address = memory.with_addr(first).cast();
        // SAFETY: whole pages inside the memory; the size of the pages behind them has no visible effect.
        unsafe { libc::madvise(address, end - first, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn use_large_pages(_memory: *mut u8, _bytes: usize) {}

/// A slice of which threads take parts that are apart.
pub(super) struct Parts<T> {
    first: *mut T,
    len: usize,
}

// SAFETY: a pointer by itself grants no access; who takes a part vouches for it.
unsafe impl<T: Send> Sync for Parts<T> {}

impl<T> Parts<T> {
    pub fn of(slice: &mut [T]) -> Parts<T> {
        Parts { first: slice.as_mut_ptr(), len: slice.len() }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The address of an element.
    pub fn at(&self, at: usize) -> *mut T {
        self.first.wrapping_add(at)
    }

    /// A part.
    ///
    /// # Safety
    /// The slice that this was made of lives on, is not used itself meanwhile, and no other thread has one of these places.
    #[allow(clippy::mut_from_ref, reason = "parts are apart")]
    pub unsafe fn slice(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: the range is inside the slice, which the caller vouches for.
        unsafe { std::slice::from_raw_parts_mut(self.at(range.start), range.len()) }
    }

    /// Stores one element.
    ///
    /// # Safety
    /// As for [`Parts::slice`], and `at` is below the length.
    #[inline(always)]
    pub unsafe fn put(&self, at: usize, value: T) {
        debug_assert!(at < self.len);
        // SAFETY: inside the slice, which the caller vouches for.
        unsafe { self.at(at).write(value) }
    }
}
