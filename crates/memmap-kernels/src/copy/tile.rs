//! Cache-sized tiles of any array, as contiguous native numbers of any kind.
//!
//! Strides, byte orders and kinds multiply, so loops that do arithmetic are written for contiguous native runs, and other
//! elements are copied to a tile first.

use super::cast::Caster;
use super::strided_copy::StridedCopy;
use crate::array::{ArrayRef, Computed, ComputedReader, LoopNest, Shared, SharedMut, StridedIter};
use crate::dtype::{Element, Kind, Native};
use crate::exec::{Control, Error, PIECE_BYTES, Result};
use crate::loops::{AnySlice, AnySpaced, RawSlice, prefetch_lines};
use smallvec::SmallVec;
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;

/// Bytes of one tile: two of them and some more fit in the first cache of every processor.
pub(crate) const TILE_BYTES: usize = if cfg!(test) { 1 << 9 } else { 16 << 10 };

/// Runs at least this long are read in place; shorter ones are collected in a tile first.
const LONG_RUN: usize = if cfg!(test) { 16 } else { 256 };

#[repr(C, align(64))]
struct Bytes([u8; TILE_BYTES]);

/// Memory for one tile, not initialised. A thread uses it again, because allocating it takes longer than work on a small array.
pub(crate) struct Buffer(Option<Memory>);

type Memory = Box<MaybeUninit<Bytes>>;

/// Buffers that a thread keeps: as many as most pieces of work have.
const KEPT: usize = 16;

thread_local! {
    static FREE: RefCell<SmallVec<[Memory; KEPT]>> = const { RefCell::new(SmallVec::new_const()) };
}

impl Buffer {
    pub fn new() -> Buffer {
        let free = FREE.try_with(|free| free.borrow_mut().pop()).ok().flatten();
        Buffer(Some(free.unwrap_or_else(Box::new_uninit)))
    }

    #[inline(always)]
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.0.as_mut().map_or(ptr::null_mut(), |memory| memory.as_mut_ptr().cast())
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let Some(memory) = self.0.take() else { return };
        // A thread that ends frees it.
        let _ = FREE.try_with(|free| {
            let mut free = free.borrow_mut();
            if free.len() < KEPT {
                free.push(memory);
            }
        });
    }
}

/// The elements of an array, where a [`Source`] of them would be one run, and a single piece of work: native numbers of `kind` in C
/// order without a gap, so few that making one would take longer than the work.
pub(crate) fn small_run(array: &ArrayRef, kind: Kind) -> Option<AnySlice<'_>> {
    let element = array.element;
    if element.kind != kind || array.computed.is_some() || element.needs_swap() || !array.is_c_contiguous() {
        return None;
    }
    let len = array.len();
    // The axis of one element has no stride.
    if len < 2 || len > PIECE_BYTES / element.size.max(1) {
        return None;
    }
    // SAFETY: the array has so many elements of this kind, one behind the other.
    Some(unsafe { AnySlice::new(array.ptr, len, kind) })
}

/// Reads a few elements, as a [`Reader`] does, without a source of them, which takes longer to make than they do to read.
#[derive(Default)]
pub(crate) struct Few {
    raw: Option<Buffer>,
    converted: Option<Buffer>,
}

impl Few {
    /// `len` elements from the offset `start` on, `stride` bytes apart, as native numbers of `kind`.
    ///
    /// # Panics
    /// Where they fit no tile.
    ///
    /// # Safety
    /// They are elements of the array, which is in memory.
    pub unsafe fn read(
        &mut self,
        array: &ArrayRef,
        [start, stride]: [isize; 2],
        len: usize,
        kind: Kind,
    ) -> Result<AnySlice<'_>> {
        let element = array.element;
        let size = element.size;
        let mut ptr = array.ptr.wrapping_offset(start);
        if element.needs_swap() || stride != size as isize {
            assert!(len * size <= TILE_BYTES);
            let tile = self.raw.get_or_insert_with(Buffer::new).as_mut_ptr();
            let mover = StridedCopy::new(&element, element.needs_swap());
            // SAFETY: the caller vouches for the elements; the tile holds as many and overlaps nothing.
            unsafe { mover.run(ptr, stride, tile, size as isize, len) };
            ptr = tile;
        }
        if element.kind != kind {
            assert!(len * kind.size().unwrap_or(size) <= TILE_BYTES);
            let unsupported = Error::Unsupported { operation: "conversion", kind: element.kind };
            let caster = Caster::between(element.kind, kind).ok_or(unsupported)?;
            let tile = self.converted.get_or_insert_with(Buffer::new).as_mut_ptr();
            // SAFETY: so many native elements are at `ptr`; the tile holds as many of the other kind and overlaps nothing.
            unsafe { caster.run(ptr, tile, len) };
            ptr = tile;
        }
        // SAFETY: as above, in the array's memory or in a buffer of `self`, which both stay as long as it is borrowed.
        Ok(unsafe { AnySlice::new(ptr, len, kind) })
    }
}

