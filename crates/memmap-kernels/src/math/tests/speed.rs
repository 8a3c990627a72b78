//! `cargo test --release -p memmap-kernels math::tests::speed -- --ignored --nocapture` prints nanoseconds an element.

use crate::loops::{RawSlice, RawSliceMut};
use crate::math::*;
use std::time::Instant;

const LEN: usize = 4096;

fn best(mut run: impl FnMut()) -> f64 {
    (0..200)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e9 / LEN as f64
        })
        .fold(f64::INFINITY, f64::min)
}

fn spread(least: f64, greatest: f64) -> Vec<f64> {
    (0..LEN).map(|i| least + (greatest - least) * ((i * 1103) % LEN) as f64 / LEN as f64).collect()
}

fn time<F: Unary<f32> + Unary<f64>>(name: &str, least: f64, greatest: f64) {
    let doubles = spread(least, greatest);
    let singles: Vec<f32> = doubles.iter().map(|&x| x as f32).collect();
    let (mut to, mut to_single) = (vec![0.0; LEN], vec![0.0; LEN]);
    let single = best(|| unary::<F, f32>(RawSlice::of(&singles), RawSliceMut::of(&mut to_single)));
    let double = best(|| unary::<F, f64>(RawSlice::of(&doubles), RawSliceMut::of(&mut to)));
    println!("{name:10} {single:6.2} {double:6.2}");
}

fn time_binary<F: Binary<f32> + Binary<f64>>(name: &str, a: (f64, f64), b: (f64, f64)) {
    let (a, mut b) = (spread(a.0, a.1), spread(b.0, b.1));
    b.reverse();
    let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    let (a_single, b_single) = (narrow(&a), narrow(&b));
    let (mut to, mut to_single) = (vec![0.0; LEN], vec![0.0; LEN]);
    let single = best(|| {
        binary::<F, f32>(RawSlice::of(&a_single), RawSlice::of(&b_single), RawSliceMut::of(&mut to_single))
    });
    let double = best(|| binary::<F, f64>(RawSlice::of(&a), RawSlice::of(&b), RawSliceMut::of(&mut to)));
    println!("{name:10} {single:6.2} {double:6.2}");
}

#[test]
#[ignore = "measures"]
fn speed() {
    println!("function  float32 float64");
    time::<Sqrt>("sqrt", 0.0, 1000.0);
    time::<Floor>("floor", -1000.0, 1000.0);
    time::<Rint>("rint", -1000.0, 1000.0);
    time::<Exp>("exp", -20.0, 20.0);
    time::<Exp2>("exp2", -20.0, 20.0);
    time::<Expm1>("expm1", -20.0, 20.0);
    time::<Log>("log", 0.001, 1000.0);
    time::<Log2>("log2", 0.001, 1000.0);
    time::<Log10>("log10", 0.001, 1000.0);
    time::<Log1p>("log1p", 0.001, 1000.0);
    time::<Sin>("sin", -20.0, 20.0);
    time::<Cos>("cos", -20.0, 20.0);
    time::<Tan>("tan", -20.0, 20.0);
    time::<Arcsin>("arcsin", -1.0, 1.0);
    time::<Arccos>("arccos", -1.0, 1.0);
    time::<Arctan>("arctan", -20.0, 20.0);
    time::<Sinh>("sinh", -20.0, 20.0);
    time::<Cosh>("cosh", -20.0, 20.0);
    time::<Tanh>("tanh", -20.0, 20.0);
    time::<Arcsinh>("arcsinh", -20.0, 20.0);
    time::<Arccosh>("arccosh", 1.0, 20.0);
    time::<Arctanh>("arctanh", -1.0, 1.0);
    time::<Cbrt>("cbrt", -20.0, 20.0);
    time_binary::<Power>("power", (0.1, 20.0), (-3.0, 3.0));
    time_binary::<Arctan2>("arctan2", (-20.0, 20.0), (-20.0, 20.0));
    time_binary::<Hypot>("hypot", (-20.0, 20.0), (-20.0, 20.0));
    println!("hard arguments");
    time::<Sin>("sin", 1e7, 1e8);
    time::<Tan>("tan", 1e7, 1e8);
}
