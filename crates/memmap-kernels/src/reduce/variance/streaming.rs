//! Count, mean and sum of squared deviations, in f64 and in one pass.
//!
//! Elements are read by blocks. Each is summed about the mean of what came before, and merged with it by Chan, Golub and
//! LeVeque's formula. What a block loses to rounding grows with its distance from that mean, and so does the variance
//! itself: the relative error stays a small multiple of f64's.

use super::Deviate;
use crate::loops::{Kernel, Level, RawSlice, dispatch};
use std::hint::black_box;

/// Elements of one block: few enough that the first, which is read twice, stays in the first cache.
const BLOCK: usize = 2048;

/// Count, mean (real and imaginary) and sum of squared deviations of some elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub count: f64,
    pub mean: [f64; 2],
    /// What the mean is beyond its rounding: it counts where the mean is far larger than the deviations.
    pub rest: [f64; 2],
    pub squares: f64,
}

impl Moments {
    pub const NONE: Moments = Moments { count: 0.0, mean: [0.0; 2], rest: [0.0; 2], squares: 0.0 };

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
        let share = other.count / count;
        let (mut mean, mut rest, mut apart) = ([0.0; 2], [0.0; 2], 0.0);
        for part in 0..2 {
            let distance = (other.mean[part] - self.mean[part]) + (other.rest[part] - self.rest[part]);
            (mean[part], rest[part]) = two_sum(self.mean[part], self.rest[part] + distance * share);
            apart += distance * distance;
        }
        let squares = self.squares + other.squares + apart * (self.count * share);
        Moments { count, mean, rest, squares }
    }

    /// The variance: NumPy divides by `max(count - ddof, 0)`, and returns NaN for less where NaN are skipped.
    pub fn variance(self, ddof: f64, skip: bool) -> f64 {
        let freedom = self.count - ddof;
        if skip && freedom <= 0.0 { f64::NAN } else { self.squares / freedom.max(0.0) }
    }
}

/// The rounded sum and what rounding took off it (Knuth).
#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_in_sum = sum - a;
    (sum, (a - (sum - b_in_sum)) + (b - b_in_sum))
}

/// The moments of a run and of what came before. With `SKIP`, NaN do not count.
pub(crate) fn go_on<T: Deviate, const SKIP: bool>(before: Moments, run: RawSlice<T>) -> Moments {
    dispatch(Blocks::<T, SKIP> { run, before })
}

struct Blocks<'a, T, const SKIP: bool> {
    run: RawSlice<'a, T>,
    before: Moments,
}

impl<T: Deviate, const SKIP: bool> Kernel for Blocks<'_, T, SKIP> {
    type Output = Moments;
    #[inline(always)]
    fn run<L: Level>(self) -> Moments {
        let (mut rest, mut all) = (self.run, self.before);
        let mut valid = [T::ZERO; BLOCK];
        while rest.len() > 0 {
            let (mut block, behind) = rest.split_at(rest.len().min(BLOCK));
            if SKIP {
                block = numbers_of(block, &mut valid);
            }
            if all.count == 0.0 {
                all.mean = about(block, [0.0; 2]).rest;
            }
            all = all.merge(about(block, all.mean));
            rest = behind;
        }
        all
    }
}

/// The elements that are not NaN, moved together.
#[inline(always)]
fn numbers_of<'a, T: Deviate>(block: RawSlice<T>, valid: &'a mut [T; BLOCK]) -> RawSlice<'a, T> {
    let mut count = 0;
    for x in block.iter() {
        valid[count.min(BLOCK - 1)] = x;
        count += usize::from(!x.is_nan());
    }
    RawSlice::of(&valid[..count])
}

/// The moments of a block from the sums of the distances to a point and of their squares.
///
/// The squares about the mean are what is left of those about the point: as exact as can be when the point is the mean of
/// what came before, for its distance is part of the whole result.
#[inline(always)]
fn about<T: Deviate>(run: RawSlice<T>, point: [f64; 2]) -> Moments {
    if run.len() == 0 {
        return Moments::NONE;
    }
    let mut points = [0.0; LANES];
    for (i, lane) in points.iter_mut().enumerate() {
        *lane = point[i % T::PARTS];
    }
    let mut lanes = Lanes { sums: [0.0; LANES], squares: [0.0; LANES] };
    let (chunks, rest) = T::flat(run).chunks::<LANES>();
    for chunk in chunks {
        // Widened in registers, on the way from memory.
        let mut wide = [0.0; LANES];
        for (i, lane) in wide.iter_mut().enumerate() {
            *lane = chunk[i].into();
        }
        lanes.add(wide, points);
    }
    // The lanes that are missing to a whole chunk are at the point itself, and add nothing.
    let mut last = points;
    for (i, lane) in last[..rest.len().min(LANES)].iter_mut().enumerate() {
        *lane = rest.get(i).into();
    }
    lanes.add(last, points);
    // Hidden from the compiler, or it arranges the lanes for these last sums instead of for the loop.
    let lanes = black_box(lanes);
    let count = run.len() as f64;
    let (mut even, mut odd, mut squares) = (0.0, 0.0, 0.0);
    for i in 0..LANES {
        if i % 2 == 0 {
            even += lanes.sums[i];
        } else {
            odd += lanes.sums[i];
        }
        squares += lanes.squares[i];
    }
    let [re, im] = if T::PARTS == 2 { [even, odd] } else { [even + odd, 0.0] };
    let rest = [re / count, im / count];
    // The square of a sum overflows before the sum of the squares does.
    let about_mean = squares - (re * rest[0] + im * rest[1]);
    let squares = match squares {
        f64::INFINITY if re.is_finite() && im.is_finite() => squares,
        // Rounding may leave less than nothing of it; NaN stays.
        _ if about_mean < 0.0 => 0.0,
        _ => about_mean,
    };
    Moments { count, mean: point, rest, squares }
}

/// Lanes that run side by side; they are independent, so their order of additions is fixed by the length alone.
const LANES: usize = 16;

/// Sums of distances and of their squares.
struct Lanes {
    sums: [f64; LANES],
    squares: [f64; LANES],
}

impl Lanes {
    #[inline(always)]
    fn add(&mut self, chunk: [f64; LANES], points: [f64; LANES]) {
        let mut distances = chunk;
        for (i, distance) in distances.iter_mut().enumerate() {
            *distance -= points[i];
        }
        for (i, sum) in self.sums.iter_mut().enumerate() {
            *sum += distances[i];
        }
        for (i, square) in self.squares.iter_mut().enumerate() {
            *square += distances[i] * distances[i];
        }
    }
}
