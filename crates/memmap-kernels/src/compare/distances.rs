//! How two arrays differ: how many elements, and where most.

use super::measure::{Measure, Measured, Precision, Tolerance};
use super::pair::{Pair, check_shapes};
use crate::array::ArrayRef;
use crate::array::LoopNest;
use crate::exec::Control;
use crate::exec::{Error, Result};
use crate::loops::RawSlice;
use crate::loops::{Kernel, Level, dispatch};
use std::sync::Mutex;

/// How two arrays differ. Places count elements in C order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distances {
    /// Elements that are further apart than they may be: the rule is that of [`crate::all_close`].
    pub differing: usize,
    /// The first of them, in C order of the arrays or of the whole that [`Columns`] tells.
    pub first: Option<usize>,
    /// The largest `|a - b|` above 0 of all elements, and the first place that has it.
    pub absolute: Option<Farthest>,
    /// The largest `|a - b| / |b|` above 0 where `b` is not 0.
    pub relative: Option<Farthest>,
}

/// A distance and its place in the arrays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Farthest {
    /// How far apart.
    pub distance: f64,
    /// Where.
    pub place: usize,
}

/// Says that two arrays of one axis are a stretch of two whole ones in Fortran order.
#[derive(Clone, Debug)]
pub struct Columns {
    /// The elements of the whole before the stretch.
    pub before: usize,
    /// The whole's shape.
    pub shape: Vec<usize>,
}

impl Columns {
    /// The index on the first axis, which counts before all others in C order.
    fn row(&self, place: usize) -> usize {
        (self.before + place) % self.shape.first().copied().unwrap_or(1).max(1)
    }

    /// The place in C order of the whole.
    fn rank(&self, place: usize) -> usize {
        let mut step: usize = self.shape.iter().product();
        let (mut rest, mut rank) = (self.before + place, 0);
        for &len in &self.shape {
            step /= len;
            rank += rest % len * step;
            rest /= len;
        }
        rank
    }
}

/// Measures how far apart the elements of two arrays of one shape are, in NumPy's precision: see [`crate::all_close`].
///
/// # Errors
/// [`Error::Mismatch`] when the shapes differ; [`Error::Unsupported`] for opaque elements and times; [`Error::Cancelled`].
pub fn distances(
    a: &ArrayRef,
    b: &ArrayRef,
    tolerance: Tolerance,
    columns: Option<&Columns>,
    control: &Control,
) -> Result<Distances> {
    let precision = Precision::of(&a.element, &b.element, "distances")?;
    check_shapes(a, b)?;
    if columns.is_some_and(|columns| columns.shape.contains(&0)) {
        return Err(Error::Mismatch { rule: "a stretch that holds elements is part of an array that does" });
    }
    if a.is_empty() {
        return Ok(Distances::default());
    }
    precision.run(Job { a, b, tolerance, columns, control })
}

struct Job<'a> {
    a: &'a ArrayRef,
    b: &'a ArrayRef,
    tolerance: Tolerance,
    columns: Option<&'a Columns>,
    control: &'a Control,
}

