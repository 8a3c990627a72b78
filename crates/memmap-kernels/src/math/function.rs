//! A mathematical function as a type, and the loops over its elements.

use crate::dtype::Native;
use crate::loops::{Kernel, Level, RawSlice, RawSliceMut, dispatch, map, zip};
use std::marker::PhantomData;

#[cfg(test)]
use crate::loops::Baseline;

/// Elements of a block: results of a block are computed by vector instructions, then those of hard arguments are
/// replaced.
pub(super) const BLOCK: usize = 16;

/// A function of one number. Results depend on the argument alone, neither on its neighbours nor on the processor.
pub(crate) trait Unary<T: Native> {
    /// Whether `easy` is right.
    #[inline(always)]
    fn is_easy(_x: T) -> bool {
        true
    }

    /// The function for easy arguments. For real numbers it has neither branches nor calls, whatever the argument.
    fn easy(x: T) -> T;

    /// The function for arguments that are not easy.
    fn hard(x: T) -> T {
        Self::easy(x)
    }
}

/// A function of two numbers, as [`Unary`].
pub(crate) trait Binary<T: Native> {
    /// Whether `easy` is right.
    #[inline(always)]
    fn is_easy(_a: T, _b: T) -> bool {
        true
    }

    /// What the first half of a long function leaves to the second. Each is a loop, because a processor overlaps few
    /// iterations of a long loop.
    type Middle: Copy + Default;

    /// The first half for easy arguments. For real numbers it has neither branches nor calls, whatever the arguments.
    fn begin(a: T, b: T) -> Self::Middle;

    /// The second half, as the first.
    fn end(a: T, b: T, middle: Self::Middle) -> T;

    /// The function for arguments that are not easy.
    fn hard(a: T, b: T) -> T {
        Self::end(a, b, Self::begin(a, b))
    }
}

/// Writes the function of each element. The target may be the memory of the source.
pub(crate) fn unary<F: Unary<T>, T: Native>(source: RawSlice<T>, target: RawSliceMut<T>) {
    assert!(source.len() == target.len());
    if T::KIND.is_complex() {
        return map(source, target, unary_of::<F, T>);
    }
    let whole = source.len() / BLOCK * BLOCK;
    let ((source, source_rest), (target, mut target_rest)) = (source.split_at(whole), target.split_at(whole));
    unary_blocks::<F, T>(source, target);
    if source_rest.len() > 0 {
        let (source, mut target) = (padded(source_rest), [T::ZERO; BLOCK]);
        unary_blocks::<F, T>(RawSlice::of(&source), RawSliceMut::of(&mut target));
        write(&mut target_rest, target);
    }
}

/// Writes the function of each pair of elements. The target may be the memory of either source.
pub(crate) fn binary<F: Binary<T>, T: Native>(a: RawSlice<T>, b: RawSlice<T>, target: RawSliceMut<T>) {
    assert!(a.len() == target.len() && b.len() == target.len());
    if T::KIND.is_complex() {
        return zip(a, b, target, T::ZERO, binary_of::<F, T>);
    }
    let whole = a.len() / BLOCK * BLOCK;
    let ((a, a_rest), (b, b_rest)) = (a.split_at(whole), b.split_at(whole));
    let (target, mut target_rest) = target.split_at(whole);
    binary_blocks::<F, T>(a, b, target);
    if a_rest.len() > 0 {
        let (a, b, mut target) = (padded(a_rest), padded(b_rest), [T::ZERO; BLOCK]);
        binary_blocks::<F, T>(RawSlice::of(&a), RawSlice::of(&b), RawSliceMut::of(&mut target));
        write(&mut target_rest, target);
    }
}

/// Whole blocks. Never inlined: it is called twice, and holds the loop of the baseline.
#[inline(never)]
fn unary_blocks<F: Unary<T>, T: Native>(source: RawSlice<T>, target: RawSliceMut<T>) {
    dispatch(UnaryLoop::<F, T> { source, target, function: PhantomData });
}

