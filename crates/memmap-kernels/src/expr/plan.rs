//! The steps of a program, checked and brought into the form in which they are taken.

use smallvec::{SmallVec, smallvec};

use super::chain::{ChainLoop, chain_over, is_link};
use super::function::{ARGUMENTS, Loop};
use super::program::{Input, Step};
use super::table::Operation;
use crate::copy::{Caster, Source, TILE_BYTES};
use crate::dtype::Kind;
use crate::exec::{Error, Result};

/// Bytes of the elements that inputs are read of at a time.
const TILE: usize = if cfg!(test) { 1 << 8 } else { 8 << 10 };

/// Bytes of the elements that steps are taken over at a time: so much of many registers fits the first cache.
const PART: usize = if cfg!(test) { 1 << 6 } else { 2 << 10 };

/// How many times as long a mathematical function takes as a sum.
const FUNCTION_COST: usize = 12;

/// The steps of a program.
#[derive(Clone)]
pub(super) struct Plan {
    /// Those whose results are the same for all elements.
    pub constants: SmallVec<[Planned; 4]>,
    /// The others.
    pub steps: SmallVec<[Planned; 4]>,
    /// How many registers there are.
    pub registers: usize,
    /// The place of the result.
    pub result: usize,
    /// Elements of a tile.
    pub tile: usize,
    /// Elements of a part of a tile.
    pub part: usize,
    /// True for each input whose elements are all the same.
    pub are_same: SmallVec<[bool; 4]>,
    /// The work of the steps for an element, as [`Computed::cost`](crate::array::Computed::cost).
    pub cost: usize,
}

/// A checked step.
#[derive(Clone)]
pub(super) struct Planned {
    pub work: Work,
    pub arguments: SmallVec<[Argument; ARGUMENTS]>,
    pub target: usize,
}

/// What a step reads.
#[derive(Clone, Copy)]
pub(super) struct Argument {
    pub place: usize,
    /// Bytes from an element to the next, 0 where all are the same: then a part of them serves for all parts of a tile, so that it
    /// stays in the first cache.
    pub apart: usize,
}

/// What a step does with its tile.
#[derive(Clone)]
pub(super) enum Work {
    Cast(Caster),
    Call(Loop),
    /// A power of integers, whose second argument must not be negative.
    Power(Loop, Kind),
    /// Steps of which each goes on with the result of the one before. The step's own argument is the first one of the first.
    Chain(ChainLoop, SmallVec<[PlannedLink; 4]>),
}

/// A step of a chain.
#[derive(Clone, Copy)]
pub(super) struct PlannedLink {
    pub operation: Operation,
    /// Whether the result so far is the second argument.
    pub is_second: bool,
    /// The other argument, where there are two.
    pub other: Option<Argument>,
}

