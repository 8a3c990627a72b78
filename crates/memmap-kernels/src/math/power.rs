//! Powers, cube roots and hypotenuses of float64.

use super::exponential::{Parts, ROUND, Scale, clamp, exp2_single};
use super::logarithm::log2_of_base;
use super::pair::{two_product, upper_half};
use std::f64::consts::LN_2;

/// The exponents of which whether they are odd is read from their rounded value.
const EASY_EXPONENT: f64 = 2147483648.0;

/// Finite, normal and not zero; exponents up to 2^31.
///
/// The bounds are not those of the type: the compiler would test bits instead, without vectors.
#[inline(always)]
pub(super) fn power_is_easy(x: f64, y: f64) -> bool {
    let a = x.abs();
    (a > 1e-307) & (a < 1e308) & (y.abs() < EASY_EXPONENT)
}

/// The sign of a power: of `result`, of a negative number with an odd exponent, or NaN.
#[inline(always)]
fn with_sign(x: f64, y: f64, result: f64) -> f64 {
    let rounded = y + ROUND;
    let is_integer = rounded - ROUND == y;
    let signed = f64::from_bits(result.to_bits() ^ rounded.to_bits() << 63);
    let negative = if is_integer { signed } else { f64::NAN };
    if x < 0.0 { negative } else { result }
}

/// A power where the result is rounded to float32.
#[inline(always)]
pub(super) fn power_single(x: f64, y: f64) -> f64 {
    with_sign(x, y, exp2_single(y * log2_of_base(x.abs())))
}

/// ln of (1 + s) / (1 - s): (3/2) (ln - 2s - 2/3 s^3), over s^4.
const L: [f64; 6] = [
    5.99999999999994648725e-01,
    4.28571428578550184252e-01,
    3.33333329818377432918e-01,
    2.72728123808534006489e-01,
    2.30660745775561754067e-01,
    2.06975017800338417784e-01,
];
/// 2 / (3 ln 2), its upper bits and the rest.
const TWO_THIRDS: (f64, f64, f64) =
    (9.61796693925975554329e-01, 9.61796700954437255859e-01, -7.02846165095275826516e-09);
/// log2(3/2) as upper bits and the rest.
const LOG2_OF_3_2: (f64, f64) = (5.84962487220764160156e-01, 1.35003920212974897128e-08);
/// ln 2 as 24 bits and the rest.
const LN2_SPLIT: (f64, f64) = (6.93147182464599609375e-01, -1.90465429995776804525e-09);

/// log2 of a positive normal number as a pair whose first number has 20 bits.
#[inline(always)]
fn log2_pair(x: f64) -> (f64, f64) {
    const TWO_52: u64 = 4503599627370496.0f64.to_bits();
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    let bits = x.to_bits();
    let k = f64::from_bits(TWO_52 | bits >> 52) - (4503599627370496.0 + 1023.0);
    let m = f64::from_bits(bits & MANTISSA | 1.0f64.to_bits());
    // 1.7320508 and 1.2247449 bound the numbers that are near 3/2.
    let is_above = m >= 1.7320508;
    let m = if is_above { m * 0.5 } else { m };
    let k = if is_above { k + 1.0 } else { k };
    let is_middle = m >= 1.2247449;
    let base = if is_middle { 1.5 } else { 1.0 };

    // s = (m - base) / (m + base) as a pair.
    let u = m - base;
    let v = 1.0 / (m + base);
    let s = u * v;
    let s_high = upper_half(s);
    let t_high = upper_half(m + base);
    let t_low = m - (t_high - base);
    let s_low = v * ((u - s_high * t_high) - s_high * t_low);

    let z = s * s;
    let w = z * z;
    let r = w * ((L[0] + z * L[1]) + w * ((L[2] + z * L[3]) + w * (L[4] + z * L[5])));
    let r = r + s_low * (s_high + s);
    let square = s_high * s_high;
    let t_high = upper_half(3.0 + square + r);
    let t_low = r - ((t_high - 3.0) - square);

    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = upper_half(u + v);
    let p_low = v - (p_high - u);
    let (base_high, base_low) =
        (if is_middle { LOG2_OF_3_2.0 } else { 0.0 }, if is_middle { LOG2_OF_3_2.1 } else { 0.0 });
    let z_high = TWO_THIRDS.1 * p_high;
    let z_low = TWO_THIRDS.2 * p_high + p_low * TWO_THIRDS.0 + base_low;
    let high = upper_half(((z_high + z_low) + base_high) + k);
    (high, z_low - (((high - k) - base_high) - z_high))
}

