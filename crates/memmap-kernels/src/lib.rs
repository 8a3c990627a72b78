//! Strided loops over typed memory: copy, cast, fill, compare, select, reduce.
//!
//! The kernels work on arrays of any strides, of every numeric kind in both byte orders, aligned or not, in memory that
//! others may write at the same time. Semantics are NumPy's; each function names the exceptions.
//!
//! Arrays are [`ArrayRef`] and [`ArrayMut`]. Their constructors are `unsafe`, because the memory must stay mapped; the
//! kernels are not. A [`Control`] stops, watches and bounds a kernel. Large work is shared among [`threads`]; results do
//! not depend on their number.
//!
//! # Layout
//!
//! A folder uses itself and those before it, never one behind it:
//!
//! 1. `dtype`: what one element is. The table of kinds
//! 2. `exec`: threads, control, errors
//! 3. `array`: pointer, shape and strides, the order in which elements are visited, overlap; arrays that are computed
//! 4. `loops`: slices of shared memory, SIMD dispatch, prefetch, arithmetic
//! 5. `math`: elementary functions, of one element and as loops
//! 6. `copy`: assign, fill, byteswap, casts, and tiles through which other kernels read any array as native numbers
//! 7. `reduce`: reductions and scans. The tables of both
//! 8. `compare`: comparisons and tolerances. The table of comparisons
//! 9. `select`: take, gather, scatter, masks
//! 10. `order`: sorting, searching, counting
//! 11. `stats`: quantiles, histograms
//! 12. `linalg`: products, the nearest rows
//! 13. `expr`: expressions and joined arrays, whose elements are computed when they are read. The table of operations
//!
//! Drivers (plans, walks, tiles) are compiled once and see loops through `dyn` traits, a call per tile, row or block; only
//! loops are generic over the element. What runs inside a `loops::Kernel` is plain loops and `#[inline(always)]` helpers,
//! because a closure or an iterator adapter may stay a call in the middle of a vector loop.

mod dtype;

mod exec;

mod array;

mod loops;

mod math;

mod copy;

mod reduce;

mod compare;

mod select;

mod order;

mod stats;

mod linalg;

mod expr;

#[cfg(test)]
mod tests;

pub use array::{ArrayMut, ArrayRef, Axes, Computed, ComputedReader, c_strides};
pub use compare::{
    Columns, Comparison, Distances, Farthest, Tolerance, all_close, compare, distances, equals,
};
pub use copy::{assign, byteswap_in_place, fill};
pub use dtype::{Element, Kind, Value};
pub use exec::{Control, Error, PageWriter, Prefetch, Result, Task, TaskId, spawn, threads, withdraw};
pub use expr::{Input, Joined, Operation, Program, Step};
pub use linalg::{Metric, Nearest, Search, dot};
pub use order::{Unique, argsort, bincount, nonzero, searchsorted, sort, topk, unique};
pub use reduce::{Params, Reduction, Scan, minmax, reduce, reduce_all, result_kind, scan, scan_kind};
pub use select::{gather, indices_of, mask_count, mask_gather, mask_indices, scatter, take};
pub use stats::{QuantileMethod, Quantiles, extent, histogram, quantile, weighted_histogram};
