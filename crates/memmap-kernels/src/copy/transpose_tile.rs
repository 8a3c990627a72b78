//! Transposes a tile: its lines become its columns.

use crate::loops::{RawSlice, RawSliceMut};

/// Writes the transpose of a tile of `columns` lines of `rows` elements: `rows` lines of `columns` elements.
///
/// # Safety
/// Both tiles hold `rows * columns` elements of `size` bytes, which is 1, 2, 4, 8 or 16; they do not overlap.
pub(crate) unsafe fn transpose_tile(from: *const u8, to: *mut u8, rows: usize, columns: usize, size: usize) {
    macro_rules! transpose_as {
        ($T:ty) => {{
            // SAFETY: the caller vouches for the tile.
            let from = unsafe { RawSlice::<$T>::new(from, rows * columns) };
            // SAFETY: the caller vouches for the tile.
            let to = unsafe { RawSliceMut::<$T>::new(to, rows * columns) };
            Tile { from, to, rows, columns }.transpose()
        }};
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
struct Tile<'a, T> {
    from: RawSlice<'a, T>,
    to: RawSliceMut<'a, T>,
    rows: usize,
    columns: usize,
}

impl<T: Square> Tile<'_, T> {
    fn transpose(mut self) {
        let (whole_rows, whole_columns) = T::transpose_squares(&mut self);
        for row in 0..self.rows {
            let first = if row < whole_rows { whole_columns } else { 0 };
            for column in first..self.columns {
                self.to
                    .put_chunk(row * self.columns + column, self.from.chunk::<1>(column * self.rows + row));
            }
        }
    }
}

/// Elements that are transposed many at a time.
trait Square: Copy {
    /// Transposes all whole squares and returns the rows and columns that they cover.
    fn transpose_squares(tile: &mut Tile<'_, Self>) -> (usize, usize);
}

impl Square for u128 {
    fn transpose_squares(_tile: &mut Tile<'_, u128>) -> (usize, usize) {
        (0, 0)
    }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
mod plain {
    use super::{Square, Tile};

    macro_rules! square {
        ($($T:ty)*) => {$(
            impl Square for $T {
                fn transpose_squares(_tile: &mut Tile<'_, $T>) -> (usize, usize) {
                    (0, 0)
                }
            }
        )*};
    }

    square!(u8 u16 u32 u64);
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
                fn transpose_squares(tile: &mut Tile<'_, $T>) -> (usize, usize) {
                    // SAFETY: every x86-64 processor has SSE2.
                    unsafe { $function(tile) }
                }
            }

            #[target_feature(enable = "sse2")]
            fn $function(tile: &mut Tile<'_, $T>) -> (usize, usize) {
                const SIDE: usize = $side;
                let (rows, columns) = (tile.rows / SIDE * SIDE, tile.columns / SIDE * SIDE);
                for row in (0..rows).step_by(SIDE) {
                    for column in (0..columns).step_by(SIDE) {
                        let mut lines = [_mm_setzero_si128(); SIDE];
                        for (i, line) in lines.iter_mut().enumerate() {
                            let bytes: [$T; SIDE] = tile.from.chunk((column + i) * tile.rows + row);
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
                            tile.to.put_chunk((row + i) * tile.columns + column, bytes);
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
