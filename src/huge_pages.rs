//! Memory that JavaScript has just allocated for a result.

use std::cell::Cell;

use napi_derive::napi;

use crate::operand::Memory;

/// Asks for large pages in a new ArrayBuffer, whose pages are made when they are first stored to: with one fault for 2 MiB
/// instead of one for 4 KiB. Advice, which changes nothing that can be seen.
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

/// Whether this is the newest buffer of this JavaScript thread, and asked for the first time. A guess, which decides how stores
/// are made and nothing else: the buffer may be gone by now, and another one in its place.
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
        // SAFETY: whole pages inside the buffer; how large the pages behind them are shows to nobody.
        unsafe { libc::madvise(address, end - first, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn advise(_start: *mut u8, _length: usize) {}
