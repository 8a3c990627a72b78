//! An address range and what stands behind it: the only place that maps and unmaps.
//!
//! A range lives through this:
//!
//! ```text
//!   new ──► pages of the file ──let_go──► private pages of zeros ──drop──► gone
//!                      └──────────────────drop───────────────────────────►
//! ```
//!
//! `let_go` frees the file while somebody may still hold an address in the range (a thread that JavaScript set to work on
//! a buffer): the pages are exchanged in place, so a late access finds zeros instead of nothing.
//!
//! Systems: `unix.rs` exchanges pages by `mmap` with `MAP_FIXED`. Windows can do that for ranges made over placeholders:
//! `exchangeable.rs`.

mod ahead;
#[cfg(windows)]
mod exchangeable;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::sync::OnceLock;

use crate::Advice;

pub(crate) use system::Region;

/// Who sees a store through the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// Everybody: the pages are the file's.
    Shared,
    /// Nobody else: a page that is stored to becomes a copy.
    Private,
    /// As `Private`, and no store is meant: where copies cost memory before they are made, the pages may be read-only.
    ReadOnly,
}

/// Bytes of a page.
pub fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| system::system_sizes().0)
}

/// What the offset of a mapping in its file must be a multiple of, in bytes.
pub(crate) fn allocation_granularity() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| system::system_sizes().1)
}

impl Region {
    /// Reads the pieces in that hold these bytes, those that were not read in before; nothing for bytes of other memory. With
    /// `passing`, what was read in some way before them is let go.
    pub(crate) fn populate(&self, first: *const u8, length: usize, passing: bool) {
        // Far more than all threads work on at a time; who is slower than that reads its pages again.
        const BEHIND: usize = 64 << 20;
        let Some(from) = first.addr().checked_sub(self.start().addr().get()) else { return };
        if from >= self.span() {
            return;
        }
        for piece in self.ahead.take(from, length.min(self.span() - from)) {
            // What cannot be read in shows when it is touched.
            let _ = self.advise(Advice::Populate, piece.start, piece.len());
            if passing && let Some(behind) = self.ahead.leave_behind(piece.start, BEHIND) {
                let _ = self.advise(Advice::DontNeed, behind.start, behind.len());
            }
        }
    }
}
