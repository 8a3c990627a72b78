//! From a reduction's name and kinds to the loop that does it.

use super::any_all::{Question, Truths};
use super::arg_strided::fold_anywhere;
use super::argminmax::Position;
use super::fold::Fold;
use super::int_sum::Integers;
use super::minmax::{Extreme, Order};
use super::nan_sum::NanSum;
use super::pairwise::Pairwise;
use super::plan;
use super::product::Product;
use super::sum::{AsMean, AsSum, Floats, IntSum, Outcome, SignedMean};
use super::timedelta_sum::TickSum;
use super::variance::Spread;
use super::{Params, Reduction, accumulator_kind, result_kind};
use crate::array::{ArrayMut, ArrayRef};
use crate::copy::Sink;
use crate::dtype::{Complex, Flag, Tick};
use crate::dtype::{Element, Kind};
use crate::exec::Control;
use crate::exec::{Error, Result};

/// A reduction on its way to the loop: everything but the fold.
struct Job<'a> {
    source: &'a ArrayRef,
    axes: &'a [bool],
    target: &'a ArrayMut,
    control: &'a Control,
}

impl Job<'_> {
    fn fold<F: Fold>(&self, fold: F) -> Result<()> {
        plan::run(&fold, self.source, self.axes, self.target, self.control)
    }

    /// The sum of integers or bools, and what `O` makes of it.
    fn fold_wholes<T: Integers, O: Outcome<u64>>(&self) -> Result<()> {
        match self.in_this_order(T::KIND) {
            Some(source) => {
                plan::run(&IntSum::<T, O, true>::new(), &source, self.axes, self.target, self.control)
            }
            None => self.fold(IntSum::<T, O, false>::new()),
        }
    }

    /// The source as if it were in this machine's byte order, where it is of the kind but not in that order.
    fn in_this_order(&self, kind: Kind) -> Option<ArrayRef> {
        let swapped = self.source.element.kind == kind && self.source.element.needs_swap();
        let element = Element::native(kind).filter(|_| swapped)?;
        Some(ArrayRef { element, ..self.source.clone() })
    }

    /// The sum of floats of the kind of `T`, or of what is converted to it, and what `O` makes of it.
    fn fold_floats<T: Pairwise, O: Outcome<T>>(&self) -> Result<()> {
        match self.in_this_order(T::KIND) {
            Some(source) => {
                plan::run(&Floats::<T, O, true>::new(), &source, self.axes, self.target, self.control)
            }
            None => self.fold(Floats::<T, O, false>::new()),
        }
    }

    /// As [`Job::fold`], the source's bytes taken for another kind of the same size.
    fn fold_bits<F: Fold>(&self, kind: Kind, fold: F) -> Result<()> {
        let element = Element { kind, ..self.source.element };
        let source = ArrayRef { element, ..self.source.clone() };
        plan::run(&fold, &source, self.axes, self.target, self.control)
    }
}

pub(crate) fn dispatch(
    reduction: Reduction,
    source: &ArrayRef,
    axes: &[bool],
    params: &Params,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let kind = source.element.kind;
    let result = result_kind(reduction, kind, params)?;
    let job = Job { source, axes, target, control };
    match reduction {
        Reduction::Sum => sum(&job, result, params.skip_nan),
        Reduction::Prod => product(&job, result, params.skip_nan),
        Reduction::Mean => mean(&job, params),
        Reduction::Var | Reduction::Std => spread(&job, reduction == Reduction::Std, params),
        Reduction::Min => extreme::<false>(&job, params.skip_nan),
        Reduction::Max => extreme::<true>(&job, params.skip_nan),
        Reduction::ArgMin => position::<false>(&job, params.skip_nan),
        Reduction::ArgMax => position::<true>(&job, params.skip_nan),
        Reduction::Any => truth(&job, Question::Any),
        Reduction::All => truth(&job, Question::All),
        Reduction::CountNonzero => truth(&job, Question::Count),
    }
}

