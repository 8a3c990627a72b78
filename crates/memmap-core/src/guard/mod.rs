//! Turns a page that cannot be loaded into a page of zeros and a mark, so that it does not end the process.
//!
//! Touching a page that cannot be loaded raises SIGBUS: the file was truncated below it, the disk is full behind a hole, or the
//! device failed. The handler runs this:
//!
//! ```text
//!   load or store ──► page cannot be loaded ──► SIGBUS ──► handler
//!                                                            │ table: which registered range holds the address?
//!                                                 none ◄─────┴─────► this one
//!                                                  │                  │ map a private page of zeros there, or more (`areas.rs`)
//!                             handlers of others (`chain.rs`)         │ mark the range, count it in FAULTS, wake the notifier
//!                                                                     └─► the instruction runs again and goes on
//! ```
//!
//! Readers check [`faults`] after each load: while it is 0 no open mapping is marked. [`Mapped::fault`](crate::Mapped::fault)
//! finds the reason (truncation, a full disk) later, outside the handler.
//!
//! The same table serves pages that get their memory late, because a private mapping could not reserve it or a range was
//! released: the first store (SIGSEGV), on Windows the first touch (an exception), makes one page usable.
//!
//! `unix.rs` has the handlers of Linux and macOS, `areas.rs` bounds what they take from the system, and `chain.rs` installs them
//! among those of others. Windows neither truncates a mapped file nor leaves its pages without space, so
//! `windows.rs` handles released ranges only. Inside a handler only async-signal-safe calls are allowed: `table.rs` has atomics
//! only, and `notifier.rs` is woken by one of them.

#[cfg(unix)]
mod areas;
#[cfg(unix)]
mod chain;
#[cfg(unix)]
mod notifier;
mod table;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "windows.rs"]
mod system;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

#[cfg(unix)]
pub(crate) use areas::set_limit as set_area_limit;
#[cfg(unix)]
pub use notifier::on_fault;
#[cfg(not(unix))]
pub use system::on_fault;
pub(crate) use table::Registration;

#[cfg(unix)]
use crate::memory::private_room;

/// Number of open mappings that are marked. JavaScript reads this word after every element.
static FAULTS: AtomicI32 = AtomicI32::new(0);

/// The fault of a range that has no memory for a store to one of its private pages.
pub(crate) const OUT_OF_MEMORY: u32 = u32::MAX;

static ALLOWED: AtomicBool = AtomicBool::new(true);

/// Describes a guarded range to the listener for faults.
#[derive(Clone, Debug)]
pub struct Label {
    /// The file, where it was opened by a path.
    pub path: Option<Arc<Path>>,
    /// The caller's number for the opener.
    pub owner: u64,
}

/// The word that counts the open mappings with a fault.
pub fn faults() -> &'static AtomicI32 {
    &FAULTS
}

/// Whether the guard handles faults: not on Windows, which has none, nor after [`disable`].
pub fn enabled() -> bool {
    cfg!(unix) && allowed()
}

/// Whether we may install handlers.
pub(crate) fn allowed() -> bool {
    ALLOWED.load(Ordering::Relaxed)
}

/// Leaves faults to the system, for programs with handlers of their own. Call it before the first mapping.
pub fn disable() {
    ALLOWED.store(false, Ordering::Relaxed);
}

/// Installs our handler, unless it is the current one. Runs at every open, because others install theirs meanwhile.
pub(crate) fn install_handler() {
    if enabled() {
        system::install_handler();
        #[cfg(unix)]
        notifier::start();
    }
}

/// Installs our handlers again where they are not the current ones, for callers that others may have run before: libuv, as a
/// listener for a signal comes or goes, or an addon.
pub fn reinstall_handlers() {
    if enabled() {
        system::reinstall_handlers();
    }
}

/// As [`install_handler`], for ranges whose pages become writable at the first store, or are committed at the first touch.
pub(crate) fn install_lazy_store_handler() {
    if allowed() {
        system::install_lazy_store_handler();
        #[cfg(unix)]
        areas::set_store_room(usize::try_from(private_room() / 4).unwrap_or(usize::MAX));
    }
}
