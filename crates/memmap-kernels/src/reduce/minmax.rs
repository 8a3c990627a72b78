//! Minimum and maximum.

use super::fold::{At, Fold, Out, ROWS};
use crate::dtype::{Complex, Kind, Native, Tick};
use crate::exec::{Error, Result};
use crate::loops::{Kernel, Level, RawSlice, dispatch, update, update_rows};
use std::marker::PhantomData;

/// Elements with an order. NaN and NaT win over numbers, as in `numpy.minimum`, or lose to them, as in `numpy.fmin`.
pub(crate) trait Order: Native {
    /// Nothing is greater.
    const GREATEST: Self;
    /// Nothing is smaller.
    const LEAST: Self;
    /// NaN or NaT; integers have none and do not use it.
    const NOT_A_NUMBER: Self;
    /// Whether NaN exist at all.
    const HAS_NAN: bool;
    /// Whether NaN differ from each other: of complex numbers, the first is kept.
    const NAN_DIFFER: bool = false;
    /// `self < other`, false where one is NaN.
    fn before(self, other: Self) -> bool;
}

macro_rules! order_integers {
    ($($T:ty)*) => {$(
        impl Order for $T {
            const GREATEST: Self = <$T>::MAX;
            const LEAST: Self = <$T>::MIN;
            const NOT_A_NUMBER: Self = 0;
            const HAS_NAN: bool = false;
            #[inline(always)]
            fn before(self, other: Self) -> bool {
                self < other
            }
        }
    )*};
}

order_integers!(i8 u8 i16 u16 i32 u32 i64 u64);

macro_rules! order_floats {
    ($($T:ident)*) => {$(
        impl Order for $T {
            const GREATEST: Self = $T::INFINITY;
            const LEAST: Self = $T::NEG_INFINITY;
            const NOT_A_NUMBER: Self = $T::NAN;
            const HAS_NAN: bool = true;
            #[inline(always)]
            fn before(self, other: Self) -> bool {
                self < other
            }
        }

        /// Lexicographic, the real part first.
        impl Order for Complex<$T> {
            const GREATEST: Self = Complex { re: $T::INFINITY, im: $T::INFINITY };
            const LEAST: Self = Complex { re: $T::NEG_INFINITY, im: $T::NEG_INFINITY };
            const NOT_A_NUMBER: Self = Complex { re: $T::NAN, im: $T::NAN };
            const HAS_NAN: bool = true;
            const NAN_DIFFER: bool = true;
            #[inline(always)]
            fn before(self, other: Self) -> bool {
                let numbers = !self.is_nan() & !other.is_nan();
                numbers & ((self.re < other.re) | ((self.re == other.re) & (self.im < other.im)))
            }
        }
    )*};
}

order_floats!(f32 f64);

impl Order for Tick {
    const GREATEST: Self = Tick(i64::MAX);
    const LEAST: Self = Tick(i64::MIN + 1);
    const NOT_A_NUMBER: Self = Tick::NAT;
    const HAS_NAN: bool = true;
    #[inline(always)]
    fn before(self, other: Self) -> bool {
        (self.0 < other.0) & !self.is_nan() & !other.is_nan()
    }
}

/// Whether `candidate` takes the place of `best`: the first of equals stays, the first NaN too.
#[inline(always)]
pub(crate) fn beats<T: Order, const MAX: bool>(candidate: T, best: T) -> bool {
    if MAX { best.before(candidate) } else { candidate.before(best) }
}

/// The better of two.
#[inline(always)]
pub(crate) fn better<T: Order, const MAX: bool, const SKIP: bool>(best: T, x: T) -> T {
    let takes = beats::<T, MAX>(x, best)
        | (T::HAS_NAN && if SKIP { best.is_nan() } else { x.is_nan() & !(T::NAN_DIFFER && best.is_nan()) });
    if takes { x } else { best }
}

/// Minimum, or maximum with `MAX`; with `SKIP`, NaN count only where there is nothing else.
pub(crate) struct MinMax<T, const MAX: bool, const SKIP: bool>(PhantomData<T>);

