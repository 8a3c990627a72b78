//! Reductions of many outputs side by side: a row of states is updated with one row of elements after the other.
//!
//! Rows are added one by one in blocks of 128, as in NumPy, and blocks in pairs, which is more accurate than NumPy. They
//! are cut by the shape alone, so results do not depend on the number of threads.

use super::fold::{AnyFold, ROWS, Results, States, Traits};
use super::plan::Plan;
use super::rows::{Block, Rows};
use super::tree::BLOCK_ROWS;
use crate::array::{ArrayMut, ArrayRef, LoopNest};
use crate::copy::{Sink, Source, TILE_BYTES};
use crate::exec::{Control, PIECE_BYTES, Result, for_pieces, in_order, memory_bound};
use crate::loops::AnySliceMut;

/// Rows with fewer bytes than this are not worth a loop of their own.
const NARROW_BYTES: usize = 256;

/// Outputs that are finished and written at a time.
const BATCH: usize = TILE_BYTES / 32;

pub(crate) fn run(
    fold: &dyn AnyFold,
    traits: Traits,
    plan: &Plan,
    source: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let columns = Columns::new(fold, traits, plan, source, target)?;
    let bytes = memory_bound(source.len() * source.element.size);
    if columns.segments == 1 {
        return for_pieces(control, columns.tiles(), bytes, |tile| {
            columns.write(tile, &columns.segment(tile, 0, control))
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
    let mut by_tile: Vec<Vec<States>> = Vec::new();
    by_tile.resize_with(columns.tiles(), Vec::new);
    for (i, states) in states.into_iter().enumerate() {
        by_tile[locate(i).0].push(states);
    }
    for (tile, parts) in by_tile.into_iter().enumerate() {
        columns.write(tile, &columns.join_pairs(parts))?;
    }
    Ok(())
}

/// The outputs, cut into tiles of neighbours, and the rows, cut into segments.
struct Columns<'p> {
    fold: &'p dyn AnyFold,
    traits: Traits,
    plan: &'p Plan,
    rows: Rows<'p>,
    sink: Sink,
    /// All elements as they are in memory, where rows are narrow and follow each other without a gap.
    narrow: Option<Source>,
    tile: usize,
    tiles_per_row: usize,
    segment: usize,
    segments: usize,
}

impl<'p> Columns<'p> {
    fn new(
        fold: &'p dyn AnyFold,
        traits: Traits,
        plan: &'p Plan,
        source: &ArrayRef,
        target: &ArrayMut,
    ) -> Result<Columns<'p>> {
        let (element, inner) = (source.element, plan.kept.inner());
        let rows = Rows::new(source, inner.strides[0], &plan.reduced, traits.input)?;
        let sink = Sink::new(target.ptr, target.element, traits.result)?;
        let tile = inner.len.min(rows.tile_len()).min((TILE_BYTES / traits.state_bytes).max(64));
        let count = plan.reduced.len();
        let piece = (PIECE_BYTES / (tile * element.size)).next_multiple_of(BLOCK_ROWS);
        let segment = if count < 2 * piece { count } else { piece };
        let row_bytes = inner.len * element.size;
        let gapless = inner.strides[0] == element.size as isize
            && plan.reduced.axes.len() == 1
            && plan.reduced.inner().strides[0] == row_bytes as isize;
        let narrow =
            !traits.indexed && gapless && tile == inner.len && row_bytes < NARROW_BYTES && count > BLOCK_ROWS;
        let narrow = if narrow {
            let flat = LoopNest::single(count * inner.len, [element.size as isize]);
            Some(Source::new(source, flat, traits.input)?)
        } else {
            None
        };
        let (tiles_per_row, segments) = (inner.len.div_ceil(tile), count.div_ceil(segment));
        Ok(Columns { fold, traits, plan, rows, sink, narrow, tile, tiles_per_row, segment, segments })
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

    /// Writes a tile's outputs.
    fn write(&self, tile: usize, states: &States) -> Result<()> {
        let (output, columns) = self.outputs(tile);
        let (to, stride) = (self.plan.kept.offsets(output)[1], self.plan.kept.inner().strides[1]);
        if let Some(place) = self.sink.place(to, stride) {
            // SAFETY: the places of one tile of outputs in the target, of the result's kind and one behind the other.
            let places = unsafe { AnySliceMut::new(place, columns, self.traits.result) };
            return self.fold.finish_each(states, 0, self.plan.reduced.len(), places);
        }
        let mut results = Results::new(BATCH.min(columns), self.traits.result);
        for first in (0..columns).step_by(BATCH) {
            let len = BATCH.min(columns - first);
            self.fold.finish_each(states, first, self.plan.reduced.len(), results.places(len))?;
            let offset = to.wrapping_add(stride.wrapping_mul(first as isize));
            // SAFETY: the states are those of one tile of outputs, so these places are inside the target.
            unsafe { self.sink.store(results.as_ptr(), len, offset, stride) };
        }
        Ok(())
    }

    /// The states of a tile's outputs over one segment of rows.
    fn segment(&self, tile: usize, segment: usize, control: &Control) -> States {
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

    fn wide_segment(&self, first: usize, count: usize, offset: isize, columns: usize) -> States {
        let block = |start| {
            let len = BLOCK_ROWS.min(first + count - start);
            let mut states = self.fold.start_each(columns);
            self.feed_block(&mut states, &mut self.rows.block(start, len, offset, columns));
            states
        };
        if count <= BLOCK_ROWS {
            return block(first);
        }
        self.join_pairs((first..first + count).step_by(BLOCK_ROWS).map(block).collect())
    }

    /// Takes in a block of rows, in which each output has one element a row.
    fn feed_block(&self, states: &mut States, block: &mut Block) {
        if self.fold.feed_block(states, block) {
            return;
        }
        let mut row = 0;
        while row < block.len() {
            let at = block.first() + row;
            if let Some(rows) = block.rows(row) {
                self.fold.feed_rows(states, rows, at);
                row += ROWS;
            } else {
                self.fold.feed_each(states, block.row_any(row), at);
                row += 1;
            }
        }
    }

    /// As many rows at a time as fit a tile: their states are kept apart and joined at the end.
    fn narrow_segment(&self, source: &Source, first: usize, count: usize, columns: usize) -> States {
        let rows = (source.tile_len().min(TILE_BYTES / self.traits.state_bytes) / columns).clamp(1, count);
        let mut states = self.fold.start_each(rows * columns);
        let mut reader = source.reader(first * columns);
        let mut done = 0;
        while done < count {
            let now = rows.min(count - done);
            self.fold.feed_each(&mut states, reader.next_any(now * columns), first + done);
            done += now;
        }
        self.fold.join_rows(&mut states, columns);
        states
    }

    /// Joins the states of later rows to those of earlier ones, neighbours first.
    fn join_pairs(&self, mut parts: Vec<States>) -> States {
        while parts.len() > 1 {
            let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
            let mut left = parts.into_iter();
            while let Some(mut states) = left.next() {
                if let Some(later) = left.next() {
                    self.fold.join_each(&mut states, &later);
                }
                joined.push(states);
            }
            parts = joined;
        }
        parts.pop().unwrap_or_else(|| self.fold.start_each(0))
    }
}
