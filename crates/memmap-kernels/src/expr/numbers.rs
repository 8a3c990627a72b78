//! NumPy's arithmetic on single numbers, beyond sums, differences and products.

use crate::compare::Compare;
use crate::dtype::{Complex, Native, Tick};
use crate::math::{Hypot, binary_of};

/// True division.
pub(crate) trait Divide: Native {
    fn over(self, other: Self) -> Self;
    /// `1 / self`; of an integer cut toward zero, and 0 of 0.
    fn inverse(self) -> Self;
}

/// NumPy's `//` and `%`, whose signs are those of the divisor. Integers divided by 0 give 0.
pub(crate) trait FloorDivide: Native {
    fn floor_div(self, other: Self) -> Self;
    fn modulo(self, other: Self) -> Self;
}

/// Integer powers, which wrap. The exponent counts as unsigned.
pub(crate) trait WholePower: Native {
    fn whole_power(self, exponent: Self) -> Self;
}

/// The number with the other sign.
pub(crate) trait Negate: Native {
    fn negated(self) -> Self;
}

/// Magnitude and sign.
pub(crate) trait Signed: Native {
    fn magnitude(self) -> Self;
    fn sign(self) -> Self;
}

/// Bits moved; none are left where they are moved further than there are.
pub(crate) trait Shift: Native {
    fn shift_left(self, by: Self) -> Self;
    fn shift_right(self, by: Self) -> Self;
}

/// NaN and infinities.
pub(crate) trait Finite: Native {
    fn is_nan_exactly(self) -> bool;
    fn is_infinity(self) -> bool;
    fn is_number(self) -> bool;
}

/// Extremes of two numbers, where NaN and NaT win, or where numbers do.
pub(crate) trait Extremes: Native {
    fn least(self, other: Self) -> Self;
    fn greatest(self, other: Self) -> Self;
    #[inline(always)]
    fn least_number(self, other: Self) -> Self {
        self.least(other)
    }
    #[inline(always)]
    fn greatest_number(self, other: Self) -> Self {
        self.greatest(other)
    }
}

