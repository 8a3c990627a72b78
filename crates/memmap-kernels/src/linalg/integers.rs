//! Exact sums of bytes: rows of int8 and uint8, and one query of whole numbers.

use super::metric::{Form, Sums};
use super::singles::PADDING;
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
        for (&row, out) in self.rows.iter().zip(self.out) {
            let mut sums = [0i64; 2];
            let mut start = 0;
            while start < self.columns {
                let len = BLOCK.min(self.columns - start);
                // SAFETY: columns of the row.
                let x = unsafe { RawSlice::<T>::new(row.wrapping_add(start), len) };
                let q = &self.query[start..start + len.next_multiple_of(INTEGER_PADDING)];
                let [total, squares] = match self.form {
                    Form::Product => products::<L, T>(x, q),
                    Form::Squares => [by_element(x, q, |x, q| (x - q) * (x - q)), 0],
                    Form::Absolute => [by_element(x, q, |x, q| (x - q).abs()), 0],
                };
                sums[0] += i64::from(total);
                sums[1] += i64::from(squares);
                start += len;
            }
            *out = Sums { total: sums[0] as f64, squares: sums[1] as f64 };
        }
    }
}

#[inline(always)]
fn by_element<T: Byte>(x: RawSlice<T>, q: &[i16], f: impl Fn(i32, i32) -> i32) -> i32 {
    let mut total = 0;
    for (x, &q) in x.iter().zip(q) {
        total += f(i32::from(x.widen()), i32::from(q));
    }
    total
}

/// The products and the squares.
#[inline(always)]
fn products<L: Level, T: Byte>(x: RawSlice<T>, q: &[i16]) -> [i32; 2] {
    #[cfg(target_arch = "x86_64")]
    if L::AVX512 {
        // SAFETY: the level has the instructions.
        return unsafe { x86::products_vnni(x, q) };
    }
    #[cfg(target_arch = "x86_64")]
    if L::AVX2 {
        // SAFETY: the level has the instructions.
        return unsafe { x86::products_avx2(x, q) };
    }
    [by_element(x, q, |x, q| x * q), by_element(x, q, |x, _| x * x)]
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Byte, INTEGER_PADDING, RawSlice};
    use std::arch::x86_64::*;

    /// Calls `step` with the columns of a row and of the query, 32 at a time, the last ones filled up with zeros.
    macro_rules! for_each_vector {
        ($x:ident, $q:ident, |$bytes:ident, $numbers:ident| $step:expr) => {
            let whole = $x.len() / INTEGER_PADDING * INTEGER_PADDING;
            let mut at = 0;
            while at < whole {
                // SAFETY: so many columns are left.
                let $bytes = unsafe { _mm256_loadu_si256($x.as_ptr().wrapping_add(at).cast()) };
                let $numbers = $q.as_ptr().wrapping_add(at);
                $step;
                at += INTEGER_PADDING;
            }
            if at < $x.len() {
                let mut rest = [0u8; INTEGER_PADDING];
                let left = $x.len() - at;
                // SAFETY: the last columns, into a buffer of more.
                unsafe {
                    std::ptr::copy_nonoverlapping($x.as_ptr().wrapping_add(at), rest.as_mut_ptr(), left)
                };
                // SAFETY: the buffer is as long as the vector.
                let $bytes = unsafe { _mm256_loadu_si256(rest.as_ptr().cast()) };
                let $numbers = $q.as_ptr().wrapping_add(at);
                $step;
            }
        };
    }

    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    pub fn products_vnni<T: Byte>(x: RawSlice<T>, q: &[i16]) -> [i32; 2] {
        assert!(q.len() >= x.len().next_multiple_of(INTEGER_PADDING));
        let (mut total, mut squares) = (_mm512_setzero_si512(), _mm512_setzero_si512());
        for_each_vector!(x, q, |bytes, numbers| {
            let x = if T::IS_SIGNED { _mm512_cvtepi8_epi16(bytes) } else { _mm512_cvtepu8_epi16(bytes) };
            // SAFETY: the query is padded to whole vectors.
            let q = unsafe { _mm512_loadu_si512(numbers.cast()) };
            total = _mm512_dpwssd_epi32(total, x, q);
            squares = _mm512_dpwssd_epi32(squares, x, x);
        });
        [_mm512_reduce_add_epi32(total), _mm512_reduce_add_epi32(squares)]
    }

    #[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
    #[inline]
    pub fn products_avx2<T: Byte>(x: RawSlice<T>, q: &[i16]) -> [i32; 2] {
        assert!(q.len() >= x.len().next_multiple_of(INTEGER_PADDING));
        let (mut total, mut squares) = (_mm256_setzero_si256(), _mm256_setzero_si256());
        for_each_vector!(x, q, |bytes, numbers| {
            let halves = [_mm256_castsi256_si128(bytes), _mm256_extracti128_si256::<1>(bytes)];
            let mut half = 0;
            while half < 2 {
                let x = if T::IS_SIGNED {
                    _mm256_cvtepi8_epi16(halves[half])
                } else {
                    _mm256_cvtepu8_epi16(halves[half])
                };
                // SAFETY: the query is padded to whole vectors.
                let q = unsafe { _mm256_loadu_si256(numbers.wrapping_add(16 * half).cast()) };
                total = _mm256_add_epi32(total, _mm256_madd_epi16(x, q));
                squares = _mm256_add_epi32(squares, _mm256_madd_epi16(x, x));
                half += 1;
            }
        });
        [sum(total), sum(squares)]
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn sum(eight: __m256i) -> i32 {
        let four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256::<1>(eight));
        let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b1110>(four));
        _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<1>(two)))
    }
}
