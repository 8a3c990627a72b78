//! Reductions of many outputs side by side: a row of states is updated with one row of elements after the other.
//!
//! Rows are added one by one in blocks of 128, as in NumPy, and blocks in pairs, which is more accurate than NumPy.
//! Where they are cut depends on the shape alone, so the result does not depend on the threads.

use super::fold::Fold;
use super::plan::Plan;
use super::rows::Rows;
use super::tree::BLOCK_ROWS;
use crate::array::LoopNest;
use crate::array::{ArrayMut, ArrayRef};
use crate::copy::{Sink, Source, TILE_BYTES};
use crate::dtype::Native;
use crate::exec::Control;
use crate::exec::Result;
use crate::exec::in_order;
use crate::exec::{PIECE_BYTES, for_pieces};

/// Rows with fewer bytes than this are not worth a loop of their own.
const NARROW_BYTES: usize = 256;

/// Outputs that are finished and written at a time.
const BATCH: usize = TILE_BYTES / 32;

pub(crate) fn run<F: Fold>(
    fold: &F,
    plan: &Plan,
    source: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let columns = Columns::new(fold, plan, source)?;
    let count = plan.reduced.len();
    let sink = Sink::new(target.ptr, target.element, F::Out::KIND)?;
    let bytes = source.len() * source.element.size;
    let write = |tile: usize, states: &[F::State]| -> Result<()> {
        let (to, stride) = columns.target(tile);
        let mut results = Vec::with_capacity(BATCH.min(states.len()));
        for (batch, states) in states.chunks(BATCH).enumerate() {
            results.clear();
            for &state in states {
                results.push(fold.finish(state, count)?);
            }
            let offset = to.wrapping_add(stride.wrapping_mul((batch * BATCH) as isize));
            // SAFETY: the states are those of one tile of outputs, so that these places lie inside the target.
            unsafe { sink.store(&results, offset, stride) };
        }
        Ok(())
    };
    if columns.segments == 1 {
        return for_pieces(control, columns.tiles(), bytes, |tile| {
            write(tile, &columns.segment(tile, 0, control))
        });
    }
    // Pieces in the order of memory: all tiles of a segment, then the next segment.
    let each = columns.tiles_per_row;
    let pieces = columns.tiles() * columns.segments;
    let locate = |i: usize| {
        let (outer, within) = (i / (each * columns.segments), i % (each * columns.segments));
        (outer * each + within % each, within / each)
    };
    let states = in_order(control, pieces, bytes, |i| {
        let (tile, segment) = locate(i);
        columns.segment(tile, segment, control)
    })?;
    let mut by_tile: Vec<Vec<Vec<F::State>>> = Vec::new();
    by_tile.resize_with(columns.tiles(), Vec::new);
    for (i, states) in states.into_iter().enumerate() {
        by_tile[locate(i).0].push(states);
    }
    for (tile, parts) in by_tile.into_iter().enumerate() {
        write(tile, &join_pairs(fold, parts))?;
    }
    Ok(())
}

/// The outputs, cut into tiles of neighbours, and the rows, cut into segments.
struct Columns<'p, F: Fold> {
    fold: &'p F,
    plan: &'p Plan,
    rows: Rows<'p>,
    /// All elements as they lie in memory, where rows are narrow and follow each other without a gap.
    narrow: Option<Source>,
    tile: usize,
    tiles_per_row: usize,
    segment: usize,
    segments: usize,
}

