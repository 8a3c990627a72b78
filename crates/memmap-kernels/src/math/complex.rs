//! The functions of complex numbers, with the special values of C99 Annex G.
//!
//! complex64 is computed in complex128. A call an element: the functions of the parts take most of the time.

use super::function::{Binary, Unary, binary_of, unary_of};
use super::pair::{two_product, two_sum};
use super::real::*;
use crate::dtype::Complex;
use std::f64::consts::{FRAC_PI_2, LN_2, LOG2_E, LOG10_E};

type C = Complex<f64>;

fn c(re: f64, im: f64) -> C {
    Complex { re, im }
}

/// A magnitude with the sign of a number. NaN counts as positive, because processors and compilers choose its sign.
fn with_sign(magnitude: f64, of: f64) -> f64 {
    if of.is_nan() { magnitude } else { magnitude.copysign(of) }
}

/// Functions of the parts, compiled once.
mod part {
    use super::*;

    macro_rules! parts {
        ($($name:ident $Name:ident)*; $($binary:ident $Binary:ident)*) => {
            $(
                #[inline(never)]
                pub fn $name(x: f64) -> f64 {
                    unary_of::<$Name, f64>(x)
                }
            )*
            $(
                #[inline(never)]
                pub fn $binary(a: f64, b: f64) -> f64 {
                    binary_of::<$Binary, f64>(a, b)
                }
            )*
        };
    }

    parts!(
        exp Exp expm1 Expm1 log Log log1p Log1p sin Sin cos Cos tan Tan sinh Sinh cosh Cosh arctanh Arctanh;
        arctan2 Arctan2 hypot Hypot
    );
}

/// e^x may overflow where a product with it does not: e^x is the square of this.
fn root_of_exp(x: f64) -> f64 {
    part::exp(0.5 * x)
}

/// Above this e^x is computed as a square, below its negative too, because products of subnormal numbers are not accurate.
const FAR: f64 = 700.0;

#[inline(never)]
fn exp(z: C) -> C {
    let (x, y) = (z.re, z.im);
    if y == 0.0 {
        return c(part::exp(x), y);
    }
    if !y.is_finite() {
        return match x {
            f64::NEG_INFINITY => c(0.0, with_sign(0.0, y)),
            f64::INFINITY => c(x, f64::NAN),
            _ => c(f64::NAN, f64::NAN),
        };
    }
    let (sin, cos) = (part::sin(y), part::cos(y));
    if x.abs() < FAR {
        let e = part::exp(x);
        return c(e * cos, e * sin);
    }
    let e = root_of_exp(x);
    c(e * cos * e, e * sin * e)
}

fn exp2(z: C) -> C {
    exp(c(z.re * LN_2, z.im * LN_2))
}

fn expm1(z: C) -> C {
    let half = part::sin(0.5 * z.im);
    c(part::expm1(z.re) * part::cos(z.im) - 2.0 * half * half, part::exp(z.re) * part::sin(z.im))
}

/// (x^2 + y^2 - 1) / 2 of numbers near the unit circle.
fn half_excess(x: f64, y: f64) -> f64 {
    let (square_x, low_x) = two_product(x, x);
    let (square_y, low_y) = two_product(y, y);
    let (greater, smaller) = if x > y { (square_x, square_y) } else { (square_y, square_x) };
    let (sum, low) = two_sum(greater - 1.0, smaller);
    // Where the squares cancel, what they lost is all there is.
    let (lost, rest) = two_sum(low_x, low_y);
    let (sum, last) = two_sum(sum, lost);
    0.5 * (sum + (last + (low + rest)))
}

