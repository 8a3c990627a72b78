//! NumPy's arithmetic on two elements of one type.

use super::half_float;
use crate::dtype::{Complex, Flag, Native, Tick, f16};

/// Sum, difference and product: integers wrap, and a NaT makes a NaT of sums and differences.
pub(crate) trait Arithmetic: Native {
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
}

macro_rules! arithmetic {
    ($($T:ty),+: |$a:ident, $b:ident| $plus:expr, $minus:expr, $times:expr;) => {$(
        impl Arithmetic for $T {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $plus
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $minus
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $times
            }
        }
    )+};
}

arithmetic!(i8, u8, i16, u16, i32, u32, i64, u64: |a, b| a.wrapping_add(b), a.wrapping_sub(b), a.wrapping_mul(b););
arithmetic!(f32, f64: |a, b| a + b, a - b, a * b;);
// Bools are added with `or`; NumPy refuses to subtract them.
arithmetic!(Flag: |a, b| Flag::from(a.is_true() | b.is_true()), Flag::from(a.is_true() != b.is_true()),
    Flag::from(a.is_true() & b.is_true()););
// NumPy rounds every step to half precision.
arithmetic!(f16: |a, b| half_float::from_f32(half_float::to_f32(a) + half_float::to_f32(b)),
    half_float::from_f32(half_float::to_f32(a) - half_float::to_f32(b)),
    half_float::from_f32(half_float::to_f32(a) * half_float::to_f32(b)););
arithmetic!(Complex<f32>, Complex<f64>: |a, b| Complex { re: a.re + b.re, im: a.im + b.im },
    Complex { re: a.re - b.re, im: a.im - b.im },
    Complex { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };);
arithmetic!(Tick: |a, b| if a.is_nan() | b.is_nan() { Tick::NAT } else { Tick(a.0.wrapping_add(b.0)) },
    if a.is_nan() | b.is_nan() { Tick::NAT } else { Tick(a.0.wrapping_sub(b.0)) },
    Tick(a.0.wrapping_mul(b.0)););
