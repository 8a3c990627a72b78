//! Brings about a collection of V8's young objects, which Node-API has no call for.
//!
//! V8 collects them when a buffer is created while the bytes of young ones exceed a threshold (32 to 128 MiB, by version). It starts to
//! mark all of the heap, which takes several times as long, when the bytes of all buffers grow by a lower one (12 MiB in a small heap),
//! which it checks at the end of each collection. So buffers are created whose bytes are taken off the count of all meanwhile.

use std::ptr;

use napi::bindgen_prelude::{FnArgs, Function, JsValue, Unknown};
use napi::{Env, sys};
use napi_derive::napi;

/// Lets V8 collect its young objects: creates buffers of `bytes` that nobody writes to until it has, at most `most`, and frees them.
///
/// `constructor` is `ArrayBuffer`, which throws where there is too little address space; Node-API's function ends the process. `options`
/// make the buffers resizable, because V8 takes the memory of such a one from the system and need not clear it.
///
/// `kept` is how many bytes more to take off the count meanwhile. The caller keeps buffers of as many bytes, because V8 ends the process
/// when its count is less than what it frees. No code runs here at which a Worker can be terminated, for the same reason.
///
/// Does not collect while V8 marks all of the heap. Returns how many bytes outside of its heap V8 counts at the end.
///
/// # Errors
///
/// What `constructor` throws.
#[napi(
    catch_unwind,
    ts_args_type = "constructor: new (length: number) => ArrayBuffer, options: object, bytes: number, most: number, kept: number",
    ts_return_type = "number"
)]
pub fn collect_young(
    env: &Env,
    constructor: Function<FnArgs<(i64, Option<Unknown>)>, Unknown>,
    options: Unknown,
    bytes: i64,
    most: u32,
    kept: i64,
) -> napi::Result<i64> {
    let witness = Witness::new(env)?;
    let mut created = Vec::new();
    env.adjust_external_memory(-kept)?;
    let mut outcome = Ok(());
    while outcome.is_ok() && created.len() < most as usize && !witness.is_collected() {
        outcome = constructor.new_instance((bytes, Some(options)).into()).and_then(|buffer| {
            env.adjust_external_memory(-bytes)?;
            created.push(buffer.raw());
            // V8 compares with the threshold when it creates a buffer of a fixed length.
            constructor.new_instance((1, None).into()).map(|_| ())
        });
    }
    for buffer in created {
        // V8 counts each one again before it is freed, and one at a time, because it starts to mark where all grow by 64 MiB.
        outcome = outcome.and(env.adjust_external_memory(bytes).map(|_| ()));
        // Node 20 ends the process where a buffer is detached while an exception waits.
        if outcome.is_ok() {
            // SAFETY: a value of this environment and of the scope of this call. V8 takes its bytes off both counts now, and not at its
            // next collection.
            let status = unsafe { sys::napi_detach_arraybuffer(env.raw(), buffer) };
            outcome = napi::check_status!(status);
        }
    }
    let counted = env.adjust_external_memory(kept)?;
    outcome.map(|()| counted)
}

/// Sees whether young objects were collected since it was made.
struct Witness {
    env: Env,
    /// To an object that nothing else refers to.
    reference: sys::napi_ref,
}

impl Witness {
    fn new(env: &Env) -> napi::Result<Self> {
        // In a scope, because the object would live until the call returns.
        env.run_in_scope(|| {
            let mut object = ptr::null_mut();
            // SAFETY: makes a value of a live environment.
            napi::check_status!(unsafe { sys::napi_create_object(env.raw(), &mut object) })?;
            let mut reference = ptr::null_mut();
            // SAFETY: an object of this scope; the count 0 makes the reference weak.
            let status = unsafe { sys::napi_create_reference(env.raw(), object, 0, &mut reference) };
            napi::check_status!(status)?;
            Ok(Self { env: *env, reference })
        })
    }

    fn is_collected(&self) -> bool {
        let is_collected = self.env.run_in_scope(|| {
            let mut object = ptr::null_mut();
            // SAFETY: a reference of this environment that is not deleted.
            let status =
                unsafe { sys::napi_get_reference_value(self.env.raw(), self.reference, &mut object) };
            napi::check_status!(status)?;
            Ok(object.is_null())
        });
        is_collected.unwrap_or(false)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        // SAFETY: made in `new`, deleted once.
        unsafe { sys::napi_delete_reference(self.env.raw(), self.reference) };
    }
}
