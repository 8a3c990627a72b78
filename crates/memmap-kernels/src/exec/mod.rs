//! How a kernel runs: the thread pool, progress and cancellation, and why it failed.

mod control;
mod error;
mod pool;

pub use control::{Control, Prefetch};
pub use error::{Error, Result};
pub use pool::threads;
pub(crate) use pool::{PIECE_BYTES, by_large_pages, for_pieces, in_order};
