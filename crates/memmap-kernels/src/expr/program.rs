//! Expressions: a few steps for each tile, from the elements of arrays to those of the result, in registers of a part of it each.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::evaluation::Evaluation;
use super::input::{Feed, Input};
use super::plan::Plan;
use super::table::Operation;
use crate::array::{ArrayMut, ArrayRef, Axes, Computed, ComputedReader, Overlap, c_strides, overlap, range};
use crate::copy::copied;
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, Result};

/// One step of an expression. Places are the inputs by their number, then the registers.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Converts from one kind to another.
    Cast {
        /// The kinds.
        from: Kind,
        /// As above.
        to: Kind,
        /// The place to read.
        source: usize,
        /// The register to write.
        target: usize,
    },
    /// An operation with a loop over elements of a kind.
    Call {
        /// The operation.
        operation: Operation,
        /// The kind of the loop.
        kind: Kind,
        /// The places of its arguments.
        sources: [usize; 3],
        /// The register to write.
        target: usize,
    },
}

impl Step {
    /// The register that it writes.
    pub(super) fn target(&self) -> usize {
        match *self {
            Step::Cast { target, .. } | Step::Call { target, .. } => target,
        }
    }
}

/// An expression over arrays of one shape.
pub struct Program {
    pub(super) plan: Plan,
    inputs: Vec<Input>,
    pub(super) feeds: Vec<Feed>,
    pub(super) kind: Kind,
    pub(super) shape: Axes<usize>,
    /// Whether an integer was to be raised to a negative power.
    pub(super) refused: Arc<AtomicBool>,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.plan.steps.len();
        f.debug_struct("Program").field("inputs", &self.inputs).field("steps", &steps).finish_non_exhaustive()
    }
}

impl Program {
    /// An expression whose result is at the place `result` after all steps, with elements of `kind`.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for a step that reads a place before it is written, or as elements of another size, and for inputs of another
    /// shape; [`Error::Unsupported`] for an operation that has no loop over the kind.
    pub fn new(
        inputs: Vec<Input>,
        steps: &[Step],
        result: usize,
        kind: Kind,
        shape: impl Into<Axes<usize>>,
    ) -> Result<Program> {
        let shape = shape.into();
        if inputs.iter().filter_map(Input::as_array).any(|array| array.shape != shape) {
            return Err(Error::Mismatch { rule: "the inputs of an expression must have its shape" });
        }
        let feeds = feeds_of(&inputs)?;
        let plan = Plan::new(&inputs, &feeds, steps, result, kind)?;
        Ok(Program { plan, inputs, feeds, kind, shape, refused: Arc::default() })
    }

    /// The array of the results.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for opaque elements.
    pub fn into_array(self) -> Result<ArrayRef> {
        let unsupported = Error::Unsupported { operation: "an expression", kind: self.kind };
        let (element, shape) = (Element::native(self.kind).ok_or(unsupported)?, self.shape.clone());
        Ok(array_of(Arc::new(self), element, shape))
    }

    fn with_inputs(&self, inputs: Vec<Input>, shape: Axes<usize>) -> Result<Program> {
        let feeds = feeds_of(&inputs)?;
        let (plan, kind, refused) = (self.plan.clone(), self.kind, Arc::clone(&self.refused));
        Ok(Program { plan, inputs, feeds, kind, shape, refused })
    }
}

/// The whole of a computed array.
pub(super) fn array_of(computed: Arc<dyn Computed>, element: Element, shape: Axes<usize>) -> ArrayRef {
    let strides = c_strides(&shape, element.size);
    // SAFETY: all elements of the array.
    unsafe { ArrayRef::computed(computed, element, 0, shape, strides) }
}

fn feeds_of(inputs: &[Input]) -> Result<Vec<Feed>> {
    let mut feeds = Vec::with_capacity(inputs.len());
    for input in inputs {
        feeds.push(input.feed()?);
    }
    Ok(feeds)
}

