//! Handlers of Linux and macOS: `SIGBUS`, and `SIGSEGV` for pages that become writable at the first store.
//!
//! Handlers use async-signal-safe calls only: atomics, and `mmap`, `mprotect` and `getrlimit`, which POSIX does not list but which
//! are plain system calls on both.

use std::ops::Range;
use std::ptr;

use libc::{c_int, c_void, siginfo_t};

use super::OUT_OF_MEMORY;
use super::chain::{Chain, fault_of};
use super::table::{self, Entry};
use crate::memory::data_limit;
use crate::region::page_size;

static BUS: Chain = Chain::new(libc::SIGBUS, on_bus);
static SEGV: Chain = Chain::new(libc::SIGSEGV, on_segv);

/// Installs the handler for missing pages.
pub(super) fn install_handler() {
    BUS.install();
    SEGV.reinstall();
}

pub(super) fn install_lazy_store_handler() {
    SEGV.install();
}

/// Installs those handlers again that were installed before and are not the current ones.
pub(super) fn reinstall_handlers() {
    BUS.reinstall();
    SEGV.reinstall();
}

extern "C" fn on_bus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !preserving_errno(|| (cfg!(target_os = "macos") && allow_first_store(info)) || replace_page(info)) {
        BUS.forward(signal, info, context);
    }
}

extern "C" fn on_segv(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !preserving_errno(|| allow_store(info)) {
        SEGV.forward(signal, info, context);
    }
}

/// Maps a private page of zeros over the page that cannot be loaded, and marks the range.
///
/// A page of its own adds areas to the process, so after some pages everything behind the lowest of them is replaced, and the
/// whole range where the process has no area left for that (`areas.rs`). Earlier stores are in the file, and a marked range is
/// not trusted any more.
fn replace_page(info: *mut siginfo_t) -> bool {
    let Some((code, address)) = fault_of(info) else { return false };
    let Some(entry) = table::find(address) else { return false };
    let areas = entry.areas();
    let (page, range) = (page_of(address), pages_of(entry));
    // A page in the tail that is missing all the same has failed on its own.
    let in_tail = areas.note(page);
    let replaced = (areas.take_page() && map_zeros(page..page + page_size()))
        // Another thread may have replaced the tail meanwhile.
        || (!in_tail && (areas.is_in_tail(page) || replace_tail(entry, &range)))
        || replace_all(entry, &range);
    if replaced {
        // Never 0, which means no fault.
        entry.mark(code.unsigned_abs().max(1));
    }
    replaced
}

fn replace_tail(entry: &Entry, range: &Range<usize>) -> bool {
    let Some(tail) = entry.areas().tail(range.end) else { return false };
    let start = tail.start;
    let replaced = map_zeros(tail);
    if replaced {
        entry.areas().replaced_from(start, 1);
    }
    replaced
}

fn replace_all(entry: &Entry, range: &Range<usize>) -> bool {
    let replaced = map_zeros(range.clone());
    if replaced {
        entry.areas().replaced_from(range.start, 0);
    }
    replaced
}

/// Maps zeros that only this process sees: private pages, or shared ones where `RLIMIT_DATA` limits the private ones. A page is
/// little, but a range must leave V8 its memory.
fn map_zeros(pages: Range<usize>) -> bool {
    let sharing = if pages.len() > page_size() && data_limit().is_some() {
        [libc::MAP_SHARED, libc::MAP_PRIVATE]
    } else {
        [libc::MAP_PRIVATE, libc::MAP_SHARED]
    };
    sharing.into_iter().any(|sharing| {
        // SAFETY: MAP_FIXED replaces whole pages inside a range that the table lists as one of our mappings of a file, which the
        // touching thread keeps mapped; the new pages are readable and writable like the old ones.
        let mapped = unsafe {
            libc::mmap(
                ptr::without_provenance_mut(pages.start),
                pages.len(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_FIXED | sharing | libc::MAP_ANON | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        mapped != libc::MAP_FAILED
    })
}

/// Makes a private page writable whose memory could not be reserved beforehand.
///
/// As many stores go on, larger blocks become writable at a time, because each adds areas to the process (`areas.rs`). Where there
/// is no memory, or no area, for the store, the range becomes zeros and is marked.
fn allow_store(info: *mut siginfo_t) -> bool {
    let Some((_, address)) = fault_of(info) else { return false };
    let Some(entry) = table::find(address).filter(|entry| entry.stores_are_lazy()) else { return false };
    let areas = entry.areas();
    let (page, range) = (page_of(address), pages_of(entry));
    let block = areas.block(page, page_size(), &range);
    if [block, page..page + page_size()]
        .into_iter()
        .any(|pages| areas.take_block(pages.len()) && allow_writes(pages))
    {
        return true;
    }
    let replaced = replace_all(entry, &range);
    if replaced {
        entry.mark(OUT_OF_MEMORY);
    }
    replaced
}

/// As [`allow_store`] on macOS, where a store to a page without write permission raises `SIGBUS`, as a missing page does. A second
/// signal for the same page means that the page is missing.
fn allow_first_store(info: *mut siginfo_t) -> bool {
    let Some((_, address)) = fault_of(info) else { return false };
    table::find(address)
        .is_some_and(|entry| entry.stores_are_lazy() && entry.areas().is_first_store(page_of(address)))
        && allow_store(info)
}

fn allow_writes(pages: Range<usize>) -> bool {
    // SAFETY: whole pages inside a range that the table lists as one of our private mappings, so nobody else sees stores.
    let status = unsafe {
        libc::mprotect(
            ptr::without_provenance_mut(pages.start),
            pages.len(),
            libc::PROT_READ | libc::PROT_WRITE,
        )
    };
    status == 0
}

fn page_of(address: usize) -> usize {
    address - address % page_size()
}

/// The addresses of an entry, in whole pages.
fn pages_of(entry: &Entry) -> Range<usize> {
    let range = entry.range();
    range.start..range.start + range.len().next_multiple_of(page_size())
}

fn preserving_errno(work: impl FnOnce() -> bool) -> bool {
    let errno = errno_location();
    // SAFETY: the calling thread's own errno.
    let saved = unsafe { *errno };
    let done = work();
    // SAFETY: as above.
    unsafe { *errno = saved };
    done
}

#[cfg(target_os = "macos")]
fn errno_location() -> *mut c_int {
    // SAFETY: takes nothing, and gives the address of this thread's errno.
    unsafe { libc::__error() }
}

#[cfg(not(target_os = "macos"))]
fn errno_location() -> *mut c_int {
    // SAFETY: takes nothing, and gives the address of this thread's errno.
    unsafe { libc::__errno_location() }
}