/// Sums in `kind`: elements are converted to it first, save that integers are summed as they are, which comes to the
/// same modulo 2^n.
fn sum(job: &Job, kind: Kind, skip: bool) -> Result<()> {
    match (kind, skip) {
        (Kind::Time, _) => job.fold(TickSum { mean: false }),
        (Kind::Bool, _) => truth(job, Question::Any),
        (Kind::F16 | Kind::F32, false) => job.fold_floats::<f32, AsSum>(),
        (Kind::F16 | Kind::F32, true) => job.fold(NanSum::<f32, AsSum>::new()),
        (Kind::F64, false) => job.fold_floats::<f64, AsSum>(),
        (Kind::F64, true) => job.fold(NanSum::<f64, AsSum>::new()),
        (Kind::C64, false) => job.fold_floats::<Complex<f32>, AsSum>(),
        (Kind::C64, true) => job.fold(NanSum::<Complex<f32>, AsSum>::new()),
        (Kind::C128, false) => job.fold_floats::<Complex<f64>, AsSum>(),
        (Kind::C128, true) => job.fold(NanSum::<Complex<f64>, AsSum>::new()),
        (kind, _) => match job.source.element.kind {
            Kind::Bool => job.fold_wholes::<Flag, AsSum>(),
            Kind::I8 => job.fold_wholes::<i8, AsSum>(),
            Kind::U8 => job.fold_wholes::<u8, AsSum>(),
            Kind::I16 => job.fold_wholes::<i16, AsSum>(),
            Kind::U16 => job.fold_wholes::<u16, AsSum>(),
            Kind::I32 => job.fold_wholes::<i32, AsSum>(),
            Kind::U32 => job.fold_wholes::<u32, AsSum>(),
            Kind::I64 => job.fold_wholes::<i64, AsSum>(),
            Kind::U64 => job.fold_wholes::<u64, AsSum>(),
            _ if accumulator_kind(kind) == Kind::I64 => job.fold_wholes::<i64, AsSum>(),
            _ => job.fold_wholes::<u64, AsSum>(),
        },
    }
}

/// Products in `kind`; of integers in 64 bits, which comes to the same modulo 2^n.
fn product(job: &Job, kind: Kind, skip: bool) -> Result<()> {
    match (kind, skip) {
        (Kind::Bool, _) => truth(job, Question::All),
        (Kind::F16 | Kind::F32, false) => job.fold(Product::<f32, false>::new()),
        (Kind::F16 | Kind::F32, true) => job.fold(Product::<f32, true>::new()),
        (Kind::F64, false) => job.fold(Product::<f64, false>::new()),
        (Kind::F64, true) => job.fold(Product::<f64, true>::new()),
        (Kind::C64, false) => job.fold(Product::<Complex<f32>, false>::new()),
        (Kind::C64, true) => job.fold(Product::<Complex<f32>, true>::new()),
        (Kind::C128, false) => job.fold(Product::<Complex<f64>, false>::new()),
        (Kind::C128, true) => job.fold(Product::<Complex<f64>, true>::new()),
        _ => job.fold(Product::<i64, false>::new()),
    }
}

/// Means: of integers of at most 32 bits through their exact sum, of others in the kind that NumPy sums them in.
fn mean(job: &Job, params: &Params) -> Result<()> {
    let kind = job.source.element.kind;
    if let Some(dtype) = params.dtype {
        return mean_in(job, dtype, params.skip_nan);
    }
    match kind {
        Kind::Bool => job.fold_wholes::<Flag, SignedMean>(),
        Kind::I8 => job.fold_wholes::<i8, SignedMean>(),
        Kind::U8 => job.fold_wholes::<u8, SignedMean>(),
        Kind::I16 => job.fold_wholes::<i16, SignedMean>(),
        Kind::U16 => job.fold_wholes::<u16, SignedMean>(),
        Kind::I32 => job.fold_wholes::<i32, SignedMean>(),
        Kind::U32 => job.fold_wholes::<u32, SignedMean>(),
        Kind::I64 | Kind::U64 => mean_in(job, Kind::F64, false),
        kind => mean_in(job, kind, params.skip_nan),
    }
}

