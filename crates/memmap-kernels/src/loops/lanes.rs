//! Vectors of singles, as wide as the instructions of a level.
//!
//! Kernels use the vectors of their own level only ([`Level::Singles`](super::Level::Singles)), so the processor has the
//! instructions: that is what the safety of each operation rests on.

use super::half_float;
use crate::dtype::{Native, f16};

/// Arithmetic on vectors of `LEN` singles.
pub(crate) trait Lanes {
    type Vector: Copy;
    const LEN: usize;

    fn splat(x: f32) -> Self::Vector;
    fn add(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn sub(a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn abs(a: Self::Vector) -> Self::Vector;
    /// `a * b + c`, rounded once where the level can.
    fn fma(a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// The sum of each of four vectors.
    fn sums(of: [Self::Vector; 4]) -> [f32; 4];
    /// A bit for each lane in which `a < b` does not hold, as for NaN.
    fn not_less(a: Self::Vector, b: Self::Vector) -> u32;

    /// # Safety
    /// `LEN` singles are readable, at any alignment.
    unsafe fn load(at: *const f32) -> Self::Vector;
    /// # Safety
    /// As for [`Lanes::load`].
    unsafe fn load_f16(at: *const f16) -> Self::Vector;
    /// # Safety
    /// As for [`Lanes::load`].
    unsafe fn load_i8(at: *const i8) -> Self::Vector;
    /// # Safety
    /// As for [`Lanes::load`].
    unsafe fn load_u8(at: *const u8) -> Self::Vector;
}

/// Numbers that are singles without loss.
pub(crate) trait Widen: Native {
    /// # Safety
    /// As many numbers as the vector has lanes are readable, at any alignment.
    unsafe fn load<L: Lanes>(at: *const Self) -> L::Vector;
}

macro_rules! widen {
    ($($T:ty => $load:ident),*) => {$(
        impl Widen for $T {
            #[inline(always)]
            unsafe fn load<L: Lanes>(at: *const Self) -> L::Vector {
                // SAFETY: passed on as it is.
                unsafe { L::$load(at) }
            }
        }
    )*};
}

widen!(f32 => load, f16 => load_f16, i8 => load_i8, u8 => load_u8);

/// Four lanes in plain arithmetic, which compilers turn into vectors.
pub(crate) struct Portable;

const FOUR: usize = 4;

#[inline(always)]
fn zip(a: [f32; FOUR], b: [f32; FOUR], f: impl Fn(f32, f32) -> f32) -> [f32; FOUR] {
    [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2]), f(a[3], b[3])]
}

/// # Safety
/// Four numbers are readable.
#[inline(always)]
unsafe fn four<T: Copy>(at: *const T, f: impl Fn(T) -> f32) -> [f32; FOUR] {
    // SAFETY: the caller vouches for the numbers.
    let [a, b, c, d] = unsafe { at.cast::<[T; FOUR]>().read_unaligned() };
    [f(a), f(b), f(c), f(d)]
}

impl Lanes for Portable {
    type Vector = [f32; FOUR];
    const LEN: usize = FOUR;

