//! `target[...] = source` where the elements of the source are computed.

use std::sync::Arc;

use super::tile::{Buffer, Reader, Sink, Source, TILE_BYTES};
use crate::array::{ArrayMut, ArrayRef, Axes, Computed, ComputedReader, LoopNest, SharedMut, c_strides};
use crate::exec::{Control, PIECE_BYTES, Result, by_large_pages, by_pages, for_pieces};
use crate::loops::{STREAM_BYTES, Stream};

/// The bytes of a target from which on its memory may have large pages.
const LARGE_PAGES: usize = if cfg!(test) { 1 << 9 } else { 4 << 20 };

/// Pieces that little work is cut into.
const SHARES: usize = 8;

/// Stores the elements of a computed array in one of the same shape, cast to its kind.
///
/// The result is as if all elements had been computed first, however the target overlaps what they are computed from.
pub(super) fn assign_computed(
    source: &ArrayRef,
    computed: &Arc<dyn Computed>,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    // The first elements in their order. Only all of them can be computed in another order of the axes.
    let is_run = source.ptr.is_null() && source.is_c_contiguous();
    let is_whole = source.whole().is_some();
    let order = if is_whole { slowest_first(target) } else { (0..target.shape.len()).collect() };
    let in_order = order.iter().enumerate().all(|(at, &axis)| at == axis);
    let target = permuted(target, &order);
    let computed = if in_order { Arc::clone(computed) } else { computed.permuted(&order) };
    let computed = computed.apart_from(&target, is_whole, control)?.unwrap_or(computed);
    let element = source.element;
    let strides = if is_run { c_strides(&target.shape, element.size) } else { source.strides.clone() };
    // A view is read in its own order, because the elements that follow one another are computed together.
    let nest = if is_run {
        LoopNest::in_order(&target.shape, [&strides, &target.strides])
    } else {
        LoopNest::in_memory_order(&target.shape, [&strides, &target.strides], 0)
    };
    let view = if is_run {
        None
    } else {
        let (from, shape) = (Arc::clone(&computed), target.shape.clone());
        // SAFETY: the elements of the caller's source.
        let view = unsafe { ArrayRef::computed(from, element, source.ptr.addr(), shape, strides) };
        Some(Source::new(&view, nest.only(0), element.kind)?)
    };
    let [size, to_size] = [element.size, target.element.size];
    let is_moved = element.kind == target.element.kind && !target.element.needs_swap();
    let total = nest.len();
    let fresh = control.has_fresh_target();
    let cost = computed.cost() + to_size;
    let can_stage = control.page_writer().is_some() && nest.is_run(1, to_size);
    let (piece, lead) = if fresh && total * to_size >= LARGE_PAGES {
        by_large_pages(target.ptr, to_size)
    } else if can_stage {
        let first = target.ptr.wrapping_offset(nest.start[1]);
        by_pages(first, to_size, PIECE_BYTES / size.max(to_size) * to_size)
    } else {
        // Each thread gets some, because elements take longer to compute than to copy.
        let share = (total / SHARES).max(PIECE_BYTES / 4 / cost.max(1));
        (share.clamp(1, (PIECE_BYTES / size.max(to_size)).max(1)), 0)
    };
    let nest_to = nest.only(1);
    let job_to = |to: *mut u8, streaming| -> Result<Job<'_>> {
        Ok(Job {
            nest: &nest_to,
            to: SharedMut(to),
            sink: Sink::new(to, target.element, element.kind)?,
            size,
            tile: TILE_BYTES / size.max(to_size),
            is_packed: is_moved && nest_to.inner().strides[0] == to_size as isize,
            streaming,
        })
    };
    let job = job_to(target.ptr, !fresh && total * to_size >= STREAM_BYTES)?;
    let to = SharedMut(target.ptr);
    for_pieces(control, (lead + total).div_ceil(piece), total * cost, |i| {
        let start = (i * piece).saturating_sub(lead);
        let len = ((i + 1) * piece - lead).min(total) - start;
        let from = match &view {
            Some(view) => {
                view.populate(start, len, control);
                From::View(view.reader(start))
            }
            None => {
                computed.populate(start, len, control);
                From::Run(computed.reader())
            }
        };
        let [offset] = nest_to.offsets(start);
        match can_stage.then(|| control.stage(to.at(offset), len * to_size)).flatten() {
            None => job.store(from, start, len),
            Some(mut staged) => {
                let to = staged.start().wrapping_offset(offset.wrapping_neg());
                job_to(to, false)?.store(from, start, len);
                // SAFETY: the piece has no gap in the target, so that all its bytes were stored.
                unsafe { staged.finish() };
            }
        }
        control.advance(len);
        Ok(())
    })
}

/// The axes in the order of memory, the one with the widest steps first.
fn slowest_first(target: &ArrayMut) -> Axes<usize> {
    let mut order: Axes<usize> = (0..target.shape.len()).collect();
    order.sort_by_key(|&axis| std::cmp::Reverse(target.strides[axis].unsigned_abs()));
    order
}

fn permuted(target: &ArrayMut, order: &[usize]) -> ArrayMut {
    let shape: Axes<usize> = order.iter().map(|&axis| target.shape[axis]).collect();
    let strides: Axes<isize> = order.iter().map(|&axis| target.strides[axis]).collect();
    // SAFETY: the same elements.
    unsafe { ArrayMut::new(target.ptr, target.element, shape, strides) }
}

/// The source of elements.
enum From<'c> {
    /// The first elements in C order.
    Run(Box<dyn ComputedReader + 'c>),
    /// Those of a view, in the order of its nest.
    View(Reader<'c>),
}

struct Job<'n> {
    nest: &'n LoopNest<1>,
    to: SharedMut,
    sink: Sink,
    size: usize,
    tile: usize,
    /// Whether elements are only moved, to places that follow one another along the innermost axis.
    is_packed: bool,
    streaming: bool,
}

impl Job<'_> {
    /// Stores `len` elements from a position on.
    fn store(&self, mut from: From, start: usize, len: usize) {
        let (mut walk, end) = (self.nest.walk(start), start + len);
        let stride = self.nest.inner().strides[0];
        let past_cache = self.streaming && self.is_packed;
        let stream = past_cache.then(Stream::new);
        let mut buffer = Buffer::new();
        let mut at = start;
        while at < end {
            let count = self.tile.min(end - at);
            let values = match &mut from {
                From::View(reader) => reader.next_bytes(count),
                From::Run(reader) if self.is_packed && walk.left() >= count => {
                    let segment = walk.next(end - at);
                    let place = self.to.at(segment.offsets[0]);
                    // SAFETY: the positions are below the number of elements; as many follow one another in the target, of this
                    // kind.
                    unsafe { reader.read(at, 1, segment.len, place, past_cache) };
                    at += segment.len;
                    continue;
                }
                From::Run(reader) => {
                    let place = buffer.as_mut_ptr();
                    // SAFETY: the positions are below the number of elements; the buffer holds a tile.
                    unsafe { reader.read(at, 1, count, place, false) };
                    place.cast_const()
                }
            };
            let mut done = 0;
            while done < count {
                let segment = walk.next(count - done);
                let values = values.wrapping_add(done * self.size);
                match &stream {
                    // SAFETY: the segment is packed in the target, and as many values follow one another.
                    Some(stream) => unsafe {
                        stream.copy(values, self.to.at(segment.offsets[0]), segment.len * self.size);
                    },
                    // SAFETY: the segment is inside the target; as many values follow one another.
                    None => unsafe { self.sink.store(values, segment.len, segment.offsets[0], stride) },
                }
                done += segment.len;
            }
            at += count;
        }
    }
}
