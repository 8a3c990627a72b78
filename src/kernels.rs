//! The kernels as exports, one function each.
//!
//! An array is an argument, its memory, and a layout in a slot of `layouts.rs`: of the first array in the first slot. With a `task` the
//! work runs in the thread pool and the export returns a promise of the result. Those that small arrays are for are in `direct.rs`, here
//! only as tasks.

use memmap_kernels::{
    self as kernels, Columns, Farthest, Kind, Params, QuantileMethod, Quantiles, Reduction, Scan, Tolerance,
};
use napi::Env;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8ArraySlice};
use napi_derive::napi;
use smallvec::SmallVec;

use crate::error::throw_kernel;
use crate::layouts;
use crate::operand::Memory;
use crate::work::{Done, NativeTask, Outcome, Work};

/// Copies the elements of one array to those of another of the same shape, cast as NumPy casts arrays.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, target: Memory, task: NativeTask",
    ts_return_type = "void"
)]
pub fn assign(env: &Env, source: Memory, target: Memory, task: &NativeTask) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, Some(task), [&source, &target])?;
    work.with_fresh(&target)
        .past_map(&target, &to)
        .run(move |control| kernels::assign(&from.array(), &to.array_mut(), control).map(Done::from))
}

/// Stores the bytes of one element in every element.
#[napi(
    catch_unwind,
    ts_args_type = "target: Memory, element: Uint8Array, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn fill(
    env: &Env,
    target: Memory,
    element: Uint8ArraySlice,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [to]) = Work::of(env, task, [&target])?;
    let element = element.to_vec();
    work.run(move |control| kernels::fill(&to.array_mut(), &element, control).map(Done::from))
}

/// Copies the entries of `axis` at `indices`, which are not negative, to an array with as many in their place.
#[napi(catch_unwind, ts_args_type = "source: Memory, axis: number, indices: Float64Array, target: Memory")]
pub fn take(
    env: &Env,
    source: Memory,
    axis: u32,
    indices: Float64ArraySlice,
    target: Memory,
) -> napi::Result<()> {
    let (work, [from, to]) = Work::of(env, None, [&source, &target])?;
    let indices: SmallVec<[i64; 16]> = indices.iter().map(|index| *index as i64).collect();
    work.with_fresh(&target)
        .at_random(&source, to.bytes())
        .now(|control| kernels::take(&from.array(), axis as usize, &indices, &to.array_mut(), control))
}

/// Copies the blocks that are `offsets` bytes from that of the source to the entries of the target's first axis.
#[napi(catch_unwind, ts_args_type = "source: Memory, offsets: Float64Array, target: Memory")]
pub fn gather(env: &Env, source: Memory, offsets: Float64ArraySlice, target: Memory) -> napi::Result<()> {
    let (work, [from, to]) = Work::of(env, None, [&source, &target])?;
    let offsets = work.offsets(&from, &offsets)?;
    work.at_random(&source, to.bytes()).now(
        // SAFETY: `Work::offsets` made sure that each block is in the source's memory.
        |control| unsafe { kernels::gather(&from.array(), &offsets, &to.array_mut(), control) },
    )
}

/// Copies the entries of the source's first axis to the blocks that are `offsets` bytes from that of the target.
#[napi(catch_unwind, ts_args_type = "source: Memory, target: Memory, offsets: Float64Array")]
pub fn scatter(env: &Env, source: Memory, target: Memory, offsets: Float64ArraySlice) -> napi::Result<()> {
    let (work, [from, to]) = Work::of(env, None, [&source, &target])?;
    let offsets = work.offsets(&to, &offsets)?;
    work.now(
        // SAFETY: `Work::offsets` made sure that each block is in the target's memory.
        |control| unsafe { kernels::scatter(&from.array(), &to.array_mut(), &offsets, control) },
    )
}

