//! The order in which elements of up to three arrays of one shape are visited: axes are reordered and merged, and an
//! iterator returns one segment of the innermost axis after the other.

use smallvec::{SmallVec, smallvec};

use super::array_ref::Axes;

/// One axis: its length and, for each array, the bytes from one index to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis<const K: usize> {
    pub len: usize,
    pub strides: [isize; K],
}

/// The axes to walk, outermost first, and where each array's walk begins.
#[derive(Debug)]
pub(crate) struct LoopNest<const K: usize> {
    pub axes: SmallVec<[Axis<K>; 4]>,
    pub start: [isize; K],
}

impl<const K: usize> Clone for LoopNest<K> {
    fn clone(&self) -> LoopNest<K> {
        LoopNest { axes: SmallVec::from_slice(&self.axes), start: self.start }
    }
}

impl<const K: usize> LoopNest<K> {
    /// The axes as they are, without those of length 1.
    pub fn new(shape: &[usize], strides: [&[isize]; K]) -> LoopNest<K> {
        let axes = (0..shape.len())
            .filter(|&axis| shape[axis] != 1)
            .map(|axis| Axis { len: shape[axis], strides: std::array::from_fn(|k| strides[k][axis]) })
            .collect();
        LoopNest { axes, start: [0; K] }
    }

    /// One axis alone.
    pub fn single(len: usize, strides: [isize; K]) -> LoopNest<K> {
        LoopNest { axes: smallvec![Axis { len, strides }], start: [0; K] }
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.axes.iter().map(|axis| axis.len).product()
    }

    /// Walks every axis along which array `k` goes down in the other direction.
    pub fn ascend(&mut self, k: usize) {
        for axis in self.axes.iter_mut().filter(|axis| axis.strides[k] < 0 && axis.len > 0) {
            for (start, stride) in self.start.iter_mut().zip(&mut axis.strides) {
                *start = start.wrapping_add(stride.wrapping_mul(axis.len as isize - 1));
                *stride = stride.wrapping_neg();
            }
        }
    }

    /// Puts the axes in the order of array `k`'s memory, the widest steps outermost.
    pub fn sort(&mut self, k: usize) {
        self.axes.sort_by_key(|axis| std::cmp::Reverse(axis.strides[k].unsigned_abs()));
    }

    /// Merges neighbours that are one longer axis in every array.
    pub fn merge(&mut self) {
        let mut merged = 0;
        for at in 0..self.axes.len() {
            let axis = self.axes[at];
            match self.axes[..merged].last_mut() {
                Some(outer) if continues(outer, &axis) => {
                    outer.len *= axis.len;
                    outer.strides = axis.strides;
                }
                _ => {
                    self.axes[merged] = axis;
                    merged += 1;
                }
            }
        }
        self.axes.truncate(merged);
        if merged == 0 {
            self.axes.push(Axis { len: 1, strides: [0; K] });
        }
    }

    /// The one axis that all are in C order, where there is one: contiguous arrays need no list of axes then, which would take longer
    /// than work on a few elements.
    fn as_one(shape: &[usize], strides: [&[isize]; K]) -> Option<Axis<K>> {
        let mut one = Axis { len: 1, strides: [0; K] };
        for at in (0..shape.len()).rev().filter(|&at| shape[at] != 1) {
            let outer = Axis { len: shape[at], strides: std::array::from_fn(|k| strides[k][at]) };
            one = match one.len {
                1 => outer,
                len if continues(&outer, &one) => Axis { len: outer.len * len, ..one },
                _ => return None,
            };
        }
        (one.len > 0).then_some(one)
    }

    /// The axes merged in C order.
    pub fn in_order(shape: &[usize], strides: [&[isize]; K]) -> LoopNest<K> {
        if let Some(Axis { len, strides }) = LoopNest::as_one(shape, strides) {
            return LoopNest::single(len, strides);
        }
        let mut nest = LoopNest::new(shape, strides);
        nest.merge();
        nest
    }

    /// The axes in the order of array `k`'s memory, ascending, and merged.
    pub fn in_memory_order(shape: &[usize], strides: [&[isize]; K], k: usize) -> LoopNest<K> {
        // Axes that are one ascend, and have the order of memory, where it ascends.
        if let Some(Axis { len, strides }) =
            LoopNest::as_one(shape, strides).filter(|one| one.strides[k] >= 0)
        {
            return LoopNest::single(len, strides);
        }
        let mut nest = LoopNest::new(shape, strides);
        nest.ascend(k);
        nest.sort(k);
        nest.merge();
        nest
    }

