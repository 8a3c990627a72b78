//! NumPy's `quantile`, `nanquantile`, `median` and `nanmedian`.

use super::interpolate::{Place, QuantileMethod, interpolate, missing};
use super::key::{Key, KeyOrder, as_bits, order_of, with_key};
use super::lines::by_lines;
use super::ranks::elements_at;
use crate::array::{ArrayMut, ArrayRef, LoopNest, SharedMut};
use crate::copy::Source;
use crate::dtype::Kind;
use crate::exec::{Control, Error, Result, with_room};
use crate::reduce::split_axes;

/// Outputs of so many bytes of elements are selected in copies of their elements.
const COPIED_BYTES: usize = if cfg!(test) { 1 << 10 } else { 8 << 20 };

/// A single output of more bytes is not copied: counting uses all threads.
const COUNTED_BYTES: usize = if cfg!(test) { 1 << 10 } else { 512 << 10 };

/// What to compute.
#[derive(Clone, Debug)]
pub struct Quantiles {
    /// Fractions from 0 to 1; one for a median.
    pub fractions: Vec<f64>,
    /// What is between two elements.
    pub method: QuantileMethod,
    /// Leave NaN and NaT out; else one of them makes the output NaN.
    pub skip_nan: bool,
}

/// Stores the quantiles of the elements along the axes marked in `axes`; the first axis of `target` is that of the fractions, and
/// its others are the axes that remain.
///
/// The target is native. Its kind is that of the elements, or `F64`: for integers, and for floats where the fractions are an array in
/// NumPy. Others may write to the elements meanwhile: then an output may be any element.
///
/// # Errors
/// [`Error::Unsupported`] for kinds without order or arithmetic; [`Error::Mismatch`] when axes or shapes do not fit;
/// [`Error::Empty`] for outputs of no elements that cannot be NaN; [`Error::Memory`]; [`Error::Cancelled`].
pub fn quantile(
    source: &ArrayRef,
    axes: &[bool],
    wanted: &Quantiles,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    if axes.len() != source.shape.len() {
        return Err(Error::Mismatch { rule: "a quantile needs one mark for each axis of its source" });
    }
    let kept = source.shape.iter().zip(axes).filter(|&(_, &reduced)| !reduced).map(|(&len, _)| len);
    if !std::iter::once(wanted.fractions.len()).chain(kept).eq(target.shape.iter().copied()) {
        return Err(Error::Mismatch {
            rule: "the target of a quantile must have an axis for the fractions and the axes that remain",
        });
    }
    if target.element.needs_swap() {
        return Err(Error::Mismatch { rule: "the target of a quantile must be native" });
    }
    let kind = source.element.kind;
    wanted.method.check(kind, target.element.kind)?;
    with_key!(kind, "quantile", run(source, axes, wanted, target, control))
}

/// A quantile with its checks done.
pub(crate) struct Job<'a, K> {
    pub source: ArrayRef,
    pub order: KeyOrder<K>,
    /// The axes that remain: source and target.
    pub kept: LoopNest<2>,
    pub reduced: LoopNest<1>,
    pub outputs: Outputs<'a>,
    pub control: &'a Control,
}

/// Where results go.
pub(crate) struct Outputs<'a> {
    wanted: &'a Quantiles,
    kind: Kind,
    result: Kind,
    base: SharedMut,
    /// Bytes from the result of one fraction to that of the next.
    step: isize,
}

fn run<K: Key>(
    source: &ArrayRef,
    axes: &[bool],
    wanted: &Quantiles,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let kind = source.element.kind;
    let (kept, reduced) = split_axes(source, axes, &target.strides[1..], false);
    let job = Job::<K> {
        source: as_bits::<K>(source),
        order: order_of(kind, "quantile")?,
        kept,
        reduced,
        outputs: Outputs {
            wanted,
            kind,
            result: target.element.kind,
            base: SharedMut(target.ptr),
            step: target.strides[0],
        },
        control,
    };
    if target.is_empty() {
        control.advance(source.len());
        return Ok(());
    }
    let [outputs, count] = [job.kept.len(), job.reduced.len()];
    if count == 0 {
        return job.outputs.fill(&job.kept);
    }
    let bytes = count * source.element.size;
    if bytes > COPIED_BYTES || (outputs == 1 && bytes > COUNTED_BYTES) {
        return (0..outputs).try_for_each(|output| one_by_counting(&job, job.kept.offsets(output)));
    }
    by_lines(&job)
}

/// One output of many elements: counts them, on all threads.
fn one_by_counting<K: Key>(job: &Job<K>, [from, to]: [isize; 2]) -> Result<()> {
    let source = Source::new(&job.source, job.reduced.clone(), K::KIND)?.moved(from);
    let Outputs { wanted, .. } = job.outputs;
    let mut places = Vec::new();
    let mut choose = |count: usize, outside: usize| {
        places.clear();
        if (outside > 0 && !wanted.skip_nan) || count == 0 {
            return Ok(Vec::new());
        }
        places = wanted.places(count)?;
        let mut ranks = with_room(2 * places.len())?;
        ranks.extend(places.iter().flat_map(|place| [place.previous, place.next]));
        Ok(ranks)
    };
    let (elements, _) = elements_at(&source, &job.order, job.control, &mut choose)?;
    let pairs = elements.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    job.outputs.store(to, &places, pairs);
    Ok(())
}

impl Quantiles {
    /// The places of all fractions among `count` elements in order.
    pub(crate) fn places(&self, count: usize) -> Result<Vec<Place>> {
        let mut places = with_room(self.fractions.len())?;
        places.extend(self.fractions.iter().map(|&q| self.method.place(count, q)));
        Ok(places)
    }
}

impl Outputs<'_> {
    pub fn wanted(&self) -> &Quantiles {
        self.wanted
    }

    /// Stores the results of one output between pairs of elements, given as bits; NaN without places.
    pub fn store(&self, offset: isize, places: &[Place], mut pairs: impl Iterator<Item = [u64; 2]>) {
        for (index, place) in
            self.wanted.fractions.iter().enumerate().map(|(index, _)| (index, places.get(index)))
        {
            let bits = match (place, pairs.next()) {
                (Some(&place), Some(pair)) => {
                    interpolate(self.wanted.method, self.kind, self.result, pair, place)
                }
                _ => missing(self.result),
            };
            self.put(offset.wrapping_add(self.step.wrapping_mul(index as isize)), bits);
        }
    }

    fn put(&self, offset: isize, bits: u64) {
        let target = self.base.at(offset);
        match self.result.size() {
            // SAFETY: the offset is that of an element of the target, which has this size.
            Some(1) => unsafe { target.write_unaligned(bits as u8) },
            // SAFETY: as above.
            Some(2) => unsafe { target.cast::<u16>().write_unaligned(bits as u16) },
            // SAFETY: as above.
            Some(4) => unsafe { target.cast::<u32>().write_unaligned(bits as u32) },
            // SAFETY: as above; no other kinds passed the check of the method.
            _ => unsafe { target.cast::<u64>().write_unaligned(bits) },
        }
    }

    /// Stores NaN in all outputs.
    fn fill(&self, kept: &LoopNest<2>) -> Result<()> {
        if !self.result.is_float() && self.result != Kind::Time {
            return Err(Error::Empty);
        }
        (0..kept.len()).for_each(|output| self.store(kept.offsets(output)[1], &[], std::iter::empty()));
        Ok(())
    }
}