/// As [`unary_blocks`].
#[inline(never)]
fn binary_blocks<F: Binary<T>, T: Native>(a: RawSlice<T>, b: RawSlice<T>, target: RawSliceMut<T>) {
    dispatch(BinaryLoop::<F, T> { a, b, target, function: PhantomData });
}

/// A block of the elements of `source`, which are fewer, and ones.
#[inline(always)]
fn padded<T: Native>(source: RawSlice<T>) -> [T; BLOCK] {
    let mut block = [T::ONE; BLOCK];
    for (x, element) in block.iter_mut().zip(source.iter()) {
        *x = element;
    }
    block
}

#[inline(always)]
fn write<T: Native>(target: &mut RawSliceMut<T>, block: [T; BLOCK]) {
    for (index, x) in (0..target.len()).zip(block) {
        target.put_chunk(index, [x]);
    }
}

/// The function of one number: the same bits as [`unary`] writes.
#[inline(always)]
pub(crate) fn unary_of<F: Unary<T>, T: Native>(x: T) -> T {
    if F::is_easy(x) { F::easy(x) } else { F::hard(x) }
}

/// The function of two numbers: the same bits as [`binary`] writes.
#[inline(always)]
pub(crate) fn binary_of<F: Binary<T>, T: Native>(a: T, b: T) -> T {
    if F::is_easy(a, b) { F::end(a, b, F::begin(a, b)) } else { F::hard(a, b) }
}

/// Whole blocks.
struct UnaryLoop<'a, F, T> {
    source: RawSlice<'a, T>,
    target: RawSliceMut<'a, T>,
    function: PhantomData<F>,
}

/// Whole blocks.
struct BinaryLoop<'a, F, T> {
    a: RawSlice<'a, T>,
    b: RawSlice<'a, T>,
    target: RawSliceMut<'a, T>,
    function: PhantomData<F>,
}

impl<F: Unary<T>, T: Native> Kernel for UnaryLoop<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(mut self) {
        for start in (0..self.source.len()).step_by(BLOCK) {
            let block: [T; BLOCK] = self.source.chunk(start);
            let mut results = block;
            for x in &mut results {
                *x = F::easy(*x);
            }
            let mut all = true;
            for x in block {
                all &= F::is_easy(x);
            }
            if !all {
                for (x, result) in block.into_iter().zip(&mut results) {
                    if !F::is_easy(x) {
                        *result = F::hard(x);
                    }
                }
            }
            self.target.put_chunk(start, results);
        }
    }
}

impl<F: Binary<T>, T: Native> Kernel for BinaryLoop<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(mut self) {
        for start in (0..self.a.len()).step_by(BLOCK) {
            let (a, b): ([T; BLOCK], [T; BLOCK]) = (self.a.chunk(start), self.b.chunk(start));
            let mut results = a;
            let mut middles = [F::Middle::default(); BLOCK];
            for ((x, y), middle) in a.into_iter().zip(b).zip(&mut middles) {
                *middle = F::begin(x, y);
            }
            for ((result, y), middle) in results.iter_mut().zip(b).zip(middles) {
                *result = F::end(*result, y, middle);
            }
            let mut all = true;
            for (x, y) in a.into_iter().zip(b) {
                all &= F::is_easy(x, y);
            }
            if !all {
                for ((x, y), result) in a.into_iter().zip(b).zip(&mut results) {
                    if !F::is_easy(x, y) {
                        *result = F::hard(x, y);
                    }
                }
            }
            self.target.put_chunk(start, results);
        }
    }
}

/// [`unary`] of whole blocks as a processor without AVX2 has it.
#[cfg(test)]
pub(super) fn unary_on_baseline<F: Unary<T>, T: Native>(source: RawSlice<T>, target: RawSliceMut<T>) {
    UnaryLoop::<F, T> { source, target, function: PhantomData }.run::<Baseline>();
}