fn mean_in(job: &Job, kind: Kind, skip: bool) -> Result<()> {
    match (kind, skip) {
        (Kind::Time, _) => job.fold(TickSum { mean: true }),
        (Kind::F16 | Kind::F32, false) => job.fold_floats::<f32, AsMean>(),
        (Kind::F16 | Kind::F32, true) => job.fold(NanSum::<f32, AsMean>::new()),
        (Kind::F64, false) => job.fold_floats::<f64, AsMean>(),
        (Kind::F64, true) => job.fold(NanSum::<f64, AsMean>::new()),
        (Kind::C64, false) => job.fold_floats::<Complex<f32>, AsMean>(),
        (Kind::C64, true) => job.fold(NanSum::<Complex<f32>, AsMean>::new()),
        (Kind::C128, false) => job.fold_floats::<Complex<f64>, AsMean>(),
        (Kind::C128, true) => job.fold(NanSum::<Complex<f64>, AsMean>::new()),
        // Integers numbers are asked for: they are summed as such, and the mean is cut.
        _ => job.fold_wholes::<i64, SignedMean>(),
    }
}

/// Variances, in the precision of the source or of `dtype`, whichever is the finer.
fn spread(job: &Job, root: bool, params: &Params) -> Result<()> {
    let kind = job.source.element.kind;
    let inexact = |kind: Kind| if kind.is_float() || kind.is_complex() { kind } else { Kind::F64 };
    let wide = match params.dtype {
        Some(dtype) => inexact(kind).promote(inexact(dtype)).unwrap_or(Kind::F64),
        None => inexact(kind),
    };
    let ddof = params.ddof;
    match (wide, params.skip_nan) {
        (Kind::F16 | Kind::F32, false) => job.fold(Spread::<f32, false>::new(ddof, root)),
        (Kind::F16 | Kind::F32, true) => job.fold(Spread::<f32, true>::new(ddof, root)),
        (Kind::C64, false) => job.fold(Spread::<Complex<f32>, false>::new(ddof, root)),
        (Kind::C64, true) => job.fold(Spread::<Complex<f32>, true>::new(ddof, root)),
        (Kind::C128, false) => job.fold(Spread::<Complex<f64>, false>::new(ddof, root)),
        (Kind::C128, true) => job.fold(Spread::<Complex<f64>, true>::new(ddof, root)),
        (_, false) => job.fold(Spread::<f64, false>::new(ddof, root)),
        (_, true) => job.fold(Spread::<f64, true>::new(ddof, root)),
    }
}

fn extreme<const MAX: bool>(job: &Job, skip: bool) -> Result<()> {
    fn whole<T: Order, const MAX: bool>(job: &Job) -> Result<()> {
        job.fold(Extreme::<T, MAX, false>::new())
    }
    fn numbers<T: Order, const MAX: bool>(job: &Job, skip: bool) -> Result<()> {
        if skip {
            job.fold(Extreme::<T, MAX, true>::new())
        } else {
            job.fold(Extreme::<T, MAX, false>::new())
        }
    }
    match job.source.element.kind {
        Kind::Bool | Kind::U8 => whole::<u8, MAX>(job),
        Kind::I8 => whole::<i8, MAX>(job),
        Kind::I16 => whole::<i16, MAX>(job),
        Kind::U16 => whole::<u16, MAX>(job),
        Kind::I32 => whole::<i32, MAX>(job),
        Kind::U32 => whole::<u32, MAX>(job),
        Kind::I64 => whole::<i64, MAX>(job),
        Kind::U64 => whole::<u64, MAX>(job),
        Kind::F16 | Kind::F32 => numbers::<f32, MAX>(job, skip),
        Kind::F64 => numbers::<f64, MAX>(job, skip),
        Kind::C64 => numbers::<Complex<f32>, MAX>(job, skip),
        Kind::C128 => numbers::<Complex<f64>, MAX>(job, skip),
        Kind::Time => numbers::<Tick, MAX>(job, skip),
        Kind::Opaque => Err(Error::Unsupported { operation: "min and max", kind: Kind::Opaque }),
    }
}

