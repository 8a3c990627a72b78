//! What one element is: kind, byte order, size, and the Rust type behind it.

mod element;
mod number;
mod value;

pub use element::{Element, Kind};
pub(crate) use number::{Complex, Flag, Native, Tick, f16, with_type};
pub use value::Value;
