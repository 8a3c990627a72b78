//! Sine, cosine and tangent of float64, after FreeBSD's msun.

use super::exponential::ROUND;
use super::pair::{quick_two_sum, quotient, two_sum};
use std::f64::consts::FRAC_2_PI;

/// pi/2 in three parts of 33 bits, whose products with 20 bits are exact, and the rest.
const PI_2: [f64; 4] =
    [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];
/// What the first part of pi/2 lacks.
const PI_2_REST: f64 = 6.07710050650619224932e-11;

/// Magnitudes up to this are less than 2^20 quarters of a turn.
const EASY: f64 = 1.6e6;

/// Whether an argument needs no reduction by hundreds of bits of pi: those that are not numbers do not.
#[inline(always)]
pub(super) fn is_easy(x: f64) -> bool {
    let a = x.abs();
    (a <= EASY) | (a == f64::INFINITY) | x.is_nan()
}

/// The number of quarter turns in the bits at the bottom, and the rest as a pair.
#[inline(always)]
fn reduce(x: f64) -> (u64, f64, f64) {
    let rounded = x * FRAC_2_PI + ROUND;
    let n = rounded - ROUND;
    let first = x - n * PI_2[0];
    let (second, error) = two_sum(first, -n * PI_2[1]);
    let (third, error_2) = two_sum(second, -n * PI_2[2]);
    let (high, low) = quick_two_sum(third, (error + error_2) - n * PI_2[3]);
    let is_reduced = n == 0.0;
    (rounded.to_bits(), if is_reduced { x } else { high }, if is_reduced { 0.0 } else { low })
}

/// The rest as one number: enough for the result to be rounded to float32.
#[inline(always)]
fn reduce_single(x: f64) -> (u64, f64) {
    let rounded = x * FRAC_2_PI + ROUND;
    let n = rounded - ROUND;
    (rounded.to_bits(), (x - n * PI_2[0]) - n * PI_2_REST)
}

const S: [f64; 6] = [
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
];
const C: [f64; 6] = [
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
];

/// The sine of x + low, |x| <= pi/4, as a number and what to add to it.
#[inline(always)]
fn sin_of_rest(x: f64, low: f64) -> (f64, f64) {
    let z = x * x;
    let w = z * z;
    let r = S[1] + z * (S[2] + z * S[3]) + z * w * (S[4] + z * S[5]);
    let v = z * x;
    (x, v * S[0] - (z * (0.5 * low - v * r) - low))
}

/// The cosine of x + low, |x| <= pi/4, as a number and what to add to it.
#[inline(always)]
fn cos_of_rest(x: f64, low: f64) -> (f64, f64) {
    let z = x * x;
    let w = z * z;
    let r = z * (C[0] + z * (C[1] + z * C[2])) + w * w * (C[3] + z * (C[4] + z * C[5]));
    let half = 0.5 * z;
    let one = 1.0 - half;
    (one, ((1.0 - one) - half) + (z * r - x * low))
}

/// The sine of x and `quarters` quarter turns.
#[inline(always)]
fn sin_shifted(x: f64, quarters: u64) -> f64 {
    let (n, high, low) = reduce(x);
    let n = n.wrapping_add(quarters);
    let (sin, cos) = (sin_of_rest(high, low), cos_of_rest(high, low));
    let result = if n & 1 == 0 { sin.0 + sin.1 } else { cos.0 + cos.1 };
    f64::from_bits(result.to_bits() ^ (n & 2) << 62)
}

/// As [`sin_shifted`] where the result is rounded to float32.
#[inline(always)]
fn sin_shifted_single(x: f64, quarters: u64) -> f64 {
    let (n, x) = reduce_single(x);
    let n = n.wrapping_add(quarters);
    let (sin, cos) = both_single(x);
    let result = if n & 1 == 0 { sin } else { cos };
    f64::from_bits(result.to_bits() ^ (n & 2) << 62)
}

/// Sine and cosine of |x| <= pi/4.
#[inline(always)]
fn both_single(x: f64) -> (f64, f64) {
    let z = x * x;
    let sin = x + x * z * (S[0] + z * (S[1] + z * (S[2] + z * (S[3] + z * S[4]))));
    let cos = 1.0 - 0.5 * z + z * z * (C[0] + z * (C[1] + z * (C[2] + z * (C[3] + z * C[4]))));
    (sin, cos)
}

#[inline(always)]
pub(super) fn sin(x: f64) -> f64 {
    if x == 0.0 { x } else { sin_shifted(x, 0) }
}

#[inline(always)]
pub(super) fn cos(x: f64) -> f64 {
    sin_shifted(x, 1)
}

#[inline(always)]
pub(super) fn tan(x: f64) -> f64 {
    let (n, high, low) = reduce(x);
    let (sin, cos) = (sin_of_rest(high, low), cos_of_rest(high, low));
    let (sin, cos) = (quick_two_sum(sin.0, sin.1), quick_two_sum(cos.0, cos.1));
    let is_even = n & 1 == 0;
    let dividend = (if is_even { sin.0 } else { -cos.0 }, if is_even { sin.1 } else { -cos.1 });
    let divisor = (if is_even { cos.0 } else { sin.0 }, if is_even { cos.1 } else { sin.1 });
    let (q, rest) = quotient(dividend, divisor);
    if x == 0.0 { x } else { q + rest }
}

#[inline(always)]
pub(super) fn sin_single(x: f64) -> f64 {
    if x == 0.0 { x } else { sin_shifted_single(x, 0) }
}

#[inline(always)]
pub(super) fn cos_single(x: f64) -> f64 {
    sin_shifted_single(x, 1)
}

#[inline(always)]
pub(super) fn tan_single(x: f64) -> f64 {
    let (n, rest) = reduce_single(x);
    let (sin, cos) = both_single(rest);
    let is_even = n & 1 == 0;
    let result = (if is_even { sin } else { -cos }) / (if is_even { cos } else { sin });
    if x == 0.0 { x } else { result }
}
