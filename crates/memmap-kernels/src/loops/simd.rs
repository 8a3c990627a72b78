//! SIMD dispatch: a kernel is compiled once for the baseline and once for AVX2, and the processor decides at run time.
//!
//! Most kernels over large arrays wait for memory with AVX2 already. Those that compute more on each element are compiled for
//! AVX-512 too: [`dispatch_wide`].

use super::lanes::{Lanes, Portable};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use std::sync::atomic::{AtomicU8, Ordering};

/// The instructions that a kernel is compiled for.
pub(crate) trait Level: Copy {
    /// Whether AVX2 and F16C instructions may be used.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    const AVX2: bool;
    /// Whether the AVX-512 instructions of [`Avx512`] may be used.
    #[cfg(target_arch = "x86_64")]
    const AVX512: bool = false;
    /// Whether `mul_add` is one instruction.
    const FMA: bool;
    /// Vectors of singles.
    type Singles: Lanes;
}

/// The instructions that every processor of the target has.
#[derive(Clone, Copy)]
pub(crate) struct Baseline;

impl Level for Baseline {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    const AVX2: bool = false;
    const FMA: bool = cfg!(target_arch = "aarch64");
    type Singles = Portable;
}

/// AVX2, FMA, F16C, BMI1, BMI2, LZCNT and POPCNT.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Level for Avx2 {
    const AVX2: bool = true;
    const FMA: bool = true;
    #[cfg(target_arch = "x86_64")]
    type Singles = super::lanes::Avx2Singles;
    #[cfg(target_arch = "x86")]
    type Singles = Portable;
}

/// Avx2, and AVX-512 F, BW, DQ, VL, VNNI and VPOPCNTDQ: Ice Lake, Zen 4 and later. Older processors with AVX-512 slow down where
/// they use it.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Level for Avx512 {
    const AVX2: bool = true;
    const AVX512: bool = true;
    const FMA: bool = true;
    type Singles = super::lanes::Avx512Singles;
}

/// A loop that is worth compiling for several processors. `run` and all it calls must be `#[inline(always)]`, or it
/// is compiled for the baseline.
pub(crate) trait Kernel {
    type Output;
    fn run<L: Level>(self) -> Self::Output;
}

/// Runs a kernel on the best level that this processor has.
#[inline(always)]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if has_avx2() && is_allowed(1) {
        // SAFETY: the processor has these instructions, as was just checked.
        return unsafe { run_avx2(kernel) };
    }
    kernel.run::<Baseline>()
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[target_feature(enable = "avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

/// Runs a kernel on the best level that this processor has, AVX-512 among them.
#[inline(always)]
pub(crate) fn dispatch_wide<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if has_avx512() && is_allowed(2) {
        // SAFETY: the processor has these instructions, as was just checked.
        return unsafe { run_avx512(kernel) };
    }
    dispatch(kernel)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(
    enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c,bmi1,bmi2,lzcnt,popcnt"
)]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn has_avx512() -> bool {
    static KNOWN: Known = Known::new();
    KNOWN.or_find(|| {
        has_avx2()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("avx512vpopcntdq")
    })
}

/// Every processor with AVX2 so far has the others too, but a hypervisor may hide any of them.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn has_avx2() -> bool {
    static KNOWN: Known = Known::new();
    KNOWN.or_find(|| {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("f16c")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    })
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
/// Always; but tests hold their thread to a level: 0 is the baseline.
#[inline(always)]
fn is_allowed(_level: u8) -> bool {
    #[cfg(test)]
    return _level <= ALLOWED.get();
    #[cfg(not(test))]
    true
}

#[cfg(test)]
thread_local! {
    pub(crate) static ALLOWED: std::cell::Cell<u8> = const { std::cell::Cell::new(u8::MAX) };
}

/// What the processor has, once it was asked.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
struct Known(AtomicU8);

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Known {
    const fn new() -> Known {
        Known(AtomicU8::new(0))
    }

    #[inline(always)]
    fn or_find(&self, find: impl Fn() -> bool) -> bool {
        match self.0.load(Ordering::Relaxed) {
            0 => {
                let has = find();
                self.0.store(if has { 2 } else { 1 }, Ordering::Relaxed);
                has
            }
            known => known == 2,
        }
    }
}
