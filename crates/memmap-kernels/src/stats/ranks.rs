//! The elements at ranks of a whole array, in few reads and without a copy of it: a radix select.
//!
//! A first read collects the keys in a window around each rank, which a sample of the elements tells, or counts them by 16 bits of the
//! distance from its begin where they are many; without a window, or where the sample misled, it counts all keys by their highest 16 bits. Each further read collects the keys of an interval
//! where they are few, else counts them by 16 bits more. Where others write meanwhile, an interval may have fewer elements than were
//! counted: then another element of it is taken.

#![allow(
    clippy::needless_range_loop,
    reason = "an iterator adapter may stay a call in the middle of a vector loop"
)]

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::key::{Key, KeyOrder};
use super::read::{States, for_readers};
use super::sample::{Sample, Windows};
use crate::copy::Source;
use crate::exec::{Control, Result, filled, make_room, threads, with_room};
use crate::loops::{Kernel, Level, RawSlice, dispatch};

/// Buckets of a table: the values of 16 bits.
const BUCKETS: usize = 1 << 16;

/// Bytes of keys that one read collects.
const COLLECTED_BYTES: usize = if cfg!(test) { 1 << 8 } else { 4 << 20 };

/// Bytes of keys in windows that the first read collects.
const WINDOW_BYTES: usize = if cfg!(test) { 1 << 7 } else { 6 << 20 };

/// Bytes of the tables of all threads.
const TABLES_BYTES: usize = 8 << 20;

/// Intervals that are told apart by vectors; more take a look at a map of their highest bits for each element.
const FEW: usize = 6;

/// Keys from `low` on, up to `span` above it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Interval<K> {
    pub low: K,
    pub span: K,
    /// The number of elements with lower keys, and in the interval.
    pub before: u64,
    pub count: u64,
    /// The wanted ranks that are in it.
    pub ranks: Range<usize>,
}

impl<K: Key> Interval<K> {
    pub fn new(low: K, high: K, ranks: Range<usize>) -> Self {
        Interval { low, span: high.above(low), before: 0, count: 0, ranks }
    }

    #[inline(always)]
    fn has(&self, key: K) -> bool {
        key.above(self.low) <= self.span
    }

    /// The bits below those that tell the bucket of a key.
    fn shift(&self) -> u32 {
        (u64::BITS - self.span.to_u64().leading_zeros()).saturating_sub(16)
    }

    fn buckets(&self) -> usize {
        (self.span.to_u64() >> self.shift()) as usize + 1
    }
}

/// Returns the bits of the elements at the ranks that `choose` returns for the number of elements that are not NaN or NaT and of those
/// that are; and the latter number.
pub(crate) fn elements_at<K: Key>(
    source: &Source,
    order: &KeyOrder<K>,
    control: &Control,
    choose: &mut dyn FnMut(usize, usize) -> Result<Vec<usize>>,
) -> Result<(Vec<u64>, usize)> {
    if K::IS_SHORT {
        counted_elements_at(source, order, control, choose)
    } else {
        searched_elements_at(source, order, control, choose)
    }
}

/// Of keys that a table has a counter for each of.
fn counted_elements_at<K: Key>(
    source: &Source,
    order: &KeyOrder<K>,
    control: &Control,
    choose: &mut dyn FnMut(usize, usize) -> Result<Vec<usize>>,
) -> Result<(Vec<u64>, usize)> {
    let counts = count_keys(source, order, control)?;
    let (low, high) = (order.low.to_u64() as usize, order.high.to_u64() as usize);
    let below: u64 = counts[..low].iter().sum();
    let inside: u64 = counts[low..=high].iter().sum();
    let outside = source.len() - (inside as usize).min(source.len());
    let wanted = choose(source.len() - outside, outside)?;
    let mut bits = with_room(wanted.len())?;
    bits.extend(wanted.iter().map(|&rank| {
        let (mut key, mut before) = (0, 0);
        while key + 1 < counts.len() && before + counts[key] <= below + rank as u64 {
            before += counts[key];
            key += 1;
        }
        K::from_u64(key as u64).element(order).to_u64()
    }));
    Ok((bits, outside))
}