/// An array to be read in the order of a nest, as native numbers of `kind`.
#[derive(Clone)]
pub(crate) struct Source {
    base: Shared,
    element: Element,
    nest: LoopNest<1>,
    kind: Kind,
    mover: StridedCopy,
    caster: Option<Caster>,
    sequence: bool,
    computed: Option<Arc<dyn Computed>>,
}

impl Source {
    /// The elements of an array in the order of a nest over its axes.
    pub fn new(array: &ArrayRef, nest: LoopNest<1>, kind: Kind) -> Result<Source> {
        let element = array.element;
        let caster = if element.kind == kind {
            None
        } else {
            let unsupported = Error::Unsupported { operation: "conversion", kind: element.kind };
            Some(Caster::between(element.kind, kind).ok_or(unsupported)?)
        };
        let mover = StridedCopy::new(&element, element.needs_swap());
        let computed = array.computed.clone();
        Ok(Source { base: Shared(array.ptr), element, nest, kind, mover, caster, sequence: false, computed })
    }

    /// The same elements as one long sequence, in which sums ignore where the innermost axis ends.
    pub fn into_sequence(self) -> Source {
        Source { sequence: true, ..self }
    }

    /// Elements that sums treat as one sequence.
    pub fn sequence_len(&self) -> usize {
        if self.sequence { self.len() } else { self.nest.inner().len }
    }

    /// The same axes, `offset` bytes further on.
    pub fn moved(&self, offset: isize) -> Source {
        Source { base: Shared(self.base.at(offset)), ..self.clone() }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.nest.len()
    }

    /// Bytes of one element in memory.
    pub fn element_size(&self) -> usize {
        self.element.size
    }

    /// Bytes of one element as it is read.
    pub fn element_bytes(&self) -> usize {
        self.kind.size().unwrap_or(self.element.size)
    }

    /// The most elements that fit into a tile, as they are and converted.
    pub fn tile_len(&self) -> usize {
        TILE_BYTES / self.element.size.max(self.kind.size().unwrap_or(self.element.size)).max(1)
    }

    /// Whether the elements along the innermost axis are in memory, native and contiguous.
    fn is_packed(&self) -> bool {
        self.computed.is_none()
            && !self.element.needs_swap()
            && self.nest.inner().strides[0] == self.element.size as isize
    }

    /// Whether a whole sequence of any length can be read in place.
    pub fn is_direct(&self) -> bool {
        self.is_packed() && self.caster.is_none() && self.sequence_len() == self.nest.inner().len
    }

    /// Whether a whole sequence of any length consists of native elements at equal distances.
    pub fn is_spaced(&self) -> bool {
        self.computed.is_none()
            && !self.element.needs_swap()
            && self.caster.is_none()
            && !self.is_packed()
            && self.sequence_len() == self.nest.inner().len
    }

    /// Whether all elements are native and one run in memory.
    pub fn is_one_run(&self) -> bool {
        self.is_packed() && self.caster.is_none() && self.nest.axes.len() == 1
    }

