//! Selection by lists of positions: take, gather and scatter.

use crate::array::{ArrayMut, ArrayRef, LoopNest, Shared, SharedMut};
use crate::copy::{StridedCopy, assign, copied};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, by_large_pages, for_pieces, memory_bound};
use crate::loops::prefetch_lines;

/// Copies the sub-arrays of `source` at the given indices of `axis`: NumPy's `take`.
///
/// `target` has the shape of `source` with the length of `axis` replaced by the number of indices, and elements of the
/// same kind (its byte order may differ). The two may not overlap.
///
/// # Errors
/// [`Error::Mismatch`] when shapes or kinds do not fit or an index is not below the length of the axis;
/// [`Error::Cancelled`].
pub fn take(
    source: &ArrayRef,
    axis: usize,
    indices: &[i64],
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let Some(&len) = source.shape.get(axis) else {
        return Err(Error::Mismatch { rule: "take needs an axis of the array" });
    };
    let mut shape = source.shape.clone();
    shape[axis] = indices.len();
    check(source, target, shape == target.shape)?;
    if !are_below(indices, len) {
        return Err(Error::Mismatch {
            rule: "an index to take must lie between 0 and the length of its axis",
        });
    }
    if target.is_empty() {
        return Ok(());
    }
    let strides = |range: std::ops::Range<usize>| {
        let [from, to] = [&source.strides[range.clone()], &target.strides[range.clone()]];
        LoopNest::in_order(&source.shape[range], [from, to])
    };
    let (outer, inner) = (strides(0..axis), strides(axis + 1..source.shape.len()));
    let (from_step, to_step) = (source.strides[axis], target.strides[axis]);
    let places =
        Places { list: indices, offset: move |index| from_step.wrapping_mul(index as isize), step: to_step };
    // SAFETY: the indices were checked, so that every place is inside the arrays.
    unsafe { move_blocks(source, target, [outer, inner], places, control) }
}

/// Whether all of the indices lie between 0 and `len`.
fn are_below(indices: &[i64], len: usize) -> bool {
    let last = (len as i64).wrapping_sub(1);
    // An index outside is negative, or the difference is, which cannot overflow then.
    indices.iter().fold(last, |signs, &index| signs | index | last.wrapping_sub(index)) >= 0
        || indices.is_empty()
}

/// The indices in an array of integers in C order, those that count from the end counted from the start: of an axis of
/// `len` entries. The place of the first that is outside, where there is one.
///
/// # Errors
/// [`Error::Unsupported`] for other elements than integers; [`Error::Memory`]; [`Error::Cancelled`].
pub fn indices_of(
    positions: &ArrayRef,
    len: usize,
    control: &Control,
) -> Result<std::result::Result<Vec<i64>, usize>> {
    let kind = positions.element.kind;
    let Some(element) = Element::native(Kind::I64).filter(|_| kind.is_integer()) else {
        return Err(Error::Unsupported { operation: "take", kind });
    };
    let count = positions.len();
    let mut indices: Vec<i64> = Vec::new();
    indices.try_reserve_exact(count).map_err(|_| Error::Memory { bytes: count * size_of::<i64>() })?;
    indices.resize(count, 0);
    // SAFETY: memory of as many integers.
    let copy = unsafe { ArrayMut::contiguous(indices.as_mut_ptr().cast(), element, positions.shape.clone()) };
    assign(positions, &copy, control)?;
    // As a 64-bit integer with a sign, one of 2^63 and more is negative, and counts from no end.
    let from_end = if kind == Kind::U64 { 0 } else { len as i64 };
    for index in &mut indices {
        *index = index.wrapping_add(if *index < 0 { from_end } else { 0 });
    }
    if !are_below(&indices, len)
        && let Some(place) = indices.iter().position(|index| !(0..len as i64).contains(index))
    {
        return Ok(Err(place));
    }
    Ok(Ok(indices))
}

/// Copies blocks that lie `offsets` bytes from the first one.
///
/// `block` is the first block: its shape and strides are those of each. `target` has the shape
/// `[offsets.len(), ...block.shape()]` and elements of the same kind. Fancy indexing over several axes comes to this:
/// the lists give the offsets, the sliced axes the block.
///
/// # Errors
/// [`Error::Mismatch`] when shapes or kinds do not fit; [`Error::Cancelled`].
///
/// # Safety
/// Each block that an offset leads to is readable, as [`ArrayRef::new`] asks of the first. Blocks and target do not
/// overlap.
pub unsafe fn gather(
    block: &ArrayRef,
    offsets: &[isize],
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let fits =
        target.shape.split_first().is_some_and(|(&n, rest)| n == offsets.len() && *rest == *block.shape);
    check(block, target, fits)?;
    if target.is_empty() {
        return Ok(());
    }
    let (step, strides) = (target.strides[0], &target.strides[1..]);
    let inner = LoopNest::in_order(&block.shape, [&block.strides, strides]);
    let places = Places { list: offsets, offset: |offset| offset, step };
    // SAFETY: the caller vouches for the blocks; the target has one for each offset.
    unsafe { move_blocks(block, target, [LoopNest::single(1, [0; 2]), inner], places, control) }
}