fn searched_elements_at<K: Key>(
    source: &Source,
    order: &KeyOrder<K>,
    control: &Control,
    choose: &mut dyn FnMut(usize, usize) -> Result<Vec<usize>>,
) -> Result<(Vec<u64>, usize)> {
    let total = source.len();
    let mut windows = Sample::of(source, order)?.windows(total, choose)?;
    let whole = [Interval::new(K::ZERO, K::MAX, 0..0)];
    let mut share = total - total / 2;
    loop {
        let first = windows.as_ref().map_or(&whole[..], |windows| &windows.intervals);
        let room = windows.as_ref().map_or(0, |windows| windows.room(total));
        let counts = count(source, order, first, room, control, share)?;
        let [below, above] = counts.outside.map(|count| count.min(total as u64) as usize);
        let outside = (below + above).min(total);
        let wanted = choose(total - outside, outside)?;
        let mut ranks = with_room(wanted.len())?;
        ranks.extend(wanted.iter().map(|&rank| (below + rank) as u64));
        ranks.sort_unstable();
        ranks.dedup();
        let (found, open) = (filled(K::ZERO, ranks.len())?, with_room(ranks.len())?);
        let mut search = Search { ranks, found, open };
        let is_found = search.start(first, counts.windows);
        share = 0;
        if !is_found && windows.take().is_some() {
            continue;
        }
        let mut share = total / 2;
        while !search.open.is_empty() {
            search.read(source, order, control, share)?;
            share = 0;
        }
        // The first read may have been the last one.
        control.advance(share);
        let mut bits = with_room(wanted.len())?;
        bits.extend(wanted.iter().map(|&rank| {
            let index = search.ranks.partition_point(|&other| other < (below + rank) as u64);
            search.found[index].element(order).to_u64()
        }));
        return Ok((bits, outside));
    }
}

impl<K: Key> Windows<K> {
    /// How many keys a thread collects in each window; 0 where they are too many.
    fn room(&self, total: usize) -> usize {
        let expected = (self.part * total as f64) as usize;
        if expected * size_of::<K>() <= WINDOW_BYTES { 2 * expected + 64 } else { 0 }
    }
}

/// The number of elements with each key, of one byte or two.
pub(crate) fn count_keys<K: Key>(
    source: &Source,
    order: &KeyOrder<K>,
    control: &Control,
) -> Result<Vec<u64>> {
    let whole = [Interval::new(K::ZERO, K::MAX, 0..0)];
    let counts = count(source, order, &whole, 0, control, source.len())?;
    control.advance(source.len() / 2);
    Ok(counts.windows.into_iter().next().map_or(Vec::new(), |tally| tally.buckets))
}

/// The elements of each window, and those that are NaN or NaT: below and above all others.
struct Counts<K> {
    windows: Vec<Tally<K, u64>>,
    outside: [u64; 2],
}

/// Elements below a window and in it.
struct Tally<K, C> {
    below: u64,
    inside: u64,
    /// Those inside by buckets; none for a window of one key, or with keys.
    buckets: Vec<C>,
    /// The keys inside, up to `room` of them.
    keys: Vec<K>,
    room: usize,
}

/// The counts of one thread.
struct State<K> {
    windows: Vec<Tally<K, u32>>,
    outside: [u64; 2],
    /// Elements since the counts were last added up.
    since: usize,
}

impl<K> State<K> {
    /// Makes room for the keys of so many elements more in each window that collects them.
    fn make_room(&mut self, len: usize) -> Result<()> {
        self.windows.iter_mut().try_for_each(|tally| {
            let more = len.min(tally.room - tally.keys.len());
            make_room(&mut tally.keys, more)
        })
    }
}

