//! Sums in single precision of some rows and a panel of queries at a time: as fast as the processor multiplies.
//!
//! Each lane is a query, so the element of a row is broadcast, nothing is summed across lanes, and a block of sums stays in
//! registers. Only rows that may be among the nearest of a query are returned.

use super::metric::Form;
use super::singles::{Absolute, Product, Squares, Step};
use crate::loops::{Kernel, Lanes, Level, dispatch_wide};

/// The most rows of a block.
pub(super) const MAX_ROWS: usize = 12;

/// The rows of a block, and the lanes of a vector, on this processor. A panel has one vector or two.
pub(super) fn block_shape() -> (usize, usize) {
    dispatch_wide(Shape)
}

struct Shape;

impl Kernel for Shape {
    type Output = (usize, usize);
    #[inline(always)]
    fn run<L: Level>(self) -> (usize, usize) {
        (block_rows::<L>(), L::Singles::LEN)
    }
}

/// As many as fill the registers: 12, 6 or 4.
const fn block_rows<L: Level>() -> usize {
    #[cfg(target_arch = "x86_64")]
    if L::AVX512 {
        return 12;
    }
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if L::AVX2 {
        return 6;
    }
    4
}

/// A row of a block: `total * scale + extra * slack` is compared with the bar of a query.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub at: *const f32,
    pub scale: f32,
    pub extra: f32,
}

/// Some rows and a panel.
pub(super) struct Block<'a> {
    /// At least one, at most those of [`block_shape`], contiguous.
    pub rows: &'a [Row],
    pub columns: usize,
    /// For each column one or two vectors.
    pub panel: &'a [f32],
    pub width: usize,
    pub form: Form,
    /// For each query what a row must reach.
    pub bars: &'a [f32],
    /// For each query how much its sums may be off, by the `extra` of a row.
    pub slack: &'a [f32],
}

/// A bit for each query of the panel, by row: those that the row reaches.
pub(super) type Hits = [u32; MAX_ROWS];

impl Block<'_> {
    /// The queries that each row reaches, or may reach.
    ///
    /// # Safety
    /// So many columns of each row are readable.
    pub unsafe fn hits(self) -> Hits {
        assert!(!self.rows.is_empty() && self.panel.len() >= self.columns * self.width);
        assert!(self.bars.len() >= self.width && self.slack.len() >= self.width);
        dispatch_wide(self)
    }
}

impl Kernel for Block<'_> {
    type Output = Hits;
    #[inline(always)]
    fn run<L: Level>(self) -> Hits {
        match self.form {
            Form::Product => sized::<L, Product>(&self),
            Form::Squares => sized::<L, Squares>(&self),
            Form::Absolute => sized::<L, Absolute>(&self),
        }
    }
}

#[inline(always)]
fn sized<L: Level, S: Step>(block: &Block) -> Hits {
    let is_wide = block.width > L::Singles::LEN;
    #[cfg(target_arch = "x86_64")]
    if L::AVX512 {
        return if is_wide {
            hits::<L::Singles, S, 12, 2>(block)
        } else {
            hits::<L::Singles, S, 12, 1>(block)
        };
    }
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if L::AVX2 {
        return if is_wide { hits::<L::Singles, S, 6, 2>(block) } else { hits::<L::Singles, S, 6, 1>(block) };
    }
    if is_wide { hits::<L::Singles, S, 4, 2>(block) } else { hits::<L::Singles, S, 4, 1>(block) }
}

#[inline(always)]
fn hits<L: Lanes, S: Step, const ROWS: usize, const VECTORS: usize>(block: &Block) -> Hits {
    let rows = block.rows;
    // A block that is not full computes its last row again.
    let at: [*const f32; ROWS] = std::array::from_fn(|i| rows[i.min(rows.len() - 1)].at);
    let mut totals = [[L::splat(0.0); VECTORS]; ROWS];
    let mut panel = block.panel.as_ptr();
    let mut column = 0;
    while column < block.columns {
        let mut queries = [L::splat(0.0); VECTORS];
        let mut v = 0;
        while v < VECTORS {
            // SAFETY: the panel has so many vectors for each column.
            queries[v] = unsafe { L::load(panel.wrapping_add(v * L::LEN)) };
            v += 1;
        }
        let mut row = 0;
        while row < ROWS {
            // SAFETY: the column of the row is readable.
            let x = L::splat(unsafe { at[row].wrapping_add(column).read_unaligned() });
            let mut v = 0;
            while v < VECTORS {
                totals[row][v] = S::step::<L>(x, queries[v], totals[row][v]);
                v += 1;
            }
            row += 1;
        }
        panel = panel.wrapping_add(VECTORS * L::LEN);
        column += 1;
    }
    let mut hits = [0; MAX_ROWS];
    let mut row = 0;
    while row < ROWS {
        if row < rows.len() {
            let Row { scale, extra, .. } = rows[row];
            let mut v = 0;
            while v < VECTORS {
                let lane = v * L::LEN;
                // SAFETY: there is a slack for each lane.
                let slack = unsafe { L::load(block.slack.as_ptr().wrapping_add(lane)) };
                // SAFETY: there is a bar for each lane.
                let bar = unsafe { L::load(block.bars.as_ptr().wrapping_add(lane)) };
                let most =
                    L::fma(L::splat(extra), slack, L::fma(totals[row][v], L::splat(scale), L::splat(0.0)));
                hits[row] |= L::not_less(most, bar) << lane;
                v += 1;
            }
        }
        row += 1;
    }
    hits
}
