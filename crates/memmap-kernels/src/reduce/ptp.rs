//! Peak to peak: the maximum less the minimum.

use super::fold::{At, Fold, Out};
use super::minmax::{Order, best, better, neutral};
use crate::dtype::Kind;
use crate::exec::{Error, Result};
use crate::loops::{Arithmetic, RawSlice, update};
use std::marker::PhantomData;

/// With `SKIP`, NaN count only where there is nothing else. The state is the minimum and the maximum.
pub(crate) struct Ptp<T, const SKIP: bool>(pub PhantomData<T>);

impl<T: Order + Arithmetic, const SKIP: bool> Fold for Ptp<T, SKIP> {
    type In = T;
    type State = [T; 2];

    fn start(&self) -> [T; 2] {
        [neutral::<T, false, SKIP>(), neutral::<T, true, SKIP>()]
    }
    fn feed(&self, state: &mut [T; 2], run: RawSlice<T>, _at: At) {
        self.join(state, [best::<T, false, SKIP>(run), best::<T, true, SKIP>(run)]);
    }
    fn feed_each(&self, states: &mut [[T; 2]], row: RawSlice<T>, _at: usize) {
        update(states, row, |state, x| self.join(state, [x, x]));
    }
    fn join(&self, [min, max]: &mut [T; 2], later: [T; 2]) {
        (*min, *max) = (better::<T, false, SKIP>(*min, later[0]), better::<T, true, SKIP>(*max, later[1]));
    }
    fn result(&self) -> Kind {
        T::KIND
    }
    fn finish(&self, [min, max]: [T; 2], count: usize, out: Out) -> Result<()> {
        if count == 0 { Err(Error::Empty) } else { out.put(max.minus(min)) }
    }
}