impl Measured for Job<'_> {
    type Output = Distances;

    fn run<D: Measure, R: Measure + Into<D>>(self) -> Result<Distances> {
        // Not in the order of memory: places are told apart by their order.
        let nest = LoopNest::in_order(&self.a.shape, [&self.a.strides, &self.b.strides]);
        let pair = Pair::new(self.a, self.b, &nest, [D::KIND, R::KIND])?;
        let all = Mutex::new(Distances::default());
        pair.fold::<D, R, _>(
            self.control,
            |found, at, a, b| self.tile(found, at, a, b),
            |found| {
                all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join(found);
            },
        )?;
        Ok(all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Job<'_> {
    /// Takes in the elements from `at` on. Most tiles hold nothing that is further apart than what is known: only the others
    /// are searched for how far and where.
    fn tile<D: Measure, R: Measure + Into<D>>(
        &self,
        found: &mut Distances,
        at: usize,
        a: RawSlice<D>,
        b: RawSlice<R>,
    ) {
        let known = |farthest: Option<Farthest>| farthest.map_or(0.0, |farthest| farthest.distance);
        let apart = Apart { a, b, tolerance: self.tolerance };
        let tile =
            dispatch(Beyond { apart, absolute: known(found.absolute), relative: known(found.relative) });
        if tile.differing > 0 {
            found.differing += tile.differing;
            found.first = self.first(found.first, at, &apart);
        }
        if !tile.farther {
            return;
        }
        let most = dispatch(Most(apart));
        // Others may have changed the memory meanwhile: then any place is as good.
        let place = |is: &dyn Fn(&Element) -> bool| at + apart.elements().position(|x| is(&x)).unwrap_or(0);
        if most.absolute > known(found.absolute) {
            let distance = most.absolute;
            found.absolute = Some(Farthest { distance, place: place(&|x| x.distance == distance) });
        }
        if most.relative > known(found.relative) {
            let distance = most.relative;
            found.relative = Some(Farthest { distance, place: place(&|x| x.relative() == distance) });
        }
    }

    /// The first place that differs, of that known and those of a tile.
    fn first<D: Measure, R: Measure + Into<D>>(
        &self,
        known: Option<usize>,
        at: usize,
        tile: &Apart<D, R>,
    ) -> Option<usize> {
        let Some(columns) = self.columns else {
            return known.or_else(|| tile.elements().position(|x| x.differs).map(|place| at + place));
        };
        let below = columns.shape.iter().skip(1).product::<usize>();
        let mut first = known;
        for (i, element) in tile.elements().enumerate() {
            if element.differs && first.is_none_or(|first| columns.row(at + i) <= first / below) {
                let rank = columns.rank(at + i);
                first = Some(first.map_or(rank, |first| first.min(rank)));
            }
        }
        first
    }
}

impl Distances {
    /// Takes in what was found elsewhere.
    pub(crate) fn join(&mut self, other: Distances) {
        self.differing += other.differing;
        self.first = match (self.first, other.first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.absolute = farther(self.absolute, other.absolute);
        self.relative = farther(self.relative, other.relative);
    }
}

/// The farther of two, the first of those that are as far.
fn farther(a: Option<Farthest>, b: Option<Farthest>) -> Option<Farthest> {
    match (a, b) {
        (Some(a), Some(b)) => {
            let second = b.distance > a.distance || (b.distance == a.distance && b.place < a.place);
            Some(if second { b } else { a })
        }
        (a, b) => a.or(b),
    }
}

/// Two stretches.
#[derive(Clone, Copy)]
struct Apart<'a, D, R> {
    a: RawSlice<'a, D>,
    b: RawSlice<'a, R>,
    tolerance: Tolerance,
}

/// How two elements differ.
#[derive(Clone, Copy)]
struct Element {
    differs: bool,
    distance: f64,
    /// Of the second.
    size: f64,
}

impl Element {
    #[inline(always)]
    fn of<D: Measure, R: Measure + Into<D>>(a: D, b: R, limits: [f64; 2], equal_nan: bool) -> Element {
        let other: D = b.into();
        let same = a.same(other) | (equal_nan & a.is_nan() & b.is_nan());
        let distance = if same { 0.0 } else { a.distance(other) };
        let size = b.size();
        let near = (distance <= R::bound(limits, size)) & b.is_finite();
        Element { differs: !(near | same), distance, size }
    }

    /// 0 where the second is.
    #[inline(always)]
    fn relative(self) -> f64 {
        if self.size > 0.0 { self.distance / self.size } else { 0.0 }
    }
}

impl<D: Measure, R: Measure + Into<D>> Apart<'_, D, R> {
    #[inline(always)]
    fn elements(&self) -> impl Iterator<Item = Element> {
        let limits = R::limits(self.tolerance);
        let nan = self.tolerance.equal_nan;
        self.a.iter().zip(self.b.iter()).map(move |(a, b)| Element::of(a, b, limits, nan))
    }
}

/// How many elements differ, and whether any are further apart than is known.
struct Beyond<'a, D, R> {
    apart: Apart<'a, D, R>,
    absolute: f64,
    relative: f64,
}

struct Count {
    differing: usize,
    farther: bool,
}

impl<D: Measure, R: Measure + Into<D>> Kernel for Beyond<'_, D, R> {
    type Output = Count;
    #[inline(always)]
    fn run<L: Level>(self) -> Count {
        // No division, which would take longer than all the rest: the product may be off in its last bit.
        let relative = self.relative * (1.0 - 2.0 * f64::EPSILON);
        let (mut differing, mut farther) = (0u64, false);
        for x in self.apart.elements() {
            differing += u64::from(x.differs);
            farther |= (x.distance > self.absolute) | ((x.distance > relative * x.size) & (x.size > 0.0));
        }
        Count { differing: differing as usize, farther }
    }
}

/// The furthest apart of all.
struct Most<'a, D, R>(Apart<'a, D, R>);

struct Extent {
    absolute: f64,
    relative: f64,
}

impl<D: Measure, R: Measure + Into<D>> Kernel for Most<'_, D, R> {
    type Output = Extent;
    #[inline(always)]
    fn run<L: Level>(self) -> Extent {
        let (mut absolute, mut relative) = (0i64, 0i64);
        for x in self.0.elements() {
            absolute = absolute.max(ordered(x.distance));
            relative = relative.max(ordered(x.relative()));
        }
        let number = |bits: i64| f64::from_bits(bits as u64);
        Extent { absolute: number(absolute), relative: number(relative) }
    }
}

/// The bits of a distance, which are in order where it is not negative; NaN is none. The largest whole number of many is
/// looked for side by side, while the largest float would be looked for one after the other.
#[inline(always)]
fn ordered(distance: f64) -> i64 {
    (if distance > 0.0 { distance } else { 0.0 }).to_bits() as i64
}
