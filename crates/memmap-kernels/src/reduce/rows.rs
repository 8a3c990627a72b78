//! Rows of an array, one below the other, of which each holds one element of many outputs.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::fold::ROWS;
use crate::array::{ArrayRef, Computed, ComputedReader, LoopNest, Shared};
use crate::copy::{Buffer, Caster, StridedCopy, TILE_BYTES};
use crate::dtype::{Element, Kind, Native};
use crate::exec::{Error, Result};
use crate::loops::{AnySlice, RawSlice};

/// An array of this many bytes does not fit the cache.
const FAR_BYTES: usize = if cfg!(test) { 1 << 14 } else { 16 << 20 };

/// Rows of so many bytes are read one after the other in such an array, because the processor does not foresee what follows where
/// several are read at a time.
const SHORT_BYTES: RangeInclusive<usize> = if cfg!(test) { 1 << 7..=1 << 9 } else { 512..=8 << 10 };

/// How to read rows of an array as native numbers of `kind`.
pub(crate) struct Rows<'n> {
    base: Shared,
    element: Element,
    /// From one element of a row to the next.
    stride: isize,
    /// The axes that are reduced: from one row to the next.
    down: &'n LoopNest<1>,
    mover: StridedCopy,
    caster: Option<Caster>,
    kind: Kind,
    computed: Option<Arc<dyn Computed>>,
    /// The array has [`FAR_BYTES`] or more.
    is_far: bool,
}

impl<'n> Rows<'n> {
    pub fn new(array: &ArrayRef, stride: isize, down: &'n LoopNest<1>, kind: Kind) -> Result<Rows<'n>> {
        let element = array.element;
        let unsupported = Error::Unsupported { operation: "conversion", kind: element.kind };
        let caster = if element.kind == kind {
            None
        } else {
            Some(Caster::between(element.kind, kind).ok_or(unsupported)?)
        };
        let mover = StridedCopy::new(&element, element.needs_swap());
        let (computed, is_far) = (array.computed.clone(), array.len() * element.size >= FAR_BYTES);
        Ok(Rows { base: Shared(array.ptr), element, stride, down, mover, caster, kind, computed, is_far })
    }

    /// The most elements of a row that can be read at a time.
    pub fn tile_len(&self) -> usize {
        TILE_BYTES / self.element.size.max(self.kind.size().unwrap_or(1))
    }

    /// A block of `count` rows from number `first` on, of each the `columns` elements that begin `offset` bytes from
    /// the array's first.
    pub fn block(&self, first: usize, count: usize, offset: isize, columns: usize) -> Block<'_> {
        assert!(columns <= self.tile_len());
        let mut walk = self.down.walk(first);
        let stride = self.down.inner().strides[0];
        let mut starts = Vec::with_capacity(count);
        while starts.len() < count {
            let segment = walk.next(count - starts.len());
            let start = segment.offsets[0].wrapping_add(offset);
            starts.extend((0..segment.len as isize).map(|i| start.wrapping_add(stride.wrapping_mul(i))));
        }
        let computed = self.computed.as_ref().map(|computed| computed.reader());
        Block { rows: self, first, columns, starts, computed, raw: None, converted: None }
    }
}

/// Some rows, to be read as often as one likes.
pub(crate) struct Block<'r> {
    rows: &'r Rows<'r>,
    first: usize,
    columns: usize,
    starts: Vec<isize>,
    computed: Option<Box<dyn ComputedReader + 'r>>,
    raw: Option<Buffer>,
    converted: Option<Buffer>,
}

impl Block<'_> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether these are all the rows there are.
    pub fn is_whole(&self) -> bool {
        self.starts.len() == self.rows.down.len()
    }

    /// The number of the first row among all.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The row with a number within the block.
    pub fn row_any(&mut self, index: usize) -> AnySlice<'_> {
        let (kind, columns) = (self.rows.kind, self.columns);
        let ptr = self.read(index);
        // SAFETY: `read` returns as many native elements of the kind as a row has columns, in the array's memory or in
        // a buffer of this block, and keeps both for as long as the block is borrowed.
        unsafe { AnySlice::new(ptr, columns, kind) }
    }

    /// As [`Block::row_any`], as numbers of the rows' kind.
    pub fn row<T: Native>(&mut self, index: usize) -> RawSlice<'_, T> {
        self.row_any(index).typed()
    }

    /// [`ROWS`] rows from a number on, where they can be read in place and at a time.
    pub fn rows(&self, index: usize) -> Option<[AnySlice<'_>; ROWS]> {
        let rows = self.rows;
        let packed = !rows.element.needs_swap() && rows.stride == rows.element.size as isize;
        let in_turn = rows.is_far && SHORT_BYTES.contains(&(self.columns * rows.element.size));
        if in_turn || rows.computed.is_some() || !packed || rows.caster.is_some() || index + ROWS > self.len()
        {
            return None;
        }
        let row = |i: usize| {
            let ptr = rows.base.at(self.starts[index + i]);
            // SAFETY: a row is inside the array and has as many native elements of this kind.
            unsafe { AnySlice::new(ptr, self.columns, rows.kind) }
        };
        Some([row(0), row(1), row(2), row(3)])
    }

    fn read(&mut self, index: usize) -> *const u8 {
        let (rows, size) = (self.rows, self.rows.element.size);
        let mut ptr = rows.base.at(self.starts[index]);
        if let Some(computed) = &mut self.computed {
            let buffer = self.raw.get_or_insert_with(Buffer::new).as_mut_ptr();
            let (first, step) = (ptr.addr() / size, rows.stride / size as isize);
            // SAFETY: the row is inside the array, whose addresses count elements; the buffer holds a tile, and a row is no longer.
            unsafe { computed.read(first, step, self.columns, buffer, false) };
            ptr = buffer;
        } else if rows.element.needs_swap() || rows.stride != size as isize {
            let buffer = self.raw.get_or_insert_with(Buffer::new).as_mut_ptr();
            // SAFETY: the row is inside the array; the buffer holds a tile, and a row is no longer.
            unsafe { rows.mover.run(ptr, rows.stride, buffer, size as isize, self.columns) };
            ptr = buffer;
        }
        if let Some(caster) = rows.caster {
            let buffer = self.converted.get_or_insert_with(Buffer::new).as_mut_ptr();
            // SAFETY: a row of native elements lies at `ptr`; the other buffer holds a tile of the wanted kind.
            unsafe { caster.run(ptr, buffer, self.columns) };
            ptr = buffer;
        }
        ptr
    }
}
