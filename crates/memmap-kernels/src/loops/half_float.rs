//! binary16, in arithmetic that vectorises on every processor.

use super::raw_slice::{RawSlice, RawSliceMut, map};
use super::simd::{Kernel, Level, dispatch};
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

/// Converts halves to singles.
pub(crate) fn widen(from: RawSlice<f16>, to: RawSliceMut<f32>) {
    dispatch(Widen(from, to));
}

/// Converts singles to halves.
pub(crate) fn narrow(from: RawSlice<f32>, to: RawSliceMut<f16>) {
    dispatch(Narrow(from, to));
}

struct Widen<'a>(RawSlice<'a, f16>, RawSliceMut<'a, f32>);
struct Narrow<'a>(RawSlice<'a, f32>, RawSliceMut<'a, f16>);

impl Kernel for Widen<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if L::AVX2 {
            // SAFETY: the level has F16C.
            return unsafe { f16c::widen(self.0, self.1) };
        }
        map(self.0, self.1, to_f32)
    }
}

impl Kernel for Narrow<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if L::AVX2 {
            // SAFETY: the level has F16C.
            return unsafe { f16c::narrow(self.0, self.1) };
        }
        map(self.0, self.1, from_f32)
    }
}

/// The processor's own instructions.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
mod f16c {
    use super::{RawSlice, RawSliceMut, f16, from_f32, to_f32};
    #[cfg(target_arch = "x86")]
    use std::arch::x86::{__m128i, __m256, _MM_FROUND_TO_NEAREST_INT, _mm256_cvtph_ps, _mm256_cvtps_ph};
    #[cfg(target_arch = "x86_64")]
    use std::arch::x86_64::{__m128i, __m256, _MM_FROUND_TO_NEAREST_INT, _mm256_cvtph_ps, _mm256_cvtps_ph};
    use std::mem::transmute;

    const STEP: usize = 8;

    #[target_feature(enable = "avx2,f16c")]
    pub fn widen(from: RawSlice<f16>, mut to: RawSliceMut<f32>) {
        let whole = from.len() / STEP * STEP;
        for start in (0..whole).step_by(STEP) {
            // SAFETY: eight halves are the 16 bytes of the vector, and any bits make one.
            let halves = unsafe { transmute::<[f16; STEP], __m128i>(from.chunk(start)) };
            let singles = _mm256_cvtph_ps(halves);
            // SAFETY: the vector's 32 bytes are eight singles.
            to.put_chunk(start, unsafe { transmute::<__m256, [f32; STEP]>(singles) });
        }
        for index in whole..from.len() {
            to.put_chunk(index, [to_f32(from.get(index))]);
        }
    }

    #[target_feature(enable = "avx2,f16c")]
    pub fn narrow(from: RawSlice<f32>, mut to: RawSliceMut<f16>) {
        let whole = from.len() / STEP * STEP;
        for start in (0..whole).step_by(STEP) {
            // SAFETY: eight singles are the 32 bytes of the vector, and any bits make one.
            let singles = unsafe { transmute::<[f32; STEP], __m256>(from.chunk(start)) };
            let halves = _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(singles);
            // SAFETY: the vector's 16 bytes are eight halves.
            to.put_chunk(start, unsafe { transmute::<__m128i, [f16; STEP]>(halves) });
        }
        for index in whole..from.len() {
            to.put_chunk(index, [from_f32(from.get(index))]);
        }
    }
}
