//! Slices of shared memory: contiguous elements of one type, read and written by value.
//!
//! A Rust slice would claim that nobody writes meanwhile and that elements are aligned; JavaScript and other processes
//! write, and files align nothing. So there are no references into the memory: loads and stores are unaligned and by
//! value, which the compiler turns into the same vector instructions.

use crate::dtype::{Kind, Native};
use std::marker::PhantomData;

/// Elements to read.
#[derive(Clone, Copy)]
pub(crate) struct RawSlice<'a, T> {
    ptr: *const T,
    len: usize,
    memory: PhantomData<&'a T>,
}

/// Elements to write.
pub(crate) struct RawSliceMut<'a, T> {
    ptr: *mut T,
    len: usize,
    memory: PhantomData<&'a mut T>,
}

impl<'a, T: Copy> RawSlice<'a, T> {
    /// # Safety
    /// `len` elements from `ptr` on are readable for `'a`, and every bit pattern is a valid `T`.
    #[inline(always)]
    pub unsafe fn new(ptr: *const u8, len: usize) -> RawSlice<'a, T> {
        RawSlice { ptr: ptr.cast(), len, memory: PhantomData }
    }

    #[inline(always)]
    pub fn of(slice: &'a [T]) -> RawSlice<'a, T> {
        RawSlice { ptr: slice.as_ptr(), len: slice.len(), memory: PhantomData }
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr.cast()
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The element at `index`.
    #[inline(always)]
    pub fn get(&self, index: usize) -> T {
        assert!(index < self.len);
        // SAFETY: the index was just checked.
        unsafe { self.load(index) }
    }

    /// # Safety
    /// `index` is below the length.
    #[inline(always)]
    unsafe fn load(&self, index: usize) -> T {
        // SAFETY: the address is inside the run, which is readable; `T` takes any bits, at any alignment.
        unsafe { self.ptr.wrapping_add(index).read_unaligned() }
    }

    /// The first `len` elements. Where a loop reads several slices, the compiler drops the checks of their bounds once it knows that they
    /// are as long as each other.
    #[inline(always)]
    pub fn first(self, len: usize) -> RawSlice<'a, T> {
        assert!(len <= self.len);
        RawSlice { len, ..self }
    }

    /// The elements before and from `middle` on.
    #[inline(always)]
    pub fn split_at(self, middle: usize) -> (RawSlice<'a, T>, RawSlice<'a, T>) {
        assert!(middle <= self.len);
        let rest =
            RawSlice { ptr: self.ptr.wrapping_add(middle), len: self.len - middle, memory: PhantomData };
        (RawSlice { len: middle, ..self }, rest)
    }

    /// The `N` elements from `start` on, by value.
    #[inline(always)]
    pub fn chunk<const N: usize>(&self, start: usize) -> [T; N] {
        assert!(start <= self.len && self.len - start >= N);
        // SAFETY: the elements are inside the run, as was just checked; `T` takes any bits, at any alignment.
        unsafe { self.ptr.wrapping_add(start).cast::<[T; N]>().read_unaligned() }
    }

    /// Whole groups of `N` elements, and what is left behind them.
    #[inline(always)]
    pub fn groups<const N: usize>(self) -> (RawSlice<'a, [T; N]>, RawSlice<'a, T>) {
        let (whole, rest) = self.split_at(self.len / N * N);
        (RawSlice { ptr: whole.ptr.cast(), len: whole.len / N, memory: PhantomData }, rest)
    }

    /// As [`RawSlice::groups`], as an iterator.
    #[inline(always)]
    pub fn chunks<const N: usize>(self) -> (Iter<'a, [T; N]>, RawSlice<'a, T>) {
        let (groups, rest) = self.groups();
        (groups.iter(), rest)
    }

    /// The elements in order.
    #[inline(always)]
    pub fn iter(self) -> Iter<'a, T> {
        Iter { slice: self, at: 0 }
    }
}

/// Reads a slice element by element. Unlike a mapped range it has no closure, which a compiler may leave as a call in the
/// middle of a vector loop.
pub(crate) struct Iter<'a, T> {
    slice: RawSlice<'a, T>,
    at: usize,
}

