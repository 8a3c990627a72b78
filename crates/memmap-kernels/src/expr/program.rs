//! Expressions: a few steps for each tile, from the elements of arrays to those of the result, in registers of a part of it each.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use smallvec::SmallVec;

use super::function::{ARGUMENTS, Loop};
use super::table::Operation;
use crate::array::{
    ArrayMut, ArrayRef, Axes, Computed, ComputedReader, LoopNest, Overlap, c_strides, overlap, range,
};
use crate::copy::{Buffer, Caster, Reader, Source, TILE_BYTES, copied};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, Result};
use crate::loops::{RawSlice, Stream, prefetch_lines};

/// Bytes of the elements that inputs are read of at a time.
const TILE: usize = if cfg!(test) { 1 << 7 } else { 8 << 10 };

/// How many times as long a mathematical function takes as a sum.
const FUNCTION_COST: usize = 12;

/// Bytes of the elements that steps are taken over at a time: so much of many registers fits the first cache.
const PART: usize = if cfg!(test) { 1 << 5 } else { 2 << 10 };

/// What an expression reads: an array, broadcast to its shape, as elements of a kind.
#[derive(Clone, Debug)]
pub struct Input {
    array: ArrayRef,
    kind: Kind,
    /// The memory of a copy, or of a number.
    _memory: Option<Arc<Vec<u8>>>,
}

impl Input {
    /// The elements of an array.
    pub fn array(array: ArrayRef, kind: Kind) -> Input {
        Input { array, kind, _memory: None }
    }

