//! Equality within a tolerance.

use super::elementwise::equals;
use super::measure::{Measure, Measured, Precision, Reference, Tolerance};
use super::pair::{for_tiles, nest_of};
use crate::array::ArrayRef;
use crate::dtype::Native;
use crate::exec::{Control, Result};
use crate::loops::{AnySlice, Kernel, Level, RawSlice, dispatch};
use std::marker::PhantomData;

/// Whether every element of `a` is close to its counterpart in `b`: NumPy's `allclose`.
///
/// The rule is `|a - b| <= atol + rtol * |b|` where `b` is finite, and `a == b` elsewhere. It is worked out in NumPy's
/// precision: that of the common kind on the left, that of `b` (integers as `F64`) on the right. The difference of 64-bit
/// integers is exact. Different shapes are not close: broadcast with strides of 0.
///
/// # Errors
/// [`Error::Unsupported`] for opaque elements and times; [`Error::Cancelled`].
pub fn all_close(a: &ArrayRef, b: &ArrayRef, tolerance: Tolerance, control: &Control) -> Result<bool> {
    let precision = Precision::of(&a.element, &b.element, "allclose")?;
    if a.shape != b.shape {
        return Ok(false);
    }
    if a.is_empty() {
        return Ok(true);
    }
    if tolerance.is_zero() && a.element.kind.is_integer() && b.element.kind.is_integer() {
        return equals(a, b, control);
    }
    let close = precision.select(Select);
    for_tiles(a, b, &nest_of(a, b)?, precision.kinds(), control, &|_, a, b| close(a, b, tolerance))
}

/// Whether the elements of two runs are close.
type CloseFn = fn(AnySlice, AnySlice, Tolerance) -> bool;

struct Select;

impl Measured for Select {
    type Output = CloseFn;

    fn of<A: Native + Into<D>, B: Reference + Into<D>, D: Measure>(self) -> CloseFn {
        |a, b, tolerance| {
            dispatch(Close::<A, B, D> { a: a.typed(), b: b.typed(), tolerance, difference: PhantomData })
        }
    }
}

struct Close<'a, A, B, D> {
    a: RawSlice<'a, A>,
    b: RawSlice<'a, B>,
    tolerance: Tolerance,
    difference: PhantomData<D>,
}

impl<A: Native + Into<D>, B: Reference + Into<D>, D: Measure> Kernel for Close<'_, A, B, D> {
    type Output = bool;
    #[inline(always)]
    fn run<L: Level>(self) -> bool {
        let limits = B::limits(self.tolerance);
        let nan = self.tolerance.equal_nan;
        let mut all = true;
        assert!(self.a.len() == self.b.len());
        for i in 0..self.a.len() {
            let (a, b) = (self.a.get(i), self.b.get(i));
            let (left, right): (D, D) = (a.into(), b.into());
            let near = left.distance(right).within(B::bound(limits, b.size())) & b.is_finite();
            all &= near | left.same(right) | (nan & a.is_nan() & b.is_nan());
        }
        all
    }
}
