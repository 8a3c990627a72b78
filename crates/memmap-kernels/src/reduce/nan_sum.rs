//! Sum and mean of what is not NaN.

use super::fold::Fold;
use super::pairwise::{Pairwise, pairwise_sum};
use super::sum::Outcome;
use super::tree::{Tree, tree_all, tree_one};
use crate::copy::{Reader, Source};
use crate::dtype::Native;
use crate::exec::Control;
use crate::exec::Result;
use crate::loops::{Kernel, Level, dispatch};
use crate::loops::{RawSlice, update};
use std::marker::PhantomData;

/// As [`super::sum::FloatSum`], without the NaN: they count as zero in the sum and not at all in the mean.
pub(crate) struct NanSum<T, O>(PhantomData<(T, O)>);

impl<T, O> NanSum<T, O> {
    pub fn new() -> NanSum<T, O> {
        NanSum(PhantomData)
    }
}

/// A sum and the number of elements in it.
#[derive(Clone, Copy)]
pub(crate) struct Counted<T> {
    sum: T,
    valid: usize,
}

impl<T: Pairwise, O: Outcome<T>> Fold for NanSum<T, O> {
    type In = T;
    type State = Counted<T>;
    type Out = O::Out;

    const FEW: usize = 8 / T::PARTS;

    fn start(&self) -> Counted<T> {
        Counted { sum: T::NEGATIVE_ZERO, valid: 0 }
    }

    fn feed(&self, state: &mut Counted<T>, run: RawSlice<T>, _at: usize) {
        let later = self.leaf(run);
        self.join(state, later);
    }

    fn feed_each(&self, states: &mut [Counted<T>], row: RawSlice<T>, _at: usize) {
        update(states, row, |state, x| {
            let (x, valid) = if x.is_nan() { (T::ZERO, 0) } else { (x, 1) };
            *state = Counted { sum: state.sum.add(x), valid: state.valid + valid };
        })
    }

    fn join(&self, state: &mut Counted<T>, later: Counted<T>) {
        *state = Counted { sum: state.sum.add(later.sum), valid: state.valid + later.valid };
    }

    fn finish(&self, state: Counted<T>, _count: usize) -> Result<O::Out> {
        Ok(O::of(state.sum, state.valid))
    }

    fn fold_one(&self, source: &Source, reader: &mut Reader) -> Counted<T> {
        tree_one(self, source, reader)
    }

    fn fold_all(&self, source: &Source, control: &Control) -> Result<Counted<T>> {
        tree_all(self, source, control)
    }
}

impl<T: Pairwise, O: Outcome<T>> Tree for NanSum<T, O> {
    const PARTS: usize = T::PARTS;

    fn leaf(&self, run: RawSlice<T>) -> Counted<T> {
        Counted { sum: pairwise_sum::<T, true>(run), valid: dispatch(Valid(run)) }
    }
}

struct Valid<'a, T>(RawSlice<'a, T>);

impl<T: Native> Kernel for Valid<'_, T> {
    type Output = usize;
    #[inline(always)]
    fn run<L: Level>(self) -> usize {
        self.0.iter().map(|x| usize::from(!x.is_nan())).sum()
    }
}
