//! What a reduction does to one output, apart from how the elements are reached.
//!
//! A [`Fold`] holds the loops and is generic over the element. The drivers see it as [`AnyFold`], which hides the
//! element and the state, because each of them is compiled once and not for 130 folds: NumPy's `reduction.c` and its
//! `loops*` are parted the same way. A call through it costs a few nanoseconds and covers a run, a row, or a block.

use super::rows::Block;
use super::tree;
use crate::copy::{Reader, Source};
use crate::dtype::{Kind, Native};
use crate::exec::{Control, PIECE_BYTES, Result, in_order, memory_bound};
use crate::loops::{AnySlice, AnySliceMut, AnySpaced, RawSlice, Spaced};
use std::any::{Any, TypeId};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

/// Rows that are read side by side: states are loaded and stored once for all of them.
pub(crate) const ROWS: usize = 4;

/// The index of a run's first element among those of its output, and how far the index moves with each next one.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub first: usize,
    pub step: isize,
    /// Whether all elements of before have smaller indices.
    pub ordered: bool,
}

impl At {
    /// From `first` on, one after the other.
    pub fn from(first: usize) -> At {
        At { first, step: 1, ordered: true }
    }
}

/// A reduction of many elements to one.
pub(crate) trait Fold: Sync {
    /// Elements are converted to this type first.
    type In: Native;
    /// What is known of one output so far.
    type State: Copy + Send + Sync + 'static;

    /// Whether the index of an element counts: then rows may not be joined in any other order.
    const INDEXED: bool = false;

    /// Reductions of fewer elements are the same element by element as along a run.
    const FEW: usize = 8;

    /// Numbers in one element (2 for complex) where additions follow NumPy's pairwise tree.
    const PAIRWISE: Option<usize> = None;

    /// Whether outputs whose elements fit a tile go through [`Fold::whole`].
    const WHOLE: bool = false;

    /// Whether elements at equal distances are read as they are, where there is a pairwise tree; others go through a tile.
    const SPACED: bool = false;

    /// The state before any element.
    fn start(&self) -> Self::State;

    /// Takes in elements of one output.
    fn feed(&self, state: &mut Self::State, run: RawSlice<Self::In>, at: At);

    /// The state over all elements of an output.
    fn whole(&self, run: RawSlice<Self::In>) -> Self::State {
        let mut state = self.start();
        self.feed(&mut state, run, At::from(0));
        state
    }

    /// The state over all elements of an output, which lie at equal distances. Asked of [`Fold::SPACED`] ones only.
    fn spaced(&self, _run: Spaced<Self::In>) -> Self::State {
        unreachable!("elements of this fold go through a tile")
    }

    /// Takes in element number `at` of each of many outputs.
    fn feed_each(&self, states: &mut [Self::State], row: RawSlice<Self::In>, at: usize);

    /// As [`Fold::feed_each`] for several rows, one after the other.
    fn feed_rows(&self, states: &mut [Self::State], rows: [RawSlice<Self::In>; ROWS], at: usize) {
        for (i, row) in rows.into_iter().enumerate() {
            self.feed_each(states, row, at + i);
        }
    }

    /// Takes in a block of rows, for folds that read a block more than once; the others leave it to the driver.
    fn feed_block(&self, _states: &mut [Self::State], _block: &mut Block) -> bool {
        false
    }

    /// Takes in the state of elements that come later.
    fn join(&self, state: &mut Self::State, later: Self::State);

    /// The kind that [`Fold::finish`] writes; the driver converts it to that of the target.
    fn result(&self) -> Kind;

    /// Writes the result over `count` elements.
    fn finish(&self, state: Self::State, count: usize, out: Out) -> Result<()>;

    /// Whether no further element can change the result.
    fn is_settled(&self, _state: &Self::State) -> bool {
        false
    }
}

/// Where the result of one output goes.
pub(crate) struct Out<'a>(AnySliceMut<'a>);

impl Out<'_> {
    #[inline(always)]
    pub fn put<T: Native>(self, value: T) -> Result<()> {
        self.0.typed::<T>().put_chunk(0, [value]);
        Ok(())
    }
}

/// The state of one output, of a type that only its fold knows. It is stored inline, because a small reduction must not
/// allocate.
#[derive(Clone, Copy)]
pub(crate) struct State {
    bits: MaybeUninit<[u64; 8]>,
    of: TypeId,
}

impl State {
    #[inline(always)]
    pub fn new<S: Copy + Send + Sync + 'static>(state: S) -> State {
        const { assert!(size_of::<S>() <= 64 && align_of::<S>() <= 8) };
        let mut bits = MaybeUninit::<[u64; 8]>::uninit();
        // SAFETY: the place is as large and as aligned as the assertion says.
        unsafe { bits.as_mut_ptr().cast::<S>().write(state) };
        State { bits, of: TypeId::of::<S>() }
    }

    #[inline(always)]
    pub fn get<S: Copy + 'static>(&mut self) -> &mut S {
        assert!(self.of == TypeId::of::<S>());
        // SAFETY: a value of this type was written here, and is replaced by values of the same type only.
        unsafe { &mut *self.bits.as_mut_ptr().cast::<S>() }
    }
}