impl<T, const MAX: bool, const SKIP: bool> MinMax<T, MAX, SKIP> {
    pub fn new() -> Self {
        MinMax(PhantomData)
    }
}

impl<T: Order, const MAX: bool, const SKIP: bool> Fold for MinMax<T, MAX, SKIP> {
    type In = T;
    type State = T;

    fn start(&self) -> T {
        neutral::<T, MAX, SKIP>()
    }

    fn feed(&self, state: &mut T, run: RawSlice<T>, _at: At) {
        *state = better::<T, MAX, SKIP>(*state, best::<T, MAX, SKIP>(run));
    }

    fn feed_each(&self, states: &mut [T], row: RawSlice<T>, _at: usize) {
        dispatch(Each::<T, MAX, SKIP>(states, row));
    }

    fn feed_rows(&self, states: &mut [T], rows: [RawSlice<T>; ROWS], _at: usize) {
        dispatch(EachRows::<T, MAX, SKIP>(states, rows));
    }

    fn join(&self, state: &mut T, later: T) {
        *state = better::<T, MAX, SKIP>(*state, later);
    }

    fn result(&self) -> Kind {
        T::KIND
    }

    fn finish(&self, state: T, count: usize, out: Out) -> Result<()> {
        if count == 0 { Err(Error::Empty) } else { out.put(state) }
    }
}

#[inline(always)]
pub(crate) fn neutral<T: Order, const MAX: bool, const SKIP: bool>() -> T {
    match (SKIP && T::HAS_NAN, MAX) {
        (true, _) => T::NOT_A_NUMBER,
        (false, true) => T::LEAST,
        (false, false) => T::GREATEST,
    }
}

/// The best of a run.
pub(crate) fn best<T: Order, const MAX: bool, const SKIP: bool>(run: RawSlice<T>) -> T {
    dispatch(Best::<T, MAX, SKIP>(run))
}

struct Best<'a, T, const MAX: bool, const SKIP: bool>(RawSlice<'a, T>);

impl<T: Order, const MAX: bool, const SKIP: bool> Kernel for Best<'_, T, MAX, SKIP> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self) -> T {
        match size_of::<T>() {
            // Compilers know the minimum of integers.
            _ if !T::HAS_NAN => in_lanes::<T, MAX, SKIP, 1>(self.0),
            4 => in_lanes::<T, MAX, SKIP, 32>(self.0),
            8 if !T::NAN_DIFFER => in_lanes::<T, MAX, SKIP, 16>(self.0),
            _ => in_lanes::<T, MAX, SKIP, 1>(self.0),
        }
    }
}

#[inline(always)]
fn in_lanes<T: Order, const MAX: bool, const SKIP: bool, const LANES: usize>(run: RawSlice<T>) -> T {
    if LANES == 1 {
        let mut all = neutral::<T, MAX, SKIP>();
        for x in run.iter() {
            all = better::<T, MAX, SKIP>(all, x);
        }
        return all;
    }
    let (chunks, rest) = run.chunks::<LANES>();
    let mut lanes = [neutral::<T, MAX, SKIP>(); LANES];
    for chunk in chunks {
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane = better::<T, MAX, SKIP>(*lane, chunk[i]);
        }
    }
    let mut all = neutral::<T, MAX, SKIP>();
    for lane in lanes {
        all = better::<T, MAX, SKIP>(all, lane);
    }
    for x in rest.iter() {
        all = better::<T, MAX, SKIP>(all, x);
    }
    all
}

struct Each<'a, 'r, T, const MAX: bool, const SKIP: bool>(&'a mut [T], RawSlice<'r, T>);

impl<T: Order, const MAX: bool, const SKIP: bool> Kernel for Each<'_, '_, T, MAX, SKIP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update(self.0, self.1, |best, x| *best = better::<T, MAX, SKIP>(*best, x))
    }
}

struct EachRows<'a, 'r, T, const MAX: bool, const SKIP: bool>(&'a mut [T], [RawSlice<'r, T>; ROWS]);

impl<T: Order, const MAX: bool, const SKIP: bool> Kernel for EachRows<'_, '_, T, MAX, SKIP> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        update_rows(self.0, self.1, better::<T, MAX, SKIP>)
    }
}
