//! Sorting, searching and counting.

mod key;
mod lines;
mod memory;
mod radix;
mod sort;

pub use sort::{argsort, sort};
