//! Arrays as the kernels see them: a pointer, an element, a shape and byte strides.

use std::ptr;
use std::sync::Arc;

use smallvec::{SmallVec, smallvec};

use super::computed::Computed;
use crate::dtype::Element;

/// A number for each axis. Up to four need no allocation, which would take longer than a call on a few elements.
pub type Axes<T> = SmallVec<[T; 4]>;

/// An array to read from.
///
/// The memory may be written by others at the same time (JavaScript, other processes): values read may then be
/// old, new or torn, never undefined behaviour, for every bit pattern is a valid element.
#[derive(Debug)]
pub struct ArrayRef {
    pub(crate) ptr: *const u8,
    pub(crate) element: Element,
    pub(crate) shape: Axes<usize>,
    pub(crate) strides: Axes<isize>,
    /// The source of the elements, if there is no memory at `ptr`.
    pub(crate) computed: Option<Arc<dyn Computed>>,
}

/// An array to write to. Writing needs no exclusive access: see [`ArrayRef`].
#[derive(Clone, Debug)]
pub struct ArrayMut {
    pub(crate) ptr: *mut u8,
    pub(crate) element: Element,
    pub(crate) shape: Axes<usize>,
    pub(crate) strides: Axes<isize>,
}

impl Clone for ArrayRef {
    fn clone(&self) -> ArrayRef {
        ArrayRef {
            ptr: self.ptr,
            element: self.element,
            // As a whole, not number by number as `SmallVec` does it.
            shape: SmallVec::from_slice(&self.shape),
            strides: SmallVec::from_slice(&self.strides),
            computed: self.computed.clone(),
        }
    }
}

// SAFETY: the constructor's contract keeps the memory readable on every thread while the array is used.
unsafe impl Send for ArrayRef {}
// SAFETY: as above; all reads are by value, so sharing hands out no reference into the memory.
unsafe impl Sync for ArrayRef {}
// SAFETY: the constructor's contract keeps the memory writable on every thread while the array is used.
unsafe impl Send for ArrayMut {}
// SAFETY: as above; all accesses are by value, through raw pointers.
unsafe impl Sync for ArrayMut {}

impl ArrayRef {
    /// An array over memory that something else owns.
    ///
    /// `strides` are in bytes and may be zero or negative; `ptr` is the element with index zero everywhere.
    ///
    /// # Panics
    /// When `shape` and `strides` differ in length, or the element's size is not its kind's.
    ///
    /// # Safety
    /// Every element that the shape and the strides reach is in memory that stays readable, from any thread,
    /// while this value (or a clone of it) is used. No alignment is asked for.
    pub unsafe fn new(
        ptr: *const u8,
        element: Element,
        shape: impl Into<Axes<usize>>,
        strides: impl Into<Axes<isize>>,
    ) -> ArrayRef {
        let (shape, strides) = (shape.into(), strides.into());
        check(&element, &shape, &strides);
        ArrayRef { ptr, element, shape, strides, computed: None }
    }

    /// An array of elements that are computed when they are read: a view that begins `offset` bytes behind the first of them.
    ///
    /// # Panics
    /// As [`ArrayRef::new`].
    ///
    /// # Safety
    /// Every element that the offset, the shape and the strides reach is one of the computed array, whose native elements are
    /// `element.size` bytes.
    pub unsafe fn computed(
        computed: Arc<dyn Computed>,
        element: Element,
        offset: usize,
        shape: impl Into<Axes<usize>>,
        strides: impl Into<Axes<isize>>,
    ) -> ArrayRef {
        let (shape, strides) = (shape.into(), strides.into());
        check(&element, &shape, &strides);
        ArrayRef { ptr: ptr::without_provenance(offset), element, shape, strides, computed: Some(computed) }
    }

    /// A C-contiguous array over memory that something else owns.
    ///
    /// # Safety
    /// As for [`ArrayRef::new`].
    pub unsafe fn contiguous(ptr: *const u8, element: Element, shape: impl Into<Axes<usize>>) -> ArrayRef {
        let shape = shape.into();
        let strides = c_strides(&shape, element.size);
        // SAFETY: the caller vouches for the memory that these strides reach.
        unsafe { ArrayRef::new(ptr, element, shape, strides) }
    }

    /// The source that computes the elements; `None` for an array in memory.
    pub fn into_computed(self) -> Option<Arc<dyn Computed>> {
        self.computed
    }

