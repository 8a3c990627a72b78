use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which pieces of a range were read in before their use. Reading a piece in once saves a fault for each of its pages;
/// asking again for pages that are there costs more than it saves.
pub(super) struct Ahead {
    /// A bit for each piece.
    words: Box<[AtomicU64]>,
}

impl Ahead {
    /// Bytes of a piece.
    const PIECE: usize = 1 << 20;

    pub(super) fn new(span: usize) -> Self {
        let words = span.div_ceil(Self::PIECE).div_ceil(64);
        Ahead { words: (0..words).map(|_| AtomicU64::new(0)).collect() }
    }

    /// The pieces that hold these bytes and were not taken before, in bytes from the start of the range. Each is given to one
    /// caller alone.
    pub(super) fn take(&self, from: usize, length: usize) -> impl Iterator<Item = Range<usize>> {
        let pieces = from / Self::PIECE..(from + length).div_ceil(Self::PIECE);
        pieces
            .filter(|piece| self.is_first(*piece))
            .map(|piece| piece * Self::PIECE..(piece + 1) * Self::PIECE)
    }

    fn is_first(&self, piece: usize) -> bool {
        let bit = 1 << (piece % 64);
        self.words.get(piece / 64).is_some_and(|word| {
            // The look comes first: once all is there, threads only read.
            word.load(Ordering::Relaxed) & bit == 0 && word.fetch_or(bit, Ordering::Relaxed) & bit == 0
        })
    }

    /// The piece so many bytes before the one that holds this byte, in bytes from the start of the range, if it was taken; it
    /// can then be taken again.
    pub(super) fn leave_behind(&self, from: usize, distance: usize) -> Option<Range<usize>> {
        let piece = (from / Self::PIECE).checked_sub(distance / Self::PIECE)?;
        let bit = 1 << (piece % 64);
        let was_taken = self.words.get(piece / 64)?.fetch_and(!bit, Ordering::Relaxed) & bit != 0;
        was_taken.then(|| piece * Self::PIECE..(piece + 1) * Self::PIECE)
    }

    /// The pages that hold these bytes may be gone from the range.
    pub(super) fn forget(&self, from: usize, length: usize) {
        for piece in from / Self::PIECE..(from + length).div_ceil(Self::PIECE) {
            if let Some(word) = self.words.get(piece / 64) {
                word.fetch_and(!(1 << (piece % 64)), Ordering::Relaxed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ahead;

    #[test]
    fn each_piece_is_given_once() {
        let ahead = Ahead::new(200 << 20);
        let take = |from, length| ahead.take(from, length).map(|piece| piece.start >> 20).collect::<Vec<_>>();
        assert_eq!(take(5, 10), [0]);
        assert_eq!(take(0, 3 << 20), [1, 2]);
        assert_eq!(take((1 << 20) - 1, 2), []);
        assert_eq!(take(70 << 20, 1), [70]);
        assert_eq!(ahead.take(72 << 20, 1).next(), Some(72 << 20..73 << 20));
        ahead.forget(70 << 20, 1);
        assert_eq!(take(69 << 20, 2 << 20), [69, 70]);
        assert_eq!(take(0, 1), []);
    }

    #[test]
    fn a_piece_left_behind_can_be_taken_again() {
        let ahead = Ahead::new(200 << 20);
        assert_eq!(ahead.take(0, 100 << 20).count(), 100);
        assert_eq!(ahead.leave_behind(63 << 20, 64 << 20), None);
        assert_eq!(ahead.leave_behind(70 << 20, 64 << 20), Some(6 << 20..7 << 20));
        assert_eq!(ahead.leave_behind(70 << 20, 64 << 20), None);
        assert_eq!(ahead.leave_behind(180 << 20, 64 << 20), None);
        assert_eq!(ahead.take(0, 100 << 20).map(|piece| piece.start >> 20).collect::<Vec<_>>(), [6]);
    }
}
