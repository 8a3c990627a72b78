//! Sorting, searching and counting.

mod bincount;
mod key;
mod lines;
mod memory;
mod nonzero;
mod radix;
mod search;
mod sort;
mod topk;
mod unique;

pub use bincount::bincount;
pub use nonzero::nonzero;
pub use search::searchsorted;
pub use sort::{argsort, sort};
pub use topk::topk;
pub use unique::{Unique, unique};
