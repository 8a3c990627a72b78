//! Numbers that have a variance.

mod columns;
mod streaming;
mod two_pass;

pub(crate) use two_pass::Variance;

use super::pairwise::Pairwise;
use crate::dtype::{Complex, Native};
use crate::loops::RawSlice;

/// Numbers with a variance: `f32`, `f64` and complex numbers of them.
pub(crate) trait Deviate: Pairwise {
    /// The type of its real and imaginary part.
    type Part: Copy + Into<f64>;
    /// The type of the variance.
    type Real: Pairwise + Into<f64>;
    fn parts(self) -> [f64; 2];
    fn from_parts(parts: [f64; 2]) -> Self;
    /// The square of the distance to the mean, in this type's precision.
    fn squared_deviation(self, mean: Self) -> Self::Real;
    /// Elements as their real and imaginary parts.
    fn flat(run: RawSlice<Self>) -> RawSlice<Self::Part>;
}

macro_rules! deviate {
    ($($T:ty)*) => {$(
        impl Deviate for $T {
            type Part = $T;
            type Real = $T;
            #[inline(always)]
            fn parts(self) -> [f64; 2] {
                [f64::from(self), 0.0]
            }
            #[inline(always)]
            fn from_parts([re, _]: [f64; 2]) -> Self {
                re as $T
            }
            #[inline(always)]
            fn squared_deviation(self, mean: Self) -> Self {
                let deviation = self - mean;
                deviation * deviation
            }
            #[inline(always)]
            fn flat(run: RawSlice<Self>) -> RawSlice<$T> {
                run
            }
        }

        impl Deviate for Complex<$T> {
            type Part = $T;
            type Real = $T;
            #[inline(always)]
            fn parts(self) -> [f64; 2] {
                [f64::from(self.re), f64::from(self.im)]
            }
            #[inline(always)]
            fn from_parts([re, im]: [f64; 2]) -> Self {
                Complex { re: re as $T, im: im as $T }
            }
            #[inline(always)]
            fn squared_deviation(self, mean: Self) -> $T {
                let (re, im) = (self.re - mean.re, self.im - mean.im);
                re * re + im * im
            }
            #[inline(always)]
            fn flat(run: RawSlice<Self>) -> RawSlice<$T> {
                // SAFETY: a complex number is two floats, one behind the other, of any bits.
                unsafe { RawSlice::new(run.as_ptr(), run.len() * 2) }
            }
        }
    )*};
}

deviate!(f32 f64);

/// A float that results are rounded to.
pub(crate) trait Rounded: Native {
    fn rounded(value: f64) -> Self;
    fn root(self) -> Self;
}

impl Rounded for f32 {
    fn rounded(value: f64) -> f32 {
        value as f32
    }
    fn root(self) -> f32 {
        self.sqrt()
    }
}

impl Rounded for f64 {
    fn rounded(value: f64) -> f64 {
        value
    }
    fn root(self) -> f64 {
        self.sqrt()
    }
}