/// 2^(high + low).
#[inline(always)]
fn exp2_pair(high: f64, low: f64) -> f64 {
    let sum = high + low;
    let is_extreme = sum.abs() > 1200.0;
    let high = if is_extreme { clamp(sum, -1200.0, 1200.0) } else { high };
    let low = if is_extreme { 0.0 } else { low };
    let rounded = (high + low) + ROUND;
    let high = high - (rounded - ROUND);
    let t = upper_half(low + high);
    let u = t * LN2_SPLIT.0;
    let v = (low - (t - high)) * LN_2 + t * LN2_SPLIT.1;
    let z = u + v;
    Scale::of(rounded).times(Parts::of(z, v - (z - u)).exp())
}

/// log2 of the magnitude of a power, as a pair. After FreeBSD's msun.
#[inline(always)]
pub(super) fn exponent(x: f64, y: f64) -> (f64, f64) {
    let (high, low) = log2_pair(x.abs());
    let y_high = upper_half(y);
    (y_high * high, (y - y_high) * high + y * low)
}

#[inline(always)]
pub(super) fn power(x: f64, y: f64, (high, low): (f64, f64)) -> f64 {
    with_sign(x, y, exp2_pair(high, low))
}

/// After FreeBSD's msun: a cubic approximation to 23 bits, then Newton's step.
#[inline(always)]
pub(super) fn cbrt(x: f64) -> f64 {
    const P: [f64; 5] = [
        1.87595182427177009643,
        -1.88497979543377169875,
        1.621429720105354466140,
        -0.758397934778766047437,
        0.145996192886612446982,
    ];
    let a = x.abs();
    let is_subnormal = a < f64::MIN_POSITIVE;
    let scaled = if is_subnormal { a * 18014398509481984.0 } else { a };
    let offset = if is_subnormal { 696219795 } else { 715094163 };
    // A third of the upper 32 bits.
    let third = ((scaled.to_bits() >> 32) * 0xaaaa_aaab) >> 33;
    let t = f64::from_bits((third + offset) << 32);
    let r = (t * t) * (t / a);
    let t = t * ((P[0] + r * (P[1] + r * P[2])) + ((r * r) * r) * (P[3] + r * P[4]));
    let t = f64::from_bits(t.to_bits().wrapping_add(0x8000_0000) & 0xffff_ffff_c000_0000);
    let r = a / (t * t);
    let result = t + t * ((r - t) / (t + t + r));
    let is_finite = (a > 0.0) & (a < f64::INFINITY);
    (if is_finite { result } else { a }).copysign(x)
}

/// Whether squares neither overflow nor underflow.
#[inline(always)]
pub(super) fn hypot_is_easy(x: f64, y: f64) -> bool {
    let (a, b) = (x.abs(), y.abs());
    let greatest = if a < b { b } else { a };
    (a < 1e150) & (b < 1e150) & ((greatest > 1e-140) | (greatest == 0.0))
}

#[inline(always)]
pub(super) fn hypot(x: f64, y: f64) -> f64 {
    let (square_x, low_x) = two_product(x, x);
    let (square_y, low_y) = two_product(y, y);
    ((low_x + low_y) + square_y.min(square_x) + square_x.max(square_y)).sqrt()
}

/// Neither infinite nor NaN: the hypotenuse of an infinite number and NaN is infinite.
#[inline(always)]
pub(super) fn hypot_single_is_easy(x: f64, y: f64) -> bool {
    x.abs() + y.abs() < f64::INFINITY
}

/// The hypotenuse where the result is rounded to float32.
#[inline(always)]
pub(super) fn hypot_single(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}
