//! Sum and mean of what is not NaN.

use super::fold::{At, Fold, Out};
use super::pairwise::pairwise_sum;
use super::sum::Mean;
use crate::dtype::{Kind, Native};
use crate::exec::Result;
use crate::loops::{Kernel, Level, RawSlice, dispatch, update};
use std::marker::PhantomData;

/// As [`super::sum::FloatSum`], without the NaN: they count as zero in the sum and not at all in the mean.
pub(crate) struct NanSum<T> {
    mean: bool,
    element: PhantomData<T>,
}

impl<T> NanSum<T> {
    pub fn new(mean: bool) -> NanSum<T> {
        NanSum { mean, element: PhantomData }
    }
}

/// A sum and the number of elements in it.
#[derive(Clone, Copy)]
pub(crate) struct Counted<T> {
    sum: T,
    valid: usize,
}

impl<T: Mean> Fold for NanSum<T> {
    type In = T;
    type State = Counted<T>;

    const FEW: usize = 8 / T::PARTS;
    const PAIRWISE: Option<usize> = Some(T::PARTS);

    fn start(&self) -> Counted<T> {
        Counted { sum: T::NEGATIVE_ZERO, valid: 0 }
    }

    fn feed(&self, state: &mut Counted<T>, run: RawSlice<T>, _at: At) {
        let later = Counted { sum: pairwise_sum::<T, true>(run), valid: dispatch(Valid(run)) };
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

    fn result(&self) -> Kind {
        T::result(self.mean)
    }

    fn finish(&self, state: Counted<T>, _count: usize, out: Out) -> Result<()> {
        if self.mean { out.put(state.sum.mean(state.valid)) } else { out.put(state.sum.total()) }
    }
}

struct Valid<'a, T>(RawSlice<'a, T>);

impl<T: Native> Kernel for Valid<'_, T> {
    type Output = usize;
    #[inline(always)]
    fn run<L: Level>(self) -> usize {
        let mut valid = 0;
        for x in self.0.iter() {
            valid += usize::from(!x.is_nan());
        }
        valid
    }
}
