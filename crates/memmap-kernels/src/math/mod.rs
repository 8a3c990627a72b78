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
//! target may be the memory of a source. [`Math`] and [`RealMath`] have the same functions of one element.
//!
//! Complex functions (`complex`) are a call an element. They have the special values of C99 Annex G, `Expm1`, `Exp2`,
//! `Log2`, `Log10` and `Power` the formulas of NumPy, whose results differ from the exact ones where those cancel.
//!
//! float32 is computed in float64 and rounded once. Nothing uses a fused multiply-add, which some processors lack: what
//! products lose is computed after Dekker where it matters (`pair`).
//!
//! # Errors
//!
//! In units in the last place of the exact result, by `cargo test --release -p memmap-kernels math::tests::accuracy --
//! --ignored --nocapture`.
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

use crate::dtype::Native;

/// A trait of methods, one for each function, and its implementation for every element that has them.
macro_rules! methods {
    (
        $(#[$doc:meta])*
        $Trait:ident: $Base:ident;
        $($unary:ident $Unary:ident)*;
        $($binary:ident $Binary:ident)*
    ) => {
        $(#[$doc])*
        pub(crate) trait $Trait: $Base {
            $(fn $unary(self) -> Self;)*
            $(fn $binary(self, other: Self) -> Self;)*
        }

        impl<T: $Base> $Trait for T
        where
            $($Unary: Unary<T>,)*
            $($Binary: Binary<T>,)*
        {
            $(
                #[inline(always)]
                fn $unary(self) -> T {
                    unary_of::<$Unary, T>(self)
                }
            )*
            $(
                #[inline(always)]
                fn $binary(self, other: T) -> T {
                    binary_of::<$Binary, T>(self, other)
                }
            )*
        }
    };
}

methods! {
    /// Functions of one element, for code that is generic over elements: the inherent methods of `f32` and `f64` of the
    /// same names are those of the system. Loops use [`unary`] and [`binary`].
    Math: Native;
    sqrt Sqrt exp Exp exp2 Exp2 expm1 Expm1 log Log log2 Log2 log10 Log10 log1p Log1p sin Sin cos Cos tan Tan
    arcsin Arcsin arccos Arccos arctan Arctan sinh Sinh cosh Cosh tanh Tanh
    arcsinh Arcsinh arccosh Arccosh arctanh Arctanh;
    power Power
}

methods! {
    /// Functions that NumPy has for real numbers only.
    RealMath: Math;
    cbrt Cbrt rint Rint floor Floor ceil Ceil trunc Trunc;
    arctan2 Arctan2 hypot Hypot
}
