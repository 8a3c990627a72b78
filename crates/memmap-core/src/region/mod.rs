//! An address range and its pages: the only module that maps and unmaps.
//!
//! States of a range:
//!
//! ```text
//!   new ──► pages of the file ──release──► private pages of zeros ──drop──► unmapped
//!                      └───────────────────drop───────────────────────────►
//! ```
//!
//! `release` frees the file while a thread may still hold an address in the range, as one that works on a buffer for JavaScript:
//! it replaces the pages in place, so a late access reads zeros instead of crashing.
//!
//! `unix.rs` replaces pages by `mmap` with `MAP_FIXED`. Windows can do that for ranges made over placeholders
//! (`placeholder.rs`).

#[cfg(windows)]
mod placeholder;
mod readahead;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::sync::OnceLock;

use crate::Advice;

pub(crate) use system::Region;

/// Who sees stores through the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// Everybody: the pages are the file's.
    Shared,
    /// Nobody else: a store makes a copy of the page.
    Private,
    /// As `Private`, without stores: the pages may be read-only where the system charges memory for copies beforehand.
    ReadOnly,
}

/// Bytes of a page.
pub fn page_size() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| system::system_sizes().0)
}

/// Bytes that the offset of a mapping in its file must be a multiple of.
pub(crate) fn allocation_granularity() -> usize {
    static SIZE: OnceLock<usize> = OnceLock::new();
    *SIZE.get_or_init(|| system::system_sizes().1)
}

impl Region {
    /// Reads in the chunks that hold these bytes and were not read in before; does nothing for addresses outside. With
    /// `drop_behind`, chunks some way before them leave the process.
    pub(crate) fn populate(&self, first: *const u8, length: usize, drop_behind: bool) {
        // Far more than all threads work on at a time. A thread that is further behind reads its pages again.
        const DISTANCE: usize = 64 << 20;
        let Some(from) = first.addr().checked_sub(self.start().addr().get()) else { return };
        if from >= self.length() {
            return;
        }
        for chunk in self.readahead.take(from, length.min(self.length() - from)) {
            // A page that cannot be read shows when it is touched.
            let _ = self.advise(Advice::Populate, chunk.start, chunk.len());
            if drop_behind && let Some(behind) = self.readahead.take_back(chunk.start, DISTANCE) {
                let _ = self.advise(Advice::DontNeed, behind.start, behind.len());
            }
        }
    }
}
