//! The largest or smallest elements of each line.

use super::key::{COMPLEX_NAN, Rule, key_at};
use super::lines::{Group, Lines};
use super::memory::Parts;
use super::radix::Run;
use crate::array::{ArrayMut, ArrayRef, Axes, LoopNest};
use crate::copy::{Sink, Source, assign};
use crate::dtype::Kind;
use crate::exec::{Control, Error, PIECE_BYTES, Result, filled, make_room, with_room};
use crate::loops::{Kernel, Level, RawSlice, dispatch};

/// Elements that are compared with the worst of the best so far before one of them is looked at.
const BLOCK: usize = if cfg!(test) { 64 } else { 1024 };

/// Elements of a block with a better one that are compared together next.
const FEW: usize = 32;

/// Stores the `largest` or smallest elements of each line along an axis, the best first, and their positions; as many as the targets
/// are long.
///
/// Of equal elements the first one is better, and NaN and NaT are worse than all numbers.
///
/// # Errors
/// [`Error::Unsupported`] for opaque elements; [`Error::Mismatch`] where shapes do not fit; [`Error::Memory`];
/// [`Error::Cancelled`].
pub fn topk(
    source: &ArrayRef,
    axis: usize,
    largest: bool,
    values: &ArrayMut,
    positions: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let kind = source.element.kind;
    if kind == Kind::Opaque {
        return Err(Error::Unsupported { operation: "topk", kind });
    }
    let to_values = Lines::new(source, &values.as_ref(), axis)?;
    let to_positions = Lines::new(source, &positions.as_ref(), axis)?;
    if values.shape != positions.shape || values.shape[axis] > source.shape[axis] {
        return Err(Error::Mismatch { rule: "the best elements are at most all of a line" });
    }
    let sink = Sink::new(positions.ptr, positions.element, Kind::I64)?;
    let quiet = Control::new().with_max_threads(1);
    let [len, k] = to_values.lens();
    to_values.for_groups(control, &|group, run| {
        let found = if run.parallel {
            shared(group, source, largest, run)?
        } else {
            alone(group, source, largest, run)?
        };
        for (line, best) in found.iter().enumerate() {
            let [from, to] = group.offsets(line);
            let to_position = to_positions.line(group.first + line);
            for (at, &(_, position)) in (0isize..).zip(best) {
                let from = from.wrapping_add(group.steps[0].wrapping_mul(position as isize));
                // SAFETY: an element of the source.
                let element = unsafe { source.part(from, Axes::new(), Axes::new()) };
                let to = values.ptr.wrapping_offset(to.wrapping_add(group.steps[1].wrapping_mul(at)));
                // SAFETY: a place of the target.
                let place = unsafe { ArrayMut::new(to, values.element, Axes::new(), Axes::new()) };
                assign(&element, &place, &quiet)?;
                let number = position as i64;
                let offset = to_position.wrapping_add(to_positions.steps()[1].wrapping_mul(at));
                // SAFETY: a place of the target.
                unsafe { sink.store((&raw const number).cast(), 1, offset, 0) };
            }
        }
        debug_assert!(found.iter().all(|best| best.len() == k.min(len)));
        Ok(())
    })
}

/// The best of each line of a group, in this thread.
fn alone(group: &Group, source: &ArrayRef, largest: bool, run: Run) -> Result<Vec<Vec<Ranked>>> {
    let [len, k] = group.lens;
    let size = source.element.size;
    let mut own = super::memory::zeros::<u8>(group.lines * len * size)?;
    // SAFETY: the memory is as large as the lines.
    unsafe { group.load(source, source.element.kind, own.as_mut_ptr(), run) }?;
    let mut found = with_room(group.lines)?;
    for line in 0..group.lines {
        let mut best = Best::new(source.element.kind, largest, k);
        // SAFETY: a line in memory that was just filled.
        unsafe { best.take(own.as_ptr().wrapping_add(line * len * size), len, 0) }?;
        found.push(best.finish());
    }
    Ok(found)
}

/// The best of one line, by all threads.
fn shared(group: &Group, source: &ArrayRef, largest: bool, run: Run) -> Result<Vec<Vec<Ranked>>> {
    let [len, k] = group.lens;
    let kind = source.element.kind;
    let [offset, _] = group.offsets(0);
    let nest = LoopNest::single(len, [group.steps[0]]);
    let line = Source::new(source, nest, kind)?.moved(offset);
    // Each piece keeps so many candidates, so it has many more elements.
    let piece = (PIECE_BYTES / source.element.size).max(k.saturating_mul(8));
    let mut found: Vec<Vec<Ranked>> = filled(Vec::new(), len.div_ceil(piece))?;
    let (parts, pieces) = (Parts::of(&mut found), len.div_ceil(piece));
    run.pieces(pieces, len * source.element.size, &|i| {
        let (mut at, end) = (i * piece, len.min((i + 1) * piece));
        let mut reader = line.reader(at);
        let mut best = Best::new(kind, largest, k);
        while at < end {
            run.control.check()?;
            let elements = reader.some_any((end - at).min(PIECE_BYTES));
            // SAFETY: native elements of the kind.
            unsafe { best.take(elements.as_ptr(), elements.len(), at) }?;
            at += elements.len();
            run.control.advance(elements.len());
        }
        // SAFETY: each piece has a place of its own.
        let place = unsafe { parts.slice(i..i + 1) };
        place[0] = best.finish();
        Ok(())
    })?;
    let mut all: Vec<Ranked> = with_room(found.iter().map(Vec::len).sum())?;
    all.extend(found.into_iter().flatten());
    all.sort_unstable();
    all.truncate(k);
    Ok(vec![all])
}

/// The rank of an element, lower for better ones, and its position.
type Ranked = (u128, usize);