/// Whether all elements are equal within a tolerance.
#[napi(catch_unwind, ts_args_type = "a: Memory, b: Memory, rtol: number, atol: number, equalNan: boolean")]
pub fn all_close(
    env: &Env,
    a: Memory,
    b: Memory,
    rtol: f64,
    atol: f64,
    equal_nan: bool,
) -> napi::Result<bool> {
    let (work, [left, right]) = Work::of(env, None, [&a, &b])?;
    let tolerance = Tolerance { rtol, atol, equal_nan };
    work.now(|control| kernels::all_close(&left.array(), &right.array(), tolerance, control))
}

/// How two arrays differ. Places count elements in C order, and are -1 where there is none.
#[napi(object)]
pub struct NativeDistances {
    pub differing: f64,
    pub first: f64,
    pub absolute: f64,
    pub absolute_at: f64,
    pub relative: f64,
    pub relative_at: f64,
}

/// How many elements are further apart than they may be, and which are furthest apart. `columns` is empty, or for a stretch of
/// two arrays in Fortran order, in whose C order `first` counts, the elements before it and their shape.
#[napi(
    catch_unwind,
    ts_args_type = "a: Memory, b: Memory, rtol: number, atol: number, equalNan: boolean, columns: Float64Array"
)]
pub fn distances(
    env: &Env,
    a: Memory,
    b: Memory,
    rtol: f64,
    atol: f64,
    equal_nan: bool,
    columns: Float64ArraySlice,
) -> napi::Result<NativeDistances> {
    let (work, [left, right]) = Work::of(env, None, [&a, &b])?;
    let tolerance = Tolerance { rtol, atol, equal_nan };
    let columns = columns.split_first().map(|(before, shape)| Columns {
        before: *before as usize,
        shape: shape.iter().map(|len| *len as usize).collect(),
    });
    let found = work.now(|control| {
        kernels::distances(&left.array(), &right.array(), tolerance, columns.as_ref(), control)
    })?;
    let distance = |farthest: Option<Farthest>| farthest.map_or(0.0, |farthest| farthest.distance);
    let place = |place: Option<usize>| place.map_or(-1.0, |place| place as f64);
    Ok(NativeDistances {
        differing: found.differing as f64,
        first: place(found.first),
        absolute: distance(found.absolute),
        absolute_at: place(found.absolute.map(|farthest| farthest.place)),
        relative: distance(found.relative),
        relative_at: place(found.relative.map(|farthest| farthest.place)),
    })
}

pub fn reduction(number: u32) -> Reduction {
    Reduction::ALL[number as usize % Reduction::ALL.len()]
}

pub fn params(dtype: i32, ddof: f64, skip_nan: bool) -> Params {
    Params { dtype: kind_of(dtype), ddof, skip_nan }
}

/// The kind with a number; none for a negative one.
pub fn kind_of(number: i32) -> Option<Kind> {
    u8::try_from(number).ok().and_then(Kind::from_u8)
}

fn number_of(env: &Env, kind: kernels::Result<Kind>) -> napi::Result<u32> {
    kind.map(|kind| kind as u32).map_err(|error| throw_kernel(env, &error))
}

/// The `Kind` of a reduction's result. `op` is a `Reduction`; `dtype` is a `Kind`, or negative for NumPy's choice.
#[napi(catch_unwind)]
pub fn reduction_kind(env: &Env, op: u32, kind: u32, dtype: i32) -> napi::Result<u32> {
    let kind = kind_of(kind as i32).unwrap_or(Kind::Opaque);
    number_of(env, kernels::result_kind(reduction(op), kind, &params(dtype, 0.0, false)))
}

/// Reduces all axes to one value.
#[napi(
    catch_unwind,
    ts_args_type = "op: number, source: Memory, dtype: number, ddof: number, skipNan: boolean, task: NativeTask",
    ts_return_type = "boolean | number | bigint | [re: number, im: number]"
)]
pub fn reduce_all(
    env: &Env,
    op: u32,
    source: Memory,
    dtype: i32,
    ddof: f64,
    skip_nan: bool,
    task: &NativeTask,
) -> napi::Result<Outcome> {
    let (work, [from]) = Work::of_any(env, Some(task), [&source])?;
    let params = params(dtype, ddof, skip_nan);
    work.run(move |control| {
        kernels::reduce_all(reduction(op), &from.array(), &params, control).map(Done::Value)
    })
}

