//! The parts of a loop over elements: slices of shared memory, SIMD dispatch, arithmetic, prefetch, streaming stores.

mod arithmetic;
pub(crate) mod half_float;
mod lanes;
mod prefetch;
mod raw_slice;
mod simd;
mod spaced;
mod stream;

pub(crate) use arithmetic::Arithmetic;
pub(crate) use lanes::{Lanes, Widen};
pub(crate) use prefetch::{LINE, prefetch_lines};
pub(crate) use raw_slice::{
    AnySlice, AnySliceMut, RawSlice, RawSliceMut, fill_with, map, map_checked, map_in_place, update,
    update_pairs, update_rows, update_with, zip,
};
#[cfg(all(test, any(target_arch = "x86", target_arch = "x86_64")))]
pub(crate) use simd::ALLOWED;
#[cfg(test)]
pub(crate) use simd::Baseline;
pub(crate) use simd::{Kernel, Level, dispatch, dispatch_wide};
pub(crate) use spaced::{AnySpaced, Elements, Spaced};
pub(crate) use stream::{STREAM_BYTES, Stream};
