//! How a kernel runs: the thread pool, progress and cancellation, and why it failed.

mod control;
mod error;
mod pieces;
mod pool;
mod room;
mod shared_work;
mod staging;

pub use control::{Control, Prefetch};
pub use error::{Error, Result};
pub(crate) use pieces::{PIECE_BYTES, by_large_pages, by_pages, for_pieces, in_order, memory_bound};
pub use pool::{Task, TaskId, spawn, threads, withdraw};
pub(crate) use room::{filled, make_room, with_room};
pub use staging::PageWriter;
