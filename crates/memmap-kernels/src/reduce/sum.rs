//! Sum and mean.

use super::fold::{Fold, ROWS};
use super::int_sum::{Integers, total};
use super::pairwise::{Pairwise, pairwise_sum, swapped_sum};
use super::tree::{Tree, tree_all, tree_one};
use crate::copy::{Reader, Source};
use crate::dtype::{Complex, Native};
use crate::exec::Control;
use crate::exec::Result;
use crate::loops::{Kernel, Level, dispatch};
use crate::loops::{RawSlice, update_rows};
use std::marker::PhantomData;

/// What becomes of a sum over `count` elements: the sum itself, or the mean.
pub(crate) trait Outcome<S>: Sync {
    type Out: Native;
    fn of(sum: S, count: usize) -> Self::Out;
}

/// The sum is the result.
pub(crate) struct AsSum;
/// The sum is divided by the count.
pub(crate) struct AsMean;

impl Outcome<u64> for AsSum {
    type Out = u64;
    fn of(sum: u64, _count: usize) -> u64 {
        sum
    }
}

impl Outcome<i64> for AsMean {
    type Out = f64;
    fn of(sum: i64, count: usize) -> f64 {
        sum as f64 / count as f64
    }
}

/// Sums begin at +0 in NumPy: adding it turns a sum of -0 into +0 and changes nothing else.
macro_rules! float_outcomes {
    ($($T:ty)*) => {$(
        impl Outcome<$T> for AsSum {
            type Out = $T;
            fn of(sum: $T, _count: usize) -> $T {
                sum + 0.0
            }
        }

        impl Outcome<$T> for AsMean {
            type Out = f64;
            fn of(sum: $T, count: usize) -> f64 {
                f64::from(sum + 0.0) / count as f64
            }
        }

        impl Outcome<Complex<$T>> for AsSum {
            type Out = Complex<$T>;
            fn of(sum: Complex<$T>, _count: usize) -> Complex<$T> {
                Complex { re: sum.re + 0.0, im: sum.im + 0.0 }
            }
        }

        /// NumPy divides by the complex number `count + 0i`, by Smith's method: the products with 0 tell.
        impl Outcome<Complex<$T>> for AsMean {
            type Out = Complex<f64>;
            fn of(sum: Complex<$T>, count: usize) -> Complex<f64> {
                let (re, im) = (f64::from(sum.re + 0.0), f64::from(sum.im + 0.0));
                let scale = 1.0 / count as f64;
                Complex { re: (re + im * 0.0) * scale, im: (im - re * 0.0) * scale }
            }
        }
    )*};
}

float_outcomes!(f32 f64);

/// Integers and bools, modulo 2^64. With `SWAP` they are in the other byte order.
pub(crate) struct IntSum<T, O, const SWAP: bool>(PhantomData<(T, O)>);

impl<T, O, const SWAP: bool> IntSum<T, O, SWAP> {
    pub fn new() -> Self {
        IntSum(PhantomData)
    }
}

impl<T: Integers, O: Outcome<u64>, const SWAP: bool> Fold for IntSum<T, O, SWAP> {
    type In = T;
    type State = u64;
    type Out = O::Out;

    fn start(&self) -> u64 {
        0
    }

    fn feed(&self, state: &mut u64, run: RawSlice<T>, _at: usize) {
        *state = state.wrapping_add(total::<T, SWAP>(run));
    }

    fn feed_each(&self, states: &mut [u64], row: RawSlice<T>, _at: usize) {
        dispatch(AddWhole::<T, 1, SWAP>(states, [row]));
    }

    fn feed_rows(&self, states: &mut [u64], rows: [RawSlice<T>; ROWS], _at: usize) {
        dispatch(AddWhole::<T, ROWS, SWAP>(states, rows));
    }

    fn join(&self, state: &mut u64, later: u64) {
        *state = state.wrapping_add(later);
    }

    fn finish(&self, state: u64, count: usize) -> Result<O::Out> {
        Ok(O::of(state, count))
    }
}

/// The mean of integers of at most 32 bits: their sum is exact in 64.
pub(crate) struct SignedMean;

impl Outcome<u64> for SignedMean {
    type Out = f64;
    fn of(sum: u64, count: usize) -> f64 {
        AsMean::of(sum as i64, count)
    }
}

struct AddWhole<'a, 'r, T, const N: usize, const SWAP: bool>(&'a mut [u64], [RawSlice<'r, T>; N]);

impl<T: Integers, const N: usize, const SWAP: bool> Kernel for AddWhole<'_, '_, T, N, SWAP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let native = |x: T| if SWAP { x.reversed() } else { x };
        update_rows(self.0, self.1, |sum, row| {
            *sum = row.into_iter().fold(*sum, |sum, x| sum.wrapping_add(native(x).extend()))
        })
    }
}

/// Floats and complex numbers, pairwise. With `SWAP` they are in the other byte order, and are put in this machine's as they are
/// added: faster than through a tile.
pub(crate) struct Floats<T, O, const SWAP: bool>(PhantomData<(T, O)>);

impl<T, O, const SWAP: bool> Floats<T, O, SWAP> {
    pub fn new() -> Self {
        Floats(PhantomData)
    }
}

impl<T: Pairwise, O: Outcome<T>, const SWAP: bool> Fold for Floats<T, O, SWAP> {
    type In = T;
    type State = T;
    type Out = O::Out;

    const FEW: usize = 8 / T::PARTS;

    fn start(&self) -> T {
        T::NEGATIVE_ZERO
    }

    fn feed(&self, state: &mut T, run: RawSlice<T>, _at: usize) {
        *state = state.add(self.leaf(run));
    }

    fn feed_each(&self, states: &mut [T], row: RawSlice<T>, _at: usize) {
        dispatch(AddFloats::<T, 1, SWAP>(states, [row]));
    }

    fn feed_rows(&self, states: &mut [T], rows: [RawSlice<T>; ROWS], _at: usize) {
        dispatch(AddFloats::<T, ROWS, SWAP>(states, rows));
    }

    fn join(&self, state: &mut T, later: T) {
        *state = state.add(later);
    }

    fn finish(&self, state: T, count: usize) -> Result<O::Out> {
        Ok(O::of(state, count))
    }

    fn fold_one(&self, source: &Source, reader: &mut Reader) -> T {
        tree_one(self, source, reader)
    }

    fn fold_all(&self, source: &Source, control: &Control) -> Result<T> {
        tree_all(self, source, control)
    }
}

impl<T: Pairwise, O: Outcome<T>, const SWAP: bool> Tree for Floats<T, O, SWAP> {
    const PARTS: usize = T::PARTS;

    fn leaf(&self, run: RawSlice<T>) -> T {
        if SWAP { swapped_sum(run) } else { pairwise_sum::<T, false>(run) }
    }
}

struct AddFloats<'a, 'r, T, const N: usize, const SWAP: bool>(&'a mut [T], [RawSlice<'r, T>; N]);

impl<T: Pairwise, const N: usize, const SWAP: bool> Kernel for AddFloats<'_, '_, T, N, SWAP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let native = |x: T| if SWAP { x.swapped() } else { x };
        update_rows(self.0, self.1, |sum, row| *sum = row.into_iter().fold(*sum, |sum, x| sum.add(native(x))))
    }
}
