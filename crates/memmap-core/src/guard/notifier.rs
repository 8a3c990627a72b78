//! Notifies a listener of faults, because a program that only reads typed arrays never asks for them and would go on with zeros.
//!
//! A thread of its own sleeps until a handler wakes it, and passes the labels of newly marked ranges to the listener.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, Thread};

use super::{Label, table};

/// Called in the notifier's thread with the label of each range that has its first fault.
type Listener = Box<dyn Fn(Arc<Label>) + Send>;

static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);
static THREAD: OnceLock<Option<Thread>> = OnceLock::new();

/// Sets the listener for faults.
pub fn on_fault(listener: impl Fn(Arc<Label>) + Send + 'static) {
    *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
}

/// Starts the thread, once.
pub(super) fn start() {
    THREAD.get_or_init(|| {
        let thread = thread::Builder::new().name("memmap-guard".into()).stack_size(1 << 16).spawn(run);
        // Without a thread a fault is still an error of the next call on its mapping.
        thread.ok().map(|handle| handle.thread().clone())
    });
}

/// Wakes the thread. Async-signal-safe: an atomic exchange and a system call.
pub(super) fn wake() {
    if let Some(Some(thread)) = THREAD.get() {
        thread.unpark();
    }
}

fn run() {
    loop {
        thread::park();
        for label in table::take_marked() {
            if let Some(listener) = &*LISTENER.lock().unwrap_or_else(PoisonError::into_inner) {
                listener(label);
            }
        }
    }
}
