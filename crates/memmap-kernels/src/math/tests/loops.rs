//! Results depend on the element alone: neither on the loop, nor on neighbours, nor on the processor.

use crate::dtype::{Complex, Native};
use crate::loops::{RawSlice, RawSliceMut};
use crate::math::*;
use proptest::prelude::*;

/// Numbers of all classes; `bits` picks one.
fn number(bits: u64) -> f64 {
    const SPECIAL: [f64; 8] = [0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e300];
    match bits % 4 {
        0 => SPECIAL[(bits >> 2) as usize % SPECIAL.len()],
        1 => f64::from_bits(bits),
        _ => (bits >> 11) as f64 / (1u64 << 50) as f64 - 4.0,
    }
}

trait Bits: Native {
    fn bits(self) -> u64;
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        if self.is_nan() { u64::MAX } else { self.to_bits().into() }
    }
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        if self.is_nan() { u64::MAX } else { self.to_bits() }
    }
}

impl Bits for Complex<f32> {
    fn bits(self) -> u64 {
        self.re.bits().rotate_left(32) ^ self.im.bits()
    }
}

impl Bits for Complex<f64> {
    fn bits(self) -> u64 {
        self.re.bits().rotate_left(32) ^ self.im.bits()
    }
}

fn bits<T: Bits>(elements: &[T]) -> Vec<u64> {
    elements.iter().map(|&x| x.bits()).collect()
}

/// The loop to other memory and in place, on this processor and on the baseline.
fn same_unary<F: Unary<T>, T: Bits>(elements: &[T]) {
    let expected: Vec<T> = elements.iter().map(|&x| unary_of::<F, T>(x)).collect();
    let mut results = vec![T::ZERO; elements.len()];
    unary::<F, T>(RawSlice::of(elements), RawSliceMut::of(&mut results));
    assert_eq!(bits(&results), bits(&expected));
    let mut in_place = elements.to_vec();
    let source = in_place.as_ptr().cast();
    // SAFETY: the elements are alive, and accesses are by value.
    unary::<F, T>(unsafe { RawSlice::new(source, elements.len()) }, RawSliceMut::of(&mut in_place));
    assert_eq!(bits(&in_place), bits(&expected));
    let whole = elements.len() / function::BLOCK * function::BLOCK;
    function::unary_on_baseline::<F, T>(
        RawSlice::of(&elements[..whole]),
        RawSliceMut::of(&mut results[..whole]),
    );
    assert_eq!(bits(&results), bits(&expected));
}

fn same_binary<F: Binary<T>, T: Bits>(a: &[T], b: &[T]) {
    let expected: Vec<T> = a.iter().zip(b).map(|(&x, &y)| binary_of::<F, T>(x, y)).collect();
    let mut results = vec![T::ZERO; a.len()];
    binary::<F, T>(RawSlice::of(a), RawSlice::of(b), RawSliceMut::of(&mut results));
    assert_eq!(bits(&results), bits(&expected));
    let mut in_place = b.to_vec();
    let source = in_place.as_ptr().cast();
    // SAFETY: the elements are alive, and accesses are by value.
    let second = unsafe { RawSlice::new(source, b.len()) };
    binary::<F, T>(RawSlice::of(a), second, RawSliceMut::of(&mut in_place));
    assert_eq!(bits(&in_place), bits(&expected));
}

macro_rules! same {
    ($a:expr, $b:expr; $($Unary:ident)*; $($Binary:ident)*) => {
        $(same_unary::<$Unary, _>($a);)*
        $(same_binary::<$Binary, _>($a, $b);)*
    };
}

macro_rules! same_complex {
    ($a:expr, $b:expr) => {
        same!($a, $b;
            Sqrt Exp Exp2 Expm1 Log Log2 Log10 Log1p Sin Cos Tan Arcsin Arccos Arctan Sinh Cosh Tanh
            Arcsinh Arccosh Arctanh;
            Power
        );
    };
}

macro_rules! same_real {
    ($a:expr, $b:expr) => {
        same!($a, $b;
            Sqrt Exp Exp2 Expm1 Log Log2 Log10 Log1p Sin Cos Tan Arcsin Arccos Arctan Sinh Cosh Tanh
            Arcsinh Arccosh Arctanh Cbrt Rint Floor Ceil Trunc;
            Power Arctan2 Hypot
        );
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 2 } else { 200 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn loops_give_the_bits_of_single_elements(words in prop::collection::vec(any::<(u64, u64)>(), 0..70)) {
        let a: Vec<f64> = words.iter().map(|&(x, _)| number(x)).collect();
        let b: Vec<f64> = words.iter().map(|&(_, x)| number(x)).collect();
        same_real!(&a, &b);
        let narrow = |x: &[f64]| x.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        same_real!(&narrow(&a), &narrow(&b));
    }

    #[test]
    fn complex_loops_give_the_bits_of_single_elements(words in prop::collection::vec(any::<[u64; 4]>(), 0..40)) {
        let pick = |i: usize| words.iter().map(|w| Complex { re: number(w[i]), im: number(w[i + 1]) }).collect();
        let (a, b): (Vec<Complex<f64>>, Vec<Complex<f64>>) = (pick(0), pick(2));
        same_complex!(&a, &b);
        let narrow = |x: &[Complex<f64>]| {
            x.iter().map(|z| Complex { re: z.re as f32, im: z.im as f32 }).collect::<Vec<Complex<f32>>>()
        };
        same_complex!(&narrow(&a), &narrow(&b));
    }
}
