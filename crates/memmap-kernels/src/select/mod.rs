//! Selection by positions and by boolean masks.

mod gather;
mod mask;

pub use gather::{gather, indices_of, scatter, take};
pub use mask::{mask_count, mask_gather, mask_indices};
