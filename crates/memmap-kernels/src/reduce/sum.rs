//! Sum and mean.

use super::fold::{At, Fold, Out, ROWS};
use super::int_sum::{Integers, int_sum};
use super::pairwise::{Pairwise, pairwise_sum, spaced_sum, swapped_sum};
use crate::dtype::{Complex, Kind, Native};
use crate::exec::Result;
use crate::loops::{Kernel, Level, RawSlice, Spaced, dispatch, update, update_rows};
use std::marker::PhantomData;

/// What becomes of a sum of floats.
pub(crate) trait Mean: Pairwise {
    type Mean: Native;
    /// The sum itself. Sums begin at +0 in NumPy: adding it turns a sum of -0 into +0 and changes nothing else.
    fn total(self) -> Self;
    fn mean(self, count: usize) -> Self::Mean;

    /// The kind of the sum, or of the mean.
    fn result(mean: bool) -> Kind {
        if mean { Self::Mean::KIND } else { Self::KIND }
    }
}

macro_rules! mean {
    ($($T:ty)*) => {$(
        impl Mean for $T {
            type Mean = f64;
            fn total(self) -> $T {
                self + 0.0
            }
            fn mean(self, count: usize) -> f64 {
                f64::from(self + 0.0) / count as f64
            }
        }

        impl Mean for Complex<$T> {
            type Mean = Complex<f64>;
            fn total(self) -> Self {
                Complex { re: self.re + 0.0, im: self.im + 0.0 }
            }
            /// NumPy divides by the complex number `count + 0i`, by Smith's method: the products with 0 count.
            fn mean(self, count: usize) -> Complex<f64> {
                let (re, im) = (f64::from(self.re + 0.0), f64::from(self.im + 0.0));
                let scale = 1.0 / count as f64;
                Complex { re: (re + im * 0.0) * scale, im: (im - re * 0.0) * scale }
            }
        }
    )*};
}

mean!(f32 f64);

/// Sum of integers and bools modulo 2^64, or their mean as signed numbers, which is exact up to 32 bits. With `SWAP` they
/// are in the other byte order.
pub(crate) struct IntSum<T, const SWAP: bool> {
    mean: bool,
    element: PhantomData<T>,
}

impl<T, const SWAP: bool> IntSum<T, SWAP> {
    pub fn new(mean: bool) -> Self {
        IntSum { mean, element: PhantomData }
    }
}

impl<T: Integers, const SWAP: bool> Fold for IntSum<T, SWAP> {
    type In = T;
    type State = u64;

    fn start(&self) -> u64 {
        0
    }

    fn feed(&self, state: &mut u64, run: RawSlice<T>, _at: At) {
        *state = state.wrapping_add(int_sum::<T, SWAP>(run));
    }

    fn feed_each(&self, states: &mut [u64], row: RawSlice<T>, _at: usize) {
        dispatch(AddIntegers::<T, SWAP>(states, row));
    }

    fn feed_rows(&self, states: &mut [u64], rows: [RawSlice<T>; ROWS], _at: usize) {
        dispatch(AddIntegersRows::<T, SWAP>(states, rows));
    }

    fn join(&self, state: &mut u64, later: u64) {
        *state = state.wrapping_add(later);
    }

    fn result(&self) -> Kind {
        if self.mean { Kind::F64 } else { Kind::U64 }
    }

    fn finish(&self, state: u64, count: usize, out: Out) -> Result<()> {
        if self.mean { out.put(state as i64 as f64 / count as f64) } else { out.put(state) }
    }
}

struct AddIntegers<'a, 'r, T, const SWAP: bool>(&'a mut [u64], RawSlice<'r, T>);
struct AddIntegersRows<'a, 'r, T, const SWAP: bool>(&'a mut [u64], [RawSlice<'r, T>; ROWS]);

impl<T: Integers, const SWAP: bool> Kernel for AddIntegers<'_, '_, T, SWAP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |sum, x| *sum = add_integer::<T, SWAP>(*sum, x))
    }
}

impl<T: Integers, const SWAP: bool> Kernel for AddIntegersRows<'_, '_, T, SWAP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update_rows(self.0, self.1, add_integer::<T, SWAP>)
    }
}

#[inline(always)]
fn add_integer<T: Integers, const SWAP: bool>(sum: u64, x: T) -> u64 {
    sum.wrapping_add(if SWAP { x.reversed() } else { x }.extend())
}

/// Sum or mean of floats and complex numbers, pairwise. With `SWAP` they are in the other byte order and are reversed as
/// they are added, because that is faster than through a tile.
pub(crate) struct FloatSum<T, const SWAP: bool> {
    mean: bool,
    element: PhantomData<T>,
}

impl<T, const SWAP: bool> FloatSum<T, SWAP> {
    pub fn new(mean: bool) -> Self {
        FloatSum { mean, element: PhantomData }
    }
}

impl<T: Mean, const SWAP: bool> Fold for FloatSum<T, SWAP> {
    type In = T;
    type State = T;

    const FEW: usize = 8 / T::PARTS;
    const PAIRWISE: Option<usize> = Some(T::PARTS);
    const SPACED: bool = !SWAP;

    fn start(&self) -> T {
        T::NEGATIVE_ZERO
    }

    fn feed(&self, state: &mut T, run: RawSlice<T>, _at: At) {
        *state = state.add(if SWAP { swapped_sum(run) } else { pairwise_sum::<T, false>(run) });
    }

    fn spaced(&self, run: Spaced<T>) -> T {
        spaced_sum(run)
    }

    fn feed_each(&self, states: &mut [T], row: RawSlice<T>, _at: usize) {
        dispatch(AddFloats::<T, SWAP>(states, row));
    }

    fn feed_rows(&self, states: &mut [T], rows: [RawSlice<T>; ROWS], _at: usize) {
        dispatch(AddFloatsRows::<T, SWAP>(states, rows));
    }

    fn join(&self, state: &mut T, later: T) {
        *state = state.add(later);
    }

    fn result(&self) -> Kind {
        T::result(self.mean)
    }

    fn finish(&self, state: T, count: usize, out: Out) -> Result<()> {
        if self.mean { out.put(state.mean(count)) } else { out.put(state.total()) }
    }
}

struct AddFloats<'a, 'r, T, const SWAP: bool>(&'a mut [T], RawSlice<'r, T>);
struct AddFloatsRows<'a, 'r, T, const SWAP: bool>(&'a mut [T], [RawSlice<'r, T>; ROWS]);

impl<T: Pairwise, const SWAP: bool> Kernel for AddFloats<'_, '_, T, SWAP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |sum, x| *sum = add_float::<T, SWAP>(*sum, x))
    }
}

impl<T: Pairwise, const SWAP: bool> Kernel for AddFloatsRows<'_, '_, T, SWAP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update_rows(self.0, self.1, add_float::<T, SWAP>)
    }
}

#[inline(always)]
fn add_float<T: Pairwise, const SWAP: bool>(sum: T, x: T) -> T {
    sum.add(if SWAP { x.swapped() } else { x })
}
