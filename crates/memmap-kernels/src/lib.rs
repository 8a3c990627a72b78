//! Strided loops over typed memory: copy, cast, fill, compare, reduce.
//!
//! Everything that is done over a whole array is done here: over any strides, for every numeric kind in both byte
//! orders, aligned or not, in memory that others may write at the same time. Semantics are NumPy's; each function
//! names the exceptions.
//!
//! Arrays are [`ArrayRef`] and [`ArrayMut`]: their constructors are `unsafe` (the memory must stay mapped), the
//! kernels are not. [`Control`] stops, watches and bounds a kernel. Large work is shared among threads
//! ([`threads`]); results do not depend on how many there are.

#![allow(
    clippy::needless_range_loop,
    reason = "iterator chains leave calls in vector loops where the crate is compiled in several units"
)]

mod dtype;

mod array;

mod exec;

mod loops;

mod copy;

mod reduce;

mod compare;

mod select;

pub mod limits;

#[cfg(test)]
mod tests;

pub use array::{ArrayMut, ArrayRef, c_strides};
pub use compare::{
    Columns, Comparison, Distances, Farthest, Tolerance, all_close, compare, distances, equals,
};
pub use copy::{assign, byteswap_in_place, fill};
pub use dtype::{Element, Kind, Value};
pub use exec::{Control, Error, Prefetch, Result, threads};
pub use reduce::{Params, Reduction, Scan, reduce, reduce_all, result_kind, scan, scan_kind};
pub use select::{gather, mask_count, mask_gather, mask_indices, scatter, take};