impl Plan {
    /// # Errors
    /// As [`Program::new`](super::program::Program::new).
    pub fn new(
        inputs: &[Input],
        sources: &[Source],
        steps: &[Step],
        result: usize,
        kind: Kind,
    ) -> Result<Plan> {
        const UNWRITTEN: Error =
            Error::Mismatch { rule: "a step of an expression reads what was not written" };
        let size_of = |kind: Kind| kind.size().ok_or(Error::Unsupported { operation: "an expression", kind });
        // The bytes of the elements at each place, and whether they are all the same.
        let mut places: Vec<Option<(usize, bool)>> = Vec::new();
        let mut largest = size_of(kind)?;
        for (input, source) in inputs.iter().zip(sources) {
            largest = largest.max(size_of(input.kind())?).max(source.element_size());
            places.push(Some((size_of(input.kind())?, source.is_constant())));
        }
        let (mut constants, mut planned, mut cost) = (SmallVec::new(), Vec::new(), 0);
        for &step in steps {
            let (work, read, from, target, to) = match step {
                Step::Cast { from, to, source, target } => {
                    let unsupported = Error::Unsupported { operation: "conversion", kind: from };
                    let caster = Caster::between(from, to).ok_or(unsupported)?;
                    let from: SmallVec<[Kind; ARGUMENTS]> = smallvec![from];
                    (Work::Cast(caster), [source; ARGUMENTS], from, target, to)
                }
                Step::Call { operation, kind, sources, target } => {
                    let unsupported = Error::Unsupported { operation: "an expression", kind };
                    let call = operation.loop_over(kind).ok_or(unsupported)?;
                    let is_power = operation == Operation::WholePower && kind.is_signed();
                    let work = if is_power { Work::Power(call, kind) } else { Work::Call(call) };
                    (work, sources, SmallVec::from_slice(call.sources), target, call.target)
                }
            };
            let mut is_constant = true;
            let mut arguments = SmallVec::new();
            for (&place, &kind) in read.iter().zip(&from) {
                let (size, same) = places.get(place).copied().flatten().ok_or(UNWRITTEN)?;
                if size != size_of(kind)? {
                    return Err(Error::Mismatch {
                        rule: "a step of an expression reads elements of another size",
                    });
                }
                arguments.push(Argument { place, apart: if same { 0 } else { size } });
                is_constant &= same;
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
            is_constant &= steps.iter().filter(|step| step.target() == target).count() == 1;
            largest = largest.max(size_of(to)?);
            places[target] = Some((size_of(to)?, is_constant));
            let step = (step, Planned { work, arguments, target });
            if is_constant {
                constants.push(step.1);
            } else {
                cost += step.1.cost();
                planned.push(step);
            }
        }
        let (size, _) = places.get(result).copied().flatten().ok_or(UNWRITTEN)?;
        if size != size_of(kind)? {
            return Err(Error::Mismatch { rule: "the result of an expression has elements of another size" });
        }
        let registers = places.len() - inputs.len();
        let (tile, part) = ((TILE / largest).max(1), (PART / largest).max(1));
        let are_same = sources.iter().map(Source::is_constant).collect();
        let steps = chained(planned, result);
        Ok(Plan { constants, steps, registers, result, tile, part, are_same, cost })
    }
}

impl Plan {
    /// Whether the steps are one chain, whose results are those of the program.
    pub fn is_one_chain(&self) -> bool {
        matches!(self.steps.as_slice(), [Planned { work: Work::Chain(..), target, .. }] if *target == self.result)
    }
}

/// The same steps, where each that goes on with the result of the one before is part of a chain.
fn chained(steps: Vec<(Step, Planned)>, result: usize) -> SmallVec<[Planned; 4]> {
    let mut joined: SmallVec<[Planned; 4]> = SmallVec::new();
    for (at, (step, planned)) in steps.iter().enumerate() {
        let Some((run, operation, kind)) = as_link(*step) else {
            joined.push(planned.clone());
            continue;
        };
        let previous = at.checked_sub(1).map(|at| &steps[at]).filter(|(previous, _)| {
            as_link(*previous).is_some_and(|(_, _, other)| other == kind)
                && !is_read_later(&steps[at + 1..], previous.target(), result)
        });
        let goes_on = previous.and_then(|(_, previous)| link_after(operation, planned, previous.target));
        match (joined.last_mut(), goes_on) {
            (Some(Planned { work: Work::Chain(_, links), target, .. }), Some(link)) => {
                links.push(link);
                *target = planned.target;
            }
            _ => {
                let link =
                    PlannedLink { operation, is_second: false, other: planned.arguments.get(1).copied() };
                let arguments = SmallVec::from_slice(&planned.arguments[..1]);
                joined.push(Planned {
                    work: Work::Chain(run, smallvec![link]),
                    arguments,
                    target: planned.target,
                });
            }
        }
    }
    joined
}

/// The loop, the operation and the kind of a step that can be part of a chain.
fn as_link(step: Step) -> Option<(ChainLoop, Operation, Kind)> {
    match step {
        Step::Call { operation, kind, .. } if is_link(operation) => {
            chain_over(kind).map(|run| (run, operation, kind))
        }
        _ => None,
    }
}

/// The step as one that goes on with what is at a place; none unless it is one argument.
fn link_after(operation: Operation, step: &Planned, place: usize) -> Option<PlannedLink> {
    match step.arguments.as_slice() {
        [a] if a.place == place => Some(PlannedLink { operation, is_second: false, other: None }),
        [a, b] if a.place == place && b.place != place => {
            Some(PlannedLink { operation, is_second: false, other: Some(*b) })
        }
        [a, b] if b.place == place && a.place != place => {
            Some(PlannedLink { operation, is_second: true, other: Some(*a) })
        }
        _ => None,
    }
}

/// Whether what is at a place is read by one of the steps, or as the result, before another overwrites it.
fn is_read_later(steps: &[(Step, Planned)], place: usize, result: usize) -> bool {
    for (_, step) in steps {
        if step.arguments.iter().any(|argument| argument.place == place) {
            return true;
        }
        if step.target == place {
            return false;
        }
    }
    place == result
}

impl Planned {
    /// See [`Computed::cost`](crate::array::Computed::cost).
    fn cost(&self) -> usize {
        match &self.work {
            Work::Call(Loop { target, is_function, .. })
            | Work::Power(Loop { target, is_function, .. }, _) => {
                target.size().unwrap_or(1) * if *is_function { FUNCTION_COST } else { 1 }
            }
            Work::Cast(_) | Work::Chain(..) => 1,
        }
    }
}

const _: () = assert!(TILE <= TILE_BYTES && TILE.is_multiple_of(PART));
