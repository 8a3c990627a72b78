//! The operations of expressions, a row each.

use super::function::{Loop, binary, math_binary, math_unary, ternary, unary};
use super::numbers::{Divide, Extremes, Finite, FloorDivide, Negate, Shift, Signed, WholePower};
use crate::compare::Compare;
use crate::dtype::{Complex, Flag, Kind, types};
use crate::loops::Arithmetic;
use crate::math::*;

/// Calls a macro with the rows: variant, NumPy's name, the arguments, the kinds that have a loop, and the result for one element, or the
/// function of `math` that has the loop. An argument with a kind of its own is not of the loop's; a kind with an arrow has results of
/// another kind.
///
/// The order of rows is the contract with the binding. Integers of one size share a loop where their sign does not matter: it is that of
/// the signed ones.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_operation {
    ($callback:ident) => {
        $callback! {
            Add "add" (a, b) [Bool I8 I16 I32 I64 F32 F64 C64 C128 Time] => { a.plus(b) };
            Subtract "subtract" (a, b) [I8 I16 I32 I64 F32 F64 C64 C128 Time] => { a.minus(b) };
            Multiply "multiply" (a, b) [Bool I8 I16 I32 I64 F32 F64 C64 C128] => { a.times(b) };
            MultiplyTicks "multiply" (a, b: I64) [Time] => { a.multiplied(b) };
            Divide "divide" (a, b) [F32 F64 C64 C128] => { a.over(b) };
            FloorDivide "floor_divide" (a, b) [I8 U8 I16 U16 I32 U32 I64 U64 F32 F64] => { a.floor_div(b) };
            Remainder "remainder" (a, b) [I8 U8 I16 U16 I32 U32 I64 U64 F32 F64] => { a.modulo(b) };
            Power "power" (a, b) [F32 F64 C64 C128] => Power;
            WholePower "power" (a, b) [I8 U8 I16 U16 I32 U32 I64 U64] => { a.whole_power(b) };
            Negative "negative" (a) [I8 I16 I32 I64 F32 F64 C64 C128 Time] => { a.negated() };
            Absolute "absolute" (a) [I8 I16 I32 I64 F32 F64 Time] => { a.magnitude() };
            Modulus "absolute" (a) [C64->F32 C128->F64] => { binary_of::<Hypot, _>(a.re, a.im) };
            Sign "sign" (a) [I8 I16 I32 I64 F32 F64 C64 C128 Time] => { a.sign() };
            Reciprocal "reciprocal" (a) [I8 U8 I16 U16 I32 U32 I64 U64 F32 F64 C64 C128] => { a.inverse() };
            Minimum "minimum" (a, b) [I8 U8 I16 U16 I32 U32 I64 U64 F32 F64 C64 C128 Time] => { a.least(b) };
            Maximum "maximum" (a, b) [I8 U8 I16 U16 I32 U32 I64 U64 F32 F64 C64 C128 Time] => { a.greatest(b) };
            Fmin "fmin" (a, b) [F32 F64 C64 C128 Time] => { a.least_number(b) };
            Fmax "fmax" (a, b) [F32 F64 C64 C128 Time] => { a.greatest_number(b) };
            IsNan "isnan" (a) [F32->Bool F64->Bool C64->Bool C128->Bool Time->Bool] => { Flag::from(a.is_nan_exactly()) };
            IsInf "isinf" (a) [F32->Bool F64->Bool C64->Bool C128->Bool] => { Flag::from(a.is_infinity()) };
            IsFinite "isfinite" (a) [F32->Bool F64->Bool C64->Bool C128->Bool Time->Bool] => { Flag::from(a.is_number()) };
            LogicalNot "logical_not" (a) [Bool] => { Flag::from(!a.is_true()) };
            LogicalXor "logical_xor" (a, b) [Bool] => { Flag::from(a.is_true() != b.is_true()) };
            BitwiseAnd "bitwise_and" (a, b) [I8 I16 I32 I64] => { a & b };
            BitwiseOr "bitwise_or" (a, b) [I8 I16 I32 I64] => { a | b };
            BitwiseXor "bitwise_xor" (a, b) [I8 I16 I32 I64] => { a ^ b };
            Invert "invert" (a) [I8 I16 I32 I64] => { !a };
            LeftShift "left_shift" (a, b) [I8 I16 I32 I64] => { a.shift_left(b) };
            RightShift "right_shift" (a, b) [I8 U8 I16 U16 I32 U32 I64 U64] => { a.shift_right(b) };
            Less "less" (a, b) [Bool->Bool I8->Bool U8->Bool I16->Bool U16->Bool I32->Bool U32->Bool I64->Bool U64->Bool
                F32->Bool F64->Bool C64->Bool C128->Bool Time->Bool] => { Flag::from(a.before(b)) };
            LessEqual "less_equal" (a, b) [Bool->Bool I8->Bool U8->Bool I16->Bool U16->Bool I32->Bool U32->Bool I64->Bool U64->Bool
                F32->Bool F64->Bool C64->Bool C128->Bool Time->Bool] => { Flag::from(a.not_after(b)) };
            Equal "equal" (a, b) [Bool->Bool I8->Bool I16->Bool I32->Bool I64->Bool F32->Bool F64->Bool C64->Bool C128->Bool Time->Bool] => { Flag::from(a.equal(b)) };
            NotEqual "not_equal" (a, b) [Bool->Bool I8->Bool I16->Bool I32->Bool I64->Bool F32->Bool F64->Bool C64->Bool C128->Bool
                Time->Bool] => { Flag::from(!a.equal(b)) };
            Where "where" (chosen: Bool, a, b) [I8 I16 I32 I64 C128] => { if chosen.is_true() { a } else { b } };
            Real "real" (a) [C64->F32 C128->F64] => { a.re };
            Imag "imag" (a) [C64->F32 C128->F64] => { a.im };
            Conj "conj" (a) [C64 C128] => { a.conjugate() };
            Floor "floor" (a) [F32 F64] => Floor;
            Ceil "ceil" (a) [F32 F64] => Ceil;
            Trunc "trunc" (a) [F32 F64] => Trunc;
            Rint "rint" (a) [F32 F64] => Rint;
            RintParts "rint" (a) [C64 C128] => { Complex { re: unary_of::<Rint, _>(a.re), im: unary_of::<Rint, _>(a.im) } };
            Hypot "hypot" (a, b) [F32 F64] => Hypot;
            Arctan2 "arctan2" (a, b) [F32 F64] => Arctan2;
            Cbrt "cbrt" (a) [F32 F64] => Cbrt;
            Sqrt "sqrt" (a) [F32 F64 C64 C128] => Sqrt;
            Exp "exp" (a) [F32 F64 C64 C128] => Exp;
            Exp2 "exp2" (a) [F32 F64 C64 C128] => Exp2;
            Expm1 "expm1" (a) [F32 F64 C64 C128] => Expm1;
            Log "log" (a) [F32 F64 C64 C128] => Log;
            Log2 "log2" (a) [F32 F64 C64 C128] => Log2;
            Log10 "log10" (a) [F32 F64 C64 C128] => Log10;
            Log1p "log1p" (a) [F32 F64 C64 C128] => Log1p;
            Sin "sin" (a) [F32 F64 C64 C128] => Sin;
            Cos "cos" (a) [F32 F64 C64 C128] => Cos;
            Tan "tan" (a) [F32 F64 C64 C128] => Tan;
            Arcsin "arcsin" (a) [F32 F64 C64 C128] => Arcsin;
            Arccos "arccos" (a) [F32 F64 C64 C128] => Arccos;
            Arctan "arctan" (a) [F32 F64 C64 C128] => Arctan;
            Sinh "sinh" (a) [F32 F64 C64 C128] => Sinh;
            Cosh "cosh" (a) [F32 F64 C64 C128] => Cosh;
            Tanh "tanh" (a) [F32 F64 C64 C128] => Tanh;
            Arcsinh "arcsinh" (a) [F32 F64 C64 C128] => Arcsinh;
            Arccosh "arccosh" (a) [F32 F64 C64 C128] => Arccosh;
            Arctanh "arctanh" (a) [F32 F64 C64 C128] => Arctanh;
        }
    };
}