/// The logarithm of the magnitude.
fn log_of_magnitude(x: f64, y: f64) -> f64 {
    let (x, y) = (x.abs(), y.abs());
    let greatest = x.max(y);
    if greatest > 1e300 {
        return part::log(part::hypot(0.25 * x, 0.25 * y)) + 2.0 * LN_2;
    }
    if greatest < 1e-290 {
        const SCALE: f64 = 18014398509481984.0;
        return part::log(part::hypot(SCALE * x, SCALE * y)) - 54.0 * LN_2;
    }
    let magnitude = part::hypot(x, y);
    if (0.7..1.4).contains(&magnitude) {
        // ln |z| = ln(1 + (|z|^2 - 1)) / 2
        return 0.5 * part::log1p(2.0 * half_excess(x, y));
    }
    part::log(magnitude)
}

#[inline(never)]
fn log(z: C) -> C {
    c(log_of_magnitude(z.re, z.im), part::arctan2(z.im, z.re))
}

fn log2(z: C) -> C {
    let log = log(z);
    c(log.re * LOG2_E, log.im * LOG2_E)
}

fn log10(z: C) -> C {
    let log = log(z);
    c(log.re * LOG10_E, log.im * LOG10_E)
}

fn log1p(z: C) -> C {
    let (x, y) = (z.re, z.im);
    let angle = part::arctan2(y, 1.0 + x);
    if x.abs() < 0.5 && y.abs() < 0.5 {
        // |1 + z|^2 - 1
        let (square, low) = two_product(y, y);
        let (product, error) = two_product(x, 2.0 + x);
        let (sum, rest) = two_sum(product, square);
        let (_, lost) = two_sum(2.0, x);
        return c(0.5 * part::log1p(sum + (rest + (error + low) + x * lost)), angle);
    }
    c(log_of_magnitude(1.0 + x, y), angle)
}

#[inline(never)]
fn sqrt(z: C) -> C {
    let (x, y) = (z.re, z.im);
    if x == 0.0 && y == 0.0 {
        return c(0.0, y);
    }
    if y.is_infinite() {
        return c(f64::INFINITY, y);
    }
    if x.is_nan() {
        return c(x, f64::NAN);
    }
    if x.is_infinite() {
        let zero = if y.is_nan() { y } else { 0.0 };
        return if x < 0.0 { c(zero, with_sign(x.abs(), y)) } else { c(x, with_sign(zero, y)) };
    }
    // Sums of great numbers overflow, squares of small ones underflow.
    let greatest = x.abs().max(y.abs());
    let (scale, back) = match greatest {
        _ if greatest > 1e300 => (0.0625, 4.0),
        _ if greatest < 1e-290 => (324518553658426726783156020576256.0, 5.551115123125783e-17),
        _ => (1.0, 1.0),
    };
    let (x, y) = (x * scale, y * scale);
    let root = ((x.abs() + part::hypot(x, y)) * 0.5).sqrt();
    let other = y / (2.0 * root);
    if x >= 0.0 { c(root * back, other * back) } else { c(other.abs() * back, root.copysign(y) * back) }
}

/// sinh(x) and cosh(x), each times a number of magnitude 1 at most.
fn scaled(x: f64, of_sinh: f64, of_cosh: f64) -> (f64, f64) {
    if x.abs() < FAR || x.is_infinite() {
        return (part::sinh(x) * of_sinh, part::cosh(x) * of_cosh);
    }
    let e = root_of_exp(x.abs());
    // Half of the smallest number is 0, so the half is of e.
    (0.5 * e * of_sinh.copysign(of_sinh * x.signum()) * e, 0.5 * e * of_cosh * e)
}

#[inline(never)]
fn sinh(z: C) -> C {
    let (x, y) = (z.re, z.im);
    if y == 0.0 {
        return c(part::sinh(x), y);
    }
    if !y.is_finite() {
        let re = match x {
            0.0 => x,
            _ if x.is_infinite() => f64::INFINITY,
            _ => f64::NAN,
        };
        return c(re, f64::NAN);
    }
    let (re, im) = scaled(x, part::cos(y), part::sin(y));
    c(re, im)
}