macro_rules! integers {
    ($($T:ty, $U:ty);*) => {$(
        impl Divide for $T {
            #[inline(always)]
            fn over(self, other: $T) -> $T {
                if other == 0 { 0 } else { self.wrapping_div(other) }
            }
            #[inline(always)]
            fn inverse(self) -> $T {
                // Only 1 and -1 have an inverse that is not 0.
                if self == 1 || self.wrapping_add(1) == 0 && <$T>::MIN != 0 { self } else { 0 }
            }
        }

        impl FloorDivide for $T {
            #[inline(always)]
            fn floor_div(self, other: $T) -> $T {
                if other == 0 {
                    return 0;
                }
                let (quotient, rest) = (self.wrapping_div(other), self.wrapping_rem(other));
                #[allow(unused_comparisons, reason = "unsigned numbers have no negative ones")]
                let is_below = rest != 0 && (rest < 0) != (other < 0);
                quotient.wrapping_sub(<$T>::from(is_below))
            }
            #[inline(always)]
            fn modulo(self, other: $T) -> $T {
                if other == 0 {
                    return 0;
                }
                let rest = self.wrapping_rem(other);
                #[allow(unused_comparisons, reason = "unsigned numbers have no negative ones")]
                let is_below = rest != 0 && (rest < 0) != (other < 0);
                if is_below { rest.wrapping_add(other) } else { rest }
            }
        }

        impl WholePower for $T {
            #[inline(always)]
            fn whole_power(self, exponent: $T) -> $T {
                let (mut base, mut left, mut power) = (self, exponent as $U, 1 as $T);
                while left > 0 {
                    if left & 1 == 1 {
                        power = power.wrapping_mul(base);
                    }
                    base = base.wrapping_mul(base);
                    left >>= 1;
                }
                power
            }
        }

        impl Negate for $T {
            #[inline(always)]
            fn negated(self) -> $T {
                self.wrapping_neg()
            }
        }

        impl Shift for $T {
            #[inline(always)]
            fn shift_left(self, by: $T) -> $T {
                if (by as $U) < <$U>::BITS as $U { self.wrapping_shl(by as u32) } else { 0 }
            }
            #[inline(always)]
            fn shift_right(self, by: $T) -> $T {
                let last = <$U>::BITS as $U - 1;
                if by as $U <= last {
                    self.wrapping_shr(by as u32)
                } else {
                    // What is left of a negative number is its sign.
                    self.wrapping_shr(last as u32) & <$T>::MIN.wrapping_shr(last as u32)
                }
            }
        }

        impl Extremes for $T {
            #[inline(always)]
            fn least(self, other: $T) -> $T {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn greatest(self, other: $T) -> $T {
                if self > other { self } else { other }
            }
        }
    )*};
}

integers!(i8, u8; u8, u8; i16, u16; u16, u16; i32, u32; u32, u32; i64, u64; u64, u64);

macro_rules! signed {
    ($($T:ty)*) => {$(
        impl Signed for $T {
            #[inline(always)]
            fn magnitude(self) -> $T {
                self.wrapping_abs()
            }
            #[inline(always)]
            fn sign(self) -> $T {
                self.signum()
            }
        }
    )*};
}

signed!(i8 i16 i32 i64);

macro_rules! floats {
    ($($T:ident)*) => {$(
        impl Divide for $T {
            #[inline(always)]
            fn over(self, other: $T) -> $T {
                self / other
            }
            #[inline(always)]
            fn inverse(self) -> $T {
                1.0 / self
            }
        }

        /// `npy_floor_divide` and `npy_remainder` in NumPy's `npy_math_internal.h.src`.
        impl FloorDivide for $T {
            #[inline(always)]
            fn floor_div(self, other: $T) -> $T {
                if other == 0.0 {
                    return self / other;
                }
                let mut rest = self % other;
                let mut quotient = (self - rest) / other;
                if rest != 0.0 {
                    if (other < 0.0) != (rest < 0.0) {
                        rest += other;
                        quotient -= 1.0;
                    }
                }
                let _ = rest;
                if quotient == 0.0 {
                    return (0.0 as $T).copysign(self / other);
                }
                let floor = quotient.floor();
                if quotient - floor > 0.5 { floor + 1.0 } else { floor }
            }
            #[inline(always)]
            fn modulo(self, other: $T) -> $T {
                let rest = self % other;
                if other == 0.0 {
                    rest
                } else if rest == 0.0 {
                    rest.copysign(other)
                } else if (other < 0.0) != (rest < 0.0) {
                    rest + other
                } else {
                    rest
                }
            }
        }

        impl Negate for $T {
            #[inline(always)]
            fn negated(self) -> $T {
                -self
            }
        }

        impl Signed for $T {
            #[inline(always)]
            fn magnitude(self) -> $T {
                self.abs()
            }
            #[inline(always)]
            fn sign(self) -> $T {
                if self > 0.0 {
                    1.0
                } else if self < 0.0 {
                    -1.0
                } else if self == 0.0 {
                    0.0
                } else {
                    self
                }
            }
        }

        impl Finite for $T {
            #[inline(always)]
            fn is_nan_exactly(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn is_infinity(self) -> bool {
                self.abs() == $T::INFINITY
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                self.abs() < $T::INFINITY
            }
        }

        impl Extremes for $T {
            #[inline(always)]
            fn least(self, other: $T) -> $T {
                if (self <= other) | self.is_nan() { self } else { other }
            }
            #[inline(always)]
            fn greatest(self, other: $T) -> $T {
                if (self >= other) | self.is_nan() { self } else { other }
            }
            #[inline(always)]
            fn least_number(self, other: $T) -> $T {
                if (self <= other) | other.is_nan() { self } else { other }
            }
            #[inline(always)]
            fn greatest_number(self, other: $T) -> $T {
                if (self >= other) | other.is_nan() { self } else { other }
            }
        }

        /// NumPy's `loops.c.src`: quotients by Smith's method.
        impl Divide for Complex<$T> {
            #[inline(always)]
            fn over(self, other: Self) -> Self {
                let (a, b) = (self, other);
                if b.re.abs() >= b.im.abs() {
                    if b.re == 0.0 && b.im == 0.0 {
                        return Complex { re: a.re / b.re.abs(), im: a.im / b.re.abs() };
                    }
                    let ratio = b.im / b.re;
                    let scale = 1.0 / (b.re + b.im * ratio);
                    Complex { re: (a.re + a.im * ratio) * scale, im: (a.im - a.re * ratio) * scale }
                } else {
                    let ratio = b.re / b.im;
                    let scale = 1.0 / (b.im + b.re * ratio);
                    Complex { re: (a.re * ratio + a.im) * scale, im: (a.im * ratio - a.re) * scale }
                }
            }
            #[inline(always)]
            fn inverse(self) -> Self {
                if self.im.abs() <= self.re.abs() {
                    let ratio = self.im / self.re;
                    let divisor = self.re + self.im * ratio;
                    Complex { re: 1.0 / divisor, im: -ratio / divisor }
                } else {
                    let ratio = self.re / self.im;
                    let divisor = self.re * ratio + self.im;
                    Complex { re: ratio / divisor, im: -1.0 / divisor }
                }
            }
        }

        impl Negate for Complex<$T> {
            #[inline(always)]
            fn negated(self) -> Self {
                Complex { re: -self.re, im: -self.im }
            }
        }

        impl Signed for Complex<$T> {
            #[inline(always)]
            fn magnitude(self) -> Self {
                Complex { re: binary_of::<Hypot, $T>(self.re, self.im), im: 0.0 }
            }
            /// `self / abs(self)`, as in NumPy 2.
            #[inline(always)]
            fn sign(self) -> Self {
                let size = binary_of::<Hypot, $T>(self.re, self.im);
                if size.is_nan() {
                    return Complex { re: $T::NAN, im: $T::NAN };
                }
                if size.is_infinite() {
                    return match (self.re.is_infinite(), self.im.is_infinite()) {
                        (true, true) => Complex { re: $T::NAN, im: $T::NAN },
                        (true, false) => Complex { re: if self.re > 0.0 { 1.0 } else { -1.0 }, im: 0.0 },
                        _ => Complex { re: 0.0, im: if self.im > 0.0 { 1.0 } else { -1.0 } },
                    };
                }
                if size == 0.0 {
                    return Complex { re: 0.0, im: 0.0 };
                }
                Complex { re: self.re / size, im: self.im / size }
            }
        }

        impl Finite for Complex<$T> {
            #[inline(always)]
            fn is_nan_exactly(self) -> bool {
                self.is_nan()
            }
            #[inline(always)]
            fn is_infinity(self) -> bool {
                self.re.is_infinity() | self.im.is_infinity()
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                self.re.is_number() & self.im.is_number()
            }
        }

        impl Extremes for Complex<$T> {
            #[inline(always)]
            fn least(self, other: Self) -> Self {
                if self.is_nan() | self.not_after(other) { self } else { other }
            }
            #[inline(always)]
            fn greatest(self, other: Self) -> Self {
                if self.is_nan() | other.not_after(self) { self } else { other }
            }
            #[inline(always)]
            fn least_number(self, other: Self) -> Self {
                if other.is_nan() | self.not_after(other) { self } else { other }
            }
            #[inline(always)]
            fn greatest_number(self, other: Self) -> Self {
                if other.is_nan() | other.not_after(self) { self } else { other }
            }
        }

        impl Complex<$T> {
            #[inline(always)]
            pub(crate) fn conjugate(self) -> Self {
                Complex { re: self.re, im: -self.im }
            }
        }
    )*};
}

floats!(f32 f64);

impl Tick {
    /// A duration, so many times.
    #[inline(always)]
    pub(crate) fn multiplied(self, times: i64) -> Tick {
        if self.is_nan() { self } else { Tick(self.0.wrapping_mul(times)) }
    }
}

impl Negate for Tick {
    #[inline(always)]
    fn negated(self) -> Tick {
        // NaT is its own negative.
        Tick(self.0.wrapping_neg())
    }
}

impl Signed for Tick {
    #[inline(always)]
    fn magnitude(self) -> Tick {
        Tick(self.0.wrapping_abs())
    }
    #[inline(always)]
    fn sign(self) -> Tick {
        if self.is_nan() { self } else { Tick(self.0.signum()) }
    }
}

impl Finite for Tick {
    #[inline(always)]
    fn is_nan_exactly(self) -> bool {
        self.is_nan()
    }
    #[inline(always)]
    fn is_infinity(self) -> bool {
        false
    }
    #[inline(always)]
    fn is_number(self) -> bool {
        !self.is_nan()
    }
}

impl Extremes for Tick {
    #[inline(always)]
    fn least(self, other: Tick) -> Tick {
        if self.is_nan() | ((self.0 < other.0) & !other.is_nan()) { self } else { other }
    }
    #[inline(always)]
    fn greatest(self, other: Tick) -> Tick {
        // NaT is the smallest number.
        if self.is_nan() | ((self.0 > other.0) & !other.is_nan()) { self } else { other }
    }
    #[inline(always)]
    fn least_number(self, other: Tick) -> Tick {
        if other.is_nan() | ((self.0 < other.0) & !self.is_nan()) { self } else { other }
    }
    #[inline(always)]
    fn greatest_number(self, other: Tick) -> Tick {
        if self.0 > other.0 { self } else { other }
    }
}
