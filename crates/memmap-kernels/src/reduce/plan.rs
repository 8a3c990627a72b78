//! Which axes are walked in which order.

use smallvec::SmallVec;

use super::fold::{AnyFold, finish_one};
use super::{reduce_inner, reduce_outer};
use crate::array::{ArrayMut, ArrayRef, Axis, LoopNest};
use crate::copy::{Sink, fill, small_run};
use crate::dtype::Kind;
use crate::exec::{Control, Result};

/// So many outputs of few elements each are worth computing side by side.
const MANY: usize = 8;

/// The axes of a reduction, apart.
pub(crate) struct Plan {
    /// The axes that remain: source and target.
    pub kept: LoopNest<2>,
    /// The axes that are reduced.
    pub reduced: LoopNest<1>,
}

/// The axes that remain, with their steps in the target, and those that are reduced; both in the order of memory. With `in_order`,
/// reduced axes are in C order instead.
pub fn split_axes(
    source: &ArrayRef,
    axes: &[bool],
    target_strides: &[isize],
    in_order: bool,
) -> (LoopNest<2>, LoopNest<1>) {
    let mut kept = LoopNest { axes: SmallVec::new(), start: [0; 2] };
    let mut reduced = LoopNest { axes: SmallVec::new(), start: [0] };
    let mut target_strides = target_strides.iter();
    for ((&len, &stride), &reduce) in source.shape.iter().zip(&source.strides).zip(axes) {
        if reduce {
            reduced.axes.push(Axis { len, strides: [stride] });
        } else if let Some(&to) = target_strides.next() {
            kept.axes.push(Axis { len, strides: [stride, to] });
        }
    }
    kept.axes.retain(|axis| axis.len != 1);
    reduced.axes.retain(|axis| axis.len != 1);
    kept.ascend(0);
    kept.sort(0);
    kept.merge();
    if !in_order {
        reduced.ascend(0);
        reduced.sort(0);
    }
    reduced.merge();
    (kept, reduced)
}

impl Plan {
    /// Axes in the order of memory; with `in_order`, reduced axes in C order instead, because then a position in the walk is
    /// an index.
    fn new(source: &ArrayRef, axes: &[bool], target: &ArrayMut, in_order: bool) -> Plan {
        let (kept, reduced) = split_axes(source, axes, &target.strides, in_order);
        Plan { kept, reduced }
    }

    /// Whether elements of neighbouring outputs are closer together than those of one output.
    fn is_outer(&self, few: usize) -> bool {
        let (kept, reduced) = (self.kept.inner(), self.reduced.inner());
        if kept.len == 1 || self.reduced.len() == 1 {
            return kept.len > 1;
        }
        let closer = kept.strides[0].unsigned_abs() < reduced.strides[0].unsigned_abs();
        closer || (self.reduced.len() < few && kept.len >= MANY)
    }
}

/// Reduces the marked axes of `source` into `target`, whose shape is that of the other axes.
pub(crate) fn run(
    fold: &dyn AnyFold,
    source: &ArrayRef,
    axes: &[bool],
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let traits = fold.traits();
    if source.is_empty() {
        let count: usize =
            source.shape.iter().zip(axes).filter(|&(_, &reduced)| reduced).map(|(&len, _)| len).product();
        return if count == 0 { fill_with_start(fold, traits.result, target, control) } else { Ok(()) };
    }
    if axes.iter().all(|&reduced| reduced)
        && let Some(run) = small_run(source, traits.input)
    {
        return reduce_inner::run_small(fold, traits, run, target, control);
    }
    let plan = Plan::new(source, axes, target, traits.indexed);
    if plan.is_outer(traits.few) {
        reduce_outer::run(fold, traits, &plan, source, target, control)
    } else {
        reduce_inner::run(fold, traits, &plan, source, target, control)
    }
}

/// Reductions over no element at all.
fn fill_with_start(fold: &dyn AnyFold, result: Kind, target: &ArrayMut, control: &Control) -> Result<()> {
    let mut value = vec![0u8; target.element.size];
    let sink = Sink::new(value.as_mut_ptr(), target.element, result)?;
    finish_one(fold, fold.start(), 0, result, |result| {
        // SAFETY: `value` holds the one element that is stored.
        unsafe { sink.store(result, 1, 0, 0) };
    })?;
    fill(target, &value, control)
}
