//! Errors against the functions of `pxfm`, which are nearly always rounded correctly, in units in the last place (ulp).
//!
//! ```text
//! cargo test --release -p memmap-kernels math::tests::accuracy -- --ignored --nocapture --test-threads 1
//! ```
//!
//! `MATH_ONLY=sin` measures one function, `MATH_STEP=101` each 101st float32, `MATH_SAMPLES` sets the number of float64.

use crate::loops::{RawSlice, RawSliceMut};
use crate::math::*;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Elements that a thread computes at a time.
const PIECE: usize = 1 << 16;

/// The greatest error in ulp, where it is, and how many arguments give a zero, NaN or infinity that is wrong.
#[derive(Clone, Copy, Default)]
struct Worst {
    error: f64,
    at: (f64, f64),
    wrong: u64,
    wrong_at: (f64, f64),
}

impl Worst {
    fn add(&mut self, error: Option<f64>, at: (f64, f64)) {
        match error {
            Some(error) if error > self.error => (self.error, self.at) = (error, at),
            None => {
                self.wrong += 1;
                self.wrong_at = at;
            }
            _ => {}
        }
    }

    fn join(&mut self, other: Worst) {
        self.add(Some(other.error), other.at);
        if other.wrong > 0 {
            self.wrong += other.wrong;
            self.wrong_at = other.wrong_at;
        }
    }
}

/// Functions whose error is too great.
static FAILED: AtomicU64 = AtomicU64::new(0);

/// Shares pieces among all threads: `work` gets the number of each and may use the state of its thread.
fn share(pieces: u64, work: impl Fn(u64, &mut Worst) + Sync) -> Worst {
    let (next, all) = (AtomicU64::new(0), Mutex::new(Worst::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut worst = Worst::default();
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= pieces {
                        break;
                    }
                    work(piece, &mut worst);
                }
                all.lock().expect("a lock").join(worst);
            });
        }
    });
    all.into_inner().expect("a lock")
}

