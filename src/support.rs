//! What the runtime and the system can do.

use std::ffi::c_void;

use memmap_core::guard;
use napi::bindgen_prelude::Unknown;
use napi::{Env, sys};
use napi_derive::napi;

use crate::{buffers, environment, work};

/// Called before anything else by each copy of the library in an environment. `guard` false leaves faults to the system; `transfer`
/// says whether `ArrayBuffer.prototype.transfer` exists, `worker` whether the environment is a Worker's. Returns whether it is the
/// first call in this environment.
#[napi(catch_unwind)]
pub fn initialize(env: &Env, guard: bool, transfer: bool, worker: bool) -> napi::Result<bool> {
    environment::keep_loaded();
    environment::is_deno(env.raw(), true);
    environment::set_buffers_can_move(transfer);
    environment::set_worker(worker);
    if !guard {
        guard::disable();
    }
    // An environment waits for its work in the pool when it ends.
    env.add_env_cleanup_hook((), |()| work::cancel_all())?;
    Ok(environment::is_first_call())
}

/// Installs the signal handlers of the guard again where others replaced them. A listener for events of `process`.
#[napi(catch_unwind)]
pub fn reinstall_handlers() {
    guard::reinstall_handlers();
}

/// The version of the package, by which the loader tells code of another release.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Four bytes that count the open mappings with a fault, shared by all threads.
#[napi(catch_unwind, ts_return_type = "ArrayBuffer")]
pub fn faults(env: &Env) -> napi::Result<Unknown<'_>> {
    let word = std::ptr::from_ref(guard::faults()).cast_mut().cast::<c_void>();
    let mut value = std::ptr::null_mut();
    // SAFETY: a static of four bytes, alive for ever; JavaScript only reads it.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(env.raw(), word, 4, None, std::ptr::null_mut(), &mut value)
    };
    if status != sys::Status::napi_ok {
        return Err(napi::Error::from_reason("external buffers are not allowed"));
    }
    // SAFETY: a value of this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
}

/// What this runtime and platform can do.
#[napi(object)]
pub struct NativeSupport {
    pub page_size: f64,
    pub allocation_granularity: f64,
    pub guard: bool,
    pub shared_buffers: bool,
}

#[napi(catch_unwind)]
pub fn support() -> NativeSupport {
    NativeSupport {
        page_size: memmap_core::page_size() as f64,
        allocation_granularity: memmap_core::granularity() as f64,
        guard: guard::enabled(),
        shared_buffers: environment::create_external_shared_array_buffer().is_some(),
    }
}

/// How many closed buffers wait for their collection, and with them their address ranges. For the tests.
#[napi(catch_unwind)]
pub fn waiting_buffers(env: &Env) -> f64 {
    buffers::waiting(env.raw()) as f64
}

/// Copies the access control list and the extended attributes of a file to another, and returns the names of those that the
/// system refused.
#[napi(catch_unwind)]
pub fn copy_attributes(from: String, to: String) -> Vec<String> {
    memmap_core::copy_attributes(from.as_ref(), to.as_ref())
}