    #[inline(always)]
    fn splat(x: f32) -> [f32; FOUR] {
        [x; FOUR]
    }
    #[inline(always)]
    fn add(a: [f32; FOUR], b: [f32; FOUR]) -> [f32; FOUR] {
        zip(a, b, |a, b| a + b)
    }
    #[inline(always)]
    fn sub(a: [f32; FOUR], b: [f32; FOUR]) -> [f32; FOUR] {
        zip(a, b, |a, b| a - b)
    }
    #[inline(always)]
    fn abs(a: [f32; FOUR]) -> [f32; FOUR] {
        zip(a, a, |a, _| a.abs())
    }
    #[inline(always)]
    fn fma(a: [f32; FOUR], b: [f32; FOUR], c: [f32; FOUR]) -> [f32; FOUR] {
        if cfg!(target_arch = "aarch64") {
            return std::array::from_fn(|i| a[i].mul_add(b[i], c[i]));
        }
        zip(zip(a, b, |a, b| a * b), c, |product, c| product + c)
    }
    #[inline(always)]
    fn sums(of: [[f32; FOUR]; 4]) -> [f32; 4] {
        std::array::from_fn(|i| (of[i][0] + of[i][2]) + (of[i][1] + of[i][3]))
    }
    #[inline(always)]
    #[allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN is not less")]
    fn not_less(a: [f32; FOUR], b: [f32; FOUR]) -> u32 {
        (0..FOUR).fold(0, |bits, i| bits | (u32::from(!(a[i] < b[i])) << i))
    }
    #[inline(always)]
    unsafe fn load(at: *const f32) -> [f32; FOUR] {
        // SAFETY: passed on as it is.
        unsafe { four(at, |x| x) }
    }
    #[inline(always)]
    unsafe fn load_f16(at: *const f16) -> [f32; FOUR] {
        // SAFETY: passed on as it is.
        unsafe { four(at, half_float::to_f32) }
    }
    #[inline(always)]
    unsafe fn load_i8(at: *const i8) -> [f32; FOUR] {
        // SAFETY: passed on as it is.
        unsafe { four(at, f32::from) }
    }
    #[inline(always)]
    unsafe fn load_u8(at: *const u8) -> [f32; FOUR] {
        // SAFETY: passed on as it is.
        unsafe { four(at, f32::from) }
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2Singles, Avx512Singles};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Lanes, f16};
    use std::arch::x86_64::*;

    /// Eight lanes, for the AVX2 level.
    pub(crate) struct Avx2Singles;

    /// Sixteen lanes, for the AVX-512 level.
    pub(crate) struct Avx512Singles;

    /// Operations that are one safe intrinsic each.
    macro_rules! operations {
        ($V:ty: $($name:ident($($a:ident),*) = $intrinsic:expr;)*) => {$(
            #[inline(always)]
            fn $name($($a: $V),*) -> $V {
                // SAFETY: the level has the instruction.
                unsafe { $intrinsic($($a),*) }
            }
        )*};
    }

    impl Lanes for Avx2Singles {
        type Vector = __m256;
        const LEN: usize = 8;

        operations!(__m256:
            add(a, b) = _mm256_add_ps;
            sub(a, b) = _mm256_sub_ps;
            fma(a, b, c) = _mm256_fmadd_ps;
        );
        #[inline(always)]
        fn splat(x: f32) -> __m256 {
            // SAFETY: the level has the instruction.
            unsafe { _mm256_set1_ps(x) }
        }
        #[inline(always)]
        fn abs(a: __m256) -> __m256 {
            // SAFETY: the level has the instruction.
            unsafe { _mm256_andnot_ps(Self::splat(-0.0), a) }
        }
        #[inline(always)]
        fn sums(of: [__m256; 4]) -> [f32; 4] {
            // SAFETY: the level has the instructions.
            unsafe { sums_of_eight(of) }
        }
        #[inline(always)]
        fn not_less(a: __m256, b: __m256) -> u32 {
            // SAFETY: the level has the instruction.
            let flags = unsafe { _mm256_cmp_ps::<_CMP_NLT_UQ>(a, b) };
            // SAFETY: the level has the instruction.
            (unsafe { _mm256_movemask_ps(flags) }) as u32
        }
        #[inline(always)]
        unsafe fn load(at: *const f32) -> __m256 {
            // SAFETY: the caller vouches for eight singles.
            unsafe { _mm256_loadu_ps(at) }
        }
        #[inline(always)]
        unsafe fn load_f16(at: *const f16) -> __m256 {
            // SAFETY: the caller vouches for eight halves.
            let halves = unsafe { _mm_loadu_si128(at.cast()) };
            // SAFETY: the level has the instruction.
            unsafe { _mm256_cvtph_ps(halves) }
        }
        #[inline(always)]
        unsafe fn load_i8(at: *const i8) -> __m256 {
            // SAFETY: the caller vouches for eight bytes.
            let bytes = unsafe { _mm_loadl_epi64(at.cast()) };
            // SAFETY: the level has the instruction.
            let integers = unsafe { _mm256_cvtepi8_epi32(bytes) };
            // SAFETY: the level has the instruction.
            unsafe { _mm256_cvtepi32_ps(integers) }
        }
        #[inline(always)]
        unsafe fn load_u8(at: *const u8) -> __m256 {
            // SAFETY: the caller vouches for eight bytes.
            let bytes = unsafe { _mm_loadl_epi64(at.cast()) };
            // SAFETY: the level has the instruction.
            let integers = unsafe { _mm256_cvtepu8_epi32(bytes) };
            // SAFETY: the level has the instruction.
            unsafe { _mm256_cvtepi32_ps(integers) }
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn sums_of_eight([a, b, c, d]: [__m256; 4]) -> [f32; 4] {
        let pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
        let four = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps::<1>(pairs));
        // SAFETY: four singles are the 16 bytes of the vector.
        unsafe { std::mem::transmute::<__m128, [f32; 4]>(four) }
    }

