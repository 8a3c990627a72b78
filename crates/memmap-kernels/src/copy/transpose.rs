//! Copies between arrays whose memory runs along different axes, tile by tile: every cache line of either is visited
//! once, whichever sets of the cache the rows map to.

use super::cast::Caster;
use super::strided_copy::StridedCopy;
use super::tile::{Buffer, TILE_BYTES};
use super::transpose_tile::{Lines, transpose_tile};
use crate::array::{Axis, LoopNest, Shared, SharedMut};
use crate::dtype::Element;
use crate::exec::{Error, Result};
use crate::loops::{LINE, STREAM_BYTES, Stream, prefetch_lines};

/// So many bytes and more go through tiles.
const DIRECT_BYTES: usize = if cfg!(test) { 1 << 12 } else { STREAM_BYTES };

/// Shorter axes are not worth tiles.
const SHORTEST: usize = 8;

/// A nest `[outer axes.., along, inner]`: the source is packed along `along`, the target along `inner`.
pub(crate) struct Transpose {
    outer: LoopNest<2>,
    along: Axis<2>,
    inner: Axis<2>,
    sizes: [usize; 2],
    load: StridedCopy,
    caster: Option<Caster>,
    /// Reverses the bytes of the target's elements, where they are not to be native.
    reverse: Option<StridedCopy>,
    streaming: bool,
    side: usize,
    /// Whether elements go from one array to the other without a tile between.
    direct: bool,
}

impl Transpose {
    /// `None` where no axis but the innermost one is packed in the source (array 0), or the axes are short.
    pub fn plan(
        nest: &LoopNest<2>,
        source: &Element,
        target: &Element,
        streaming: bool,
    ) -> Result<Option<Transpose>> {
        let packed = |axis: &Axis<2>| axis.strides[0].unsigned_abs() == source.size;
        let Some((&inner, rest)) = nest.axes.split_last() else {
            return Ok(None);
        };
        let Some(at) = rest.iter().rposition(packed) else {
            return Ok(None);
        };
        let wide = source.size.max(target.size);
        let fits = inner.strides[1] == target.size as isize && matches!(target.size, 1 | 2 | 4 | 8 | 16);
        if packed(&inner) || !fits || wide > 16 || rest[at].len < SHORTEST || inner.len < SHORTEST {
            return Ok(None);
        }
        let mut outer = LoopNest { axes: rest.into(), start: nest.start };
        let along = outer.axes.remove(at);
        outer.merge();
        let same = source.kind == target.kind;
        let caster = if same {
            None
        } else {
            let unsupported = Error::Unsupported { operation: "conversion", kind: source.kind };
            Some(Caster::between(source.kind, target.kind).ok_or(unsupported)?)
        };
        let (load, reverse) = if same {
            (StridedCopy::between(source, target), None)
        } else {
            let reverse = target.needs_swap().then(|| StridedCopy::new(target, true));
            (StridedCopy::new(source, source.needs_swap()), reverse)
        };
        // The largest power of two whose square fits a tile.
        let side = 1 << ((TILE_BYTES / wide).ilog2() / 2);
        let sizes = [source.size, target.size];
        let direct = source.same_bytes(target)
            && along.strides[0] == source.size as isize
            && nest.len() * target.size < DIRECT_BYTES;
        Ok(Some(Transpose { outer, along, inner, sizes, load, caster, reverse, streaming, side, direct }))
    }

    /// Bands: the unit of work, one tile wide along `inner` and as long as `along`.
    pub fn bands(&self) -> usize {
        self.outer.len() * self.bands_each()
    }

    fn bands_each(&self) -> usize {
        self.inner.len.div_ceil(self.side)
    }

    /// Copies one band and returns its number of elements.
    ///
    /// # Safety
    /// The arrays of the nest are valid behind `source` and `target` and do not overlap.
    pub unsafe fn copy_band(&self, band: usize, source: Shared, target: SharedMut) -> usize {
        let column = band % self.bands_each() * self.side;
        let columns = self.side.min(self.inner.len - column);
        let mut offsets = self.outer.offsets(band / self.bands_each());
        for (offset, stride) in offsets.iter_mut().zip(self.inner.strides) {
            *offset = offset.wrapping_add(stride.wrapping_mul(column as isize));
        }
        if self.direct {
            let ends = [source.at(offsets[0]).cast_mut(), target.at(offsets[1])];
            // SAFETY: the caller vouches for both arrays; the columns are inside the axis.
            unsafe { self.copy_blocks(ends, columns) };
            return self.along.len * columns;
        }
        let mut tiles = [Buffer::new(), Buffer::new()];
        let stream = self.streaming.then(Stream::new);
        for row in (0..self.along.len).step_by(self.side) {
            let rows = self.side.min(self.along.len - row);
            let at = |k: usize| offsets[k].wrapping_add(self.along.strides[k].wrapping_mul(row as isize));
            // SAFETY: the caller vouches for both arrays; rows and columns are inside their axes.
            unsafe { self.load_tile(source.at(at(0)), rows, columns, &mut tiles) };
            // SAFETY: as above; the tile has just been filled.
            unsafe { self.store_tile(&mut tiles, rows, columns, target.at(at(1)), stream.as_ref()) };
        }
        self.along.len * columns
    }

