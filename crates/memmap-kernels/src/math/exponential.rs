//! Exponential and hyperbolic functions of float64.
//!
//! x = k ln 2 + r with |r| <= ln 2 / 2, and e^r is the sum of an even and an odd polynomial: e^-r costs nothing more.

use super::pair::{quick_two_sum, quotient, upper_half};
use std::f64::consts::{LN_2, LOG2_E};

/// Adding this rounds to an integer, which is at the bottom of the bits then.
pub(super) const ROUND: f64 = 6755399441055744.0;

/// The upper bits of ln 2: products with 11 bits are exact.
pub(super) const LN2_HIGH: f64 = 6.93147180369123816490e-01;
pub(super) const LN2_LOW: f64 = 1.90821492927058770002e-10;

/// Chebyshev interpolation of (sinh(r) - r) / r^3 and (cosh(r) - 1) / r^2 in r^2.
const ODD: [f64; 5] = [
    0.16666666666666669,
    0.008333333333330051,
    0.00019841269863105968,
    2.7557268378684192e-06,
    2.5100424157005067e-08,
];
const EVEN: [f64; 6] = [
    0.5,
    0.04166666666666668,
    0.0013888888888879043,
    2.4801587336526005e-05,
    2.755726318947621e-07,
    2.0918170876658783e-09,
];

/// 2^k as two factors: their product overflows and underflows where neither of them does.
#[derive(Clone, Copy)]
pub(super) struct Scale(f64, f64);

impl Scale {
    /// `rounded` is k + [`ROUND`], |k| < 2000.
    #[inline(always)]
    pub fn of(rounded: f64) -> Scale {
        let k = rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(2048);
        let half = k >> 1;
        let factor = |k: u64| f64::from_bits(k.wrapping_sub(1) << 52);
        Scale(factor(half), factor(k - half))
    }

    #[inline(always)]
    pub fn times(self, x: f64) -> f64 {
        x * self.0 * self.1
    }
}

/// 2^k for |k| < 1022. `rounded` is k + [`ROUND`].
#[inline(always)]
fn power_of_two(rounded: f64) -> f64 {
    f64::from_bits(rounded.to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(1023) << 52)
}

/// The parts of e^r and e^-r: 1 + even ± (r + odd).
pub(super) struct Parts {
    r: f64,
    odd: f64,
    even: f64,
}

impl Parts {
    /// `low` is what r lacks.
    #[inline(always)]
    pub fn of(r: f64, low: f64) -> Parts {
        let z = r * r;
        let w = z * z;
        let odd = (ODD[0] + z * ODD[1]) + w * ((ODD[2] + z * ODD[3]) + w * ODD[4]);
        let even = (EVEN[0] + z * EVEN[1]) + w * ((EVEN[2] + z * EVEN[3]) + w * (EVEN[4] + z * EVEN[5]));
        Parts { r, odd: r * z * odd + low, even: z * even }
    }

    /// e^r.
    #[inline(always)]
    pub fn exp(&self) -> f64 {
        let (sum, error) = quick_two_sum(1.0, self.r);
        sum + (error + (self.odd + self.even))
    }
}

/// k + [`ROUND`] and the parts of the rest.
#[inline(always)]
fn reduce(x: f64) -> (f64, Parts) {
    let rounded = x * LOG2_E + ROUND;
    let k = rounded - ROUND;
    let high = x - k * LN2_HIGH;
    let low = k * LN2_LOW;
    let r = high - low;
    (rounded, Parts::of(r, (high - r) - low))
}

/// `x` within bounds; NaN stays.
#[inline(always)]
pub(super) fn clamp(x: f64, least: f64, greatest: f64) -> f64 {
    let x = if x < least { least } else { x };
    if x > greatest { greatest } else { x }
}

#[inline(always)]
pub(super) fn exp(x: f64) -> f64 {
    let (rounded, parts) = reduce(clamp(x, -750.0, 710.0));
    Scale::of(rounded).times(parts.exp())
}

/// Polynomials of fewer terms where the result is rounded to float32.
const ODD_SINGLE: [f64; 4] =
    [0.1666666666666257, 0.008333333344235647, 0.0001984122450904205, 2.7617625110379297e-06];
const EVEN_SINGLE: [f64; 4] =
    [0.49999999999954925, 0.041666666786625194, 0.0013888839010858958, 2.486793656219774e-05];

/// e^r - 1 where the result is rounded to float32.
#[inline(always)]
fn expm1_of_rest_single(r: f64) -> f64 {
    let (p, q) = (ODD_SINGLE, EVEN_SINGLE);
    let z = r * r;
    let odd = p[0] + z * (p[1] + z * (p[2] + z * p[3]));
    let even = q[0] + z * (q[1] + z * (q[2] + z * q[3]));
    r + z * (r * odd + even)
}

/// k + [`ROUND`], and e^r - 1, where the result is rounded to float32. Both saturate.
#[inline(always)]
fn reduce_single(x: f64) -> (f64, f64) {
    let x = clamp(x, -200.0, 200.0);
    let rounded = x * LOG2_E + ROUND;
    (rounded, expm1_of_rest_single(x - (rounded - ROUND) * LN_2))
}

