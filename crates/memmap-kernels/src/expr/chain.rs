//! Chains: steps of arithmetic on one kind. A chain is taken over a few cache lines at a time, so that what is between its steps stays
//! in registers or in lines at hand, and stores go on while the next lines are read.

use super::numbers::{Divide, Extremes, Negate, Signed};
use super::table::Operation;
use crate::dtype::Kind;
use crate::loops::{Arithmetic, Kernel, LINE, Level, Stream, dispatch_wide, prefetch_lines};
use crate::math::{Sqrt, unary_of};

/// Bytes of the elements that a chain is taken over at a time.
pub(crate) const BLOCK: usize = if cfg!(test) { 64 } else { 512 };

/// A step of a chain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub operation: Operation,
    /// The first argument, unless the step goes on with the result of the one before.
    pub start: Option<Run>,
    /// Whether the result of the one before is the second argument.
    pub is_second: bool,
    /// The other argument.
    pub other: Run,
    /// Memory for a block of results, where a later step reads them.
    pub saved: Option<*mut u8>,
}

/// Elements to read: an address, and the bytes from an element to the next, 0 where all are the same; then a block of them is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub first: *const u8,
    pub apart: usize,
}

impl Run {
    /// The same elements from an index on.
    #[inline(always)]
    pub fn from(&self, index: usize) -> Run {
        Run { first: self.at(index), ..*self }
    }

    #[inline(always)]
    fn at(&self, index: usize) -> *const u8 {
        self.first.wrapping_add(index * self.apart)
    }
}

/// The loop of chains over elements of a kind: `(links, target, count, how to store)`.
pub(crate) type ChainLoop = unsafe fn(&[Link], *mut u8, usize, Store<'_>);

/// How results are stored. For each of them one element of each run is prefetched.
#[derive(Clone, Copy)]
pub(crate) enum Store<'s> {
    /// Plainly.
    Cached(&'s [Run]),
    /// Past the cache.
    Streamed(&'s Stream, &'s [Run]),
}

/// The loop of chains over a kind of elements; `None` where there is none.
pub(crate) fn chain_over(kind: Kind) -> Option<ChainLoop> {
    match kind {
        Kind::F32 => Some(run_chain::<f32>),
        Kind::F64 => Some(run_chain::<f64>),
        _ => None,
    }
}

macro_rules! links {
    (unary: $($unary:ident $one:ident)*; binary: $($binary:ident $two:ident)*;) => {
        /// Whether an operation can be a step of a chain.
        pub(crate) fn is_link(operation: Operation) -> bool {
            matches!(operation, $(Operation::$unary)|* | $(Operation::$binary)|*)
        }

        /// Takes a step over `N` elements from an index on.
        ///
        /// # Safety
        /// As many elements are readable there.
        #[inline(always)]
        unsafe fn take<T: Number, const N: usize>(link: &Link, values: &mut [T; N], index: usize) {
            let other = link.other.at(index).cast::<T>();
            match (link.operation, link.is_second) {
                $((Operation::$unary, _) => {
                    for value in values {
                        *value = value.$one();
                    }
                })*
                $((Operation::$binary, false) => {
                    for (at, value) in values.iter_mut().enumerate() {
                        // SAFETY: the caller vouches for the elements.
                        *value = value.$two(unsafe { other.wrapping_add(at).read_unaligned() });
                    }
                }
                (Operation::$binary, true) => {
                    for (at, value) in values.iter_mut().enumerate() {
                        // SAFETY: as above.
                        *value = unsafe { other.wrapping_add(at).read_unaligned() }.$two(*value);
                    }
                })*
                _ => {}
            }
        }
    };
}
links! {
    unary: Negative negated Absolute magnitude Reciprocal inverse Sqrt square_root;
    binary: Add plus Subtract minus Multiply times Divide over Minimum least Maximum greatest;
}

/// Values on lines of their own.
#[repr(align(64))]
struct Values<T, const N: usize>([T; N]);

/// What chains compute with.
trait Number: Arithmetic + Divide + Extremes + Negate + Signed {
    fn square_root(self) -> Self;
}

macro_rules! numbers {
    ($($T:ty)*) => {$(
        impl Number for $T {
            #[inline(always)]
            fn square_root(self) -> $T {
                unary_of::<Sqrt, $T>(self)
            }
        }
    )*};
}
numbers!(f32 f64);

struct Chain<'a, T> {
    links: &'a [Link],
    target: *mut T,
    count: usize,
    store: Store<'a>,
}

