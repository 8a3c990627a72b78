//! Vectors that report that memory is short, where those of the standard library end the process.

use super::{Error, Result};

/// An empty vector with room for so many elements.
pub(crate) fn with_room<T>(len: usize) -> Result<Vec<T>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(len).map_err(|_| no_room::<T>(len))?;
    Ok(vec)
}

/// So many times the same value.
pub(crate) fn filled<T: Clone>(value: T, len: usize) -> Result<Vec<T>> {
    let mut vec = with_room(len)?;
    vec.resize(len, value);
    Ok(vec)
}

/// Makes room for so many elements more, and for others after them.
pub(crate) fn make_room<T>(vec: &mut Vec<T>, more: usize) -> Result<()> {
    vec.try_reserve(more).map_err(|_| no_room::<T>(vec.len().saturating_add(more)))
}

fn no_room<T>(len: usize) -> Error {
    Error::Memory { bytes: len.saturating_mul(size_of::<T>()) }
}