impl<T: Copy> Iterator for Iter<'_, T> {
    type Item = T;

    #[inline(always)]
    fn next(&mut self) -> Option<T> {
        if self.at >= self.slice.len {
            return None;
        }
        // SAFETY: the index was just checked.
        let value = unsafe { self.slice.load(self.at) };
        self.at += 1;
        Some(value)
    }

    #[inline(always)]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.slice.len - self.at;
        (left, Some(left))
    }
}

impl<T: Copy> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T: Copy> RawSliceMut<'a, T> {
    /// # Safety
    /// `len` elements from `ptr` on are writable for `'a`.
    #[inline(always)]
    pub unsafe fn new(ptr: *mut u8, len: usize) -> RawSliceMut<'a, T> {
        RawSliceMut { ptr: ptr.cast(), len, memory: PhantomData }
    }

    #[inline(always)]
    pub fn of(slice: &'a mut [T]) -> RawSliceMut<'a, T> {
        RawSliceMut { ptr: slice.as_mut_ptr(), len: slice.len(), memory: PhantomData }
    }

    #[inline(always)]
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr.cast_const().cast()
    }

    #[inline(always)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The elements before and from `middle` on.
    #[inline(always)]
    pub fn split_at(self, middle: usize) -> (RawSliceMut<'a, T>, RawSliceMut<'a, T>) {
        assert!(middle <= self.len);
        let behind = self.ptr.wrapping_add(middle);
        (
            RawSliceMut { len: middle, ..self },
            RawSliceMut { ptr: behind, len: self.len - middle, memory: PhantomData },
        )
    }

    /// As [`RawSlice::groups`].
    #[inline(always)]
    pub fn groups<const N: usize>(self) -> (RawSliceMut<'a, [T; N]>, RawSliceMut<'a, T>) {
        let whole = self.len / N * N;
        let (whole, rest) = self.split_at(whole);
        (RawSliceMut { ptr: whole.ptr.cast(), len: whole.len / N, memory: PhantomData }, rest)
    }

    /// Writes `N` elements from `start` on.
    #[inline(always)]
    pub fn put_chunk<const N: usize>(&mut self, start: usize, values: [T; N]) {
        assert!(start <= self.len && self.len - start >= N);
        // SAFETY: the elements are inside the run, as was just checked; no alignment is asked for.
        unsafe { self.ptr.wrapping_add(start).cast::<[T; N]>().write_unaligned(values) }
    }

    /// Writes the element at `index`.
    #[inline(always)]
    pub fn put(&mut self, index: usize, value: T) {
        assert!(index < self.len);
        // SAFETY: the index was just checked.
        unsafe { self.store(index, value) }
    }

    /// # Safety
    /// `index` is below the length.
    #[inline(always)]
    unsafe fn store(&mut self, index: usize, value: T) {
        // SAFETY: the address is inside the run, which is writable; no alignment is asked for.
        unsafe { self.ptr.wrapping_add(index).write_unaligned(value) }
    }
}

/// Writes `f` of each index.
#[inline(always)]
pub(crate) fn fill_with<D: Copy>(mut target: RawSliceMut<D>, f: impl Fn(usize) -> D) {
    for index in 0..target.len {
        // SAFETY: the range ends at the length.
        unsafe { target.store(index, f(index)) }
    }
}

/// Writes `f` of each element of `source`.
#[inline(always)]
pub(crate) fn map<S: Copy, D: Copy>(source: RawSlice<S>, mut target: RawSliceMut<D>, f: impl Fn(S) -> D) {
    assert!(source.len == target.len);
    for index in 0..source.len {
        // SAFETY: the range ends at the length.
        let value = unsafe { source.load(index) };
        // SAFETY: both runs are equally long.
        unsafe { target.store(index, f(value)) }
    }
}