/// # Safety
/// As many native elements are readable from each run on, and writable from the target on. The target overlaps no run, unless it is
/// one. Saved results overlap nothing else.
unsafe fn run_chain<T: Number>(links: &[Link], target: *mut u8, count: usize, store: Store<'_>) {
    dispatch_wide(Chain { links, target: target.cast::<T>(), count, store });
}

impl<T: Number> Chain<'_, T> {
    /// The results of `N` elements from an index on.
    ///
    /// # Safety
    /// There are as many.
    #[inline(always)]
    unsafe fn results<const N: usize>(&self, index: usize) -> Values<T, N> {
        let mut values = Values([T::ZERO; N]);
        for link in self.links {
            if let Some(run) = link.start {
                let first = run.at(index).cast::<T>();
                for (at, value) in values.0.iter_mut().enumerate() {
                    // SAFETY: the caller vouches for the elements.
                    *value = unsafe { first.wrapping_add(at).read_unaligned() };
                }
            }
            // SAFETY: passed on as it is.
            unsafe { take(link, &mut values.0, index) };
            if let Some(saved) = link.saved {
                // SAFETY: the memory holds a block.
                unsafe { saved.cast::<[T; N]>().write_unaligned(values.0) };
            }
        }
        values
    }

    /// # Safety
    /// As above; the same elements of the target are writable.
    #[inline(always)]
    unsafe fn few(&self, from: usize, to: usize) {
        for index in from..to {
            // SAFETY: passed on as it is.
            let Values([result]) = unsafe { self.results::<1>(index) };
            // SAFETY: passed on as it is.
            unsafe { self.target.wrapping_add(index).write_unaligned(result) };
        }
    }

    #[inline(always)]
    fn blocks<L: Level, const N: usize>(&self) {
        let size = size_of::<T>();
        let (stream, ahead) = match self.store {
            Store::Cached(ahead) => (None, ahead),
            // Only whole elements lead to the first whole line.
            Store::Streamed(stream, ahead) => (Some(stream).filter(|_| self.target.is_aligned()), ahead),
        };
        let mut index = stream.map_or(0, |_| self.target.align_offset(LINE).min(self.count));
        // SAFETY: the elements before the first whole line, no more than there are.
        unsafe { self.few(0, index) };
        while self.count - index >= N {
            // SAFETY: so many elements are left.
            let Values(values) = &unsafe { self.results::<N>(index) };
            let target = self.target.wrapping_add(index);
            match stream {
                Some(stream) => {
                    for at in (0..N).step_by(LINE / size) {
                        ahead.iter().for_each(|run| prefetch_lines(run.at(index + at), LINE));
                        let (from, to) = (values.as_ptr().wrapping_add(at), target.wrapping_add(at));
                        // SAFETY: a line of the values, and of the block of the target, whose lines are whole.
                        unsafe { stream.line::<L>(from.cast(), to.cast()) };
                    }
                }
                None => {
                    ahead.iter().for_each(|run| prefetch_lines(run.at(index), N * run.apart));
                    // SAFETY: the block of the target; no alignment is asked for.
                    unsafe { target.cast::<[T; N]>().write_unaligned(*values) }
                }
            }
            index += N;
        }
        // SAFETY: those that are left.
        unsafe { self.few(index, self.count) };
    }
}

impl<T: Number> Kernel for Chain<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        match size_of::<T>() {
            4 => self.blocks::<L, { BLOCK / 4 }>(),
            _ => self.blocks::<L, { BLOCK / 8 }>(),
        }
    }
}
