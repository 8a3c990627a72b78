//! Arrays as the kernels see them (a pointer, an element, a shape, byte strides), and the order in which their
//! elements are visited.

mod array_ref;
mod computed;
mod loop_nest;
mod overlap;

pub use array_ref::{ArrayMut, ArrayRef, Axes, c_strides};
pub(crate) use array_ref::{Shared, SharedMut};
pub use computed::{Computed, ComputedReader};
pub(crate) use loop_nest::{Axis, LoopNest, Segment, StridedIter};
pub(crate) use overlap::{Overlap, overlap, range};