/// Reads all elements once.
fn count<K: Key>(
    source: &Source,
    order: &KeyOrder<K>,
    windows: &[Interval<K>],
    room: usize,
    control: &Control,
    share: usize,
) -> Result<Counts<K>> {
    let total = Mutex::new(Counts { windows: empty(windows, 1, room)?, outside: [0; 2] });
    let add = |state: &mut State<K>| {
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        for (sum, tally) in total.windows.iter_mut().zip(&mut state.windows) {
            sum.below += std::mem::take(&mut tally.below);
            sum.inside += std::mem::take(&mut tally.inside);
            make_room(&mut sum.keys, tally.keys.len())?;
            sum.keys.append(&mut std::mem::take(&mut tally.keys));
            if !sum.buckets.is_empty() {
                for table in tally.buckets.chunks_exact_mut(sum.buckets.len()) {
                    add_counts(&mut sum.buckets, table);
                }
            }
        }
        for (sum, count) in total.outside.iter_mut().zip(&mut state.outside) {
            *sum += std::mem::take(count);
        }
        state.since = 0;
        Ok(())
    };
    let is_whole = room == 0 && windows.iter().any(|window| window.low == K::ZERO && window.span == K::MAX);
    let tables = if is_whole { 2 } else { 1 };
    let states = States::new();
    let new = || Ok(State { windows: empty(windows, tables, room)?, outside: [0; 2], since: 0 });
    for_readers(source, control, &|reader, len| {
        states.with(new, |state| {
            if state.since + len > u32::MAX as usize {
                add(state)?;
            }
            state.since += len;
            let mut left = len;
            while left > 0 {
                let run = reader.some::<K>(left);
                left -= run.len();
                state.make_room(run.len())?;
                if K::IS_SHORT || is_whole {
                    dispatch(CountAll { run, order, state });
                } else {
                    dispatch(CountWindows { run, order, windows, state });
                }
            }
            Ok(())
        })?;
        if share > 0 {
            control.advance(len - len / 2);
        }
        Ok(())
    })?;
    states.into_all().iter_mut().try_for_each(add)?;
    Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn empty<K: Key, C: Copy + Default>(
    windows: &[Interval<K>],
    tables: usize,
    room: usize,
) -> Result<Vec<Tally<K, C>>> {
    let tally = |window: &Interval<K>| {
        let buckets = if window.span == K::ZERO || room > 0 { 0 } else { tables * window.buckets() };
        let buckets = filled(C::default(), buckets)?;
        Ok(Tally { below: 0, inside: 0, buckets, keys: Vec::new(), room })
    };
    windows.iter().map(tally).collect()
}

fn add_counts(sums: &mut [u64], counts: &mut [u32]) {
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += u64::from(std::mem::take(count)));
}

/// Counts the elements of a run by the highest 16 bits of their keys.
struct CountAll<'a, K> {
    run: RawSlice<'a, K>,
    order: &'a KeyOrder<K>,
    state: &'a mut State<K>,
}

impl<K: Key> Kernel for CountAll<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(self) {
        const CHUNK: usize = 256;
        let CountAll { run, order, state } = self;
        let order = *order;
        let State { windows, outside, .. } = state;
        let Some(tally) = windows.first_mut() else { return };
        let shift = K::BITS - K::BITS.min(16);
        // Elements take two tables in turn: a counter cannot be raised again at once.
        let half = tally.buckets.len() / 2;
        let (even, odd) = tally.buckets.split_at_mut(half);
        let (chunks, rest) = run.groups::<CHUNK>();
        let mut digits = [0u16; CHUNK];
        for chunk in chunks.iter() {
            let [mut below, mut above] = [0u32; 2];
            for index in 0..CHUNK {
                let key = chunk[index].of(&order);
                below += u32::from(key < order.low);
                above += u32::from(key > order.high);
                digits[index] = key.digit(shift);
            }
            outside[0] += u64::from(below);
            outside[1] += u64::from(above);
            for index in 0..CHUNK / 2 {
                raise(even, digits[2 * index]);
                raise(odd, digits[2 * index + 1]);
            }
        }
        for element in rest.iter() {
            let key = element.of(&order);
            outside[0] += u64::from(key < order.low);
            outside[1] += u64::from(key > order.high);
            raise(even, key.digit(shift));
        }
        tally.inside += run.len() as u64;
    }
}

#[inline(always)]
fn raise(table: &mut [u32], digit: u16) {
    if let Some(count) = table.get_mut(usize::from(digit)) {
        *count = count.wrapping_add(1);
    }
}

/// Counts the elements of a run that are below windows and in them.
struct CountWindows<'a, K> {
    run: RawSlice<'a, K>,
    order: &'a KeyOrder<K>,
    windows: &'a [Interval<K>],
    state: &'a mut State<K>,
}

