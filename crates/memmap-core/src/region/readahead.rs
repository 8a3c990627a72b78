use std::ops::Range;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::Advice;

/// The chunks of a range that were read in ahead of their use. Reading a chunk in once saves a page fault for each of its pages;
/// doing so again for pages that are present costs more than it saves.
pub(super) struct Readahead {
    /// A bit for each chunk.
    words: Box<[AtomicU64]>,
    /// The last advice about the order of reads: an [`Order`].
    order: AtomicU8,
}

/// What the system was advised of about the order of reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Order {
    /// Nothing, or [`Advice::Normal`].
    Normal,
    /// Front to back.
    Sequential,
    /// At random, or different advice for different parts.
    Other,
}

impl Readahead {
    /// Bytes of a chunk.
    const CHUNK: usize = 1 << 20;

    pub(super) fn new(length: usize) -> Self {
        let words = length.div_ceil(Self::CHUNK).div_ceil(64);
        let words = (0..words).map(|_| AtomicU64::new(0)).collect();
        Readahead { words, order: AtomicU8::new(Order::Normal as u8) }
    }

    /// Remembers advice for a part of the range, or for all of it.
    pub(super) fn advised(&self, advice: Advice, is_whole: bool) {
        let order = match advice {
            Advice::Normal if is_whole => Order::Normal,
            Advice::Sequential if is_whole => Order::Sequential,
            Advice::Normal | Advice::Sequential | Advice::Random => Order::Other,
            _ => return,
        };
        self.order.store(order as u8, Ordering::Relaxed);
    }

    /// The advice that holds for the whole range, where it is one that reads ahead.
    pub(super) fn order(&self) -> Order {
        match self.order.load(Ordering::Relaxed) {
            0 => Order::Normal,
            1 => Order::Sequential,
            _ => Order::Other,
        }
    }

    /// The chunks that hold these bytes and were not taken before, in bytes from the start of the range. Only one caller gets
    /// each.
    pub(super) fn take(&self, from: usize, length: usize) -> impl Iterator<Item = Range<usize>> {
        let chunks = from / Self::CHUNK..(from + length).div_ceil(Self::CHUNK);
        chunks
            .filter(|chunk| self.is_first(*chunk))
            .map(|chunk| chunk * Self::CHUNK..(chunk + 1) * Self::CHUNK)
    }

    fn is_first(&self, chunk: usize) -> bool {
        let bit = 1 << (chunk % 64);
        self.words.get(chunk / 64).is_some_and(|word| {
            // The load comes first, so that threads only read once every chunk is taken.
            word.load(Ordering::Relaxed) & bit == 0 && word.fetch_or(bit, Ordering::Relaxed) & bit == 0
        })
    }

    /// The chunk `distance` bytes before the one that holds `from`, in bytes from the start of the range, if it was taken; it can
    /// be taken again afterwards.
    pub(super) fn take_back(&self, from: usize, distance: usize) -> Option<Range<usize>> {
        let chunk = (from / Self::CHUNK).checked_sub(distance / Self::CHUNK)?;
        let bit = 1 << (chunk % 64);
        let was_taken = self.words.get(chunk / 64)?.fetch_and(!bit, Ordering::Relaxed) & bit != 0;
        was_taken.then(|| chunk * Self::CHUNK..(chunk + 1) * Self::CHUNK)
    }

    /// The pages of these bytes may have left the process, so their chunks can be taken again.
    pub(super) fn forget(&self, from: usize, length: usize) {
        for chunk in from / Self::CHUNK..(from + length).div_ceil(Self::CHUNK) {
            if let Some(word) = self.words.get(chunk / 64) {
                word.fetch_and(!(1 << (chunk % 64)), Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Readahead;

    #[test]
    fn take_returns_each_chunk_once() {
        let readahead = Readahead::new(200 << 20);
        let take =
            |from, length| readahead.take(from, length).map(|chunk| chunk.start >> 20).collect::<Vec<_>>();
        assert_eq!(take(5, 10), [0]);
        assert_eq!(take(0, 3 << 20), [1, 2]);
        assert_eq!(take((1 << 20) - 1, 2), []);
        assert_eq!(take(70 << 20, 1), [70]);
        assert_eq!(readahead.take(72 << 20, 1).next(), Some(72 << 20..73 << 20));
        readahead.forget(70 << 20, 1);
        assert_eq!(take(69 << 20, 2 << 20), [69, 70]);
        assert_eq!(take(0, 1), []);
    }

    #[test]
    fn a_chunk_taken_back_can_be_taken_again() {
        let readahead = Readahead::new(200 << 20);
        assert_eq!(readahead.take(0, 100 << 20).count(), 100);
        assert_eq!(readahead.take_back(63 << 20, 64 << 20), None);
        assert_eq!(readahead.take_back(70 << 20, 64 << 20), Some(6 << 20..7 << 20));
        assert_eq!(readahead.take_back(70 << 20, 64 << 20), None);
        assert_eq!(readahead.take_back(180 << 20, 64 << 20), None);
        assert_eq!(readahead.take(0, 100 << 20).map(|chunk| chunk.start >> 20).collect::<Vec<_>>(), [6]);
    }
}
