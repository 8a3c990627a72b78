//! Reductions one output after the other: the elements of each are closest together.

use super::fold::{AnyFold, Results, Traits, finish_one, fold_all, fold_one};
use super::plan::Plan;
use crate::array::{ArrayMut, ArrayRef, LoopNest};
use crate::copy::{Sink, Source};
use crate::exec::{Control, PIECE_BYTES, Result, for_pieces, memory_bound};
use crate::loops::AnySlice;

/// Outputs that are written at a time: those whose results fill 1 KiB, which allocators have at hand.
const BATCH: usize = 64;

/// Outputs of this many bytes are each shared out among the threads; smaller ones are handed out whole.
const LARGE_OUTPUT: usize = 4 * PIECE_BYTES;

pub(crate) fn run(
    fold: &dyn AnyFold,
    traits: Traits,
    plan: &Plan,
    source: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let [kept, reduced] = [plan.kept.len(), plan.reduced.len()];
    let elements = Source::new(source, plan.reduced.clone(), traits.input)?;
    let elements = if kept == 1 { elements.into_sequence() } else { elements };
    let sink = Sink::new(target.ptr, target.element, traits.result)?;
    let bytes = reduced * source.element.size;
    if kept == 1 || bytes >= LARGE_OUTPUT {
        for output in 0..kept {
            let [from, to] = plan.kept.offsets(output);
            let state = fold_all(fold, &traits, &elements.moved(from), control)?;
            finish_one(fold, state, reduced, traits.result, |result| {
                // SAFETY: the offset is one of the target's elements, of which one is written.
                unsafe { sink.store(result, 1, to, 0) };
            })?;
        }
        return Ok(());
    }
    let outputs = Outputs { fold, traits, plan, sink, reduced };
    let group = (PIECE_BYTES / bytes).max(1);
    let flat = outputs.flat(source, &elements)?;
    for_pieces(control, kept.div_ceil(group), memory_bound(kept * bytes), |i| {
        let (at, end) = (i * group, kept.min((i + 1) * group));
        match &flat {
            Some(flat) => {
                flat.populate(at * reduced, (end - at) * reduced, control);
                outputs.runs(flat, at, end)?;
            }
            None => outputs.one_by_one(&elements, at, end)?,
        }
        control.advance((end - at) * reduced);
        Ok(())
    })
}

/// The same for one output of few elements, which are one run.
pub(crate) fn run_small(
    fold: &dyn AnyFold,
    traits: Traits,
    elements: AnySlice,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let sink = Sink::new(target.ptr, target.element, traits.result)?;
    control.check()?;
    let state = fold.whole(elements);
    control.advance(elements.len());
    finish_one(fold, state, elements.len(), traits.result, |result| {
        // SAFETY: all axes are reduced, so the target is one element.
        unsafe { sink.store(result, 1, 0, 0) };
    })
}

struct Outputs<'a> {
    fold: &'a dyn AnyFold,
    traits: Traits,
    plan: &'a Plan,
    sink: Sink,
    reduced: usize,
}

impl Outputs<'_> {
    /// All elements as one axis, where the outputs' elements follow each other in memory and each output fits a tile or
    /// can be read in place.
    fn flat(&self, source: &ArrayRef, elements: &Source) -> Result<Option<Source>> {
        let (kept, reduced) = (&self.plan.kept, &self.plan.reduced);
        let step = reduced.inner().strides[0];
        let follows = kept.axes.len() == 1
            && reduced.axes.len() == 1
            && kept.inner().strides[0] == step.wrapping_mul(self.reduced as isize);
        if !follows || (self.reduced > elements.tile_len() && !elements.is_one_run()) {
            return Ok(None);
        }
        let start = [kept.start[0].wrapping_add(reduced.start[0])];
        let nest = LoopNest { start, ..LoopNest::single(kept.len() * self.reduced, [step]) };
        Source::new(source, nest, self.traits.input).map(Some)
    }

    /// Reduces outputs whose elements follow each other, several of them in a call.
    fn runs(&self, flat: &Source, mut at: usize, end: usize) -> Result<()> {
        let mut reader = flat.reader(at * self.reduced);
        let to_stride = self.plan.kept.inner().strides[1];
        let fit = if flat.is_one_run() { BATCH } else { (flat.tile_len() / self.reduced).min(BATCH) };
        let mut results = Results::new(fit.min(end - at), self.traits.result);
        while at < end {
            let count = fit.min(end - at);
            let runs = reader.next_any(count * self.reduced);
            self.fold.reduce_runs(runs, self.reduced, results.places(count))?;
            // SAFETY: the results are those of `count` neighbouring outputs of the target.
            unsafe { self.sink.store(results.as_ptr(), count, self.plan.kept.offsets(at)[1], to_stride) };
            at += count;
        }
        Ok(())
    }

    fn one_by_one(&self, elements: &Source, mut at: usize, end: usize) -> Result<()> {
        let mut reader = elements.reader(0);
        let mut walk = self.plan.kept.walk(at);
        let [from_stride, to_stride] = self.plan.kept.inner().strides;
        let mut results = Results::new(BATCH.min(end - at), self.traits.result);
        while at < end {
            let segment = walk.next(BATCH.min(end - at));
            let mut rest = results.places(segment.len);
            for output in 0..segment.len as isize {
                let (one, behind) = rest.split_first();
                rest = behind;
                reader.rebase(segment.offsets[0].wrapping_add(from_stride.wrapping_mul(output)));
                let state = fold_one(self.fold, &self.traits, elements, &mut reader);
                self.fold.finish(state, self.reduced, one)?;
            }
            // SAFETY: the segment is inside the target and is as long as the results.
            unsafe { self.sink.store(results.as_ptr(), segment.len, segment.offsets[1], to_stride) };
            at += segment.len;
        }
        Ok(())
    }
}
