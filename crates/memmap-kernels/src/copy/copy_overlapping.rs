//! Copies an array onto itself, some bytes further on.

use super::strided_copy::StridedCopy;
use crate::array::{ArrayMut, ArrayRef, LoopNest, Shared, SharedMut};
use crate::exec::{Control, PIECE_BYTES, Result};

/// Moves elements onto places that are some bytes away, in the direction that reads each byte before it is
/// overwritten.
pub(crate) fn copy_overlapping(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let mut nest = LoopNest::in_memory_order(&source.shape, [&source.strides, &target.strides], 1);
    let downward = target.ptr.addr() > source.ptr.addr();
    if downward {
        for axis in &mut nest.axes {
            for (start, stride) in nest.start.iter_mut().zip(&mut axis.strides) {
                *start = start.wrapping_add(stride.wrapping_mul(axis.len as isize - 1));
                *stride = stride.wrapping_neg();
            }
        }
    }
    let (size, inner) = (source.element.size, nest.inner());
    let mover = StridedCopy::new(&source.element, false);
    let packed = inner.strides[0].unsigned_abs() == size;
    let (mut walk, mut left) = (nest.walk(0), nest.len());
    while left > 0 {
        control.check()?;
        let segment = walk.next(left.min((PIECE_BYTES / size).max(1)));
        let [mut from, mut to] = segment.offsets;
        if packed {
            if downward {
                let back = inner.strides[0].wrapping_mul(segment.len as isize - 1);
                from = from.wrapping_add(back);
                to = to.wrapping_add(back);
            }
            let (from, to) = (Shared(source.ptr).at(from), SharedMut(target.ptr).at(to));
            // SAFETY: the segment is packed in both arrays; `copy` allows them to overlap.
            unsafe { std::ptr::copy(from, to, segment.len * size) };
        } else {
            let (from, to) = (Shared(source.ptr).at(from), SharedMut(target.ptr).at(to));
            // SAFETY: the segment is inside both arrays; elements are moved one by one in the safe direction.
            unsafe { mover.run(from, inner.strides[0], to, inner.strides[1], segment.len) };
        }
        control.advance(segment.len);
        left -= segment.len;
    }
    Ok(())
}
