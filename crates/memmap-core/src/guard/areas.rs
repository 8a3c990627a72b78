//! Bounds the memory areas that the handlers add to the process.
//!
//! A page that differs from its neighbours splits its mapping into three areas of addresses, and the system limits their number
//! (Linux: `vm.max_map_count`). V8 ends the process when it gets none, so the handlers stop adding areas long before that, while
//! there is room for the way out:
//!
//! ```text
//!   few pages:      file │0│ file │0│ file │0│ file       two areas each, up to PER_MAPPING
//!   past that:      file │0 0 0 0 0 0 0 0 0 0 0 0 0       everything from the lowest of them: one area
//!   process full:   0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0       the whole mapping: none
//! ```
//!
//! A truncated file has no page behind its first missing one, so replacing the tail loses nothing of it.
//!
//! Pages that become writable at their first store take memory of the process's limit too, of which three quarters are left to others.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Areas that one mapping may take before its tail is replaced.
const PER_MAPPING: usize = 256;

/// Stores that make a block of pages writable before blocks get twice as large.
const STORES_OF_A_SIZE: usize = 128;

/// Areas that all mappings have taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// Areas that they may take.
static LIMIT: AtomicUsize = AtomicUsize::new(4096);

/// Bytes that stores may make writable.
static ROOM: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Sets how many bytes stores may make writable from now on.
pub(super) fn set_store_room(bytes: usize) {
    ROOM.store(bytes, Ordering::Relaxed);
}

/// Sets how many areas the handlers may add to the process.
pub(crate) fn set_limit(areas: usize) {
    LIMIT.store(areas, Ordering::Relaxed);
}

/// The areas that the handlers added inside one mapping. Async-signal-safe.
pub(super) struct Areas {
    taken: AtomicUsize,
    /// The lowest page that was replaced.
    lowest: AtomicUsize,
    /// Where the replaced tail begins.
    tail: AtomicUsize,
    /// Stores that made pages writable.
    stores: AtomicUsize,
    /// The page of the last of them.
    last_store: AtomicUsize,
}

impl Areas {
    pub(super) const fn new() -> Self {
        Areas {
            taken: AtomicUsize::new(0),
            lowest: AtomicUsize::new(usize::MAX),
            tail: AtomicUsize::new(usize::MAX),
            stores: AtomicUsize::new(0),
            last_store: AtomicUsize::new(usize::MAX),
        }
    }

    /// Takes two areas for a page of its own; false where the mapping, or the process, has taken its share.
    pub(super) fn take_page(&self) -> bool {
        self.taken.load(Ordering::Relaxed) < PER_MAPPING && self.take_two()
    }

    fn take_two(&self) -> bool {
        if TAKEN.load(Ordering::Relaxed) + 2 > LIMIT.load(Ordering::Relaxed) {
            return false;
        }
        // The sum first, so that it is never less than what the mappings have taken.
        TAKEN.fetch_add(2, Ordering::Relaxed);
        self.taken.fetch_add(2, Ordering::Relaxed);
        true
    }

    /// Remembers that this page has to be replaced. Returns whether the replaced tail holds it already.
    pub(super) fn note(&self, page: usize) -> bool {
        self.lowest.fetch_min(page, Ordering::AcqRel);
        self.is_in_tail(page)
    }

    /// Whether the replaced tail holds this page.
    pub(super) fn is_in_tail(&self, page: usize) -> bool {
        page >= self.tail.load(Ordering::Acquire)
    }

    /// The addresses to replace so that all pages from the lowest noted one to `end` are; `None` where that would take an area that
    /// the process does not have.
    pub(super) fn tail(&self, end: usize) -> Option<Range<usize>> {
        if self.taken.load(Ordering::Relaxed) == 0
            && TAKEN.load(Ordering::Relaxed) >= LIMIT.load(Ordering::Relaxed)
        {
            return None;
        }
        let tail = self.lowest.load(Ordering::Acquire)..self.tail.load(Ordering::Acquire).min(end);
        (!tail.is_empty()).then_some(tail)
    }

