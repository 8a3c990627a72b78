//! The minimum and the maximum in one pass: their difference (peak to peak), or both.

use super::fold::{At, Fold, Out};
use super::minmax::{Order, best, better, neutral};
use crate::dtype::Kind;
use crate::exec::{Error, Result};
use crate::loops::{Arithmetic, RawSlice, RawSliceMut, update};
use std::marker::PhantomData;
use std::sync::OnceLock;

/// Bytes of a number of any kind.
pub(crate) type Greatest = OnceLock<[u8; 16]>;

/// With `SKIP`, NaN count only where there is nothing else. The state is the minimum and the maximum.
pub(crate) struct Ptp<'a, T, const SKIP: bool> {
    element: PhantomData<T>,
    /// Takes the maximum; the result is the minimum then.
    greatest: Option<&'a Greatest>,
}

impl<'a, T, const SKIP: bool> Ptp<'a, T, SKIP> {
    pub fn new(greatest: Option<&'a Greatest>) -> Self {
        Ptp { element: PhantomData, greatest }
    }
}

impl<T: Order + Arithmetic, const SKIP: bool> Fold for Ptp<'_, T, SKIP> {
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
        if count == 0 {
            return Err(Error::Empty);
        }
        let Some(greatest) = self.greatest else { return out.put(max.minus(min)) };
        const { assert!(size_of::<T>() <= 16) };
        let mut bytes = [0; 16];
        // SAFETY: the bytes hold one element, which needs no alignment here.
        unsafe { RawSliceMut::<T>::new(bytes.as_mut_ptr(), 1) }.put_chunk(0, [max]);
        let _ = greatest.set(bytes);
        out.put(min)
    }
}
