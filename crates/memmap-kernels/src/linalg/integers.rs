//! Exact sums of bytes: rows of int8 and uint8, and one query of whole numbers.

use super::metric::{Form, Sums};
use super::singles::{PADDING, ROWS, distance_ahead, fetch};
use crate::dtype::Native;
use crate::loops::{Kernel, Level, RawSlice, dispatch_wide};

/// Columns whose sums an `i32` holds in each lane.
const BLOCK: usize = 1 << 14;

/// The length of a query is a multiple of this, filled up with zeros.
pub(super) const INTEGER_PADDING: usize = 2 * PADDING;

/// A byte as a number.
pub(super) trait Byte: Native {
    const IS_SIGNED: bool;
    fn widen(self) -> i16;
}

impl Byte for i8 {
    const IS_SIGNED: bool = true;
    #[inline(always)]
    fn widen(self) -> i16 {
        self.into()
    }
}

impl Byte for u8 {
    const IS_SIGNED: bool = false;
    #[inline(always)]
    fn widen(self) -> i16 {
        self.into()
    }
}

/// The query as numbers of 16 bits, padded; `None` unless all are whole and as small as bytes.
pub(super) fn integer_query(query: &[f64]) -> Option<Vec<i16>> {
    let is_byte = |&x: &f64| (-255.0..=255.0).contains(&x) && x.trunc() == x;
    query.iter().all(is_byte).then(|| {
        let mut integers: Vec<i16> = query.iter().map(|&x| x as i16).collect();
        integers.resize(query.len().next_multiple_of(INTEGER_PADDING), 0);
        integers
    })
}

/// The sums of each row.
///
/// # Safety
/// So many columns of each row are readable, and are numbers of `T`.
pub(super) unsafe fn integer_sums<T: Byte>(
    rows: &[*const u8],
    columns: usize,
    query: &[i16],
    form: Form,
    out: &mut [Sums],
) {
    assert!(query.len() >= columns.next_multiple_of(INTEGER_PADDING) && out.len() >= rows.len());
    dispatch_wide(Work::<T> { rows, columns, query, form, out, element: std::marker::PhantomData });
}

/// The safety is that of [`integer_sums`].
struct Work<'a, T> {
    rows: &'a [*const u8],
    columns: usize,
    query: &'a [i16],
    form: Form,
    out: &'a mut [Sums],
    element: std::marker::PhantomData<T>,
}

impl<T: Byte> Kernel for Work<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Work { rows, columns, query, form, out, .. } = self;
        let own: i64 = query.iter().map(|&q| i64::from(q) * i64::from(q)).sum();
        let mut first = 0;
        while first < rows.len() {
            let some: [*const u8; ROWS] = std::array::from_fn(|i| rows[(first + i).min(rows.len() - 1)]);
            let distance = distance_ahead(&rows[first..], columns);
            let mut sums = [[0i64; ROWS]; 2];
            let mut start = 0;
            while start < columns {
                let len = BLOCK.min(columns - start);
                // SAFETY: columns of the rows.
                let x = some.map(|row| unsafe { RawSlice::<T>::new(row.wrapping_add(start), len) });
                let q = &query[start..start + len.next_multiple_of(INTEGER_PADDING)];
                let found = match form {
                    Form::Absolute => [x.map(|x| differences(x, q)), [0; ROWS]],
                    _ => products::<L, T>(x, q, distance),
                };
                for (sums, found) in sums.iter_mut().zip(found) {
                    sums.iter_mut().zip(found).for_each(|(sum, more)| *sum += i64::from(more));
                }
                start += len;
            }
            for (i, out) in out[first..rows.len()].iter_mut().take(ROWS).enumerate() {
                let [total, squares] = [sums[0][i], sums[1][i]];
                let total = if form == Form::Squares { squares - 2 * total + own } else { total };
                *out = Sums { total: total as f64, squares: squares as f64 };
            }
            first += ROWS;
        }
    }
}

#[inline(always)]
fn differences<T: Byte>(x: RawSlice<T>, q: &[i16]) -> i32 {
    let mut total = 0;
    for (x, &q) in x.iter().zip(q) {
        total += (i32::from(x.widen()) - i32::from(q)).abs();
    }
    total
}

