//! Copies and conversions along the innermost axis of a nest: NumPy's `dtype_transfer`.

use super::cast::Caster;
use super::strided_copy::StridedCopy;
use super::tile::{Buffer, TILE_BYTES};
use crate::array::{LoopNest, Segment, Shared, SharedMut, StridedIter};
use crate::dtype::Element;
use crate::exec::{Error, Result};
use crate::loops::{Stream, prefetch_lines};

/// Segments of fewer bytes are not worth streaming stores: too much of them is no whole cache line.
const SHORTEST_STREAM: usize = if cfg!(test) { 32 } else { 1024 };

/// How elements are copied from one array to another.
pub(crate) struct CastTransfer<'n> {
    nest: &'n LoopNest<2>,
    from: Shared,
    to: SharedMut,
    sizes: [usize; 2],
    way: Path,
    streaming: bool,
}

enum Path {
    /// The same kind: moved, with or without reversing bytes.
    Move { mover: StridedCopy, plain: bool },
    /// Another kind: native, converted, then put into the target's order.
    Convert(Conversion),
}

struct Conversion {
    load: StridedCopy,
    caster: Caster,
    store: StridedCopy,
    /// Whether source and target are in this machine's byte order.
    native: [bool; 2],
}

impl<'n> CastTransfer<'n> {
    pub fn new(
        source: &Element,
        target: &Element,
        nest: &'n LoopNest<2>,
        from: Shared,
        to: SharedMut,
        streaming: bool,
    ) -> Result<CastTransfer<'n>> {
        let way = if source.kind == target.kind {
            Path::Move { mover: StridedCopy::between(source, target), plain: source.same_bytes(target) }
        } else {
            let unsupported = Error::Unsupported { operation: "conversion", kind: source.kind };
            Path::Convert(Conversion {
                load: StridedCopy::new(source, source.needs_swap()),
                caster: Caster::between(source.kind, target.kind).ok_or(unsupported)?,
                store: StridedCopy::new(target, target.needs_swap()),
                native: [!source.needs_swap(), !target.needs_swap()],
            })
        };
        let inner = nest.inner();
        let streaming = streaming
            && inner.strides[1] == target.size as isize
            && inner.len * target.size >= SHORTEST_STREAM
            && !(source.kind != target.kind && target.needs_swap());
        Ok(CastTransfer { nest, from, to, sizes: [source.size, target.size], way, streaming })
    }

    /// Moves the next `len` elements of a walk.
    pub fn transfer(&self, walk: &mut StridedIter<'_, 2>, len: usize) {
        let mut left = len;
        let stream = self.streaming.then(Stream::new);
        match &self.way {
            Path::Move { mover, plain } => {
                let packed = self.nest.inner().strides == self.sizes.map(|size| size as isize);
                let mut buffer = (stream.is_some() && !(*plain && packed)).then(Buffer::new);
                while left > 0 {
                    let limit = if buffer.is_some() { (TILE_BYTES / self.sizes[0]).max(1) } else { left };
                    let segment = walk.next(limit.min(left));
                    self.move_segment(mover, segment, stream.as_ref(), buffer.as_mut());
                    left -= segment.len;
                }
            }
            Path::Convert(conversion) => {
                let direct = conversion.native == [true; 2]
                    && self.nest.inner().strides == self.sizes.map(|size| size as isize);
                if direct && stream.is_none() {
                    while left > 0 {
                        let segment = walk.next(left);
                        let (from, to) = (self.from.at(segment.offsets[0]), self.to.at(segment.offsets[1]));
                        // SAFETY: the segment is packed and native in both arrays.
                        unsafe { conversion.caster.run(from, to, segment.len) };
                        left -= segment.len;
                    }
                    return;
                }
                let mut buffers = [Buffer::new(), Buffer::new()];
                let tile = TILE_BYTES / self.sizes[0].max(self.sizes[1]);
                let mut target_walk = walk.clone();
                while left > 0 {
                    let count = left.min(tile);
                    let walks = [&mut *walk, &mut target_walk];
                    self.convert_tile(conversion, walks, &mut buffers, stream.as_ref(), count);
                    left -= count;
                }
            }
        }
    }

    fn move_segment(
        &self,
        mover: &StridedCopy,
        Segment { offsets, len }: Segment<2>,
        stream: Option<&Stream>,
        buffer: Option<&mut Buffer>,
    ) {
        let (from, to) = (self.from.at(offsets[0]), self.to.at(offsets[1]));
        let [from_stride, to_stride] = self.nest.inner().strides;
        let size = self.sizes[0];
        match (stream, buffer) {
            (Some(stream), Some(buffer)) => {
                let tile = buffer.as_mut_ptr();
                // SAFETY: the segment is inside the source and fits the tile.
                unsafe { mover.run(from, from_stride, tile, size as isize, len) };
                // SAFETY: the segment is packed in the target.
                unsafe { stream.copy(tile, to, len * size) };
            }
            // SAFETY: the segment is packed in both arrays, which do not overlap when streaming.
            (Some(stream), None) => unsafe { stream.copy(from, to, len * size) },
            // SAFETY: the segment is inside both arrays, which do not overlap or hold the same elements.
            (None, _) => unsafe { mover.run(from, from_stride, to, to_stride, len) },
        }
    }

    fn convert_tile(
        &self,
        Conversion { load, caster, store, native }: &Conversion,
        [source, target]: [&mut StridedIter<'_, 2>; 2],
        [raw, converted]: &mut [Buffer; 2],
        stream: Option<&Stream>,
        count: usize,
    ) {
        let strides = self.nest.inner().strides;
        let sizes = self.sizes.map(|size| size as isize);
        let whole = source.left() >= count;
        let read_in_place = whole && native[0] && strides[0] == sizes[0];
        let write_in_place = whole && native[1] && strides[1] == sizes[1] && stream.is_none();
        let from = if read_in_place {
            let from = self.from.at(source.next(count).offsets[0]);
            prefetch_lines(from.wrapping_add(count * self.sizes[0]), count * self.sizes[0]);
            from
        } else {
            let mut filled = 0;
            while filled < count {
                let segment = source.next(count - filled);
                let to = raw.as_mut_ptr().wrapping_add(filled * self.sizes[0]);
                // SAFETY: the segment is inside the source; the tile holds `count` elements.
                unsafe { load.run(self.from.at(segment.offsets[0]), strides[0], to, sizes[0], segment.len) };
                filled += segment.len;
            }
            raw.as_mut_ptr().cast_const()
        };
        if write_in_place {
            let to = self.to.at(target.next(count).offsets[1]);
            // SAFETY: `count` native elements are at `from`, and the target has as many in one segment.
            return unsafe { caster.run(from, to, count) };
        }
        let tile = converted.as_mut_ptr();
        // SAFETY: the tile holds `count` elements of the target's kind.
        unsafe { caster.run(from, tile, count) };
        let mut emptied = 0;
        while emptied < count {
            let segment = target.next(count - emptied);
            let from = tile.wrapping_add(emptied * self.sizes[1]);
            let to = self.to.at(segment.offsets[1]);
            if let Some(stream) = stream {
                // SAFETY: the segment is packed in the target; the tile is our own.
                unsafe { stream.copy(from, to, segment.len * self.sizes[1]) };
            } else {
                // SAFETY: the segment is inside the target; the tile is our own.
                unsafe { store.run(from, sizes[1], to, strides[1], segment.len) };
            }
            emptied += segment.len;
        }
    }
}
