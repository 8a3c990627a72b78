//! Reductions one output after the other: the elements of each lie closest together.

use super::fold::{Fold, prefetch};
use super::plan::Plan;
use crate::array::{ArrayMut, ArrayRef};
use crate::copy::{Sink, Source, TILE_BYTES};
use crate::dtype::Native;
use crate::exec::Control;
use crate::exec::Result;
use crate::exec::{PIECE_BYTES, for_pieces};

/// Outputs that are written at a time.
const BATCH: usize = TILE_BYTES / 64;

/// Outputs of this many bytes are each shared out among the threads; smaller ones are handed out whole.
const LARGE_OUTPUT: usize = 4 * PIECE_BYTES;

pub(crate) fn run<F: Fold>(
    fold: &F,
    plan: &Plan,
    source: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let [kept, reduced] = [plan.kept.len(), plan.reduced.len()];
    let elements = Source::new(source.ptr, source.element, plan.reduced.clone(), F::In::KIND)?;
    let elements = if kept == 1 { elements.into_sequence() } else { elements };
    let sink = Sink::new(target.ptr, target.element, F::Out::KIND)?;
    let bytes = reduced * source.element.size;
    if kept == 1 || bytes >= LARGE_OUTPUT {
        for output in 0..kept {
            let [from, to] = plan.kept.offsets(output);
            let state = fold.fold_all(&elements.moved(from), control)?;
            // SAFETY: the offset is one of the target's elements, of which one is written.
            unsafe { sink.store(&[fold.finish(state, reduced)?], to, 0) };
        }
        return Ok(());
    }
    let group = (PIECE_BYTES / bytes).max(1);
    let packed = plan.kept.axes.len() == 1 && plan.kept.inner().strides[0] == bytes as isize;
    for_pieces(control, kept.div_ceil(group), kept * bytes, |i| {
        let (mut at, end) = (i * group, kept.min((i + 1) * group));
        if packed {
            let all = elements.moved(plan.kept.offsets(at)[0]);
            if all.piece(0, reduced).is_some() {
                prefetch(&all, control, 0, reduced * (end - at));
            }
        }
        let mut reader = elements.reader(0);
        let mut walk = plan.kept.walk(at);
        let [from_stride, to_stride] = plan.kept.inner().strides;
        let mut results = Vec::with_capacity(BATCH.min(end - at));
        while at < end {
            let stretch = walk.next(BATCH.min(end - at));
            results.clear();
            for output in 0..stretch.len as isize {
                reader.rebase(stretch.offsets[0].wrapping_add(from_stride.wrapping_mul(output)));
                results.push(fold.finish(fold.fold_one(&elements, &mut reader), reduced)?);
            }
            // SAFETY: the stretch lies inside the target and is as long as the results.
            unsafe { sink.store(&results, stretch.offsets[1], to_stride) };
            at += stretch.len;
        }
        control.advance((end - i * group) * reduced);
        Ok(())
    })
}
