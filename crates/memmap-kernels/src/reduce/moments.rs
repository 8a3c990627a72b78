//! Variance and standard deviation.
//!
//! A small slice is done as NumPy does it: mean, deviations, their squares, summed pairwise, all in the result's own
//! precision. A large one is read once, by blocks that fit the cache: two passes over the block give its mean and the
//! sum of squared deviations in f64, and blocks are merged by Chan, Golub and LeVeque's formula.

use super::fold::Fold;
use super::pairwise::{Pairwise, pairwise_sum};
use super::rows::Block;
use crate::control::Control;
use crate::error::Result;
use crate::number::{Complex, Native};
use crate::run::{Run, update};
use crate::simd::{Kernel, Level, dispatch};
use crate::tile::{Reader, Source};
use std::marker::PhantomData;

/// Elements of one block: two passes over them stay in the first cache.
const BLOCK: usize = 2048;

/// Count, mean (real and imaginary) and sum of squared deviations of some elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub count: f64,
    pub mean: [f64; 2],
    pub squares: f64,
}

impl Moments {
    pub const NONE: Moments = Moments { count: 0.0, mean: [0.0; 2], squares: 0.0 };

    /// The moments of two sets of elements together.
    #[inline(always)]
    pub fn merge(self, other: Moments) -> Moments {
        if self.count == 0.0 {
            return other;
        }
        if other.count == 0.0 {
            return self;
        }
        let count = self.count + other.count;
        let distance = [other.mean[0] - self.mean[0], other.mean[1] - self.mean[1]];
        let share = other.count / count;
        let apart = distance[0] * distance[0] + distance[1] * distance[1];
        Moments {
            count,
            mean: [self.mean[0] + distance[0] * share, self.mean[1] + distance[1] * share],
            squares: self.squares + other.squares + apart * (self.count * share),
        }
    }

    /// The variance: NumPy divides by `max(count - ddof, 0)`, and by less it answers NaN where NaN are skipped.
    pub fn variance(self, ddof: f64, skip: bool) -> f64 {
        let freedom = self.count - ddof;
        if skip && freedom <= 0.0 { f64::NAN } else { self.squares / freedom.max(0.0) }
    }
}

/// What has a variance: `f32`, `f64` and complex numbers of them.
pub(crate) trait Deviate: Pairwise {
    /// The type of the variance.
    type Real: Pairwise + Into<f64>;
    fn parts(self) -> [f64; 2];
    fn from_parts(parts: [f64; 2]) -> Self;
    /// The square of the distance to the mean, in this type's precision.
    fn squared_deviation(self, mean: Self) -> Self::Real;
}

macro_rules! deviate {
    ($($T:ty)*) => {$(
        impl Deviate for $T {
            type Real = $T;
            #[inline(always)]
            fn parts(self) -> [f64; 2] {
                [f64::from(self), 0.0]
            }
            #[inline(always)]
            fn from_parts([re, _]: [f64; 2]) -> Self {
                re as $T
            }
            #[inline(always)]
            fn squared_deviation(self, mean: Self) -> Self {
                let deviation = self - mean;
                deviation * deviation
            }
        }

        impl Deviate for Complex<$T> {
            type Real = $T;
            #[inline(always)]
            fn parts(self) -> [f64; 2] {
                [f64::from(self.re), f64::from(self.im)]
            }
            #[inline(always)]
            fn from_parts([re, im]: [f64; 2]) -> Self {
                Complex { re: re as $T, im: im as $T }
            }
            #[inline(always)]
            fn squared_deviation(self, mean: Self) -> $T {
                let (re, im) = (self.re - mean.re, self.im - mean.im);
                re * re + im * im
            }
        }
    )*};
}

deviate!(f32 f64);

/// Variance, or standard deviation with `root`. With `SKIP`, NaN do not count.
pub(crate) struct Spread<T, const SKIP: bool> {
    ddof: f64,
    root: bool,
    kind: PhantomData<T>,
}

impl<T: Deviate, const SKIP: bool> Spread<T, SKIP> {
    pub fn new(ddof: f64, root: bool) -> Self {
        Spread { ddof, root, kind: PhantomData }
    }

