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

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::Advice;
use readahead::Order;

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
    /// Remembers advice of the caller, for [`RandomAccess`] to put back.
    pub(crate) fn note_advice(&self, advice: Advice, is_whole: bool) {
        self.readahead.advised(advice, is_whole);
    }

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
            // The system would read the pages of a range that is read at random one by one.
            if self.readahead.order() == Order::Other {
                let _ =
                    self.advise(Advice::WillNeed, chunk.start, chunk.len().min(self.length() - chunk.start));
            }
            // A page that cannot be read shows when it is touched.
            let _ = self.advise(Advice::Populate, chunk.start, chunk.len());
            if drop_behind && let Some(behind) = self.readahead.take_back(chunk.start, DISTANCE) {
                let _ = self.advise(Advice::DontNeed, behind.start, behind.len());
            }
        }
    }
}

/// Reads of a range are at random while this lives, so the system reads no pages around them.
pub struct RandomAccess {
    region: Arc<Region>,
    /// The advice to put back.
    before: Advice,
    /// Reads of [`will_need`](RandomAccess::will_need) that looked for their pages.
    looks: AtomicU32,
    /// Whether a page was missing at one of them.
    is_cold: AtomicBool,
}

impl RandomAccess {
    /// Reads that look whether their pages are there, before all others take it that they are.
    const LOOKS: u32 = 16;

    /// Advises the system. `None` where reads are at random already, or where parts of the range have advice of their own.
    pub(crate) fn of(region: &Arc<Region>) -> Option<Self> {
        let before = match region.readahead.order() {
            Order::Normal => Advice::Normal,
            Order::Sequential => Advice::Sequential,
            Order::Other => return None,
        };
        region.advise(Advice::Random, 0, region.length()).ok()?;
        let region = Arc::clone(region);
        Some(RandomAccess { region, before, looks: AtomicU32::new(0), is_cold: AtomicBool::new(false) })
    }

    /// Begins to read the pages of these bytes together, where there are several and the file is not in memory: the system would
    /// read them one by one.
    pub fn will_need(&self, first: *const u8, length: usize) {
        let start = self.region.start().as_ptr().addr();
        let Some(from) = first.addr().checked_sub(start) else { return };
        if length <= page_size() || from >= self.region.length() {
            return;
        }
        let length = length.min(self.region.length() - from);
        if self.looks.load(Ordering::Relaxed) < Self::LOOKS {
            self.looks.fetch_add(1, Ordering::Relaxed);
            let is_missing = |(resident, total)| resident < total;
            if self.region.resident_pages(from, length).is_ok_and(is_missing) {
                self.is_cold.store(true, Ordering::Relaxed);
            }
        }
        if self.is_cold.load(Ordering::Relaxed) {
            let _ = self.region.advise(Advice::WillNeed, from, length);
        }
    }
}

impl Drop for RandomAccess {
    fn drop(&mut self) {
        let _ = self.region.advise(self.before, 0, self.region.length());
    }
}
