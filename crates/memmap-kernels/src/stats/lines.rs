//! Quantiles along axes: blocks of lines are copied, and the elements at the wanted ranks are selected in the copies.
//!
//! A selection in memory that others write would have to expect any order at any time; in a copy the elements stay as they are.

use smallvec::SmallVec;

use super::interpolate::Place;
use super::key::Key;
use super::quantile::Job;
use super::read::States;
use crate::array::{ArrayMut, Axes, Axis, LoopNest};
use crate::copy::assign;
use crate::dtype::Element;
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, make_room};

/// Bytes of a cache line: so many neighbouring outputs are copied together, because one read brings them all.
const CACHE_LINE: usize = 64;

/// Bytes of the largest block of several lines.
const BLOCK_BYTES: usize = 16 << 20;

/// Lines of up to so many elements are sorted.
const FEW: usize = 16;

/// Selects so many ranks; sorts for more.
const MANY_RANKS: usize = 8;

pub(crate) fn by_lines<K: Key>(job: &Job<K>) -> Result<()> {
    let (kept, count) = (&job.kept, job.reduced.len());
    let bytes = count * size_of::<K>();
    let apart = job.reduced.inner().strides[0] != size_of::<K>() as isize;
    let are_neighbours = apart && kept.inner().strides[0].unsigned_abs() < CACHE_LINE;
    let neighbours = if are_neighbours { (CACHE_LINE / size_of::<K>()).min(BLOCK_BYTES / bytes) } else { 1 };
    let wanted = (PIECE_BYTES / bytes).max(neighbours).max(1);
    let blocks = Blocks::new(kept, wanted);
    let states = States::<Lines<K>>::new();
    for_pieces(job.control, blocks.count(), kept.len() * bytes, |i| {
        let (start, nest) = blocks.get(i);
        states.with(|| Ok(Lines::default()), |lines| lines.run(job, start, &nest))?;
        job.control.advance(nest.len() * count);
        Ok(())
    })
}

/// Cuts a nest into blocks of neighbouring outputs.
struct Blocks<'n> {
    nest: &'n LoopNest<2>,
    /// The axes that a block is one index of.
    outer: LoopNest<2>,
    /// The entries of the next axis that a block has.
    step: usize,
    /// Blocks along that axis.
    pieces: usize,
}

impl<'n> Blocks<'n> {
    /// Blocks of about `wanted` outputs.
    fn new(nest: &'n LoopNest<2>, wanted: usize) -> Blocks<'n> {
        let mut inner = 1;
        let mut at = nest.axes.len() - 1;
        while at > 0 && inner * nest.axes[at].len <= wanted {
            inner *= nest.axes[at].len;
            at -= 1;
        }
        let outer = LoopNest { axes: nest.axes[..at].iter().copied().collect(), start: nest.start };
        let step = (wanted / inner).clamp(1, nest.axes[at].len);
        Blocks { nest, outer, step, pieces: nest.axes[at].len.div_ceil(step) }
    }

    fn count(&self) -> usize {
        self.outer.len() * self.pieces
    }

    /// The offsets of a block's first output, and its axes.
    fn get(&self, block: usize) -> ([isize; 2], LoopNest<2>) {
        let [mut from, mut to] = self.outer.offsets(block / self.pieces);
        let first = block % self.pieces * self.step;
        let mut axes: SmallVec<[Axis<2>; 4]> =
            self.nest.axes[self.outer.axes.len()..].iter().copied().collect();
        if let Some(axis) = axes.first_mut() {
            from = from.wrapping_add(axis.strides[0].wrapping_mul(first as isize));
            to = to.wrapping_add(axis.strides[1].wrapping_mul(first as isize));
            axis.len = self.step.min(axis.len - first);
        }
        ([from, to], LoopNest { axes, start: [0; 2] })
    }
}

/// Copies of the lines of one block.
struct Lines<K> {
    keys: Vec<K>,
    /// The places among so many elements.
    count: usize,
    places: Vec<Place>,
    /// The ranks of the places, ascending.
    ranks: Vec<usize>,
    /// The element at each of the ranks.
    found: Vec<K>,
}

impl<K> Default for Lines<K> {
    fn default() -> Self {
        Lines { keys: Vec::new(), count: 0, places: Vec::new(), ranks: Vec::new(), found: Vec::new() }
    }
}

impl<K: Key> Lines<K> {
    fn run(&mut self, job: &Job<K>, [from, to]: [isize; 2], nest: &LoopNest<2>) -> Result<()> {
        let count = job.reduced.len();
        self.copy(job, from, nest)?;
        let mut keys = std::mem::take(&mut self.keys);
        let mut walk = nest.walk(0);
        for line in keys.chunks_exact_mut(count) {
            let [_, offset] = walk.next(1).offsets;
            self.select(job, line, to.wrapping_add(offset))?;
        }
        self.keys = keys;
        Ok(())
    }