    /// The element type.
    pub fn element(&self) -> Element {
        self.element
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the array has no element.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The same elements with the first one `offset` bytes further on, and another shape.
    ///
    /// # Safety
    /// Every element that the offset, the shape and the strides reach is one of this array.
    pub(crate) unsafe fn part(&self, offset: isize, shape: Axes<usize>, strides: Axes<isize>) -> ArrayRef {
        let (ptr, computed) = (self.ptr.wrapping_offset(offset), self.computed.clone());
        ArrayRef { ptr, element: self.element, shape, strides, computed }
    }

    /// The source that computes the elements, if the array has all of them in its shape; `None` for views.
    pub(crate) fn whole(&self) -> Option<&Arc<dyn Computed>> {
        let is_whole = |one: &Arc<dyn Computed>| self.shape[..] == *one.shape() && self.is_c_contiguous();
        self.computed.as_ref().filter(|one| self.ptr.is_null() && is_whole(one))
    }

    /// Whether the elements are contiguous in C order.
    pub(crate) fn is_c_contiguous(&self) -> bool {
        contiguous(&self.shape, &self.strides, self.element.size)
    }
}

impl ArrayMut {
    /// An array over memory that something else owns; as [`ArrayRef::new`].
    ///
    /// # Panics
    /// As [`ArrayRef::new`].
    ///
    /// # Safety
    /// As for [`ArrayRef::new`], and the memory is writable.
    pub unsafe fn new(
        ptr: *mut u8,
        element: Element,
        shape: impl Into<Axes<usize>>,
        strides: impl Into<Axes<isize>>,
    ) -> ArrayMut {
        let (shape, strides) = (shape.into(), strides.into());
        check(&element, &shape, &strides);
        ArrayMut { ptr, element, shape, strides }
    }

    /// A C-contiguous array over memory that something else owns.
    ///
    /// # Safety
    /// As for [`ArrayMut::new`].
    pub unsafe fn contiguous(ptr: *mut u8, element: Element, shape: impl Into<Axes<usize>>) -> ArrayMut {
        let shape = shape.into();
        let strides = c_strides(&shape, element.size);
        // SAFETY: the caller vouches for the memory that these strides reach.
        unsafe { ArrayMut::new(ptr, element, shape, strides) }
    }

    /// The same array, to read from.
    pub fn as_ref(&self) -> ArrayRef {
        ArrayRef {
            ptr: self.ptr,
            element: self.element,
            shape: SmallVec::from_slice(&self.shape),
            strides: SmallVec::from_slice(&self.strides),
            computed: None,
        }
    }

    /// The element type.
    pub fn element(&self) -> Element {
        self.element
    }

    /// The shape.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the array has no element.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }
}

/// The byte strides of a C-contiguous array.
pub fn c_strides(shape: &[usize], size: usize) -> Axes<isize> {
    let mut strides: Axes<isize> = smallvec![0; shape.len()];
    let mut step = size as isize;
    for (stride, &len) in strides.iter_mut().zip(shape).rev() {
        *stride = step;
        step = step.wrapping_mul(len.max(1) as isize);
    }
    strides
}

fn check(element: &Element, shape: &[usize], strides: &[isize]) {
    assert!(shape.len() == strides.len(), "an array needs one stride for each axis of its shape");
    assert!(element.is_consistent(), "the size of an element must be its kind's");
}

fn contiguous(shape: &[usize], strides: &[isize], size: usize) -> bool {
    let mut step = size as isize;
    for (&len, &stride) in shape.iter().zip(strides).rev() {
        if len != 1 {
            if stride != step {
                return false;
            }
            step = step.wrapping_mul(len as isize);
        }
    }
    true
}

/// A pointer that crosses threads; the array that it comes from vouches for the memory.
#[derive(Clone, Copy)]
pub(crate) struct Shared(pub *const u8);

/// As [`Shared`], to write.
#[derive(Clone, Copy)]
pub(crate) struct SharedMut(pub *mut u8);

// SAFETY: only created from arrays, whose memory is readable on every thread by contract.
unsafe impl Send for Shared {}
// SAFETY: as above; a pointer by itself grants no access.
unsafe impl Sync for Shared {}
// SAFETY: only created from arrays, whose memory is writable on every thread by contract.
unsafe impl Send for SharedMut {}
// SAFETY: as above; a pointer by itself grants no access.
unsafe impl Sync for SharedMut {}

impl Shared {
    /// The pointer `bytes` further on.
    #[inline(always)]
    pub fn at(self, bytes: isize) -> *const u8 {
        self.0.wrapping_offset(bytes)
    }
}

impl SharedMut {
    /// The pointer `bytes` further on.
    #[inline(always)]
    pub fn at(self, bytes: isize) -> *mut u8 {
        self.0.wrapping_offset(bytes)
    }
}
