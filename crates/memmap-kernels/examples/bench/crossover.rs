//! Small arrays: what a call costs, and where threads begin to pay.

use crate::operations::native;
use crate::timing::median;
use memmap_kernels::{ArrayMut, ArrayRef, Control, Kind, Params, Reduction, assign, reduce_all};
use std::hint::black_box;

/// Calls that are timed together.
const CALLS: usize = 1000;

fn per_call(calls: usize, mut work: impl FnMut()) -> f64 {
    median(7, || (0..calls).for_each(|_| work())) / calls as f64 * 1e6
}

/// Sums and copies from 64 KiB to 8 MiB on one thread and on all: the threshold `PARALLEL_BYTES` of `pool.rs` belongs
/// where the second column becomes the smaller one.
pub fn crossover() {
    println!("{:>10} {:>12} {:>12} {:>12} {:>12}", "KiB", "sum 1 (us)", "sum all", "copy 1", "copy all");
    for kib in [64, 128, 256, 512, 1024, 2048, 4096, 8192] {
        let data = vec![1f32; kib << 8];
        let mut copy = vec![0f32; kib << 8];
        // SAFETY: the array covers `data`, which outlives it.
        let source =
            unsafe { ArrayRef::contiguous(data.as_ptr().cast(), native(Kind::F32), vec![data.len()]) };
        // SAFETY: the array covers `copy`, which outlives it.
        let target =
            unsafe { ArrayMut::contiguous(copy.as_mut_ptr().cast(), native(Kind::F32), vec![copy.len()]) };
        let calls = (65536 / kib).clamp(20, CALLS);
        let times = [1, usize::MAX].map(|threads| {
            let control = Control::new().with_max_threads(threads);
            let sum = per_call(calls, || {
                _ = black_box(reduce_all(Reduction::Sum, &source, &Params::default(), &control))
            });
            (sum, per_call(calls, || assign(&source, &target, &control).expect("a copy")))
        });
        let [(sum, copied), (sum_all, copied_all)] = times;
        println!("{kib:>10} {sum:>12.1} {sum_all:>12.1} {copied:>12.1} {copied_all:>12.1}");
    }
}

/// The smallest calls, in nanoseconds.
pub fn small() {
    let data = [1f32; 16];
    for reduction in [Reduction::Sum, Reduction::Mean, Reduction::Max, Reduction::ArgMax, Reduction::Std] {
        let nanoseconds = 1e3
            * per_call(CALLS * 100, || {
                // SAFETY: the array covers `data`, which outlives it.
                let array =
                    unsafe { ArrayRef::contiguous(data.as_ptr().cast(), native(Kind::F32), vec![16]) };
                _ = black_box(reduce_all(reduction, &array, &Params::default(), &Control::new()));
            });
        println!("{} of 16 F32: {nanoseconds:.0} ns", reduction.name());
    }
}
