//! Exact sums of some rows of bytes and a panel of queries at a time, by the instructions that multiply four bytes and add them up.
//!
//! As in [`super::panel`], each lane is a query and only rows that may be among the nearest are returned. Queries
//! have the sign that rows have not: see [`super::shifted`].

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "only x86-64 has such instructions that are used here")
)]

use super::metric::Form;
use super::panel::{Hits, MAX_ROWS};
use super::shifted::{shift_of, shifted};
use crate::loops::{Kernel, Level, dispatch_wide};

/// Bytes that are multiplied in a lane.
const GROUP: usize = 4;

/// Columns whose sums 32 bits hold: squared differences of bytes are at most 383².
const MAX_COLUMNS: usize = 1 << 13;

/// Whether the panels of such queries, one behind the other, are summed up here on this processor.
pub(super) fn has_byte_panels(form: Form, columns: usize, queries: &[f64]) -> bool {
    form != Form::Absolute
        && (1..=MAX_COLUMNS).contains(&columns)
        && dispatch_wide(Available)
        && queries.chunks_exact(columns).all(|query| shift_of(true, query).is_some())
}

struct Available;

impl Kernel for Available {
    type Output = bool;
    #[inline(always)]
    fn run<L: Level>(self) -> bool {
        #[cfg(target_arch = "x86_64")]
        return L::AVX512;
        #[cfg(not(target_arch = "x86_64"))]
        false
    }
}

/// Queries for rows of int8, or of uint8.
pub(super) struct BytePanel {
    /// For each four columns those of each lane, filled up with zeros.
    values: Vec<u8>,
    /// What the sum of a row times it adds to the product, by lane.
    shifts: Vec<i32>,
    /// The squares of each query.
    squares: Vec<i32>,
    /// What products are multiplied by.
    factors: Vec<f32>,
}

impl BytePanel {
    /// Queries for which [`has_byte_panels`] holds, with their factors.
    pub fn new<'a>(
        is_signed: bool,
        columns: usize,
        width: usize,
        queries: impl Iterator<Item = (&'a [f64], f32)>,
    ) -> BytePanel {
        let mut panel = BytePanel {
            values: vec![0; columns.div_ceil(GROUP) * GROUP * width],
            shifts: vec![0; width],
            squares: vec![0; width],
            factors: vec![0.0; width],
        };
        for (lane, (query, factor)) in queries.enumerate() {
            let shift = shift_of(is_signed, query).unwrap_or_default();
            for (column, &x) in query.iter().enumerate() {
                let at = column / GROUP * GROUP * width + lane * GROUP + column % GROUP;
                panel.values[at] = shifted(x, shift);
            }
            panel.shifts[lane] = -shift;
            panel.squares[lane] = query.iter().map(|&x| x as i32 * x as i32).sum();
            panel.factors[lane] = factor;
        }
        panel
    }
}

/// A row of bytes: see [`super::panel::Row`].
#[derive(Clone, Copy)]
pub(super) struct ByteRow {
    pub at: *const u8,
    pub scale: f32,
    pub extra: f32,
    /// Of its elements, and of their squares.
    pub sum: i32,
    pub squares: i32,
}

/// Some rows and a panel: see [`super::panel::Block`].
pub(super) struct ByteBlock<'a> {
    pub rows: &'a [ByteRow],
    pub is_signed: bool,
    pub columns: usize,
    pub panel: &'a BytePanel,
    pub form: Form,
    pub bars: &'a [f32],
    pub slack: &'a [f32],
}

impl ByteBlock<'_> {
    /// The queries that each row reaches, or may reach.
    ///
    /// # Safety
    /// So many columns of each row are readable.
    pub unsafe fn hits(self) -> Hits {
        let width = self.panel.shifts.len();
        assert!(!self.rows.is_empty() && self.rows.len() <= MAX_ROWS);
        assert!(self.panel.values.len() >= self.columns * width);
        assert!(self.bars.len() >= width && self.slack.len() >= width);
        dispatch_wide(self)
    }
}

