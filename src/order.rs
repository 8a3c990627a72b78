//! The kernels that sort, search and count, as exports: see `kernels.rs`.

use std::sync::{Arc, Mutex, PoisonError};

use memmap_kernels::{self as kernels, Control, Kind, Unique, Value};
use napi::Env;
use napi_derive::napi;

use crate::error::throw_kernel;
use crate::operand::Memory;
use crate::work::{Done, NativeTask, Outcome, Work};

/// Runs work where it is to be done. Boxed, so that this is compiled once for all kernels.
fn run(
    work: Work,
    kernel: impl FnOnce(&Control) -> kernels::Result<Done> + Send + 'static,
) -> napi::Result<Outcome> {
    let kernel: Kernel = Box::new(kernel);
    work.run(kernel)
}

type Kernel = Box<dyn FnOnce(&Control) -> kernels::Result<Done> + Send>;

/// Sorts the lines along an axis in place. Counts each element twice as done.
#[napi(
    catch_unwind,
    ts_args_type = "target: Memory, axis: number, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn sort(env: &Env, target: Memory, axis: u32, task: Option<&NativeTask>) -> napi::Result<Outcome> {
    let (work, [to]) = Work::of(env, task, [&target])?;
    run(work, move |control| kernels::sort(&to.array_mut(), axis as usize, control).map(Done::from))
}

/// Stores the positions of the elements of each line in sorted order. Counts each element twice as done.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, axis: number, target: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn argsort(
    env: &Env,
    source: Memory,
    axis: u32,
    target: Memory,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, task, [&source, &target])?;
    run(work, move |control| {
        kernels::argsort(&from.array(), axis as usize, &to.array_mut(), control).map(Done::from)
    })
}

/// Stores the smallest and the largest element in a target of two.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, target: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn minmax(env: &Env, source: Memory, target: Memory, task: Option<&NativeTask>) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, task, [&source, &target])?;
    run(work, move |control| kernels::minmax(&from.array(), &to.array_mut(), control).map(Done::from))
}

/// Stores the indices of the elements that are not zero, a row for each axis. Counts each element twice as done.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, target: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn nonzero(
    env: &Env,
    source: Memory,
    target: Memory,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, task, [&source, &target])?;
    run(work, move |control| kernels::nonzero(&from.array(), &to.array_mut(), control).map(Done::from))
}

/// Counts how often each number from 0 on occurs.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, target: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn bincount(
    env: &Env,
    source: Memory,
    target: Memory,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, task, [&source, &target])?;
    run(work, move |control| kernels::bincount(&from.array(), &to.array_mut(), control).map(Done::from))
}

/// Stores before which elements of a sorted array the values belong, both compared as numbers of `kind`.
#[napi(
    catch_unwind,
    ts_args_type = "sorted: Memory, values: Memory, target: Memory, kind: number, right: boolean, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn searchsorted(
    env: &Env,
    sorted: Memory,
    values: Memory,
    target: Memory,
    kind: u32,
    right: bool,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [line, from, to]) = Work::of_any(env, task, [&sorted, &values, &target])?;
    let kind = u8::try_from(kind).ok().and_then(Kind::from_u8).unwrap_or(Kind::Opaque);
    run(work, move |control| {
        kernels::searchsorted(&line.array(), &from.array(), kind, right, &to.array_mut(), control)
            .map(Done::from)
    })
}

/// Stores the best elements of each line, and their positions.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, values: Memory, positions: Memory, axis: number, largest: boolean, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn topk(
    env: &Env,
    source: Memory,
    values: Memory,
    positions: Memory,
    axis: u32,
    largest: bool,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, best, at]) = Work::of_any(env, task, [&source, &values, &positions])?;
    run(work, move |control| {
        let (best, at) = (best.array_mut(), at.array_mut());
        kernels::topk(&from.array(), axis as usize, largest, &best, &at, control).map(Done::from)
    })
}

/// The different elements of an array, between the count and the allocation of arrays for them.
#[napi]
#[derive(Default)]
pub struct NativeUnique(Arc<Mutex<Option<Unique>>>);

#[napi]
impl NativeUnique {
    #[napi(constructor, catch_unwind)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores the elements, and how often each occurs, and forgets them.
    #[napi(catch_unwind, ts_args_type = "values: Memory, counts: Memory")]
    pub fn store(&self, env: &Env, values: Memory, counts: Memory) -> napi::Result<()> {
        let (work, [to, numbers]) = Work::of(env, None, [&values, &counts])?;
        let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Err(throw_kernel(env, &kernels::Error::Empty));
        };
        work.now(|_| found.store(&to.array_mut(), &numbers.array_mut()))
    }
}

/// Counts the different elements of an array and returns their number.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, found: NativeUnique, task?: NativeTask",
    ts_return_type = "number"
)]
pub fn unique(
    env: &Env,
    source: Memory,
    found: &NativeUnique,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from]) = Work::of_any(env, task, [&source])?;
    let place = Arc::clone(&found.0);
    run(work, move |control| {
        let unique = kernels::unique(&from.array(), control)?;
        let count = unique.len() as f64;
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(unique);
        Ok(Done::Value(Value::F64(count)))
    })
}
