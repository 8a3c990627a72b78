//! SIMD dispatch: a kernel is compiled once for the baseline and once for AVX2, and the processor decides at run time.
//!
//! There is no AVX-512 level, because kernels over large arrays wait for memory with AVX2 already.

/// The instructions that a kernel is compiled for.
pub(crate) trait Level: Copy {
    /// Whether AVX2 and F16C instructions may be used.
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    const AVX2: bool;
}

/// The instructions that every processor of the target has.
#[derive(Clone, Copy)]
pub(crate) struct Baseline;

impl Level for Baseline {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    const AVX2: bool = false;
}

/// AVX2, F16C, BMI1, BMI2, LZCNT and POPCNT.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Level for Avx2 {
    const AVX2: bool = true;
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
    if has_avx2() {
        // SAFETY: the processor has these instructions, as was just checked.
        return unsafe { run_avx2(kernel) };
    }
    kernel.run::<Baseline>()
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[target_feature(enable = "avx2,f16c,bmi1,bmi2,lzcnt,popcnt")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Avx2>()
}

/// Every processor with AVX2 so far has the others too, but a hypervisor may hide any of them.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
#[inline(always)]
pub(crate) fn has_avx2() -> bool {
    use std::sync::atomic::{AtomicU8, Ordering};
    static KNOWN: AtomicU8 = AtomicU8::new(0);
    match KNOWN.load(Ordering::Relaxed) {
        0 => {
            let has = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("f16c")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            KNOWN.store(if has { 2 } else { 1 }, Ordering::Relaxed);
            has
        }
        known => known == 2,
    }
}
