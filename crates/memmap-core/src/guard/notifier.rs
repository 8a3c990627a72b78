//! Notifies a listener of faults, because a program that only reads typed arrays never asks for them and would go on with zeros.
//!
//! A thread of its own sleeps until a handler wakes it, and passes the labels of newly marked ranges to the listener. `unpark` is an
//! atomic exchange and a system call on Linux. On macOS it is a dispatch semaphore, which signal handlers must not use, so there a
//! byte in a pipe wakes the thread.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use super::{Label, table};

/// Called in the notifier's thread with the label of each range that has its first fault.
type Listener = Box<dyn Fn(Arc<Label>) + Send>;

/// Bytes of the thread's stack: calling into Bun takes more than 64 KiB.
const STACK: usize = 1 << 18;

static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);
static THREAD: OnceLock<Option<bell::Bell>> = OnceLock::new();

/// Sets the listener for faults.
pub fn on_fault(listener: impl Fn(Arc<Label>) + Send + 'static) {
    *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
}

/// Starts the thread, once.
pub(super) fn start() {
    // Without a thread a fault is still an error of the next call on its mapping.
    THREAD.get_or_init(|| {
        bell::Bell::spawn(thread::Builder::new().name("memmap-guard".into()).stack_size(STACK), run).ok()
    });
}

/// Wakes the thread. Async-signal-safe.
pub(super) fn wake() {
    if let Some(Some(bell)) = THREAD.get() {
        bell.ring();
    }
}

fn run() {
    for label in table::take_marked() {
        if let Some(listener) = &*LISTENER.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(label);
        }
    }
}

#[cfg(not(target_os = "macos"))]
mod bell {
    use std::io;
    use std::thread::{self, Builder, Thread};

    pub(super) struct Bell(Thread);

    impl Bell {
        /// Starts a thread that does `work` each time the bell rings.
        pub(super) fn spawn(builder: Builder, work: fn()) -> io::Result<Self> {
            let thread = builder.spawn(move || {
                loop {
                    thread::park();
                    work();
                }
            });
            thread.map(|handle| Bell(handle.thread().clone()))
        }

        pub(super) fn ring(&self) {
            self.0.unpark();
        }
    }
}

#[cfg(target_os = "macos")]
mod bell {
    use std::fs::File;
    use std::io::{self, Read};
    use std::os::fd::{AsRawFd, FromRawFd};
    use std::thread::Builder;

    pub(super) struct Bell(File);

    impl Bell {
        /// Starts a thread that does `work` each time the bell rings.
        pub(super) fn spawn(builder: Builder, work: fn()) -> io::Result<Self> {
            let mut ends = [0; 2];
            // SAFETY: fills in two descriptors.
            if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: new descriptors, which nobody else owns.
            let [mut reader, writer] = ends.map(|end| unsafe { File::from_raw_fd(end) });
            for end in [&reader, &writer] {
                // SAFETY: an open descriptor and flags.
                unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) };
            }
            // A full pipe rings already.
            // SAFETY: as above.
            unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
            builder.spawn(move || {
                let mut bytes = [0; 64];
                while reader.read(&mut bytes).is_ok_and(|count| count > 0) {
                    work();
                }
            })?;
            Ok(Bell(writer))
        }

        pub(super) fn ring(&self) {
            // SAFETY: an open descriptor and a byte.
            unsafe { libc::write(self.0.as_raw_fd(), [1_u8].as_ptr().cast(), 1) };
        }
    }
}
