//! The position of the minimum and the maximum.

use super::fold::{At, Fold, Out};
use super::minmax::{Best, Lane, Lanes, Order, across, beats, best, eight_lanes};
use super::rows::Block;
use super::tree::BLOCK_ROWS;
use crate::dtype::Kind;
use crate::exec::{Error, Result};
use crate::loops::{Kernel, Level, RawSlice, dispatch, update, update_pairs};
use std::hint::black_box;
use std::marker::PhantomData;

/// Elements that are searched for their best before it is located among them: few enough to stay in the cache.
const BLOCK: usize = if cfg!(test) { 128 } else { 2048 };

/// The most blocks that are searched together: a lane has room for the number of any.
const BLOCKS: usize = if cfg!(test) { 4 } else { 256 };

/// Elements that are not worth two passes.
const FEW: usize = 8;

/// The best element so far and where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<T> {
    pub value: T,
    pub index: usize,
    /// Whether there was any element but NaN; of use only where they are skipped.
    pub valid: bool,
}

/// The position of the minimum, or of the maximum with `MAX`. The first of equals counts. The first NaN wins, or with
/// `SKIP` stands for the worst value, as in `numpy.nanargmin`.
pub(crate) struct ArgMinMax<T, const MAX: bool, const SKIP: bool>(PhantomData<T>);

impl<T: Order, const MAX: bool, const SKIP: bool> ArgMinMax<T, MAX, SKIP> {
    pub fn new() -> Self {
        ArgMinMax(PhantomData)
    }

    /// What a NaN counts as.
    #[inline(always)]
    fn read(x: T) -> T {
        match (SKIP && x.is_nan(), MAX) {
            (true, true) => T::LEAST,
            (true, false) => T::GREATEST,
            (false, _) => x,
        }
    }

    /// Whether a later element takes the place of the best.
    #[inline(always)]
    pub fn replaces(candidate: T, best: T) -> bool {
        beats::<T, MAX>(candidate, best) | (!SKIP && candidate.is_nan() & !best.is_nan())
    }

    /// The index of the first element that is `value`, or of the last one.
    fn locate(run: RawSlice<T>, value: T, last: bool) -> usize {
        let found = if last {
            (0..run.len()).rev().find(|&i| same::<T, MAX, SKIP>(run.get(i), value))
        } else {
            dispatch(Find::<T, MAX, SKIP> { run, value })
        };
        // Others may have changed the memory meanwhile: then any index is as good.
        found.unwrap_or(0)
    }

    /// Takes in a candidate with an index above all of before.
    #[inline(always)]
    fn append(state: &mut Option<Candidate<T>>, later: Candidate<T>) {
        match state {
            Some(best) => {
                best.valid |= later.valid;
                if Self::replaces(later.value, best.value) {
                    best.value = later.value;
                    best.index = later.index;
                }
            }
            None => *state = Some(later),
        }
    }

    /// Takes in a candidate from anywhere: of equals, the one with the smaller index counts.
    #[inline(always)]
    fn challenge(state: &mut Option<Candidate<T>>, other: Candidate<T>) {
        let Some(best) = state else {
            *state = Some(other);
            return;
        };
        best.valid |= other.valid;
        if Self::replaces(other.value, best.value) {
            best.value = other.value;
            best.index = other.index;
        } else if other.index < best.index && is_equal(other.value, best.value) {
            best.index = other.index;
        }
    }
}

/// Whether two elements compare as one: all NaN do.
#[inline(always)]
fn is_equal<T: Order>(a: T, b: T) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

impl<T: Order, const MAX: bool, const SKIP: bool> Fold for ArgMinMax<T, MAX, SKIP> {
    type In = T;
    type State = Option<Candidate<T>>;

    const INDEXED: bool = true;

    fn start(&self) -> Self::State {
        None
    }

