//! The layouts of the arrays of a call: TypeScript stores them in one buffer before it calls a kernel, because each typed array
//! among the arguments takes longer than the work on a few elements.
//!
//! A slot holds: kind, swapped (0 or 1), bytes of an element, position of the first element in bytes, number of axes, the shape, the
//! byte strides. All of it is whole numbers below 2^53. Behind the slots is a number for each axis of a reduction, not 0 for those
//! that it reduces, the numbers that a kernel of `direct.rs` takes besides its arrays, and then the descriptions of
//! computed arrays, each with its length in front: see `computed.rs`. Kernels read their slots before they return, and nothing else runs between
//! the stores and the call.

use std::cell::Cell;
use std::ptr;
use std::slice;

use memmap_kernels::Axes;
use napi::bindgen_prelude::Unknown;
use napi::{Env, sys};
use napi_derive::napi;

/// The most axes of an array.
const MAX_NDIM: usize = 64;

/// Numbers of a slot.
const SLOT: usize = 5 + 2 * MAX_NDIM;

/// The most arrays of a call.
const SLOTS: usize = 4;

/// The most numbers of a kernel.
const NUMBERS: usize = 8;

/// Numbers of a description with its length.
const DESCRIPTION: usize = 1024;

thread_local! {
    /// The buffer of this JavaScript thread: its memory, and a reference that keeps it.
    static BUFFER: Cell<(*const f64, sys::napi_ref)> = const { Cell::new((ptr::null(), ptr::null_mut())) };
}

/// The buffer of the environment, the same for each copy of the library.
#[napi(catch_unwind, ts_return_type = "ArrayBuffer")]
pub fn layouts(env: &Env) -> napi::Result<Unknown<'_>> {
    let mut value = ptr::null_mut();
    let (_, reference) = BUFFER.get();
    if reference.is_null() {
        create(env, &mut value)?;
    } else {
        // SAFETY: a strong reference of this environment, which its end forgets.
        napi::check_status!(unsafe { sys::napi_get_reference_value(env.raw(), reference, &mut value) })?;
    }
    // SAFETY: a value of this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
}

fn create(env: &Env, value: &mut sys::napi_value) -> napi::Result<()> {
    let mut start = ptr::null_mut();
    let length = size_of::<f64>() * (SLOTS * SLOT + MAX_NDIM + NUMBERS + SLOTS * DESCRIPTION);
    // SAFETY: both results are written to.
    napi::check_status!(unsafe { sys::napi_create_arraybuffer(env.raw(), length, &mut start, value) })?;
    let mut reference = ptr::null_mut();
    // SAFETY: a value of this environment; the count of 1 is strong.
    napi::check_status!(unsafe { sys::napi_create_reference(env.raw(), *value, 1, &mut reference) })?;
    BUFFER.set((start.cast(), reference));
    // The reference goes with the environment.
    env.add_env_cleanup_hook((), |()| BUFFER.set((ptr::null(), ptr::null_mut())))?;
    Ok(())
}

/// Reads a slot; no numbers where there is no buffer.
pub fn with<T>(slot: usize, read: impl FnOnce(&[f64]) -> T) -> T {
    read(if slot < SLOTS { numbers(slot * SLOT, SLOT) } else { &[] })
}

/// Whether a reduction reduces each of the axes.
pub fn axes(ndim: usize) -> Axes<bool> {
    numbers(SLOTS * SLOT, ndim.min(MAX_NDIM)).iter().map(|axis| *axis != 0.0).collect()
}

/// A number that a kernel of `direct.rs` takes besides its arrays, by its place below [`NUMBERS`].
pub fn number(place: usize) -> f64 {
    numbers(SLOTS * SLOT + MAX_NDIM, NUMBERS).get(place).copied().unwrap_or(0.0)
}

/// The description of a computed array with a number below [`SLOTS`].
pub fn description(number: usize) -> &'static [f64] {
    let numbers = match number < SLOTS {
        true => numbers(SLOTS * SLOT + MAX_NDIM + NUMBERS + number * DESCRIPTION, DESCRIPTION),
        false => &[],
    };
    numbers.split_first().and_then(|(&length, rest)| rest.get(..length as usize)).unwrap_or(&[])
}

/// Numbers of the buffer, which the caller does not keep.
fn numbers<'a>(first: usize, count: usize) -> &'a [f64] {
    let (start, _) = BUFFER.get();
    if start.is_null() {
        return &[];
    }
    // SAFETY: inside the buffer, which the library alone has and never moves away.
    let first = unsafe { start.add(first) };
    // SAFETY: as above; V8 aligns buffers to 8 bytes, and JavaScript of this thread stores nothing while native code runs.
    unsafe { slice::from_raw_parts(first, count) }
}
