//! Progress, cancellation and bounds of a running kernel.

use super::error::{Error, Result};
use super::staging::PageWriter;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Reads pages in ahead of their use: `(first byte, bytes)`. Called from any thread, on memory of the source only.
pub type Prefetch = Box<dyn Fn(*const u8, usize) + Send + Sync>;

/// Shared between the caller and the threads of one kernel.
///
/// ```
/// use memmap_kernels::Control;
/// let control = Control::new();
/// control.cancel();
/// assert!(control.is_cancelled());
/// ```
#[derive(Default)]
pub struct Control {
    cancelled: AtomicBool,
    done: AtomicU64,
    max_threads: Option<usize>,
    background: bool,
    fresh_target: bool,
    prefetch: OnceLock<Prefetch>,
    page_writer: OnceLock<Box<dyn PageWriter>>,
}

impl Control {
    /// No bound on the threads, no prefetch.
    pub const fn new() -> Control {
        Control {
            cancelled: AtomicBool::new(false),
            done: AtomicU64::new(0),
            max_threads: None,
            background: false,
            fresh_target: false,
            prefetch: OnceLock::new(),
            page_writer: OnceLock::new(),
        }
    }

    /// At most this many threads; 1 keeps all work on the calling thread.
    pub const fn with_max_threads(mut self, threads: usize) -> Control {
        self.max_threads = Some(threads);
        self
    }

    /// The work gives way to that of threads that wait for theirs: for a task in the background.
    pub const fn in_background(mut self) -> Control {
        self.background = true;
        self
    }

    /// The target is untouched memory in large pages: the system clears each page at the first store.
    pub const fn with_fresh_target(mut self) -> Control {
        self.fresh_target = true;
        self
    }

    /// Sets a hook that populates the pages of a piece of the source before a thread reads it. The first one set stays.
    pub fn set_prefetch(&self, prefetch: Prefetch) {
        let _ = self.prefetch.set(prefetch);
    }

    /// Sets what writes to pages of the target that are not in memory. The first one set stays.
    pub fn set_page_writer(&self, writer: Box<dyn PageWriter>) {
        let _ = self.page_writer.set(writer);
    }

    /// Asks the kernel to stop; it returns [`Error::Cancelled`] within milliseconds.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether [`Control::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Elements worked through so far: of the source for reductions and comparisons, of the destination
    /// otherwise. It never goes back, and reaches their number when the kernel is done without an early exit.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// The bound on threads.
    pub(crate) fn max_threads(&self) -> Option<usize> {
        self.max_threads
    }

    /// Whether the work gives way to that of threads that wait.
    pub(crate) fn is_in_background(&self) -> bool {
        self.background
    }

    /// Whether the kernel's stores create the target's pages.
    pub(crate) fn has_fresh_target(&self) -> bool {
        self.fresh_target
    }

    /// What writes to pages of the target that are not in memory.
    pub(crate) fn page_writer(&self) -> Option<&dyn PageWriter> {
        self.page_writer.get().map(|writer| &**writer)
    }

    /// Stops a cancelled kernel.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Counts elements as done. Public for work outside the kernels that reports progress the same way.
    pub fn advance(&self, elements: usize) {
        self.done.fetch_add(elements as u64, Ordering::Relaxed);
    }

    /// A control for a part of the work that counts for no progress, with the same bounds. It is not cancelled with this one.
    pub(crate) fn quiet(&self) -> Control {
        Control { max_threads: self.max_threads, background: self.background, ..Control::new() }
    }

    /// Populates the pages of `bytes` bytes from `first` on.
    pub(crate) fn prefetch(&self, first: *const u8, bytes: usize) {
        if let Some(prefetch) = self.prefetch.get() {
            prefetch(first, bytes);
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("cancelled", &self.is_cancelled())
            .field("done", &self.done())
            .field("max_threads", &self.max_threads)
            .finish_non_exhaustive()
    }
}
