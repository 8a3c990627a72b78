//! Variance and standard deviation.
//!
//! A small slice is done as NumPy does it: mean, deviations, their squares, summed pairwise, all in the result's own
//! precision. A large one is read once: see [`super::streaming`].

use super::columns::{column_moments, columns_as_numpy};
use super::streaming::{Moments, go_on};
use super::{Deviate, Rounded};
use crate::copy::TILE_BYTES;
use crate::dtype::{Kind, Native};
use crate::exec::Result;
use crate::loops::{Kernel, Level, RawSlice, RawSliceMut, dispatch, map, update};
use crate::reduce::fold::{At, Fold, Out};
use crate::reduce::pairwise::pairwise_sum;
use crate::reduce::rows::Block;
use std::marker::PhantomData;

/// Variance, or standard deviation with `root`. With `SKIP`, NaN do not count.
pub(crate) struct Variance<T, const SKIP: bool> {
    ddof: f64,
    root: bool,
    kind: PhantomData<T>,
}

impl<T: Deviate, const SKIP: bool> Variance<T, SKIP> {
    pub fn new(ddof: f64, root: bool) -> Self {
        Variance { ddof, root, kind: PhantomData }
    }
}

impl<T: Deviate, const SKIP: bool> Fold for Variance<T, SKIP>
where
    T::Real: Rounded,
{
    type In = T;
    type State = Moments;

    const WHOLE: bool = true;

    fn start(&self) -> Moments {
        Moments::NONE
    }

    fn feed(&self, state: &mut Moments, run: RawSlice<T>, _at: At) {
        *state = go_on::<T, SKIP>(*state, run);
    }

    fn feed_each(&self, states: &mut [Moments], row: RawSlice<T>, _at: usize) {
        update(states, row, |state, x| {
            let one = Moments { count: 1.0, mean: x.parts(), ..Moments::NONE };
            *state = if SKIP && x.is_nan() { *state } else { state.merge(one) };
        })
    }

    fn whole(&self, run: RawSlice<T>) -> Moments {
        if run.len() * size_of::<T>() <= TILE_BYTES {
            as_numpy::<T, SKIP>(run)
        } else {
            go_on::<T, SKIP>(Moments::NONE, run)
        }
    }

    fn feed_block(&self, states: &mut [Moments], block: &mut Block) -> bool {
        if block.is_whole() {
            columns_as_numpy::<T, SKIP>(states, block);
        } else {
            column_moments::<T, SKIP>(states, block);
        }
        true
    }

    fn join(&self, state: &mut Moments, later: Moments) {
        *state = state.merge(later);
    }

    fn result(&self) -> Kind {
        T::Real::KIND
    }

    fn finish(&self, moments: Moments, _count: usize, out: Out) -> Result<()> {
        // The variance is rounded to its own precision before the root is taken, as in NumPy.
        let variance = T::Real::rounded(moments.variance(self.ddof, SKIP));
        out.put(if self.root { variance.root() } else { variance })
    }
}

/// NumPy's own arithmetic over a slice that fits a tile.
fn as_numpy<T: Deviate, const SKIP: bool>(run: RawSlice<T>) -> Moments {
    let mut numbers = Vec::new();
    let run = if SKIP {
        numbers.reserve(run.len());
        for x in run.iter() {
            if !x.is_nan() {
                numbers.push(x);
            }
        }
        RawSlice::of(&numbers)
    } else {
        run
    };
    let count = run.len() as f64;
    let sum = pairwise_sum::<T, false>(run).parts();
    let mean = T::from_parts([sum[0] / count, sum[1] / count]);
    let mut few = [<T::Real as Native>::ZERO; FEW];
    let mut many = Vec::new();
    let squares = match few.get_mut(..run.len()) {
        Some(few) => few,
        None => {
            many.resize(run.len(), <T::Real as Native>::ZERO);
            &mut many
        }
    };
    dispatch(Deviations { run, mean, squares });
    let squares = pairwise_sum::<T::Real, false>(RawSlice::of(squares)).into();
    Moments { count, mean: mean.parts(), rest: [0.0; 2], squares }
}

/// Elements whose deviations are kept without an allocation.
const FEW: usize = 64;

/// Writes the square of each element's distance to the mean.
struct Deviations<'a, 'r, T: Deviate> {
    run: RawSlice<'r, T>,
    mean: T,
    squares: &'a mut [T::Real],
}

impl<T: Deviate> Kernel for Deviations<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        map(self.run, RawSliceMut::of(self.squares), |x| x.squared_deviation(self.mean))
    }
}