    /// A reader of the elements from `position` on.
    pub fn reader(&self, position: usize) -> Reader<'_> {
        Reader {
            source: self,
            base: self.base,
            walk: self.nest.walk(position),
            packed: self.is_packed(),
            ahead: self.computed.is_none()
                && self.nest.inner().strides[0] == self.element.size as isize
                && (self.element.needs_swap() || self.caster.is_some()),
            constant: self.is_constant(),
            computed: self.computed.as_ref().map(|computed| computed.reader()),
            filled: 0,
            raw: None,
            converted: None,
        }
    }

    /// Whether one element stands for all.
    pub fn is_constant(&self) -> bool {
        self.nest.is_constant(0)
    }

    /// Has the pages of a piece read in, where it is contiguous.
    pub fn populate(&self, position: usize, len: usize, control: &Control) {
        let size = self.element.size;
        if self.nest.axes.len() != 1 || self.nest.inner().strides[0] != size as isize {
            return;
        }
        let first = self.base.at(self.nest.offsets(position)[0]);
        match &self.computed {
            Some(computed) => computed.populate(first.addr() / size.max(1), len, control),
            None => control.prefetch(first, len * size),
        }
    }
}

/// Reads a [`Source`] piece by piece.
pub(crate) struct Reader<'s> {
    source: &'s Source,
    base: Shared,
    walk: StridedIter<'s, 1>,
    packed: bool,
    /// Whether contiguous elements go through a tile, because they are swapped or converted.
    ahead: bool,
    /// Whether one element stands for all; then a tile, once filled so far, is used again.
    constant: bool,
    computed: Option<Box<dyn ComputedReader + 's>>,
    filled: usize,
    raw: Option<Buffer>,
    converted: Option<Buffer>,
}

impl Reader<'_> {
    /// Goes to the first element of the same axes elsewhere, `offset` bytes from the source's own.
    pub fn rebase(&mut self, offset: isize) {
        self.base = Shared(self.source.base.at(offset));
        self.filled = 0;
        self.walk.seek(0);
    }

    /// Goes to a position.
    pub fn seek(&mut self, position: usize) {
        self.walk.seek(position);
        // The elements of a constant are the same everywhere.
        self.filled = if self.constant { self.filled } else { 0 };
    }

    /// Between one and `limit` elements, as many as come cheaply.
    pub fn some_any(&mut self, limit: usize) -> AnySlice<'_> {
        let left = self.walk.left();
        let direct = self.packed && self.source.caster.is_none() && left >= LONG_RUN;
        let len = if direct { left } else { self.source.tile_len() };
        self.next_any(len.min(limit))
    }

    /// The next `len` elements; no more than a tile holds unless they are one direct run.
    pub fn next_any(&mut self, len: usize) -> AnySlice<'_> {
        let kind = self.source.kind;
        let ptr = self.advance(len);
        // SAFETY: `advance` returns `len` native elements of the source's kind, in the source's memory or in a buffer
        // of this reader, and keeps both for as long as the reader is borrowed.
        unsafe { AnySlice::new(ptr, len, kind) }
    }

    /// The next `len` elements, none of them beyond the end of a sequence.
    pub fn next_spaced(&mut self, len: usize) -> AnySpaced<'_> {
        assert!(self.source.is_spaced());
        self.filled = 0;
        let segment = self.walk.next(len);
        assert!(segment.len == len);
        let (first, step) = (self.base.at(segment.offsets[0]), self.source.nest.inner().strides[0]);
        // SAFETY: the segment is inside the array and as long; its elements are native and in memory.
        unsafe { AnySpaced::new(first, step, len, self.source.kind) }
    }

    /// As [`Reader::some_any`], as numbers of the source's kind.
    pub fn some<T: Native>(&mut self, limit: usize) -> RawSlice<'_, T> {
        self.some_any(limit).typed()
    }

    /// As [`Reader::next_any`], as numbers of the source's kind.
    pub fn next<T: Native>(&mut self, len: usize) -> RawSlice<'_, T> {
        self.next_any(len).typed()
    }

    /// The address of the next `len` elements, native and contiguous; no more than a tile holds. They stay there until the
    /// reader is used again.
    pub fn next_bytes(&mut self, len: usize) -> *const u8 {
        self.advance(len)
    }

    /// The address of the next `len` elements, contiguous, native and converted.
    fn advance(&mut self, len: usize) -> *const u8 {
        if self.constant && len <= self.filled {
            let tile = if self.source.caster.is_some() { &mut self.converted } else { &mut self.raw };
            if let Some(tile) = tile {
                return tile.as_mut_ptr();
            }
        }
        self.filled = len;
        let raw = self.collect(len);
        match self.source.caster {
            None => raw,
            Some(caster) => {
                assert!(len <= self.source.tile_len());
                let target = self.converted.get_or_insert_with(Buffer::new).as_mut_ptr();
                // SAFETY: `collect` returns `len` native elements of the source's kind; the buffer holds a tile of
                // the wanted kind and overlaps nothing.
                unsafe { caster.run(raw, target, len) };
                target
            }
        }
    }

    /// The address of the next `len` elements, contiguous and native but not yet converted.
    fn collect(&mut self, len: usize) -> *const u8 {
        let size = self.source.element.size;
        let first = self.walk.next(len);
        // Conversion and swapping read ahead of the loop, which the hardware prefetcher does not see.
        if self.ahead && first.len == len {
            prefetch_lines(self.base.at(first.offsets[0]).wrapping_add(len * size), len * size);
        }
        if self.packed && first.len == len {
            return self.base.at(first.offsets[0]);
        }
        assert!(len <= self.source.tile_len());
        let buffer = self.raw.get_or_insert_with(Buffer::new).as_mut_ptr();
        let stride = self.source.nest.inner().strides[0];
        let (mut segment, mut filled) = (first, 0);
        loop {
            let from = self.base.at(segment.offsets[0]);
            let to = buffer.wrapping_add(filled * size);
            match &mut self.computed {
                // SAFETY: the segment is inside the array; the buffer holds a tile of elements, of which `len` fill
                // no more, and overlaps nothing.
                None => unsafe { self.source.mover.run(from, stride, to, size as isize, segment.len) },
                Some(computed) => {
                    let (first, step) = (from.addr() / size, stride / size as isize);
                    // SAFETY: as above; addresses of a computed array count its elements.
                    unsafe { computed.read(first, step, segment.len, to, false) };
                }
            }
            filled += segment.len;
            if filled == len {
                return buffer;
            }
            segment = self.walk.next(len - filled);
        }
    }
}

