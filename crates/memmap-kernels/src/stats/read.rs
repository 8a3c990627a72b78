//! Reads of all elements on all threads, each with state of its own.

use std::sync::{Mutex, PoisonError};

use crate::copy::{Reader, Source};
use crate::exec::{Control, PIECE_BYTES, Result, for_pieces};

/// State that one thread at a time works with: at most as many values as threads.
pub(crate) struct States<S> {
    free: Mutex<Vec<S>>,
}

impl<S> States<S> {
    pub fn new() -> States<S> {
        States { free: Mutex::new(Vec::new()) }
    }

    /// Calls `work` with a state that no other thread has.
    ///
    /// # Errors
    /// Those of `new` and of `work`.
    pub fn with<R>(
        &self,
        new: impl FnOnce() -> Result<S>,
        work: impl FnOnce(&mut S) -> Result<R>,
    ) -> Result<R> {
        let found = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut state = found.map_or_else(new, Ok)?;
        let result = work(&mut state);
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(state);
        result
    }

    /// All states.
    pub fn into_all(self) -> Vec<S> {
        self.free.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Calls `work` with a reader for each piece of the elements, and the number of them that it may read.
pub(crate) fn for_readers(
    source: &Source,
    control: &Control,
    work: &(dyn Fn(&mut Reader, usize) -> Result<()> + Sync),
) -> Result<()> {
    let (total, size) = (source.len(), source.element_size());
    let piece = (PIECE_BYTES / size).max(1);
    for_pieces(control, total.div_ceil(piece), total * size, |i| {
        let start = i * piece;
        let len = piece.min(total - start);
        source.populate(start, len, control);
        work(&mut source.reader(start), len)
    })
}