/// Writes blocks to places that lie `offsets` bytes from the first one, in order: of equal offsets the last one stays.
///
/// `block` is the first place: its shape and strides are those of each. `source` has the shape
/// `[offsets.len(), ...block.shape()]` (broadcast with strides of 0), is converted to the block's elements, and may
/// overlap the places. This runs on the calling thread alone, because its order counts.
///
/// # Errors
/// [`Error::Mismatch`] when shapes do not fit; [`Error::Unsupported`] where [`crate::assign`] has it;
/// [`Error::Memory`]; [`Error::Cancelled`].
///
/// # Safety
/// Each block that an offset leads to is writable, as [`ArrayMut::new`] asks of the first.
pub unsafe fn scatter(
    source: &ArrayRef,
    block: &ArrayMut,
    offsets: &[isize],
    control: &Control,
) -> Result<()> {
    let fits =
        source.shape.split_first().is_some_and(|(&n, rest)| n == offsets.len() && *rest == *block.shape);
    if !fits {
        return Err(Error::Mismatch { rule: "the source of a scatter needs one block for each offset" });
    }
    crate::copy::check_kinds(&source.element, &block.element)?;
    if source.is_empty() {
        return Ok(());
    }
    // A copy, where elements must be converted or might be overwritten before they are read.
    let owned;
    let source = if source.element.kind != block.element.kind || may_overlap(source, block, offsets) {
        owned = copied(source, block.element, control)?;
        &owned.1
    } else {
        source
    };
    let mover = StridedCopy::between(&source.element, &block.element);
    let step = source.strides[0];
    let inner = LoopNest::in_order(&block.shape, [&source.strides[1..], &block.strides]);
    let (from, to) = (Shared(source.ptr), SharedMut(block.ptr));
    let each = inner.len();
    let batch = (PIECE_BYTES / (each * block.element.size).max(1)).max(1);
    for (number, batch_offsets) in offsets.chunks(batch).enumerate() {
        control.check()?;
        for (i, &offset) in batch_offsets.iter().enumerate() {
            let row = (number * batch + i) as isize;
            // SAFETY: the caller vouches for the places; the source has a block for each of them.
            unsafe { move_block(from, to, [step.wrapping_mul(row), offset], &inner, mover) };
        }
        control.advance(batch_offsets.len() * each);
    }
    Ok(())
}

fn check(source: &ArrayRef, target: &ArrayMut, fits: bool) -> Result<()> {
    if !fits {
        return Err(Error::Mismatch {
            rule: "the target of a selection must have the shape of what is selected",
        });
    }
    if source.element.kind != target.element.kind || source.element.size != target.element.size {
        return Err(Error::Mismatch { rule: "a selection has the element type of its source" });
    }
    Ok(())
}

/// Whether any place may share bytes with the source, judged by the whole range that the places span.
fn may_overlap(source: &ArrayRef, block: &ArrayMut, offsets: &[isize]) -> bool {
    let (Some(&low), Some(&high)) = (offsets.iter().min(), offsets.iter().max()) else {
        return false;
    };
    let from = crate::array::range(source.ptr, &source.shape, &source.strides, source.element.size);
    let to = crate::array::range(block.ptr, &block.shape, &block.strides, block.element.size);
    let to = (to.0.wrapping_add_signed(low), to.1.wrapping_add_signed(high));
    from.0 < to.1 && to.0 < from.1
}

/// Where the blocks of an entry are: each from the offset of what the list has for it, to `step` bytes behind the one before.
struct Places<'a, I, F> {
    list: &'a [I],
    offset: F,
    step: isize,
}

