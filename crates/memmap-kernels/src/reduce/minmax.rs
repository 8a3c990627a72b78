//! Minimum and maximum.

use super::fold::{At, Fold, Out, ROWS};
use crate::dtype::{Complex, Kind, Native, Tick};
use crate::exec::{Error, Result};
use crate::loops::{Kernel, Level, RawSlice, dispatch, dispatch_wide, prefetch_lines, update, update_rows};
use std::hint::black_box;
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
    /// An unsigned integer of the same size, or of 8 bytes.
    type Lane: Lane;
    /// `self < other`, false where one is NaN.
    fn before(self, other: Self) -> bool;
    /// As [`Order::before`], of numbers only.
    #[inline(always)]
    fn under(self, other: Self) -> bool {
        self.before(other)
    }
}

/// What is kept beside each of many elements, in vectors as long as theirs.
pub(crate) trait Lane: Copy {
    fn of(number: u8) -> Self;
    fn get(self) -> usize;
    /// All bits set, or none.
    fn filled(set: bool) -> Self;
    fn or(self, other: Self) -> Self;
    fn least(self, other: Self) -> Self;
}

macro_rules! lanes {
    ($($T:ty)*) => {$(
        impl Lane for $T {
            #[inline(always)]
            fn of(number: u8) -> Self {
                number.into()
            }
            #[inline(always)]
            fn get(self) -> usize {
                self as usize
            }
            #[inline(always)]
            fn filled(set: bool) -> Self {
                <$T>::from(set).wrapping_neg()
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn least(self, other: Self) -> Self {
                self.min(other)
            }
        }
    )*};
}

lanes!(u8 u16 u32 u64);

macro_rules! order_integers {
    ($($T:ty => $Lane:ty),*) => {$(
        impl Order for $T {
            type Lane = $Lane;
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

order_integers!(i8 => u8, u8 => u8, i16 => u16, u16 => u16, i32 => u32, u32 => u32, i64 => u64, u64 => u64);

macro_rules! order_floats {
    ($($T:ident => $Lane:ty),*) => {$(
        impl Order for $T {
            type Lane = $Lane;
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
            type Lane = u64;
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

order_floats!(f32 => u32, f64 => u64);

impl Order for Tick {
    type Lane = u64;
    const GREATEST: Self = Tick(i64::MAX);
    const LEAST: Self = Tick(i64::MIN + 1);
    const NOT_A_NUMBER: Self = Tick::NAT;
    const HAS_NAN: bool = true;
    #[inline(always)]
    fn before(self, other: Self) -> bool {
        (self.0 < other.0) & !self.is_nan() & !other.is_nan()
    }
    #[inline(always)]
    fn under(self, other: Self) -> bool {
        self.0 < other.0
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
        dispatch_wide(Each::<T, MAX, SKIP>(states, row));
    }

    fn feed_rows(&self, states: &mut [T], rows: [RawSlice<T>; ROWS], _at: usize) {
        dispatch_wide(EachRows::<T, MAX, SKIP>(states, rows));
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

pub(super) struct Best<'a, T, const MAX: bool, const SKIP: bool>(pub RawSlice<'a, T>);

impl<T: Order, const MAX: bool, const SKIP: bool> Kernel for Best<'_, T, MAX, SKIP> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self) -> T {
        match size_of::<T>() {
            // Compilers know the minimum of integers.
            _ if !T::HAS_NAN || T::NAN_DIFFER => in_order::<T, MAX, SKIP>(self.0),
            4 => in_lanes::<T, MAX, SKIP, 32>(self.0),
            _ => in_lanes::<T, MAX, SKIP, 16>(self.0),
        }
    }
}

#[inline(always)]
fn in_order<T: Order, const MAX: bool, const SKIP: bool>(run: RawSlice<T>) -> T {
    let mut all = neutral::<T, MAX, SKIP>();
    for x in run.iter() {
        all = better::<T, MAX, SKIP>(all, x);
    }
    all
}

/// The best of a run of floats or times, many at a time, and one by one where there may be NaN that decide.
#[inline(always)]
fn in_lanes<T: Order, const MAX: bool, const SKIP: bool, const LANES: usize>(run: RawSlice<T>) -> T {
    const FEW: usize = 8;
    let (best, unsure) = if run.len() >= LANES {
        best_number::<T, MAX, SKIP, LANES>(run)
    } else if run.len() >= FEW {
        best_number::<T, MAX, SKIP, FEW>(run)
    } else {
        (T::ZERO, true)
    };
    if !unsure {
        return best;
    }
    // The last NaN is taken where they are real.
    let mut places = 0..run.len();
    let nan = if SKIP { None } else { places.rfind(|&i| run.get(i).is_nan()) };
    nan.map_or_else(|| in_order::<T, MAX, SKIP>(run), |place| run.get(place))
}

/// Bytes from what is read to what is prefetched.
const AHEAD: usize = 4096;

/// The best of a run of at least `LANES` elements, and whether it is to be worked out otherwise because of NaN.
#[inline(always)]
fn best_number<T: Order, const MAX: bool, const SKIP: bool, const LANES: usize>(
    run: RawSlice<T>,
) -> (T, bool) {
    let mut best = Lanes::<T, MAX, SKIP, LANES>::new();
    best.take(run);
    best.finish()
}

/// The best so far of the elements that are a multiple of `LANES` apart, and whether one of them is NaN.
pub(super) struct Lanes<T: Order, const MAX: bool, const SKIP: bool, const LANES: usize> {
    pub lanes: [T; LANES],
    pub nans: [T::Lane; LANES],
}

impl<T: Order, const MAX: bool, const SKIP: bool, const LANES: usize> Lanes<T, MAX, SKIP, LANES> {
    const WORST: T = if MAX { T::LEAST } else { T::GREATEST };

    #[inline(always)]
    pub fn new() -> Self {
        Lanes { lanes: [Self::WORST; LANES], nans: [T::Lane::of(0); LANES] }
    }

    #[inline(always)]
    fn pick(best: T, x: T) -> T {
        let takes = match (SKIP, MAX) {
            (true, _) => beats::<T, MAX>(x, best),
            (false, true) => best.under(x),
            (false, false) => x.under(best),
        };
        if takes { x } else { best }
    }

    /// Takes in a run of at least `LANES` elements. The last chunk may contain elements of the one before, which changes nothing.
    #[inline(always)]
    pub fn take(&mut self, run: RawSlice<T>) {
        let Lanes { mut lanes, mut nans } = *self;
        let (last, mut start) = (run.len() - LANES, 0);
        loop {
            let chunk: [T; LANES] = run.chunk(start);
            // This is a quarter faster, from the second cache and from memory.
            prefetch_lines(
                run.as_ptr().wrapping_add(start * size_of::<T>() + AHEAD),
                size_of::<[T; LANES]>(),
            );
            for (i, lane) in lanes.iter_mut().enumerate() {
                *lane = Self::pick(*lane, chunk[i]);
            }
            if !SKIP && T::HAS_NAN {
                // Two at a time, for which there is one instruction.
                for i in 0..LANES / 2 {
                    let is_nan = chunk[i].is_nan() | chunk[i + LANES / 2].is_nan();
                    nans[i] = nans[i].or(T::Lane::filled(is_nan));
                }
            }
            if start == last {
                break;
            }
            start = (start + LANES).min(last);
        }
        *self = Lanes { lanes, nans };
    }

    /// The best, and whether it is to be worked out otherwise because of NaN.
    #[inline(always)]
    pub fn finish(&self) -> (T, bool) {
        // Hidden from the compiler, or it arranges the lanes for these last steps instead of for the loop.
        let best = across(black_box(eight_lanes(self.lanes, Self::pick)), Self::pick);
        let nan = across(black_box(eight_lanes(self.nans, T::Lane::or)), T::Lane::or);
        // The worst of all may stand for no number at all.
        (best, nan.get() != 0 || (SKIP && best == Self::WORST))
    }
}

/// What `f` makes of all lanes that are a multiple of eight apart.
#[inline(always)]
pub(crate) fn eight_lanes<T: Copy, const LANES: usize>(lanes: [T; LANES], f: impl Fn(T, T) -> T) -> [T; 8] {
    let (groups, _) = lanes.as_chunks();
    let mut all = groups[0];
    for group in &groups[1..] {
        for (one, other) in all.iter_mut().zip(group) {
            *one = f(*one, *other);
        }
    }
    all
}

/// What `f` makes of eight lanes, in any order.
#[inline(always)]
pub(crate) fn across<T: Copy>([a, b, c, d, e, g, h, i]: [T; 8], f: impl Fn(T, T) -> T) -> T {
    f(f(f(a, e), f(b, g)), f(f(c, h), f(d, i)))
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
