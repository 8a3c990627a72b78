//! What an expression reads: arrays, and numbers that stand for all elements.

use std::any::Any;
use std::ptr;
use std::sync::Arc;

use super::plan::PART;
use crate::array::{ArrayRef, LoopNest};
use crate::copy::{Buffer, Caster, Reader, Source, TILE_BYTES};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, Result};

/// Bytes of the largest number: a complex one of two doubles.
const LARGEST_ELEMENT: usize = 16;

/// What an expression reads, as elements of a kind.
#[derive(Clone, Debug)]
pub struct Input {
    values: Values,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Values {
    /// An array of the shape of the expression, and the memory of its elements if it is a copy.
    Array(ArrayRef, Option<Arc<dyn Any + Send + Sync>>),
    Number(Number),
}

/// A number of a kind, as bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    bytes: [u8; LARGEST_ELEMENT],
    size: usize,
}

impl Input {
    /// The elements of an array, which has the shape of the expression.
    pub fn array(array: ArrayRef, kind: Kind) -> Input {
        Input { values: Values::Array(array, None), kind }
    }

    /// One number for all elements.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for opaque elements.
    pub fn number(number: f64, kind: Kind) -> Result<Input> {
        let unsupported = Error::Unsupported { operation: "an expression", kind };
        let caster = Caster::between(Kind::F64, kind).ok_or(unsupported.clone())?;
        let size = Element::native(kind).ok_or(unsupported)?.size;
        let mut bytes = [0u8; LARGEST_ELEMENT];
        // SAFETY: one number is read, and one element written, which is no larger than the bytes.
        unsafe { caster.run((&raw const number).cast(), bytes.as_mut_ptr(), 1) };
        Ok(Input { values: Values::Number(Number { bytes, size }), kind })
    }

    /// The same elements in a copy, with the memory of the copy if it has any.
    pub(super) fn with_copy(&self, array: ArrayRef, memory: Option<Arc<dyn Any + Send + Sync>>) -> Input {
        Input { values: Values::Array(array, memory), kind: self.kind }
    }

    /// The same elements, seen as another array.
    pub(super) fn map(&self, change: impl FnOnce(&ArrayRef) -> ArrayRef) -> Input {
        match &self.values {
            Values::Array(array, memory) => {
                Input { values: Values::Array(change(array), memory.clone()), kind: self.kind }
            }
            Values::Number(_) => self.clone(),
        }
    }

    /// The kind as which its elements are read.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// The array; none for a number.
    pub(super) fn as_array(&self) -> Option<&ArrayRef> {
        match &self.values {
            Values::Array(array, _) => Some(array),
            Values::Number(_) => None,
        }
    }

    /// The input in the form in which it is read.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for elements that are not numbers.
    pub(super) fn feed(&self) -> Result<Feed> {
        match &self.values {
            Values::Array(array, _) => {
                let nest = LoopNest::in_order(&array.shape, [&array.strides]);
                Source::new(array, nest, self.kind).map(Feed::Elements)
            }
            Values::Number(number) => Ok(Feed::Number(*number)),
        }
    }
}

/// An input in the form in which it is read.
pub(super) enum Feed {
    Elements(Source),
    Number(Number),
}

impl Feed {
    /// Bytes of one element in memory.
    pub fn element_size(&self) -> usize {
        match self {
            Feed::Elements(source) => source.element_size(),
            Feed::Number(number) => number.size,
        }
    }

    /// Bytes of one element as it is read.
    pub fn element_bytes(&self) -> usize {
        match self {
            Feed::Elements(source) => source.element_bytes(),
            Feed::Number(number) => number.size,
        }
    }

    /// Whether one element stands for all.
    pub fn is_constant(&self) -> bool {
        match self {
            Feed::Elements(source) => source.is_constant(),
            Feed::Number(_) => true,
        }
    }

    /// Whether all elements are native and one run in memory.
    pub fn is_one_run(&self) -> bool {
        matches!(self, Feed::Elements(source) if source.is_one_run())
    }

    /// Has the pages of a piece read in.
    pub fn populate(&self, first: usize, len: usize, control: &Control) {
        if let Feed::Elements(source) = self {
            source.populate(first, len, control);
        }
    }

    /// A reader from the first element on.
    pub fn reader(&self) -> FeedReader<'_> {
        match self {
            Feed::Elements(source) => FeedReader::Elements(source.reader(0)),
            Feed::Number(number) => FeedReader::Number(number.repeated()),
        }
    }
}

impl Number {
    /// A buffer whose first part is full of the number.
    fn repeated(self) -> Buffer {
        const { assert!(PART <= TILE_BYTES && PART.is_multiple_of(LARGEST_ELEMENT)) };
        let mut buffer = Buffer::new();
        let place = buffer.as_mut_ptr();
        // SAFETY: the buffer holds a tile, which is larger than a number.
        unsafe { ptr::copy_nonoverlapping(self.bytes.as_ptr(), place, LARGEST_ELEMENT) };
        let mut filled = self.size;
        while filled < PART {
            let more = filled.min(PART - filled);
            // SAFETY: as many bytes are filled before the place as are copied to it, and both are in the tile.
            unsafe { ptr::copy_nonoverlapping(place, place.wrapping_add(filled), more) };
            filled += more;
        }
        buffer
    }
}

/// Reads an input piece by piece.
pub(super) enum FeedReader<'f> {
    Elements(Reader<'f>),
    Number(Buffer),
}

impl FeedReader<'_> {
    /// The address of the next `len` elements, native and contiguous; of one that stands for all, no more than a part. They stay there
    /// until the reader is used again.
    pub fn next_bytes(&mut self, len: usize) -> *const u8 {
        match self {
            FeedReader::Elements(reader) => reader.next_bytes(len),
            FeedReader::Number(buffer) => buffer.as_mut_ptr(),
        }
    }

    /// Goes to a position.
    pub fn seek(&mut self, position: usize) {
        if let FeedReader::Elements(reader) = self {
            reader.seek(position);
        }
    }
}