    /// The tail from `start` was replaced by pages that have `areas` areas.
    pub(super) fn replaced_from(&self, start: usize, areas: usize) {
        self.tail.fetch_min(start, Ordering::AcqRel);
        self.settle(areas);
    }

    /// The block of pages to make writable for a store to the one at `page`, which is `page_size` long. Blocks double in size as
    /// stores go on, so that their number grows with the logarithm of the mapping's size.
    pub(super) fn block(&self, page: usize, page_size: usize, range: &Range<usize>) -> Range<usize> {
        let doublings = self.stores.fetch_add(1, Ordering::Relaxed) / STORES_OF_A_SIZE;
        let size = u32::try_from(doublings)
            .ok()
            .and_then(|doublings| page_size.checked_shl(doublings))
            .filter(|size| *size >= page_size && *size < range.len())
            .unwrap_or_else(|| range.len().max(page_size));
        let start = range.start + (page - range.start) / size * size;
        start..start.saturating_add(size).min(range.end)
    }

    /// Whether the last page that a store made writable is another one.
    pub(super) fn is_first_store(&self, page: usize) -> bool {
        self.last_store.swap(page, Ordering::Relaxed) != page
    }

    /// Takes two areas and `bytes` of memory for writable pages; false where the process has taken its share.
    pub(super) fn take_block(&self, bytes: usize) -> bool {
        let takes = |room: usize| room.checked_sub(bytes);
        ROOM.fetch_update(Ordering::Relaxed, Ordering::Relaxed, takes).is_ok() && self.take_two()
    }

    /// The mapping has this many added areas by now.
    pub(super) fn settle(&self, areas: usize) {
        TAKEN.fetch_add(areas, Ordering::Relaxed);
        TAKEN.fetch_sub(self.taken.swap(areas, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The range has other pages now, or is gone.
    pub(super) fn clear(&self) {
        self.settle(0);
        self.stores.store(0, Ordering::Relaxed);
        self.last_store.store(usize::MAX, Ordering::Relaxed);
        self.lowest.store(usize::MAX, Ordering::Release);
        self.tail.store(usize::MAX, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 4096;

    #[test]
    fn pages_of_a_mapping_are_replaced_one_by_one_up_to_its_share() {
        let areas = Areas::new();
        let pages = (0..1000).take_while(|_| areas.take_page()).count();
        assert_eq!(pages, PER_MAPPING / 2);
        areas.clear();
        assert!(areas.take_page());
        areas.clear();
    }

    #[test]
    fn the_tail_reaches_from_the_lowest_page_to_the_tail_before() {
        let areas = Areas::new();
        assert!(areas.take_page());
        assert!(!areas.note(80 * PAGE));
        assert!(!areas.note(50 * PAGE));
        assert_eq!(areas.tail(100 * PAGE), Some(50 * PAGE..100 * PAGE));
        areas.replaced_from(50 * PAGE, 1);
        assert!(areas.note(60 * PAGE));
        assert_eq!(areas.tail(100 * PAGE), None);
        assert!(!areas.note(20 * PAGE));
        assert_eq!(areas.tail(100 * PAGE), Some(20 * PAGE..50 * PAGE));
        areas.clear();
    }

    #[test]
    fn blocks_hold_their_page_and_grow_until_they_are_the_range() {
        let areas = Areas::new();
        let range = PAGE..1001 * PAGE;
        for store in 0..20 * STORES_OF_A_SIZE {
            let page = range.start + (store * 7919) % 1000 * PAGE;
            let block = areas.block(page, PAGE, &range);
            assert!(block.contains(&page) && block.start >= range.start && block.end <= range.end);
            assert_eq!(block.start % PAGE, 0);
            let size = (PAGE << (store / STORES_OF_A_SIZE)).min(range.len());
            assert!(block.len() == size || block.end == range.end, "{store}: {block:?}");
        }
    }
}