impl<K: Key> Kernel for CountWindows<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(self) {
        let CountWindows { run, order, windows, state } = self;
        let order = *order;
        let (chunks, rest) = run.groups::<CHUNK>();
        // Counters in the vectors of the keys stay small enough for the narrowest ones.
        let (mut at, end) = (0, chunks.len());
        while at < end {
            let stop = end.min(at + TURNS);
            let (mut least, mut most) = ([K::MAX; CHUNK], [K::ZERO; CHUNK]);
            for number in 0..windows.len() {
                let (low, span) = (windows[number].low, windows[number].span);
                let mut below = [K::ZERO; CHUNK];
                let mut equal = [K::ZERO; CHUNK];
                for index in at..stop {
                    let chunk = chunks.get(index);
                    let mut nearest = K::MAX;
                    for lane in 0..CHUNK {
                        let key = chunk[lane].of(&order);
                        below[lane] = below[lane].plus(K::of_bool(key < low));
                        equal[lane] = equal[lane].plus(K::of_bool(key == low));
                        nearest = nearest.min(key.above(low));
                        if number == 0 {
                            least[lane] = least[lane].min(key);
                            most[lane] = most[lane].max(key);
                        }
                    }
                    if nearest <= span && span > K::ZERO {
                        let tally = &mut state.windows[number];
                        dispatch(Inside { chunk: chunks.get(index), order, window: &windows[number], tally });
                    }
                }
                let tally = &mut state.windows[number];
                for lane in 0..CHUNK {
                    tally.below += below[lane].to_u64();
                    tally.inside += if span == K::ZERO { equal[lane].to_u64() } else { 0 };
                }
            }
            let (mut low, mut high) = (K::MAX, K::ZERO);
            for lane in 0..CHUNK {
                low = low.min(least[lane]);
                high = high.max(most[lane]);
            }
            if low < order.low || high > order.high {
                for index in at..stop {
                    count_outside(chunks.get(index), &order, &mut state.outside);
                }
            }
            at = stop;
        }
        for element in rest.iter() {
            let key = element.of(&order);
            state.outside[0] += u64::from(key < order.low);
            state.outside[1] += u64::from(key > order.high);
            for number in 0..windows.len() {
                let window = &windows[number];
                let tally = &mut state.windows[number];
                tally.below += u64::from(key < window.low);
                if window.has(key) {
                    tally.take(window, key.above(window.low));
                }
            }
        }
    }
}

/// Elements that are worked on together, and how often before counters are added up: the elements stay in the first cache.
const CHUNK: usize = 32;
const TURNS: usize = 128;

/// Whether a key is in an interval.
#[inline(always)]
fn has_any<K: Key>(chunk: &[K; CHUNK], order: &KeyOrder<K>, interval: &Interval<K>) -> bool {
    let mut nearest = K::MAX;
    for lane in 0..CHUNK {
        nearest = nearest.min(chunk[lane].of(order).above(interval.low));
    }
    nearest <= interval.span
}

#[inline(never)]
fn count_outside<K: Key>(chunk: [K; CHUNK], order: &KeyOrder<K>, outside: &mut [u64; 2]) {
    for element in chunk {
        let key = element.of(order);
        outside[0] += u64::from(key < order.low);
        outside[1] += u64::from(key > order.high);
    }
}

/// Counts the elements that are in a window, or collects them.
struct Inside<'a, K> {
    chunk: [K; CHUNK],
    order: KeyOrder<K>,
    window: &'a Interval<K>,
    tally: &'a mut Tally<K, u32>,
}

impl<K: Key> Kernel for Inside<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(self) {
        const GROUP: usize = 8;
        let Inside { chunk, order, window, tally } = self;
        let (low, span) = (window.low, window.span);
        for group in 0..CHUNK / GROUP {
            let mut least = K::MAX;
            for lane in 0..GROUP {
                least = least.min(chunk[GROUP * group + lane].of(&order).above(low));
            }
            if least > span {
                continue;
            }
            for lane in 0..GROUP {
                let above = chunk[GROUP * group + lane].of(&order).above(low);
                if above <= span {
                    tally.take(window, above);
                }
            }
        }
    }
}

impl<K: Key> Tally<K, u32> {
    /// Takes an element of the window, given by its distance from the lowest key.
    #[inline(always)]
    fn take(&mut self, window: &Interval<K>, above: K) {
        self.inside += 1;
        if self.room == 0 {
            raise(&mut self.buckets, above.digit(window.shift()));
        } else if self.keys.len() < self.room {
            self.keys.push(above.plus(window.low));
        }
    }
}

struct Search<K> {
    /// The wanted ranks among all elements, ascending.
    ranks: Vec<u64>,
    /// The key at each of them, once it is known.
    found: Vec<K>,
    /// Intervals that have ranks whose keys are not known, ascending. There is room for one of each rank.
    open: Vec<Interval<K>>,
}

