//! NumPy's pairwise sum over one run of native numbers.

use super::tree::cut;
use crate::dtype::{Complex, Native};
use crate::loops::{Elements, Kernel, Level, RawSlice, Spaced, dispatch};
use std::mem::MaybeUninit;

/// Numbers that are summed with eight accumulators before sums are paired.
const BLOCK: usize = 128;

/// What can be summed pairwise: `f32`, `f64`, and complex numbers of them.
pub(crate) trait Pairwise: Native {
    /// Numbers in one element.
    const PARTS: usize;
    /// NumPy begins with -0, because a sum of nothing but -0 stays -0.
    const NEGATIVE_ZERO: Self;
    fn add(self, other: Self) -> Self;
    /// The number whose bytes are in the reverse order.
    fn swapped(self) -> Self;
    /// The sums of so many runs of at most [`BLOCK`] numbers each, added up in pairs.
    fn blocks<E: Elements<Self>, const MOST: usize>(
        runs: [E; MOST],
        ways: usize,
        f: impl Fn(Self) -> Self + Copy,
    ) -> Self;
}

/// The sum of a run. With `SKIP`, NaN counts as zero.
pub(crate) fn pairwise_sum<T: Pairwise, const SKIP: bool>(run: RawSlice<T>) -> T {
    dispatch(Sum::<T, SKIP>(run))
}

struct Sum<'a, T, const SKIP: bool>(RawSlice<'a, T>);

impl<T: Pairwise, const SKIP: bool> Kernel for Sum<'_, T, SKIP> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self) -> T {
        let scrub = |x: T| if SKIP && x.is_nan() { T::ZERO } else { x };
        by_units(self.0, scrub)
    }
}

/// The sum of a run of numbers in the other byte order.
pub(crate) fn swapped_sum<T: Pairwise>(run: RawSlice<T>) -> T {
    dispatch(SumSwapped(run))
}

struct SumSwapped<'a, T>(RawSlice<'a, T>);

impl<T: Pairwise> Kernel for SumSwapped<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self) -> T {
        by_units(self.0, T::swapped)
    }
}

/// The sum of numbers at equal distances.
pub(crate) fn spaced_sum<T: Pairwise>(run: Spaced<T>) -> T {
    dispatch(SumSpaced(run))
}

struct SumSpaced<'a, T>(Spaced<'a, T>);

impl<T: Pairwise> Kernel for SumSpaced<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run<L: Level>(self) -> T {
        by_units(self.0, |x| x)
    }
}

/// Blocks of one unit. With 4, sums run faster in the cache and slower from memory.
const WAYS: usize = 8;

/// The most units that are summed before their sums are paired.
const UNITS: usize = 256;

/// The tree from the root down to units of `WAYS` blocks, all equally deep, and from their sums up again.
///
/// NumPy's recursion decides after each block how many sums to add up, which no branch predictor foresees. Here the path
/// is the same for every unit, so several blocks are in flight at a time; the order of the additions stays the same. Blocks are
/// read in the order of memory: summed side by side, as they might be, they are streams that the processor does not foresee
/// either.
#[inline(always)]
fn by_units<T: Pairwise>(run: impl Elements<T>, f: impl Fn(T) -> T + Copy) -> T {
    // The depth at which the largest part is a unit.
    let (mut depth, mut largest) = (0, run.len());
    while largest * T::PARTS > WAYS * BLOCK {
        if depth == UNITS.ilog2() {
            return walk(run, f);
        }
        largest -= cut(largest, T::PARTS);
        depth += 1;
    }
    if depth == 0 {
        return unit(run, f);
    }
    let count = 1usize << depth;
    let mut sums = [T::ZERO; UNITS];
    let mut rest = run;
    for (number, sum) in sums[..count].iter_mut().enumerate() {
        // The path to a unit: a bit for each cut, set where it is in the right half.
        let (mut len, mut bit) = (run.len(), depth);
        while bit > 0 {
            bit -= 1;
            let left = cut(len, T::PARTS);
            len = if number >> bit & 1 == 0 { left } else { len - left };
        }
        let (unit_run, behind) = rest.split_at(len);
        rest = behind;
        *sum = unit(unit_run, f);
    }
    pair_up(&mut sums[..count])
}

/// Adds neighbours until one sum is left; they are a power of two.
#[inline(always)]
fn pair_up<T: Pairwise>(sums: &mut [T]) -> T {
    let mut count = sums.len();
    while count > 1 {
        count /= 2;
        for i in 0..count {
            sums[i] = sums[2 * i].add(sums[2 * i + 1]);
        }
    }
    sums[0]
}

