//! Loops of expressions: a function of one element, compiled for contiguous native runs.

use crate::dtype::{Kind, Native};
use crate::loops::{Kernel, Level, RawSlice, RawSliceMut, dispatch, dispatch_wide};
use crate::math;

/// The most arguments of a function.
pub(crate) const ARGUMENTS: usize = 3;

/// A loop over elements: `(sources, target, count)`.
type Run = unsafe fn([*const u8; ARGUMENTS], *mut u8, usize);

/// The loop of an operation over elements of a kind.
#[derive(Clone, Copy)]
pub(crate) struct Loop {
    /// # Safety
    /// As many native elements of the kinds of the arguments are readable from the sources on, and of the kind of the result writable
    /// from the target on. The target overlaps no source.
    pub run: Run,
    /// The kinds of the arguments, as many as there are.
    pub sources: &'static [Kind],
    /// The kind of the result.
    pub target: Kind,
    /// True for a mathematical function, which takes many instructions for an element.
    pub is_function: bool,
}

/// A function of one element.
pub(crate) trait Unary {
    type A: Native;
    type Out: Native;
    fn apply(a: Self::A) -> Self::Out;
}

/// A function of two elements.
pub(crate) trait Binary {
    type A: Native;
    type B: Native;
    type Out: Native;
    fn apply(a: Self::A, b: Self::B) -> Self::Out;
}

/// A function of three elements.
pub(crate) trait Ternary {
    type A: Native;
    type B: Native;
    type C: Native;
    type Out: Native;
    fn apply(a: Self::A, b: Self::B, c: Self::C) -> Self::Out;
}

struct Unaries<'a, F: Unary>(RawSlice<'a, F::A>, RawSliceMut<'a, F::Out>);

impl<F: Unary> Kernel for Unaries<'_, F> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Unaries(a, mut target) = self;
        let a = a.first(target.len());
        for index in 0..target.len() {
            target.put(index, F::apply(a.get(index)));
        }
    }
}

struct Binaries<'a, F: Binary>(RawSlice<'a, F::A>, RawSlice<'a, F::B>, RawSliceMut<'a, F::Out>);

impl<F: Binary> Kernel for Binaries<'_, F> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Binaries(a, b, mut target) = self;
        let (a, b) = (a.first(target.len()), b.first(target.len()));
        for index in 0..target.len() {
            target.put(index, F::apply(a.get(index), b.get(index)));
        }
    }
}

struct Ternaries<'a, F: Ternary>(
    RawSlice<'a, F::A>,
    RawSlice<'a, F::B>,
    RawSlice<'a, F::C>,
    RawSliceMut<'a, F::Out>,
);

impl<F: Ternary> Kernel for Ternaries<'_, F> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Ternaries(a, b, c, mut target) = self;
        let (a, b, c) = (a.first(target.len()), b.first(target.len()), c.first(target.len()));
        for index in 0..target.len() {
            target.put(index, F::apply(a.get(index), b.get(index), c.get(index)));
        }
    }
}

/// Floats are compiled for AVX-512 too: expressions have more than one step over them.
#[inline(always)]
fn run<T: Native, K: Kernel>(kernel: K) -> K::Output {
    if matches!(T::KIND, Kind::F32 | Kind::F64) { dispatch_wide(kernel) } else { dispatch(kernel) }
}

/// # Safety
/// As [`Loop::run`].
pub(crate) unsafe fn run_unary<F: Unary>(sources: [*const u8; ARGUMENTS], target: *mut u8, count: usize) {
    // SAFETY: the caller vouches for the source.
    let a = unsafe { RawSlice::new(sources[0], count) };
    // SAFETY: the caller vouches for the target.
    let target = unsafe { RawSliceMut::new(target, count) };
    run::<F::A, _>(Unaries::<F>(a, target));
}

/// # Safety
/// As [`Loop::run`].
pub(crate) unsafe fn run_binary<F: Binary>(sources: [*const u8; ARGUMENTS], target: *mut u8, count: usize) {
    // SAFETY: the caller vouches for the sources.
    let a = unsafe { RawSlice::new(sources[0], count) };
    // SAFETY: as above.
    let b = unsafe { RawSlice::new(sources[1], count) };
    // SAFETY: the caller vouches for the target.
    let target = unsafe { RawSliceMut::new(target, count) };
    run::<F::A, _>(Binaries::<F>(a, b, target));
}

