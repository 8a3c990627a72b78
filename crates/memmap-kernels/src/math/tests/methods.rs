//! The functions as methods, for tests that are generic over elements.

use super::super::*;
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
        pub(super) trait $Trait: $Base {
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
