//! From a reduction and the kinds of its arrays to the loop that does it.

use super::any_all::{AnyAll, Question};
use super::arg_strided::fold_strided;
use super::argminmax::ArgMinMax;
use super::fold::{AnyFold, finish_one};
use super::int_sum::Integers;
use super::minmax::MinMax;
use super::nan_sum::NanSum;
use super::product::Product;
use super::ptp::{Greatest, Ptp};
use super::sum::{FloatSum, IntSum, Mean};
use super::timedelta_sum::TimedeltaSum;
use super::variance::Variance;
use super::{Params, accumulator_kind, plan};
use crate::array::{ArrayMut, ArrayRef};
use crate::copy::Sink;
use crate::dtype::{Complex, Element, Flag, Kind, Native, Tick};
use crate::exec::{Control, Error, Result};

/// A reduction on its way to the loop.
pub(crate) struct Job<'a> {
    pub source: &'a ArrayRef,
    pub axes: &'a [bool],
    pub params: &'a Params,
    /// The kind of the result, by the reduction's rule.
    pub result: Kind,
    pub target: &'a ArrayMut,
    pub control: &'a Control,
}

impl Job<'_> {
    pub fn kind(&self) -> Kind {
        self.source.element.kind
    }

    pub fn fold(&self, fold: &dyn AnyFold) -> Result<()> {
        plan::run(fold, self.source, self.axes, self.target, self.control)
    }

    /// As [`Job::fold`], with the source's bytes read as another element of the same size.
    fn fold_as(&self, element: Element, fold: &dyn AnyFold) -> Result<()> {
        let source = ArrayRef { element, ..self.source.clone() };
        plan::run(fold, &source, self.axes, self.target, self.control)
    }

    /// The native element, where the source is of this kind in the other byte order: sums reverse bytes as they add.
    fn swapped(&self, kind: Kind) -> Option<Element> {
        let swapped = self.kind() == kind && self.source.element.needs_swap();
        Element::native(kind).filter(|_| swapped)
    }

    fn sum_integers<T: Integers>(&self, mean: bool) -> Result<()> {
        match self.swapped(T::KIND) {
            Some(native) => self.fold_as(native, &IntSum::<T, true>::new(mean)),
            None => self.fold(&IntSum::<T, false>::new(mean)),
        }
    }

    fn sum_floats<T: Mean>(&self, mean: bool) -> Result<()> {
        match self.swapped(T::KIND) {
            _ if self.params.skip_nan => self.fold(&NanSum::<T>::new(mean)),
            Some(native) => self.fold_as(native, &FloatSum::<T, true>::new(mean)),
            None => self.fold(&FloatSum::<T, false>::new(mean)),
        }
    }
}

/// Evaluates `body` with `T` bound to the type that elements of a kind are ordered as, and `SKIP` to whether NaN are
/// skipped; integers have none, so for them there is one loop.
macro_rules! with_order {
    ($kind:expr, $skip:expr, $T:ident, $SKIP:ident => $body:expr) => {{
        macro_rules! arm {
            ($type:ty, $value:literal) => {{
                type $T = $type;
                const $SKIP: bool = $value;
                $body
            }};
        }
        match ($kind, $skip) {
            (Kind::Bool | Kind::U8, _) => arm!(u8, false),
            (Kind::I8, _) => arm!(i8, false),
            (Kind::I16, _) => arm!(i16, false),
            (Kind::U16, _) => arm!(u16, false),
            (Kind::I32, _) => arm!(i32, false),
            (Kind::U32, _) => arm!(u32, false),
            (Kind::I64, _) => arm!(i64, false),
            (Kind::U64, _) => arm!(u64, false),
            (Kind::F16 | Kind::F32, false) => arm!(f32, false),
            (Kind::F16 | Kind::F32, true) => arm!(f32, true),
            (Kind::F64, false) => arm!(f64, false),
            (Kind::F64, true) => arm!(f64, true),
            (Kind::C64, false) => arm!(Complex<f32>, false),
            (Kind::C64, true) => arm!(Complex<f32>, true),
            (Kind::C128, false) => arm!(Complex<f64>, false),
            (Kind::C128, true) => arm!(Complex<f64>, true),
            (Kind::Time, false) => arm!(Tick, false),
            (Kind::Time, true) => arm!(Tick, true),
            (Kind::Opaque, _) => Err(Error::Unsupported { operation: "order", kind: Kind::Opaque }),
        }
    }};
}

