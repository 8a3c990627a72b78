//! Variances of many columns side by side.

use super::Deviate;
use super::streaming::Moments;
use crate::loops::{Kernel, Level, RawSlice, dispatch, update, update_with};
use crate::reduce::pairwise::Pairwise;
use crate::reduce::rows::Block;

/// The moments of the columns of a block that holds all rows, in NumPy's own arithmetic.
pub(crate) fn columns_as_numpy<T: Deviate, const SKIP: bool>(states: &mut [Moments], block: &mut Block) {
    if !SKIP {
        return whole_columns_as_numpy::<T>(states, block);
    }
    let mut sums = vec![(T::NEGATIVE_ZERO, 0.0f64); states.len()];
    for row in 0..block.len() {
        update(&mut sums, block.row::<T>(row), |(sum, count), x| {
            if !x.is_nan() {
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
            if !x.is_nan() {
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
    if !SKIP {
        return whole_column_moments::<T>(states, block);
    }
    let mut columns = vec![Moments::NONE; states.len()];
    for row in 0..block.len() {
        update(&mut columns, block.row::<T>(row), |column, x| {
            if !x.is_nan() {
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
            if !x.is_nan() {
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

/// As [`columns_as_numpy`] where every element counts: numbers that are added up lie side by side.
fn whole_columns_as_numpy<T: Deviate>(states: &mut [Moments], block: &mut Block) {
    let count = block.len() as f64;
    let mut sums = vec![T::NEGATIVE_ZERO; states.len()];
    for row in 0..block.len() {
        dispatch(Add(&mut sums, block.row::<T>(row)));
    }
    for sum in &mut sums {
        let [re, im] = sum.parts();
        *sum = T::from_parts([re / count, im / count]);
    }
    let means = sums;
    let mut squares = vec![<T::Real as Pairwise>::NEGATIVE_ZERO; states.len()];
    for row in 0..block.len() {
        dispatch(AddSquares { squares: &mut squares, means: &means, row: block.row::<T>(row) });
    }
    for (i, state) in states.iter_mut().enumerate() {
        *state = Moments { count, mean: means[i].parts(), rest: [0.0; 2], squares: squares[i].into() };
    }
}

struct Add<'a, 'r, T>(&'a mut [T], RawSlice<'r, T>);

impl<T: Deviate> Kernel for Add<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |sum, x| *sum = sum.add(x))
    }
}

struct AddSquares<'a, 'r, T: Deviate> {
    squares: &'a mut [T::Real],
    means: &'a [T],
    row: RawSlice<'r, T>,
}

impl<T: Deviate> Kernel for AddSquares<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update_with(self.squares, self.means, self.row, |squares, mean, x| {
            *squares = squares.add(x.squared_deviation(mean));
        })
    }
}

/// As [`column_moments`] where every element counts: the parts of numbers are columns of their own, side by side.
fn whole_column_moments<T: Deviate>(states: &mut [Moments], block: &mut Block) {
    let (count, parts) = (block.len() as f64, states.len() * T::PARTS);
    let mut means = vec![0.0; parts];
    for row in 0..block.len() {
        dispatch(AddWide(&mut means, T::flat(block.row::<T>(row))));
    }
    for mean in &mut means {
        *mean /= count;
    }
    let (mut squares, mut rest) = (vec![0.0; parts], vec![0.0; parts]);
    for row in 0..block.len() {
        let row = T::flat(block.row::<T>(row));
        dispatch(AddDistances { squares: &mut squares, rest: &mut rest, means: &means, row });
    }
    for (i, state) in states.iter_mut().enumerate() {
        let mut column = Moments { count, ..Moments::NONE };
        for part in 0..T::PARTS {
            let at = i * T::PARTS + part;
            column.mean[part] = means[at];
            column.rest[part] = rest[at] / count;
            column.squares += squares[at] - rest[at] * rest[at] / count;
        }
        *state = state.merge(column);
    }
}

struct AddWide<'a, 'r, P>(&'a mut [f64], RawSlice<'r, P>);

impl<P: Copy + Into<f64>> Kernel for AddWide<'_, '_, P> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |sum, x| *sum += x.into())
    }
}

struct AddDistances<'a, 'r, P> {
    squares: &'a mut [f64],
    rest: &'a mut [f64],
    means: &'a [f64],
    row: RawSlice<'r, P>,
}

impl<P: Copy + Into<f64>> Kernel for AddDistances<'_, '_, P> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update_with(self.rest, self.means, self.row, |rest, mean, x| *rest += x.into() - mean);
        update_with(self.squares, self.means, self.row, |squares, mean, x| {
            let distance = x.into() - mean;
            *squares += distance * distance;
        });
    }
}
