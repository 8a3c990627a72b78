//! Strided loops over typed memory: copy, cast, fill, compare, reduce.
//!
//! Everything that is done over a whole array is done here: over any strides, for every numeric kind in both byte
//! orders, aligned or not, in memory that others may write at the same time. Semantics are NumPy's; each function
//! names the exceptions.
//!
//! Arrays are [`ArrayRef`] and [`ArrayMut`]: their constructors are `unsafe` (the memory must stay mapped), the
//! kernels are not. [`Control`] stops, watches and bounds a kernel. Large work is shared among threads
//! ([`threads`]); results do not depend on how many there are.

mod array;
mod assign;
mod cache;
mod cast;
mod close;
mod comparable;
mod compare;
mod control;
mod distances;
mod element;
mod error;
mod fill;
mod gather;
mod half_float;
pub mod limits;
mod mask;
mod measure;
mod moves;
mod number;
mod overlap;
mod pair;
mod pool;
mod reduce;
mod run;
mod scan;
mod shift;
mod simd;
mod stream;
mod swap;
mod tile;
mod transfer;
mod transpose;
mod turn;
mod value;
mod walk;

#[cfg(test)]
mod tests;

pub use array::{ArrayMut, ArrayRef, c_strides};
pub use assign::assign;
pub use close::all_close;
pub use compare::{Comparison, compare, equals};
pub use control::{Control, Prefetch};
pub use distances::{Columns, Distances, Farthest, distances};
pub use element::{Element, Kind};
pub use error::{Error, Result};
pub use fill::fill;
pub use gather::{gather, scatter, take};
pub use mask::{mask_count, mask_gather, mask_indices};
pub use measure::Tolerance;
pub use pool::threads;
pub use reduce::{Params, Reduction, reduce, reduce_all, result_kind};
pub use scan::{Scan, scan, scan_kind};
pub use swap::byteswap_in_place;
pub use value::Value;
