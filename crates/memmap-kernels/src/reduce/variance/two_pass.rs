//! Variance and standard deviation.
//!
//! A small slice is done as NumPy does it: mean, deviations, their squares, summed pairwise, all in the result's own
//! precision. A large one is read once: see [`super::streaming`].

use super::columns::{column_moments, columns_as_numpy};
use super::streaming::{Moments, go_on};
use super::{Deviate, Rounded};
use crate::copy::{Reader, Source};
use crate::exec::Control;
use crate::exec::Result;
use crate::loops::{RawSlice, update};
use crate::reduce::fold::{Fold, fold_pieces};
use crate::reduce::pairwise::pairwise_sum;
use crate::reduce::rows::Block;
use std::marker::PhantomData;

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

    fn feed(&self, state: &mut Moments, run: RawSlice<T>, _at: usize) {
        *state = go_on::<T, SKIP>(*state, run);
    }

    fn feed_each(&self, states: &mut [Moments], row: RawSlice<T>, _at: usize) {
        update(states, row, |state, x| {
            let one = Moments { count: 1.0, mean: x.parts(), ..Moments::NONE };
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
        fold_pieces(self, source, control)
    }
}

/// NumPy's own arithmetic over a slice that fits a tile.
fn as_numpy<T: Deviate, const SKIP: bool>(run: RawSlice<T>) -> Moments {
    let values: Vec<T> = run.iter().filter(|x| !(SKIP && x.is_nan())).collect();
    let count = values.len() as f64;
    let sum = pairwise_sum::<T, false>(RawSlice::of(&values)).parts();
    let mean = T::from_parts([sum[0] / count, sum[1] / count]);
    let squares: Vec<T::Real> = values.iter().map(|x| x.squared_deviation(mean)).collect();
    let squares = pairwise_sum::<T::Real, false>(RawSlice::of(&squares)).into();
    Moments { count, mean: mean.parts(), rest: [0.0; 2], squares }
}
