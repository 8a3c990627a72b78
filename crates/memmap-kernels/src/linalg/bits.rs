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
            #[cfg(target_arch = "x86_64")]
            if L::AVX512 {
                // SAFETY: the level has the instructions.
                *out = unsafe { x86::count(row, query) };
                continue;
            }
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

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::RawSlice;
    use std::arch::x86_64::*;

    const BYTES: usize = size_of::<__m512i>();

    /// As [`super::count`], of rows as long as each other. The last bytes are one vector too, so that short rows are fast.
    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    pub fn count(row: RawSlice<u8>, query: RawSlice<u8>) -> u64 {
        let len = row.len().min(query.len());
        let mut total = _mm512_setzero_si512();
        let mut at = 0;
        while at + BYTES <= len {
            // SAFETY: so many bytes of the row are left.
            let x = unsafe { _mm512_loadu_si512(row.as_ptr().wrapping_add(at).cast()) };
            // SAFETY: so many bytes of the query are left.
            let q = unsafe { _mm512_loadu_si512(query.as_ptr().wrapping_add(at).cast()) };
            total = _mm512_add_epi64(total, _mm512_popcnt_epi64(_mm512_xor_si512(x, q)));
            at += BYTES;
        }
        if at < len {
            let mask = u64::MAX >> (BYTES - (len - at));
            // SAFETY: the bytes of the mask are within the row; no others are read.
            let x = unsafe { _mm512_maskz_loadu_epi8(mask, row.as_ptr().wrapping_add(at).cast()) };
            // SAFETY: the bytes of the mask are within the query; no others are read.
            let q = unsafe { _mm512_maskz_loadu_epi8(mask, query.as_ptr().wrapping_add(at).cast()) };
            total = _mm512_add_epi64(total, _mm512_popcnt_epi64(_mm512_xor_si512(x, q)));
        }
        _mm512_reduce_add_epi64(total) as u64
    }
}