/// The states of many outputs: a `Vec<Fold::State>`.
pub(crate) type States = Box<dyn Any + Send + Sync>;

/// What a driver asks of a fold before it begins.
pub(crate) struct Traits {
    pub input: Kind,
    pub result: Kind,
    pub indexed: bool,
    pub few: usize,
    pub pairwise: Option<usize>,
    pub whole: bool,
    pub spaced: bool,
    pub state_bytes: usize,
}

/// A [`Fold`] whose element and state are hidden.
pub(crate) trait AnyFold: Sync {
    fn traits(&self) -> Traits;
    fn start(&self) -> State;
    fn feed(&self, state: &mut State, run: AnySlice, at: At);
    fn join(&self, state: &mut State, later: State);
    fn is_settled(&self, state: &mut State) -> bool;
    fn finish(&self, state: State, count: usize, out: AnySliceMut) -> Result<()>;

    /// The state over all elements of one output.
    fn whole(&self, run: AnySlice) -> State;

    /// The state over all elements of one output.
    fn spaced(&self, run: AnySpaced) -> State;

    /// Takes in runs of `len` elements each, one after the other.
    fn feed_runs(&self, state: &mut State, runs: AnySlice, len: usize);

    /// Reduces one output of `len` elements after the other.
    fn reduce_runs(&self, runs: AnySlice, len: usize, out: AnySliceMut) -> Result<()>;

    /// The states of so many outputs before any element.
    fn start_each(&self, outputs: usize) -> States;

    /// Takes in one element of each of the first `row.len()` outputs.
    fn feed_each(&self, states: &mut States, row: AnySlice, at: usize);

    fn feed_rows(&self, states: &mut States, rows: [AnySlice; ROWS], at: usize);

    fn feed_block(&self, states: &mut States, block: &mut Block) -> bool;

    /// Takes in states of later rows, one for each output.
    fn join_each(&self, states: &mut States, later: &States);

    /// Joins rows of states of `outputs` outputs each to one row, neighbours first.
    fn join_rows(&self, states: &mut States, outputs: usize);

    /// Writes the results of `out.len()` outputs from number `first` on.
    fn finish_each(&self, states: &States, first: usize, count: usize, out: AnySliceMut) -> Result<()>;
}

fn vec_of<S: 'static>(states: &mut States) -> &mut Vec<S> {
    states.downcast_mut().expect("states belong to the fold that made them")
}

impl<F: Fold> AnyFold for F {
    fn traits(&self) -> Traits {
        Traits {
            input: F::In::KIND,
            result: self.result(),
            indexed: F::INDEXED,
            few: F::FEW,
            pairwise: F::PAIRWISE,
            whole: F::WHOLE,
            spaced: F::SPACED,
            state_bytes: size_of::<F::State>(),
        }
    }

    fn start(&self) -> State {
        State::new(Fold::start(self))
    }

    fn feed(&self, state: &mut State, run: AnySlice, at: At) {
        Fold::feed(self, state.get(), run.typed(), at);
    }

    fn join(&self, state: &mut State, mut later: State) {
        Fold::join(self, state.get(), *later.get());
    }

    fn is_settled(&self, state: &mut State) -> bool {
        Fold::is_settled(self, state.get())
    }

    fn finish(&self, mut state: State, count: usize, out: AnySliceMut) -> Result<()> {
        Fold::finish(self, *state.get(), count, Out(out))
    }

    fn whole(&self, run: AnySlice) -> State {
        State::new(Fold::whole(self, run.typed()))
    }

    fn spaced(&self, run: AnySpaced) -> State {
        State::new(Fold::spaced(self, run.typed()))
    }

    fn feed_runs(&self, state: &mut State, runs: AnySlice, len: usize) {
        let (state, mut rest) = (state.get(), runs.typed());
        while rest.len() > 0 {
            let (run, behind) = rest.split_at(len);
            Fold::feed(self, state, run, At::from(0));
            rest = behind;
        }
    }

    fn reduce_runs(&self, runs: AnySlice, len: usize, out: AnySliceMut) -> Result<()> {
        let (mut rest, mut out) = (runs.typed(), out);
        while out.len() > 0 {
            let (run, behind) = rest.split_at(len);
            let (one, others) = out.split_first();
            Fold::finish(self, Fold::whole(self, run), len, Out(one))?;
            (rest, out) = (behind, others);
        }
        Ok(())
    }

    fn start_each(&self, outputs: usize) -> States {
        Box::new(vec![Fold::start(self); outputs])
    }

    fn feed_each(&self, states: &mut States, row: AnySlice, at: usize) {
        Fold::feed_each(self, &mut vec_of(states)[..row.len()], row.typed(), at);
    }