impl<'p, F: Fold> Columns<'p, F> {
    fn new(fold: &'p F, plan: &'p Plan, source: &ArrayRef) -> Result<Columns<'p, F>> {
        let (element, inner) = (source.element, plan.kept.inner());
        let rows = Rows::new(source.ptr, element, inner.strides[0], &plan.reduced, F::In::KIND)?;
        let tile = inner.len.min(rows.tile_len()).min((TILE_BYTES / size_of::<F::State>().max(1)).max(64));
        let count = plan.reduced.len();
        let piece = (PIECE_BYTES / (tile * element.size)).next_multiple_of(BLOCK_ROWS);
        let segment = if count < 2 * piece { count } else { piece };
        let row_bytes = inner.len * element.size;
        let gapless = inner.strides[0] == element.size as isize
            && plan.reduced.axes.len() == 1
            && plan.reduced.inner().strides[0] == row_bytes as isize;
        let narrow =
            if F::WIDENS && gapless && tile == inner.len && row_bytes < NARROW_BYTES && count > BLOCK_ROWS {
                let flat = LoopNest::single(count * inner.len, [element.size as isize]);
                Some(Source::new(source.ptr, element, flat, F::In::KIND)?)
            } else {
                None
            };
        let (tiles_per_row, segments) = (inner.len.div_ceil(tile), count.div_ceil(segment));
        Ok(Columns { fold, plan, rows, narrow, tile, tiles_per_row, segment, segments })
    }

    fn tiles(&self) -> usize {
        self.plan.kept.len() / self.plan.kept.inner().len * self.tiles_per_row
    }

    /// The place of a tile's first output in the nest, and how many outputs it has.
    fn outputs(&self, tile: usize) -> (usize, usize) {
        let width = self.plan.kept.inner().len;
        let column = tile % self.tiles_per_row * self.tile;
        (tile / self.tiles_per_row * width + column, self.tile.min(width - column))
    }

    /// Where a tile's outputs are written.
    fn target(&self, tile: usize) -> (isize, isize) {
        (self.plan.kept.offsets(self.outputs(tile).0)[1], self.plan.kept.inner().strides[1])
    }

    /// The states of a tile's outputs over one segment of rows.
    fn segment(&self, tile: usize, segment: usize, control: &Control) -> Vec<F::State> {
        let (output, columns) = self.outputs(tile);
        let offset = self.plan.kept.offsets(output)[0];
        let first = segment * self.segment;
        let count = self.segment.min(self.plan.reduced.len() - first);
        let states = match &self.narrow {
            Some(source) => {
                let offset = offset.wrapping_add(self.plan.reduced.start[0]);
                self.narrow_segment(&source.moved(offset), first, count, columns)
            }
            None => self.wide_segment(first, count, offset, columns),
        };
        control.advance(count * columns);
        states
    }

    fn wide_segment(&self, first: usize, count: usize, offset: isize, columns: usize) -> Vec<F::State> {
        let mut blocks = Vec::with_capacity(count.div_ceil(BLOCK_ROWS));
        for start in (first..first + count).step_by(BLOCK_ROWS) {
            let len = BLOCK_ROWS.min(first + count - start);
            let mut states = vec![self.fold.start(); columns];
            self.fold.feed_block(&mut states, &mut self.rows.block(start, len, offset, columns));
            blocks.push(states);
        }
        join_pairs(self.fold, blocks)
    }

    /// As many rows at a time as fit a tile: their states are kept apart and joined at the end.
    fn narrow_segment(&self, source: &Source, first: usize, count: usize, columns: usize) -> Vec<F::State> {
        let rows =
            (source.tile_len().min(TILE_BYTES / size_of::<F::State>().max(1)) / columns).clamp(1, count);
        let mut states = vec![self.fold.start(); rows * columns];
        let mut reader = source.reader(first * columns);
        let mut done = 0;
        while done < count {
            let now = rows.min(count - done);
            self.fold.feed_each(&mut states[..now * columns], reader.next(now * columns), first + done);
            done += now;
        }
        join_pairs(self.fold, states.chunks(columns).map(<[F::State]>::to_vec).collect())
    }
}

/// Joins the states of later rows to those of earlier ones, neighbours first.
fn join_pairs<F: Fold>(fold: &F, mut parts: Vec<Vec<F::State>>) -> Vec<F::State> {
    while parts.len() > 1 {
        let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
        let mut left = parts.into_iter();
        while let Some(mut states) = left.next() {
            if let Some(later) = left.next() {
                for (state, later) in states.iter_mut().zip(later) {
                    fold.join(state, later);
                }
            }
            joined.push(states);
        }
        parts = joined;
    }
    parts.pop().unwrap_or_default()
}