    fn feed(&self, state: &mut Self::State, run: RawSlice<T>, at: At) {
        let (mut rest, mut first) = (run, at.first);
        if at.ordered && run.len() <= FEW {
            for (i, x) in run.iter().enumerate() {
                let one = Candidate { value: Self::read(x), index: first + i, valid: !x.is_nan() };
                Self::append(state, one);
            }
            return;
        }
        let is_block = state.is_none() && run.len() <= BLOCK && !T::NAN_DIFFER;
        if at.ordered && !SKIP && (is_block || has_blocks::<T>(run)) {
            while rest.len() > 0 && !self.is_settled(state) {
                let (blocks, behind) = rest.split_at(rest.len().min(BLOCKS * BLOCK));
                let (value, place) = dispatch(BestWithPlace::<T, MAX>(blocks));
                Self::append(state, Candidate { value, index: first + place, valid: true });
                first += blocks.len();
                rest = behind;
            }
            return;
        }
        while rest.len() > 0 && !(at.ordered && self.is_settled(state)) {
            let (block, behind) = rest.split_at(rest.len().min(BLOCK));
            let value = best_of::<T, MAX, SKIP>(block);
            let better = match state {
                Some(best) => {
                    Self::replaces(value, best.value) || (!at.ordered && is_equal(value, best.value))
                }
                None => true,
            };
            let valid = SKIP && !state.is_some_and(|best| best.valid) && has_number(block);
            if better {
                let found = Self::locate(block, value, at.step < 0) as isize;
                let index = first.wrapping_add_signed(at.step.wrapping_mul(found));
                Self::challenge(state, Candidate { value, index, valid });
            }
            if let Some(best) = state {
                best.valid |= valid;
            }
            first = first.wrapping_add_signed(at.step.wrapping_mul(block.len() as isize));
            rest = behind;
        }
    }

    fn feed_each(&self, states: &mut [Self::State], row: RawSlice<T>, at: usize) {
        update(states, row, |state, x| {
            Self::append(state, Candidate { value: Self::read(x), index: at, valid: !x.is_nan() })
        })
    }

    fn feed_block(&self, states: &mut [Self::State], block: &mut Block) -> bool {
        if SKIP {
            return false;
        }
        let (mut best, first) = (block.row::<T>(0).iter().collect::<Vec<T>>(), block.first());
        let mut places = vec![T::Lane::of(0); states.len()];
        for row in 1..block.len() {
            let (best, places, number) = (&mut best, &mut places, T::Lane::of(row as u8));
            dispatch(EachRow::<T, MAX> { best, places, row: block.row(row), number });
        }
        for (i, state) in states.iter_mut().enumerate() {
            Self::append(state, Candidate { value: best[i], index: first + places[i].get(), valid: true });
        }
        true
    }

    fn join(&self, state: &mut Self::State, later: Self::State) {
        if let Some(later) = later {
            Self::challenge(state, later);
        }
    }

    fn result(&self) -> Kind {
        Kind::I64
    }

    fn finish(&self, state: Self::State, _count: usize, out: Out) -> Result<()> {
        match state {
            None => Err(Error::Empty),
            Some(best) if SKIP && T::HAS_NAN && !best.valid => Err(Error::AllNan),
            Some(best) => out.put(best.index as i64),
        }
    }

    fn is_settled(&self, state: &Self::State) -> bool {
        !SKIP && state.is_some_and(|best| best.value.is_nan())
    }
}

/// Takes in a row of a block; a lane has room for the number of any row of one.
struct EachRow<'a, 'r, T: Order, const MAX: bool> {
    best: &'a mut [T],
    places: &'a mut [T::Lane],
    row: RawSlice<'r, T>,
    number: T::Lane,
}

const _: () = assert!(BLOCK_ROWS <= 256);

impl<T: Order, const MAX: bool> Kernel for EachRow<'_, '_, T, MAX> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let number = self.number;
        update_pairs(self.best, self.places, self.row, |best, place, x| {
            let takes = ArgMinMax::<T, MAX, false>::replaces(x, best);
            (if takes { x } else { best }, if takes { number } else { place })
        });
    }
}

fn has_number<T: Order>(run: RawSlice<T>) -> bool {
    run.iter().any(|x| !x.is_nan())
}

/// The best of a run, with NaN read as they count.
fn best_of<T: Order, const MAX: bool, const SKIP: bool>(run: RawSlice<T>) -> T {
    ArgMinMax::<T, MAX, SKIP>::read(best::<T, MAX, SKIP>(run))
}

/// The first element that is the best one.
struct Find<'a, T, const MAX: bool, const SKIP: bool> {
    run: RawSlice<'a, T>,
    value: T,
}

impl<T: Order, const MAX: bool, const SKIP: bool> Kernel for Find<'_, T, MAX, SKIP> {
    type Output = Option<usize>;
    #[inline(always)]
    fn run<L: Level>(self) -> Option<usize> {
        const FEW: usize = 8;
        const MANY: usize = 32;
        let value = self.value;
        if value.is_nan() {
            return self.run.iter().position(|x| x.is_nan());
        }
        let is_value = |x: T| ArgMinMax::<T, MAX, SKIP>::read(x) == value;
        match self.run.len() {
            ..FEW => self.run.iter().position(is_value),
            FEW..MANY => first_of::<T, FEW>(self.run, is_value),
            MANY.. => first_of::<T, MANY>(self.run, is_value),
        }
    }
}

