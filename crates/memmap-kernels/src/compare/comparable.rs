//! NumPy's order of two numbers.

use crate::dtype::{Complex, Flag, Native, Tick};

/// NumPy's comparisons.
pub(crate) trait Compare<B>: Native {
    fn before(self, other: B) -> bool;
    fn not_after(self, other: B) -> bool;
    fn equal(self, other: B) -> bool;
}

macro_rules! compare_numbers {
    ($($T:ty)*) => {$(
        impl Compare<$T> for $T {
            #[inline(always)]
            fn before(self, other: $T) -> bool {
                self < other
            }
            #[inline(always)]
            fn not_after(self, other: $T) -> bool {
                self <= other
            }
            #[inline(always)]
            fn equal(self, other: $T) -> bool {
                self == other
            }
        }
    )*};
}

compare_numbers!(i8 u8 i16 u16 i32 u32 i64 u64 f32 f64);

macro_rules! compare_complex {
    ($($T:ty)*) => {$(
        /// The macros `CLT`, `CLE` and `CEQ` of NumPy's `loops.c.src`.
        impl Compare<Complex<$T>> for Complex<$T> {
            #[inline(always)]
            fn before(self, other: Self) -> bool {
                let first = (self.re < other.re) & !self.im.is_nan() & !other.im.is_nan();
                first | ((self.re == other.re) & (self.im < other.im))
            }
            #[inline(always)]
            fn not_after(self, other: Self) -> bool {
                let first = (self.re < other.re) & !self.im.is_nan() & !other.im.is_nan();
                first | ((self.re == other.re) & (self.im <= other.im))
            }
            #[inline(always)]
            fn equal(self, other: Self) -> bool {
                (self.re == other.re) & (self.im == other.im)
            }
        }
    )*};
}

compare_complex!(f32 f64);

impl Compare<Flag> for Flag {
    #[inline(always)]
    fn before(self, other: Flag) -> bool {
        !self.is_true() & other.is_true()
    }
    #[inline(always)]
    fn not_after(self, other: Flag) -> bool {
        !self.is_true() | other.is_true()
    }
    #[inline(always)]
    fn equal(self, other: Flag) -> bool {
        self == other
    }
}

impl Compare<Tick> for Tick {
    #[inline(always)]
    fn before(self, other: Tick) -> bool {
        (self.0 < other.0) & !self.is_nan() & !other.is_nan()
    }
    #[inline(always)]
    fn not_after(self, other: Tick) -> bool {
        (self.0 <= other.0) & !self.is_nan() & !other.is_nan()
    }
    #[inline(always)]
    fn equal(self, other: Tick) -> bool {
        (self.0 == other.0) & !self.is_nan()
    }
}

impl Compare<u64> for i64 {
    #[inline(always)]
    fn before(self, other: u64) -> bool {
        (self < 0) | ((self as u64) < other)
    }
    #[inline(always)]
    fn not_after(self, other: u64) -> bool {
        (self < 0) | (self as u64 <= other)
    }
    #[inline(always)]
    fn equal(self, other: u64) -> bool {
        (self >= 0) & (self as u64 == other)
    }
}

impl Compare<i64> for u64 {
    #[inline(always)]
    fn before(self, other: i64) -> bool {
        (other >= 0) & (self < other as u64)
    }
    #[inline(always)]
    fn not_after(self, other: i64) -> bool {
        (other >= 0) & (self <= other as u64)
    }
    #[inline(always)]
    fn equal(self, other: i64) -> bool {
        other.equal(self)
    }
}
