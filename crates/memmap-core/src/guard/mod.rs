//! A page that cannot be had becomes a page of zeros and a mark, not a dead process.
//!
//! Touching a mapped page fails when the file was cut below it, when the disk is full behind a hole, or when the device
//! cannot read it. The system then sends a signal that ends the process (`SIGBUS`). The guard answers it:
//!
//! ```text
//!   load or store ──► page cannot be had ──► SIGBUS ──► handler
//!                                                         │ which registered range holds the address?
//!                                              none ◄─────┴─────► this one
//!                                               │                  │ put one private page of zeros there
//!                              whoever was there before            │ mark the range, count it in FAULTS
//!                                                                  └─► the instruction runs again and goes on
//! ```
//!
//! Whoever reads through the mapping looks at [`faults`] after the load: while it is 0 no open mapping is marked, and
//! nothing else has to be asked. What the mark means (the file was cut, the disk is full) is found out later, outside
//! the handler, by [`Mapping::fault`](crate::Mapping::fault).
//!
//! Systems: `unix.rs` for Linux and macOS. On Windows a file cannot be cut while it is mapped and its pages are reserved
//! when they are written, so there is nothing to guard; `windows.rs` answers for ranges that were let go.

mod slots;
#[cfg(unix)]
mod watch;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "windows.rs"]
mod system;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

pub(crate) use slots::Slot;
#[cfg(not(unix))]
pub use system::watch;
#[cfg(unix)]
pub use watch::watch;

/// How many open mappings are marked. JavaScript reads this word directly, after every element.
static FAULTS: AtomicI32 = AtomicI32::new(0);

static ALLOWED: AtomicBool = AtomicBool::new(true);

/// What a guarded range is, for those who are told of its fault.
#[derive(Clone, Debug)]
pub struct Label {
    /// The file, where it was opened by a path.
    pub path: Option<Arc<Path>>,
    /// Who opened it, by a number of the caller's.
    pub owner: u64,
}

/// The word that counts the open mappings with a fault.
pub fn faults() -> &'static AtomicI32 {
    &FAULTS
}

/// Whether faults are answered; `false` on systems without need for it and after [`disable`].
pub fn enabled() -> bool {
    cfg!(unix) && allowed()
}

/// Whether handlers of ours may be installed.
pub(crate) fn allowed() -> bool {
    ALLOWED.load(Ordering::Relaxed)
}

/// Leaves faults to the system, for programs that bring a handler of their own. Before the first mapping only.
pub fn disable() {
    ALLOWED.store(false, Ordering::Relaxed);
}

/// Makes sure that our handler is the one that the system calls: at every open, since others install theirs too.
pub(crate) fn arm() {
    if enabled() {
        system::arm();
        #[cfg(unix)]
        watch::start();
    }
}

/// As [`arm`], for ranges whose pages become writable at the first store, or come to be at the first touch.
pub(crate) fn arm_lazy_stores() {
    if allowed() {
        system::arm_lazy_stores();
    }
}
