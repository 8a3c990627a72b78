//! How two arrays differ: the number of elements, and the largest distances.

use super::measure::{Distance, Measure, Measured, Precision, Reference, Tolerance};
use super::pair::{Pair, check_shapes};
use crate::array::{ArrayRef, LoopNest};
use crate::dtype::Native;
use crate::exec::{Control, Error, Result};
use crate::loops::AnySlice;
use std::sync::{Mutex, PoisonError};

/// How two arrays differ. Places count elements in C order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Distances {
    /// Elements that are further apart than they may be: the rule is that of [`crate::all_close`].
    pub differing: usize,
    /// The first of them, in C order of the arrays or of the whole that [`Columns`] describes.
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
    /// What of it `distance` cannot hold, for 64-bit integers.
    pub rest: f64,
    /// Where.
    pub place: usize,
}

impl Farthest {
    fn apart(self) -> Distance {
        Distance { value: self.distance, rest: self.rest }
    }
}

/// The two arrays of one axis are a part of two whole ones in Fortran order.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Elements of the whole before the part.
    pub before: usize,
    /// The whole's shape.
    pub shape: Vec<usize>,
}

impl Columns {
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
        return Err(Error::Mismatch { rule: "the shape of a whole array must hold elements: its part does" });
    }
    if a.is_empty() {
        return Ok(Distances::default());
    }
    // In C order, because the first of equal distances counts.
    let nest = LoopNest::in_order(&a.shape, [&a.strides, &b.strides]);
    let pair = Pair::new(a, b, &nest, precision.kinds())?;
    let measure = precision.select(Select);
    let all = Mutex::new(Distances::default());
    pair.all(control, &|at, a, b| {
        let mut found = Distances::default();
        measure(a, b, tolerance, &mut |i, element| found.add(at + i, element, columns));
        all.lock().unwrap_or_else(PoisonError::into_inner).join(found);
        true
    })?;
    Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// How two elements differ.
struct Difference {
    /// Whether they are further apart than they may be.
    differs: bool,
    distance: Distance,
    /// `|b|`.
    size: f64,
}

/// Calls back with every pair of elements that is not the same.
type MeasureFn = fn(AnySlice, AnySlice, Tolerance, &mut dyn FnMut(usize, Difference));

struct Select;

impl Measured for Select {
    type Output = MeasureFn;

    fn of<A: Native + Into<D>, B: Reference + Into<D>, D: Measure>(self) -> MeasureFn {
        measure::<A, B, D>
    }
}

fn measure<A: Native + Into<D>, B: Reference + Into<D>, D: Measure>(
    a: AnySlice,
    b: AnySlice,
    tolerance: Tolerance,
    found: &mut dyn FnMut(usize, Difference),
) {
    let limits = B::limits(tolerance);
    for (i, (a, b)) in a.typed::<A>().iter().zip(b.typed::<B>().iter()).enumerate() {
        let (left, right): (D, D) = (a.into(), b.into());
        if left.same(right) | (tolerance.equal_nan & a.is_nan() & b.is_nan()) {
            continue;
        }
        let (distance, size) = (left.distance(right), b.size());
        let near = distance.within(B::bound(limits, size)) & b.is_finite();
        found(i, Difference { differs: !near, distance, size });
    }
}

impl Distances {
    fn add(&mut self, place: usize, element: Difference, columns: Option<&Columns>) {
        let Difference { differs, distance, size } = element;
        if differs {
            let rank = columns.map_or(place, |columns| columns.rank(place));
            self.differing += 1;
            self.first = Some(self.first.map_or(rank, |first| first.min(rank)));
        }
        let farther = |best: Option<Farthest>, distance: Distance| match best {
            Some(best) if distance <= best.apart() => Some(best),
            _ if distance.value > 0.0 => {
                Some(Farthest { distance: distance.value, rest: distance.rest, place })
            }
            best => best,
        };
        self.absolute = farther(self.absolute, distance);
        if size > 0.0 {
            self.relative = farther(self.relative, (distance.value / size).into());
        }
    }

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
            let second = b.apart() > a.apart() || (b.apart() == a.apart() && b.place < a.place);
            Some(if second { b } else { a })
        }
        (a, b) => a.or(b),
    }
}
