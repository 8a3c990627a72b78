//! The table of guarded ranges. A signal handler reads it, so it has atomics only: no locks, no allocation.

#[cfg(unix)]
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
use super::areas::Areas;
#[cfg(unix)]
use super::notifier;
use super::{FAULTS, Label};

/// Entries of one block of the table. Blocks are added as needed and never freed, so that a handler can walk them at any time.
const BLOCK: usize = 512;

pub(super) struct Entry {
    /// First address; 0 while the entry is free.
    start: AtomicUsize,
    /// One past the last address.
    end: AtomicUsize,
    /// 0, or the number of the first fault.
    fault: AtomicU32,
    /// Whether pages become writable at their first store; on Windows, whether pages are committed at their first touch.
    lazy_stores: AtomicBool,
    /// Areas that handlers added inside the range.
    #[cfg(unix)]
    areas: Areas,
    /// Index of its label in [`INVENTORY`].
    index: AtomicUsize,
}

struct Block {
    entries: [Entry; BLOCK],
    next: AtomicPtr<Block>,
}

impl Block {
    const fn new() -> Self {
        Block {
            entries: [const {
                Entry {
                    start: AtomicUsize::new(0),
                    end: AtomicUsize::new(0),
                    fault: AtomicU32::new(0),
                    lazy_stores: AtomicBool::new(false),
                    #[cfg(unix)]
                    areas: Areas::new(),
                    index: AtomicUsize::new(0),
                }
            }; BLOCK],
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }
}

static FIRST: Block = Block::new();

/// Free entries and labels, which the handler never touches.
struct Inventory {
    free: Vec<&'static Entry>,
    /// Labels by the entry's index. [`take_marked`] takes that of a range with a fault.
    labels: Vec<Option<Arc<Label>>>,
}

static INVENTORY: Mutex<Inventory> = Mutex::new(Inventory { free: Vec::new(), labels: Vec::new() });

fn inventory() -> MutexGuard<'static, Inventory> {
    INVENTORY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The entry of one guarded range, freed when dropped.
pub(crate) struct Registration(&'static Entry);

impl Registration {
    /// Registers `length` bytes from `start`. `lazy_stores`: pages are read-only until their first store.
    /// The notifier gets `label` when a page cannot be loaded.
    pub(crate) fn new(start: usize, length: usize, lazy_stores: bool, label: Option<Arc<Label>>) -> Self {
        let entry = free_entry(label);
        entry.fault.store(0, Ordering::Relaxed);
        entry.lazy_stores.store(lazy_stores, Ordering::Relaxed);
        entry.end.store(start + length, Ordering::Relaxed);
        // Last, with Release, so that a handler that sees the start sees the rest.
        entry.start.store(start, Ordering::Release);
        Registration(entry)
    }

    /// The number of the first fault in this range, or 0.
    pub(crate) fn fault(&self) -> u32 {
        self.0.fault.load(Ordering::Acquire)
    }

    /// Clears the fault, because the range no longer shows the file.
    pub(crate) fn clear(&self) {
        #[cfg(unix)]
        self.0.areas.clear();
        if self.0.fault.swap(0, Ordering::AcqRel) != 0 {
            FAULTS.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Whether pages become writable at their first store from now on.
    pub(crate) fn set_lazy_stores(&self, lazy: bool) {
        self.0.lazy_stores.store(lazy, Ordering::Release);
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.clear();
        self.0.start.store(0, Ordering::Release);
        self.0.end.store(0, Ordering::Release);
        let mut inventory = inventory();
        inventory.labels[self.0.index.load(Ordering::Relaxed)] = None;
        inventory.free.push(self.0);
    }
}

/// The labels of the ranges with a first fault since the last call.
#[cfg(unix)]
pub(super) fn take_marked() -> Vec<Arc<Label>> {
    let mut inventory = inventory();
    let mut marked = Vec::new();
    let mut block = &FIRST;
    for index in 0..inventory.labels.len() {
        if index > 0 && index % BLOCK == 0 {
            block = next_or_new(block);
        }
        if block.entries[index % BLOCK].fault.load(Ordering::Acquire) != 0 {
            marked.extend(inventory.labels[index].take());
        }
    }
    marked
}

fn free_entry(label: Option<Arc<Label>>) -> &'static Entry {
    let mut inventory = inventory();
    if let Some(entry) = inventory.free.pop() {
        inventory.labels[entry.index.load(Ordering::Relaxed)] = label;
        return entry;
    }
    let index = inventory.labels.len();
    inventory.labels.push(label);
    let mut block = &FIRST;
    for _ in 0..index / BLOCK {
        block = next_or_new(block);
    }
    let entry = &block.entries[index % BLOCK];
    entry.index.store(index, Ordering::Relaxed);
    entry
}

/// The block after `block`, created if there is none. The caller holds the lock of `INVENTORY`.
fn next_or_new(block: &'static Block) -> &'static Block {
    let next = block.next.load(Ordering::Acquire);
    if next.is_null() {
        let new: &'static Block = Box::leak(Box::new(Block::new()));
        block.next.store(ptr::from_ref(new).cast_mut(), Ordering::Release);
        return new;
    }
    // SAFETY: the pointer came from the leaked box above, which is never freed and changes through atomics only.
    unsafe { &*next }
}

impl Entry {
    /// Marks the range with its first fault. Async-signal-safe.
    #[cfg(unix)]
    pub(super) fn mark(&self, fault: u32) {
        if self.fault.compare_exchange(0, fault, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            FAULTS.fetch_add(1, Ordering::AcqRel);
            notifier::wake();
        }
    }

    pub(super) fn stores_are_lazy(&self) -> bool {
        self.lazy_stores.load(Ordering::Acquire)
    }

    /// Its addresses.
    #[cfg(unix)]
    pub(super) fn range(&self) -> Range<usize> {
        self.start.load(Ordering::Acquire)..self.end.load(Ordering::Acquire)
    }

    #[cfg(unix)]
    pub(super) fn areas(&self) -> &Areas {
        &self.areas
    }
}

/// The entry whose range holds `address`. Async-signal-safe.
///
/// The thread that touches `address` keeps its range registered meanwhile, so an entry that is reused meanwhile has other
/// addresses. The second load of the start skips an entry that is being filled in.
pub(super) fn find(address: usize) -> Option<&'static Entry> {
    let mut block = &FIRST;
    loop {
        for entry in &block.entries {
            let start = entry.start.load(Ordering::Acquire);
            if start != 0
                && start <= address
                && address < entry.end.load(Ordering::Acquire)
                && entry.start.load(Ordering::Acquire) == start
            {
                return Some(entry);
            }
        }
        let next = block.next.load(Ordering::Acquire);
        if next.is_null() {
            return None;
        }
        // SAFETY: as in `next_or_new`, a leaked block.
        block = unsafe { &*next };
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn find_returns_the_range_of_an_address_until_it_is_dropped() {
        // Far from any address that a test maps.
        let slots: Vec<Registration> = (0..3 * BLOCK)
            .map(|index| Registration::new(0x1000 + index * 0x100, 0x80, false, None))
            .collect();
        let inside = 0x1000 + 1000 * 0x100 + 0x7f;
        let start = 0x1000 + 1000 * 0x100;
        assert_eq!(find(inside).map(Entry::range), Some(start..start + 0x80));
        assert!(find(inside + 1).is_none());
        drop(slots);
        assert!(find(inside).is_none());
    }

    #[test]
    fn mark_counts_each_range_once() {
        let registration = Registration::new(0x10, 0x10, false, None);
        let entry = find(0x18).unwrap();
        entry.mark(7);
        entry.mark(8);
        assert_eq!(registration.fault(), 7);
        let marked = FAULTS.load(Ordering::Relaxed);
        drop(registration);
        assert_eq!(FAULTS.load(Ordering::Relaxed), marked - 1);
    }

    #[test]
    fn take_marked_returns_each_range_once_in_every_block() {
        let label = |owner| Some(Arc::new(Label { path: None, owner }));
        let start = |index: usize| 0x10_0000 + index * 0x100;
        let slots: Vec<Registration> = (0..3 * BLOCK)
            .map(|index| Registration::new(start(index), 0x80, false, label(77_000_000 + index as u64)))
            .collect();
        let marked = [0, 1, BLOCK - 1, BLOCK, BLOCK + 7, 2 * BLOCK, 3 * BLOCK - 1];
        for index in marked {
            find(start(index)).unwrap().mark(9);
        }
        let ours = || {
            let mut owners: Vec<u64> =
                take_marked().iter().map(|label| label.owner).filter(|owner| *owner >= 77_000_000).collect();
            owners.sort_unstable();
            owners
        };
        assert_eq!(ours(), marked.map(|index| 77_000_000 + index as u64));
        assert_eq!(ours(), []);
        drop(slots);
    }

    #[test]
    fn stores_are_lazy_as_set() {
        let registration = Registration::new(0x5_0000, 0x10, true, None);
        let entry = find(0x5_0000).unwrap();
        assert!(entry.stores_are_lazy());
        registration.set_lazy_stores(false);
        assert!(!entry.stores_are_lazy());
        registration.set_lazy_stores(true);
        assert!(entry.stores_are_lazy());
    }
}
