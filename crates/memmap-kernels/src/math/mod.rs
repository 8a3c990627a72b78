//! Elementary functions, with the same bits on every processor and system.
//!
//! A function is a type. It implements [`Unary`] or [`Binary`] for each element it has:
//!
//! - `easy` (of binary functions `begin` and `end`) is right for nearly all arguments, and has neither branches nor calls,
//!   so that loops over it are vector loops.
//! - `is_easy` is false for the others: huge arguments of `Sin`, `Cos`, `Tan`; zeros, infinities, NaN and subnormal
//!   numbers of binary functions.
//! - `hard` is right for those: it calls the crate `libm`.
//!
//! `unary::<Sin, f32>(source, target)` and `binary::<Power, f64>(a, b, target)` are the loops, with SIMD dispatch; the
//! target may be the memory of a source. `unary_of` and `binary_of` are the functions of one element.
//!
//! Complex functions (`complex`) are a call an element. They have the special values of C99 Annex G, `Expm1`, `Exp2`,
//! `Log2`, `Log10` and `Power` the formulas of NumPy, whose results differ from the exact ones where those cancel.
//!
//! float32 is computed in float64 and rounded once. Nothing uses a fused multiply-add, which some processors lack: what
//! products lose is computed after Dekker where it matters (`pair`).
//!
//! # Errors
//!
//! In units in the last place (ulp). float32: the greatest of every 37th argument, of all for exp, log and tanh; of 20
//! million pairs for functions of two. float64: the greatest of 10,000 to 40,000 arguments by mpmath, and the greatest
//! distance from the rounded result in 20 million by `pxfm`. The command is
//! `MATH_STEP=37 MATH_SAMPLES=20000000 cargo test --release -p memmap-kernels math::tests::accuracy -- --ignored
//! --nocapture`; without the variables it takes all float32 and 200 million float64.
//!
//! | function | float32 | float64 | | function | float32 | float64 | |
//! |---|---|---|---|---|---|---|---|
//! | exp | 0.5000 | 0.65 | 1 | arctan | 0.5000 | 0.73 | 1 |
//! | exp2 | 0.5000 | 0.69 | 1 | sinh | 0.5000 | 0.78 | 1 |
//! | expm1 | 0.5000 | 1.32 | 1 | cosh | 0.5000 | 0.70 | 1 |
//! | log | 0.5000 | 0.78 | 1 | tanh | 0.5000 | 0.65 | 1 |
//! | log2 | 0.5000 | 0.67 | 1 | arcsinh | 0.5000 | 1.21 | 1 |
//! | log10 | 0.5000 | 0.61 | 1 | arccosh | 0.5000 | 0.73 | 1 |
//! | log1p | 0.5000 | 0.74 | 1 | arctanh | 0.5000 | 0.74 | 2 |
//! | sin | 0.5001 | 0.73 | 1 | cbrt | 0.5000 | | 1 |
//! | cos | 0.5001 | 0.71 | 1 | power | 0.5000 | 0.71 | 1 |
//! | tan | 0.5002 | 0.81 | 1 | arctan2 | 0.5000 | | 1 |
//! | arcsin | 0.5000 | 0.77 | 1 | hypot | 0.5000 | | 1 |
//! | arccos | 0.5000 | 0.82 | 1 | sqrt, rint, floor, ceil, trunc | 0.5 | 0.5 | 0 |
//!
//! The 2 is an error of `pxfm`: arctanh(-0.34871287572929344) is off by 0.5000009 here.
//!
//! # Time
//!
//! Nanoseconds an element of 4,096 with AVX2, by `cargo test --release -p memmap-kernels math::tests::speed -- --ignored
//! --nocapture`; NumPy 2.4.6 with AVX2 and numexpr 2.14 with one thread on the same machine:
//!
//! | function | float32 | NumPy | numexpr | float64 | NumPy | numexpr |
//! |---|---|---|---|---|---|---|
//! | exp | 1.3 | 1.0 | 2.5 | 2.1 | 4.8 | 4.5 |
//! | log | 1.7 | 1.5 | 3.2 | 2.3 | 4.1 | 4.1 |
//! | sin | 1.8 | 1.3 | 3.3 | 3.5 | 7.6 | 7.8 |
//! | tanh | 1.8 | 2.3 | 12.5 | 5.0 | 10.3 | 12.2 |
//! | expm1 | 1.4 | 9.6 | 12.8 | 2.5 | 9.1 | 9.2 |
//! | arctan | 3.3 | 6.0 | 6.1 | 3.5 | 6.3 | 6.7 |
//! | arcsinh | 6.3 | 7.2 | 7.2 | 6.6 | 9.0 | 9.1 |
//! | power | 5.4 | 5.8 | | 9.4 | 12.4 | |
//!
//! NumPy's float32 exp, log and sin are off by 2.5, 3.6 and 1.4 ulp. Sines of magnitudes above 1.6 million take 120 ns.
//!
//! # Copyright
//!
//! Where a comment says "after FreeBSD's msun", coefficients and their order are from there:
//!
//! > Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a Sun Microsystems, Inc.
//! > business. Permission to use, copy, modify, and distribute this software is freely granted, provided that this notice
//! > is preserved.

// Coefficients are as published, and some resemble constants that they are not.
#![allow(clippy::excessive_precision, clippy::approx_constant)]

mod complex;
mod exponential;
mod function;
mod inverse;
mod logarithm;
mod pair;
mod power;
mod real;
mod trigonometric;

#[cfg(test)]
mod tests;

pub(crate) use function::{Binary, Unary, binary, binary_of, unary, unary_of};
pub(crate) use real::{
    Arccos, Arccosh, Arcsin, Arcsinh, Arctan, Arctan2, Arctanh, Cbrt, Ceil, Cos, Cosh, Exp, Exp2, Expm1,
    Floor, Hypot, Log, Log1p, Log2, Log10, Power, Rint, Sin, Sinh, Sqrt, Tan, Tanh, Trunc,
};
