//! `SIGBUS`, and `SIGSEGV` for pages that become writable at the first store, on Linux and macOS.
//!
//! All that runs inside a handler is async-signal-safe: atomics, and the system calls `mmap` and `mprotect`, which POSIX
//! does not list but which are plain system calls on both systems.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use libc::{c_int, c_void, sigaction, siginfo_t};

use super::slots;
use crate::region::page_size;

/// Who answered the signal before us. Boxed, swapped and never freed: a handler may be reading the old one.
struct Previous(AtomicPtr<sigaction>);

static PREVIOUS_BUS: Previous = Previous(AtomicPtr::new(ptr::null_mut()));
static PREVIOUS_SEGV: Previous = Previous(AtomicPtr::new(ptr::null_mut()));

type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

pub(super) fn arm() {
    install(libc::SIGBUS, on_bus, &PREVIOUS_BUS);
}

pub(super) fn arm_lazy_stores() {
    install(libc::SIGSEGV, on_segv, &PREVIOUS_SEGV);
}

fn install(signal: c_int, handler: Handler, previous: &Previous) {
    // The handler's address, the form in which the system keeps it.
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
    // On the alternate stack where a thread has one: the fault may have come at the end of the ordinary one.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the action is initialised and its handler has the signature that SA_SIGINFO demands.
    unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
}

fn current(signal: c_int) -> Option<sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: asks only; the result goes to memory of the right type.
    let status = unsafe { libc::sigaction(signal, ptr::null(), action.as_mut_ptr()) };
    // SAFETY: on success the system has filled it in.
    (status == 0).then(|| unsafe { action.assume_init() })
}

extern "C" fn on_bus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !with_errno_kept(|| replace_page(info)) {
        forward(signal, info, context, &PREVIOUS_BUS);
    }
}

extern "C" fn on_segv(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    if !with_errno_kept(|| allow_store(info)) {
        forward(signal, info, context, &PREVIOUS_SEGV);
    }
}

/// Puts a private page of zeros where the page of the file cannot be had, and marks the range.
fn replace_page(info: *mut siginfo_t) -> bool {
    let Some((code, address)) = fault_of(info) else { return false };
    let Some(entry) = slots::find(address) else { return false };
    let page = address - address % page_size();
    // Each page away from its neighbours is a mapping of its own to the system, which limits their number. Past the
    // limit the whole range becomes one: what was stored so far is the file's, and nothing is believed any more.
    let (start, length) = entry.range();
    let replaced = put_zeros(page, page_size()) || put_zeros(start, length.next_multiple_of(page_size()));
    if replaced {
        // Never 0, whatever the system says.
        entry.mark(code.unsigned_abs().max(1));
    }
    replaced
}

fn put_zeros(start: usize, length: usize) -> bool {
    // SAFETY: MAP_FIXED replaces whole pages inside a range that `slots` says is one of our mappings of a file, which
    // the touching thread keeps mapped; the new pages are readable and writable like the old ones.
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

/// Lets the store to a private page happen whose memory could not be reserved beforehand.
fn allow_store(info: *mut siginfo_t) -> bool {
    let Some((_, address)) = fault_of(info) else { return false };
    let Some(entry) = slots::find(address).filter(|entry| entry.stores_are_lazy()) else { return false };
    let page = address - address % page_size();
    let (start, length) = entry.range();
    allow_writes(page, page_size()) || allow_writes(start, length)
}

fn allow_writes(start: usize, length: usize) -> bool {
    // SAFETY: whole pages inside a range that `slots` says is one of our private mappings: stores reach nobody else.
    let status = unsafe {
        libc::mprotect(ptr::without_provenance_mut(start), length, libc::PROT_READ | libc::PROT_WRITE)
    };
    status == 0
}

/// The kind and address of a fault that an instruction of this process caused; `None` for a signal that was sent.
fn fault_of(info: *mut siginfo_t) -> Option<(c_int, usize)> {
    // SAFETY: with SA_SIGINFO the system passes a valid pointer, alive for the handler's time.
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
        (libc::SIG_DFL | libc::SIG_IGN, _) => end_as_without_us(signal, info),
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

/// The default action: the instruction faults again and ends the process; a signal that was sent is sent again.
fn end_as_without_us(signal: c_int, info: *mut siginfo_t) {
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

fn with_errno_kept(work: impl FnOnce() -> bool) -> bool {
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