/// The type of an argument: that of the loop, or its own.
macro_rules! type_or {
    ($kind:ident) => {
        types::$kind
    };
    ($kind:ident $own:ident) => {
        types::$own
    };
}

/// The loop of a row for one kind.
macro_rules! loop_for {
    ($kind:ident $out:ident ($a:ident $(: $ak:ident)?) $body:expr) => {{
        #[allow(dead_code, reason = "some rows need no name for their type")]
        type T = types::$kind;
        unary!(type_or!($kind $($ak)?), types::$out, |$a| $body)
    }};
    ($kind:ident $out:ident ($a:ident $(: $ak:ident)?, $b:ident $(: $bk:ident)?) $body:expr) => {
        binary!(type_or!($kind $($ak)?), type_or!($kind $($bk)?), types::$out, |$a, $b| $body)
    };
    ($kind:ident $out:ident ($a:ident $(: $ak:ident)?, $b:ident $(: $bk:ident)?, $c:ident $(: $ck:ident)?) $body:expr) => {
        ternary!(type_or!($kind $($ak)?), type_or!($kind $($bk)?), type_or!($kind $($ck)?), types::$out, |$a, $b, $c| $body)
    };
}

macro_rules! define {
    ($($variant:ident $name:literal $args:tt [$($kind:ident $(->$out:ident)?)*] => $how:tt;)*) => {
        /// An operation of expressions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = concat!("NumPy's `", $name, "`.")] $variant,)*
        }

        impl Operation {
            /// All operations, in the order of their numbers.
            pub const ALL: &[Operation] = &[$(Operation::$variant),*];

            /// The loop over elements of a kind; `None` where there is none.
            pub(crate) fn loop_over(self, kind: Kind) -> Option<Loop> {
                match (self, kind) {
                    $($((Operation::$variant, Kind::$kind) => {
                        Some(define!(@loop $kind [$($out)?] $args $how))
                    })*)*
                    _ => None,
                }
            }
        }
    };
    (@loop $kind:ident [] ($a:ident) $function:ident) => { math_unary::<$function, types::$kind>() };
    (@loop $kind:ident [] ($a:ident, $b:ident) $function:ident) => { math_binary::<$function, types::$kind>() };
    (@loop $kind:ident [] $args:tt { $body:expr }) => { loop_for!($kind $kind $args $body) };
    (@loop $kind:ident [$out:ident] $args:tt { $body:expr }) => { loop_for!($kind $out $args $body) };
}
for_each_operation!(define);
