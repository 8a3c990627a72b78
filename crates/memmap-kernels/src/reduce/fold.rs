//! What a reduction does to one output, apart from how the elements are reached.

use super::rows::Block;
use crate::copy::{Reader, Source};
use crate::dtype::Native;
use crate::exec::Control;
use crate::exec::Result;
use crate::exec::{PIECE_BYTES, in_order};
use crate::loops::RawSlice;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows that are read side by side: states are loaded and stored once for all of them.
pub(crate) const ROWS: usize = 4;

/// A reduction of many elements to one.
pub(crate) trait Fold: Sync {
    /// What elements are converted to before.
    type In: Native;
    /// What is known of one output so far.
    type State: Copy + Send + Sync;
    /// What comes out; converted to the kind of the target afterwards.
    type Out: Native;

    /// The state before any element.
    fn start(&self) -> Self::State;

    /// Whether the states of several rows may be kept apart and joined at the end: not where the position counts.
    const WIDENS: bool = true;

    /// Reductions of fewer elements are the same element by element as along a stretch.
    const FEW: usize = 8;

    /// Takes in elements of one output, the first of which is number `at` among them.
    fn feed(&self, state: &mut Self::State, run: RawSlice<Self::In>, at: usize);

    /// Takes in element number `at` of each of many outputs.
    fn feed_each(&self, states: &mut [Self::State], row: RawSlice<Self::In>, at: usize);

    /// As [`Fold::feed_each`] for several rows, one after the other.
    fn feed_rows(&self, states: &mut [Self::State], rows: [RawSlice<Self::In>; ROWS], at: usize) {
        for (i, row) in rows.into_iter().enumerate() {
            self.feed_each(states, row, at + i);
        }
    }

    /// Takes in a block of rows, in which each output has one element a row.
    fn feed_block(&self, states: &mut [Self::State], block: &mut Block) {
        let mut row = 0;
        while row < block.len() {
            let at = block.first() + row;
            if let Some(rows) = block.rows::<Self::In, ROWS>(row) {
                self.feed_rows(states, rows, at);
                row += ROWS;
            } else {
                self.feed_each(states, block.row(row), at);
                row += 1;
            }
        }
    }

    /// Takes in the state of elements that come later.
    fn join(&self, state: &mut Self::State, later: Self::State);

    /// The result over `count` elements.
    fn finish(&self, state: Self::State, count: usize) -> Result<Self::Out>;

    /// Whether no further element can change the result.
    fn is_settled(&self, _state: &Self::State) -> bool {
        false
    }

    /// The state over a whole source, on this thread.
    fn fold_one(&self, source: &Source, reader: &mut Reader) -> Self::State {
        fold_range(self, reader, 0, source.len())
    }

    /// The state over a whole source, on all threads if it is large.
    fn fold_all(&self, source: &Source, control: &Control) -> Result<Self::State> {
        fold_pieces(self, source, control)
    }
}

fn fold_range<F: Fold + ?Sized>(fold: &F, reader: &mut Reader, start: usize, len: usize) -> F::State {
    let (mut state, mut at, end) = (fold.start(), start, start + len);
    while at < end && !fold.is_settled(&state) {
        let run = reader.some(end - at);
        let read = run.len();
        fold.feed(&mut state, run, at);
        at += read;
    }
    state
}

pub(crate) fn fold_pieces<F: Fold + ?Sized>(
    fold: &F,
    source: &Source,
    control: &Control,
) -> Result<F::State> {
    let (total, size) = (source.len(), source.element_size());
    let piece = PIECE_BYTES / size;
    if total <= piece {
        control.check()?;
        let state = fold_range(fold, &mut source.reader(0), 0, total);
        control.advance(total);
        return Ok(state);
    }
    let settled = AtomicBool::new(false);
    let states = in_order(control, total.div_ceil(piece), total * size, |i| {
        let start = i * piece;
        let len = piece.min(total - start);
        if settled.load(Ordering::Relaxed) {
            return fold.start();
        }
        prefetch(source, control, start, len);
        let state = fold_range(fold, &mut source.reader(start), start, len);
        if fold.is_settled(&state) {
            settled.store(true, Ordering::Relaxed);
        }
        control.advance(len);
        state
    })?;
    let mut all = fold.start();
    states.into_iter().for_each(|state| fold.join(&mut all, state));
    Ok(all)
}

/// Populates the pages of a piece, where it is one stretch of memory.
pub(crate) fn prefetch(source: &Source, control: &Control, start: usize, len: usize) {
    if let Some((first, bytes)) = source.piece(start, len) {
        control.prefetch(first, bytes);
    }
}
