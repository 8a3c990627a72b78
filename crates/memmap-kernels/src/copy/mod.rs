//! Copy, byte swap and conversion between arrays of any layout.

mod assign;
mod assign_computed;
mod byteswap;
mod cast;
mod cast_transfer;
mod copy_overlapping;
mod fill;
mod strided_copy;
mod tile;
mod transpose;
mod transpose_tile;

pub use assign::assign;
pub(crate) use assign::{check_kinds, copied};
pub use byteswap::byteswap_in_place;
pub(crate) use cast::Caster;
pub use fill::fill;
pub(crate) use strided_copy::StridedCopy;
pub(crate) use tile::{Buffer, Few, Reader, Sink, Source, TILE_BYTES, small_run};
