//! The functions of float32 and float64.
//!
//! Those of float32 are those of float64 rounded once, or shorter ones where less precision is enough.

use super::function::{Binary, Unary};
use super::{exponential, inverse, logarithm, power, trigonometric};

/// Functions that are easy everywhere: name, expression of a float32 as a float64, expression of a float64.
macro_rules! easy {
    ($($(#[$doc:meta])* $Name:ident, $x:ident => $single:expr, $double:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $Name;

        impl Unary<f32> for $Name {
            #[inline(always)]
            fn easy(x: f32) -> f32 {
                let $x = f64::from(x);
                $single as f32
            }
        }

        impl Unary<f64> for $Name {
            #[inline(always)]
            fn easy($x: f64) -> f64 {
                $double
            }
        }
    )*};
}

easy! {
    /// e^x.
    Exp, x => exponential::exp_single(x), exponential::exp(x);
    /// 2^x.
    Exp2, x => exponential::exp2_single(x), exponential::exp2(x);
    /// e^x - 1.
    Expm1, x => exponential::expm1_single(x), exponential::expm1(x);
    /// The natural logarithm.
    Log, x => logarithm::log_single(x), logarithm::log(x);
    /// The logarithm to base 2.
    Log2, x => logarithm::log2_single(x), logarithm::log2(x);
    /// The logarithm to base 10.
    Log10, x => logarithm::log10_single(x), logarithm::log10(x);
    /// The natural logarithm of 1 + x.
    Log1p, x => logarithm::log1p(x), logarithm::log1p(x);
    /// The arc sine.
    Arcsin, x => inverse::arcsin(x), inverse::arcsin(x);
    /// The arc cosine.
    Arccos, x => inverse::arccos(x), inverse::arccos(x);
    /// The arc tangent.
    Arctan, x => inverse::arctan(x), inverse::arctan(x);
    /// The hyperbolic sine.
    Sinh, x => exponential::sinh(x), exponential::sinh(x);
    /// The hyperbolic cosine.
    Cosh, x => exponential::cosh(x), exponential::cosh(x);
    /// The hyperbolic tangent.
    Tanh, x => exponential::tanh_single(x), exponential::tanh(x);
    /// The inverse of the hyperbolic sine.
    Arcsinh, x => logarithm::arcsinh(x), logarithm::arcsinh(x);
    /// The inverse of the hyperbolic cosine.
    Arccosh, x => logarithm::arccosh(x), logarithm::arccosh(x);
    /// The inverse of the hyperbolic tangent.
    Arctanh, x => logarithm::arctanh(x), logarithm::arctanh(x);
    /// The cube root.
    Cbrt, x => power::cbrt(x), power::cbrt(x);
}

/// Functions that both widths have as an instruction.
macro_rules! exact {
    ($($(#[$doc:meta])* $Name:ident, $method:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $Name;
        exact!($Name, $method, f32);
        exact!($Name, $method, f64);
    )*};
    ($Name:ident, $method:ident, $T:ident) => {
        impl Unary<$T> for $Name {
            #[inline(always)]
            fn easy(x: $T) -> $T {
                x.$method()
            }
        }
    };
}

exact! {
    /// The square root.
    Sqrt, sqrt;
    /// The nearest integer, ties to even.
    Rint, round_ties_even;
    /// The greatest integer not above.
    Floor, floor;
    /// The least integer not below.
    Ceil, ceil;
    /// The integer part.
    Trunc, trunc;
}

/// Functions with hard arguments, which are those of `libm`: the same bits on every system.
macro_rules! trigonometric {
    ($($(#[$doc:meta])* $Name:ident, $single:ident, $double:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $Name;

        impl Unary<f32> for $Name {
            #[inline(always)]
            fn is_easy(x: f32) -> bool {
                trigonometric::is_easy(f64::from(x))
            }
            #[inline(always)]
            fn easy(x: f32) -> f32 {
                trigonometric::$single(f64::from(x)) as f32
            }
            #[inline(never)]
            fn hard(x: f32) -> f32 {
                libm::$double(f64::from(x)) as f32
            }
        }

        impl Unary<f64> for $Name {
            #[inline(always)]
            fn is_easy(x: f64) -> bool {
                trigonometric::is_easy(x)
            }
            #[inline(always)]
            fn easy(x: f64) -> f64 {
                trigonometric::$double(x)
            }
            #[inline(never)]
            fn hard(x: f64) -> f64 {
                libm::$double(x)
            }
        }
    )*};
}

trigonometric! {
    /// The sine.
    Sin, sin_single, sin;
    /// The cosine.
    Cos, cos_single, cos;
    /// The tangent.
    Tan, tan_single, tan;
}

/// Name, function of `libm`; of float32 and of float64: whether it is easy, its first half if it has two, and the rest.
macro_rules! binary {
    ($($(#[$doc:meta])* $Name:ident, $libm:ident, $a:ident, $b:ident =>
        f32: $single_is_easy:expr, $single:tt; f64: $double_is_easy:expr, $double:tt;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $Name;

        impl Binary<f32> for $Name {
            #[inline(always)]
            fn is_easy(a: f32, b: f32) -> bool {
                let ($a, $b) = (f64::from(a), f64::from(b));
                $single_is_easy
            }
            binary!(@halves f32, $a, $b, $single);
            #[inline(never)]
            fn hard(a: f32, b: f32) -> f32 {
                libm::$libm(f64::from(a), f64::from(b)) as f32
            }
        }

        impl Binary<f64> for $Name {
            #[inline(always)]
            fn is_easy($a: f64, $b: f64) -> bool {
                $double_is_easy
            }
            binary!(@halves f64, $a, $b, $double);
            #[inline(never)]
            fn hard(a: f64, b: f64) -> f64 {
                libm::$libm(a, b)
            }
        }
    )*};
    (@halves $T:ident, $a:ident, $b:ident, ($rest:expr)) => {
        type Middle = ();
        #[inline(always)]
        fn begin(_a: $T, _b: $T) {}
        #[inline(always)]
        fn end(a: $T, b: $T, (): ()) -> $T {
            let ($a, $b) = (f64::from(a), f64::from(b));
            $rest as $T
        }
    };
    (@halves $T:ident, $a:ident, $b:ident, ($Middle:ty, $first:expr, $middle:ident => $rest:expr)) => {
        type Middle = $Middle;
        #[inline(always)]
        fn begin(a: $T, b: $T) -> $Middle {
            let ($a, $b) = (f64::from(a), f64::from(b));
            $first
        }
        #[inline(always)]
        fn end(a: $T, b: $T, $middle: $Middle) -> $T {
            let ($a, $b) = (f64::from(a), f64::from(b));
            $rest as $T
        }
    };
}

binary! {
    /// x to the power of y.
    Power, pow, x, y =>
        f32: power::power_is_easy(x, y), (power::power_single(x, y));
        f64: power::power_is_easy(x, y),
            ((f64, f64), power::exponent(x, y), exponent => power::power(x, y, exponent));
    /// The angle of the point (x, y): the first argument is y.
    Arctan2, atan2, y, x =>
        f32: inverse::arctan2_single_is_easy(y, x), (inverse::arctan2_single(y, x));
        f64: inverse::arctan2_is_easy(y, x), (inverse::arctan2(y, x));
    /// The root of the sum of the squares.
    Hypot, hypot, x, y =>
        f32: power::hypot_single_is_easy(x, y), (power::hypot_single(x, y));
        f64: power::hypot_is_easy(x, y), (power::hypot(x, y));
}
