//! Any, all, and the count of what is not zero.

use super::fold::Fold;
use crate::error::Result;
use crate::number::{Complex, Flag, Native};
use crate::run::{Run, update};
use crate::simd::{Kernel, Level, dispatch};
use std::marker::PhantomData;

/// Bits that are zero or not: NaN is not, -0 is.
pub(crate) trait Truth: Native {
    fn is_true(self) -> bool;
}

macro_rules! truth {
    ($($T:ty: |$x:ident| $body:expr;)*) => {$(
        impl Truth for $T {
            #[inline(always)]
            fn is_true(self) -> bool {
                let $x = self;
                $body
            }
        }
    )*};
}

truth! {
    Flag: |x| x.is_true();
    u8: |x| x != 0;
    u16: |x| x != 0;
    u32: |x| x != 0;
    u64: |x| x != 0;
    half::f16: |x| x.to_bits() & 0x7fff != 0;
    f32: |x| x != 0.0;
    f64: |x| x != 0.0;
    Complex<f32>: |x| (x.re != 0.0) | (x.im != 0.0);
    Complex<f64>: |x| (x.re != 0.0) | (x.im != 0.0);
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Question {
    Any,
    All,
    Count,
}

/// Counts true elements, or false ones for `All`: the answer to `Any` and `All` is known with the first of them.
pub(crate) struct Truths<T> {
    question: Question,
    kind: PhantomData<T>,
}

impl<T> Truths<T> {
    pub fn new(question: Question) -> Truths<T> {
        Truths { question, kind: PhantomData }
    }
}

impl<T: Truth> Fold for Truths<T> {
    type In = T;
    type State = u64;
    type Out = u64;

    fn start(&self) -> u64 {
        0
    }

    fn feed(&self, state: &mut u64, run: Run<T>, _at: usize) {
        let truths = count_true(run);
        *state += if self.question == Question::All { run.len() as u64 - truths } else { truths };
    }

    fn feed_each(&self, states: &mut [u64], row: Run<T>, _at: usize) {
        dispatch(Each { states, row, counted: self.question != Question::All });
    }

    fn join(&self, state: &mut u64, later: u64) {
        *state += later;
    }

    fn finish(&self, state: u64, _count: usize) -> Result<u64> {
        Ok(match self.question {
            Question::Count => state,
            Question::Any => u64::from(state > 0),
            Question::All => u64::from(state == 0),
        })
    }

    fn is_settled(&self, state: &u64) -> bool {
        self.question != Question::Count && *state > 0
    }
}

struct Each<'a, 'r, T> {
    states: &'a mut [u64],
    row: Run<'r, T>,
    counted: bool,
}

impl<T: Truth> Kernel for Each<'_, '_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let counted = self.counted;
        update(self.states, self.row, |count, x| *count += u64::from(x.is_true() == counted))
    }
}

/// How many elements of a stretch are true.
pub(crate) fn count_true<T: Truth>(run: Run<T>) -> u64 {
    dispatch(Count(run))
}

struct Count<'a, T>(Run<'a, T>);

impl<T: Truth> Kernel for Count<'_, T> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Level>(self) -> u64 {
        // Narrow lanes, emptied before they can overflow.
        const LANES: usize = 32;
        const ROUNDS: usize = 255;
        let (mut run, mut count) = (self.0, 0);
        while run.len() >= LANES {
            let whole = (run.len() / LANES).min(ROUNDS) * LANES;
            let (part, rest) = run.split_at(whole);
            let mut lanes = [0u8; LANES];
            for chunk in part.chunks::<LANES>().0 {
                for (lane, x) in lanes.iter_mut().zip(chunk) {
                    *lane += u8::from(x.is_true());
                }
            }
            count += lanes.iter().map(|&lane| u64::from(lane)).sum::<u64>();
            run = rest;
        }
        count + run.iter().map(|x| u64::from(x.is_true())).sum::<u64>()
    }
}
