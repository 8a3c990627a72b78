//! Whether source and target of a copy share memory.

use super::array_ref::{ArrayMut, ArrayRef};
use super::loop_nest::LoopNest;

/// How the memory of a source overlaps that of a target of the same shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlap {
    /// The ranges of addresses share no byte.
    None,
    /// Each element is at the address of its counterpart.
    Same,
    /// The target is the source, moved by some bytes: copied in the right direction, all is read before it is
    /// overwritten.
    Shifted,
    /// Anything else: only a copy of the source is safe.
    Tangled,
}

/// Judges two arrays of equal shape that hold elements.
pub(crate) fn overlap(source: &ArrayRef, target: &ArrayMut) -> Overlap {
    let from = range(source.ptr, &source.shape, &source.strides, source.element.size);
    let to = range(target.ptr, &target.shape, &target.strides, target.element.size);
    if from.1 <= to.0 || to.1 <= from.0 {
        return Overlap::None;
    }
    let axes = || (0..source.shape.len()).filter(|&axis| source.shape[axis] > 1);
    let alike = source.element.size == target.element.size
        && axes().all(|axis| source.strides[axis] == target.strides[axis]);
    if !alike || !is_injective(&target.shape, &target.strides, target.element.size) {
        Overlap::Tangled
    } else if std::ptr::eq(source.ptr, target.ptr) {
        Overlap::Same
    } else {
        Overlap::Shifted
    }
}

/// The addresses from the first byte to behind the last.
pub(crate) fn range(ptr: *const u8, shape: &[usize], strides: &[isize], size: usize) -> (usize, usize) {
    let (mut low, mut high) = (ptr.addr(), ptr.addr());
    for (&len, &stride) in shape.iter().zip(strides) {
        let reach = stride.unsigned_abs() * (len - 1);
        if stride < 0 {
            low -= reach;
        } else {
            high += reach;
        }
    }
    (low, high + size)
}

/// Whether walking in memory order visits ascending addresses, each byte once: every step clears the elements within.
fn is_injective(shape: &[usize], strides: &[isize], size: usize) -> bool {
    let mut nest = LoopNest::new(shape, [strides]);
    nest.ascend(0);
    nest.sort(0);
    let mut reach = size;
    nest.axes.iter().rev().all(|axis| {
        let step = axis.strides[0].unsigned_abs();
        let clear = step >= reach;
        reach += step * (axis.len - 1);
        clear
    })
}
