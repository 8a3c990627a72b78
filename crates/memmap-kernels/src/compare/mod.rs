//! Comparison: element by element, of whole arrays, and within a tolerance.

mod close;
mod comparable;
mod distances;
mod elementwise;
mod measure;
mod pair;

pub use close::all_close;
pub(crate) use comparable::Compare;
pub use distances::{Columns, Distances, Farthest, distances};
pub use elementwise::{Comparison, compare, equals};
pub use measure::Tolerance;