/// Reduces the axes whose number among `axes` in `layouts.rs` is not 0.
#[napi(
    catch_unwind,
    ts_args_type = "op: number, source: Memory, dtype: number, ddof: number, skipNan: boolean, target: Memory, task: NativeTask",
    ts_return_type = "void"
)]
pub fn reduce(
    env: &Env,
    op: u32,
    source: Memory,
    dtype: i32,
    ddof: f64,
    skip_nan: bool,
    target: Memory,
    task: &NativeTask,
) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, Some(task), [&source, &target])?;
    let params = params(dtype, ddof, skip_nan);
    let axes = layouts::axes(from.ndim());
    work.run(move |control| {
        kernels::reduce(reduction(op), &from.array(), &axes, &params, &to.array_mut(), control)
            .map(Done::from)
    })
}

/// The `Kind` of the elements of `scan`.
#[napi(catch_unwind)]
pub fn scan_kind(env: &Env, product: bool, kind: u32, dtype: i32) -> napi::Result<u32> {
    let kind = kind_of(kind as i32).unwrap_or(Kind::Opaque);
    number_of(env, kernels::scan_kind(scan_of(product), kind, kind_of(dtype)))
}

pub fn scan_of(product: bool) -> Scan {
    if product { Scan::CumProd } else { Scan::CumSum }
}

/// Stores quantiles along the axes whose number among `axes` in `layouts.rs` is not 0. The target's first axis is that of the fractions;
/// `method` is a `QuantileMethod`.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, fractions: Float64Array, method: number, skipNan: boolean, target: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn quantile(
    env: &Env,
    source: Memory,
    fractions: Float64ArraySlice,
    method: u32,
    skip_nan: bool,
    target: Memory,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, task, [&source, &target])?;
    let method = QuantileMethod::ALL[method as usize % QuantileMethod::ALL.len()];
    let wanted = Quantiles { fractions: fractions.to_vec(), method, skip_nan };
    let axes = layouts::axes(from.ndim());
    work.run(move |control| {
        kernels::quantile(&from.array(), &axes, &wanted, &to.array_mut(), control).map(Done::from)
    })
}

/// The smallest and the largest element as `f64`, stored in `range`: NaN where an element is NaN.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, range: Memory, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn extent(env: &Env, source: Memory, range: Memory, task: Option<&NativeTask>) -> napi::Result<Outcome> {
    let (work, [from, to]) = Work::of_any(env, task, [&source, &range])?;
    work.run(move |control| kernels::extent(&from.array(), &to.array_mut(), control).map(Done::from))
}

/// Counts the elements between each two edges, or adds up their weights, which are the memory of the source where there are none.
#[napi(
    catch_unwind,
    ts_args_type = "source: Memory, weights: Memory, target: Memory, edges: Float64Array, isWeighted: boolean, task?: NativeTask",
    ts_return_type = "void"
)]
pub fn histogram(
    env: &Env,
    source: Memory,
    weights: Memory,
    target: Memory,
    edges: Float64ArraySlice,
    is_weighted: bool,
    task: Option<&NativeTask>,
) -> napi::Result<Outcome> {
    let (work, [from, of, to]) = Work::of_any(env, task, [&source, &weights, &target])?;
    let edges = edges.to_vec();
    work.run(move |control| {
        let (from, to) = (from.array(), to.array_mut());
        if is_weighted {
            kernels::weighted_histogram(&from, &of.array(), &edges, &to, control).map(Done::from)
        } else {
            kernels::histogram(&from, &edges, &to, control).map(Done::from)
        }
    })
}