    /// Copies a band from one array straight to the other, in blocks whose lines are one cache line long in both: so few
    /// lines are in use at a time that they stay in the first cache.
    ///
    /// # Safety
    /// As [`Transpose::copy_band`], from and to these addresses, with so many columns.
    unsafe fn copy_blocks(&self, [from, to]: [*mut u8; 2], columns: usize) {
        let (size, [from_step, _], [_, to_step]) = (self.sizes[0], self.inner.strides, self.along.strides);
        let block = (LINE / size).max(1);
        for row in (0..self.along.len).step_by(block) {
            for column in (0..columns).step_by(block) {
                let first =
                    from.wrapping_offset(from_step.wrapping_mul(column as isize)).wrapping_add(row * size);
                let source = Lines { first: first.cast_const(), step: from_step };
                let first =
                    to.wrapping_offset(to_step.wrapping_mul(row as isize)).wrapping_add(column * size);
                let target = Lines { first, step: to_step };
                let (rows, columns) = (block.min(self.along.len - row), block.min(columns - column));
                // SAFETY: the block is inside both arrays.
                unsafe { transpose_tile(source, target, rows, columns, size) };
            }
        }
    }

    /// Fills the first tile, converted, one line of `rows` elements for each column.
    ///
    /// # Safety
    /// As many elements of the source are readable from `source` on.
    unsafe fn load_tile(&self, source: *const u8, rows: usize, columns: usize, tiles: &mut [Buffer; 2]) {
        let size = self.sizes[0];
        let [first, second] = tiles.each_mut().map(Buffer::as_mut_ptr);
        let raw = if self.caster.is_some() { second } else { first };
        for column in 0..columns {
            let from = source.wrapping_offset(self.inner.strides[0].wrapping_mul(column as isize));
            let to = raw.wrapping_add(column * rows * size);
            // SAFETY: the caller vouches for the source; the tile holds `rows * columns` elements.
            unsafe { self.load.run(from, self.along.strides[0], to, size as isize, rows) };
            // The next tile reads these lines; the hardware prefetcher does not follow so many rows.
            prefetch_lines(from.wrapping_add(rows * size), rows * size);
        }
        if let Some(caster) = self.caster {
            // SAFETY: the second tile was just filled; the first holds as many elements of the target's kind.
            unsafe { caster.run(second, first, rows * columns) };
        }
    }

    /// Transposes the first tile into the second and writes it, `columns` elements for each row.
    ///
    /// # Safety
    /// As many elements of the target are writable from `target` on; the first tile is filled.
    unsafe fn store_tile(
        &self,
        tiles: &mut [Buffer; 2],
        rows: usize,
        columns: usize,
        target: *mut u8,
        stream: Option<&Stream>,
    ) {
        let size = self.sizes[1];
        let [first, second] = tiles.each_mut().map(Buffer::as_mut_ptr);
        // SAFETY: both tiles hold `rows * columns` elements of this size, the first one filled.
        unsafe {
            transpose_tile(
                Lines { first: first.cast_const(), step: (rows * size) as isize },
                Lines { first: second, step: (columns * size) as isize },
                rows,
                columns,
                size,
            )
        };
        for row in 0..rows {
            let from = second.wrapping_add(row * columns * size);
            let to = target.wrapping_offset(self.along.strides[1].wrapping_mul(row as isize));
            if let Some(reverse) = self.reverse {
                // SAFETY: a line of the tile, moved onto itself.
                unsafe { reverse.run(from, size as isize, from, size as isize, columns) };
            }
            match stream {
                // SAFETY: the caller vouches for the target; the line is our own.
                Some(stream) => unsafe { stream.copy(from, to, columns * size) },
                // SAFETY: as above.
                None => unsafe { std::ptr::copy_nonoverlapping(from, to, columns * size) },
            }
        }
    }
}