    /// The result; the variance is rounded to its own precision before the root is taken, as in NumPy.
    pub fn result(&self, moments: Moments) -> T::Real
    where
        T::Real: Rounded,
    {
        let variance = T::Real::rounded(moments.variance(self.ddof, SKIP));
        if self.root { variance.root() } else { variance }
    }
}

/// A float that results are rounded to.
pub(crate) trait Rounded: Native {
    fn rounded(value: f64) -> Self;
    fn root(self) -> Self;
}

impl Rounded for f32 {
    fn rounded(value: f64) -> f32 {
        value as f32
    }
    fn root(self) -> f32 {
        self.sqrt()
    }
}

impl Rounded for f64 {
    fn rounded(value: f64) -> f64 {
        value
    }
    fn root(self) -> f64 {
        self.sqrt()
    }
}

impl<T: Deviate, const SKIP: bool> Fold for Spread<T, SKIP>
where
    T::Real: Rounded,
{
    type In = T;
    type State = Moments;
    type Out = T::Real;

    fn start(&self) -> Moments {
        Moments::NONE
    }

    fn feed(&self, state: &mut Moments, run: Run<T>, _at: usize) {
        *state = state.merge(dispatch(Blocks::<T, SKIP>(run)));
    }

    fn feed_each(&self, states: &mut [Moments], row: Run<T>, _at: usize) {
        update(states, row, |state, x| {
            let one = Moments { count: 1.0, mean: x.parts(), squares: 0.0 };
            *state = if SKIP && x.is_nan() { *state } else { state.merge(one) };
        })
    }

    fn feed_block(&self, states: &mut [Moments], block: &mut Block) {
        if block.is_whole() {
            columns_as_numpy::<T, SKIP>(states, block);
        } else {
            column_moments::<T, SKIP>(states, block);
        }
    }

    fn join(&self, state: &mut Moments, later: Moments) {
        *state = state.merge(later);
    }

    fn finish(&self, moments: Moments, _count: usize) -> Result<T::Real> {
        Ok(self.result(moments))
    }

    fn fold_one(&self, source: &Source, reader: &mut Reader) -> Moments {
        if source.len() <= source.tile_len() {
            return as_numpy::<T, SKIP>(reader.next(source.len()));
        }
        let (mut state, mut left) = (Moments::NONE, source.len());
        while left > 0 {
            let run = reader.some(left);
            left -= run.len();
            self.feed(&mut state, run, 0);
        }
        state
    }

    fn fold_all(&self, source: &Source, control: &Control) -> Result<Moments> {
        if source.len() <= source.tile_len() {
            control.check()?;
            control.advance(source.len());
            return Ok(self.fold_one(source, &mut source.reader(0)));
        }
        super::fold::fold_pieces(self, source, control)
    }
}

/// NumPy's own arithmetic over a slice that fits a tile.
fn as_numpy<T: Deviate, const SKIP: bool>(run: Run<T>) -> Moments {
    let valid: Vec<T> = if SKIP { run.iter().filter(|x| !x.is_nan()).collect() } else { Vec::new() };
    let run = if SKIP { Run::of(&valid) } else { run };
    let count = run.len() as f64;
    let sum = pairwise_sum::<T, false>(run).parts();
    let mean = T::from_parts([sum[0] / count, sum[1] / count]);
    let squares: Vec<T::Real> = run.iter().map(|x| x.squared_deviation(mean)).collect();
    let squares = pairwise_sum::<T::Real, false>(Run::of(&squares)).into();
    Moments { count, mean: mean.parts(), squares }
}

/// The moments of the columns of a block that holds all rows, in NumPy's own arithmetic.
fn columns_as_numpy<T: Deviate, const SKIP: bool>(states: &mut [Moments], block: &mut Block) {
    let mut sums = vec![(T::NEGATIVE_ZERO, 0.0f64); states.len()];
    for row in 0..block.len() {
        update(&mut sums, block.row::<T>(row), |(sum, count), x| {
            if !(SKIP && x.is_nan()) {
                *sum = sum.add(x);
                *count += 1.0;
            }
        });
    }
    let start = <T::Real as Pairwise>::NEGATIVE_ZERO;
    let mut columns: Vec<(T, T::Real)> = Vec::with_capacity(states.len());
    columns.extend(sums.iter().map(|&(sum, count)| (T::from_parts(sum.parts().map(|x| x / count)), start)));
    for row in 0..block.len() {
        update(&mut columns, block.row::<T>(row), |(mean, squares), x| {
            if !(SKIP && x.is_nan()) {
                *squares = squares.add(x.squared_deviation(*mean));
            }
        });
    }
    for ((state, (mean, squares)), (_, count)) in states.iter_mut().zip(columns).zip(sums) {
        *state = Moments { count, mean: mean.parts(), squares: squares.into() };
    }
}

