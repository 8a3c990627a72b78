//! Parts of a matrix as native numbers of one kind: in place where they are, else copied.

use crate::array::{ArrayMut, ArrayRef, Axes};
use crate::copy::assign;
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, Result};
use std::ops::Range;

/// A matrix to be read as numbers of a kind.
#[derive(Clone, Copy)]
pub(super) struct Tiled<'a> {
    pub matrix: &'a ArrayRef,
    pub kind: Kind,
    /// Whether rows are read in place.
    pub is_direct: bool,
}

impl<'a> Tiled<'a> {
    /// A matrix of two axes. Rows are read in place where they are native, contiguous and, as `is_of` tells, of the kind.
    pub fn new(matrix: &'a ArrayRef, kind: Kind, is_of: fn(Kind, Kind) -> bool) -> Tiled<'a> {
        let Element { size, .. } = matrix.element;
        let is_contiguous = matrix.shape[1] <= 1 || matrix.strides[1] == size as isize;
        let is_direct = is_of(matrix.element.kind, kind) && is_contiguous && !matrix.element.needs_swap();
        Tiled { matrix, kind, is_direct }
    }

    /// Where an element is.
    pub fn at(&self, row: usize, column: usize) -> *const u8 {
        let [rows, columns] = [self.matrix.strides[0], self.matrix.strides[1]];
        let offset = rows.wrapping_mul(row as isize).wrapping_add(columns.wrapping_mul(column as isize));
        self.matrix.ptr.wrapping_offset(offset)
    }

    /// Adds the addresses of rows, from the first of the columns on: in place, or in the memory that they are copied to.
    pub fn locate(
        &self,
        rows: Range<usize>,
        columns: Range<usize>,
        to: &mut Vec<u64>,
        found: &mut Vec<*const u8>,
    ) -> Result<()> {
        if self.is_direct {
            let (first, step) = (self.at(rows.start, columns.start), self.matrix.strides[0]);
            found.extend((0..rows.len()).map(|i| first.wrapping_offset(step.wrapping_mul(i as isize))));
            return Ok(());
        }
        let row_bytes = columns.len() * self.kind.size().unwrap_or(1);
        self.copy(rows.clone(), columns, to)?;
        let first: *const u8 = to.as_ptr().cast();
        found.extend((0..rows.len()).map(|row| first.wrapping_add(row * row_bytes)));
        Ok(())
    }

    /// Copies a part one row behind the other.
    pub fn copy(&self, rows: Range<usize>, columns: Range<usize>, to: &mut Vec<u64>) -> Result<()> {
        let element = Element::native(self.kind)
            .ok_or(Error::Unsupported { operation: "a matrix", kind: self.kind })?;
        let shape = [rows.len(), columns.len()];
        let bytes = shape[0] * shape[1] * element.size;
        let words = bytes.div_ceil(size_of::<u64>());
        if to.len() < words {
            to.try_reserve_exact(words - to.len()).map_err(|_| Error::Memory { bytes })?;
            to.resize(words, 0);
        }
        let (first, strides) = (self.at(rows.start, columns.start), self.matrix.strides.clone());
        let shape = Axes::from_slice(&shape);
        // SAFETY: a part of the matrix.
        let from = unsafe { ArrayRef::new(first, self.matrix.element, shape.clone(), strides) };
        // SAFETY: the memory is as large as the part.
        let to = unsafe { ArrayMut::contiguous(to.as_mut_ptr().cast(), element, shape) };
        // Work of a task that shares out work of its own would wait for a turn while it has one.
        assign(&from, &to, &Control::new().with_max_threads(1))
    }
}
