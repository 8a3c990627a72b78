//! A handler of ours among those of others: installs it again when another replaced it, and passes signals on to others.
//!
//! Others (a second copy of this package, crash reporters, libuv) may chain to us as we chain to them, so a plain chain can become
//! a circle. A signal that comes back to us while we pass it on goes to the first handler that we found, which was installed
//! before ours and knows nothing of us:
//!
//! ```text
//!   signal ──► ours ──► newest: installed over ours ──► ours, again ──► first: found by ours ──► its own previous one
//!                                                          │
//!                                                          └─ a third time: the default action
//! ```
//!
//! A fault that recurs with the same registers after it was passed on was not handled. After some times it goes to the first
//! handler, and then to the default action, so that it ends the process instead of spinning.

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use libc::{c_int, c_void, sigaction, siginfo_t};

pub(super) type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// The chain of one signal.
pub(super) struct Chain {
    signal: c_int,
    handler: Handler,
    installed: AtomicBool,
    /// The handler that ours replaced first; null for none.
    first: AtomicPtr<sigaction>,
    /// The handler that was last found in place of ours; null if only `first` was found.
    newest: AtomicPtr<sigaction>,
    /// The threads that are passing a signal on, or did.
    threads: [Forwarding; 64],
}

/// What one thread passes on.
struct Forwarding {
    /// 0 while the entry is free.
    thread: AtomicUsize,
    /// Calls of [`Chain::forward`] that have not returned.
    depth: AtomicUsize,
    /// An address in the stack of the outermost of them.
    frame: AtomicUsize,
    /// Registers of the thread when the last fault had been passed on.
    registers: AtomicUsize,
    /// How often in a row it faulted again with the same ones, which means that nobody handled the fault.
    repeats: AtomicUsize,
}

/// Repetitions of one fault that the newest handler gets, and after it the first one.
const REPEATS: usize = 8;

/// Handlers that were found, each once. Leaked, because a signal handler may be reading one while it is replaced.
static FOUND: Mutex<Vec<&'static sigaction>> = Mutex::new(Vec::new());

impl Chain {
    pub(super) const fn new(signal: c_int, handler: Handler) -> Self {
        Chain {
            signal,
            handler,
            installed: AtomicBool::new(false),
            first: AtomicPtr::new(ptr::null_mut()),
            newest: AtomicPtr::new(ptr::null_mut()),
            threads: [const {
                Forwarding {
                    thread: AtomicUsize::new(0),
                    depth: AtomicUsize::new(0),
                    frame: AtomicUsize::new(0),
                    registers: AtomicUsize::new(0),
                    repeats: AtomicUsize::new(0),
                }
            }; 64],
        }
    }

    /// Installs our handler, unless it is the current one.
    pub(super) fn install(&self) {
        if !self.current().is_some_and(|action| self.is_ours(&action)) {
            self.replace_current();
        }
    }

    /// As [`install`](Chain::install), if it was installed before.
    pub(super) fn reinstall(&self) {
        if self.installed.load(Ordering::Relaxed) {
            self.install();
        }
    }

    fn replace_current(&self) {
        let mut known = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
        // Remembered before ours takes its place, so that a signal in between finds it.
        let Some(found) = self.current().filter(|action| !self.is_ours(action)) else { return };
        self.remember(&found, &mut known);
        // SAFETY: all-zero bytes are a valid `sigaction`: no handler, empty mask, no flags.
        let mut action: sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        // The system keeps handlers by address.
        action.sa_sigaction = self.handler as usize;
        // On the alternate stack where a thread has one, because the ordinary one may be exhausted.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        // SAFETY: all-zero bytes are a valid `sigaction`.
        let mut replaced: sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        // SAFETY: the action is initialised and its handler has the signature that SA_SIGINFO demands.
        let status = unsafe { libc::sigaction(self.signal, &action, &mut replaced) };
        // Another thread may have installed one since `current`.
        if status == 0 && replaced.sa_sigaction != found.sa_sigaction && !self.is_ours(&replaced) {
            self.remember(&replaced, &mut known);
        }
    }