/// The best elements so far.
struct Best {
    kind: Kind,
    largest: bool,
    k: usize,
    /// Up to twice as many as asked for, so that they are sorted now and then only.
    found: Vec<Ranked>,
    /// The rank of the worst of `k` elements.
    worst: u128,
    /// The worst of `k` elements itself, where it is a number and not complex.
    bar: Option<[u64; 2]>,
}

impl Best {
    fn new(kind: Kind, largest: bool, k: usize) -> Best {
        Best { kind, largest, k, found: Vec::new(), worst: u128::MAX, bar: None }
    }

    /// # Errors
    /// [`Error::Memory`].
    ///
    /// # Safety
    /// So many native elements of the kind are readable at the address.
    unsafe fn take(&mut self, at: *const u8, len: usize, first: usize) -> Result<()> {
        let size = self.kind.size().unwrap_or(1);
        if self.k == 0 {
            return Ok(());
        }
        let more = len.min(2 * self.k - self.found.len());
        make_room(&mut self.found, more)?;
        for start in (0..len).step_by(BLOCK) {
            let end = len.min(start + BLOCK);
            // SAFETY: elements of the run.
            if unsafe { self.has_none(at.wrapping_add(start * size), end - start) } {
                continue;
            }
            for few in (start..end).step_by(FEW) {
                let (first_of_few, count) = (at.wrapping_add(few * size), FEW.min(end - few));
                // SAFETY: elements of the run.
                if unsafe { self.has_none(first_of_few, count) } {
                    continue;
                }
                for i in few..few + count {
                    // SAFETY: an element of the run.
                    let rank = self.rank(unsafe { key_at(self.kind, at.wrapping_add(i * size)) });
                    self.offer(rank, first + i);
                }
            }
        }
        Ok(())
    }

    /// Whether no element can be among the best.
    ///
    /// # Safety
    /// As for [`Best::take`].
    unsafe fn has_none(&self, at: *const u8, len: usize) -> bool {
        // SAFETY: passed on as it is.
        self.bar.is_some_and(|bar| !unsafe { beyond(self.kind, self.largest, at, len, bar) })
    }

    fn offer(&mut self, rank: u128, position: usize) {
        // Equal elements further on are worse; NaN fill what numbers leave.
        if self.found.len() < self.k || rank < self.worst {
            self.found.push((rank, position));
            if self.found.len() >= 2 * self.k {
                self.settle();
            }
        }
    }

    fn rank(&self, key: u128) -> u128 {
        let nan = if self.kind.is_complex() { COMPLEX_NAN } else { u128::MAX };
        match self.largest {
            _ if key >= nan => u128::MAX,
            true => u128::MAX - 1 - key,
            false => key,
        }
    }

    fn settle(&mut self) {
        self.found.sort_unstable();
        self.found.truncate(self.k);
        let Some(&(worst, _)) = self.found.last() else { return };
        if self.found.len() < self.k || worst == u128::MAX {
            return;
        }
        self.worst = worst;
        let key = if self.largest { u128::MAX - 1 - worst } else { worst };
        let Some(rule) = Rule::of(self.kind) else { return };
        let mut bar = [0u64; 2];
        let to: *mut u8 = bar.as_mut_ptr().cast();
        match self.kind.size() {
            // SAFETY: the memory has room for a number.
            Some(1) => unsafe { to.write(rule.restore_equal(key as u8)) },
            // SAFETY: as above.
            Some(2) => unsafe { to.cast::<u16>().write(rule.restore_equal(key as u16)) },
            // SAFETY: as above.
            Some(4) => unsafe { to.cast::<u32>().write(rule.restore_equal(key as u32)) },
            // SAFETY: as above.
            _ => unsafe { to.cast::<u64>().write(rule.restore_equal(key as u64)) },
        }
        self.bar = Some(bar);
    }

    fn finish(mut self) -> Vec<Ranked> {
        self.settle();
        self.found
    }
}

/// Whether one of the elements is better than `bar`.
///
/// # Safety
/// As for [`Best::take`]; `bar` is an element of the kind.
unsafe fn beyond(kind: Kind, largest: bool, at: *const u8, len: usize, bar: [u64; 2]) -> bool {
    macro_rules! search {
        ($T:ty) => {{
            // SAFETY: the caller vouches for the elements.
            let run = unsafe { RawSlice::<$T>::new(at, len) };
            // SAFETY: the caller vouches for the element.
            let bar = unsafe { bar.as_ptr().cast::<$T>().read() };
            if largest {
                dispatch(Beyond::<$T, true>(run, bar))
            } else {
                dispatch(Beyond::<$T, false>(run, bar))
            }
        }};
    }
    match kind {
        Kind::Bool | Kind::U8 => search!(u8),
        Kind::I8 => search!(i8),
        Kind::I16 => search!(i16),
        Kind::U16 => search!(u16),
        Kind::I32 => search!(i32),
        Kind::U32 => search!(u32),
        Kind::I64 => search!(i64),
        Kind::U64 => search!(u64),
        Kind::F32 => search!(f32),
        Kind::F64 => search!(f64),
        // Of these, each element is looked at.
        Kind::F16 | Kind::Time | Kind::C64 | Kind::C128 | Kind::Opaque => true,
    }
}

struct Beyond<'a, T, const LARGEST: bool>(RawSlice<'a, T>, T);

impl<T: Copy + PartialOrd, const LARGEST: bool> Kernel for Beyond<'_, T, LARGEST> {
    type Output = bool;
    #[inline(always)]
    fn run<L: Level>(self) -> bool {
        let Beyond(run, bar) = self;
        let mut any = false;
        for x in run.iter() {
            any |= if LARGEST { x > bar } else { x < bar };
        }
        any
    }
}
