//! What one element is: kind, byte order, size, and the Rust type behind it.

mod element;
mod number;
mod value;

pub(crate) use element::types;
pub use element::{Element, Kind};
pub(crate) use number::{Complex, Flag, Native, Tick, f16};
pub use value::Value;