/// The moments of the columns of one block among several, in f64.
fn column_moments<T: Deviate, const SKIP: bool>(states: &mut [Moments], block: &mut Block) {
    let counts = |x: T| !(SKIP && x.is_nan());
    let mut columns = vec![Moments::NONE; states.len()];
    for row in 0..block.len() {
        update(&mut columns, block.row::<T>(row), |column, x| {
            if counts(x) {
                let [re, im] = x.parts();
                column.count += 1.0;
                column.mean = [column.mean[0] + re, column.mean[1] + im];
            }
        });
    }
    for column in &mut columns {
        column.mean = column.mean.map(|sum| sum / column.count.max(1.0));
    }
    for row in 0..block.len() {
        update(&mut columns, block.row::<T>(row), |column, x| {
            if counts(x) {
                let [re, im] = x.parts();
                let (re, im) = (re - column.mean[0], im - column.mean[1]);
                column.squares += re * re + im * im;
            }
        });
    }
    for (state, column) in states.iter_mut().zip(columns) {
        *state = state.merge(column);
    }
}

struct Blocks<'a, T, const SKIP: bool>(Run<'a, T>);

impl<T: Deviate, const SKIP: bool> Kernel for Blocks<'_, T, SKIP> {
    type Output = Moments;
    #[inline(always)]
    fn run<L: Level>(self) -> Moments {
        let (mut rest, mut all) = (self.0, Moments::NONE);
        while rest.len() > 0 {
            let (block, behind) = rest.split_at(rest.len().min(BLOCK));
            all = all.merge(block_moments::<T, SKIP>(block));
            rest = behind;
        }
        all
    }
}

/// Lanes that run side by side; they are independent, so their order of additions is fixed by the length alone.
const LANES: usize = 16;

/// Two passes over a block.
#[inline(always)]
fn block_moments<T: Deviate, const SKIP: bool>(run: Run<T>) -> Moments {
    let counts = |x: T| !(SKIP && x.is_nan());
    let [re, im, count] = lanes(run, |x| {
        let [re, im] = x.parts();
        if counts(x) { [re, im, 1.0] } else { [0.0; 3] }
    });
    if count == 0.0 {
        return Moments::NONE;
    }
    let mean = [re / count, im / count];
    let [squares, re, im] = lanes(run, |x| {
        let [re, im] = x.parts();
        let (re, im) = (re - mean[0], im - mean[1]);
        if counts(x) { [re * re + im * im, re, im] } else { [0.0; 3] }
    });
    // What the rounding of the mean leaves is taken off again.
    Moments { count, mean, squares: squares - (re * re + im * im) / count }
}

/// Three sums at once over a stretch.
#[inline(always)]
fn lanes<T: Deviate>(run: Run<T>, f: impl Fn(T) -> [f64; 3]) -> [f64; 3] {
    let mut sums = [[0.0f64; LANES]; 3];
    let (chunks, rest) = run.chunks::<LANES>();
    for chunk in chunks {
        for (lane, x) in chunk.into_iter().enumerate() {
            let values = f(x);
            for (sum, value) in sums.iter_mut().zip(values) {
                sum[lane] += value;
            }
        }
    }
    for (lane, x) in rest.iter().enumerate() {
        let values = f(x);
        for (sum, value) in sums.iter_mut().zip(values) {
            sum[lane] += value;
        }
    }
    sums.map(|mut lanes| {
        let mut width = LANES / 2;
        while width > 0 {
            for lane in 0..width {
                lanes[lane] += lanes[lane + width];
            }
            width /= 2;
        }
        lanes[0]
    })
}
