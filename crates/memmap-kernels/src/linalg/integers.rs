//! Exact sums of bytes: rows of int8 and uint8, and one query of whole numbers.

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(
        dead_code,
        unused_imports,
        unused_variables,
        reason = "only x86-64 has such instructions that are used here"
    )
)]

use super::metric::Form;
use super::shifted::{are_whole, shift_of, shifted};
use super::singles::{ROWS, distance_ahead, fetch};
use crate::dtype::Native;
use crate::loops::{Kernel, LINE, Level, RawSlice, dispatch_wide};
use std::ops::Range;

/// Columns whose sums an `i32` holds in each lane.
const BLOCK: usize = 1 << 14;

/// The length of a query is a multiple of this, filled up with zeros.
const PADDING: usize = LINE;

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

/// A query of whole numbers as small as bytes, padded.
pub(super) struct IntegerQuery {
    numbers: Vec<i16>,
    /// For rows of uint8, and of int8, where its numbers are bytes.
    bytes: [Option<ShiftedQuery>; 2],
    squares: f64,
}

/// See [`super::shifted`].
struct ShiftedQuery {
    bytes: Vec<u8>,
    shift: i32,
}

impl IntegerQuery {
    /// `None` unless all numbers are whole, and from -255 to 255.
    pub fn new(query: &[f64]) -> Option<IntegerQuery> {
        if !are_whole(query, -255.0..=255.0) {
            return None;
        }
        let len = query.len().next_multiple_of(PADDING);
        let mut numbers: Vec<i16> = query.iter().map(|&x| x as i16).collect();
        numbers.resize(len, 0);
        let bytes = [false, true].map(|is_signed| {
            let shift = shift_of(is_signed, query)?;
            let mut bytes: Vec<u8> = query.iter().map(|&x| shifted(x, shift)).collect();
            bytes.resize(len, 0);
            Some(ShiftedQuery { bytes, shift })
        });
        Some(IntegerQuery { numbers, bytes, squares: query.iter().map(|x| x * x).sum() })
    }
}

/// Sums of rows of bytes and one query.
pub(super) struct IntegerSums<'a> {
    /// The first elements of the rows, contiguous.
    pub rows: &'a [*const u8],
    pub columns: usize,
    pub query: &'a IntegerQuery,
    pub form: Form,
    /// The sum of the form, and the squares, of each row, in room for whole groups of [`ROWS`].
    pub totals: &'a mut [f64],
    pub squares: &'a mut [f64],
}

impl IntegerSums<'_> {
    /// Computes the sums of rows of `T`.
    ///
    /// # Safety
    /// So many columns of each row are readable.
    pub unsafe fn run<T: Byte>(self) {
        let room = self.rows.len().next_multiple_of(ROWS);
        assert!(self.totals.len() >= room && self.squares.len() >= room);
        assert!(self.query.numbers.len() >= self.columns.next_multiple_of(PADDING));
        dispatch_wide(Typed::<T>(self, std::marker::PhantomData));
    }
}

/// The safety is that of [`IntegerSums::run`].
struct Typed<'a, T>(IntegerSums<'a>, std::marker::PhantomData<T>);

impl<T: Byte> Kernel for Typed<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let IntegerSums { rows, columns, query, form, totals, squares } = self.0;
        let mut first = 0;
        while first < rows.len() {
            // Fewer rows compute the last one again.
            let some: [*const u8; ROWS] = std::array::from_fn(|i| rows[(first + i).min(rows.len() - 1)]);
            let distance = distance_ahead(&rows[first..], columns);
            let mut sums = [[0.0; ROWS]; 2];
            let mut start = 0;
            while start < columns {
                let range = start..columns.min(start + BLOCK);
                let found = match form {
                    Form::Absolute => [differences::<T>(some, range.clone(), query), [0; ROWS]],
                    _ => products::<L, T>(some, range.clone(), query, distance),
                };
                for (sums, found) in sums.iter_mut().zip(found) {
                    sums.iter_mut().zip(found).for_each(|(sum, more)| *sum += f64::from(more));
                }
                start = range.end;
            }
            let [mut found, own] = sums;
            if form == Form::Squares {
                found.iter_mut().zip(own).for_each(|(x, own)| *x = own - 2.0 * *x + query.squares);
            }
            totals[first..first + ROWS].copy_from_slice(&found);
            squares[first..first + ROWS].copy_from_slice(&own);
            first += ROWS;
        }
    }
}

#[inline(always)]
fn differences<T: Byte>(rows: [*const u8; ROWS], range: Range<usize>, query: &IntegerQuery) -> [i32; ROWS] {
    rows.map(|row| {
        // SAFETY: columns of the row.
        let x = unsafe { RawSlice::<T>::new(row.wrapping_add(range.start), range.len()) };
        let mut total = 0;
        for (x, &q) in x.iter().zip(&query.numbers[range.clone()]) {
            total += (i32::from(x.widen()) - i32::from(q)).abs();
        }
        total
    })
}

