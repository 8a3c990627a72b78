//! Running sums and products.

use smallvec::SmallVec;

use super::fold::{Results, State};
use super::{accumulator_kind, table};
use crate::array::{ArrayMut, ArrayRef, Axis, LoopNest};
use crate::copy::{Sink, Source, TILE_BYTES};
use crate::dtype::{Complex, Flag, Kind, Tick, f16};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces};
use crate::loops::{AnySlice, AnySliceMut, Arithmetic, map, zip};
use std::marker::PhantomData;

/// Calls a macro with the rows: variant, NumPy's name, rule for the kind of the result, whether elements are multiplied.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_scan {
    ($callback:ident) => {
        $callback! {
            CumSum "cumsum" accumulated false;
            CumProd "cumprod" multiplied true;
        }
    };
}

macro_rules! define {
    ($($variant:ident $name:literal $rule:ident $product:literal;)*) => {
        /// A running reduction, by NumPy's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Scan {
            $(#[doc = concat!("`", $name, "`.")] $variant,)*
        }

        impl Scan {
            /// All scans, in the order of their numbers.
            pub const ALL: &[Scan] = &[$(Scan::$variant),*];

            /// NumPy's name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Scan::$variant => $name,)*
                }
            }

            const fn is_product(self) -> bool {
                match self {
                    $(Scan::$variant => $product,)*
                }
            }
        }

        /// The kind of a running reduction's result: that of the sum or product.
        ///
        /// # Errors
        /// [`Error::Unsupported`] for opaque kinds, products of times, and times with another `dtype`.
        pub fn scan_kind(scan: Scan, kind: Kind, dtype: Option<Kind>) -> Result<Kind> {
            let rule = match scan {
                $(Scan::$variant => table::$rule,)*
            };
            table::apply(rule, scan.name(), kind, dtype)
        }
    };
}
for_each_scan!(define);

/// Writes the sum or product of all elements so far to each element of `target`, one after the other as NumPy does.
///
/// Along `axis`, `target` has the shape of `source`; without one, the elements are taken in C order and `target` has
/// one axis. Elements are converted to [`scan_kind`] first. The two may not overlap.
///
/// # Errors
/// [`Error::Unsupported`] as [`scan_kind`]; [`Error::Mismatch`] when shapes do not fit; [`Error::Cancelled`].
pub fn scan(
    scan: Scan,
    source: &ArrayRef,
    axis: Option<usize>,
    dtype: Option<Kind>,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let kind = scan_kind(scan, source.element.kind, dtype)?;
    let fits = match axis {
        Some(axis) => axis < source.shape.len() && source.shape == target.shape,
        None => target.shape.len() == 1 && target.shape[0] == source.len(),
    };
    if !fits {
        return Err(Error::Mismatch {
            rule: "the target of a running sum must have the shape of its source",
        });
    }
    if source.is_empty() {
        return Ok(());
    }
    let lines = Lines::new(source, axis, target);
    let product = scan.is_product();
    macro_rules! run {
        ($T:ty) => {
            lines.run(&Running::<$T> { product, element: PhantomData }, control)
        };
    }
    match kind {
        Kind::Bool => run!(Flag),
        Kind::F16 => run!(f16),
        Kind::F32 => run!(f32),
        Kind::F64 => run!(f64),
        Kind::C64 => run!(Complex<f32>),
        Kind::C128 => run!(Complex<f64>),
        Kind::Time => run!(Tick),
        kind if accumulator_kind(kind) == Kind::U64 => run!(u64),
        _ => run!(i64),
    }
}

