//! Expressions and joined arrays: arrays whose elements are computed, tile by tile, when they are read.

mod chain;
mod evaluation;
mod function;
mod input;
mod joined;
mod numbers;
mod plan;
mod program;
mod table;

pub use input::Input;
pub use joined::Joined;
pub use program::{Program, Step};
pub use table::Operation;
