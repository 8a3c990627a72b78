//! Handler of Windows: a vectored exception handler that commits the pages of released ranges when they are touched.
//!
//! Pages of a mapped file are always present, because Windows truncates no mapped file. A released range is reserved only, and not
//! even that while its pages are replaced: a thread that touches it then retries until it is.

use std::io;
use std::ptr;
use std::sync::{Arc, Once};

use windows_sys::Win32::Foundation as win;
use windows_sys::Win32::System::Diagnostics::Debug as debug;
use windows_sys::Win32::System::Memory as memory;
use windows_sys::Win32::System::Threading::SwitchToThread;

use super::{Label, table};
use crate::region::page_size;

/// The kind of access that is neither a load nor a store.
const FETCH: usize = 8;

pub(super) fn install_handler() {}

pub(super) fn reinstall_handlers() {}

/// Installs the handler for ranges whose pages are committed at the first touch.
pub(super) fn install_lazy_store_handler() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: a handler of the demanded signature, in a module that the binding keeps loaded.
        unsafe { debug::AddVectoredExceptionHandler(1, Some(on_exception)) };
    });
}

/// Does nothing, because no page of a mapped file ever goes missing.
pub fn on_fault(_listener: impl Fn(Arc<Label>) + Send + 'static) {}

unsafe extern "system" fn on_exception(info: *mut debug::EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes a pointer that is valid while the handler runs.
    let info = unsafe { info.as_ref() };
    // SAFETY: as above.
    let record = info.and_then(|info| unsafe { info.ExceptionRecord.as_ref() });
    let handled = record
        .filter(|record| {
            record.ExceptionCode == win::EXCEPTION_ACCESS_VIOLATION && record.NumberParameters >= 2
        })
        .is_some_and(|record| {
            record.ExceptionInformation[0] != FETCH && commit_page(record.ExceptionInformation[1])
        });
    if handled { debug::EXCEPTION_CONTINUE_EXECUTION } else { debug::EXCEPTION_CONTINUE_SEARCH }
}

/// Commits a page of zeros where a released range is touched.
fn commit_page(address: usize) -> bool {
    if !table::find(address).is_some_and(table::Entry::stores_are_lazy) {
        return false;
    }
    let page = ptr::without_provenance(address - address % page_size());
    // SAFETY: commits one page inside a range that the table lists as ours and reserved; a committed page stays as it is.
    let made = unsafe { memory::VirtualAlloc(page, page_size(), memory::MEM_COMMIT, memory::PAGE_READWRITE) };
    if !made.is_null() {
        return true;
    }
    let error = io::Error::last_os_error();
    if matches!(
        error.raw_os_error().map(|number| number as u32),
        Some(win::ERROR_COMMITMENT_LIMIT | win::ERROR_NOT_ENOUGH_MEMORY)
    ) {
        return false;
    }
    // The range is being replaced, or has been by now; its owner clears `lazy_stores` where that failed.
    // SAFETY: gives up the rest of this thread's time.
    unsafe { SwitchToThread() };
    true
}
