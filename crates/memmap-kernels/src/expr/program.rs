//! Expressions: a few steps for each tile, from the elements of arrays to those of the result, in registers of a part of it each.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use super::evaluation::Evaluation;
use super::plan::Plan;
use super::table::Operation;
use crate::array::{
    ArrayMut, ArrayRef, Axes, Computed, ComputedReader, LoopNest, Overlap, c_strides, overlap, range,
};
use crate::copy::{Caster, Source, copied};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, Result};

/// Bytes of the largest number: a complex one of two doubles.
const LARGEST_ELEMENT: usize = 16;

/// What an expression reads: an array, broadcast to its shape, as elements of a kind.
#[derive(Clone, Debug)]
pub struct Input {
    array: ArrayRef,
    kind: Kind,
    /// The memory of a copy, or of a number.
    _memory: Option<Arc<dyn Any + Send + Sync>>,
}

impl Input {
    /// The elements of an array.
    pub fn array(array: ArrayRef, kind: Kind) -> Input {
        Input { array, kind, _memory: None }
    }

    /// The kind as which its elements are read.
    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// One number for all elements.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for opaque elements.
    pub fn number(number: f64, kind: Kind, shape: Axes<usize>) -> Result<Input> {
        let unsupported = Error::Unsupported { operation: "an expression", kind };
        let caster = Caster::between(Kind::F64, kind).ok_or(unsupported.clone())?;
        let element = Element::native(kind).ok_or(unsupported)?;
        let mut memory = [0u8; LARGEST_ELEMENT];
        // SAFETY: one number is read, and one element written, which is no larger than the memory.
        unsafe { caster.run((&raw const number).cast(), memory.as_mut_ptr(), 1) };
        let memory = Arc::new(memory);
        let strides = shape.iter().map(|_| 0).collect::<Axes<isize>>();
        // SAFETY: one element of the memory, which the input keeps, for any index.
        let array = unsafe { ArrayRef::new(memory.as_ptr(), element, shape, strides) };
        Ok(Input { array, kind, _memory: Some(memory) })
    }
}

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
    pub(super) sources: Vec<Source>,
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
        if inputs.iter().any(|input| input.array.shape != shape) {
            return Err(Error::Mismatch { rule: "the inputs of an expression must have its shape" });
        }
        let sources = sources_of(&inputs)?;
        let plan = Plan::new(&inputs, &sources, steps, result, kind)?;
        Ok(Program { plan, inputs, sources, kind, shape, refused: Arc::default() })
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
        let sources = sources_of(&inputs)?;
        let (plan, kind, refused) = (self.plan.clone(), self.kind, Arc::clone(&self.refused));
        Ok(Program { plan, inputs, sources, kind, shape, refused })
    }
}

/// The whole of a computed array.
pub(super) fn array_of(computed: Arc<dyn Computed>, element: Element, shape: Axes<usize>) -> ArrayRef {
    let strides = c_strides(&shape, element.size);
    // SAFETY: all elements of the array.
    unsafe { ArrayRef::computed(computed, element, 0, shape, strides) }
}

fn sources_of(inputs: &[Input]) -> Result<Vec<Source>> {
    let source = |Input { array, kind, .. }: &Input| {
        let nest = LoopNest::in_order(&array.shape, [&array.strides]);
        Source::new(array, nest, *kind)
    };
    inputs.iter().map(source).collect()
}

impl Computed for Program {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn reader(&self) -> Box<dyn ComputedReader + '_> {
        Box::new(Evaluation::new(self))
    }

    fn permuted(&self, axes: &[usize]) -> Arc<dyn Computed> {
        let inputs =
            self.inputs.iter().map(|input| Input { array: permuted(&input.array, axes), ..input.clone() });
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
        let copy = |Input { array, .. }: &Input| {
            apart(array, target, same_order && array.shape == target.shape, control)
        };
        let copies = self.inputs.iter().map(copy).collect::<Result<SmallVec<[Option<Copied>; 4]>>>()?;
        if copies.iter().all(Option::is_none) {
            return Ok(None);
        }
        let replaced = |(input, copy): (&Input, Option<Copied>)| match copy {
            Some(Copied { array, memory }) => {
                Input { array, kind: input.kind, _memory: memory.map(|memory| memory as _) }
            }
            None => input.clone(),
        };
        let inputs = self.inputs.iter().zip(copies).map(replaced).collect();
        Ok(Some(Arc::new(self.with_inputs(inputs, self.shape.clone())?)))
    }

    fn cost(&self) -> usize {
        let read: usize = self
            .sources
            .iter()
            .zip(&self.plan.are_same)
            .filter(|(_, is_same)| !**is_same)
            .map(|(source, _)| source.element_bytes())
            .sum();
        read + self.plan.cost
    }

    fn check(&self) -> Result<()> {
        if self.refused.load(Ordering::Relaxed) {
            return Err(Error::NegativePower);
        }
        self.inputs.iter().filter_map(|input| input.array.computed.as_ref()).try_for_each(|one| one.check())
    }

    fn populate(&self, first: usize, len: usize, control: &Control) {
        self.sources.iter().for_each(|source| source.populate(first, len, control));
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
