//! Reports the first fault of each mapping to the environment that opened it, which warns the process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use memmap_core::guard;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Status};
use napi_derive::napi;

use crate::environment;

/// Does not keep the process alive.
type Listener = ThreadsafeFunction<Option<String>, (), Option<String>, Status, false, true>;

/// By the number of the environment.
static LISTENERS: Mutex<Option<HashMap<u64, Listener>>> = Mutex::new(None);

fn listeners() -> MutexGuard<'static, Option<HashMap<u64, Listener>>> {
    LISTENERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets what is called, in a later turn of the event loop, with the path of a mapping that has its first fault.
#[napi(catch_unwind)]
pub fn on_fault(env: &Env, listener: Function<Option<String>, ()>) -> napi::Result<()> {
    let listener = listener.build_threadsafe_function().weak::<true>().build()?;
    let number = environment::number();
    let first = {
        let mut all = listeners();
        let first = all.is_none();
        all.get_or_insert_default().insert(number, listener);
        first
    };
    if first {
        guard::watch(|label| {
            if let Some(listener) = listeners().as_ref().and_then(|all| all.get(&label.owner)) {
                let path = label.path.as_ref().map(|path| path.to_string_lossy().into_owned());
                listener.call(path, ThreadsafeFunctionCallMode::NonBlocking);
            }
        });
    }
    env.add_env_cleanup_hook(number, |number| {
        let gone = listeners().as_mut().and_then(|all| all.remove(&number));
        drop(gone);
    })?;
    Ok(())
}
