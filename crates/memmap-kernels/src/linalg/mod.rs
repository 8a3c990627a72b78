//! Products of rows and columns: `dot`, and the nearest rows.

mod best;
mod bits;
mod byte_panel;
mod dot;
mod exact;
mod integers;
mod metric;
mod nearest;
mod panel;
mod parts;
mod products;
mod queries;
mod ring;
mod scale;
mod select;
mod shifted;
mod singles;
mod tile;

pub use dot::dot;
pub use metric::Metric;
pub use nearest::{Nearest, Search};
