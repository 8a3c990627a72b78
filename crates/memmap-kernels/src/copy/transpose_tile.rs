//! Transposes a tile: its lines become its columns.

use std::marker::PhantomData;

/// Lines of elements in memory: where the first one begins, and the bytes from each to the next.
#[derive(Clone, Copy)]
pub(crate) struct Lines<P> {
    pub first: P,
    pub step: isize,
}

/// Writes the transpose of a tile of `columns` lines of `rows` elements: `rows` lines of `columns` elements.
///
/// # Safety
/// The elements of both tiles, each of `size` bytes, which is 1, 2, 4, 8 or 16, are readable and writable; they do not
/// overlap.
pub(crate) unsafe fn transpose_tile(
    from: Lines<*const u8>,
    to: Lines<*mut u8>,
    rows: usize,
    columns: usize,
    size: usize,
) {
    macro_rules! transpose_as {
        ($T:ty) => {
            // SAFETY: passed on as it is.
            unsafe { Tile::<$T> { from, to, rows, columns, element: PhantomData }.transpose() }
        };
    }
    match size {
        1 => transpose_as!(u8),
        2 => transpose_as!(u16),
        4 => transpose_as!(u32),
        8 => transpose_as!(u64),
        _ => transpose_as!(u128),
    }
}

/// A tile and the place of its transpose.
struct Tile<T> {
    from: Lines<*const u8>,
    to: Lines<*mut u8>,
    rows: usize,
    columns: usize,
    element: PhantomData<T>,
}

impl<T: Square> Tile<T> {
    /// # Safety
    /// As [`transpose_tile`].
    unsafe fn transpose(self) {
        // SAFETY: passed on as it is.
        let (whole_rows, whole_columns) = unsafe { T::transpose_squares(&self) };
        for row in 0..self.rows {
            let first = if row < whole_rows { whole_columns } else { 0 };
            for column in first..self.columns {
                // SAFETY: one element of the tile.
                let value = unsafe { self.read::<1>(row, column) };
                // SAFETY: as above.
                unsafe { self.write(row, column, value) };
            }
        }
    }

    /// Elements of one line, from that of a row on.
    ///
    /// # Safety
    /// They are in the tile.
    #[inline(always)]
    unsafe fn read<const N: usize>(&self, row: usize, column: usize) -> [T; N] {
        let line = self.from.first.wrapping_offset(self.from.step.wrapping_mul(column as isize));
        // SAFETY: the caller vouches for the elements; no alignment is asked for.
        unsafe { line.cast::<T>().wrapping_add(row).cast::<[T; N]>().read_unaligned() }
    }

    /// Writes elements of one line, from that of a column on.
    ///
    /// # Safety
    /// They are in the tile.
    #[inline(always)]
    unsafe fn write<const N: usize>(&self, row: usize, column: usize, values: [T; N]) {
        let line = self.to.first.wrapping_offset(self.to.step.wrapping_mul(row as isize));
        // SAFETY: the caller vouches for the elements; no alignment is asked for.
        unsafe { line.cast::<T>().wrapping_add(column).cast::<[T; N]>().write_unaligned(values) }
    }
}

/// Elements that are transposed many at a time.
trait Square: Copy {
    /// Transposes all whole squares and returns the rows and columns that they cover.
    ///
    /// # Safety
    /// As [`transpose_tile`].
    unsafe fn transpose_squares(_tile: &Tile<Self>) -> (usize, usize) {
        (0, 0)
    }
}

impl Square for u128 {}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
mod plain {
    impl super::Square for u8 {}
    impl super::Square for u16 {}
    impl super::Square for u32 {}
    impl super::Square for u64 {}
}

/// Squares of vectors of 16 bytes, transposed by interleaving each line with the one half a square further on, as often as
/// it takes to bring every element to its place.
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod sse2 {
    use super::{Square, Tile};
    use std::arch::x86_64::*;

    macro_rules! square {
        ($($T:ty, $side:literal, $low:ident, $high:ident, $function:ident;)*) => {$(
            impl Square for $T {
                #[inline(always)]
                unsafe fn transpose_squares(tile: &Tile<$T>) -> (usize, usize) {
                    // SAFETY: every x86-64 processor has SSE2; the tile is passed on as it is.
                    unsafe { $function(tile) }
                }
            }

            /// # Safety
            /// As [`super::transpose_tile`].
            #[target_feature(enable = "sse2")]
            unsafe fn $function(tile: &Tile<$T>) -> (usize, usize) {
                const SIDE: usize = $side;
                let (rows, columns) = (tile.rows / SIDE * SIDE, tile.columns / SIDE * SIDE);
                for row in (0..rows).step_by(SIDE) {
                    for column in (0..columns).step_by(SIDE) {
                        let mut lines = [_mm_setzero_si128(); SIDE];
                        for (i, line) in lines.iter_mut().enumerate() {
                            // SAFETY: the square is in the tile.
                            let bytes = unsafe { tile.read::<SIDE>(row, column + i) };
                            // SAFETY: both are 16 bytes, and any bits make a vector.
                            *line = unsafe { std::mem::transmute::<[$T; SIDE], __m128i>(bytes) };
                        }
                        let mut round = 1;
                        while round < SIDE {
                            let before = lines;
                            for i in 0..SIDE / 2 {
                                lines[2 * i] = $low(before[i], before[i + SIDE / 2]);
                                lines[2 * i + 1] = $high(before[i], before[i + SIDE / 2]);
                            }
                            round *= 2;
                        }
                        for (i, line) in lines.into_iter().enumerate() {
                            // SAFETY: both are 16 bytes, and any bits make integers.
                            let bytes = unsafe { std::mem::transmute::<__m128i, [$T; SIDE]>(line) };
                            // SAFETY: the square is in the tile.
                            unsafe { tile.write(row + i, column, bytes) };
                        }
                    }
                }
                (rows, columns)
            }
        )*};
    }

    square! {
        u8, 16, _mm_unpacklo_epi8, _mm_unpackhi_epi8, transpose_bytes;
        u16, 8, _mm_unpacklo_epi16, _mm_unpackhi_epi16, transpose_pairs;
        u32, 4, _mm_unpacklo_epi32, _mm_unpackhi_epi32, transpose_quads;
        u64, 2, _mm_unpacklo_epi64, _mm_unpackhi_epi64, transpose_octets;
    }
}