    fn remember(&self, found: &sigaction, known: &mut Vec<&'static sigaction>) {
        let same = |action: &&&'static sigaction| {
            action.sa_sigaction == found.sa_sigaction && action.sa_flags == found.sa_flags
        };
        let kept = known.iter().find(same).copied().unwrap_or_else(|| {
            let kept: &'static sigaction = Box::leak(Box::new(*found));
            known.push(kept);
            kept
        });
        let kept = ptr::from_ref(kept).cast_mut();
        if !self.installed.swap(true, Ordering::AcqRel) {
            self.first.store(kept, Ordering::Release);
        } else {
            self.newest.store(kept, Ordering::Release);
        }
    }

    fn current(&self) -> Option<sigaction> {
        let mut action = MaybeUninit::uninit();
        // SAFETY: only queries; the result goes to memory of the right type.
        let status = unsafe { libc::sigaction(self.signal, ptr::null(), action.as_mut_ptr()) };
        // SAFETY: on success the system has filled it in.
        (status == 0).then(|| unsafe { action.assume_init() })
    }

    fn is_ours(&self, action: &sigaction) -> bool {
        action.sa_sigaction == self.handler as usize
    }

    /// Passes a signal that is not ours on. Async-signal-safe.
    pub(super) fn forward(&self, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
        let is_fault = fault_of(info).is_some();
        let Some(thread) = self.this_thread() else { return default_action(signal, is_fault) };
        let depth = thread.enter();
        if is_fault && depth == 0 {
            thread.count_repeats(registers(context));
        }
        let repeats = if is_fault { thread.repeats.load(Ordering::Relaxed) } else { 0 };
        match (depth, repeats / REPEATS) {
            (0, 0) => self.call(self.newest(is_fault), signal, info, context),
            (0 | 1, 0 | 1) => self.call(&self.first, signal, info, context),
            _ => default_action(signal, is_fault),
        }
        if is_fault {
            thread.registers.store(registers(context), Ordering::Relaxed);
        }
        thread.leave(depth);
    }

    /// The handler that was installed last, or the first one where there is none, or where it was replaced by the default action: by
    /// libuv, when the last listener for a signal goes. A signal that was sent gets the default action then.
    fn newest(&self, is_fault: bool) -> &AtomicPtr<sigaction> {
        // SAFETY: null, or a leaked box.
        let newest = unsafe { self.newest.load(Ordering::Acquire).as_ref() };
        match newest {
            None => &self.first,
            Some(action) if is_fault && action.sa_sigaction == libc::SIG_DFL => &self.first,
            Some(_) => &self.newest,
        }
    }

    fn call(&self, place: &AtomicPtr<sigaction>, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
        let found = place.load(Ordering::Acquire);
        let is_fault = fault_of(info).is_some();
        // SAFETY: null, or a leaked box.
        let (address, flags) = unsafe { found.as_ref() }
            .map_or((libc::SIG_DFL, 0), |action| (action.sa_sigaction, action.sa_flags));
        if flags & libc::SA_RESETHAND != 0 {
            // As the system does for a handler that is installed for one signal.
            let _ = place.compare_exchange(found, ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed);
            set_default(signal);
        }
        match address {
            libc::SIG_IGN if !is_fault => {}
            libc::SIG_DFL | libc::SIG_IGN => default_action(signal, is_fault),
            _ if flags & libc::SA_SIGINFO != 0 => {
                // SAFETY: SA_SIGINFO says that the function at this address has this signature.
                let handler = unsafe { std::mem::transmute::<usize, Handler>(address) };
                handler(signal, info, context);
            }
            _ => {
                // SAFETY: without SA_SIGINFO the function at this address takes the signal's number only.
                let handler = unsafe { std::mem::transmute::<usize, extern "C" fn(c_int)>(address) };
                handler(signal);
            }
        }
    }

    /// The entry of the calling thread; `None` where as many threads as there are entries pass signals on.
    ///
    /// No thread-local, because the first access of a thread may allocate.
    fn this_thread(&self) -> Option<&Forwarding> {
        // SAFETY: returns a number that no other running thread has.
        let this = unsafe { libc::pthread_self() } as usize;
        let own = self.threads.iter().find(|entry| entry.thread.load(Ordering::Relaxed) == this);
        // Free ones first, then those of threads that pass nothing on now.
        own.or_else(|| self.threads.iter().find(|entry| entry.claim(0, this))).or_else(|| {
            self.threads.iter().find(|entry| {
                let other = entry.thread.load(Ordering::Relaxed);
                entry.depth.load(Ordering::Relaxed) == 0 && entry.claim(other, this)
            })
        })
    }
}

