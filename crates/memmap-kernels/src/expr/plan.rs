//! The steps of a program, checked and brought into the form in which they are taken.

use smallvec::{SmallVec, smallvec};

use super::chain::{ChainLoop, chain_over, is_link};
use super::function::{ARGUMENTS, Loop};
use super::input::{Feed, Input};
use super::program::Step;
use super::table::Operation;
use crate::copy::{Caster, TILE_BYTES};
use crate::dtype::Kind;
use crate::exec::{Error, Result};

/// Bytes of the elements that inputs are read of at a time.
const TILE: usize = if cfg!(test) { 1 << 8 } else { 8 << 10 };

/// Bytes of the elements that steps are taken over at a time: so much of many registers fits the first cache.
pub(super) const PART: usize = if cfg!(test) { 1 << 6 } else { 2 << 10 };

/// The most steps of a chain, so that plans of thousands of steps take no time.
const MOST_LINKS: usize = 16;

/// How many times as long a mathematical function takes as a sum.
const FUNCTION_COST: usize = 12;

/// The steps of a program.
#[derive(Clone)]
pub(super) struct Plan {
    /// Those whose results are the same for all elements.
    pub constants: Vec<Planned>,
    /// The others.
    pub steps: SmallVec<[Planned; 1]>,
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
    /// Whether an earlier step of the same chain saved it, a block at a time.
    pub is_local: bool,
}

/// What a step does with its tile.
#[derive(Clone)]
pub(super) enum Work {
    Cast(Caster),
    Call(Loop),
    /// A power of integers, whose second argument must not be negative.
    Power(Loop, Kind),
    /// Steps of arithmetic, taken over a few lines at a time.
    Chain(ChainLoop, Box<[PlannedLink]>),
}

/// A step of a chain.
#[derive(Clone, Copy)]
pub(super) struct PlannedLink {
    pub operation: Operation,
    /// The first argument, unless the step goes on with the result of the one before.
    pub start: Option<Argument>,
    /// Whether the result of the one before is the second argument.
    pub is_second: bool,
    /// The other argument, where there are two.
    pub other: Option<Argument>,
    /// The register of the result, where a later step of the chain reads it.
    pub saved: Option<usize>,
}

impl Plan {
    /// # Errors
    /// As [`Program::new`](super::program::Program::new).
    pub fn new(inputs: &[Input], feeds: &[Feed], steps: &[Step], result: usize, kind: Kind) -> Result<Plan> {
        const UNWRITTEN: Error =
            Error::Mismatch { rule: "a step of an expression reads what was not written" };
        let size_of = |kind: Kind| kind.size().ok_or(Error::Unsupported { operation: "an expression", kind });
        // The bytes of the elements at each place, and whether they are all the same.
        let mut places: SmallVec<[Option<(usize, bool)>; 8]> = SmallVec::new();
        let mut largest = size_of(kind)?;
        for (input, feed) in inputs.iter().zip(feeds) {
            largest = largest.max(size_of(input.kind())?).max(feed.element_size());
            places.push(Some((size_of(input.kind())?, feed.is_constant())));
        }
        let (mut constants, mut cost) = (Vec::new(), 0);
        let mut planned: SmallVec<[(Step, Planned); 4]> = SmallVec::new();
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
                arguments.push(Argument { place, apart: if same { 0 } else { size }, is_local: false });
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
            let taken = Planned { work, arguments, target };
            if is_constant {
                constants.push(taken);
            } else {
                cost += taken.cost();
                planned.push((step, taken));
            }
        }
        let (size, _) = places.get(result).copied().flatten().ok_or(UNWRITTEN)?;
        if size != size_of(kind)? {
            return Err(Error::Mismatch { rule: "the result of an expression has elements of another size" });
        }
        let registers = places.len() - inputs.len();
        let (tile, part) = ((TILE / largest).max(1), (PART / largest).max(1));
        let are_same = feeds.iter().map(Feed::is_constant).collect();
        let steps = chained(&planned, result);
        Ok(Plan { constants, steps, registers, result, tile, part, are_same, cost })
    }

    /// Whether the steps are one chain, whose results are those of the program.
    pub fn is_one_chain(&self) -> bool {
        matches!(self.steps.as_slice(), [Planned { work: Work::Chain(..), target, .. }] if *target == self.result)
    }
}

/// The same steps, where those of arithmetic that follow one another are chains.
fn chained(steps: &[(Step, Planned)], result: usize) -> SmallVec<[Planned; 1]> {
    let mut joined = SmallVec::new();
    let mut rest = steps;
    while let [(step, planned), ..] = rest {
        let Some((run, kind)) = as_link(*step) else {
            joined.push(planned.clone());
            rest = &rest[1..];
            continue;
        };
        let is_link = |(step, _): &&(Step, Planned)| as_link(*step).is_some_and(|(_, other)| other == kind);
        let most = rest.iter().take(MOST_LINKS).take_while(is_link).count();
        let end = (1..=most).rev().find(|&end| is_closed(rest, end, result)).unwrap_or(1);
        let links = (0..end).filter_map(|at| link(&rest[..end], at)).collect();
        let target = rest[end - 1].1.target;
        joined.push(Planned { work: Work::Chain(run, links), arguments: SmallVec::new(), target });
        rest = &rest[end..];
    }
    joined
}

/// Whether only the last one of the first `end` steps leaves a result for others.
fn is_closed(steps: &[(Step, Planned)], end: usize, result: usize) -> bool {
    (0..end - 1).all(|at| {
        let place = steps[at].1.target;
        let is_overwritten = steps[at + 1..end].iter().any(|(_, step)| step.target == place);
        is_overwritten || !is_read_later(&steps[end..], place, result)
    })
}

/// The loop and the kind of a step that can be part of a chain.
fn as_link(step: Step) -> Option<(ChainLoop, Kind)> {
    match step {
        Step::Call { operation, kind, .. } if is_link(operation) => chain_over(kind).map(|run| (run, kind)),
        _ => None,
    }
}

/// The step with a number among those of a chain.
fn link(steps: &[(Step, Planned)], at: usize) -> Option<PlannedLink> {
    let (Step::Call { operation, .. }, Planned { arguments, target, .. }) = &steps[at] else { return None };
    let before = at.checked_sub(1).map(|before| steps[before].1.target);
    let local = |argument: Argument| {
        let is_local = steps[..at].iter().any(|(_, step)| step.target == argument.place);
        Argument { is_local, ..argument }
    };
    let first = arguments[0];
    let second = arguments.get(1).copied();
    let is_second = before != Some(first.place) && second.is_some_and(|second| before == Some(second.place));
    let (start, other) = if is_second {
        (None, Some(first))
    } else if before == Some(first.place) {
        (None, second)
    } else {
        (Some(first), second)
    };
    let is_read = is_read_again(&steps[at + 1..], *target);
    Some(PlannedLink {
        operation: *operation,
        start: start.map(local),
        is_second,
        other: other.map(local),
        saved: is_read.then_some(*target),
    })
}

/// Whether the steps of a chain read what is at a place, written just before them, other than by going on with it.
fn is_read_again(steps: &[(Step, Planned)], place: usize) -> bool {
    for (at, (_, step)) in steps.iter().enumerate() {
        let reads = step.arguments.iter().filter(|argument| argument.place == place).count();
        if reads > usize::from(at == 0) {
            return true;
        }
        if step.target == place {
            return false;
        }
    }
    false
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