/// # Safety
/// As [`Loop::run`].
pub(crate) unsafe fn run_ternary<F: Ternary>(sources: [*const u8; ARGUMENTS], target: *mut u8, count: usize) {
    // SAFETY: the caller vouches for the sources.
    let a = unsafe { RawSlice::new(sources[0], count) };
    // SAFETY: as above.
    let b = unsafe { RawSlice::new(sources[1], count) };
    // SAFETY: as above.
    let c = unsafe { RawSlice::new(sources[2], count) };
    // SAFETY: the caller vouches for the target.
    let target = unsafe { RawSliceMut::new(target, count) };
    run::<F::B, _>(Ternaries::<F>(a, b, c, target));
}

/// The loop of a mathematical function of one number.
pub(crate) fn math_unary<F: math::Unary<T>, T: Native>() -> Loop {
    /// # Safety
    /// As [`Loop::run`].
    unsafe fn run<F: math::Unary<T>, T: Native>(
        sources: [*const u8; ARGUMENTS],
        target: *mut u8,
        count: usize,
    ) {
        // SAFETY: the caller vouches for the source.
        let a = unsafe { RawSlice::<T>::new(sources[0], count) };
        // SAFETY: the caller vouches for the target.
        math::unary::<F, T>(a, unsafe { RawSliceMut::new(target, count) });
    }
    Loop { run: run::<F, T>, sources: const { &[T::KIND] }, target: T::KIND, is_function: true }
}

/// The loop of a mathematical function of two numbers.
pub(crate) fn math_binary<F: math::Binary<T>, T: Native>() -> Loop {
    /// # Safety
    /// As [`Loop::run`].
    unsafe fn run<F: math::Binary<T>, T: Native>(
        sources: [*const u8; ARGUMENTS],
        target: *mut u8,
        count: usize,
    ) {
        // SAFETY: the caller vouches for the sources.
        let a = unsafe { RawSlice::<T>::new(sources[0], count) };
        // SAFETY: as above.
        let b = unsafe { RawSlice::<T>::new(sources[1], count) };
        // SAFETY: the caller vouches for the target.
        math::binary::<F, T>(a, b, unsafe { RawSliceMut::new(target, count) });
    }
    Loop { run: run::<F, T>, sources: const { &[T::KIND, T::KIND] }, target: T::KIND, is_function: true }
}

/// The loop of a function of one element, written as a closure.
macro_rules! unary {
    ($A:ty, $Out:ty, |$a:ident| $body:expr) => {{
        struct Function;
        impl $crate::expr::function::Unary for Function {
            type A = $A;
            type Out = $Out;
            #[inline(always)]
            fn apply($a: $A) -> $Out {
                $body
            }
        }
        $crate::expr::function::Loop {
            run: $crate::expr::function::run_unary::<Function>,
            sources: const { &[<$A as $crate::dtype::Native>::KIND] },
            target: <$Out as $crate::dtype::Native>::KIND,
            is_function: false,
        }
    }};
}

/// As [`unary`], of two elements.
macro_rules! binary {
    ($A:ty, $B:ty, $Out:ty, |$a:ident, $b:ident| $body:expr) => {{
        struct Function;
        impl $crate::expr::function::Binary for Function {
            type A = $A;
            type B = $B;
            type Out = $Out;
            #[inline(always)]
            fn apply($a: $A, $b: $B) -> $Out {
                $body
            }
        }
        $crate::expr::function::Loop {
            run: $crate::expr::function::run_binary::<Function>,
            sources: const { &[<$A as $crate::dtype::Native>::KIND, <$B as $crate::dtype::Native>::KIND] },
            target: <$Out as $crate::dtype::Native>::KIND,
            is_function: false,
        }
    }};
}

/// As [`unary`], of three elements.
macro_rules! ternary {
    ($A:ty, $B:ty, $C:ty, $Out:ty, |$a:ident, $b:ident, $c:ident| $body:expr) => {{
        struct Function;
        impl $crate::expr::function::Ternary for Function {
            type A = $A;
            type B = $B;
            type C = $C;
            type Out = $Out;
            #[inline(always)]
            fn apply($a: $A, $b: $B, $c: $C) -> $Out {
                $body
            }
        }
        $crate::expr::function::Loop {
            run: $crate::expr::function::run_ternary::<Function>,
            sources: const {
                &[
                    <$A as $crate::dtype::Native>::KIND,
                    <$B as $crate::dtype::Native>::KIND,
                    <$C as $crate::dtype::Native>::KIND,
                ]
            },
            target: <$Out as $crate::dtype::Native>::KIND,
            is_function: false,
        }
    }};
}

pub(crate) use {binary, ternary, unary};
