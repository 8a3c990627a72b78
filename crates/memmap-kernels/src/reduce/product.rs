//! Product.

use super::fold::{At, Fold, Out};
use crate::dtype::{Complex, Kind, Native};
use crate::exec::Result;
use crate::loops::{Kernel, Level, dispatch};
use crate::loops::{RawSlice, update};
use std::marker::PhantomData;

/// What can be multiplied.
pub(crate) trait Multiply: Native {
    fn times(self, other: Self) -> Self;
}

impl Multiply for i64 {
    #[inline(always)]
    fn times(self, other: i64) -> i64 {
        self.wrapping_mul(other)
    }
}

macro_rules! multiply {
    ($($T:ty)*) => {$(
        impl Multiply for $T {
            #[inline(always)]
            fn times(self, other: $T) -> $T {
                self * other
            }
        }

        impl Multiply for Complex<$T> {
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                Complex {
                    re: self.re * other.re - self.im * other.im,
                    im: self.re * other.im + self.im * other.re,
                }
            }
        }
    )*};
}

multiply!(f32 f64);

/// The product, one element after the other as in NumPy; with `SKIP`, NaN counts as one.
pub(crate) struct Product<T, const SKIP: bool>(PhantomData<T>);

impl<T, const SKIP: bool> Product<T, SKIP> {
    pub fn new() -> Product<T, SKIP> {
        Product(PhantomData)
    }
}

#[inline(always)]
fn scrub<T: Native, const SKIP: bool>(x: T) -> T {
    if SKIP && x.is_nan() { T::ONE } else { x }
}

impl<T: Multiply, const SKIP: bool> Fold for Product<T, SKIP> {
    type In = T;
    type State = T;

    fn start(&self) -> T {
        T::ONE
    }

    fn feed(&self, state: &mut T, run: RawSlice<T>, _at: At) {
        let mut product = *state;
        for x in run.iter() {
            product = product.times(scrub::<T, SKIP>(x));
        }
        *state = product;
    }

    fn feed_each(&self, states: &mut [T], row: RawSlice<T>, _at: usize) {
        dispatch(Each::<T, SKIP>(states, row));
    }

    fn join(&self, state: &mut T, later: T) {
        *state = state.times(later);
    }

    fn result(&self) -> Kind {
        T::KIND
    }

    fn finish(&self, state: T, _count: usize, out: Out) -> Result<()> {
        out.put(state)
    }
}

struct Each<'a, 'r, T, const SKIP: bool>(&'a mut [T], RawSlice<'r, T>);

impl<T: Multiply, const SKIP: bool> Kernel for Each<'_, '_, T, SKIP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |product, x| *product = product.times(scrub::<T, SKIP>(x)))
    }
}
