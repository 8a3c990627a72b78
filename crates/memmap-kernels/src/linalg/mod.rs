//! Products of rows and columns: the nearest rows.

mod best;
mod bits;
mod exact;
mod integers;
mod metric;
mod nearest;
mod panel;
mod queries;
mod singles;

pub use metric::Metric;
pub use nearest::{Nearest, Search};
