//! binary16, in arithmetic that vectorises on every processor.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use super::raw_slice::{RawSlice, RawSliceMut};
use crate::dtype::f16;

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

/// Converts with the processor's own instructions: halves to singles, or with `widen` unset singles to halves.
///
/// # Safety
/// The processor has AVX and F16C; `S` and `D` are `f16` and `f32`, the wider one where `widen` says.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[target_feature(enable = "avx2,f16c")]
pub(crate) unsafe fn convert_f16c<S: Copy, D: Copy>(from: RawSlice<S>, mut to: RawSliceMut<D>, widen: bool) {
    #[cfg(target_arch = "x86")]
    use std::arch::x86::{_MM_FROUND_TO_NEAREST_INT, _mm256_cvtph_ps, _mm256_cvtps_ph};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{_MM_FROUND_TO_NEAREST_INT, _mm256_cvtph_ps, _mm256_cvtps_ph};
    use std::mem::transmute_copy;
    const STEP: usize = 8;
    let whole = from.len() / STEP * STEP;
    for start in (0..whole).step_by(STEP) {
        let values: [S; STEP] = from.chunk(start);
        let converted: [D; STEP] = if widen {
            // SAFETY: eight halves are the 16 bytes of the vector.
            let halves = unsafe { transmute_copy(&values) };
            let singles = _mm256_cvtph_ps(halves);
            // SAFETY: the vector's 32 bytes are eight singles.
            unsafe { transmute_copy(&singles) }
        } else {
            // SAFETY: eight singles are the 32 bytes of the vector.
            let singles = unsafe { transmute_copy(&values) };
            let halves = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(singles);
            // SAFETY: the vector's 16 bytes are eight halves.
            unsafe { transmute_copy(&halves) }
        };
        to.put_chunk(start, converted);
    }
    for index in whole..from.len() {
        let [value]: [S; 1] = from.chunk(index);
        let converted: [D; 1] = if widen {
            // SAFETY: the value is a half.
            let single = to_f32(unsafe { transmute_copy(&value) });
            // SAFETY: what is wanted is a single.
            unsafe { transmute_copy(&single) }
        } else {
            // SAFETY: the value is a single.
            let half = from_f32(unsafe { transmute_copy(&value) });
            // SAFETY: what is wanted is a half.
            unsafe { transmute_copy(&half) }
        };
        to.put_chunk(index, converted);
    }
}
