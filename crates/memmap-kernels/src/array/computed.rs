//! Arrays whose elements are computed when they are read, as those of an expression, or joined from other arrays.
//!
//! Such an array has no memory. Its addresses count elements in C order from 0, so that shapes, strides and views are those of an
//! array in memory; who reads elements asks a [`ComputedReader`] for them instead of reading the address.

use std::fmt::Debug;
use std::sync::Arc;

use super::array_ref::{ArrayMut, ArrayRef};
use crate::exec::{Control, Result};

/// The elements of an array without memory: native, contiguous in C order.
pub trait Computed: Debug + Send + Sync {
    /// The shape of all elements.
    fn shape(&self) -> &[usize];

    /// A reader for one thread.
    fn reader(&self) -> Box<dyn ComputedReader + '_>;

    /// The same elements with the axes in another order.
    fn permuted(&self, axes: &[usize]) -> Arc<dyn Computed>;

    /// The same elements, computed from copies of the arrays that stores to `target` would change before they are read; `None` where
    /// there are none. With `same_order` each element is read before its place in `target`, of the same shape, is stored to.
    ///
    /// # Errors
    /// [`Error::Memory`](crate::Error::Memory) for the copies.
    fn apart_from(
        &self,
        target: &ArrayMut,
        same_order: bool,
        control: &Control,
    ) -> Result<Option<Arc<dyn Computed>>>;

    /// The arrays that follow one another along the first axis, where the elements are joined so; else none.
    fn parts(&self) -> Vec<ArrayRef> {
        Vec::new()
    }

    /// Returns whether all elements that were read are defined.
    ///
    /// # Errors
    /// [`Error::NegativePower`](crate::Error::NegativePower).
    fn check(&self) -> Result<()>;

    /// Returns the work for an element, as the bytes that a copy moves in the same time.
    fn cost(&self) -> usize;

    /// Has the pages behind `len` elements from `first` on read in.
    fn populate(&self, first: usize, len: usize, control: &Control);
}

/// Reads a [`Computed`] array, best from the front to the back.
pub trait ComputedReader {
    /// Stores `len` elements from position `first` on, `step` positions apart, in `target`; past the cache on demand, where the
    /// processor can.
    ///
    /// # Safety
    /// As many elements are writable from `target` on, and each position is one of the array.
    unsafe fn read(&mut self, first: usize, step: isize, len: usize, target: *mut u8, past_cache: bool);
}
