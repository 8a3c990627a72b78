//! Variances of many columns side by side.

use super::Deviate;
use super::streaming::Moments;
use crate::loops::update;
use crate::reduce::pairwise::Pairwise;
use crate::reduce::rows::Block;

/// The moments of the columns of a block that holds all rows, in NumPy's own arithmetic.
pub(crate) fn columns_as_numpy<T: Deviate, const SKIP: bool>(states: &mut [Moments], block: &mut Block) {
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
    for &(sum, count) in &sums {
        let [re, im] = sum.parts();
        columns.push((T::from_parts([re / count, im / count]), start));
    }
    for row in 0..block.len() {
        update(&mut columns, block.row::<T>(row), |(mean, squares), x| {
            if !(SKIP && x.is_nan()) {
                *squares = squares.add(x.squared_deviation(*mean));
            }
        });
    }
    for ((state, (mean, squares)), (_, count)) in states.iter_mut().zip(columns).zip(sums) {
        *state = Moments { count, mean: mean.parts(), rest: [0.0; 2], squares: squares.into() };
    }
}

/// The moments of the columns of one block among several, in f64.
pub(crate) fn column_moments<T: Deviate, const SKIP: bool>(states: &mut [Moments], block: &mut Block) {
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
        let count = column.count.max(1.0);
        column.mean = [column.mean[0] / count, column.mean[1] / count];
    }
    for row in 0..block.len() {
        update(&mut columns, block.row::<T>(row), |column, x| {
            if counts(x) {
                let [re, im] = x.parts();
                let (re, im) = (re - column.mean[0], im - column.mean[1]);
                column.squares += re * re + im * im;
                column.rest = [column.rest[0] + re, column.rest[1] + im];
            }
        });
    }
    for (state, mut column) in states.iter_mut().zip(columns) {
        let count = column.count.max(1.0);
        column.squares -= (column.rest[0] * column.rest[0] + column.rest[1] * column.rest[1]) / count;
        column.rest = [column.rest[0] / count, column.rest[1] / count];
        *state = state.merge(column);
    }
}