impl<K: Key> Search<K> {
    /// Finds the parts of windows that have the ranks; false where a rank is in no window.
    fn start(&mut self, windows: &[Interval<K>], tallies: Vec<Tally<K, u64>>) -> bool {
        let mut next = 0;
        for (window, mut tally) in windows.iter().zip(tallies) {
            if self.ranks.get(next).is_some_and(|&rank| rank < tally.below) {
                return false;
            }
            let end = self.ranks.partition_point(|&rank| rank < tally.below + tally.inside);
            let ranks = next..end.max(next);
            next = ranks.end;
            if window.span == K::ZERO {
                self.found[ranks].fill(window.low);
            } else if tally.room == 0 {
                let interval = Interval { before: tally.below, count: tally.inside, ranks, ..window.clone() };
                self.descend(&interval, &tally.buckets);
            } else if tally.keys.len() as u64 == tally.inside {
                for index in ranks {
                    let at = (self.ranks[index] - tally.below) as usize;
                    self.found[index] = *tally.keys.select_nth_unstable(at).1;
                }
            } else {
                return false;
            }
        }
        next == self.ranks.len()
    }

    /// Finds the part of an interval that has each of its ranks, from the counts of its parts.
    fn descend(&mut self, interval: &Interval<K>, counts: &[u64]) {
        let shift = interval.shift();
        let part = |bucket: usize| {
            let first = (bucket as u64) << shift;
            let span = ((1u64 << shift) - 1).min(interval.span.to_u64() - first);
            (K::from_u64(interval.low.to_u64() + first), K::from_u64(span))
        };
        let last = counts.iter().rposition(|&count| count > 0).unwrap_or(0);
        let (mut bucket, mut before) = (0, interval.before);
        for index in interval.ranks.clone() {
            while bucket < last && before + counts[bucket] <= self.ranks[index] {
                before += counts[bucket];
                bucket += 1;
            }
            let (low, span) = part(bucket);
            self.found[index] = low;
            if span == K::ZERO {
                continue;
            }
            match self.open.last_mut() {
                Some(open) if open.low == low => open.ranks.end = index + 1,
                _ => self.open.push(Interval {
                    low,
                    span,
                    before,
                    count: counts[bucket],
                    ranks: index..index + 1,
                }),
            }
        }
    }

    /// Reads all elements once: collects the keys of small intervals and counts those of others.
    fn read(&mut self, source: &Source, order: &KeyOrder<K>, control: &Control, share: usize) -> Result<()> {
        let room = with_room(self.ranks.len())?;
        let round = Round::new(std::mem::replace(&mut self.open, room))?;
        let found = round.run(source, order, control, share)?;
        for (interval, Found { counts, mut keys }) in round.intervals.iter().zip(found) {
            if !counts.is_empty() {
                self.descend(interval, &counts);
                continue;
            }
            keys.sort_unstable();
            for index in interval.ranks.clone() {
                let at = self.ranks[index].saturating_sub(interval.before) as usize;
                self.found[index] = keys.get(at).or(keys.last()).copied().unwrap_or(interval.low);
            }
        }
        self.open.extend(round.later);
        self.open.sort_unstable_by_key(|interval| interval.low);
        Ok(())
    }
}

/// What one read looks for.
struct Round<K> {
    /// Ascending.
    intervals: Vec<Interval<K>>,
    /// Whether the keys of each interval are collected.
    collects: Vec<bool>,
    /// The highest 16 bits of keys in any interval, a bit for each; none for few intervals.
    map: Vec<u64>,
    /// Intervals that are left for a later read.
    later: Vec<Interval<K>>,
}

/// The counts, or the keys, of an interval.
struct Found<K, C> {
    counts: Vec<C>,
    keys: Vec<K>,
}

impl<K: Key> Round<K> {
    fn new(mut open: Vec<Interval<K>>) -> Result<Round<K>> {
        open.sort_unstable_by_key(|interval| interval.count);
        let mut room = COLLECTED_BYTES / size_of::<K>();
        let mut tables = (TABLES_BYTES / (threads() * BUCKETS * size_of::<u32>())).clamp(4, 64);
        let mut chosen = with_room(open.len())?;
        let mut later = with_room(open.len())?;
        for interval in open {
            let count = usize::try_from(interval.count).unwrap_or(usize::MAX);
            if count <= room {
                room -= count;
                chosen.push((interval, true));
            } else if tables > 0 {
                tables -= 1;
                chosen.push((interval, false));
            } else {
                later.push(interval);
            }
        }
        chosen.sort_unstable_by_key(|(interval, _)| interval.low);
        let (mut intervals, mut collects) = (with_room(chosen.len())?, with_room(chosen.len())?);
        for (interval, is_collected) in chosen {
            intervals.push(interval);
            collects.push(is_collected);
        }
        let mut map = Vec::new();
        if intervals.len() > FEW {
            map = filled(0u64, BUCKETS / 64)?;
            let shift = K::BITS - K::BITS.min(16);
            for interval in &intervals {
                let first = interval.low.to_u64();
                for digit in first >> shift..=(first + interval.span.to_u64()) >> shift {
                    map[digit as usize / 64] |= 1 << (digit % 64);
                }
            }
        }
        Ok(Round { intervals, collects, map, later })
    }

