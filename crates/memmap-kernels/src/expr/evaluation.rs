//! The evaluation of a program by one thread, tile by tile.

use std::ptr;
use std::sync::atomic::Ordering;

use smallvec::SmallVec;

use super::chain::{BLOCK, Link, Run, Store};
use super::function::ARGUMENTS;
use super::input::{Feed, FeedReader};
use super::plan::{Argument, PART, Plan, Planned, PlannedLink, Work};
use super::program::Program;
use crate::array::ComputedReader;
use crate::copy::{Buffer, TILE_BYTES};
use crate::dtype::Kind;
use crate::loops::{RawSlice, Stream, prefetch_lines};

/// Bytes that are prefetched before what is read: a page, because processors prefetch by themselves to the end of one.
const AHEAD: usize = 4 << 10;

/// The state of a thread that evaluates a program.
pub(super) struct Evaluation<'p> {
    program: &'p Program,
    /// Not inline, because readers are large and are moved.
    readers: Vec<FeedReader<'p>>,
    registers: SmallVec<[Buffer; 4]>,
    /// Elements of a tile.
    tile: usize,
    position: usize,
    total: usize,
    /// Whether the steps that are the same for all elements are done.
    are_constants_done: bool,
}

impl<'p> Evaluation<'p> {
    pub fn new(program: &'p Program) -> Evaluation<'p> {
        let readers = program.feeds.iter().map(Feed::reader).collect();
        let registers = (0..program.plan.registers).map(|_| Buffer::new()).collect();
        let are_constants_done = program.plan.constants.is_empty();
        let total = program.shape.iter().product();
        // One chain over what is read in place needs no tiles.
        let is_in_place = program.feeds.iter().all(|feed| feed.is_one_run() || feed.is_constant());
        let tile = if program.plan.is_one_chain() && is_in_place { usize::MAX } else { program.plan.tile };
        Evaluation { program, readers, registers, tile, position: 0, total, are_constants_done }
    }

    /// Evaluates the next `len` elements, no more than a tile, which are then in `target`.
    ///
    /// # Safety
    /// As many elements are writable from `target` on.
    unsafe fn tile(&mut self, len: usize, target: *mut u8, stream: Option<&Stream>) {
        let program = self.program;
        let Plan { constants, steps, result, part, are_same, .. } = &program.plan;
        let size = program.kind.size().unwrap_or(0);
        let registers: SmallVec<[*mut u8; 4]> = self.registers.iter_mut().map(Buffer::as_mut_ptr).collect();
        if !self.are_constants_done {
            self.are_constants_done = true;
            let inputs = self.constant_inputs(*part);
            for step in constants {
                let mut call = Call::new(step, &inputs, &registers);
                // SAFETY: the step reads elements of the sizes that its places have, a part each, and writes another register.
                unsafe { call.take(*part, Store::Cached(&[]), program) };
            }
        }
        let inputs = self.inputs(len, *part);
        let is_last = self.position + len >= self.total;
        let ahead = if is_last { Ahead::new() } else { ahead_of(&program.feeds, &inputs) };
        let mut calls: SmallVec<[Call<'_>; 2]> =
            steps.iter().map(|step| Call::new(step, &inputs, &registers)).collect();
        let mut from = match result.checked_sub(inputs.len()) {
            None => Cursor::new(inputs[*result], if are_same[*result] { 0 } else { size }),
            Some(register) => Cursor::register(registers[register], size),
        };
        // The last step stores to the target. Past the cache only chains store by themselves; other results are copied from a register.
        let is_direct = steps.last().is_some_and(|step| {
            step.target == *result && (stream.is_none() || matches!(step.work, Work::Chain(..)))
        });
        if let (true, Some(call)) = (is_direct, calls.last_mut()) {
            call.target = Cursor::new(target, size);
        }
        // All steps over one part, so that registers stay in the first cache. One chain has no registers between its steps.
        let part = if program.plan.is_one_chain() { len } else { *part };
        for start in (0..len).step_by(part) {
            let here = part.min(len - start);
            let ahead: Ahead = ahead.iter().map(|run| run.from(start)).collect();
            let store = match stream {
                Some(stream) => Store::Streamed(stream, &ahead),
                None => Store::Cached(&ahead),
            };
            let last = if is_direct { calls.len() } else { usize::MAX };
            for (number, call) in calls.iter_mut().enumerate() {
                let store = if number + 1 == last { store } else { Store::Cached(&[]) };
                // SAFETY: the step reads elements of the sizes that its places have, and writes another register or the caller's
                // target, which holds as many elements of the result.
                unsafe { call.take(here, store, program) };
            }
            if !is_direct {
                prefetch(&ahead, here);
                let target = target.wrapping_add(start * size);
                let from = from.next(here).first;
                match stream {
                    // SAFETY: the place of the result holds as many elements; the caller vouches for the target.
                    Some(stream) if from.cast_mut() != target => unsafe {
                        stream.copy(from, target, here * size)
                    },
                    // SAFETY: as above. An input that is read in place may be the target itself.
                    _ => unsafe { ptr::copy(from, target, here * size) },
                }
            }
        }
    }

    /// The addresses of a part of each input whose elements are all the same.
    fn constant_inputs(&mut self, part: usize) -> SmallVec<[*const u8; 4]> {
        let are_same = &self.program.plan.are_same;
        let next = |(reader, &is_same): (&mut FeedReader<'_>, &bool)| {
            if is_same { reader.next_bytes(part) } else { ptr::null() }
        };
        self.readers.iter_mut().zip(are_same).map(next).collect()
    }

    /// The addresses of the next `len` elements of each input; of those that are all the same no more than `part`.
    fn inputs(&mut self, len: usize, part: usize) -> SmallVec<[*const u8; 4]> {
        let are_same = &self.program.plan.are_same;
        let next = |(reader, &is_same): (&mut FeedReader<'_>, &bool)| {
            reader.next_bytes(if is_same { len.min(part) } else { len })
        };
        self.readers.iter_mut().zip(are_same).map(next).collect()
    }
}

/// The runs that are prefetched while others are read.
type Ahead = SmallVec<[Run; 4]>;

/// What follows in the inputs that are read in place.
fn ahead_of(feeds: &[Feed], inputs: &[*const u8]) -> Ahead {
    let next = |(feed, &first): (&Feed, &*const u8)| {
        let run = Run { first: first.wrapping_add(AHEAD), apart: feed.element_bytes() };
        feed.is_one_run().then_some(run)
    };
    feeds.iter().zip(inputs).filter_map(next).collect()
}

/// Prefetches as many elements of each run.
fn prefetch(ahead: &[Run], len: usize) {
    ahead.iter().for_each(|run| prefetch_lines(run.first, len * run.apart));
}

/// The place behind the part of a register where a chain saves a block of results.
fn block_of(register: *mut u8) -> *mut u8 {
    register.wrapping_add(TILE_BYTES / 2)
}

const _: () = assert!(PART <= TILE_BYTES / 2 && BLOCK <= TILE_BYTES / 2);

/// What is read or written, part by part.
#[derive(Clone, Copy)]
struct Cursor {
    run: Run,
    /// Whether the next part follows this one; else it takes its place.
    moves: bool,
}

impl Cursor {
    fn new(first: *const u8, apart: usize) -> Cursor {
        Cursor { run: Run { first, apart }, moves: true }
    }

    /// The second argument of a step that has one.
    const NONE: Cursor = Cursor { run: Run { first: ptr::null(), apart: 0 }, moves: false };

    fn register(first: *const u8, apart: usize) -> Cursor {
        Cursor { run: Run { first, apart }, moves: false }
    }

    /// The run of this part, of `len` elements.
    #[inline(always)]
    fn next(&mut self, len: usize) -> Run {
        let run = self.run;
        if self.moves {
            self.run = run.from(len);
        }
        run
    }
}

/// A step over the parts of a tile, one after the other.
struct Call<'p> {
    step: &'p Planned,
    arguments: SmallVec<[Cursor; ARGUMENTS]>,
    /// What the links of a chain read and write.
    links: SmallVec<[LinkCursors; 4]>,
    target: Cursor,
}

/// What a link reads and writes.
struct LinkCursors {
    start: Option<Cursor>,
    other: Cursor,
    saved: Option<*mut u8>,
}

impl<'p> Call<'p> {
    fn new(step: &'p Planned, inputs: &[*const u8], registers: &[*mut u8]) -> Call<'p> {
        let cursor = |&Argument { place, apart, is_local }: &Argument| match place.checked_sub(inputs.len()) {
            None => Cursor::new(inputs[place], apart),
            Some(register) if is_local => Cursor::register(block_of(registers[register]), 0),
            Some(register) => Cursor::register(registers[register], apart),
        };
        let arguments = step.arguments.iter().map(cursor).collect();
        let links = match &step.work {
            Work::Chain(_, links) => {
                let cursors = |link: &PlannedLink| LinkCursors {
                    start: link.start.as_ref().map(cursor),
                    other: link.other.as_ref().map_or(Cursor::NONE, cursor),
                    saved: link.saved.map(|place| block_of(registers[place - inputs.len()])),
                };
                links.iter().map(cursors).collect()
            }
            _ => SmallVec::new(),
        };
        let target = Cursor::register(registers[step.target - inputs.len()], 0);
        Call { step, arguments, links, target }
    }

    /// Takes the step over the next part, of `len` elements.
    ///
    /// # Safety
    /// As [`Loop::run`](super::function::Loop::run).
    unsafe fn take(&mut self, len: usize, store: Store<'_>, program: &Program) {
        let target = self.target.next(len).first.cast_mut();
        let mut from = [ptr::null(); ARGUMENTS];
        for (from, cursor) in from.iter_mut().zip(&mut self.arguments) {
            *from = cursor.next(len).first;
        }
        match &self.step.work {
            // SAFETY: passed on as it is.
            Work::Cast(caster) => unsafe { caster.run(from[0], target, len) },
            // SAFETY: passed on as it is.
            Work::Call(call) => unsafe { (call.run)(from, target, len) },
            Work::Power(call, kind) => {
                // SAFETY: the second argument, of this kind.
                if unsafe { has_negative(from[1], len, *kind) } {
                    program.refused.store(true, Ordering::Relaxed);
                }
                // SAFETY: passed on as it is.
                unsafe { (call.run)(from, target, len) };
            }
            Work::Chain(run, links) => {
                let link = |(link, cursors): (&PlannedLink, &mut LinkCursors)| Link {
                    operation: link.operation,
                    start: cursors.start.as_mut().map(|start| start.next(len)),
                    is_second: link.is_second,
                    other: cursors.other.next(len),
                    saved: cursors.saved,
                };
                let links: SmallVec<[Link; 4]> = links.iter().zip(&mut self.links).map(link).collect();
                // SAFETY: passed on as it is. The chain prefetches by itself.
                return unsafe { run(&links, target, len, store) };
            }
        }
        let (Store::Cached(ahead) | Store::Streamed(_, ahead)) = store;
        prefetch(ahead, len);
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
        let tile = if step == 1 { self.tile } else { 1 };
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