/// Sums in the result's kind: elements are converted to it first, save that integers are summed as they are, which comes
/// to the same modulo 2^n.
pub(crate) fn sum(job: &Job) -> Result<()> {
    match job.result {
        Kind::Time => job.fold(&TimedeltaSum { mean: false }),
        Kind::Bool => any(job),
        kind if kind.is_float() || kind.is_complex() => sum_inexact(job, kind, false),
        kind => match job.kind() {
            Kind::I64 => job.sum_integers::<i64>(false),
            Kind::U64 => job.sum_integers::<u64>(false),
            source if source == Kind::Bool || source.is_integer() => sum_small_integers(job, false),
            _ if accumulator_kind(kind) == Kind::I64 => job.sum_integers::<i64>(false),
            _ => job.sum_integers::<u64>(false),
        },
    }
}

/// Means of integers of at most 32 bits come from their exact sum, others are summed in the kind that NumPy sums in.
pub(crate) fn mean(job: &Job) -> Result<()> {
    match (job.params.dtype, job.kind()) {
        (None, Kind::I64 | Kind::U64) => job.fold(&FloatSum::<f64, false>::new(true)),
        (None, kind) if kind == Kind::Bool || kind.is_integer() => sum_small_integers(job, true),
        _ => match job.result {
            Kind::Time => job.fold(&TimedeltaSum { mean: true }),
            kind if kind.is_float() || kind.is_complex() => sum_inexact(job, kind, true),
            // Whole numbers are asked for: they are summed as such, and the mean is cut.
            _ => job.sum_integers::<i64>(true),
        },
    }
}

fn sum_inexact(job: &Job, kind: Kind, mean: bool) -> Result<()> {
    match kind {
        Kind::F64 => job.sum_floats::<f64>(mean),
        Kind::C64 => job.sum_floats::<Complex<f32>>(mean),
        Kind::C128 => job.sum_floats::<Complex<f64>>(mean),
        _ => job.sum_floats::<f32>(mean),
    }
}

fn sum_small_integers(job: &Job, mean: bool) -> Result<()> {
    match job.kind() {
        Kind::Bool => job.sum_integers::<Flag>(mean),
        Kind::I8 => job.sum_integers::<i8>(mean),
        Kind::U8 => job.sum_integers::<u8>(mean),
        Kind::I16 => job.sum_integers::<i16>(mean),
        Kind::U16 => job.sum_integers::<u16>(mean),
        Kind::I32 => job.sum_integers::<i32>(mean),
        _ => job.sum_integers::<u32>(mean),
    }
}

/// Products in the result's kind; of integers in 64 bits, which comes to the same modulo 2^n.
pub(crate) fn prod(job: &Job) -> Result<()> {
    match (job.result, job.params.skip_nan) {
        (Kind::Bool, _) => all(job),
        (Kind::F16 | Kind::F32, false) => job.fold(&Product::<f32, false>::new()),
        (Kind::F16 | Kind::F32, true) => job.fold(&Product::<f32, true>::new()),
        (Kind::F64, false) => job.fold(&Product::<f64, false>::new()),
        (Kind::F64, true) => job.fold(&Product::<f64, true>::new()),
        (Kind::C64, false) => job.fold(&Product::<Complex<f32>, false>::new()),
        (Kind::C64, true) => job.fold(&Product::<Complex<f32>, true>::new()),
        (Kind::C128, false) => job.fold(&Product::<Complex<f64>, false>::new()),
        (Kind::C128, true) => job.fold(&Product::<Complex<f64>, true>::new()),
        _ => job.fold(&Product::<i64, false>::new()),
    }
}

pub(crate) fn var(job: &Job) -> Result<()> {
    variance(job, false)
}

pub(crate) fn std(job: &Job) -> Result<()> {
    variance(job, true)
}

/// Variances, in the precision of the source or of `dtype`, whichever is the finer.
fn variance(job: &Job, root: bool) -> Result<()> {
    let inexact = |kind: Kind| if kind.is_float() || kind.is_complex() { kind } else { Kind::F64 };
    let kind = inexact(job.kind());
    let wide = job.params.dtype.map_or(Some(kind), |dtype| kind.promote(inexact(dtype)));
    let ddof = job.params.ddof;
    match (wide, job.params.skip_nan) {
        (Some(Kind::F16 | Kind::F32), false) => job.fold(&Variance::<f32, false>::new(ddof, root)),
        (Some(Kind::F16 | Kind::F32), true) => job.fold(&Variance::<f32, true>::new(ddof, root)),
        (Some(Kind::C64), false) => job.fold(&Variance::<Complex<f32>, false>::new(ddof, root)),
        (Some(Kind::C64), true) => job.fold(&Variance::<Complex<f32>, true>::new(ddof, root)),
        (Some(Kind::C128), false) => job.fold(&Variance::<Complex<f64>, false>::new(ddof, root)),
        (Some(Kind::C128), true) => job.fold(&Variance::<Complex<f64>, true>::new(ddof, root)),
        (_, false) => job.fold(&Variance::<f64, false>::new(ddof, root)),
        (_, true) => job.fold(&Variance::<f64, true>::new(ddof, root)),
    }
}

