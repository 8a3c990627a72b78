//! Products, and the search for the nearest rows, as exports: see `kernels.rs`.

use memmap_kernels::{self as kernels, Error, Metric, Nearest, Search, Value};
use napi::Env;
use napi::bindgen_prelude::Float64ArraySlice;
use napi_derive::napi;

use crate::operand::Memory;
use crate::work::{Done, NativeTask, Outcome, Work};

/// Stores the product of two matrices in a third one.
#[napi(
    catch_unwind,
    ts_args_type = "a: Memory, b: Memory, target: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn dot(
    env: &Env,
    a: Memory,
    b: Memory,
    target: Memory,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [left, right, to]) = Work::of(env, task, [&a, &b, &target])?;
    work.run(move |control| {
        kernels::dot(&left.array(), &right.array(), &to.array_mut(), control).map(Done::from)
    })
}

/// Stores for each query the indices and the distances of the nearest rows of a matrix, filled up with -1 and NaN, and returns how many
/// were found for the first query. `metric` is a `Metric`. The mask is the memory of the source where there is none. `excluded` are
/// row numbers in as many lists of the same length: none, one for all queries, or one for each.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, mask: Memory, indices: Memory, distances: Memory, hasMask: boolean, metric: number, queries: Float64Array, excluded: Float64Array, lists: number, task?: NativeTask",
    ts_return_type = "number"
)]
pub fn nearest(
    env: &Env,
    source: Memory,
    mask: Memory,
    indices: Memory,
    distances: Memory,
    has_mask: bool,
    metric: u32,
    queries: Float64ArraySlice,
    excluded: Float64ArraySlice,
    lists: u32,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, flags, rows, to]) = Work::of_any(env, task, [&source, &mask, &indices, &distances])?;
    let (queries, excluded) = (queries.to_vec(), lists_of(&excluded, lists as usize));
    work.run(move |control| {
        let (from, rows, to) = (from.array(), rows.array_mut(), to.array_mut());
        let (&[_, columns], &[count, k]) = (from.shape(), rows.shape()) else {
            return Err(Error::Mismatch { rule: "nearest needs matrices" });
        };
        let metric = Metric::ALL[metric as usize % Metric::ALL.len()];
        let nearest = Nearest::new(Search { metric, k, columns, count, queries, excluded })?;
        let flags = has_mask.then(|| flags.array());
        nearest.feed(&from, flags.as_ref(), 0, control)?;
        nearest.store(&rows, &to).map(|found| Done::Value(Value::F64(found as f64)))
    })
}

/// Ascending row numbers.
fn lists_of(numbers: &[f64], lists: usize) -> Vec<Vec<usize>> {
    let len = numbers.len() / lists.max(1);
    let list = |i: usize| {
        let mut rows: Vec<usize> = numbers[i * len..(i + 1) * len].iter().map(|&row| row as usize).collect();
        rows.sort_unstable();
        rows
    };
    (0..lists).map(list).collect()
}
