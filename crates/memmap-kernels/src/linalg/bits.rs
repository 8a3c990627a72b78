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

#[inline(always)]
fn count(row: RawSlice<u8>, query: RawSlice<u8>) -> u64 {
    const WORD: usize = size_of::<u64>();
    let whole = row.len() / WORD;
    let mut bits = 0;
    for i in 0..whole {
        let (x, q) = (row.chunk::<WORD>(i * WORD), query.chunk::<WORD>(i * WORD));
        bits += u64::from((u64::from_ne_bytes(x) ^ u64::from_ne_bytes(q)).count_ones());
    }
    for i in whole * WORD..row.len() {
        bits += u64::from((row.get(i) ^ query.get(i)).count_ones());
    }
    bits
}
