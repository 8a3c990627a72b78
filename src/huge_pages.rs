//! Large pages for results, whose memory JavaScript has just allocated.

use std::cell::Cell;

use napi_derive::napi;

use crate::operand::Memory;

/// Asks for large pages in a new ArrayBuffer: the first stores then fault once per 2 MiB instead of once per 4 KiB. Advice
/// without a visible effect.
#[napi(catch_unwind, ts_args_type = "buffer: ArrayBuffer")]
pub fn use_large_pages(buffer: Memory) {
    if let Memory::Heap { start, length, .. } = buffer {
        advise(start, length);
        FRESH.set(start.addr());
    }
}

thread_local! {
    /// Where the newest buffer begins, until something is stored in it; 0 for none.
    static FRESH: Cell<usize> = const { Cell::new(0) };
}

/// Whether this is the newest buffer of this JavaScript thread and this is the first call about it. A guess that decides how
/// kernels store and nothing else: another buffer may have taken its place.
pub fn is_fresh(memory: &Memory) -> bool {
    match memory {
        Memory::Heap { start, .. } if start.addr() == FRESH.get() => FRESH.replace(0) != 0,
        _ => false,
    }
}

#[cfg(target_os = "linux")]
fn advise(start: *mut u8, length: usize) {
    let page = memmap_core::page_size();
    let first = start.addr().next_multiple_of(page);
    let end = (start.addr() + length) / page * page;
    if first < end {
        let address = start.with_addr(first).cast();
        // SAFETY: whole pages inside the buffer; the size of the pages behind them has no visible effect.
        unsafe { libc::madvise(address, end - first, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_start: *mut u8, _length: usize) {}
