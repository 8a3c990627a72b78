//! Tells of faults that nobody asks about: a program that only looks at typed arrays would go on with zeros.
//!
//! A thread of its own sleeps until a handler wakes it, and passes the labels of newly marked ranges to whoever watches.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, Thread};

use super::{Label, slots};

/// What is called with the label of each range that has its first fault, in the thread of the watch.
type Watcher = Box<dyn Fn(Arc<Label>) + Send>;

static WATCHER: Mutex<Option<Watcher>> = Mutex::new(None);
static THREAD: OnceLock<Option<Thread>> = OnceLock::new();

/// Sets who is told of faults.
pub fn watch(watcher: impl Fn(Arc<Label>) + Send + 'static) {
    *WATCHER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(watcher));
}

/// Makes the thread, once there is something to watch.
pub(super) fn start() {
    THREAD.get_or_init(|| {
        let thread = thread::Builder::new().name("memmap-guard".into()).stack_size(1 << 16).spawn(run);
        // Without it faults are still errors of whatever is asked next.
        thread.ok().map(|handle| handle.thread().clone())
    });
}

/// Async-signal-safe: an atomic exchange and the system call that wakes a thread.
pub(super) fn wake() {
    if let Some(Some(thread)) = THREAD.get() {
        thread.unpark();
    }
}

fn run() {
    loop {
        thread::park();
        for label in slots::take_marked() {
            if let Some(watcher) = &*WATCHER.lock().unwrap_or_else(PoisonError::into_inner) {
                watcher(label);
            }
        }
    }
}
