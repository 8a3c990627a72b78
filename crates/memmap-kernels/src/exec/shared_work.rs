use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};

use super::control::Control;
use super::error::{Error, Result};

/// Set in the state once the owner lets no helper begin any more; the other bits count the helpers at work.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// Looks at the state before the owner sleeps, because the last helper is often nearly done.
const SPINS: usize = 200;

/// The work of one piece, by its number.
type Work = dyn Fn(usize) -> Result<()> + Sync;

/// Work in pieces that helpers share with the thread that has it, its owner.
///
/// The owner waits for the helpers that have begun, and only for those: a helper that comes after [`close`](Self::close) leaves
/// without a look at the work. So the owner never waits for what else the helpers do.
pub(super) struct SharedWork {
    state: AtomicUsize,
    /// Helpers that may work at a time.
    room: usize,
    next: AtomicUsize,
    pieces: usize,
    work: NonNull<Work>,
    control: NonNull<Control>,
    failure: OnceLock<Error>,
    panicked: AtomicBool,
    owner: Thread,
}

// SAFETY: the pointers are to `Sync` values, and used between `begin` and `leave` or by the owner, while the owner keeps them.
unsafe impl Send for SharedWork {}
// SAFETY: as above.
unsafe impl Sync for SharedWork {}

impl SharedWork {
    /// Work of this thread.
    ///
    /// # Safety
    ///
    /// `work` and `control` outlive the call of [`close`](Self::close), which the caller makes before it returns or unwinds.
    pub(super) unsafe fn new(
        control: &Control,
        room: usize,
        pieces: usize,
        work: &(dyn Fn(usize) -> Result<()> + Sync),
    ) -> Self {
        // SAFETY: only the lifetime changes, which the caller answers for.
        let work =
            unsafe { std::mem::transmute::<&(dyn Fn(usize) -> Result<()> + Sync), &'static Work>(work) };
        SharedWork {
            state: AtomicUsize::new(0),
            room,
            next: AtomicUsize::new(0),
            pieces,
            work: NonNull::from(work),
            control: NonNull::from(control),
            failure: OnceLock::new(),
            panicked: AtomicBool::new(false),
            owner: thread::current(),
        }
    }

    /// A helper begins; false where it must not, because there is no room or nothing left to do.
    pub(super) fn begin(&self) -> bool {
        if self.next.load(Ordering::Relaxed) >= self.pieces {
            return false;
        }
        let begun = self.state.fetch_update(Ordering::Acquire, Ordering::Relaxed, |state| {
            (state & CLOSED == 0 && state < self.room).then_some(state + 1)
        });
        begun.is_ok()
    }

    /// A helper that has begun leaves.
    pub(super) fn leave(&self) {
        if self.state.fetch_sub(1, Ordering::Release) == CLOSED + 1 {
            self.owner.unpark();
        }
    }

    /// Does the next piece; false where there is none. For the owner, and for helpers between `begin` and `leave`.
    pub(super) fn do_piece(&self) -> bool {
        let piece = self.next.fetch_add(1, Ordering::Relaxed);
        if piece >= self.pieces {
            return false;
        }
        // SAFETY: the owner keeps it until all who may call this have left.
        let control = unsafe { self.control.as_ref() };
        // SAFETY: as above.
        let work = unsafe { self.work.as_ref() };
        let done = catch_unwind(AssertUnwindSafe(|| control.check().and_then(|()| work(piece))));
        match done {
            Ok(Ok(())) => return true,
            // The first error is returned; a second one adds nothing.
            Ok(Err(error)) => drop(self.failure.set(error)),
            Err(_) => self.panicked.store(true, Ordering::Relaxed),
        }
        self.next.store(self.pieces, Ordering::Relaxed);
        false
    }

    /// The owner lets nobody begin any more, and waits for the helpers at work.
    pub(super) fn close(&self) {
        let mut state = self.state.fetch_or(CLOSED, Ordering::Acquire) | CLOSED;
        let mut spins = 0;
        while state != CLOSED {
            if spins < SPINS {
                spins += 1;
                std::hint::spin_loop();
            } else {
                thread::park();
            }
            state = self.state.load(Ordering::Acquire);
        }
    }

    /// What the work came to, after `close`.
    pub(super) fn outcome(&self) -> Result<()> {
        assert!(!self.panicked.load(Ordering::Relaxed), "a piece of the work panicked");
        self.failure.get().map_or(Ok(()), |error| Err(error.clone()))
    }
}
