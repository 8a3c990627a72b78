//! Maps files: modes and their rules, resize, flush, advice, residency, faults and release.
//!
//! Does not depend on Node. Read it in this order:
//!
//! - [`Mode`] and [`plan`](plan::plan): what each mode does to a file that is longer, shorter, empty or missing.
//! - `file`: opens, allocates and clears; one module per system.
//! - [`Window`]: any byte offset, by mapping from the page below it.
//! - `region`: an address range and its pages; the only module that maps and unmaps.
//! - [`guard`]: a page that cannot be loaded becomes a page of zeros and a mark, instead of ending the process.
//! - [`Mapped`]: pages and their file, for any thread: flush, advice, residency, faults.
//! - [`PageWriter`]: writes to pages that are not in memory, past the map.
//! - `size_lock`: writers of several processes change the size of a file by turns.
//! - [`copy_attributes`]: a file that replaces another keeps its access control list and extended attributes.
//! - [`Mapping`]: one opened file, which ties these together; resizes it (`resize.rs`) and releases it.
//!
//! JavaScript, other threads and other processes write to the memory at any time, so neither this crate nor its callers make
//! a reference (`&[u8]`) to it: raw pointers only.

mod advice;
mod attributes;
mod error;
mod file;
pub mod guard;
mod mapped;
mod mapping;
mod memory;
mod mode;
mod page_writer;
pub mod plan;
mod region;
mod resize;
mod size_lock;
mod window;

pub use advice::Advice;
pub use attributes::copy_attributes;
pub use error::{Code, Error, Result};
pub use file::{Identity, Lock, Source};
pub use mapped::{Lease, Mapped, Residency};
pub use mapping::{Mapping, Options};
pub use mode::Mode;
pub use page_writer::PageWriter;
pub use plan::Extent;
pub use region::{Backing, RandomAccess, page_size};
pub use window::{Window, granularity};