    fn feed_rows(&self, states: &mut States, rows: [AnySlice; ROWS], at: usize) {
        let [a, b, c, d] = rows;
        Fold::feed_rows(self, vec_of(states), [a.typed(), b.typed(), c.typed(), d.typed()], at);
    }

    fn feed_block(&self, states: &mut States, block: &mut Block) -> bool {
        Fold::feed_block(self, vec_of(states), block)
    }

    fn join_each(&self, states: &mut States, later: &States) {
        let later: &Vec<F::State> = later.downcast_ref().expect("states belong to the fold that made them");
        for (state, later) in vec_of(states).iter_mut().zip(later) {
            Fold::join(self, state, *later);
        }
    }

    fn join_rows(&self, states: &mut States, outputs: usize) {
        let states = vec_of::<F::State>(states);
        let mut rows = states.len() / outputs;
        while rows > 1 {
            for i in 0..rows / 2 * outputs {
                let from = i + i / outputs * outputs;
                let mut joined = states[from];
                Fold::join(self, &mut joined, states[from + outputs]);
                states[i] = joined;
            }
            if rows % 2 == 1 {
                states.copy_within((rows - 1) * outputs..rows * outputs, rows / 2 * outputs);
            }
            rows = rows.div_ceil(2);
        }
        states.truncate(outputs);
    }

    fn finish_each(&self, states: &States, first: usize, count: usize, out: AnySliceMut) -> Result<()> {
        let states: &Vec<F::State> = states.downcast_ref().expect("states belong to the fold that made them");
        let mut out = out;
        for state in &states[first..first + out.len()] {
            let (one, others) = out.split_first();
            Fold::finish(self, *state, count, Out(one))?;
            out = others;
        }
        Ok(())
    }
}

/// The state over a whole source, on this thread.
pub(crate) fn fold_one(fold: &dyn AnyFold, traits: &Traits, source: &Source, reader: &mut Reader) -> State {
    let len = source.len();
    if source.is_one_run() || (len <= source.tile_len() && traits.whole) {
        fold.whole(reader.next_any(len))
    } else if let Some(parts) = traits.pairwise {
        tree::fold_one(fold, parts, source, reader)
    } else {
        fold_range(fold, reader, 0, len)
    }
}

/// The state over a whole source, on all threads if it is large.
pub(crate) fn fold_all(
    fold: &dyn AnyFold,
    traits: &Traits,
    source: &Source,
    control: &Control,
) -> Result<State> {
    let (total, size) = (source.len(), source.element_size());
    let piece = PIECE_BYTES / size;
    if total <= piece {
        control.check()?;
        let state = fold_one(fold, traits, source, &mut source.reader(0));
        control.advance(total);
        return Ok(state);
    }
    if let Some(parts) = traits.pairwise {
        return tree::fold_all(fold, parts, source, control);
    }
    let settled = AtomicBool::new(false);
    let states = in_order(control, total.div_ceil(piece), memory_bound(total * size), |i| {
        let start = i * piece;
        let len = piece.min(total - start);
        if settled.load(Ordering::Relaxed) {
            return fold.start();
        }
        source.populate(start, len, control);
        let mut state = fold_range(fold, &mut source.reader(start), start, len);
        if fold.is_settled(&mut state) {
            settled.store(true, Ordering::Relaxed);
        }
        control.advance(len);
        state
    })?;
    let mut all = fold.start();
    states.into_iter().for_each(|state| fold.join(&mut all, state));
    Ok(all)
}

fn fold_range(fold: &dyn AnyFold, reader: &mut Reader, start: usize, len: usize) -> State {
    let (mut state, mut at, end) = (fold.start(), start, start + len);
    while at < end && !fold.is_settled(&mut state) {
        let run = reader.some_any(end - at);
        fold.feed(&mut state, run, At::from(at));
        at += run.len();
    }
    state
}

/// Room for the results of some outputs, before they are written to the target.
pub(crate) struct Results {
    words: Vec<u128>,
    kind: Kind,
}

impl Results {
    pub fn new(outputs: usize, kind: Kind) -> Results {
        Results { words: Vec::with_capacity(outputs), kind }
    }

    /// The places of `len` results, the first time and every time after.
    pub fn places(&mut self, len: usize) -> AnySliceMut<'_> {
        self.words.clear();
        self.words.reserve(len);
        // SAFETY: no kind of number is larger than the words, of which so many were reserved.
        unsafe { AnySliceMut::new(self.words.as_mut_ptr().cast(), len, self.kind) }
    }

    pub fn as_ptr(&self) -> *const u8 {
        self.words.as_ptr().cast()
    }
}

/// Writes the result of one output with `write`, and hands it on.
pub(crate) fn finish_one(
    fold: &dyn AnyFold,
    state: State,
    count: usize,
    result: Kind,
    write: impl FnOnce(*const u8),
) -> Result<()> {
    let mut word = 0u128;
    // SAFETY: one word is as large as the largest number.
    let out = unsafe { AnySliceMut::new((&raw mut word).cast(), 1, result) };
    fold.finish(state, count, out)?;
    write((&raw const word).cast());
    Ok(())
}
