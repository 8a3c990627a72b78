//! Different bits of rows of bytes.

use super::singles::ROWS;
use crate::loops::{Kernel, Level, RawSlice, dispatch_wide};

/// Counts the bits of each row that differ from the query's, into room for whole groups of [`ROWS`].
///
/// # Safety
/// As many bytes of each row are readable as the query has.
pub(super) unsafe fn different_bits(rows: &[*const u8], query: &[u8], out: &mut [f64]) {
    assert!(out.len() >= rows.len().next_multiple_of(ROWS));
    dispatch_wide(Bits { rows, query, out });
}

/// The safety is that of [`different_bits`].
struct Bits<'a> {
    rows: &'a [*const u8],
    query: &'a [u8],
    out: &'a mut [f64],
}

impl Kernel for Bits<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let (rows, query) = (self.rows, RawSlice::of(self.query));
        for (group, out) in self.out.chunks_exact_mut(ROWS).enumerate().take(rows.len().div_ceil(ROWS)) {
            // Fewer rows are counted as the last one again.
            let some = std::array::from_fn(|i| {
                let row = rows[(group * ROWS + i).min(rows.len() - 1)];
                // SAFETY: the bytes of a row.
                unsafe { RawSlice::<u8>::new(row, query.len()) }
            });
            out.copy_from_slice(&bits_of_rows::<L>(some, query));
        }
    }
}

#[inline(always)]
fn bits_of_rows<L: Level>(rows: [RawSlice<u8>; ROWS], query: RawSlice<u8>) -> [f64; ROWS] {
    #[cfg(target_arch = "x86_64")]
    if L::AVX512 {
        // SAFETY: the level has the instructions.
        return unsafe { x86::count(rows, query) };
    }
    rows.map(|row| count(row, query) as f64)
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
    use super::{ROWS, RawSlice};
    use std::arch::x86_64::*;

    const BYTES: usize = size_of::<__m512i>();

    /// As [`super::count`], of rows as long as the query. The last bytes are one vector too, so that short rows are fast.
    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    pub fn count(rows: [RawSlice<u8>; ROWS], query: RawSlice<u8>) -> [f64; ROWS] {
        let (len, query) = (query.len(), query.as_ptr());
        let mut totals = [_mm512_setzero_si512(); ROWS];
        let mut at = 0;
        while at + BYTES <= len {
            // SAFETY: so many bytes of the query are left.
            let q = unsafe { _mm512_loadu_si512(query.wrapping_add(at).cast()) };
            let mut i = 0;
            while i < ROWS {
                // SAFETY: so many bytes of the row are left.
                let x = unsafe { _mm512_loadu_si512(rows[i].as_ptr().wrapping_add(at).cast()) };
                totals[i] = _mm512_add_epi64(totals[i], _mm512_popcnt_epi64(_mm512_xor_si512(x, q)));
                i += 1;
            }
            at += BYTES;
        }
        if at < len {
            let mask = u64::MAX >> (BYTES - (len - at));
            // SAFETY: the bytes of the mask are within the query; no others are read.
            let q = unsafe { _mm512_maskz_loadu_epi8(mask, query.wrapping_add(at).cast()) };
            let mut i = 0;
            while i < ROWS {
                // SAFETY: the bytes of the mask are within the row; no others are read.
                let x = unsafe { _mm512_maskz_loadu_epi8(mask, rows[i].as_ptr().wrapping_add(at).cast()) };
                totals[i] = _mm512_add_epi64(totals[i], _mm512_popcnt_epi64(_mm512_xor_si512(x, q)));
                i += 1;
            }
        }
        add_lanes(totals)
    }

    /// The sum of each of four vectors.
    #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2")]
    #[inline]
    fn add_lanes([a, b, c, d]: [__m512i; ROWS]) -> [f64; ROWS] {
        let (a, b, c, d) = (halves(a), halves(b), halves(c), halves(d));
        let ab = _mm256_add_epi64(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
        let cd = _mm256_add_epi64(_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
        let low = _mm256_permute2x128_si256::<0x20>(ab, cd);
        let high = _mm256_permute2x128_si256::<0x31>(ab, cd);
        let four = _mm256_cvtepi64_pd(_mm256_add_epi64(low, high));
        // SAFETY: four doubles are the 32 bytes of the vector.
        unsafe { std::mem::transmute::<__m256d, [f64; ROWS]>(four) }
    }

    /// The sum of both halves.
    #[target_feature(enable = "avx512f,avx2")]
    #[inline]
    fn halves(of: __m512i) -> __m256i {
        _mm256_add_epi64(_mm512_castsi512_si256(of), _mm512_extracti64x4_epi64::<1>(of))
    }
}