    fn run(
        &self,
        source: &Source,
        order: &KeyOrder<K>,
        control: &Control,
        share: usize,
    ) -> Result<Vec<Found<K, u64>>> {
        let states = States::new();
        let sums = Mutex::new(self.empty::<u64>()?);
        let add = |(state, since): &mut (Vec<Found<K, u32>>, usize)| {
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            for (found, sum) in state.iter_mut().zip(sums.iter_mut()) {
                add_counts(&mut sum.counts, &mut found.counts);
                make_room(&mut sum.keys, found.keys.len())?;
                sum.keys.append(&mut found.keys);
            }
            *since = 0;
            Ok(())
        };
        let new = || Ok((self.empty::<u32>()?, 0));
        for_readers(source, control, &|reader, len| {
            states.with(new, |state| {
                if state.1 + len > u32::MAX as usize {
                    add(state)?;
                }
                state.1 += len;
                let mut left = len;
                while left > 0 {
                    let run = reader.some::<K>(left);
                    left -= run.len();
                    dispatch(Look { run, order, round: self, found: &mut state.0 });
                }
                Ok(())
            })?;
            if share > 0 {
                control.advance(len / 2);
            }
            Ok(())
        })?;
        states.into_all().iter_mut().try_for_each(add)?;
        Ok(sums.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts of zero, and no keys, but room for those to collect.
    fn empty<C: Copy + Default>(&self) -> Result<Vec<Found<K, C>>> {
        let mut all = with_room(self.intervals.len())?;
        for (interval, &collects) in self.intervals.iter().zip(&self.collects) {
            let [buckets, room] =
                if collects { [0, interval.count as usize] } else { [interval.buckets(), 0] };
            all.push(Found { counts: filled(C::default(), buckets)?, keys: with_room(room)? });
        }
        Ok(all)
    }

    #[inline(never)]
    fn take_all(&self, chunk: [K; CHUNK], order: &KeyOrder<K>, found: &mut [Found<K, u32>]) {
        chunk.iter().for_each(|element| self.take(element.of(order), found));
    }

    /// Counts a key, or collects it, if it is in an interval.
    fn take(&self, key: K, found: &mut [Found<K, u32>]) {
        let index = self.intervals.partition_point(|interval| interval.low <= key);
        let Some(index) = index.checked_sub(1) else { return };
        let interval = &self.intervals[index];
        if !interval.has(key) {
            return;
        }
        let Found { counts, keys } = &mut found[index];
        if !counts.is_empty() {
            raise(counts, key.above(interval.low).digit(interval.shift()));
        } else if (keys.len() as u64) < interval.count {
            // More than were counted, where others write meanwhile, are too many; there is no room for them either.
            keys.push(key);
        }
    }
}

/// Looks through a run.
struct Look<'a, K> {
    run: RawSlice<'a, K>,
    order: &'a KeyOrder<K>,
    round: &'a Round<K>,
    found: &'a mut [Found<K, u32>],
}

impl<K: Key> Kernel for Look<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(self) {
        let Look { run, order, round, found } = self;
        let order = *order;
        if !round.map.is_empty() {
            for element in run.iter() {
                let key = element.of(&order);
                let digit = usize::from(key.digit(K::BITS - K::BITS.min(16)));
                if round.map[digit / 64] >> (digit % 64) & 1 != 0 {
                    round.take(key, found);
                }
            }
            return;
        }
        let (chunks, rest) = run.groups::<CHUNK>();
        let intervals = &round.intervals;
        for index in 0..chunks.len() {
            let chunk = chunks.get(index);
            let mut any = false;
            for number in 0..intervals.len() {
                any |= has_any(&chunk, &order, &intervals[number]);
            }
            if any {
                round.take_all(chunks.get(index), &order, found);
            }
        }
        for element in rest.iter() {
            round.take(element.of(&order), found);
        }
    }
}