/// The best of a run and its place, in one call.
struct BestWithPlace<'a, T, const MAX: bool>(RawSlice<'a, T>);

impl<T: Order, const MAX: bool> Kernel for BestWithPlace<'_, T, MAX> {
    type Output = (T, usize);
    #[inline(always)]
    fn run<L: Level>(self) -> (T, usize) {
        let run = self.0;
        let found = match size_of::<T>() {
            _ if !has_blocks::<T>(run) => None,
            4 => best_block::<T, MAX, 32>(run),
            _ => best_block::<T, MAX, 16>(run),
        };
        if let Some((value, start)) = found {
            let behind = run.split_at(start).1;
            let block = behind.split_at(behind.len().min(2 * BLOCK)).0;
            return (value, start + locate::<T, MAX, L>(block, value));
        }
        let value = Best::<T, MAX, false>(run).run::<L>();
        (value, locate::<T, MAX, L>(run, value))
    }
}

/// Returns true for runs of several blocks of floats or times, which are searched together. The compiler has faster loops for integers.
#[inline(always)]
fn has_blocks<T: Order>(run: RawSlice<T>) -> bool {
    T::HAS_NAN && !T::NAN_DIFFER && run.len() >= 2 * BLOCK
}

/// The place of a value in a run. Others may have changed the memory meanwhile: then any place is as good.
#[inline(always)]
fn locate<T: Order, const MAX: bool, L: Level>(run: RawSlice<T>, value: T) -> usize {
    Find::<T, MAX, false> { run, value }.run::<L>().unwrap_or(0)
}

/// The best of a run of at least one block and at most [`BLOCKS`], and the start of the first block that has it; `None` where there are
/// NaN. The last block is up to twice as long.
#[inline(always)]
fn best_block<T: Order, const MAX: bool, const LANES: usize>(run: RawSlice<T>) -> Option<(T, usize)> {
    let mut best = Lanes::<T, MAX, false, LANES>::new();
    // The block in which each lane became what it is.
    let (mut last, mut blocks) = (best.lanes, [T::Lane::of(0); LANES]);
    let (count, mut rest) = (run.len() / BLOCK, run);
    for number in 0..count {
        let (block, behind) = rest.split_at(if number + 1 < count { BLOCK } else { rest.len() });
        best.take(block);
        // Hidden from the compiler, or it arranges the lanes for the next steps instead of for the loop.
        best = Lanes { lanes: black_box(best.lanes), nans: black_box(best.nans) };
        let number = T::Lane::of(number as u8);
        for (i, block) in blocks.iter_mut().enumerate() {
            *block = if best.lanes[i] == last[i] { *block } else { number };
        }
        (last, rest) = (best.lanes, behind);
    }
    let (value, unsure) = best.finish();
    for (block, x) in blocks.iter_mut().zip(last) {
        *block = block.or(T::Lane::filled(x != value));
    }
    (!unsure).then(|| (value, BLOCK * across(eight_lanes(blocks, T::Lane::least), T::Lane::least).get()))
}

/// The first of at least `LANES` elements that a test holds for. The last chunk may contain elements of the one before, which are
/// known not to be it.
#[inline(always)]
fn first_of<T: Order, const LANES: usize>(run: RawSlice<T>, test: impl Fn(T) -> bool) -> Option<usize> {
    let (last, mut start) = (run.len() - LANES, 0);
    loop {
        let chunk: [T; LANES] = run.chunk(start);
        let mut found = false;
        for x in &chunk {
            found |= test(*x);
        }
        if found {
            // The place, worked out without branches, which the processor would not foresee. The chunk is read once more behind
            // the compiler's back, or it branches at each bit of `found`.
            let chunk: [T; LANES] = run.chunk(black_box(start));
            let mut places = [T::Lane::of(0); LANES];
            for (i, place) in places.iter_mut().enumerate() {
                *place = T::Lane::of(i as u8).or(T::Lane::filled(!test(chunk[i])));
            }
            let place = start.wrapping_add(across(eight_lanes(places, T::Lane::least), T::Lane::least).get());
            // Others may have changed the memory meanwhile.
            return (place < run.len()).then_some(place);
        }
        if start == last {
            return None;
        }
        start = (start + LANES).min(last);
    }
}

/// Whether an element counts as `value`.
#[inline(always)]
fn same<T: Order, const MAX: bool, const SKIP: bool>(x: T, value: T) -> bool {
    (ArgMinMax::<T, MAX, SKIP>::read(x) == value) | (value.is_nan() & x.is_nan())
}
