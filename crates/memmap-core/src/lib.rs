//! Mapping a file: modes and their rules, growth, flush, advice, residency, faults and letting go.
//!
//! Nothing here knows Node. The order to read it in:
//!
//! - [`Mode`] and [`plan`](plan::plan): what each mode does to a file that is longer, shorter, empty or missing.
//! - `file`: opening, allocating and clearing, one module per system.
//! - [`Window`]: any byte offset, by mapping from the page below.
//! - `region`: an address range and what stands behind it; the only place that maps and unmaps.
//! - [`guard`]: a page that cannot be had becomes a page of zeros and a mark, not a dead process.
//! - [`Mapped`]: pages and the file they are of, for any thread: flush, advice, residency, faults.
//! - [`Mapping`]: one opened file, which ties these together, gives it another size (`resize.rs`) and lets go of it.
//!
//! The memory is written to by JavaScript, other threads and other processes at any time, so nothing here or above
//! makes a reference (`&[u8]`) to it: raw pointers only.

mod advice;
mod error;
mod file;
pub mod guard;
mod mapped;
mod mapping;
mod memory;
mod mode;
pub mod plan;
mod region;
mod resize;
mod window;

pub use advice::Advice;
pub use error::{Code, Error, Result};
pub use file::{Identity, Lock, Source};
pub use mapped::{Lease, Mapped, Residency};
pub use mapping::{Mapping, Options};
pub use mode::Mode;
pub use plan::Extent;
pub use region::{Backing, page_size};
pub use window::{Window, granularity};