/// The sum of a part of the tree that consists of at most `WAYS` blocks, which are added up side by side where they are all
/// equally deep in it.
#[inline(always)]
fn unit<T: Pairwise>(run: impl Elements<T>, f: impl Fn(T) -> T + Copy) -> T {
    let mut blocks = [run; WAYS];
    let mut width = 1;
    loop {
        let small = blocks[..width].iter().filter(|block| block.len() * T::PARTS <= BLOCK).count();
        if small == width {
            break;
        }
        if small > 0 || width == WAYS {
            return walk(run, f);
        }
        for i in (0..width).rev() {
            let (left, right) = blocks[i].split_at(cut(blocks[i].len(), T::PARTS));
            (blocks[2 * i], blocks[2 * i + 1]) = (left, right);
        }
        width *= 2;
    }
    T::blocks(blocks, width, f)
}

/// The tree, walked block by block with a stack of its own: a function that calls itself would not be inlined into the
/// level that it is compiled for.
#[inline(always)]
fn walk<T: Pairwise>(run: impl Elements<T>, f: impl Fn(T) -> T + Copy) -> T {
    if run.len() * T::PARTS <= BLOCK {
        return T::blocks([run], 1, f);
    }
    // Halving from any length to 128 takes fewer steps than an address has bits.
    let mut pending: [(usize, Option<T>); usize::BITS as usize] = [(0, None); usize::BITS as usize];
    let mut depth = 0;
    let (mut rest, mut len) = (run, run.len());
    loop {
        while len * T::PARTS > BLOCK {
            let left = cut(len, T::PARTS);
            pending[depth] = (len - left, None);
            depth += 1;
            len = left;
        }
        let (block, behind) = rest.split_at(len);
        rest = behind;
        let mut sum = T::blocks([block], 1, f);
        loop {
            if depth == 0 {
                return sum;
            }
            let (right, left_sum) = pending[depth - 1];
            match left_sum {
                None => {
                    pending[depth - 1] = (right, Some(sum));
                    len = right;
                    break;
                }
                Some(left_sum) => {
                    sum = left_sum.add(sum);
                    depth -= 1;
                }
            }
        }
    }
}

/// The sums of blocks of at most 128 numbers, each in as many accumulators as it says, paired.
macro_rules! blocks {
    ($lanes:literal, |$r:ident| $join:expr) => {
        #[inline(always)]
        fn blocks<E: Elements<Self>, const MOST: usize>(
            runs: [E; MOST],
            ways: usize,
            f: impl Fn(Self) -> Self + Copy,
        ) -> Self {
            let ways = ways.min(MOST);
            // All accumulators come first and their sums later: otherwise the next block waits for the sum of this one. Adding a
            // number to -0 changes nothing, so the first ones need no special case.
            let mut lanes = [[Self::NEGATIVE_ZERO; $lanes]; MOST];
            let mut rooms = [[MaybeUninit::uninit(); BLOCK / Self::PARTS]; MOST];
            let mut blocks = [RawSlice::of(&[]); MOST];
            for (way, room) in rooms[..ways].iter_mut().enumerate() {
                blocks[way] = runs[way].packed(room);
                let mut here = lanes[way];
                for group in blocks[way].chunks::<$lanes>().0 {
                    for (i, lane) in here.iter_mut().enumerate() {
                        *lane = lane.add(f(group[i]));
                    }
                }
                lanes[way] = here;
            }
            let mut sums = [Self::NEGATIVE_ZERO; MOST];
            for way in 0..ways {
                let $r = &lanes[way];
                if blocks[way].len() >= $lanes {
                    sums[way] = $join;
                }
                for x in blocks[way].chunks::<$lanes>().1.iter() {
                    sums[way] = sums[way].add(f(x));
                }
            }
            pair_up(&mut sums[..ways])
        }
    };
}

macro_rules! real {
    ($($T:ty)*) => {$(
        impl Pairwise for $T {
            const PARTS: usize = 1;
            const NEGATIVE_ZERO: Self = -0.0;

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }

            #[inline(always)]
            fn swapped(self) -> Self {
                <$T>::from_bits(self.to_bits().swap_bytes())
            }

            blocks!(8, |r| ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7])));
        }

        impl Pairwise for Complex<$T> {
            const PARTS: usize = 2;
            const NEGATIVE_ZERO: Self = Complex { re: -0.0, im: -0.0 };

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Complex { re: self.re + other.re, im: self.im + other.im }
            }

            #[inline(always)]
            fn swapped(self) -> Self {
                Complex { re: self.re.swapped(), im: self.im.swapped() }
            }

            blocks!(4, |r| r[0].add(r[1]).add(r[2].add(r[3])));
        }
    )*};
}

real!(f32 f64);
