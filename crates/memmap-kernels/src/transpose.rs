//! Copies between arrays whose memory runs along different axes, block by block, so that every cache line that is
//! fetched is used up before it leaves.

use crate::array::{Shared, SharedMut};
use crate::moves::Mover;
use crate::walk::{Axis, Nest};

/// Lines of the source that are open at one time. More would fall out of a cache set when rows are a power of two
/// apart.
const BLOCK: usize = 16;

/// A nest `[outer axes.., along, inner]`, the source packed along `along` and the target along `inner`.
pub(crate) struct Transpose {
    outer: Nest<2>,
    along: Axis<2>,
    inner: Axis<2>,
}

impl Transpose {
    /// `None` where no axis but the innermost one is closer packed in the source (array 0).
    pub fn plan(nest: &Nest<2>, source_size: usize) -> Option<Transpose> {
        let (inner, rest) = nest.axes.split_last()?;
        let packed = |axis: &Axis<2>| axis.strides[0].unsigned_abs() == source_size;
        let at = rest.iter().rposition(packed)?;
        if packed(inner) || rest[at].len < BLOCK / 2 || inner.len < BLOCK / 2 {
            return None;
        }
        let mut outer = Nest { axes: rest.to_vec(), start: nest.start };
        let along = outer.axes.remove(at);
        outer.merge();
        Some(Transpose { outer, along, inner: *inner })
    }

    /// Bands: the unit of work, `BLOCK` indices of `along` by all of `inner`.
    pub fn bands(&self) -> usize {
        self.outer.len() * self.bands_each()
    }

    fn bands_each(&self) -> usize {
        self.along.len.div_ceil(BLOCK)
    }

    /// Copies one band; answers its number of elements.
    ///
    /// # Safety
    /// The arrays that the nest was made of are valid behind `source` and `target` and do not overlap.
    pub unsafe fn copy_band(&self, band: usize, mover: Mover, source: Shared, target: SharedMut) -> usize {
        let first = band % self.bands_each() * BLOCK;
        let rows = BLOCK.min(self.along.len - first);
        let [from, to] = self.outer.offsets(band / self.bands_each());
        let from = from.wrapping_add(self.along.strides[0].wrapping_mul(first as isize));
        let to = to.wrapping_add(self.along.strides[1].wrapping_mul(first as isize));
        for column in (0..self.inner.len).step_by(BLOCK) {
            let columns = BLOCK.min(self.inner.len - column);
            for row in 0..rows as isize {
                let at = |k: usize| {
                    self.inner.strides[k]
                        .wrapping_mul(column as isize)
                        .wrapping_add(self.along.strides[k].wrapping_mul(row))
                };
                let from = source.at(from.wrapping_add(at(0)));
                let to = target.at(to.wrapping_add(at(1)));
                // SAFETY: the caller vouches for both arrays; the indices lie inside their axes.
                unsafe { mover.run(from, self.inner.strides[0], to, self.inner.strides[1], columns) };
            }
        }
        rows * self.inner.len
    }
}