    /// The same walk over array `k` alone.
    pub fn only(&self, k: usize) -> LoopNest<1> {
        let axes = self.axes.iter().map(|axis| Axis { len: axis.len, strides: [axis.strides[k]] });
        LoopNest { axes: axes.collect(), start: [self.start[k]] }
    }

    /// Whether the walk over array `k`, of elements of `size` bytes, goes through memory without a gap.
    pub fn is_run(&self, k: usize, size: usize) -> bool {
        let mut nest = self.only(k);
        nest.merge();
        nest.axes.len() == 1 && nest.inner().strides[0] == size as isize
    }

    /// The innermost axis.
    pub fn inner(&self) -> Axis<K> {
        self.axes.last().copied().unwrap_or(Axis { len: 1, strides: [0; K] })
    }

    /// Whether one element of an array stands for all.
    pub fn is_constant(&self, array: usize) -> bool {
        self.axes.iter().all(|axis| axis.strides[array] == 0)
    }

    /// The byte offsets of the element at a position of the walk.
    pub fn offsets(&self, mut position: usize) -> [isize; K] {
        let mut offsets = self.start;
        for axis in self.axes.iter().rev() {
            let index = (position % axis.len) as isize;
            position /= axis.len;
            for (offset, stride) in offsets.iter_mut().zip(axis.strides) {
                *offset = offset.wrapping_add(stride.wrapping_mul(index));
            }
        }
        offsets
    }

    /// A walk from `position` on.
    pub fn walk(&self, position: usize) -> StridedIter<'_, K> {
        let mut walk = StridedIter { nest: self, index: smallvec![0; self.axes.len()], offsets: self.start };
        if position > 0 {
            walk.seek(position);
        }
        walk
    }
}

/// Whether the inner axis goes on where one step of the outer one ends, in every array.
fn continues<const K: usize>(outer: &Axis<K>, inner: &Axis<K>) -> bool {
    let steps = inner.len as isize;
    (0..K).all(|k| outer.strides[k] == inner.strides[k].wrapping_mul(steps))
}

/// Elements along the innermost axis: the byte offset of the first in each array, and their number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<const K: usize> {
    pub offsets: [isize; K],
    pub len: usize,
}

/// A position in a nest.
#[derive(Clone, Debug)]
pub(crate) struct StridedIter<'n, const K: usize> {
    nest: &'n LoopNest<K>,
    index: Axes<usize>,
    offsets: [isize; K],
}

impl<const K: usize> StridedIter<'_, K> {
    /// Goes to a position below the number of elements.
    pub fn seek(&mut self, mut position: usize) {
        self.offsets = self.nest.start;
        for (index, axis) in self.index.iter_mut().zip(&self.nest.axes).rev() {
            *index = position % axis.len;
            position /= axis.len;
            for (offset, stride) in self.offsets.iter_mut().zip(axis.strides) {
                *offset = offset.wrapping_add(stride.wrapping_mul(*index as isize));
            }
        }
    }

    /// How many elements are left along the innermost axis.
    #[inline]
    pub fn left(&self) -> usize {
        self.nest.inner().len - self.index[self.index.len() - 1]
    }

    /// The next segment of at most `limit` elements; the walk goes on behind it. Behind the last element it starts
    /// again at the first.
    #[inline]
    pub fn next(&mut self, limit: usize) -> Segment<K> {
        let inner = self.index.len() - 1;
        let axis = self.nest.axes[inner];
        let len = limit.min(axis.len - self.index[inner]);
        let segment = Segment { offsets: self.offsets, len };
        self.index[inner] += len;
        self.step(&axis, len as isize);
        if self.index[inner] == axis.len {
            self.carry(inner);
        }
        segment
    }

    #[inline]
    fn step(&mut self, axis: &Axis<K>, count: isize) {
        for (offset, stride) in self.offsets.iter_mut().zip(axis.strides) {
            *offset = offset.wrapping_add(stride.wrapping_mul(count));
        }
    }

    #[inline]
    fn carry(&mut self, mut at: usize) {
        loop {
            let axis = self.nest.axes[at];
            self.step(&axis, -(axis.len as isize));
            self.index[at] = 0;
            if at == 0 {
                return;
            }
            at -= 1;
            self.index[at] += 1;
            let outer = self.nest.axes[at];
            self.step(&outer, 1);
            if self.index[at] < outer.len {
                return;
            }
        }
    }
}