/// Moves blocks, for each entry of the first nest those of the list. The axes of a block are the second nest.
///
/// # Safety
/// Every place leads to a block inside the memory of both arrays.
unsafe fn move_blocks<I: Copy + Sync, F: Fn(I) -> isize + Copy + Sync>(
    source: &ArrayRef,
    target: &ArrayMut,
    [outer, inner]: [LoopNest<2>; 2],
    Places { list, offset, step }: Places<I, F>,
    control: &Control,
) -> Result<()> {
    let each = list.len();
    let mover = StridedCopy::between(&source.element, &target.element);
    let (count, len, size) = (outer.len() * each, inner.len(), source.element.size);
    let is_single = len == 1 && size <= 8 && source.element.needs_swap() == target.element.needs_swap();
    // Bytes of a contiguous block; others are not prefetched.
    let extent = match inner.axes[..] {
        [axis] if axis.strides[0] == size as isize => len * size,
        _ => 0,
    };
    let (piece, lead) = if control.has_fresh_target() {
        by_large_pages(target.ptr, len * size)
    } else {
        ((PIECE_BYTES / (len * size).max(1)).max(1), 0)
    };
    for_pieces(control, (lead + count).div_ceil(piece), memory_bound(count * len * size), |i| {
        let (start, end) = ((i * piece).saturating_sub(lead), count.min((i + 1) * piece - lead));
        let mut walk = outer.walk(start / each);
        let mut at = start;
        while at < end {
            let first = at % each;
            let list = &list[first..each.min(first + end - at)];
            let [from, to] = walk.next(1).offsets;
            let to = to.wrapping_add(step.wrapping_mul(first as isize));
            let (from, to) = (Shared(Shared(source.ptr).at(from)), SharedMut(SharedMut(target.ptr).at(to)));
            at += list.len();
            if is_single {
                // SAFETY: the caller vouches for every place, and blocks are single elements.
                unsafe { move_singles(from, to, Places { list, offset, step }, size) };
                continue;
            }
            for (number, &block) in list.iter().enumerate() {
                if let Some(&next) = list.get(number + AHEAD) {
                    let next = from.at(offset(next));
                    prefetch_lines(next, extent.min(FETCHED));
                    control.prefetch(next, extent);
                }
                let places = [offset(block), step.wrapping_mul(number as isize)];
                // SAFETY: the caller vouches for every place.
                unsafe { move_block(from, to, places, &inner, mover) };
            }
        }
        control.advance((end - start) * len);
        Ok(())
    })
}

/// Blocks between the one that is moved and the one that is prefetched: the hardware prefetcher does not foresee random blocks.
const AHEAD: usize = 4;

/// Bytes of a block that are prefetched; beyond, the hardware prefetcher follows.
const FETCHED: usize = 1 << 10;

/// Moves single elements of 1, 2, 4 or 8 bytes, or others of up to 8 byte by byte, with nothing between one and the next, so
/// many loads are in flight at a time.
///
/// # Safety
/// Every place leads to an element of `size` bytes inside the memory of both arrays.
unsafe fn move_singles<I: Copy>(
    from: Shared,
    to: SharedMut,
    Places { list, offset, step }: Places<I, impl Fn(I) -> isize + Copy>,
    size: usize,
) {
    let mut target = to.at(0);
    macro_rules! move_as {
        ($T:ty) => {
            for &one in list {
                // SAFETY: the caller vouches for the place; any bits will do.
                let value = unsafe { from.at(offset(one)).cast::<$T>().read_unaligned() };
                // SAFETY: the caller vouches for the place.
                unsafe { target.cast::<$T>().write_unaligned(value) };
                target = target.wrapping_offset(step);
            }
        };
    }
    match size {
        1 => move_as!(u8),
        2 => move_as!(u16),
        4 => move_as!(u32),
        8 => move_as!(u64),
        _ => {
            for &one in list {
                // SAFETY: the caller vouches for both places, which do not overlap.
                unsafe { std::ptr::copy_nonoverlapping(from.at(offset(one)), target, size) };
                target = target.wrapping_offset(step);
            }
        }
    }
}

/// # Safety
/// The offsets lead to a block inside the memory of both arrays, whose strides are those of `inner`.
#[inline(always)]
pub(crate) unsafe fn move_block(
    from: Shared,
    to: SharedMut,
    offsets: [isize; 2],
    inner: &LoopNest<2>,
    mover: StridedCopy,
) {
    if let [axis] = inner.axes[..] {
        let [from_stride, to_stride] = axis.strides;
        let (from, to) = (from.at(offsets[0]), to.at(offsets[1]));
        // SAFETY: the block is this one axis, inside both arrays.
        return unsafe { mover.run(from, from_stride, to, to_stride, axis.len) };
    }
    let (mut walk, mut left) = (inner.walk(0), inner.len());
    let [from_stride, to_stride] = inner.inner().strides;
    while left > 0 {
        let segment = walk.next(left);
        let from = from.at(offsets[0].wrapping_add(segment.offsets[0]));
        let to = to.at(offsets[1].wrapping_add(segment.offsets[1]));
        // SAFETY: the segment is inside the block.
        unsafe { mover.run(from, from_stride, to, to_stride, segment.len) };
        left -= segment.len;
    }
}

#[cfg(test)]
mod tests {
    use super::are_below;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn indices_are_below_where_each_is(
            len in 0usize..20,
            mut indices in prop::collection::vec(0i64..20, 0..40),
            others in prop::collection::vec(
                prop_oneof![-3i64..23, Just(i64::MIN), Just(i64::MIN + 1), Just(i64::MAX)],
                0..2,
            ),
        ) {
            indices.extend(others);
            let each = indices.iter().all(|&index| usize::try_from(index).is_ok_and(|index| index < len));
            prop_assert_eq!(are_below(&indices, len), each);
        }
    }
}