    /// The sum of both halves.
    #[inline(always)]
    fn halves(a: __m512) -> __m256 {
        // SAFETY: the level has the instruction.
        let low = unsafe { _mm512_castps512_ps256(a) };
        // SAFETY: the level has the instruction.
        let high = unsafe { _mm512_extractf32x8_ps::<1>(a) };
        Avx2Singles::add(low, high)
    }

    impl Lanes for Avx512Singles {
        type Vector = __m512;
        const LEN: usize = 16;

        operations!(__m512:
            add(a, b) = _mm512_add_ps;
            sub(a, b) = _mm512_sub_ps;
            abs(a) = _mm512_abs_ps;
            fma(a, b, c) = _mm512_fmadd_ps;
        );
        #[inline(always)]
        fn splat(x: f32) -> __m512 {
            // SAFETY: the level has the instruction.
            unsafe { _mm512_set1_ps(x) }
        }
        #[inline(always)]
        fn sums([a, b, c, d]: [__m512; 4]) -> [f32; 4] {
            Avx2Singles::sums([halves(a), halves(b), halves(c), halves(d)])
        }
        #[inline(always)]
        fn not_less(a: __m512, b: __m512) -> u32 {
            // SAFETY: the level has the instruction.
            u32::from(unsafe { _mm512_cmp_ps_mask::<_CMP_NLT_UQ>(a, b) })
        }
        #[inline(always)]
        unsafe fn load(at: *const f32) -> __m512 {
            // SAFETY: the caller vouches for sixteen singles.
            unsafe { _mm512_loadu_ps(at) }
        }
        #[inline(always)]
        unsafe fn load_f16(at: *const f16) -> __m512 {
            // SAFETY: the caller vouches for sixteen halves.
            let halves = unsafe { _mm256_loadu_si256(at.cast()) };
            // SAFETY: the level has the instruction.
            unsafe { _mm512_cvtph_ps(halves) }
        }
        #[inline(always)]
        unsafe fn load_i8(at: *const i8) -> __m512 {
            // SAFETY: the caller vouches for sixteen bytes.
            let bytes = unsafe { _mm_loadu_si128(at.cast()) };
            // SAFETY: the level has the instruction.
            let integers = unsafe { _mm512_cvtepi8_epi32(bytes) };
            // SAFETY: the level has the instruction.
            unsafe { _mm512_cvtepi32_ps(integers) }
        }
        #[inline(always)]
        unsafe fn load_u8(at: *const u8) -> __m512 {
            // SAFETY: the caller vouches for sixteen bytes.
            let bytes = unsafe { _mm_loadu_si128(at.cast()) };
            // SAFETY: the level has the instruction.
            let integers = unsafe { _mm512_cvtepu8_epi32(bytes) };
            // SAFETY: the level has the instruction.
            unsafe { _mm512_cvtepi32_ps(integers) }
        }
    }
}