    /// One number for all elements.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for opaque elements.
    pub fn number(number: f64, kind: Kind, shape: Axes<usize>) -> Result<Input> {
        let unsupported = Error::Unsupported { operation: "an expression", kind };
        let caster = Caster::between(Kind::F64, kind).ok_or(unsupported.clone())?;
        let element = Element::native(kind).ok_or(unsupported)?;
        let mut memory = vec![0u8; element.size];
        // SAFETY: one number is read, and one element written.
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

/// An expression over arrays of one shape.
pub struct Program {
    plan: Plan,
    inputs: Vec<Input>,
    sources: Vec<Source>,
    kind: Kind,
    shape: Axes<usize>,
    /// Whether an integer was to be raised to a negative power.
    refused: Arc<AtomicBool>,
}

/// What a step does with its tile.
#[derive(Clone, Copy)]
enum Work {
    Cast(Caster),
    Call(Loop),
}

/// A checked step.
#[derive(Clone, Copy)]
struct Planned {
    work: Work,
    sources: [usize; ARGUMENTS],
    /// How many of the sources there are.
    count: usize,
    /// Bytes from an element of each source to the next, 0 where all are the same.
    apart: [usize; ARGUMENTS],
    target: usize,
    /// Whether all it depends on is the same for all elements.
    constant: bool,
    /// Whether its second argument must not be negative: the exponent of integers.
    exponent: Option<Kind>,
}

/// The steps of a program, checked.
#[derive(Clone)]
struct Plan {
    steps: SmallVec<[Planned; 4]>,
    registers: usize,
    /// The place of the result.
    result: usize,
    /// Elements of a tile, and of a part of it.
    tile: usize,
    part: usize,
    /// True for each input whose elements are all the same.
    constants: SmallVec<[bool; 4]>,
    has_constants: bool,
    /// The work of the steps for an element, as [`Computed::cost`].
    cost: usize,
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
        let plan = plan(&inputs, &sources, steps, result, kind)?;
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

fn plan(inputs: &[Input], sources: &[Source], steps: &[Step], result: usize, kind: Kind) -> Result<Plan> {
    const UNWRITTEN: Error = Error::Mismatch { rule: "a step of an expression reads what was not written" };
    let size_of = |kind: Kind| kind.size().ok_or(Error::Unsupported { operation: "an expression", kind });
    // The bytes of the elements at each place, and whether they are all the same.
    let mut places: Vec<Option<(usize, bool)>> = Vec::new();
    let mut largest = size_of(kind)?;
    for (input, source) in inputs.iter().zip(sources) {
        largest = largest.max(size_of(input.kind)?).max(input.array.element.size);
        places.push(Some((size_of(input.kind)?, source.is_constant())));
    }
    let target_of = |step: &Step| match *step {
        Step::Cast { target, .. } | Step::Call { target, .. } => target,
    };
    let mut planned: SmallVec<[Planned; 4]> = SmallVec::new();
    for &step in steps {
        let (work, read, from, target, to, exponent) = match step {
            Step::Cast { from, to, source, target } => {
                let unsupported = Error::Unsupported { operation: "conversion", kind: from };
                let caster = Caster::between(from, to).ok_or(unsupported)?;
                (Work::Cast(caster), [source; ARGUMENTS], SmallVec::from_slice(&[from]), target, to, None)
            }
            Step::Call { operation, kind, sources, target } => {
                let unsupported = Error::Unsupported { operation: "an expression", kind };
                let work = operation.loop_over(kind).ok_or(unsupported)?;
                let kinds: SmallVec<[Kind; ARGUMENTS]> = SmallVec::from_slice(work.sources);
                let exponent = (operation == Operation::WholePower && kind.is_signed()).then_some(kind);
                (Work::Call(work), sources, kinds, target, work.target, exponent)
            }
        };
        let mut constant = true;
        let mut apart = [0; ARGUMENTS];
        for ((&place, &kind), bytes) in read.iter().zip(&from).zip(&mut apart) {
            let (size, same) = places.get(place).copied().flatten().ok_or(UNWRITTEN)?;
            // A part of a tile of equal elements serves for all parts, so that it stays in the first cache.
            *bytes = if same { 0 } else { size };
            if size != size_of(kind)? {
                return Err(Error::Mismatch {
                    rule: "a step of an expression reads elements of another size",
                });
            }
            constant &= same;
        }
        if target < inputs.len()
            || target > inputs.len() + steps.len()
            || read[..from.len()].contains(&target)
        {
            return Err(Error::Mismatch {
                rule: "a step of an expression writes to no register, or to its own argument",
            });
        }
        if target >= places.len() {
            places.resize(target + 1, None);
        }
        // What another step overwrites is computed again for each tile.
        constant &= steps.iter().filter(|step| target_of(step) == target).count() == 1;
        largest = largest.max(size_of(to)?);
        places[target] = Some((size_of(to)?, constant));
        let target = target - inputs.len();
        let count = from.len();
        planned.push(Planned { work, sources: read, count, apart, target, constant, exponent });
    }
    let (size, _) = places.get(result).copied().flatten().ok_or(UNWRITTEN)?;
    if size != size_of(kind)? {
        return Err(Error::Mismatch { rule: "the result of an expression has elements of another size" });
    }
    let has_constants = planned.iter().any(|step| step.constant);
    let registers = places.len() - inputs.len();
    let (tile, part) = ((TILE / largest).max(1), (PART / largest).max(1));
    let constants = sources.iter().map(Source::is_constant).collect();
    let cost = planned.iter().filter(|step| !step.constant).map(Planned::cost).sum();
    Ok(Plan { steps: planned, registers, result, tile, part, constants, has_constants, cost })
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
        let mut copies = false;
        let mut inputs = Vec::with_capacity(self.inputs.len());
        for input in &self.inputs {
            let Input { array, kind, .. } = input;
            let same_order = same_order && array.shape == target.shape;
            let copy = apart(array, target, same_order, control)?;
            copies |= copy.is_some();
            inputs.push(match copy {
                Some(Copied { array, memory }) => Input { array, kind: *kind, _memory: memory },
                None => input.clone(),
            });
        }
        if !copies {
            return Ok(None);
        }
        Ok(Some(Arc::new(self.with_inputs(inputs, self.shape.clone())?)))
    }

    fn cost(&self) -> usize {
        let read: usize = self
            .sources
            .iter()
            .zip(&self.plan.constants)
            .filter(|(_, constant)| !**constant)
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

/// The state of one thread that evaluates a program.
struct Evaluation<'p> {
    program: &'p Program,
    /// Not inline, because readers are large and are moved.
    readers: Vec<Reader<'p>>,
    registers: SmallVec<[Buffer; 4]>,
    position: usize,
    total: usize,
    /// Whether the steps that are the same for all elements are done.
    are_constants_done: bool,
}

impl<'p> Evaluation<'p> {
    fn new(program: &'p Program) -> Evaluation<'p> {
        let readers = program.sources.iter().map(|source| source.reader(0)).collect();
        let registers = (0..program.plan.registers).map(|_| Buffer::new()).collect();
        let are_constants_done = !program.plan.has_constants;
        let total = program.shape.iter().product();
        Evaluation { program, readers, registers, position: 0, total, are_constants_done }
    }

    /// Evaluates the next `len` elements, no more than a tile, which are then in `target`.
    ///
    /// # Safety
    /// As many elements are writable from `target` on.
    unsafe fn tile(&mut self, len: usize, target: *mut u8, stream: Option<&Stream>) {
        let Plan { steps, result, part, constants, .. } = &self.program.plan;
        if !self.are_constants_done {
            self.are_constants_done = true;
            for step in steps.iter().filter(|step| step.constant) {
                let mut from = [std::ptr::null(); ARGUMENTS];
                for (from, &place) in from.iter_mut().zip(&step.sources[..step.count]) {
                    *from = match place.checked_sub(self.readers.len()) {
                        None => self.readers[place].next_bytes(*part),
                        Some(register) => self.registers[register].as_mut_ptr(),
                    };
                }
                let to = self.registers[step.target].as_mut_ptr();
                // SAFETY: the step reads elements of the sizes that its places have, a part each, and writes another register.
                unsafe { step.run(from, to, *part, self.program) };
            }
        }
        let sources = &self.program.sources;
        let inputs: SmallVec<[*const u8; 4]> = self
            .readers
            .iter_mut()
            .zip(constants)
            .map(|(reader, &constant)| reader.next_bytes(if constant { len.min(*part) } else { len }))
            .collect();
        let count = inputs.len();
        let is_last = self.position + len >= self.total;
        let ahead = if is_last { Ahead::none() } else { Ahead::new(sources, &inputs, len, *part) };
        let last = steps.last().filter(|step| step.target + count == *result && !step.constant);
        let size = self.program.kind.size().unwrap_or(0);
        // All steps over one part, so that registers stay in the first cache. The next tile is prefetched between the parts of this
        // one, because a processor waits once it has asked for a dozen lines.
        for (number, start) in (0..len).step_by(*part).enumerate() {
            ahead.prefetch(number);
            let here = (*part).min(len - start);
            let target = target.wrapping_add(start * size);
            // The last step stores to the target, or to a register that is then copied past the cache.
            let to_target = stream.is_none() && last.is_some();
            for step in steps.iter().filter(|step| !step.constant) {
                let mut from = [std::ptr::null(); ARGUMENTS];
                for ((from, &place), &apart) in
                    from.iter_mut().zip(&step.sources[..step.count]).zip(&step.apart)
                {
                    *from = match place.checked_sub(count) {
                        None => inputs[place].wrapping_add(start * apart),
                        Some(register) => self.registers[register].as_mut_ptr(),
                    };
                }
                let to = match last {
                    Some(last) if to_target && std::ptr::eq(last, step) => target,
                    _ => self.registers[step.target].as_mut_ptr(),
                };
                // SAFETY: the step reads elements of the sizes that its places have, and writes another register or the caller's
                // target, which holds as many elements of the result.
                unsafe { step.run(from, to, here, self.program) };
            }
            if !to_target {
                let from = match result.checked_sub(count) {
                    None => inputs[*result].wrapping_add(if constants[*result] { 0 } else { start * size }),
                    Some(register) => self.registers[register].as_mut_ptr(),
                };
                match stream {
                    // SAFETY: the place of the result holds as many elements; the caller vouches for the target.
                    Some(stream) if from.cast_mut() != target => unsafe {
                        stream.copy(from, target, here * size)
                    },
                    // SAFETY: as above. An input that is read in place may be the target itself.
                    _ => unsafe { std::ptr::copy(from, target, here * size) },
                }
            }
        }
    }
}

/// The lines of the next tile, to be prefetched in parts.
struct Ahead {
    /// Of each input that is read in place, the next address and the bytes of a part.
    inputs: SmallVec<[(*const u8, usize); 4]>,
}

impl Ahead {
    fn new(sources: &[Source], inputs: &[*const u8], len: usize, part: usize) -> Ahead {
        let inputs =
            sources.iter().zip(inputs).filter(|(source, _)| source.is_one_run()).map(|(source, &from)| {
                let size = source.element_bytes();
                (from.wrapping_add(len * size), part * size)
            });
        Ahead { inputs: inputs.collect() }
    }

    /// Nothing follows.
    fn none() -> Ahead {
        Ahead { inputs: SmallVec::new() }
    }

    fn prefetch(&self, part: usize) {
        for &(first, bytes) in &self.inputs {
            prefetch_lines(first.wrapping_add(part * bytes), bytes);
        }
    }
}

impl Planned {
    /// See [`Computed::cost`].
    fn cost(&self) -> usize {
        match self.work {
            Work::Call(Loop { target, is_function, .. }) => {
                target.size().unwrap_or(1) * if is_function { FUNCTION_COST } else { 1 }
            }
            Work::Cast(_) => 1,
        }
    }

    /// # Safety
    /// As [`Loop::run`].
    unsafe fn run(&self, from: [*const u8; ARGUMENTS], to: *mut u8, len: usize, program: &Program) {
        if let Some(kind) = self.exponent {
            // SAFETY: the second argument, of this kind.
            if unsafe { has_negative(from[1], len, kind) } {
                program.refused.store(true, Ordering::Relaxed);
            }
        }
        match &self.work {
            // SAFETY: passed on as it is.
            Work::Cast(caster) => unsafe { caster.run(from[0], to, len) },
            // SAFETY: passed on as it is.
            Work::Call(work) => unsafe { (work.run)(from, to, len) },
        }
    }
}

/// Whether an element is negative.
///
/// # Safety
/// As many native elements of the kind are readable from `from` on.
unsafe fn has_negative(from: *const u8, len: usize, kind: Kind) -> bool {
    macro_rules! any {
        ($T:ty) => {{
            // SAFETY: the caller vouches for the elements.
            let elements = unsafe { RawSlice::<$T>::new(from, len) };
            elements.iter().any(|x| x < 0)
        }};
    }
    match kind {
        Kind::I8 => any!(i8),
        Kind::I16 => any!(i16),
        Kind::I32 => any!(i32),
        Kind::I64 => any!(i64),
        _ => false,
    }
}

impl ComputedReader for Evaluation<'_> {
    unsafe fn read(&mut self, first: usize, step: isize, len: usize, target: *mut u8, past_cache: bool) {
        let stream = past_cache.then(Stream::new);
        let size = self.program.kind.size().unwrap_or(0);
        let tile = if step == 1 { self.program.plan.tile } else { 1 };
        let mut done = 0;
        while done < len {
            let at = first.wrapping_add_signed(step.wrapping_mul(done as isize));
            if at != self.position {
                self.position = at;
                self.readers.iter_mut().for_each(|reader| reader.seek(at));
            }
            let count = tile.min(len - done);
            // SAFETY: the caller vouches for the target.
            unsafe { self.tile(count, target.wrapping_add(done * size), stream.as_ref()) };
            self.position = at + count;
            done += count;
        }
    }
}

const _: () = assert!(TILE <= TILE_BYTES && TILE.is_multiple_of(PART));