impl Forwarding {
    fn claim(&self, from: usize, thread: usize) -> bool {
        self.thread.compare_exchange(from, thread, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Returns how many calls the thread is inside of.
    fn enter(&self) -> usize {
        let here = ptr::from_ref(&self).addr();
        let mut depth = self.depth.load(Ordering::Relaxed);
        // A handler left by `siglongjmp`: the stack is no deeper than it was then.
        if depth > 0 && here >= self.frame.load(Ordering::Relaxed) {
            depth = 0;
        }
        if depth == 0 {
            self.frame.store(here, Ordering::Relaxed);
        }
        self.depth.store(depth + 1, Ordering::Relaxed);
        depth
    }

    fn leave(&self, depth: usize) {
        self.depth.store(depth, Ordering::Relaxed);
    }

    fn count_repeats(&self, registers: usize) {
        if self.registers.load(Ordering::Relaxed) == registers {
            self.repeats.fetch_add(1, Ordering::Relaxed);
        } else {
            self.repeats.store(0, Ordering::Relaxed);
        }
    }
}

/// Code and address of a fault that an instruction of this process caused; `None` for a signal that was sent.
pub(super) fn fault_of(info: *mut siginfo_t) -> Option<(c_int, usize)> {
    // SAFETY: with SA_SIGINFO the system passes a pointer that is valid while the handler runs.
    let info = unsafe { info.as_ref() }?;
    if info.si_code <= 0 {
        return None;
    }
    // SAFETY: a positive code of SIGBUS or SIGSEGV means that the address field is set.
    let address = unsafe { info.si_addr() };
    Some((info.si_code, address.addr()))
}

/// Restores the default action: the instruction faults again and ends the process; a signal that was sent is sent again.
fn default_action(signal: c_int, is_fault: bool) {
    set_default(signal);
    if !is_fault {
        // SAFETY: no pointers; blocked until the handler returns, then delivered.
        unsafe { libc::raise(signal) };
    }
}

fn set_default(signal: c_int) {
    // SAFETY: all-zero bytes are a valid `sigaction`: no handler, empty mask, no flags.
    let mut action: sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = libc::SIG_DFL;
    // SAFETY: the action is initialised.
    unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
}

/// A number for the registers of the interrupted thread, the address of the fault included.
fn registers(context: *mut c_void) -> usize {
    let (start, length) = register_bytes(context.cast());
    let hash = (0..length).fold(0xcbf2_9ce4_8422_2325, |hash: u64, index| {
        // SAFETY: inside the structure that the system passed to the handler.
        let address = unsafe { start.add(index) };
        // SAFETY: as above; any byte is a number.
        let byte = unsafe { address.read() };
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    hash as usize
}

/// The general registers are at the start of the structure, in front of the vector ones.
#[cfg(not(target_os = "macos"))]
fn register_bytes(context: *const libc::ucontext_t) -> (*const u8, usize) {
    (context.cast(), size_of::<libc::ucontext_t>().min(512))
}

#[cfg(target_os = "macos")]
fn register_bytes(context: *const libc::ucontext_t) -> (*const u8, usize) {
    // SAFETY: the system passes a pointer that is valid while the handler runs.
    let context = unsafe { &*context };
    (context.uc_mcontext.cast_const().cast(), context.uc_mcsize)
}
