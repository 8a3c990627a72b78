//! NumPy's pairwise sum over one stretch of native numbers.

use super::tree::cut;
use crate::number::{Complex, Native};
use crate::run::Run;
use crate::simd::{Kernel, Level, dispatch};

/// Numbers that are summed with eight accumulators before sums are paired.
const BLOCK: usize = 128;

/// What can be summed pairwise: `f32`, `f64`, and complex numbers of them.
pub(crate) trait Pairwise: Native {
    /// Numbers in one element.
    const PARTS: usize;
    /// NumPy begins with -0, so that a sum of nothing but -0 stays -0.
    const NEGATIVE_ZERO: Self;
    fn add(self, other: Self) -> Self;
    /// The sum of at most [`BLOCK`] numbers.
    fn block(run: Run<Self>, f: impl Fn(Self) -> Self + Copy) -> Self;
}

/// The sum of a stretch. With `SKIP`, NaN counts as zero.
pub(crate) fn pairwise_sum<T: Pairwise, const SKIP: bool>(run: Run<T>) -> T {
    dispatch(Sum::<T, SKIP>(run))
}

struct Sum<'a, T, const SKIP: bool>(Run<'a, T>);

impl<T: Pairwise, const SKIP: bool> Kernel for Sum<'_, T, SKIP> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self) -> T {
        let scrub = |x: T| if SKIP && x.is_nan() { T::ZERO } else { x };
        recurse(self.0, scrub)
    }
}

/// The tree, walked with a stack of its own: a function that calls itself would not be inlined into the level that
/// it is compiled for.
#[inline(always)]
fn recurse<T: Pairwise>(run: Run<T>, f: impl Fn(T) -> T + Copy) -> T {
    if run.len() * T::PARTS <= BLOCK {
        return T::block(run, f);
    }
    // Halving from any length to 128 takes fewer steps than an address has bits.
    let mut pending: [(usize, Option<T>); usize::BITS as usize] = [(0, None); usize::BITS as usize];
    let mut depth = 0;
    let (mut rest, mut len) = (run, run.len());
    loop {
        while len * T::PARTS > BLOCK {
            let left = cut(len, T::PARTS);
            pending[depth] = (len - left, None);
            depth += 1;
            len = left;
        }
        let (block, behind) = rest.split_at(len);
        rest = behind;
        let mut sum = T::block(block, f);
        loop {
            if depth == 0 {
                return sum;
            }
            let (right, left_sum) = pending[depth - 1];
            match left_sum {
                None => {
                    pending[depth - 1] = (right, Some(sum));
                    len = right;
                    break;
                }
                Some(left_sum) => {
                    sum = left_sum.add(sum);
                    depth -= 1;
                }
            }
        }
    }
}

macro_rules! real {
    ($($T:ty)*) => {$(
        impl Pairwise for $T {
            const PARTS: usize = 1;
            const NEGATIVE_ZERO: Self = -0.0;

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }

            #[inline(always)]
            fn block(run: Run<Self>, f: impl Fn(Self) -> Self + Copy) -> Self {
                let (mut chunks, rest) = run.chunks::<8>();
                let mut sum = -0.0;
                if let Some(first) = chunks.next() {
                    let mut r = first.map(f);
                    for chunk in chunks {
                        for (r, x) in r.iter_mut().zip(chunk) {
                            *r += f(x);
                        }
                    }
                    sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
                }
                for x in rest.iter() {
                    sum += f(x);
                }
                sum
            }
        }

        impl Pairwise for Complex<$T> {
            const PARTS: usize = 2;
            const NEGATIVE_ZERO: Self = Complex { re: -0.0, im: -0.0 };

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Complex { re: self.re + other.re, im: self.im + other.im }
            }

            #[inline(always)]
            fn block(run: Run<Self>, f: impl Fn(Self) -> Self + Copy) -> Self {
                let (mut chunks, rest) = run.chunks::<4>();
                let mut sum = Self::NEGATIVE_ZERO;
                if let Some(first) = chunks.next() {
                    let mut r = first.map(f);
                    for chunk in chunks {
                        for (r, x) in r.iter_mut().zip(chunk) {
                            *r = r.add(f(x));
                        }
                    }
                    sum = r[0].add(r[1]).add(r[2].add(r[3]));
                }
                for x in rest.iter() {
                    sum = sum.add(f(x));
                }
                sum
            }
        }
    )*};
}

real!(f32 f64);
