//! Product.

use super::fold::{At, Fold, Out};
use crate::dtype::{Kind, Native};
use crate::exec::Result;
use crate::loops::{Arithmetic, Kernel, Level, RawSlice, dispatch, update};
use std::marker::PhantomData;

/// The product, one element after the other as in NumPy; with `SKIP`, NaN counts as one.
pub(crate) struct Product<T, const SKIP: bool>(PhantomData<T>);

impl<T, const SKIP: bool> Product<T, SKIP> {
    pub fn new() -> Product<T, SKIP> {
        Product(PhantomData)
    }
}

#[inline(always)]
fn scrub<T: Native, const SKIP: bool>(x: T) -> T {
    if SKIP && x.is_nan() { T::ONE } else { x }
}

impl<T: Arithmetic, const SKIP: bool> Fold for Product<T, SKIP> {
    type In = T;
    type State = T;

    fn start(&self) -> T {
        T::ONE
    }

    fn feed(&self, state: &mut T, run: RawSlice<T>, _at: At) {
        let mut product = *state;
        for x in run.iter() {
            product = product.times(scrub::<T, SKIP>(x));
        }
        *state = product;
    }

    fn feed_each(&self, states: &mut [T], row: RawSlice<T>, _at: usize) {
        dispatch(Each::<T, SKIP>(states, row));
    }

    fn join(&self, state: &mut T, later: T) {
        *state = state.times(later);
    }

    fn result(&self) -> Kind {
        T::KIND
    }

    fn finish(&self, state: T, _count: usize, out: Out) -> Result<()> {
        out.put(state)
    }
}

struct Each<'a, 'r, T, const SKIP: bool>(&'a mut [T], RawSlice<'r, T>);

impl<T: Arithmetic, const SKIP: bool> Kernel for Each<'_, '_, T, SKIP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |product, x| *product = product.times(scrub::<T, SKIP>(x)))
    }
}
