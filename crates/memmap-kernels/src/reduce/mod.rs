//! Reductions: sum, prod, mean, var, std, min, max, argmin, argmax, any, all, count_nonzero.

mod any_all;
mod arg_strided;
mod argminmax;
mod dispatch;
mod fold;
mod int_sum;
mod minmax;
mod nan_sum;
mod pairwise;
mod plan;
mod product;
mod ptp;
mod reduce_inner;
mod reduce_outer;
mod rows;
mod scan;
mod sum;
mod table;
mod timedelta_sum;
mod tree;
mod variance;

pub(crate) use any_all::count_true;
pub(crate) use plan::split_axes;
pub use scan::{Scan, scan, scan_kind};
pub use table::{Reduction, result_kind};

use dispatch::Job;
use ptp::Greatest;

use crate::array::{ArrayMut, ArrayRef, Axes};
use crate::copy::Sink;
use crate::dtype::{Element, Kind, Value};
use crate::exec::{Control, Error, Result};

/// The parameters of a reduction besides its axes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Params {
    /// NumPy's `dtype=`, for sum, prod, mean, var and std.
    pub dtype: Option<Kind>,
    /// Delta degrees of freedom, for var and std.
    pub ddof: f64,
    /// NumPy's `nan...` functions.
    pub skip_nan: bool,
}

/// What NumPy adds up and multiplies in: bools and integers in 64 bits.
pub(crate) fn accumulator_kind(kind: Kind) -> Kind {
    match kind {
        Kind::Bool => Kind::I64,
        kind if kind.is_signed() => Kind::I64,
        kind if kind.is_unsigned() => Kind::U64,
        kind => kind,
    }
}

/// Reduces the axes marked in `axes`; `target` has the shape of the others, in order.
///
/// The kind of the result is [`result_kind`]'s, and is converted where the target's is another. With no axis marked,
/// each element is reduced by itself. Sums of floats are pairwise as NumPy's, and identical to NumPy's along
/// contiguous memory; results never depend on the number of threads. Positions (`argmin`, `argmax`) over several
/// axes count in C order of these axes.
///
/// # Errors
/// [`Error::Unsupported`] as [`result_kind`]; [`Error::Mismatch`] when axes or shapes do not fit; [`Error::Empty`] for a
/// minimum, a maximum or a position among no elements; [`Error::AllNan`] for a position with `skip_nan` in a slice of
/// NaN; [`Error::Cancelled`].
pub fn reduce(
    reduction: Reduction,
    source: &ArrayRef,
    axes: &[bool],
    params: &Params,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    if axes.len() != source.shape.len() {
        return Err(Error::Mismatch { rule: "a reduction needs one mark for each axis of its source" });
    }
    let kept = source.shape.iter().zip(axes).filter(|&(_, &reduced)| !reduced).map(|(&len, _)| len);
    if !kept.eq(target.shape.iter().copied()) {
        return Err(Error::Mismatch {
            rule: "the target of a reduction must have the shape of the axes that remain",
        });
    }
    let result = result_kind(reduction, source.element.kind, params)?;
    reduction.run(&Job { source, axes, params, result, target, control })
}

/// Stores the smallest and the largest element, both NaN or NaT if there is one, in one pass. `target` has two elements, of the
/// kind of the source.
///
/// # Errors
/// [`Error::Unsupported`] for opaque elements; [`Error::Empty`]; [`Error::Mismatch`]; [`Error::Cancelled`].
pub fn minmax(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    if target.shape[..] != [2] {
        return Err(Error::Mismatch { rule: "the target of a minimum and a maximum must have two elements" });
    }
    let params = Params::default();
    let result = result_kind(Reduction::Max, source.element.kind, &params)?;
    // SAFETY: the first element of the target.
    let least = unsafe { ArrayMut::new(target.ptr, target.element, Vec::new(), Vec::new()) };
    let axes = vec![true; source.shape.len()];
    let job = Job { source, axes: &axes, params: &params, result, target: &least, control };
    let greatest = Greatest::new();
    let kind = dispatch::minmax(&job, &greatest)?;
    if let Some(bytes) = greatest.get() {
        let sink = Sink::new(target.ptr, target.element, kind)?;
        // SAFETY: the second element of the target; the bytes are a number of this kind.
        unsafe { sink.store(bytes.as_ptr(), 1, target.strides[0], 0) };
    }
    Ok(())
}

/// Reduces all axes to one value.
///
/// # Errors
/// As [`reduce`].
///
/// ```
/// use memmap_kernels::{ArrayRef, Control, Element, Kind, Params, Reduction, Value, reduce_all};
/// let data = [1i16, 2, 3];
/// let element = Element::native(Kind::I16).unwrap();
/// // SAFETY: the array covers `data`, which outlives it.
/// let array = unsafe { ArrayRef::contiguous(data.as_ptr().cast(), element, vec![3]) };
/// let sum = reduce_all(Reduction::Sum, &array, &Params::default(), &Control::new());
/// assert_eq!(sum, Ok(Value::I64(6)));
/// ```
pub fn reduce_all(
    reduction: Reduction,
    source: &ArrayRef,
    params: &Params,
    control: &Control,
) -> Result<Value> {
    let unsupported = Error::Unsupported { operation: reduction.name(), kind: source.element.kind };
    let kind = result_kind(reduction, source.element.kind, params)?;
    let element = Element::native(kind).ok_or(unsupported.clone())?;
    let mut bytes = [0u8; 16];
    // SAFETY: the buffer holds one element of any kind, and outlives the array.
    let target = unsafe { ArrayMut::new(bytes.as_mut_ptr(), element, Axes::new(), Axes::new()) };
    const ALL: [bool; 64] = [true; 64];
    let many;
    let axes = match ALL.get(..source.shape.len()) {
        Some(axes) => axes,
        None => {
            many = vec![true; source.shape.len()];
            &many
        }
    };
    reduction.run(&Job { source, axes, params, result: kind, target: &target, control })?;
    Value::read(kind, &bytes).ok_or(unsupported)
}