    /// Copies the elements of a block, line after line.
    fn copy(&mut self, job: &Job<K>, from: isize, nest: &LoopNest<2>) -> Result<()> {
        let count = nest.len() * job.reduced.len();
        self.keys.clear();
        let bytes = count * size_of::<K>();
        self.keys.try_reserve_exact(count).map_err(|_| Error::Memory { bytes })?;
        self.keys.resize(count, K::ZERO);
        let kept = nest.axes.iter().map(|axis| Axis { len: axis.len, strides: [axis.strides[0]] });
        let axes = || kept.clone().chain(job.reduced.axes.iter().copied());
        let shape: Axes<usize> = axes().map(|axis| axis.len).collect();
        let start = from.wrapping_add(job.reduced.start[0]);
        let strides = axes().map(|axis| axis.strides[0]).collect();
        // SAFETY: lines of the source.
        let source = unsafe { job.source.part(start, shape.clone(), strides) };
        let element = Element { swapped: false, ..job.source.element };
        // SAFETY: the copy has as many elements as the shape.
        let target = unsafe { ArrayMut::contiguous(self.keys.as_mut_ptr().cast(), element, shape) };
        assign(&source, &target, &Control::new().with_max_threads(1))
    }

    /// Stores the quantiles of one line.
    fn select(&mut self, job: &Job<K>, line: &mut [K], offset: isize) -> Result<()> {
        let order = &job.order;
        let [mut below, mut above] = [0, 0];
        for key in line.iter_mut() {
            *key = key.of(order);
            below += usize::from(*key < order.low);
            above += usize::from(*key > order.high);
        }
        let count = line.len() - below - above;
        if count == 0 || (count < line.len() && !job.outputs.wanted().skip_nan) {
            job.outputs.store(offset, &[], std::iter::empty());
            return Ok(());
        }
        if count != self.count {
            self.plan(job, count)?;
        }
        if self.ranks.len() > MANY_RANKS || line.len() <= FEW {
            line.sort_unstable();
            self.found.clear();
            self.found.extend(self.ranks.iter().map(|&rank| line[below + rank]));
        } else {
            self.found.clear();
            let mut rest = 0;
            for &rank in &self.ranks {
                // Elements before `rest` are not greater than those behind it.
                let (_, key, _) = line[rest..].select_nth_unstable(below + rank - rest);
                self.found.push(*key);
                rest = below + rank;
            }
        }
        let at = |rank: usize| {
            let index = self.ranks.partition_point(|&other| other < rank);
            self.found[index].element(order).to_u64()
        };
        let pairs = self.places.iter().map(|place| [at(place.previous), at(place.next)]);
        job.outputs.store(offset, &self.places, pairs);
        Ok(())
    }

    fn plan(&mut self, job: &Job<K>, count: usize) -> Result<()> {
        self.places = job.outputs.wanted().places(count)?;
        self.ranks.clear();
        make_room(&mut self.ranks, 2 * self.places.len())?;
        self.ranks.extend(self.places.iter().flat_map(|place| [place.previous, place.next]));
        self.ranks.sort_unstable();
        self.ranks.dedup();
        self.found.clear();
        make_room(&mut self.found, self.ranks.len())?;
        self.count = count;
        Ok(())
    }
}
