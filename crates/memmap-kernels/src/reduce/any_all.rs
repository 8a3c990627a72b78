//! Any, all, and the count of what is not zero.

use super::fold::{At, Fold, Out};
use crate::dtype::{Complex, Flag, Kind, Native};
use crate::exec::Result;
use crate::loops::{Kernel, Level, RawSlice, dispatch, update};
use std::marker::PhantomData;

/// Bits that are zero or not: NaN is not, -0 is.
pub(crate) trait Truth: Native {
    /// An unsigned integer of the same size, or of half of it for complex numbers.
    type Lane: Copy + Into<u64>;
    const EMPTY: Self::Lane;
    /// So many flags can be added up in a lane.
    const ROUNDS: usize;
    /// 1 or 0, worked out without a branch or a comparison, which keeps vectors as wide as the elements.
    fn flag(self) -> Self::Lane;
    fn add(lane: Self::Lane, flag: Self::Lane) -> Self::Lane;

    #[inline(always)]
    fn is_true(self) -> bool {
        self.flag().into() != 0
    }
}

macro_rules! truth {
    ($($T:ty => $Lane:ty: |$x:ident| $bits:expr;)*) => {$(
        impl Truth for $T {
            type Lane = $Lane;
            const EMPTY: $Lane = 0;
            const ROUNDS: usize = if size_of::<$Lane>() == 1 { 255 } else { 4096 };
            #[inline(always)]
            fn flag(self) -> $Lane {
                let $x = self;
                let bits: $Lane = $bits;
                (bits | bits.wrapping_neg()) >> (<$Lane>::BITS - 1)
            }
            #[inline(always)]
            fn add(lane: $Lane, flag: $Lane) -> $Lane {
                lane.wrapping_add(flag)
            }
        }
    )*};
}

truth! {
    Flag => u8: |x| x.0;
    u8 => u8: |x| x;
    u16 => u16: |x| x;
    u32 => u32: |x| x;
    u64 => u64: |x| x;
    half::f16 => u16: |x| x.to_bits() << 1;
    f32 => u32: |x| x.to_bits() << 1;
    f64 => u64: |x| x.to_bits() << 1;
    Complex<f32> => u32: |x| (x.re.to_bits() | x.im.to_bits()) << 1;
    Complex<f64> => u64: |x| (x.re.to_bits() | x.im.to_bits()) << 1;
}

/// The question that is answered.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Question {
    Any,
    All,
    Count,
}

/// Counts true elements, or false ones for `All`: the first of them settles `Any` and `All`.
pub(crate) struct AnyAll<T> {
    question: Question,
    kind: PhantomData<T>,
}

impl<T> AnyAll<T> {
    pub fn new(question: Question) -> AnyAll<T> {
        AnyAll { question, kind: PhantomData }
    }
}

impl<T: Truth> Fold for AnyAll<T> {
    type In = T;
    type State = u64;

    fn start(&self) -> u64 {
        0
    }

    fn feed(&self, state: &mut u64, run: RawSlice<T>, _at: At) {
        let truths = count_true(run);
        *state += if self.question == Question::All { run.len() as u64 - truths } else { truths };
    }

    fn feed_each(&self, states: &mut [u64], row: RawSlice<T>, _at: usize) {
        dispatch(Each { states, row, counted: self.question != Question::All });
    }

    fn join(&self, state: &mut u64, later: u64) {
        *state += later;
    }

    fn result(&self) -> Kind {
        Kind::U64
    }

    fn finish(&self, state: u64, _count: usize, out: Out) -> Result<()> {
        out.put(match self.question {
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
    row: RawSlice<'r, T>,
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

/// How many elements of a run are true.
pub(crate) fn count_true<T: Truth>(run: RawSlice<T>) -> u64 {
    dispatch(Count(run))
}

struct Count<'a, T>(RawSlice<'a, T>);

impl<T: Truth> Kernel for Count<'_, T> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Level>(self) -> u64 {
        count(self.0)
    }
}

/// As [`count_true`], for kernels.
#[inline(always)]
pub(crate) fn count<T: Truth>(run: RawSlice<T>) -> u64 {
    // As narrow as the elements, and emptied before they can overflow. So many that the compiler leaves them in a
    // loop: unrolled, it would make its vectors across the rounds, out of elements that are far apart.
    const LANES: usize = 512;
    let (mut run, mut count) = (run, 0);
    while run.len() >= LANES {
        let mut lanes = [T::EMPTY; LANES];
        for _ in 0..(run.len() / LANES).min(T::ROUNDS) {
            let (part, rest) = run.split_at(LANES);
            update(&mut lanes, part, |lane, x| *lane = T::add(*lane, x.flag()));
            run = rest;
        }
        for lane in &lanes {
            count += (*lane).into();
        }
    }
    for x in run.iter() {
        count += x.flag().into();
    }
    count
}