impl Computed for Program {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn reader(&self) -> Box<dyn ComputedReader + '_> {
        Box::new(Evaluation::new(self))
    }

    fn permuted(&self, axes: &[usize]) -> Arc<dyn Computed> {
        let inputs = self.inputs.iter().map(|input| input.map(|array| permuted(array, axes)));
        let shape = axes.iter().map(|&axis| self.shape[axis]).collect();
        // The kinds are those of a program that was checked.
        match self.with_inputs(inputs.collect(), shape) {
            Ok(program) => Arc::new(program),
            Err(_) => unreachable!("the inputs of a program can be read in any order"),
        }
    }

    fn apart_from(
        &self,
        target: &ArrayMut,
        same_order: bool,
        control: &Control,
    ) -> Result<Option<Arc<dyn Computed>>> {
        let mut replaced = None;
        for (place, input) in self.inputs.iter().enumerate() {
            let Some(array) = input.as_array() else { continue };
            let same_order = same_order && array.shape == target.shape;
            if let Some(Copied { array, memory }) = apart(array, target, same_order, control)? {
                let inputs = replaced.get_or_insert_with(|| self.inputs.clone());
                inputs[place] = input.with_copy(array, memory.map(|memory| memory as _));
            }
        }
        let Some(inputs) = replaced else { return Ok(None) };
        Ok(Some(Arc::new(self.with_inputs(inputs, self.shape.clone())?)))
    }

    fn cost(&self) -> usize {
        let read: usize = self
            .feeds
            .iter()
            .zip(&self.plan.are_same)
            .filter(|(_, is_same)| !**is_same)
            .map(|(feed, _)| feed.element_bytes())
            .sum();
        read + self.plan.cost
    }

    fn check(&self) -> Result<()> {
        if self.refused.load(Ordering::Relaxed) {
            return Err(Error::NegativePower);
        }
        let computed = self.inputs.iter().filter_map(|input| input.as_array()?.computed.as_ref());
        computed.into_iter().try_for_each(|one| one.check())
    }

    fn populate(&self, first: usize, len: usize, control: &Control) {
        self.feeds.iter().for_each(|feed| feed.populate(first, len, control));
    }
}

/// An array with its axes in another order.
pub(super) fn permuted(array: &ArrayRef, axes: &[usize]) -> ArrayRef {
    let shape: Axes<usize> = axes.iter().map(|&axis| array.shape[axis]).collect();
    match array.whole() {
        Some(computed) => {
            let strides = c_strides(&shape, array.element.size);
            // SAFETY: all elements of the array.
            unsafe { ArrayRef::computed(computed.permuted(axes), array.element, 0, shape, strides) }
        }
        None => {
            let strides = axes.iter().map(|&axis| array.strides[axis]).collect();
            // SAFETY: the same elements.
            unsafe { array.part(0, shape, strides) }
        }
    }
}

/// A copy of an array, and its memory, where it has any.
pub(super) struct Copied {
    pub array: ArrayRef,
    pub memory: Option<Arc<Vec<u8>>>,
}

/// A copy of an array that stores to `target` would change before it is read; none where they do not.
pub(super) fn apart(
    array: &ArrayRef,
    target: &ArrayMut,
    same_order: bool,
    control: &Control,
) -> Result<Option<Copied>> {
    if array.is_empty() || target.is_empty() {
        return Ok(None);
    }
    if let Some(computed) = &array.computed {
        let apart = computed.apart_from(target, false, control)?;
        let array = apart.map(|computed| ArrayRef { computed: Some(computed), ..array.clone() });
        return Ok(array.map(|array| Copied { array, memory: None }));
    }
    let overlaps = if same_order {
        !matches!(overlap(array, target), Overlap::None | Overlap::Same)
    } else {
        let from = range(array.ptr, &array.shape, &array.strides, array.element.size);
        let to = range(target.ptr, &target.shape, &target.strides, target.element.size);
        from.0 < to.1 && to.0 < from.1
    };
    if !overlaps {
        return Ok(None);
    }
    let (memory, array) = copied(array, array.element, control)?;
    Ok(Some(Copied { array, memory: Some(Arc::new(memory)) }))
}
