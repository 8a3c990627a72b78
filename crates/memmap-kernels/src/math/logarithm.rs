//! Logarithms and inverse hyperbolic functions of float64.
//!
//! x = 2^k (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), and ln(1 + f) after FreeBSD's msun: with s = f / (2 + f) it is
//! 2 atanh(s) = f - f^2/2 + s (f^2/2 + R(s^2)).

use super::exponential::{LN2_HIGH, LN2_LOW};
use super::pair::{quick_two_sum, quotient, square_root, two_product, two_sum, upper_half};
use std::f64::consts::{LN_2, LOG2_E, LOG10_E};

const R: [f64; 7] = [
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
];

/// 1 / ln 2 and 1 / ln 10, and log10(2), each as upper bits and the rest.
const INV_LN2: (f64, f64) = (1.44269504072144627571e+00, 1.67517131648865118353e-10);
const INV_LN10: (f64, f64) = (4.34294481878168880939e-01, 2.50829467116452752298e-11);
const LOG10_2: (f64, f64) = (3.01029995663611771306e-01, 3.69423907715893078616e-13);

/// sqrt(1/2) - 1 and sqrt(2) - 1, about: there 1 + x needs no reduction.
const NEAR_ONE: std::ops::Range<f64> = -0.2928..0.4142;

/// k and f of a positive number.
#[inline(always)]
fn reduce(x: f64) -> (f64, f64) {
    const ONE: u64 = 1.0f64.to_bits();
    const SQRT_HALF: u64 = 0x3fe6_a09e << 32;
    const TWO_52: u64 = 4503599627370496.0f64.to_bits();
    let is_subnormal = x < f64::MIN_POSITIVE;
    let scaled = if is_subnormal { x * 18014398509481984.0 } else { x };
    let bias = if is_subnormal { 4503599627370496.0 + 1023.0 + 54.0 } else { 4503599627370496.0 + 1023.0 };
    let bits = scaled.to_bits().wrapping_add(ONE - SQRT_HALF);
    let k = f64::from_bits(TWO_52 | (bits >> 52)) - bias;
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + SQRT_HALF);
    (k, m - 1.0)
}

#[inline(always)]
fn series(z: f64) -> f64 {
    let w = z * z;
    let even = w * (R[1] + w * (R[3] + w * R[5]));
    let odd = z * (R[0] + w * (R[2] + w * (R[4] + w * R[6])));
    even + odd
}

/// f^2/2 and s (f^2/2 + R).
#[inline(always)]
fn parts(f: f64) -> (f64, f64) {
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    (half_square, s * (half_square + series(s * s)))
}

/// k ln 2 + ln(1 + f) + c.
#[inline(always)]
fn sum(k: f64, f: f64, c: f64) -> f64 {
    let (half_square, rest) = parts(f);
    rest + (k * LN2_LOW + c) - half_square + f + k * LN2_HIGH
}

/// ln(1 + f) as a pair whose first number has 20 bits.
#[inline(always)]
fn short_pair(f: f64) -> (f64, f64) {
    let (half_square, rest) = parts(f);
    let high = upper_half(f - half_square);
    (high, (f - high) - half_square + rest)
}

/// The logarithm's special values.
#[inline(always)]
fn special(x: f64, result: f64) -> f64 {
    let result = if x == 0.0 { f64::NEG_INFINITY } else { result };
    let result = if x < 0.0 { f64::NAN } else { result };
    if x < f64::INFINITY { result } else { x }
}

#[inline(always)]
pub(super) fn log(x: f64) -> f64 {
    let (k, f) = reduce(x);
    special(x, sum(k, f, 0.0))
}

#[inline(always)]
pub(super) fn log2(x: f64) -> f64 {
    let (k, f) = reduce(x);
    let (high, low) = short_pair(f);
    let low = (low + high) * INV_LN2.1 + low * INV_LN2.0;
    let (sum, error) = two_sum(k, high * INV_LN2.0);
    special(x, (low + error) + sum)
}

