//! Sums, products and quotients with their rounding errors: a pair is the unevaluated sum of a number and a correction.

/// The sum, and what rounding cut off.
#[inline(always)]
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let other = sum - a;
    (sum, (a - (sum - other)) + (b - other))
}

/// The sum of numbers of which the first has the greater magnitude, and what rounding cut off.
#[inline(always)]
pub(super) fn quick_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, (a - sum) + b)
}

/// The upper 26 bits and the rest (Dekker). Magnitudes above 2^996 overflow.
#[inline(always)]
fn split(a: f64) -> (f64, f64) {
    let scaled = a * 134_217_729.0;
    let high = scaled - (scaled - a);
    (high, a - high)
}

/// The product, and what rounding cut off. A fused multiply-add would do the same, but not every processor has one.
#[inline(always)]
pub(super) fn two_product(a: f64, b: f64) -> (f64, f64) {
    let product = a * b;
    let (a_high, a_low) = split(a);
    let (b_high, b_low) = split(b);
    (product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low)
}

/// The quotient of two pairs as a pair.
#[inline(always)]
pub(super) fn quotient(dividend: (f64, f64), divisor: (f64, f64)) -> (f64, f64) {
    let q = dividend.0 / divisor.0;
    let (product, error) = two_product(q, divisor.0);
    (q, (((dividend.0 - product) - error) + dividend.1 - q * divisor.1) / divisor.0)
}

/// The square root of a pair of a positive number as a pair.
#[inline(always)]
pub(super) fn square_root(x: (f64, f64)) -> (f64, f64) {
    let root = x.0.sqrt();
    let (square, error) = two_product(root, root);
    (root, (((x.0 - square) - error) + x.1) / (root + root))
}

/// The number with the lower half of its bits cleared: products of two such numbers are exact.
#[inline(always)]
pub(super) fn upper_half(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_0000_0000)
}
