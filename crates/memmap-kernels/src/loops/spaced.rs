//! Elements at equal distances, which are packed a part at a time, just before a loop reads them.

use super::raw_slice::{RawSlice, RawSliceMut, fill_with};
use crate::dtype::{Kind, Native};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// Elements to read in parts, each of them packed.
pub(crate) trait Elements<T: Copy>: Copy {
    fn len(&self) -> usize;

    /// The elements before and from `middle` on.
    fn split_at(self, middle: usize) -> (Self, Self);

    /// All elements, one behind the other: where they are, or in `room`, which has room for them.
    fn packed<'r>(self, room: &'r mut [MaybeUninit<T>]) -> RawSlice<'r, T>
    where
        Self: 'r;
}

impl<T: Copy> Elements<T> for RawSlice<'_, T> {
    #[inline(always)]
    fn len(&self) -> usize {
        RawSlice::len(self)
    }

    #[inline(always)]
    fn split_at(self, middle: usize) -> (Self, Self) {
        RawSlice::split_at(self, middle)
    }

    #[inline(always)]
    fn packed<'r>(self, _room: &'r mut [MaybeUninit<T>]) -> RawSlice<'r, T>
    where
        Self: 'r,
    {
        self
    }
}

/// Elements to read at equal distances.
#[derive(Clone, Copy)]
pub(crate) struct Spaced<'a, T> {
    ptr: *const T,
    /// In bytes.
    step: isize,
    len: usize,
    memory: PhantomData<&'a T>,
}

impl<T: Copy> Elements<T> for Spaced<'_, T> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn split_at(self, middle: usize) -> (Self, Self) {
        assert!(middle <= self.len);
        let behind = self.ptr.wrapping_byte_offset(self.step.wrapping_mul(middle as isize));
        (Spaced { len: middle, ..self }, Spaced { ptr: behind, len: self.len - middle, ..self })
    }

    #[inline(always)]
    fn packed<'r>(self, room: &'r mut [MaybeUninit<T>]) -> RawSlice<'r, T>
    where
        Self: 'r,
    {
        let room = &mut room[..self.len];
        let size = size_of::<T>() as isize;
        // With a constant distance, and only then, the loop is one of vectors.
        match self.step {
            step if step == 2 * size => self.pack(room, 2 * size),
            step if step == 3 * size => self.pack(room, 3 * size),
            step if step == 4 * size => self.pack(room, 4 * size),
            step => self.pack(room, step),
        }
        // SAFETY: all of the room was just written, and is borrowed for as long as the slice.
        unsafe { RawSlice::new(room.as_ptr().cast(), room.len()) }
    }
}

impl<T: Copy> Spaced<'_, T> {
    #[inline(always)]
    fn pack(self, room: &mut [MaybeUninit<T>], step: isize) {
        assert!(room.len() == self.len);
        fill_with(RawSliceMut::of(room), |i| {
            // SAFETY: one of the elements, all of which are readable; `T` takes any bits, at any alignment.
            MaybeUninit::new(unsafe { self.ptr.wrapping_byte_offset(step * i as isize).read_unaligned() })
        });
    }
}

/// Elements to read at equal distances, whose kind is known at run time only.
#[derive(Clone, Copy)]
pub(crate) struct AnySpaced<'a> {
    ptr: *const u8,
    step: isize,
    len: usize,
    kind: Kind,
    memory: PhantomData<&'a u8>,
}

impl<'a> AnySpaced<'a> {
    /// # Safety
    /// `len` native elements of `kind` are readable for `'a`, the first at `ptr`, and each `step` bytes from the one before.
    pub unsafe fn new(ptr: *const u8, step: isize, len: usize, kind: Kind) -> AnySpaced<'a> {
        AnySpaced { ptr, step, len, kind, memory: PhantomData }
    }

    /// The elements as numbers of their kind.
    #[inline(always)]
    pub fn typed<T: Native>(self) -> Spaced<'a, T> {
        assert!(T::KIND == self.kind);
        Spaced { ptr: self.ptr.cast(), step: self.step, len: self.len, memory: PhantomData }
    }
}