#[inline(never)]
fn cosh(z: C) -> C {
    let (x, y) = (z.re, z.im);
    let zero = with_sign(0.0, x) * with_sign(1.0, y);
    if y == 0.0 {
        return c(part::cosh(x), zero);
    }
    if !y.is_finite() {
        return match x {
            _ if x.is_infinite() => c(f64::INFINITY, f64::NAN),
            0.0 => c(f64::NAN, 0.0),
            _ => c(f64::NAN, f64::NAN),
        };
    }
    if x == 0.0 {
        return c(part::cos(y), x * part::sin(y));
    }
    let (im, re) = scaled(x, part::sin(y), part::cos(y));
    c(re, im)
}

/// After Kahan, "Branch cuts for complex elementary functions".
#[inline(never)]
fn tanh(z: C) -> C {
    let (x, y) = (z.re, z.im);
    if x.is_nan() {
        return c(x, if y == 0.0 { y } else { f64::NAN });
    }
    if x.is_infinite() {
        let zero = if y.is_finite() { part::sin(y) * part::cos(y) } else { y };
        return c(1f64.copysign(x), with_sign(0.0, zero));
    }
    if !y.is_finite() {
        return c(if x == 0.0 { x } else { f64::NAN }, f64::NAN);
    }
    if x.abs() > 22.0 {
        let e = part::exp(-x.abs());
        return c(1f64.copysign(x), 4.0 * part::sin(y) * part::cos(y) * e * e);
    }
    let (tan, sinh) = (part::tan(y), part::sinh(x));
    let square = 1.0 + tan * tan;
    let cosh = (1.0 + sinh * sinh).sqrt();
    let divisor = 1.0 + square * sinh * sinh;
    c(square * cosh * sinh / divisor, tan / divisor)
}

/// f(iz) / i of a function that is odd.
fn turned(f: fn(C) -> C, z: C) -> C {
    let w = f(c(-z.im, z.re));
    c(w.im, -w.re)
}

fn sin(z: C) -> C {
    if z.im.is_infinite() && !z.re.is_finite() {
        return c(f64::NAN, f64::INFINITY);
    }
    turned(sinh, z)
}

fn cos(z: C) -> C {
    cosh(c(-z.im, z.re))
}

fn tan(z: C) -> C {
    turned(tanh, z)
}

/// What arcsinh and arccos have in common, for x, y >= 0 (Hull, Fairgrieve, Tang: "Implementing the complex arcsine and
/// arccosine functions"). With the distances r and s from i and -i, a = (r + s) / 2 is the cosh of the result's real part
/// u, y / a the sine of its imaginary part. Returns u and sqrt(a^2 - y^2).
fn distances(x: f64, y: f64) -> (f64, f64) {
    let (r, s) = (part::hypot(x, y + 1.0), part::hypot(x, y - 1.0));
    let a = 0.5 * (r + s);
    // Differences of near numbers as quotients: r - (y + 1) = x^2 / (r + (y + 1)).
    let from_r = 1.0 / (r + (y + 1.0));
    let (excess, root) = if y < 1.0 {
        let h = 0.5 * (from_r + 1.0 / (s + (1.0 - y)));
        (x * (x * h), x * (h * (a + 1.0)).sqrt())
    } else {
        let twice = x * (x * from_r) + (s + (y - 1.0));
        (0.5 * twice, (twice * (0.5 * (a + 1.0))).sqrt())
    };
    let side = if y > 1.0 {
        x * (0.5 * (from_r + 1.0 / (s + (y - 1.0))) * (a + y)).sqrt()
    } else {
        ((x * (x * from_r) + (s + (1.0 - y))) * (0.5 * (a + y))).sqrt()
    };
    (part::log1p(excess + root), side)
}

/// Magnitudes above this are their own square root of 1 + z^2.
const BIG: f64 = 1e10;