/// Writes native numbers of one kind to parts of an array, converted to the array's kind and byte order.
pub(crate) struct Sink {
    base: SharedMut,
    size: usize,
    caster: Option<Caster>,
    mover: StridedCopy,
    /// Whether the array is in this machine's byte order.
    native: bool,
}

impl Sink {
    /// For numbers of `kind`.
    pub fn new(base: *mut u8, element: Element, kind: Kind) -> Result<Sink> {
        let unsupported = Error::Unsupported { operation: "conversion", kind: element.kind };
        let caster = if element.kind == kind {
            None
        } else {
            Some(Caster::between(kind, element.kind).ok_or(unsupported)?)
        };
        let mover = StridedCopy::new(&element, element.needs_swap());
        let native = !element.needs_swap();
        Ok(Sink { base: SharedMut(base), size: element.size, caster, mover, native })
    }

    /// The place of the element at `offset`, where numbers of the kind can be stored as they are, one behind the other.
    pub fn place(&self, offset: isize, stride: isize) -> Option<*mut u8> {
        let is_packed = self.caster.is_none() && self.native && stride == self.size as isize;
        is_packed.then(|| self.base.at(offset))
    }

    /// Writes `count` elements, no more than a tile holds, from `offset` on, `stride` bytes apart.
    ///
    /// # Safety
    /// These places are inside the array that the sink was made for; as many native elements of the kind that it was
    /// made for are readable from `values` on.
    pub unsafe fn store(&self, values: *const u8, count: usize, offset: isize, stride: isize) {
        let target = self.base.at(offset);
        let size = self.size as isize;
        let Some(caster) = self.caster else {
            // SAFETY: the caller vouches for the places; the values are readable and of the element's size.
            return unsafe { self.mover.run(values, size, target, stride, count) };
        };
        if self.native && (count == 1 || stride == size) {
            // SAFETY: the caller vouches for the values and for the places, which lie one behind the other.
            return unsafe { caster.run(values, target, count) };
        }
        let mut buffer = Buffer::new();
        assert!(count * self.size <= TILE_BYTES);
        // SAFETY: the values are of the kind converted from; the buffer was just found large enough.
        unsafe { caster.run(values, buffer.as_mut_ptr(), count) };
        // SAFETY: the caller vouches for the places; the buffer holds as many elements.
        unsafe { self.mover.run(buffer.as_mut_ptr(), size, target, stride, count) }
    }
}
