//! Special values as NumPy 2.4.6 has them, and complex values as mpmath has them: tables written by the scripts of the
//! same names.

use super::methods::{Math, RealMath};
use crate::dtype::Complex;

const NUMPY: &str = include_str!("numpy_values.txt");
const EXACT: &str = include_str!("exact_values.txt");

/// An element as its words in the table.
trait Words: Math + PartialEq {
    fn of(words: &[u64]) -> (Self, &[u64]);
    /// Whether both are the same special value, or finite and near each other: complex numbers by `units`.
    fn is_like(self, other: Self, units: f64) -> bool;
    /// The same without the signs of zeros, where parts are computed from one another.
    fn unsigned_zeros(self) -> Self;
}

macro_rules! reals {
    ($($T:ident $U:ident $ulps:literal),*) => {$(
        impl Words for $T {
            fn of(words: &[u64]) -> ($T, &[u64]) {
                ($T::from_bits(words[0] as $U), &words[1..])
            }
            fn is_like(self, other: $T, _: f64) -> bool {
                if self.is_nan() || other.is_nan() {
                    return self.is_nan() && other.is_nan();
                }
                let is_special = |x: $T| x == 0.0 || x.is_infinite();
                self.to_bits() == other.to_bits()
                    || !is_special(self) && !is_special(other) && self.to_bits().abs_diff(other.to_bits()) <= $ulps
            }
            fn unsigned_zeros(self) -> Self {
                self
            }
        }
    )*};
}

// NumPy's own vector loops are off by up to 3 ulp in float32.
reals!(f32 u32 4, f64 u64 2);

impl Words for Complex<f64> {
    fn of(words: &[u64]) -> (Self, &[u64]) {
        (Complex { re: f64::from_bits(words[0]), im: f64::from_bits(words[1]) }, &words[2..])
    }
    fn is_like(self, other: Self, units: f64) -> bool {
        // The parts of a special value are special, or finite with an error relative to the greater one.
        // Zeros have their signs, by which a function is continuous on the sides of its cuts.
        let part = |a: f64, b: f64, unit: f64| {
            a.is_like(b, units) || (a != 0.0 || b != 0.0) && (a - b).abs() <= units * f64::EPSILON * unit
        };
        let unit = if other.re.is_finite() && other.im.is_finite() {
            other.re.abs().max(other.im.abs())
        } else {
            0.0
        };
        part(self.re, other.re, unit) && part(self.im, other.im, unit)
    }
    fn unsigned_zeros(self) -> Self {
        let unsigned = |x: f64| if x == 0.0 { 0.0 } else { x };
        Complex { re: unsigned(self.re), im: unsigned(self.im) }
    }
}

fn unary_by_name<T: Math>(name: &str) -> Option<fn(T) -> T> {
    Some(match name {
        "sqrt" => T::sqrt,
        "exp" => T::exp,
        "exp2" => T::exp2,
        "expm1" => T::expm1,
        "log" => T::log,
        "log2" => T::log2,
        "log10" => T::log10,
        "log1p" => T::log1p,
        "sin" => T::sin,
        "cos" => T::cos,
        "tan" => T::tan,
        "arcsin" => T::arcsin,
        "arccos" => T::arccos,
        "arctan" => T::arctan,
        "sinh" => T::sinh,
        "cosh" => T::cosh,
        "tanh" => T::tanh,
        "arcsinh" => T::arcsinh,
        "arccosh" => T::arccosh,
        "arctanh" => T::arctanh,
        _ => return None,
    })
}

fn real_by_name<T: RealMath>(name: &str) -> Option<fn(T) -> T> {
    Some(match name {
        "cbrt" => T::cbrt,
        "rint" => T::rint,
        "floor" => T::floor,
        "ceil" => T::ceil,
        "trunc" => T::trunc,
        _ => return unary_by_name(name),
    })
}

fn real_binary_by_name<T: RealMath>(name: &str) -> Option<fn(T, T) -> T> {
    Some(match name {
        "power" => T::power,
        "arctan2" => T::arctan2,
        "hypot" => T::hypot,
        _ => return None,
    })
}

/// Compares the lines of a dtype and counts them.
fn compare<T: Words>(
    table: &str,
    dtype: &str,
    unary: impl Fn(&str) -> Option<fn(T) -> T>,
    binary: impl Fn(&str) -> Option<fn(T, T) -> T>,
) -> usize {
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| line.split(' ').nth(1) == Some(dtype)) {
        let mut fields = line.split(' ');
        let name = fields.next().expect("a name");
        let words: Vec<u64> =
            fields.skip(1).map(|word| u64::from_str_radix(word, 16).expect("hexadecimal")).collect();
        let (x, rest) = T::of(&words);
        let (arguments, result, expected) = match (unary(name), binary(name)) {
            (Some(f), _) => (vec![x], f(x), T::of(rest).0),
            (_, Some(f)) => {
                let (y, rest) = T::of(rest);
                (vec![x, y], f(x, y), T::of(rest).0)
            }
            _ => panic!("no function {name}"),
        };
        count += 1;
        // A power is made of NaN where it ends in zeros beside infinities, and processors give NaN different signs.
        let (result, expected) = match name {
            "power" => (result.unsigned_zeros(), expected.unsigned_zeros()),
            _ => (result, expected),
        };
        if !result.is_like(expected, if name == "power" { 1000.0 } else { 4.0 }) {
            wrong.push(format!("{name}{arguments:?} = {result:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    count
}

#[test]
fn special_values_are_those_of_numpy() {
    assert!(compare::<f32>(NUMPY, "float32", real_by_name, real_binary_by_name) > 1000);
    assert!(compare::<f64>(NUMPY, "float64", real_by_name, real_binary_by_name) > 1000);
}

#[test]
fn special_complex_values_are_those_of_numpy() {
    let power = |name: &str| (name == "power").then_some(<Complex<f64> as Math>::power as fn(_, _) -> _);
    assert!(compare::<Complex<f64>>(NUMPY, "complex128", unary_by_name, power) > 1000);
}

#[test]
fn complex_values_are_those_of_mpmath() {
    let none = |_: &str| None;
    assert!(compare::<Complex<f64>>(EXACT, "complex128", unary_by_name, none) > 300);
}