impl Kernel for ByteBlock<'_> {
    type Output = Hits;
    #[inline(always)]
    fn run<L: Level>(self) -> Hits {
        #[cfg(target_arch = "x86_64")]
        if L::AVX512 {
            let is_wide = self.panel.shifts.len() > 16;
            return match (is_wide, self.is_signed) {
                // SAFETY: the level has the instructions.
                (true, true) => unsafe { x86::hits::<2, true>(&self) },
                // SAFETY: the level has the instructions.
                (true, false) => unsafe { x86::hits::<2, false>(&self) },
                // SAFETY: the level has the instructions.
                (false, true) => unsafe { x86::hits::<1, true>(&self) },
                // SAFETY: the level has the instructions.
                (false, false) => unsafe { x86::hits::<1, false>(&self) },
            };
        }
        // There are no panels for other levels; any row may be near.
        [u32::MAX; MAX_ROWS]
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{ByteBlock, ByteRow, Form, GROUP, Hits, MAX_ROWS};
    use std::arch::x86_64::*;

    const LANES: usize = 16;

    /// Adds the products of four columns of a row and of each query.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    #[inline]
    fn step<const IS_SIGNED: bool>(total: __m512i, x: __m512i, q: __m512i) -> __m512i {
        if IS_SIGNED { _mm512_dpbusd_epi32(total, q, x) } else { _mm512_dpbusd_epi32(total, x, q) }
    }

    /// The safety is that of [`ByteBlock::hits`].
    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
    )]
    #[inline]
    pub fn hits<const VECTORS: usize, const IS_SIGNED: bool>(block: &ByteBlock) -> Hits {
        let rows = block.rows;
        // A block that is not full computes its last row again.
        let at: [*const u8; MAX_ROWS] = std::array::from_fn(|i| rows[i.min(rows.len() - 1)].at);
        let mut totals = [[_mm512_setzero_si512(); VECTORS]; MAX_ROWS];
        let mut panel = block.panel.values.as_ptr();
        let whole = block.columns / GROUP * GROUP;
        let mut column = 0;
        while column < block.columns {
            let mut queries = [_mm512_setzero_si512(); VECTORS];
            let mut v = 0;
            while v < VECTORS {
                // SAFETY: the panel has so many vectors for each four columns.
                queries[v] = unsafe { _mm512_loadu_si512(panel.wrapping_add(v * LANES * GROUP).cast()) };
                v += 1;
            }
            let mut row = 0;
            while row < MAX_ROWS {
                let from = at[row].wrapping_add(column);
                let four = if column < whole {
                    // SAFETY: four columns of the row are readable.
                    unsafe { from.cast::<i32>().read_unaligned() }
                } else {
                    let mut last = [0u8; GROUP];
                    // SAFETY: the last columns of the row, fewer than four.
                    unsafe { std::ptr::copy_nonoverlapping(from, last.as_mut_ptr(), block.columns - whole) };
                    i32::from_ne_bytes(last)
                };
                let x = _mm512_set1_epi32(four);
                let mut v = 0;
                while v < VECTORS {
                    totals[row][v] = step::<IS_SIGNED>(totals[row][v], x, queries[v]);
                    v += 1;
                }
                row += 1;
            }
            panel = panel.wrapping_add(VECTORS * LANES * GROUP);
            column += GROUP;
        }
        let mut hits = [0; MAX_ROWS];
        let mut row = 0;
        while row < MAX_ROWS {
            if row < rows.len() {
                let mut v = 0;
                while v < VECTORS {
                    hits[row] |=
                        u32::from(reached(block, &rows[row], totals[row][v], v * LANES)) << (v * LANES);
                    v += 1;
                }
            }
            row += 1;
        }
        hits
    }

    /// The queries whose bars a row reaches, of those from a lane on.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,fma")]
    #[inline]
    fn reached(block: &ByteBlock, row: &ByteRow, total: __m512i, lane: usize) -> u16 {
        let panel = block.panel;
        // SAFETY: there is a shift for each lane.
        let shifts = unsafe { _mm512_loadu_si512(panel.shifts.as_ptr().wrapping_add(lane).cast()) };
        let mut total = _mm512_add_epi32(total, _mm512_mullo_epi32(shifts, _mm512_set1_epi32(row.sum)));
        if block.form == Form::Squares {
            // SAFETY: there are squares for each lane.
            let squares = unsafe { _mm512_loadu_si512(panel.squares.as_ptr().wrapping_add(lane).cast()) };
            let both = _mm512_add_epi32(squares, _mm512_set1_epi32(row.squares));
            total = _mm512_sub_epi32(both, _mm512_slli_epi32::<1>(total));
        }
        // SAFETY: there is a factor for each lane.
        let factors = unsafe { _mm512_loadu_ps(panel.factors.as_ptr().wrapping_add(lane)) };
        // SAFETY: there is a slack for each lane.
        let slack = unsafe { _mm512_loadu_ps(block.slack.as_ptr().wrapping_add(lane)) };
        // SAFETY: there is a bar for each lane.
        let bars = unsafe { _mm512_loadu_ps(block.bars.as_ptr().wrapping_add(lane)) };
        let scale = _mm512_mul_ps(factors, _mm512_set1_ps(row.scale));
        let most = _mm512_mul_ps(_mm512_cvtepi32_ps(total), scale);
        let most = _mm512_fmadd_ps(_mm512_set1_ps(row.extra), slack, most);
        // NaN reaches every bar.
        _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(most, bars)
    }
}