#[inline(never)]
fn arcsinh(z: C) -> C {
    let (x, y) = (z.re.abs(), z.im.abs());
    if x.is_nan() || y.is_nan() {
        return match () {
            _ if x.is_infinite() => c(z.re, f64::NAN),
            _ if y.is_infinite() => c(with_sign(f64::INFINITY, z.re), f64::NAN),
            _ if y == 0.0 => c(f64::NAN, z.im),
            _ => c(f64::NAN, f64::NAN),
        };
    }
    let (u, v) = if x > BIG || y > BIG {
        (log_of_magnitude(x, y) + LN_2, part::arctan2(y, x))
    } else {
        let (u, side) = distances(x, y);
        (u, part::arctan2(y, side))
    };
    c(u.copysign(z.re), v.copysign(z.im))
}

#[inline(never)]
fn arccos(z: C) -> C {
    let (x, y) = (z.re.abs(), z.im.abs());
    if x.is_nan() || y.is_nan() {
        return match () {
            _ if x.is_infinite() => c(f64::NAN, f64::NEG_INFINITY),
            _ if y.is_infinite() => c(f64::NAN, -z.im),
            _ if x == 0.0 => c(FRAC_PI_2, f64::NAN),
            _ => c(f64::NAN, f64::NAN),
        };
    }
    // arcsin(z) is arcsinh(iz) / i: the parts change places.
    let (u, angle) = if x > BIG || y > BIG {
        (log_of_magnitude(x, y) + LN_2, part::arctan2(y, z.re))
    } else {
        let (u, side) = distances(y, x);
        (u, part::arctan2(side, z.re))
    };
    c(angle, u.copysign(-z.im))
}

fn arcsin(z: C) -> C {
    let w = arcsinh(c(z.im, z.re));
    c(w.im, w.re)
}

fn arccosh(z: C) -> C {
    let w = arccos(z);
    if w.re.is_nan() {
        return c(w.im.abs(), f64::NAN);
    }
    if w.im.is_nan() {
        return c(f64::NAN, if z.re == 0.0 { FRAC_PI_2.copysign(z.im) } else { f64::NAN });
    }
    c(w.im.abs(), w.re.copysign(z.im))
}

#[inline(never)]
fn arctanh(z: C) -> C {
    let (x, y) = (z.re.abs(), z.im.abs());
    let (re, im) = if x.is_nan() || y.is_nan() {
        match () {
            _ if x.is_infinite() => (0.0, f64::NAN),
            _ if y.is_infinite() => (0.0, FRAC_PI_2),
            _ if x == 0.0 => (0.0, f64::NAN),
            _ => (f64::NAN, f64::NAN),
        }
    } else if y == 0.0 && x <= 1.0 {
        (part::arctanh(x), 0.0)
    } else if x > BIG || y > BIG {
        // 1 / z + i pi / 2
        let magnitude = part::hypot(0.5 * x, 0.5 * y);
        let of_inverse =
            |part: f64| if part.is_infinite() { 0.0 } else { 0.25 * (part / magnitude) / magnitude };
        (of_inverse(x), FRAC_PI_2 - of_inverse(y))
    } else {
        let distance = part::hypot(1.0 - x, y);
        let ratio = (x / distance) / distance;
        let re = if ratio < 1e300 {
            0.25 * part::log1p(4.0 * ratio)
        } else {
            // The squared distance underflows: x is 1.
            0.5 * (LN_2 - part::log(distance))
        };
        let excess = half_excess(x, y);
        (re, 0.5 * part::arctan2(y, -excess))
    };
    c(re.copysign(z.re), im.copysign(z.im))
}

fn arctan(z: C) -> C {
    let w = arctanh(c(z.im, z.re));
    c(w.im, w.re)
}

