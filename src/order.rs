//! The kernels that sort, search and count, as exports: see `kernels.rs`.

use memmap_kernels as kernels;
use napi::Env;
use napi_derive::napi;

use crate::operand::Memory;
use crate::work::{Done, NativeTask, Outcome, Work};

/// Sorts the lines along an axis in place. Counts each element twice as done.
#[napi(
    catch_unwind,
    ts_args_type = "target: Memory, axis: number, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn sort(env: &Env, target: Memory, axis: u32, task: Option<&NativeTask>) -> napi::Result<Outcome> {
    let (work, [to]) = Work::of(env, task, [&target])?;
    work.run(move |control| kernels::sort(&to.array_mut(), axis as usize, control).map(Done::from))
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
    let (work, [from, to]) = Work::of(env, task, [&source, &target])?;
    work.run(move |control| {
        kernels::argsort(&from.array(), axis as usize, &to.array_mut(), control).map(Done::from)
    })
}
