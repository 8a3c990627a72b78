//! The lines of an array along an axis, in groups that are copied to memory of their own.

use super::radix::Run;
use crate::array::{ArrayMut, ArrayRef, Axis, LoopNest};
use crate::copy::assign;
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, Result, for_pieces, threads};
use smallvec::SmallVec;

/// Lines of at least this many elements are shared by all threads where there are few of them.
const LONG: usize = if cfg!(test) { 400 } else { 1 << 17 };

/// Bytes of the lines of a group, unless one line has more.
const GROUP_BYTES: usize = if cfg!(test) { 1 << 8 } else { 1 << 18 };

/// The lines of two arrays that differ in the length of the axis at most.
pub(super) struct Lines {
    across: LoopNest<2>,
    /// Elements of a line, and the bytes from one to the next.
    lens: [usize; 2],
    steps: [isize; 2],
    size: usize,
}

/// Neighbouring lines.
pub(super) struct Group {
    /// The number of the first line.
    pub first: usize,
    offsets: [isize; 2],
    pub lines: usize,
    strides: [isize; 2],
    pub lens: [usize; 2],
    pub steps: [isize; 2],
}

impl Lines {
    /// # Errors
    /// [`Error::Mismatch`] where the shapes differ elsewhere than at the axis.
    pub fn new(source: &ArrayRef, target: &ArrayRef, axis: usize) -> Result<Lines> {
        let ndim = source.shape.len();
        let others = || (0..ndim).filter(|&other| other != axis);
        if axis >= ndim || target.shape.len() != ndim || others().any(|i| source.shape[i] != target.shape[i])
        {
            return Err(Error::Mismatch { rule: "the result of an order must have the shape of its source" });
        }
        let mut across = LoopNest { axes: SmallVec::new(), start: [0; 2] };
        for other in others().filter(|&other| source.shape[other] != 1) {
            let strides = [source.strides[other], target.strides[other]];
            across.axes.push(Axis { len: source.shape[other], strides });
        }
        across.sort(0);
        across.merge();
        Ok(Lines {
            across,
            lens: [source.shape[axis], target.shape[axis]],
            steps: [source.strides[axis], target.strides[axis]],
            size: source.element.size,
        })
    }

    /// Calls `work` for all lines: for one after the other where a line is work for all threads, else for groups, which the
    /// threads share.
    pub fn for_groups(
        &self,
        control: &Control,
        work: &(dyn Fn(&Group, Run) -> Result<()> + Sync),
    ) -> Result<()> {
        let (lines, len) = (self.across.len(), self.lens[0]);
        if lines == 0 || len == 0 {
            return Ok(());
        }
        if len >= LONG && lines < 2 * threads() {
            let run = Run { control, parallel: true };
            return (0..lines).try_for_each(|line| work(&self.group(line, 1), run));
        }
        let inner = self.across.inner().len;
        let bytes = (len * self.size).max(1);
        let most = (GROUP_BYTES / bytes).max(1).min(inner);
        let tiles = inner.div_ceil(most);
        for_pieces(control, lines / inner * tiles, lines * bytes, |i| {
            let first = i % tiles * most;
            work(
                &self.group(i / tiles * inner + first, most.min(inner - first)),
                Run { control, parallel: false },
            )
        })
    }

    /// Where a line of the target begins.
    pub fn line(&self, line: usize) -> isize {
        self.across.offsets(line)[1]
    }

    pub fn lens(&self) -> [usize; 2] {
        self.lens
    }

    pub fn steps(&self) -> [isize; 2] {
        self.steps
    }

    fn group(&self, first: usize, lines: usize) -> Group {
        let offsets = self.across.offsets(first);
        Group {
            first,
            offsets,
            lines,
            strides: self.across.inner().strides,
            lens: self.lens,
            steps: self.steps,
        }
    }
}

impl Group {
    /// Where a line begins in both arrays.
    pub fn offsets(&self, line: usize) -> [isize; 2] {
        std::array::from_fn(|k| self.offsets[k].wrapping_add(self.strides[k].wrapping_mul(line as isize)))
    }

    /// Copies the lines of the source, one behind the other, as numbers of `kind`.
    ///
    /// # Safety
    /// As many are writable from `to` on.
    pub unsafe fn load(&self, source: &ArrayRef, kind: Kind, to: *mut u8, run: Run) -> Result<()> {
        let shape: [usize; 2] = [self.lines, self.lens[0]];
        let strides = SmallVec::from_slice(&[self.strides[0], self.steps[0]]);
        // SAFETY: lines of the source.
        let from = unsafe { source.part(self.offsets[0], SmallVec::from_slice(&shape), strides) };
        // SAFETY: the caller vouches for the memory.
        let to = unsafe { ArrayMut::contiguous(to, native(kind)?, SmallVec::from_slice(&shape)) };
        run.copy(&from, &to)
    }

    /// Copies lines that are one behind the other to those of the target.
    ///
    /// # Safety
    /// As many numbers of `kind` are readable from `from` on.
    pub unsafe fn store(&self, target: &ArrayMut, kind: Kind, from: *const u8, run: Run) -> Result<()> {
        let shape: [usize; 2] = [self.lines, self.lens[1]];
        // SAFETY: lines of the target.
        let to = unsafe {
            ArrayMut::new(
                target.ptr.wrapping_offset(self.offsets[1]),
                target.element,
                SmallVec::from_slice(&shape),
                SmallVec::from_slice(&[self.strides[1], self.steps[1]]),
            )
        };
        // SAFETY: the caller vouches for the memory.
        let from = unsafe { ArrayRef::contiguous(from, native(kind)?, SmallVec::from_slice(&shape)) };
        run.copy(&from, &to)
    }
}

impl Run<'_> {
    /// Copies elements and counts them as done.
    fn copy(self, from: &ArrayRef, to: &ArrayMut) -> Result<()> {
        if self.parallel {
            return assign(from, to, self.control);
        }
        // Work of a task that shares out work of its own would wait for a turn while it has one.
        assign(from, to, &Control::new().with_max_threads(1))?;
        self.control.advance(from.len());
        Ok(())
    }
}

fn native(kind: Kind) -> Result<Element> {
    Element::native(kind).ok_or(Error::Unsupported { operation: "an order", kind })
}
