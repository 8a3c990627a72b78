//! Inverse trigonometric functions of float64, after FreeBSD's msun.

use super::pair::{two_product, upper_half};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

const PI_2_LOW: f64 = 6.12323399573676603587e-17;

const P: [f64; 6] = [
    1.66666666666666657415e-01,
    -3.25565818622400915405e-01,
    2.01212532134862925881e-01,
    -4.00555345006794114027e-02,
    7.91534994289814532176e-04,
    3.47933107596021167570e-05,
];
const Q: [f64; 4] = [
    -2.40339491173441421878e+00,
    2.02094576023350569471e+00,
    -6.88283971605453293030e-01,
    7.70381505559019352791e-02,
];

/// (asin(x) - x) / x of z = x^2 <= 1/4.
#[inline(always)]
fn ratio(z: f64) -> f64 {
    let p = z * (P[0] + z * (P[1] + z * (P[2] + z * (P[3] + z * (P[4] + z * P[5])))));
    let q = 1.0 + z * (Q[0] + z * (Q[1] + z * (Q[2] + z * Q[3])));
    p / q
}

/// The root of z = (1 - |x|) / 2 as 20 bits and the rest.
#[inline(always)]
fn root(z: f64) -> (f64, f64, f64) {
    let s = z.sqrt();
    let high = upper_half(s);
    let low = (z - high * high) / (s + high);
    (s, high, if z == 0.0 { 0.0 } else { low })
}

#[inline(always)]
pub(super) fn arcsin(x: f64) -> f64 {
    let a = x.abs();
    let is_near = a < 0.5;
    let z = if is_near { a * a } else { (1.0 - a) * 0.5 };
    let r = ratio(z);
    let (s, high, low) = root(z);
    let far = FRAC_PI_4 - (2.0 * s * r - (PI_2_LOW - 2.0 * low) - (FRAC_PI_4 - 2.0 * high));
    (if is_near { a + a * r } else { far }).copysign(x)
}

#[inline(always)]
pub(super) fn arccos(x: f64) -> f64 {
    let a = x.abs();
    let is_near = a < 0.5;
    let z = if is_near { x * x } else { (1.0 - a) * 0.5 };
    let r = ratio(z);
    let (s, high, low) = root(z);
    let near = FRAC_PI_2 - (x - (PI_2_LOW - x * r));
    let positive = 2.0 * (high + (r * s + low));
    let negative = 2.0 * (FRAC_PI_2 - (s + (r * s - PI_2_LOW)));
    let far = if x < 0.0 { negative } else { positive };
    if is_near { near } else { far }
}

/// Arctangents of 1/2, 1, 3/2 and infinity, and what each lacks.
const AT: [(f64, f64); 4] = [
    (4.63647609000806093515e-01, 2.26987774529616870924e-17),
    (7.85398163397448278999e-01, 3.06161699786838301793e-17),
    (9.82793723247329054082e-01, 1.39033110312309984516e-17),
    (1.57079632679489655800e+00, 6.12323399573676603587e-17),
];
const A: [f64; 11] = [
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
];

/// The arctangent of a + c, a >= 0, with c next to nothing.
#[inline(always)]
fn arctan_of_pair(a: f64, c: f64) -> f64 {
    let (mut dividend, mut divisor, mut high, mut low) = (a, 1.0, 0.0, 0.0);
    let cases = [
        (7.0 / 16.0, 2.0 * a - 1.0, 2.0 + a),
        (11.0 / 16.0, a - 1.0, a + 1.0),
        (19.0 / 16.0, a - 1.5, 1.0 + 1.5 * a),
        (39.0 / 16.0, -1.0, a),
    ];
    for (&(bound, above, below), at) in cases.iter().zip(AT) {
        let is_above = a >= bound;
        dividend = if is_above { above } else { dividend };
        divisor = if is_above { below } else { divisor };
        high = if is_above { at.0 } else { high };
        low = if is_above { at.1 } else { low };
    }
    let t = dividend / divisor;
    let z = t * t;
    let w = z * z;
    let odd = z * (A[0] + w * (A[2] + w * (A[4] + w * (A[6] + w * (A[8] + w * A[10])))));
    let even = w * (A[1] + w * (A[3] + w * (A[5] + w * (A[7] + w * A[9]))));
    high - ((t * (odd + even) - (low + c)) - t)
}

#[inline(always)]
pub(super) fn arctan(x: f64) -> f64 {
    arctan_of_pair(x.abs(), 0.0).copysign(x)
}

/// Whether quotient and products are far from overflow and underflow.
#[inline(always)]
pub(super) fn arctan2_is_easy(y: f64, x: f64) -> bool {
    const LEAST: f64 = 1e-130;
    const GREATEST: f64 = 1e130;
    let (a, b) = (y.abs(), x.abs());
    (LEAST < a) & (a < GREATEST) & (LEAST < b) & (b < GREATEST)
}

#[inline(always)]
pub(super) fn arctan2(y: f64, x: f64) -> f64 {
    let (a, b) = (y.abs(), x.abs());
    let q = a / b;
    let (product, error) = two_product(q, b);
    // What the quotient lacks moves the arctangent by its derivative.
    let c = ((a - product) - error) / (b * (1.0 + q * q));
    quadrant(arctan_of_pair(q, c), y, x)
}

/// Whether the quotient is a number: neither 0/0 nor inf/inf.
#[inline(always)]
pub(super) fn arctan2_single_is_easy(y: f64, x: f64) -> bool {
    let (a, b) = (y.abs(), x.abs());
    !(((a == 0.0) & (b == 0.0)) | ((a == f64::INFINITY) & (b == f64::INFINITY)))
}

/// arctan2 where the result is rounded to float32.
#[inline(always)]
pub(super) fn arctan2_single(y: f64, x: f64) -> f64 {
    quadrant(arctan_of_pair((y / x).abs(), 0.0), y, x)
}

#[inline(always)]
fn quadrant(angle: f64, y: f64, x: f64) -> f64 {
    (if x < 0.0 { PI - (angle - 2.0 * PI_2_LOW) } else { angle }).copysign(y)
}