fn position<const MAX: bool>(job: &Job, skip: bool) -> Result<()> {
    fn search<T: Order, const MAX: bool, const SKIP: bool>(job: &Job) -> Result<()> {
        let fold = Position::<T, MAX, SKIP>::new();
        let whole = job.axes.iter().all(|&reduced| reduced);
        if !whole || job.source.is_empty() || job.source.is_c_contiguous() {
            return job.fold(fold);
        }
        let state = fold_anywhere(&fold, job.source, job.control)?;
        let sink = Sink::new(job.target.ptr, job.target.element, Kind::I64)?;
        // SAFETY: all axes are reduced, so that the target is one element.
        unsafe { sink.store(&[fold.finish(state, job.source.len())?], 0, 0) };
        Ok(())
    }
    fn numbers<T: Order, const MAX: bool>(job: &Job, skip: bool) -> Result<()> {
        if skip { search::<T, MAX, true>(job) } else { search::<T, MAX, false>(job) }
    }
    match job.source.element.kind {
        Kind::Bool | Kind::U8 => search::<u8, MAX, false>(job),
        Kind::I8 => search::<i8, MAX, false>(job),
        Kind::I16 => search::<i16, MAX, false>(job),
        Kind::U16 => search::<u16, MAX, false>(job),
        Kind::I32 => search::<i32, MAX, false>(job),
        Kind::U32 => search::<u32, MAX, false>(job),
        Kind::I64 => search::<i64, MAX, false>(job),
        Kind::U64 => search::<u64, MAX, false>(job),
        Kind::F16 | Kind::F32 => numbers::<f32, MAX>(job, skip),
        Kind::F64 => numbers::<f64, MAX>(job, skip),
        Kind::C64 => numbers::<Complex<f32>, MAX>(job, skip),
        Kind::C128 => numbers::<Complex<f64>, MAX>(job, skip),
        // NumPy's nanargmin knows no NaT: the first one wins there, too.
        Kind::Time => search::<Tick, MAX, false>(job),
        Kind::Opaque => Err(Error::Unsupported { operation: "argmin and argmax", kind: Kind::Opaque }),
    }
}

fn truth(job: &Job, question: Question) -> Result<()> {
    match job.source.element.kind {
        Kind::Bool => job.fold(Truths::<Flag>::new(question)),
        Kind::I8 | Kind::U8 => job.fold_bits(Kind::U8, Truths::<u8>::new(question)),
        Kind::I16 | Kind::U16 => job.fold_bits(Kind::U16, Truths::<u16>::new(question)),
        Kind::I32 | Kind::U32 => job.fold_bits(Kind::U32, Truths::<u32>::new(question)),
        Kind::I64 | Kind::U64 | Kind::Time => job.fold_bits(Kind::U64, Truths::<u64>::new(question)),
        Kind::F16 => job.fold(Truths::<half::f16>::new(question)),
        Kind::F32 => job.fold(Truths::<f32>::new(question)),
        Kind::F64 => job.fold(Truths::<f64>::new(question)),
        Kind::C64 => job.fold(Truths::<Complex<f32>>::new(question)),
        Kind::C128 => job.fold(Truths::<Complex<f64>>::new(question)),
        Kind::Opaque => Err(Error::Unsupported { operation: "truth", kind: Kind::Opaque }),
    }
}
