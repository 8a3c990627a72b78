//! binary16, in arithmetic that vectorises on every processor.

use crate::number::f16;

const INFINITY: u32 = 255 << 23;

/// Exact. After "half to float, fast" by Fabian Giesen: shift into place, then mend the exponent of the three classes.
#[inline(always)]
pub(crate) fn to_f32(half: f16) -> f32 {
    let bits = u32::from(half.to_bits());
    let magnitude = (bits & 0x7fff) << 13;
    let exponent = magnitude & (0x7c00 << 13);
    let rebased = magnitude + ((127 - 15) << 23);
    let special = rebased + ((128 - 16) << 23);
    let subnormal = (f32::from_bits(rebased + (1 << 23)) - f32::from_bits(113 << 23)).to_bits();
    let value = if exponent == 0x7c00 << 13 {
        special
    } else if exponent == 0 {
        subnormal
    } else {
        rebased
    };
    f32::from_bits(value | ((bits & 0x8000) << 16))
}

/// To nearest, ties to even; NaN stays NaN with the upper bits of its payload.
#[inline(always)]
pub(crate) fn from_f32(value: f32) -> f16 {
    const OVERFLOW: u32 = (127 + 16) << 23;
    const SMALLEST_NORMAL: u32 = 113 << 23;
    // Adding this aligns the bits of a subnormal at the bottom; the addition rounds.
    const SUBNORMAL_MAGIC: u32 = ((127 - 15) + (23 - 10) + 1) << 23;
    let bits = value.to_bits();
    let sign = bits & 0x8000_0000;
    let magnitude = bits ^ sign;
    let special = if magnitude > INFINITY { 0x7e00 | ((magnitude >> 13) & 0x3ff) } else { 0x7c00 };
    let subnormal =
        (f32::from_bits(magnitude) + f32::from_bits(SUBNORMAL_MAGIC)).to_bits().wrapping_sub(SUBNORMAL_MAGIC);
    let odd = (magnitude >> 13) & 1;
    let normal = magnitude.wrapping_add((15u32.wrapping_sub(127)) << 23).wrapping_add(0xfff + odd) >> 13;
    let half = if magnitude >= OVERFLOW {
        special
    } else if magnitude < SMALLEST_NORMAL {
        subnormal
    } else {
        normal
    };
    f16::from_bits((half | (sign >> 16)) as u16)
}

/// To nearest, ties to even, in one rounding: the step over f32 rounds to odd, which keeps what the second needs.
#[inline(always)]
pub(crate) fn from_f64(value: f64) -> f16 {
    let single = value as f32;
    let bits = single.to_bits();
    let back = f64::from(single);
    let inexact = back != value && bits & 1 == 0 && !value.is_nan();
    let odd = if back.abs() > value.abs() { bits.wrapping_sub(1) } else { bits.wrapping_add(1) };
    from_f32(f32::from_bits(if inexact { odd } else { bits }))
}