/// Writes `fast` of each element where `is_fast` holds for all elements of a chunk, and `slow` of the others.
///
/// Others may write to the memory between the check of a chunk and its conversion, so each element is checked again: one
/// that is not fast any more counts as `zero`, which is.
#[inline(always)]
pub(crate) fn map_checked<S: Copy, D: Copy>(
    source: RawSlice<S>,
    mut target: RawSliceMut<D>,
    zero: S,
    is_fast: impl Fn(S) -> bool,
    fast: impl Fn(S) -> D,
    slow: impl Fn(S) -> D,
) {
    const CHUNK: usize = 128;
    assert!(source.len == target.len);
    let whole = source.len / CHUNK * CHUNK;
    let mut start = 0;
    while start < whole {
        let mut all = true;
        for index in start..start + CHUNK {
            // SAFETY: the chunk ends at the length at most.
            all &= is_fast(unsafe { source.load(index) });
        }
        for index in start..start + CHUNK {
            // SAFETY: the chunk ends at the length at most.
            let x = unsafe { source.load(index) };
            let value = if all { fast(if is_fast(x) { x } else { zero }) } else { slow(x) };
            // SAFETY: both runs are equally long.
            unsafe { target.store(index, value) };
        }
        start += CHUNK;
    }
    for index in whole..source.len {
        target.put_chunk(index, [slow(source.get(index))]);
    }
}

/// Takes each state through its elements in four rows, the first row first.
#[inline(always)]
pub(crate) fn update_rows<A: Copy, T: Copy>(
    states: &mut [A],
    [a, b, c, d]: [RawSlice<T>; 4],
    f: impl Fn(A, T) -> A,
) {
    let len = states.len();
    assert!(a.len == len && b.len == len && c.len == len && d.len == len);
    for (index, state) in states.iter_mut().enumerate() {
        // SAFETY: the row has as many elements as there are states.
        let first = f(*state, unsafe { a.load(index) });
        // SAFETY: as above.
        let second = f(first, unsafe { b.load(index) });
        // SAFETY: as above.
        let third = f(second, unsafe { c.load(index) });
        // SAFETY: as above.
        *state = f(third, unsafe { d.load(index) });
    }
}

/// Writes `f` of each element of a run to its own place.
///
/// Elements are read a chunk at a time: a loop that reads and writes the same memory is no vector loop otherwise.
#[inline(always)]
pub(crate) fn map_in_place<T: Copy>(source: RawSlice<T>, mut target: RawSliceMut<T>, f: impl Fn(T) -> T) {
    const CHUNK: usize = 32;
    assert!(source.len == target.len);
    let whole = source.len / CHUNK * CHUNK;
    for start in (0..whole).step_by(CHUNK) {
        let mut chunk: [T; CHUNK] = source.chunk(start);
        for x in &mut chunk {
            *x = f(*x);
        }
        target.put_chunk(start, chunk);
    }
    for index in whole..source.len {
        target.put_chunk(index, [f(source.get(index))]);
    }
}

/// Writes `f` of each pair of elements, a chunk at a time: the target may be one of the sources, and results that are
/// narrower than the elements fill whole vectors.
#[inline(always)]
pub(crate) fn zip<A: Copy, B: Copy, D: Copy>(
    a: RawSlice<A>,
    b: RawSlice<B>,
    mut target: RawSliceMut<D>,
    zero: D,
    f: impl Fn(A, B) -> D,
) {
    const CHUNK: usize = 32;
    assert!(a.len == target.len && b.len == target.len);
    let whole = if size_of::<A>() <= 8 { a.len / CHUNK * CHUNK } else { 0 };
    for start in (0..whole).step_by(CHUNK) {
        let (left, right): ([A; CHUNK], [B; CHUNK]) = (a.chunk(start), b.chunk(start));
        let mut results = [zero; CHUNK];
        for (i, result) in results.iter_mut().enumerate() {
            *result = f(left[i], right[i]);
        }
        target.put_chunk(start, results);
    }
    for index in whole..a.len {
        // SAFETY: the range ends at the length.
        let x = unsafe { a.load(index) };
        // SAFETY: the runs are equally long.
        let y = unsafe { b.load(index) };
        // SAFETY: the runs are equally long.
        unsafe { target.store(index, f(x, y)) }
    }
}

