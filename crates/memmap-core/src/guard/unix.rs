//! Handlers of Linux and macOS: `SIGBUS`, and `SIGSEGV` for pages that become writable at the first store.
//!
//! Handlers use async-signal-safe calls only: atomics, and `mmap` and `mprotect`, which POSIX does not list but which are plain
//! system calls on both.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use libc::{c_int, c_void, sigaction, siginfo_t};

use super::table;
use crate::region::page_size;

/// The previously installed handler. Leaked, because a handler may be reading the old one while it is replaced.
struct Previous(AtomicPtr<sigaction>);

static PREVIOUS_BUS: Previous = Previous(AtomicPtr::new(ptr::null_mut()));
static PREVIOUS_SEGV: Previous = Previous(AtomicPtr::new(ptr::null_mut()));

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

pub(super) fn install_handler() {
    install(libc::SIGBUS, on_bus, &PREVIOUS_BUS);
}

pub(super) fn install_lazy_store_handler() {
    install(libc::SIGSEGV, on_segv, &PREVIOUS_SEGV);
}

fn install(signal: c_int, handler: Handler, previous: &Previous) {
    // The system keeps handlers by address.
    let ours = handler as usize;
    if current(signal).is_some_and(|action| action.sa_sigaction == ours) {
        return;
    }
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(found) = current(signal) else { return };
    if found.sa_sigaction == ours {
        return;
    }
    previous.0.store(Box::into_raw(Box::new(found)), Ordering::Release);
    // SAFETY: all-zero bytes are a valid `sigaction`: no handler, empty mask, no flags.
    let mut action: sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = ours;
    // On the alternate stack where a thread has one, because the ordinary one may be exhausted.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the action is initialised and its handler has the signature that SA_SIGINFO demands.
    unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
}

fn current(signal: c_int) -> Option<sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: only queries; the result goes to memory of the right type.
    let status = unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
    // SAFETY: on success the system has filled it in.
    (status == 0).then(|| unsafe { action.assume_init() })
}

extern "C" fn on_bus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !preserving_errno(|| replace_page(info)) {
        forward(signal, info, context, &PREVIOUS_BUS);
    }
}

extern "C" fn on_segv(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !preserving_errno(|| allow_store(info)) {
        forward(signal, info, context, &PREVIOUS_SEGV);
    }
}

/// Maps a private page of zeros over the page that cannot be loaded, and marks the range.
fn replace_page(info: *mut siginfo_t) -> bool {
    let Some((code, address)) = fault_of(info) else { return false };
    let Some(entry) = table::find(address) else { return false };
    let page = address - address % page_size();
    // A replaced page is a mapping of its own, and the system limits their number. Past the limit the whole range is replaced,
    // which loses nothing: earlier stores are in the file, and a marked range is not trusted any more.
    let (start, length) = entry.range();
    let replaced = map_zeros(page, page_size()) || map_zeros(start, length.next_multiple_of(page_size()));
    if replaced {
        // Never 0, which means no fault.
        entry.mark(code.unsigned_abs().max(1));
    }
    replaced
}

fn map_zeros(start: usize, length: usize) -> bool {
    // SAFETY: MAP_FIXED replaces whole pages inside a range that the table lists as one of our mappings of a file, which the
    // touching thread keeps mapped; the new pages are readable and writable like the old ones.
    let mapped = unsafe {
        libc::mmap(
            ptr::without_provenance_mut(start),
            length,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    mapped != libc::MAP_FAILED
}

/// Makes a private page writable whose memory could not be reserved beforehand.
fn allow_store(info: *mut siginfo_t) -> bool {
    let Some((_, address)) = fault_of(info) else { return false };
    let Some(entry) = table::find(address).filter(|entry| entry.stores_are_lazy()) else { return false };
    let page = address - address % page_size();
    let (start, length) = entry.range();
    allow_writes(page, page_size()) || allow_writes(start, length)
}

fn allow_writes(start: usize, length: usize) -> bool {
    // SAFETY: whole pages inside a range that the table lists as one of our private mappings, so nobody else sees stores.
    let status = unsafe {
        libc::mprotect(ptr::without_provenance_mut(start), length, libc::PROT_READ | libc::PROT_WRITE)
    };
    status == 0
}

/// Code and address of a fault that an instruction of this process caused; `None` for a signal that was sent.
fn fault_of(info: *mut siginfo_t) -> Option<(c_int, usize)> {
    // SAFETY: with SA_SIGINFO the system passes a pointer that is valid while the handler runs.
    let info = unsafe { info.as_ref() }?;
    if info.si_code <= 0 {
        return None;
    }
    // SAFETY: a positive code of SIGBUS or SIGSEGV means that the address field is set.
    let address = unsafe { info.si_addr() };
    Some((info.si_code, address.addr()))
}

fn forward(signal: c_int, info: *mut siginfo_t, context: *mut c_void, previous: &Previous) {
    let action = previous.0.load(Ordering::Acquire);
    // SAFETY: null before `install`, else a leaked box.
    let handler = unsafe { action.as_ref() }
        .map_or((libc::SIG_DFL, 0), |action| (action.sa_sigaction, action.sa_flags));
    match handler {
        (libc::SIG_DFL | libc::SIG_IGN, _) => default_action(signal, info),
        (address, flags) if flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: SA_SIGINFO says that the function at this address has this signature.
            let handler = unsafe { std::mem::transmute::<usize, Handler>(address) };
            handler(signal, info, context);
        }
        (address, _) => {
            // SAFETY: without SA_SIGINFO the function at this address takes the signal's number only.
            let handler = unsafe { std::mem::transmute::<usize, extern "C" fn(c_int)>(address) };
            handler(signal);
        }
    }
}

/// Restores the default action: the instruction faults again and ends the process; a signal that was sent is sent again.
fn default_action(signal: c_int, info: *mut siginfo_t) {
    // SAFETY: as in `install`.
    let mut action: sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = libc::SIG_DFL;
    // SAFETY: the action is initialised.
    unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
    if fault_of(info).is_none() {
        // SAFETY: no pointers; blocked until the handler returns, then delivered.
        unsafe { libc::raise(signal) };
    }
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
