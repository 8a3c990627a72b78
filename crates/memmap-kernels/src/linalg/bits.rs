//! Different bits of rows of bytes.

use crate::loops::{Kernel, Level, RawSlice, dispatch_wide};

/// Counts the bits of each row that differ from the query's.
///
/// # Safety
/// As many bytes of each row are readable as the query has.
pub(super) unsafe fn different_bits(rows: &[*const u8], query: &[u8], out: &mut [u64]) {
    assert!(out.len() >= rows.len());
    dispatch_wide(Bits { rows, query, out });
}

/// The safety is that of [`different_bits`].
struct Bits<'a> {
    rows: &'a [*const u8],
    query: &'a [u8],
    out: &'a mut [u64],
}

impl Kernel for Bits<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let query = RawSlice::of(self.query);
        for (&row, out) in self.rows.iter().zip(self.out) {
            // SAFETY: the bytes of a row.
            let row = unsafe { RawSlice::<u8>::new(row, query.len()) };
            *out = count(row, query);
        }
    }
}

/// Words that are counted side by side.
const LANES: usize = 8;
const WORD: usize = size_of::<u64>();

#[inline(always)]
fn count(row: RawSlice<u8>, query: RawSlice<u8>) -> u64 {
    let mut bits = [0; LANES];
    let whole = row.len() / (LANES * WORD) * (LANES * WORD);
    let mut at = 0;
    while at < whole {
        let (x, q) = (words(row.chunk(at)), words(query.chunk(at)));
        for i in 0..LANES {
            bits[i] += u64::from((x[i] ^ q[i]).count_ones());
        }
        at += LANES * WORD;
    }
    let rest = (whole..row.len()).map(|i| u64::from((row.get(i) ^ query.get(i)).count_ones()));
    bits.iter().sum::<u64>() + rest.sum::<u64>()
}

#[inline(always)]
fn words(bytes: [u8; LANES * WORD]) -> [u64; LANES] {
    // SAFETY: any bytes are numbers.
    unsafe { std::mem::transmute(bytes) }
}
