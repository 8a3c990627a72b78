//! Sums of integers over one run, modulo 2^64.

use super::any_all::count;
use crate::dtype::{Flag, Native};
use crate::loops::{Kernel, Level, RawSlice, dispatch};

/// An integer as it is summed: sign- or zero-extended to 64 bits.
pub(crate) trait Integers: Native {
    fn extend(self) -> u64;
    /// The number whose bytes are in the reverse order.
    fn reversed(self) -> Self;
    fn total<const SWAP: bool>(run: RawSlice<Self>) -> u64;
}

/// The sum of a run. With `SWAP` the numbers are in the other byte order.
pub(crate) fn int_sum<T: Integers, const SWAP: bool>(run: RawSlice<T>) -> u64 {
    dispatch(Total::<T, SWAP>(run))
}

struct Total<'a, T, const SWAP: bool>(RawSlice<'a, T>);

impl<T: Integers, const SWAP: bool> Kernel for Total<'_, T, SWAP> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Level>(self) -> u64 {
        T::total::<SWAP>(self.0)
    }
}

/// Sums in lanes of a type twice as wide, emptied before any of them can overflow.
macro_rules! whole {
    ($($T:ty, $Wide:ty, $lanes:literal, $rounds:literal, |$x:ident| $widen:expr, $reversed:expr;)*) => {$(
        impl Integers for $T {
            #[inline(always)]
            fn extend(self) -> u64 {
                let $x = self;
                $widen as i64 as u64
            }

            #[inline(always)]
            fn reversed(self) -> Self {
                $reversed(self)
            }

            #[inline(always)]
            fn total<const SWAP: bool>(mut run: RawSlice<Self>) -> u64 {
                let mut sum = 0u64;
                if SWAP {
                    // Lanes of a fixed number are unrolled before they are vectorised where the crate is compiled in
                    // several units; this is a reduction that the compiler knows.
                    while run.len() > 0 {
                        let (part, rest) = run.split_at(run.len().min($rounds));
                        let mut wide: $Wide = 0;
                        for x in part.iter() {
                            let $x = x.reversed();
                            wide = wide.wrapping_add($widen as $Wide);
                        }
                        sum = sum.wrapping_add(wide as i64 as u64);
                        run = rest;
                    }
                    return sum;
                }
                while run.len() >= $lanes {
                    let whole = (run.len() / $lanes).min($rounds) * $lanes;
                    let (part, rest) = run.split_at(whole);
                    let mut lanes: [$Wide; $lanes] = [0; $lanes];
                    for chunk in part.chunks::<$lanes>().0 {
                        for (i, lane) in lanes.iter_mut().enumerate() {
                            let $x = chunk[i];
                            *lane = lane.wrapping_add($widen as $Wide);
                        }
                    }
                    for lane in lanes {
                        sum = sum.wrapping_add(lane as i64 as u64);
                    }
                    run = rest;
                }
                for x in run.iter() {
                    sum = sum.wrapping_add(x.extend());
                }
                sum
            }
        }
    )*};
}

whole! {
    i8, i16, 32, 128, |x| x, i8::swap_bytes;
    u8, u16, 32, 128, |x| x, u8::swap_bytes;
    i16, i32, 32, 4096, |x| x, i16::swap_bytes;
    u16, u32, 32, 4096, |x| x, u16::swap_bytes;
    i32, i64, 16, 4096, |x| x, i32::swap_bytes;
    u32, u64, 16, 4096, |x| x, u32::swap_bytes;
    i64, i64, 16, 4096, |x| x, i64::swap_bytes;
    u64, u64, 16, 4096, |x| x, u64::swap_bytes;
}

impl Integers for Flag {
    #[inline(always)]
    fn extend(self) -> u64 {
        u64::from(self.is_true())
    }

    #[inline(always)]
    fn reversed(self) -> Self {
        self
    }

    #[inline(always)]
    fn total<const SWAP: bool>(run: RawSlice<Self>) -> u64 {
        count(run)
    }
}