pub(crate) fn min(job: &Job) -> Result<()> {
    with_order!(job.kind(), job.params.skip_nan, T, SKIP => job.fold(&MinMax::<T, false, SKIP>::new()))
}

pub(crate) fn max(job: &Job) -> Result<()> {
    with_order!(job.kind(), job.params.skip_nan, T, SKIP => job.fold(&MinMax::<T, true, SKIP>::new()))
}

pub(crate) fn ptp(job: &Job) -> Result<()> {
    with_order!(job.kind(), job.params.skip_nan, T, SKIP => job.fold(&Ptp::<T, SKIP>::new(None)))
}

/// Stores the minimum in the target and returns the kind of the maximum.
pub(crate) fn minmax(job: &Job, greatest: &Greatest) -> Result<Kind> {
    with_order!(job.kind(), false, T, SKIP => {
        job.fold(&Ptp::<T, SKIP>::new(Some(greatest)))?;
        Ok(<T as Native>::KIND)
    })
}

pub(crate) fn argmin(job: &Job) -> Result<()> {
    with_order!(job.kind(), skips_nan(job), T, SKIP => search(job, &ArgMinMax::<T, false, SKIP>::new()))
}

pub(crate) fn argmax(job: &Job) -> Result<()> {
    with_order!(job.kind(), skips_nan(job), T, SKIP => search(job, &ArgMinMax::<T, true, SKIP>::new()))
}

/// NumPy's nanargmin knows no NaT: the first one wins there, too.
fn skips_nan(job: &Job) -> bool {
    job.params.skip_nan && job.kind() != Kind::Time
}

fn search(job: &Job, fold: &dyn AnyFold) -> Result<()> {
    let whole = job.axes.iter().all(|&reduced| reduced);
    if !whole || job.source.is_empty() || job.source.is_c_contiguous() {
        return job.fold(fold);
    }
    let state = fold_strided(fold, job.source, job.control)?;
    let sink = Sink::new(job.target.ptr, job.target.element, Kind::I64)?;
    finish_one(fold, state, job.source.len(), Kind::I64, |result| {
        // SAFETY: all axes are reduced, so the target is one element.
        unsafe { sink.store(result, 1, 0, 0) };
    })
}

pub(crate) fn any(job: &Job) -> Result<()> {
    truth(job, Question::Any)
}

pub(crate) fn all(job: &Job) -> Result<()> {
    truth(job, Question::All)
}

pub(crate) fn count_nonzero(job: &Job) -> Result<()> {
    truth(job, Question::Count)
}

/// Whether elements are zero is asked of their bits, so signed integers and times are read as unsigned ones.
fn truth(job: &Job, question: Question) -> Result<()> {
    let bits = |kind: Kind, fold: &dyn AnyFold| job.fold_as(Element { kind, ..job.source.element }, fold);
    match job.kind() {
        Kind::Bool => job.fold(&AnyAll::<Flag>::new(question)),
        Kind::I8 | Kind::U8 => bits(Kind::U8, &AnyAll::<u8>::new(question)),
        Kind::I16 | Kind::U16 => bits(Kind::U16, &AnyAll::<u16>::new(question)),
        Kind::I32 | Kind::U32 => bits(Kind::U32, &AnyAll::<u32>::new(question)),
        Kind::I64 | Kind::U64 | Kind::Time => bits(Kind::U64, &AnyAll::<u64>::new(question)),
        Kind::F16 => job.fold(&AnyAll::<half::f16>::new(question)),
        Kind::F32 => job.fold(&AnyAll::<f32>::new(question)),
        Kind::F64 => job.fold(&AnyAll::<f64>::new(question)),
        Kind::C64 => job.fold(&AnyAll::<Complex<f32>>::new(question)),
        Kind::C128 => job.fold(&AnyAll::<Complex<f64>>::new(question)),
        Kind::Opaque => Err(Error::Unsupported { operation: "truth", kind: Kind::Opaque }),
    }
}
