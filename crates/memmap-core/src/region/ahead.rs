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

    /// All pages may be gone from the range.
    pub(super) fn forget(&self) {
        self.words.iter().for_each(|word| word.store(0, Ordering::Relaxed));
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
        ahead.forget();
        assert_eq!(take(70 << 20, 1), [70]);
    }
}
