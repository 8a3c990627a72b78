//! Errors of the core as JavaScript errors, with their facts as properties; `lib/native.ts` makes them `MemmapError`s.

use memmap_core::{Code, Error};
use napi::bindgen_prelude::{JsObjectValue, Object};
use napi::{Env, JsValue};

/// The error to return from an export.
pub fn throw(env: &Env, error: Error) -> napi::Error {
    build(env, &error).unwrap_or_else(|_| napi::Error::from_reason(error.message))
}

/// The error as a value, for a promise or a property.
pub fn build(env: &Env, error: &Error) -> napi::Result<napi::Error> {
    let mut value: Object = env.create_error(napi::Error::from_reason(error.message.clone()))?;
    value.set_named_property("code", error.code.name())?;
    if let Code::System(number) = error.code {
        value.set_named_property("errno", -number)?;
    }
    if let Some(path) = &error.path {
        value.set_named_property("path", path.to_string_lossy().as_ref())?;
    }
    if let Some(syscall) = error.syscall {
        value.set_named_property("syscall", syscall)?;
    }
    // Sizes of files stay below 2^53, up to which these are exact.
    if let Some(expected) = error.expected {
        value.set_named_property("expected", expected as f64)?;
    }
    if let Some(actual) = error.actual {
        value.set_named_property("actual", actual as f64)?;
    }
    Ok(napi::Error::from(value.to_unknown()))
}

/// A failure of a kernel as an error to return from an export.
pub fn throw_kernel(env: &Env, error: &memmap_kernels::Error) -> napi::Error {
    use memmap_kernels::Error as Kernel;
    let code = match error {
        Kernel::Unsupported { .. } => "ERR_MEMMAP_DTYPE",
        Kernel::Memory { .. } => "ENOMEM",
        Kernel::Cancelled => "ABORT_ERR",
        Kernel::Empty | Kernel::AllNan | Kernel::NegativePower | Kernel::Mismatch { .. } => {
            "ERR_MEMMAP_ARGUMENT"
        }
    };
    let built = env.create_error(napi::Error::from_reason(error.to_string())).and_then(|mut value| {
        value.set_named_property("code", code)?;
        Ok(napi::Error::from(value.to_unknown()))
    });
    built.unwrap_or_else(|_| napi::Error::from_reason(error.to_string()))
}