fn times(a: C, b: C) -> C {
    c(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
}

/// The product as Annex G has it: infinite where a factor is, even if the other has NaN in one part.
fn times_or_infinite(a: C, b: C) -> C {
    let product = times(a, b);
    let is_infinite = |z: C| z.re.is_infinite() || z.im.is_infinite();
    if !(product.re.is_nan() && product.im.is_nan() && (is_infinite(a) || is_infinite(b))) {
        return product;
    }
    // An infinite number counts as a direction, NaN beside it as zero.
    let unit = |part: f64, z: C| match part {
        _ if is_infinite(z) => f64::from(part.is_infinite()).copysign(part),
        _ if part.is_nan() => 0.0,
        _ => part,
    };
    let direction = |z: C| c(unit(z.re, z), unit(z.im, z));
    let product = times(direction(a), direction(b));
    c(f64::INFINITY * product.re, f64::INFINITY * product.im)
}

/// (1 + 0i) / z after Smith, with the signs of zeros of that quotient.
fn inverse(z: C) -> C {
    if z.re == 0.0 && z.im == 0.0 {
        return c(f64::INFINITY, f64::NAN);
    }
    if z.re.abs() >= z.im.abs() {
        let ratio = z.im / z.re;
        let scale = 1.0 / (z.re + z.im * ratio);
        c(scale, (0.0 - ratio) * scale)
    } else {
        let ratio = z.re / z.im;
        let scale = 1.0 / (z.im + z.re * ratio);
        c((ratio + 0.0) * scale, -scale)
    }
}

/// Products for integers below 100; e^(b ln a) otherwise.
#[inline(never)]
fn power(a: C, b: C) -> C {
    if b.re == 0.0 && b.im == 0.0 {
        return c(1.0, 0.0);
    }
    if a.re == 0.0 && a.im == 0.0 {
        return if b.re > 0.0 { c(0.0, 0.0) } else { c(f64::NAN, f64::NAN) };
    }
    if b.im == 0.0 && b.re.abs() < 100.0 && b.re.trunc() == b.re {
        return integer_power(a, b.re as i32);
    }
    exp(times_or_infinite(b, log(a)))
}

fn integer_power(a: C, n: i32) -> C {
    match n {
        1 => return a,
        2 => return times(a, a),
        3 => return times(a, times(a, a)),
        _ => {}
    }
    let (mut result, mut square, mut left) = (c(1.0, 0.0), a, n.unsigned_abs());
    loop {
        if left & 1 == 1 {
            result = times(result, square);
        }
        left >>= 1;
        if left == 0 {
            break;
        }
        square = times(square, square);
    }
    if n < 0 { inverse(result) } else { result }
}

macro_rules! functions {
    ($($Name:ident $name:ident)*) => {$(
        impl Unary<C> for $Name {
            #[inline(always)]
            fn easy(z: C) -> C {
                $name(z)
            }
        }

        impl Unary<Complex<f32>> for $Name {
            #[inline(always)]
            fn easy(z: Complex<f32>) -> Complex<f32> {
                narrow($name(widen(z)))
            }
        }
    )*};
}

fn widen(z: Complex<f32>) -> C {
    c(z.re.into(), z.im.into())
}

fn narrow(z: C) -> Complex<f32> {
    Complex { re: z.re as f32, im: z.im as f32 }
}

functions! {
    Sqrt sqrt Exp exp Exp2 exp2 Expm1 expm1 Log log Log2 log2 Log10 log10 Log1p log1p Sin sin Cos cos Tan tan
    Arcsin arcsin Arccos arccos Arctan arctan Sinh sinh Cosh cosh Tanh tanh
    Arcsinh arcsinh Arccosh arccosh Arctanh arctanh
}

impl Binary<C> for Power {
    type Middle = ();
    #[inline(always)]
    fn begin(_a: C, _b: C) {}
    #[inline(always)]
    fn end(a: C, b: C, (): ()) -> C {
        power(a, b)
    }
}

impl Binary<Complex<f32>> for Power {
    type Middle = ();
    #[inline(always)]
    fn begin(_a: Complex<f32>, _b: Complex<f32>) {}
    #[inline(always)]
    fn end(a: Complex<f32>, b: Complex<f32>, (): ()) -> Complex<f32> {
        narrow(power(widen(a), widen(b)))
    }
}