fn variable(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn is_wanted(name: &str) -> bool {
    std::env::var("MATH_ONLY").map_or(true, |only| only.split(',').any(|word| word == name))
}

fn report(name: &str, kind: &str, worst: Worst, limit: f64) {
    println!(
        "{name:8} {kind} {:.4} ulp at {:?}, {} wrong (as {:?})",
        worst.error, worst.at, worst.wrong, worst.wrong_at
    );
    if worst.error > limit || worst.wrong > 0 {
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
}

/// `None` where one is NaN, infinite or zero and the other is not, or where signs of zero differ.
fn error_single(result: f32, exact: f64) -> Option<f64> {
    let rounded = exact as f32;
    if result.to_bits() == rounded.to_bits() || result.is_nan() && rounded.is_nan() {
        let unit = unit_of_single(rounded);
        return Some(if exact.is_finite() && rounded.is_finite() {
            (f64::from(result) - exact).abs() / unit
        } else {
            0.0
        });
    }
    if result.is_nan() || rounded.is_nan() || result.is_sign_negative() != rounded.is_sign_negative() {
        return None;
    }
    if result.is_infinite() || rounded.is_infinite() {
        return Some((f64::from(result.to_bits()) - f64::from(rounded.to_bits())).abs());
    }
    Some((f64::from(result) - exact).abs() / unit_of_single(rounded))
}

fn unit_of_single(x: f32) -> f64 {
    let exponent = ((x.to_bits() >> 23) & 0xff).max(1) as i32;
    2f64.powi(exponent - 127 - 23)
}

fn error_double(result: f64, exact: f64) -> Option<f64> {
    if result.to_bits() == exact.to_bits() || result.is_nan() && exact.is_nan() {
        return Some(0.0);
    }
    if result.is_nan() || exact.is_nan() || result.is_sign_negative() != exact.is_sign_negative() {
        return None;
    }
    Some(result.to_bits().abs_diff(exact.to_bits()) as f64)
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Any bits, or a number within bounds.
fn argument(state: &mut u64, (least, greatest): (f64, f64)) -> f64 {
    let bits = random(state);
    match bits & 3 {
        0 => f64::from_bits(random(state)),
        // Each binade down to 2^-64 equally often.
        1 => {
            let x = f64::from_bits((random(state) >> 12) | 1.0f64.to_bits());
            let bound = if bits & 8 == 0 { least } else { greatest };
            x * 0.5 * bound * 2f64.powi(-(((bits >> 8) & 63) as i32))
        }
        _ => least + (greatest - least) * ((random(state) >> 11) as f64 / (1u64 << 53) as f64),
    }
}

fn check<F: Unary<f32> + Unary<f64>>(name: &str, exact: fn(f64) -> f64, bounds: (f64, f64)) {
    if !is_wanted(name) {
        return;
    }
    let step = variable("MATH_STEP", 1);
    let worst = share((1u64 << 32).div_ceil(PIECE as u64 * step), |piece, worst| {
        let first = piece * PIECE as u64;
        let from: Vec<f32> =
            (first..first + PIECE as u64).map(|index| f32::from_bits((index * step) as u32)).collect();
        let mut to = vec![0.0; PIECE];
        unary::<F, f32>(RawSlice::of(&from), RawSliceMut::of(&mut to));
        for (x, y) in from.into_iter().zip(to) {
            worst.add(error_single(y, exact(f64::from(x))), (f64::from(x), 0.0));
        }
    });
    report(name, "float32", worst, 1.0);
    let worst = share(variable("MATH_SAMPLES", 200_000_000) / PIECE as u64, |piece, worst| {
        let mut state = piece << 32;
        let from: Vec<f64> = (0..PIECE).map(|_| argument(&mut state, bounds)).collect();
        let mut to = vec![0.0; PIECE];
        unary::<F, f64>(RawSlice::of(&from), RawSliceMut::of(&mut to));
        for (x, y) in from.into_iter().zip(to) {
            worst.add(error_double(y, exact(x)), (x, 0.0));
        }
    });
    report(name, "float64", worst, 2.0);
}

fn check_binary<F: Binary<f32> + Binary<f64>>(
    name: &str,
    exact: fn(f64, f64) -> f64,
    a: (f64, f64),
    b: (f64, f64),
) {
    if !is_wanted(name) {
        return;
    }
    let pieces = variable("MATH_SAMPLES", 200_000_000) / PIECE as u64;
    let single = share(pieces, |piece, worst| {
        let mut state = piece << 32;
        let pick = |state: &mut u64, bounds| match random(state) & 3 {
            0 => f32::from_bits(random(state) as u32),
            _ => argument(state, bounds) as f32,
        };
        let pairs: Vec<(f32, f32)> = (0..PIECE).map(|_| (pick(&mut state, a), pick(&mut state, b))).collect();
        let (x, y): (Vec<f32>, Vec<f32>) = pairs.iter().copied().unzip();
        let mut to = vec![0.0; PIECE];
        binary::<F, f32>(RawSlice::of(&x), RawSlice::of(&y), RawSliceMut::of(&mut to));
        for ((x, y), z) in pairs.into_iter().zip(to) {
            let at = (f64::from(x), f64::from(y));
            worst.add(error_single(z, exact(at.0, at.1)), at);
        }
    });
    report(name, "float32", single, 1.0);
    let double = share(pieces, |piece, worst| {
        let mut state = piece << 32;
        let pairs: Vec<(f64, f64)> =
            (0..PIECE).map(|_| (argument(&mut state, a), argument(&mut state, b))).collect();
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let mut to = vec![0.0; PIECE];
        binary::<F, f64>(RawSlice::of(&x), RawSlice::of(&y), RawSliceMut::of(&mut to));
        for (at, z) in pairs.into_iter().zip(to) {
            worst.add(error_double(z, exact(at.0, at.1)), at);
        }
    });
    report(name, "float64", double, 2.0);
}

/// Some subnormal results of `pxfm` are wrong: its e^-711.9867238996917 is 1.7e-308 instead of 6.1e-310.
fn exact_exp(x: f64) -> f64 {
    if x < -708.0 { libm::exp(x) } else { pxfm::f_exp(x) }
}

/// `pxfm` takes NaN to the power of zero for NaN.
fn exact_power(x: f64, y: f64) -> f64 {
    if y == 0.0 { 1.0 } else { pxfm::f_pow(x, y) }
}

/// `pxfm` loses the sign of quotients that underflow.
fn exact_arctan2(y: f64, x: f64) -> f64 {
    pxfm::f_atan2(y, x).copysign(y)
}

#[test]
#[ignore = "takes an hour"]
fn accuracy() {
    check::<Exp>("exp", exact_exp, (-750.0, 710.0));
    check::<Exp2>("exp2", pxfm::f_exp2, (-1076.0, 1024.0));
    check::<Expm1>("expm1", pxfm::f_expm1, (-50.0, 710.0));
    check::<Log>("log", pxfm::f_log, (0.0, 10.0));
    check::<Log2>("log2", pxfm::f_log2, (0.0, 10.0));
    check::<Log10>("log10", pxfm::f_log10, (0.0, 10.0));
    check::<Log1p>("log1p", pxfm::f_log1p, (-1.0, 10.0));
    check::<Sin>("sin", pxfm::f_sin, (-1e3, 1e6));
    check::<Cos>("cos", pxfm::f_cos, (-1e3, 1e6));
    check::<Tan>("tan", pxfm::f_tan, (-1e3, 1e6));
    check::<Arcsin>("arcsin", pxfm::f_asin, (-1.0, 1.0));
    check::<Arccos>("arccos", pxfm::f_acos, (-1.0, 1.0));
    check::<Arctan>("arctan", pxfm::f_atan, (-10.0, 10.0));
    check::<Sinh>("sinh", pxfm::f_sinh, (-5.0, 711.0));
    check::<Cosh>("cosh", pxfm::f_cosh, (-5.0, 711.0));
    check::<Tanh>("tanh", pxfm::f_tanh, (-2.0, 21.0));
    check::<Arcsinh>("arcsinh", pxfm::f_asinh, (-3.0, 100.0));
    check::<Arccosh>("arccosh", pxfm::f_acosh, (1.0, 3.0));
    check::<Arctanh>("arctanh", pxfm::f_atanh, (-1.0, 1.0));
    check::<Cbrt>("cbrt", pxfm::f_cbrt, (-8.0, 8.0));
    check_binary::<Power>("power", exact_power, (0.0, 10.0), (-300.0, 300.0));
    check_binary::<Arctan2>("arctan2", exact_arctan2, (-10.0, 10.0), (-10.0, 10.0));
    check_binary::<Hypot>("hypot", pxfm::f_hypot, (-10.0, 10.0), (-10.0, 10.0));
    assert_eq!(FAILED.load(Ordering::Relaxed), 0, "functions that are not accurate");
}