/// e^x where the result is rounded to float32.
#[inline(always)]
pub(super) fn exp_single(x: f64) -> f64 {
    let (rounded, expm1) = reduce_single(x);
    let scale = power_of_two(rounded);
    scale + scale * expm1
}

/// e^x - 1 where the result is rounded to float32.
#[inline(always)]
pub(super) fn expm1_single(x: f64) -> f64 {
    let (rounded, expm1) = reduce_single(x);
    let scale = power_of_two(rounded);
    (scale * expm1 + (scale - 1.0)).copysign(x)
}

#[inline(always)]
pub(super) fn exp2(x: f64) -> f64 {
    let x = clamp(x, -1100.0, 1025.0);
    let rounded = x + ROUND;
    let r = x - (rounded - ROUND);
    Scale::of(rounded).times(exp2_of_rest(r).exp())
}

/// 2^x where the result is rounded to float32.
#[inline(always)]
pub(super) fn exp2_single(x: f64) -> f64 {
    let x = clamp(x, -200.0, 200.0);
    let rounded = x + ROUND;
    let scale = power_of_two(rounded);
    scale + scale * expm1_of_rest_single((x - (rounded - ROUND)) * LN_2)
}

/// The parts of 2^r, |r| <= 1/2.
#[inline(always)]
fn exp2_of_rest(r: f64) -> Parts {
    /// 20 bits of ln 2.
    const LN2_UPPER: f64 = f64::from_bits(0x3fe6_2e42_0000_0000);
    let upper = upper_half(r);
    // The first product is exact.
    let low = (r - upper) * LN_2 + upper * (LN_2 - LN2_UPPER);
    let (sum, error) = quick_two_sum(upper * LN2_UPPER, low);
    Parts::of(sum, error)
}

#[inline(always)]
pub(super) fn expm1(x: f64) -> f64 {
    // e^-40 is below half a unit in the last place of 1.
    let (rounded, parts) = reduce(clamp(x, -40.0, 710.0));
    // 1 - 2^-k
    let one = 1.0 - Scale::of(ROUND + ROUND - rounded).times(1.0);
    let (sum, error) = quick_two_sum(one, parts.r);
    Scale::of(rounded).times(sum + (error + (parts.odd + parts.even))).copysign(x)
}

/// e^x / 2 and e^-x / 2 for x >= 0, as pairs over a common scale.
struct Halves {
    /// k + [`ROUND`]
    rounded: f64,
    parts: Parts,
    greater: (f64, f64),
    smaller: (f64, f64),
}

impl Halves {
    #[inline(always)]
    fn of(x: f64) -> Halves {
        let (rounded, parts) = reduce(clamp(x, 0.0, 712.0));
        // 2^-2k, or what is too small to count.
        let ratio = power_of_two(ROUND + clamp(2.0 * (ROUND - rounded), -200.0, 0.0));
        let (up, down) = (quick_two_sum(1.0, parts.r), quick_two_sum(1.0, -parts.r));
        let greater = (up.0, up.1 + (parts.even + parts.odd));
        let smaller = (ratio * down.0, ratio * (down.1 + (parts.even - parts.odd)));
        Halves { rounded, parts, greater, smaller }
    }

    /// The lower number of this and the next is no rounding error yet: it has all of e^r but 1 + r.
    #[inline(always)]
    fn sum(&self) -> (f64, f64) {
        let (sum, error) = quick_two_sum(self.greater.0, self.smaller.0);
        (sum, error + (self.greater.1 + self.smaller.1))
    }

    /// Loses everything where k = 0.
    #[inline(always)]
    fn difference(&self) -> (f64, f64) {
        let (difference, error) = quick_two_sum(self.greater.0, -self.smaller.0);
        (difference, error + (self.greater.1 - self.smaller.1))
    }

    #[inline(always)]
    fn scale(&self) -> Scale {
        Scale::of(self.rounded - 1.0)
    }
}

#[inline(always)]
pub(super) fn sinh(x: f64) -> f64 {
    let halves = Halves::of(x.abs());
    let (high, low) = halves.difference();
    let far = halves.scale().times(high + low);
    let near = halves.parts.r + halves.parts.odd;
    (if halves.rounded == ROUND { near } else { far }).copysign(x)
}

#[inline(always)]
pub(super) fn cosh(x: f64) -> f64 {
    let halves = Halves::of(x.abs());
    let (high, low) = halves.sum();
    halves.scale().times(high + low)
}

#[inline(always)]
pub(super) fn tanh(x: f64) -> f64 {
    let halves = Halves::of(clamp(x.abs(), 0.0, 40.0));
    let far = halves.difference();
    let near = (2.0 * halves.parts.r, 2.0 * halves.parts.odd);
    let is_near = halves.rounded == ROUND;
    let (high, low) = (if is_near { near.0 } else { far.0 }, if is_near { near.1 } else { far.1 });
    let sum = halves.sum();
    let (q, rest) = quotient(quick_two_sum(high, low), quick_two_sum(sum.0, sum.1));
    (q + rest).copysign(x)
}

/// tanh where the result is rounded to float32.
#[inline(always)]
pub(super) fn tanh_single(x: f64) -> f64 {
    let t = expm1_single(clamp(2.0 * x, -60.0, 60.0));
    t / (t + 2.0)
}