/// The products and the squares.
#[inline(always)]
fn products<L: Level, T: Byte>(
    rows: [*const u8; ROWS],
    range: Range<usize>,
    query: &IntegerQuery,
    distance: Option<usize>,
) -> [[i32; ROWS]; 2] {
    #[cfg(target_arch = "x86_64")]
    if L::AVX512
        && let Some(query) = &query.bytes[usize::from(T::IS_SIGNED)]
    {
        // SAFETY: the level has the instructions.
        return unsafe { x86::products_vnni::<T>(rows, range, query, distance) };
    }
    // SAFETY: columns of the rows.
    let x = rows.map(|row| unsafe { RawSlice::<T>::new(row.wrapping_add(range.start), range.len()) });
    let q = &query.numbers[range.start..range.start + range.len().next_multiple_of(PADDING)];
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
    use super::{Byte, LINE, ROWS, RawSlice, ShiftedQuery, fetch};
    use std::arch::x86_64::*;
    use std::ops::Range;

    /// Columns that are multiplied at a time, where they are widened first.
    const WIDE: usize = size_of::<__m256i>();

    /// Columns from `at` on, the last ones filled up with zeros.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn load<T: Byte>(x: RawSlice<T>, at: usize) -> __m256i {
        let from = x.as_ptr().wrapping_add(at);
        let left = x.len() - at;
        if left >= WIDE {
            // SAFETY: so many columns are left.
            return unsafe { _mm256_loadu_si256(from.cast()) };
        }
        let mut rest = [0u8; WIDE];
        // SAFETY: the last columns, into a buffer of more.
        unsafe { std::ptr::copy_nonoverlapping(from, rest.as_mut_ptr(), left) };
        // SAFETY: the buffer is as long as the vector.
        unsafe { _mm256_loadu_si256(rest.as_ptr().cast()) }
    }

    /// What is added up of some rows, by lane.
    struct Totals {
        products: [__m512i; ROWS],
        squares: [__m512i; ROWS],
        /// What products and squares of shifted numbers are put right by.
        sums: [__m512i; ROWS],
    }

    /// Adds the products of 64 columns of a row and of numbers that have the other sign.
    #[target_feature(enable = "avx512f,avx512vnni")]
    #[inline]
    fn step<T: Byte>(total: __m512i, x: __m512i, other: __m512i) -> __m512i {
        if T::IS_SIGNED { _mm512_dpbusd_epi32(total, other, x) } else { _mm512_dpbusd_epi32(total, x, other) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    #[inline]
    fn add<T: Byte>(to: &mut Totals, i: usize, x: __m512i, q: __m512i) {
        to.products[i] = step::<T>(to.products[i], x, q);
        to.squares[i] = step::<T>(to.squares[i], x, _mm512_xor_si512(x, _mm512_set1_epi8(i8::MIN)));
        to.sums[i] = step::<T>(to.sums[i], x, _mm512_set1_epi8(1));
    }

    /// 32 bits overflow in the lanes but not in the results, which are right because addition wraps.
    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    pub fn products_vnni<T: Byte>(
        rows: [*const u8; ROWS],
        range: Range<usize>,
        query: &ShiftedQuery,
        distance: Option<usize>,
    ) -> [[i32; ROWS]; 2] {
        let zero = [_mm512_setzero_si512(); ROWS];
        let mut totals = Totals { products: zero, squares: zero, sums: zero };
        let whole = range.start + range.len() / LINE * LINE;
        assert!(query.bytes.len() >= range.end.next_multiple_of(LINE));
        let mut at = range.start;
        while at < whole {
            // SAFETY: so many bytes of the query are left.
            let q = unsafe { _mm512_loadu_si512(query.bytes.as_ptr().wrapping_add(at).cast()) };
            let mut i = 0;
            while i < ROWS {
                fetch(rows[i], at, distance);
                // SAFETY: so many columns of the row are left.
                let x = unsafe { _mm512_loadu_si512(rows[i].wrapping_add(at).cast()) };
                add::<T>(&mut totals, i, x, q);
                i += 1;
            }
            at += LINE;
        }
        if at < range.end {
            let mask = u64::MAX >> (LINE - (range.end - at));
            // SAFETY: the query is padded.
            let q = unsafe { _mm512_loadu_si512(query.bytes.as_ptr().wrapping_add(at).cast()) };
            let mut i = 0;
            while i < ROWS {
                fetch(rows[i], at, distance);
                // SAFETY: the bytes of the mask are the last columns of the row; no others are read.
                let x = unsafe { _mm512_maskz_loadu_epi8(mask, rows[i].wrapping_add(at).cast()) };
                add::<T>(&mut totals, i, x, q);
                i += 1;
            }
        }
        let Totals { mut products, mut squares, sums } = totals;
        let (shift, own) = (_mm512_set1_epi32(query.shift), if T::IS_SIGNED { -128 } else { 128 });
        let mut i = 0;
        while i < ROWS {
            products[i] = _mm512_sub_epi32(products[i], _mm512_mullo_epi32(sums[i], shift));
            squares[i] = _mm512_add_epi32(squares[i], _mm512_mullo_epi32(sums[i], _mm512_set1_epi32(own)));
            i += 1;
        }
        [add_wide_lanes(products), add_wide_lanes(squares)]
    }

    /// The sum of each of four vectors.
    #[target_feature(enable = "avx512f,avx2")]
    #[inline]
    fn add_wide_lanes([a, b, c, d]: [__m512i; ROWS]) -> [i32; ROWS] {
        add_lanes([halves(a), halves(b), halves(c), halves(d)])
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
        assert!(q.len() >= len.next_multiple_of(WIDE));
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
            at += WIDE;
        }
        [add_lanes(totals), add_lanes(squares)]
    }

    /// The sum of each of four vectors.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn add_lanes([a, b, c, d]: [__m256i; ROWS]) -> [i32; ROWS] {
        let pairs = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
        let four = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256::<1>(pairs));
        // SAFETY: four integers are the 16 bytes of the vector.
        unsafe { std::mem::transmute::<__m128i, [i32; ROWS]>(four) }
    }
}
