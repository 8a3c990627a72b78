//! Several arrays as one, one behind the other along an axis.

use std::fmt;
use std::sync::Arc;

use super::program::{Copied, apart, array_of, permuted};
use crate::array::{ArrayMut, ArrayRef, Axes, Computed, ComputedReader, LoopNest};
use crate::copy::{Reader, Source, check_kinds};
use crate::dtype::Element;
use crate::exec::{Control, Error, Result};
use crate::loops::Stream;

/// Arrays that are joined along an axis: NumPy's `concatenate`.
pub struct Joined {
    parts: Vec<Part>,
    sources: Vec<Source>,
    axis: usize,
    /// Where each part begins along the axis, and where the last one ends.
    starts: Vec<usize>,
    element: Element,
    shape: Axes<usize>,
    /// Elements from one entry of the axis to the next.
    inner: usize,
}

/// A part, and the memory of a copy of it.
#[derive(Clone, Debug)]
struct Part {
    array: ArrayRef,
    _memory: Option<Arc<Vec<u8>>>,
}

impl fmt::Debug for Joined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joined").field("parts", &self.parts).field("axis", &self.axis).finish_non_exhaustive()
    }
}

impl Joined {
    /// The arrays, converted to native elements of a kind, as one. Opaque elements are of one size.
    ///
    /// # Errors
    /// [`Error::Mismatch`] for shapes that differ along another axis, or an axis that is none; [`Error::Unsupported`] without a conversion.
    pub fn new(parts: Vec<ArrayRef>, axis: usize, element: Element) -> Result<Joined> {
        let parts = parts.into_iter().map(|array| Part { array, _memory: None }).collect();
        Joined::of(parts, axis, element)
    }

    fn of(parts: Vec<Part>, axis: usize, element: Element) -> Result<Joined> {
        let mismatch =
            Error::Mismatch { rule: "joined arrays must have the same lengths along all other axes" };
        let mut shape = parts.first().map(|part| part.array.shape.clone()).ok_or(mismatch.clone())?;
        let mut starts = vec![0];
        for Part { array, .. } in &parts {
            let fits = array.shape.len() == shape.len() && axis < shape.len();
            let same = |at: usize| at == axis || array.shape[at] == shape[at];
            check_kinds(&array.element, &element)?;
            if !fits || !(0..shape.len()).all(same) {
                return Err(mismatch);
            }
            starts.push(starts[starts.len() - 1] + array.shape[axis]);
        }
        shape[axis] = starts[parts.len()];
        let source = |part: &Part| {
            let nest = LoopNest::in_order(&part.array.shape, [&part.array.strides]);
            Source::new(&part.array, nest, element.kind)
        };
        let sources = parts.iter().map(source).collect::<Result<Vec<Source>>>()?;
        let inner = shape[axis + 1..].iter().product();
        Ok(Joined { parts, sources, axis, starts, element, shape, inner })
    }

    /// The array of all elements.
    pub fn into_array(self) -> ArrayRef {
        let (shape, element) = (self.shape.clone(), self.element);
        array_of(Arc::new(self), element, shape)
    }

    /// The part with an element, the element's position in it, and how many follow it there without a gap.
    fn locate(&self, position: usize) -> (usize, usize, usize) {
        let (row, within) = (
            position / (self.shape[self.axis] * self.inner),
            position % (self.shape[self.axis] * self.inner),
        );
        // Parts without an entry begin where the next one does.
        let part = self.starts.partition_point(|&start| start * self.inner <= within) - 1;
        let len = (self.starts[part + 1] - self.starts[part]) * self.inner;
        let at = within - self.starts[part] * self.inner;
        (part, row * len + at, len - at)
    }
}

impl Computed for Joined {
    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn reader(&self) -> Box<dyn ComputedReader + '_> {
        let mut readers = Vec::new();
        readers.resize_with(self.sources.len(), || None);
        Box::new(Parts { joined: self, readers })
    }

    fn permuted(&self, axes: &[usize]) -> Arc<dyn Computed> {
        let parts = self
            .parts
            .iter()
            .map(|Part { array, _memory }| Part { array: permuted(array, axes), _memory: _memory.clone() });
        let axis = axes.iter().position(|&axis| axis == self.axis).unwrap_or(0);
        match Joined::of(parts.collect(), axis, self.element) {
            Ok(joined) => Arc::new(joined),
            Err(_) => unreachable!("parts fit each other in any order of their axes"),
        }
    }

    fn apart_from(
        &self,
        target: &ArrayMut,
        _same_order: bool,
        control: &Control,
    ) -> Result<Option<Arc<dyn Computed>>> {
        let mut copies = false;
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let copy = apart(&part.array, target, false, control)?;
            copies |= copy.is_some();
            parts.push(match copy {
                Some(Copied { array, memory }) => Part { array, _memory: memory },
                None => part.clone(),
            });
        }
        Ok(if copies { Some(Arc::new(Joined::of(parts, self.axis, self.element)?)) } else { None })
    }

    fn parts(&self) -> Vec<ArrayRef> {
        if self.axis > 0 {
            return Vec::new();
        }
        self.parts.iter().map(|part| part.array.clone()).collect()
    }

    fn cost(&self) -> usize {
        2 * self.element.size
    }

    fn check(&self) -> Result<()> {
        self.parts.iter().filter_map(|part| part.array.computed.as_ref()).try_for_each(|one| one.check())
    }

    fn populate(&self, mut first: usize, len: usize, control: &Control) {
        /// Shorter runs are left to the faults of their pages.
        const FEW: usize = 1 << 12;
        let end = first + len;
        while first < end {
            let (part, at, follow) = self.locate(first);
            let count = follow.min(end - first);
            if count < FEW && count < end - first {
                return;
            }
            self.sources[part].populate(at, count, control);
            first += count;
        }
    }
}

/// The readers of the parts, each from the first use on, and the position of each.
struct Parts<'j> {
    joined: &'j Joined,
    readers: Vec<Option<Box<(Reader<'j>, usize)>>>,
}

impl ComputedReader for Parts<'_> {
    unsafe fn read(&mut self, first: usize, step: isize, len: usize, target: *mut u8, past_cache: bool) {
        let stream = past_cache.then(Stream::new);
        let joined = self.joined;
        let size = joined.element.size;
        let mut done = 0;
        while done < len {
            let position = first.wrapping_add_signed(step.wrapping_mul(done as isize));
            let (part, at, follow) = joined.locate(position);
            let source = &joined.sources[part];
            let count = if step == 1 { follow.min(len - done).min(source.tile_len()) } else { 1 };
            let entry = self.readers[part].get_or_insert_with(|| Box::new((source.reader(at), at)));
            let (reader, next) = &mut **entry;
            if *next != at {
                reader.seek(at);
            }
            *next = at + count;
            let from = reader.next_bytes(count);
            let to = target.wrapping_add(done * size);
            match &stream {
                // SAFETY: the reader returns as many elements of the kind; the caller vouches for the target, which does not overlap
                // them unless it is what is read.
                Some(stream) if from.cast_mut() != to => unsafe { stream.copy(from, to, count * size) },
                // SAFETY: as above.
                _ => unsafe { std::ptr::copy(from, to, count * size) },
            }
            done += count;
        }
    }
}