/// The lines along which is added, and the axes from one line to the next.
struct Lines<'a> {
    source: &'a ArrayRef,
    target: &'a ArrayMut,
    along: LoopNest<1>,
    to: isize,
    across: LoopNest<2>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a ArrayRef, axis: Option<usize>, target: &'a ArrayMut) -> Lines<'a> {
        let Some(axis) = axis else {
            let along = LoopNest::in_order(&source.shape, [&source.strides]);
            let across = LoopNest::in_order(&[], [&[], &[]]);
            return Lines { source, target, along, to: target.strides[0], across };
        };
        let mut across = LoopNest { axes: SmallVec::new(), start: [0; 2] };
        for other in (0..source.shape.len()).filter(|&other| other != axis && source.shape[other] != 1) {
            let strides = [source.strides[other], target.strides[other]];
            across.axes.push(Axis { len: source.shape[other], strides });
        }
        across.sort(0);
        across.merge();
        let along = LoopNest::single(source.shape[axis], [source.strides[axis]]);
        Lines { source, target, along, to: target.strides[axis], across }
    }

    /// Whether neighbouring lines are closer together than neighbours in a line.
    fn is_across(&self) -> bool {
        let step = |stride: isize| stride.unsigned_abs();
        self.across.len() > 1 && step(self.across.inner().strides[0]) < step(self.along.inner().strides[0])
    }

    fn run(&self, running: &dyn AnyRunning, control: &Control) -> Result<()> {
        if self.is_across() { self.run_across(running, control) } else { self.run_along(running, control) }
    }

    /// One line after the other.
    fn run_along(&self, running: &dyn AnyRunning, control: &Control) -> Result<()> {
        let kind = running.kind();
        let elements = Source::new(self.source, self.along.clone(), kind)?;
        let sink = Sink::new(self.target.ptr, self.target.element, kind)?;
        let (lines, len) = (self.across.len(), self.along.len());
        let bytes = len * self.source.element.size;
        let group = (PIECE_BYTES / bytes.max(1)).max(1);
        for_pieces(control, lines.div_ceil(group), lines * bytes, |i| {
            let mut reader = elements.reader(0);
            let mut results = None;
            for line in i * group..lines.min((i + 1) * group) {
                let [from, to] = self.across.offsets(line);
                reader.rebase(from);
                let (mut at, mut last) = (0, running.start());
                while at < len {
                    let run = reader.some_any((len - at).min(BATCH));
                    let count = run.len();
                    let offset = to.wrapping_add(self.to.wrapping_mul(at as isize));
                    if let Some(place) = sink.place(offset, self.to) {
                        // SAFETY: the next places along this line of the target, of this kind and one behind the other.
                        running.along(&mut last, run, unsafe { AnySliceMut::new(place, count, kind) });
                    } else {
                        let results = results.get_or_insert_with(|| Results::new(BATCH.min(len), kind));
                        running.along(&mut last, run, results.places(count));
                        // SAFETY: the results belong to the next places along this line of the target.
                        unsafe { sink.store(results.as_ptr(), count, offset, self.to) };
                    }
                    if at / CHECK != (at + count) / CHECK {
                        control.check()?;
                    }
                    at += count;
                    control.advance(count);
                }
            }
            Ok(())
        })
    }

    /// Many neighbouring lines at a time.
    fn run_across(&self, running: &dyn AnyRunning, control: &Control) -> Result<()> {
        let kind = running.kind();
        let inner = self.across.inner();
        let width = inner.len.min(BATCH);
        let tiles = inner.len.div_ceil(width);
        let outer = self.across.len() / inner.len;
        let sink = Sink::new(self.target.ptr, self.target.element, kind)?;
        let bytes = self.source.len() * self.source.element.size;
        for_pieces(control, outer * tiles, bytes, |i| {
            let column = i % tiles * width;
            let columns = width.min(inner.len - column);
            let [from, to] = self.across.offsets(i / tiles * inner.len + column);
            let row = LoopNest::single(columns, [inner.strides[0]]);
            let elements = Source::new(self.source, row, kind)?;
            let mut reader = elements.reader(0);
            let mut sums = Results::new(columns, kind);
            for at in 0..self.along.len() {
                reader.rebase(from.wrapping_add(self.along.offsets(at)[0]));
                running.across(sums.places(columns), reader.next_any(columns), at == 0);
                let offset = to.wrapping_add(self.to.wrapping_mul(at as isize));
                // SAFETY: the sums belong to neighbouring lines of the target, at the same place in each.
                unsafe { sink.store(sums.as_ptr(), columns, offset, inner.strides[1]) };
                if at % 1024 == 0 {
                    control.check()?;
                }
                control.advance(columns);
            }
            Ok(())
        })
    }
}

/// The loops of a scan, with the element hidden: see [`super::fold`].
trait AnyRunning: Sync {
    fn kind(&self) -> Kind;

    /// The state before the first element of a line.
    fn start(&self) -> State;

    /// Writes the results of the next elements of a line.
    fn along(&self, last: &mut State, run: AnySlice, out: AnySliceMut);

    /// Takes in the next element of each line; the first ones are the sums.
    fn across(&self, sums: AnySliceMut, row: AnySlice, first: bool);
}

/// Running sums, or products.
struct Running<T> {
    product: bool,
    element: PhantomData<T>,
}

impl<T: Arithmetic> Running<T> {
    #[inline(always)]
    fn step(&self, sum: T, x: T) -> T {
        if self.product { sum.times(x) } else { sum.plus(x) }
    }
}

impl<T: Arithmetic> AnyRunning for Running<T> {
    fn kind(&self) -> Kind {
        T::KIND
    }

    fn start(&self) -> State {
        State::new(None::<T>)
    }

    fn along(&self, last: &mut State, run: AnySlice, out: AnySliceMut) {
        let (last, mut out) = (last.get::<Option<T>>(), out.typed::<T>());
        for (i, x) in run.typed::<T>().iter().enumerate() {
            let next = last.map_or(x, |sum| self.step(sum, x));
            out.put_chunk(i, [next]);
            *last = Some(next);
        }
    }

    fn across(&self, sums: AnySliceMut, row: AnySlice, first: bool) {
        let (before, row) = (sums.read(), row.typed::<T>());
        match first {
            true => map(row, sums.typed(), |x| x),
            false => zip(before.typed(), row, sums.typed(), T::ZERO, |sum, x| self.step(sum, x)),
        }
    }
}

/// Elements that are worked out before they are written: a tile full, of any kind.
const BATCH: usize = TILE_BYTES / 16;

/// Elements of a line between two looks at the control.
const CHECK: usize = 1 << 18;