/// Applies `f` to each state and its element.
#[inline(always)]
pub(crate) fn update<A, T: Copy>(states: &mut [A], source: RawSlice<T>, f: impl Fn(&mut A, T)) {
    assert!(states.len() == source.len);
    for (index, state) in states.iter_mut().enumerate() {
        // SAFETY: the states are as many as the elements.
        f(state, unsafe { source.load(index) });
    }
}

/// Replaces each pair of states by what `f` makes of it and its element.
#[inline(always)]
pub(crate) fn update_pairs<A: Copy, B: Copy, T: Copy>(
    states: &mut [A],
    others: &mut [B],
    source: RawSlice<T>,
    f: impl Fn(A, B, T) -> (A, B),
) {
    assert!(states.len() == source.len && others.len() == source.len);
    for (index, (state, other)) in states.iter_mut().zip(others).enumerate() {
        // SAFETY: the states are as many as the elements.
        (*state, *other) = f(*state, *other, unsafe { source.load(index) });
    }
}

/// Applies `f` to each state, the value that goes with it, and its element.
#[inline(always)]
pub(crate) fn update_with<A, V: Copy, T: Copy>(
    states: &mut [A],
    values: &[V],
    source: RawSlice<T>,
    f: impl Fn(&mut A, V, T),
) {
    assert!(states.len() == source.len && values.len() == source.len);
    for (index, (state, value)) in states.iter_mut().zip(values).enumerate() {
        // SAFETY: the states are as many as the elements.
        f(state, *value, unsafe { source.load(index) });
    }
}

/// Elements to read whose kind is known at run time only.
#[derive(Clone, Copy)]
pub(crate) struct AnySlice<'a> {
    ptr: *const u8,
    len: usize,
    kind: Kind,
    memory: PhantomData<&'a u8>,
}

impl<'a> AnySlice<'a> {
    /// # Safety
    /// `len` native elements of `kind` are readable from `ptr` on for `'a`.
    pub unsafe fn new(ptr: *const u8, len: usize, kind: Kind) -> AnySlice<'a> {
        AnySlice { ptr, len, kind, memory: PhantomData }
    }

    pub fn as_ptr(&self) -> *const u8 {
        self.ptr
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The real and imaginary parts of complex numbers, one behind the other.
    pub fn parts(self) -> AnySlice<'a> {
        assert!(self.kind.is_complex());
        AnySlice { len: 2 * self.len, kind: self.kind.real(), ..self }
    }

    /// The elements as numbers of their kind.
    #[inline(always)]
    pub fn typed<T: Native>(self) -> RawSlice<'a, T> {
        assert!(T::KIND == self.kind);
        RawSlice { ptr: self.ptr.cast(), len: self.len, memory: PhantomData }
    }
}

/// Elements to write whose kind is known at run time only.
pub(crate) struct AnySliceMut<'a> {
    ptr: *mut u8,
    len: usize,
    kind: Kind,
    memory: PhantomData<&'a mut u8>,
}

impl<'a> AnySliceMut<'a> {
    /// # Safety
    /// `len` elements of `kind` are writable from `ptr` on for `'a`.
    pub unsafe fn new(ptr: *mut u8, len: usize, kind: Kind) -> AnySliceMut<'a> {
        AnySliceMut { ptr, len, kind, memory: PhantomData }
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The elements as numbers of their kind.
    #[inline(always)]
    pub fn typed<T: Native>(self) -> RawSliceMut<'a, T> {
        assert!(T::KIND == self.kind);
        RawSliceMut { ptr: self.ptr.cast(), len: self.len, memory: PhantomData }
    }

    /// What is written so far. Both may be used at a time, because all accesses are by value.
    pub fn read(&self) -> AnySlice<'a> {
        AnySlice { ptr: self.ptr, len: self.len, kind: self.kind, memory: PhantomData }
    }

    /// The first element, and those behind it.
    #[inline(always)]
    pub fn split_first(self) -> (AnySliceMut<'a>, AnySliceMut<'a>) {
        assert!(self.len > 0);
        let behind = self.ptr.wrapping_add(self.kind.size().unwrap_or(0));
        (AnySliceMut { len: 1, ..self }, AnySliceMut { ptr: behind, len: self.len - 1, ..self })
    }
}
