//! Where threads begin to pay: sums and copies from 64 KiB to 8 MiB on one thread and on all. Both wait for memory: what `memory_bound`
//! of `exec/pieces.rs` makes of their bytes reaches `PARALLEL_BYTES` where the second column becomes the smaller one.

use memmap_kernels::{ArrayMut, ArrayRef, Control, Element, Kind, Params, Reduction, assign, reduce_all};
use std::hint::black_box;
use std::time::Instant;

/// Microseconds of a call, the median of seven rounds.
fn per_call(calls: usize, mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[3] / calls as f64 * 1e6
}

fn main() {
    let element = Element::native(Kind::F32).expect("a number");
    println!("{:>10} {:>12} {:>12} {:>12} {:>12}", "KiB", "sum 1 (us)", "sum all", "copy 1", "copy all");
    for kib in [64, 128, 256, 512, 1024, 2048, 3072, 4096, 8192] {
        let data = vec![1f32; kib << 8];
        let mut copy = vec![0f32; kib << 8];
        // SAFETY: the array covers `data`, which outlives it.
        let source = unsafe { ArrayRef::contiguous(data.as_ptr().cast(), element, vec![data.len()]) };
        // SAFETY: the array covers `copy`, which outlives it.
        let target = unsafe { ArrayMut::contiguous(copy.as_mut_ptr().cast(), element, vec![copy.len()]) };
        let calls = (65536 / kib).clamp(20, 1000);
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
