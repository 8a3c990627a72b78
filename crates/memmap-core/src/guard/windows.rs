//! Ranges whose pages come to be when they are touched, on Windows: a vectored exception handler commits them.
//!
//! A page of a mapped file is always there: a file is not cut while it is mapped. But a range that was let go is reserved only,
//! and while its pages are exchanged it is not even that: who touches it then comes again until it is.

use std::io;
use std::ptr;
use std::sync::{Arc, Once};

use windows_sys::Win32::Foundation as win;
use windows_sys::Win32::System::Diagnostics::Debug as debug;
use windows_sys::Win32::System::LibraryLoader as loader;
use windows_sys::Win32::System::Memory as memory;
use windows_sys::Win32::System::Threading::SwitchToThread;

use super::{Label, slots};
use crate::region::page_size;

/// The kind of access that is no load and no store.
const FETCH: usize = 8;

pub(super) fn arm() {}

/// Installs the handler, for ranges whose pages come to be at the first touch.
pub(super) fn arm_lazy_stores() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let mut module = ptr::null_mut();
        let pin = loader::GET_MODULE_HANDLE_EX_FLAG_PIN | loader::GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
        // The handler must not be unloaded, as it otherwise is when a Worker was the only one to load it.
        // SAFETY: an address in this module; the handle is not used.
        unsafe { loader::GetModuleHandleExW(pin, (on_exception as *const ()).cast(), &mut module) };
        // SAFETY: a handler of the signature that is asked for, loaded for ever.
        unsafe { debug::AddVectoredExceptionHandler(1, Some(on_exception)) };
    });
}

/// There is nothing to tell: no page of a file is ever gone.
pub fn watch(_watcher: impl Fn(Arc<Label>) + Send + 'static) {}

unsafe extern "system" fn on_exception(info: *mut debug::EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes a valid pointer, alive for the handler's time.
    let info = unsafe { info.as_ref() };
    // SAFETY: as above.
    let record = info.and_then(|info| unsafe { info.ExceptionRecord.as_ref() });
    let answered = record
        .filter(|record| {
            record.ExceptionCode == win::EXCEPTION_ACCESS_VIOLATION && record.NumberParameters >= 2
        })
        .is_some_and(|record| {
            record.ExceptionInformation[0] != FETCH && make_page(record.ExceptionInformation[1])
        });
    if answered { debug::EXCEPTION_CONTINUE_EXECUTION } else { debug::EXCEPTION_CONTINUE_SEARCH }
}

/// Puts a page of zeros where a range that was let go is touched.
fn make_page(address: usize) -> bool {
    if !slots::find(address).is_some_and(slots::Entry::stores_are_lazy) {
        return false;
    }
    let page = ptr::without_provenance(address - address % page_size());
    // SAFETY: commits one page inside a range that `slots` says is ours and reserved; one that is there already stays.
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
    // The range is being exchanged, or is settled by now; who owns it takes the mark back where that failed.
    // SAFETY: gives up the rest of this thread's time.
    unsafe { SwitchToThread() };
    true
}