#[inline(always)]
pub(super) fn log10(x: f64) -> f64 {
    let (k, f) = reduce(x);
    let (high, low) = short_pair(f);
    let low = k * LOG10_2.1 + (low + high) * INV_LN10.1 + low * INV_LN10.0;
    let (sum, error) = two_sum(k * LOG10_2.0, high * INV_LN10.0);
    special(x, (low + error) + sum)
}

/// log2 of a positive number for powers of which the result is rounded to float32.
#[inline(always)]
pub(super) fn log2_of_base(x: f64) -> f64 {
    let (k, f) = reduce(x);
    k + sum(0.0, f, 0.0) * LOG2_E
}

/// k `base` + ln(1 + f) `factor`, where the result is rounded to float32.
#[inline(always)]
fn sum_single(x: f64, base: f64, factor: f64) -> f64 {
    /// Chebyshev interpolation of 2 (atanh(s) - s) / s^3 in s^2.
    const A: [f64; 5] = [
        0.6666666666737868,
        0.3999999879244169,
        0.28571755535032944,
        0.22191337428065783,
        0.19363884986633198,
    ];
    let (k, f) = reduce(x);
    let s = f / (2.0 + f);
    let z = s * s;
    let rest = z * (A[0] + z * (A[1] + z * (A[2] + z * (A[3] + z * A[4]))));
    special(x, k * base + (s + s + s * rest) * factor)
}

#[inline(always)]
pub(super) fn log_single(x: f64) -> f64 {
    sum_single(x, LN_2, 1.0)
}

#[inline(always)]
pub(super) fn log2_single(x: f64) -> f64 {
    sum_single(x, 1.0, LOG2_E)
}

#[inline(always)]
pub(super) fn log10_single(x: f64) -> f64 {
    sum_single(x, LOG10_2.0 + LOG10_2.1, LOG10_E)
}

/// 2^k times ln(1 + high + low).
#[inline(always)]
fn log1p_pair((high, low): (f64, f64)) -> f64 {
    let (u, error) = two_sum(1.0, high);
    let (k, f) = reduce(u);
    let c = (error + low) / u;
    let is_near = NEAR_ONE.start < high && high < NEAR_ONE.end;
    sum(if is_near { 0.0 } else { k }, if is_near { high } else { f }, if is_near { low / u } else { c })
}

#[inline(always)]
pub(super) fn log1p(x: f64) -> f64 {
    // Where the sum is out of bounds the result is one of the special values.
    let result = special(1.0 + x, log1p_pair((x, 0.0)));
    if x == 0.0 { x } else { result }
}

/// ln(2 x) for x > 2^28, where the root in the inverse functions is x.
#[inline(always)]
fn log_of_twice(x: f64) -> f64 {
    let (k, f) = reduce(x);
    sum(k + 1.0, f, 0.0)
}

const BIG: f64 = 268435456.0;

#[inline(always)]
pub(super) fn arcsinh(x: f64) -> f64 {
    let a = x.abs();
    let square = a * a;
    let near = log1p_pair(quick_two_sum(a, square / (1.0 + (1.0 + square).sqrt())));
    let result = if a > BIG { log_of_twice(a) } else { near };
    (if a < f64::INFINITY { result } else { a }).copysign(x)
}

#[inline(always)]
pub(super) fn arccosh(x: f64) -> f64 {
    let t = x - 1.0;
    // (x - 1) (x + 1)
    let (plus, plus_low) = two_sum(2.0, t);
    let (product, error) = two_product(t, plus);
    let (root, low) = square_root((product, error + t * plus_low));
    let (sum, error) = two_sum(t, root);
    let near = log1p_pair((sum, error + low));
    let result = if x > BIG { log_of_twice(x) } else { near };
    let result = if x < 1.0 { f64::NAN } else { result };
    let result = if x == 1.0 { 0.0 } else { result };
    if x < f64::INFINITY { result } else { x }
}

#[inline(always)]
pub(super) fn arctanh(x: f64) -> f64 {
    let a = x.abs();
    let near = a + a * (0.5 * series(a * a));
    let far = 0.5 * log1p_pair(quotient((a + a, 0.0), two_sum(1.0, -a)));
    let result = if a < 0.1715 { near } else { far };
    let result = if a == 1.0 { f64::INFINITY } else { result };
    (if a > 1.0 { f64::NAN } else { result }).copysign(x)
}