/// The products and the squares.
#[inline(always)]
fn products<L: Level, T: Byte>(
    x: [RawSlice<T>; ROWS],
    q: &[i16],
    distance: Option<usize>,
) -> [[i32; ROWS]; 2] {
    #[cfg(target_arch = "x86_64")]
    if L::AVX512 {
        // SAFETY: the level has the instructions.
        return unsafe { x86::products_vnni(x, q, distance) };
    }
    #[cfg(target_arch = "x86_64")]
    if L::AVX2 {
        // SAFETY: the level has the instructions.
        return unsafe { x86::products_avx2(x, q, distance) };
    }
    let mut sums = [[0; ROWS]; 2];
    for (i, x) in x.into_iter().enumerate() {
        for (x, &q) in x.iter().zip(q) {
            let x = i32::from(x.widen());
            sums[0][i] += x * i32::from(q);
            sums[1][i] += x * x;
        }
    }
    sums
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Byte, INTEGER_PADDING, ROWS, RawSlice, fetch};
    use std::arch::x86_64::*;

    /// Columns from `at` on, the last ones filled up with zeros.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load<T: Byte>(x: RawSlice<T>, at: usize) -> __m256i {
        let from = x.as_ptr().wrapping_add(at);
        let left = x.len() - at;
        if left >= INTEGER_PADDING {
            // SAFETY: so many columns are left.
            return unsafe { _mm256_loadu_si256(from.cast()) };
        }
        let mut rest = [0u8; INTEGER_PADDING];
        // SAFETY: the last columns, into a buffer of more.
        unsafe { std::ptr::copy_nonoverlapping(from, rest.as_mut_ptr(), left) };
        // SAFETY: the buffer is as long as the vector.
        unsafe { _mm256_loadu_si256(rest.as_ptr().cast()) }
    }

    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    pub fn products_vnni<T: Byte>(
        x: [RawSlice<T>; ROWS],
        q: &[i16],
        distance: Option<usize>,
    ) -> [[i32; ROWS]; 2] {
        let zero = _mm512_setzero_si512();
        let (mut totals, mut squares) = ([zero; ROWS], [zero; ROWS]);
        let len = x[0].len();
        assert!(q.len() >= len.next_multiple_of(INTEGER_PADDING));
        let mut at = 0;
        while at < len {
            // SAFETY: the query is padded to whole vectors.
            let q = unsafe { _mm512_loadu_si512(q.as_ptr().wrapping_add(at).cast()) };
            let mut i = 0;
            while i < ROWS {
                fetch(x[i].as_ptr(), at, distance);
                let bytes = load(x[i], at);
                let x = if T::IS_SIGNED { _mm512_cvtepi8_epi16(bytes) } else { _mm512_cvtepu8_epi16(bytes) };
                totals[i] = _mm512_dpwssd_epi32(totals[i], x, q);
                squares[i] = _mm512_dpwssd_epi32(squares[i], x, x);
                i += 1;
            }
            at += INTEGER_PADDING;
        }
        [sums(totals.map(|of| halves(of))), sums(squares.map(|of| halves(of)))]
    }

    #[target_feature(enable = "avx512f,avx2")]
    #[inline]
    fn halves(of: __m512i) -> __m256i {
        _mm256_add_epi32(_mm512_castsi512_si256(of), _mm512_extracti64x4_epi64::<1>(of))
    }

    #[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    pub fn products_avx2<T: Byte>(
        x: [RawSlice<T>; ROWS],
        q: &[i16],
        distance: Option<usize>,
    ) -> [[i32; ROWS]; 2] {
        let zero = _mm256_setzero_si256();
        let (mut totals, mut squares) = ([zero; ROWS], [zero; ROWS]);
        let len = x[0].len();
        assert!(q.len() >= len.next_multiple_of(INTEGER_PADDING));
        let mut at = 0;
        while at < len {
            let mut i = 0;
            while i < ROWS {
                fetch(x[i].as_ptr(), at, distance);
                let bytes = load(x[i], at);
                let halves = [_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes)];
                let mut half = 0;
                while half < 2 {
                    let x = if T::IS_SIGNED {
                        _mm256_cvtepi8_epi16(halves[half])
                    } else {
                        _mm256_cvtepu8_epi16(halves[half])
                    };
                    let numbers = q.as_ptr().wrapping_add(at + 16 * half);
                    // SAFETY: the query is padded to whole vectors.
                    let q = unsafe { _mm256_loadu_si256(numbers.cast()) };
                    totals[i] = _mm256_add_epi32(totals[i], _mm256_madd_epi16(x, q));
                    squares[i] = _mm256_add_epi32(squares[i], _mm256_madd_epi16(x, x));
                    half += 1;
                }
                i += 1;
            }
            at += INTEGER_PADDING;
        }
        [sums(totals), sums(squares)]
    }

    /// The sum of each of four vectors.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn sums([a, b, c, d]: [__m256i; ROWS]) -> [i32; ROWS] {
        let pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
        let four = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256::<1>(pairs));
        // SAFETY: four integers are the 16 bytes of the vector.
        unsafe { std::mem::transmute::<__m128i, [i32; ROWS]>(four) }
    }
}
