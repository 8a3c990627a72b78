//! A sample of the elements, which tells about where the wanted ranks are.

use super::key::{Key, KeyOrder};
use super::ranks::Interval;
use crate::copy::Source;
use crate::exec::{Result, with_room};

/// Runs of the sample, spread evenly, and the elements of each: few runs, because each may be in a page that is not in memory.
const RUNS: usize = if cfg!(test) { 8 } else { 256 };
const RUN: usize = if cfg!(test) { 4 } else { 2048 };

/// At most one element in so many is in the sample.
const SPARSE: usize = 16;

/// The most windows, and the most ranks in them: more take longer than counts of all keys.
const WINDOWS: usize = 3;
const RANKS: usize = 16;

/// The largest part of the elements in windows; with more, most of the vectors have elements to count.
const PART: f64 = 0.1;

/// Keys around the wanted ranks.
pub(crate) struct Windows<K> {
    /// Ascending.
    pub intervals: Vec<Interval<K>>,
    /// About the part of the elements that is inside, without those in windows of one key.
    pub part: f64,
}

pub(crate) struct Sample<K> {
    /// Run after run, all equally long.
    keys: Vec<K>,
    /// The same keys, for selections.
    mixed: Vec<K>,
    run: usize,
    /// Keys of NaN and NaT, below and above the others.
    outside: [usize; 2],
}

impl<K: Key> Sample<K> {
    pub fn of(source: &Source, order: &KeyOrder<K>) -> Result<Self> {
        let total = source.len();
        let run = RUN.min(total / RUNS / SPARSE).min(source.tile_len());
        let mut keys = with_room(RUNS * run)?;
        let mut mixed = with_room(RUNS * run)?;
        if run > 0 {
            for index in 0..RUNS {
                let start = index * (total / RUNS) + index % (total / RUNS - run + 1);
                let mut reader = source.reader(start);
                keys.extend(reader.next::<K>(run).iter().map(|element| element.of(order)));
            }
        }
        let below = keys.iter().filter(|&&key| key < order.low).count();
        let above = keys.iter().filter(|&&key| key > order.high).count();
        mixed.extend_from_slice(&keys);
        Ok(Sample { keys, mixed, run, outside: [below, above] })
    }

    /// Windows, ascending, that probably have the ranks that `choose` returns among `total` elements; `None` where they would have too
    /// many elements.
    pub fn windows(
        mut self,
        total: usize,
        choose: &mut dyn FnMut(usize, usize) -> Result<Vec<usize>>,
    ) -> Result<Option<Windows<K>>> {
        let len = self.keys.len();
        if len == 0 {
            return Ok(None);
        }
        let scale = total as f64 / len as f64;
        let [below, above] = self.outside.map(|count| (count as f64 * scale) as usize);
        let outside = (below + above).min(total);
        let mut ranks = choose(total - outside, outside)?;
        ranks.sort_unstable();
        ranks.dedup();
        if ranks.is_empty() || ranks.len() > RANKS {
            return Ok(None);
        }
        let mut windows: Vec<(usize, usize)> = Vec::new();
        for rank in ranks {
            let at = ((below + rank) as f64 / scale) as usize;
            let far = self.distance(at.min(len - 1));
            let (from, to) = (at.saturating_sub(far), (at + far).min(len));
            match windows.last_mut() {
                Some(last) if last.1 >= from => last.1 = last.1.max(to),
                _ => windows.push((from, to)),
            }
        }
        if windows.len() > WINDOWS {
            return Ok(None);
        }
        let mut intervals: Vec<Interval<K>> = Vec::new();
        for (from, to) in windows {
            let low = if from == 0 { K::ZERO } else { self.key(from) };
            let high = if to >= len { K::MAX } else { self.key(to) };
            match intervals.last_mut() {
                // Many elements are equal.
                Some(last) if last.span >= low.above(last.low) => {
                    last.span = last.span.max(high.above(last.low))
                }
                _ => intervals.push(Interval::new(low, high, 0..0)),
            }
        }
        let inside: usize = intervals.iter().map(|interval| self.counted(interval)).sum();
        let part = inside as f64 / len as f64;
        Ok((part <= PART).then_some(Windows { intervals, part }))
    }

    /// Keys of the sample that are counted by buckets, as all keys of a window but a single one are.
    fn counted(&self, interval: &Interval<K>) -> usize {
        let inside = |key: &&K| key.above(interval.low) <= interval.span;
        if interval.span == K::ZERO { 0 } else { self.keys.iter().filter(inside).count() }
    }

    /// The key at a place of the sample in order.
    fn key(&mut self, at: usize) -> K {
        *self.mixed.select_nth_unstable(at).1
    }

    /// Three times the standard error of a place in the sample, from the places of its runs: neighbours are often alike.
    fn distance(&mut self, at: usize) -> usize {
        let limit = self.key(at);
        let runs = self.keys.len() / self.run;
        let (mut sum, mut squares) = (0.0, 0.0);
        for run in self.keys.chunks_exact(self.run) {
            let below = run.iter().filter(|&&key| key <= limit).count() as f64;
            sum += below;
            squares += below * below;
        }
        let variance = (squares - sum * sum / runs as f64).max(0.0);
        (3.0 * variance.sqrt()) as usize + 8
    }
}
