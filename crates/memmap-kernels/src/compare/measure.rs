//! How far apart two numbers are, in the precision in which NumPy's `isclose` works it out; 64-bit integers exactly.

use crate::dtype::{Complex, Element, Kind, Native};
use crate::exec::{Error, Result};
use crate::loops::half_float;

/// How close is close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Relative to the second array's element; NumPy's default is 1e-5.
    pub rtol: f64,
    /// Absolute; NumPy's default is 1e-8.
    pub atol: f64,
    /// Whether NaN is close to NaN.
    pub equal_nan: bool,
}

impl Tolerance {
    /// Whether only equal elements are close.
    pub(crate) fn is_zero(self) -> bool {
        self.rtol == 0.0 && self.atol == 0.0
    }
}

impl Default for Tolerance {
    fn default() -> Tolerance {
        Tolerance { rtol: 1e-5, atol: 1e-8, equal_nan: false }
    }
}

/// The kinds that two arrays' elements are read as.
pub(crate) struct Precision {
    a: Kind,
    b: Kind,
}

/// Work in a precision: `A` and `B` are read, `D` is the kind of the difference.
pub(crate) trait Measured {
    type Output;
    fn of<A: Native + Into<D>, B: Reference + Into<D>, D: Measure>(self) -> Self::Output;
}

impl Precision {
    /// 64-bit integers as they are; other integers of `b` as `F64`, and `a` as the common kind of both.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for opaque elements and times.
    pub fn of(a: &Element, b: &Element, operation: &'static str) -> Result<Precision> {
        let unsupported = |kind| Error::Unsupported { operation, kind };
        let inexact = |kind: Kind| match kind {
            Kind::Time | Kind::Opaque => Err(unsupported(kind)),
            kind if kind.is_float() || kind.is_complex() => Ok(kind),
            _ => Ok(Kind::F64),
        };
        inexact(a.kind)?;
        let reference = inexact(b.kind)?;
        let common = a.kind.promote(reference).ok_or(unsupported(a.kind))?;
        let is_wide = |kind: Kind| matches!(kind, Kind::I64 | Kind::U64);
        if !is_wide(a.kind) && !is_wide(b.kind) {
            return Ok(Precision { a: common, b: reference });
        }
        let exact = |kind: Kind, inexact: Kind| match kind {
            Kind::U64 => Kind::U64,
            kind if kind.is_float() || kind.is_complex() => inexact,
            _ => Kind::I64,
        };
        Ok(Precision { a: exact(a.kind, common), b: exact(b.kind, reference) })
    }

    /// The kinds to read the two arrays as. Halves are read as the singles that they are.
    pub fn kinds(&self) -> [Kind; 2] {
        [self.a, self.b].map(|kind| if kind == Kind::F16 { Kind::F32 } else { kind })
    }

    /// The loop of this precision.
    pub fn select<M: Measured>(&self, work: M) -> M::Output {
        match (self.a, self.b) {
            (Kind::I64, Kind::I64) => work.of::<i64, i64, Wide>(),
            (Kind::I64, Kind::U64) => work.of::<i64, u64, Wide>(),
            (Kind::I64, Kind::F16) => work.of::<i64, Half, Wide>(),
            (Kind::I64, Kind::F32) => work.of::<i64, f32, Wide>(),
            (Kind::I64, Kind::F64) => work.of::<i64, f64, Wide>(),
            (Kind::I64, Kind::C64) => work.of::<i64, Complex<f32>, WideComplex>(),
            (Kind::I64, _) => work.of::<i64, Complex<f64>, WideComplex>(),
            (Kind::U64, Kind::I64) => work.of::<u64, i64, Wide>(),
            (Kind::U64, Kind::U64) => work.of::<u64, u64, Wide>(),
            (Kind::U64, Kind::F16) => work.of::<u64, Half, Wide>(),
            (Kind::U64, Kind::F32) => work.of::<u64, f32, Wide>(),
            (Kind::U64, Kind::F64) => work.of::<u64, f64, Wide>(),
            (Kind::U64, Kind::C64) => work.of::<u64, Complex<f32>, WideComplex>(),
            (Kind::U64, _) => work.of::<u64, Complex<f64>, WideComplex>(),
            (Kind::F64, Kind::I64) => work.of::<f64, i64, Wide>(),
            (Kind::F64, Kind::U64) => work.of::<f64, u64, Wide>(),
            (Kind::C128, Kind::I64) => work.of::<Complex<f64>, i64, WideComplex>(),
            (Kind::C128, Kind::U64) => work.of::<Complex<f64>, u64, WideComplex>(),
            (Kind::F16, _) => work.of::<Half, Half, Half>(),
            (Kind::F32, Kind::F16) => work.of::<f32, Half, f32>(),
            (Kind::F32, _) => work.of::<f32, f32, f32>(),
            (Kind::F64, Kind::F16) => work.of::<f64, Half, f64>(),
            (Kind::F64, Kind::F32) => work.of::<f64, f32, f64>(),
            (Kind::F64, _) => work.of::<f64, f64, f64>(),
            (Kind::C64, Kind::F16) => work.of::<Complex<f32>, Half, Complex<f32>>(),
            (Kind::C64, Kind::F32) => work.of::<Complex<f32>, f32, Complex<f32>>(),
            (Kind::C64, _) => work.of::<Complex<f32>, Complex<f32>, Complex<f32>>(),
            (Kind::C128, Kind::F16) => work.of::<Complex<f64>, Half, Complex<f64>>(),
            (Kind::C128, Kind::F32) => work.of::<Complex<f64>, f32, Complex<f64>>(),
            (Kind::C128, Kind::F64) => work.of::<Complex<f64>, f64, Complex<f64>>(),
            (Kind::C128, Kind::C64) => work.of::<Complex<f64>, Complex<f32>, Complex<f64>>(),
            (_, _) => work.of::<Complex<f64>, Complex<f64>, Complex<f64>>(),
        }
    }
}

/// A distance: the sum of two numbers, of which `rest` is what `value` cannot hold of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub(crate) struct Distance {
    pub value: f64,
    pub rest: f64,
}

impl Distance {
    #[inline(always)]
    pub fn within(self, bound: f64) -> bool {
        (self.value < bound) | ((self.value == bound) & (self.rest <= 0.0))
    }
}

impl From<f64> for Distance {
    #[inline(always)]
    fn from(value: f64) -> Distance {
        Distance { value, rest: 0.0 }
    }
}

/// Differences in the precision of a kind.
pub(crate) trait Measure: Copy {
    fn distance(self, other: Self) -> Distance;
    fn same(self, other: Self) -> bool;
}

/// What a difference is held against, in the precision of a kind; what comes out is exact in `f64`.
pub(crate) trait Reference: Native {
    /// `[rtol, atol]`, rounded to this precision.
    fn limits(tolerance: Tolerance) -> [f64; 2];
    /// `|self|`.
    fn size(self) -> f64;
    /// `atol + rtol * size`.
    fn bound(limits: [f64; 2], size: f64) -> f64;
    fn is_finite(self) -> bool;
}

/// A real number as the sum of two doubles, the first the nearest to it: any 64-bit integer exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Wide {
    high: f64,
    low: f64,
}

impl Wide {
    /// The sum of `upper * 2^32` and `lower`, of which the first is not smaller unless it is 0.
    #[inline(always)]
    fn of_halves(upper: f64, lower: u32) -> Wide {
        let (upper, lower) = (upper * 4_294_967_296.0, f64::from(lower));
        let high = upper + lower;
        Wide { high, low: lower - (high - upper) }
    }

    /// The difference, exact for integers: D. E. Knuth's `TwoSum`, and the sum of what is left.
    #[inline(always)]
    fn minus(self, other: Wide) -> Wide {
        let sum = self.high - other.high;
        let part = sum - self.high;
        let error = (self.high - (sum - part)) - (other.high + part);
        let low = error + (self.low - other.low);
        let high = sum + low;
        if high.is_finite() { Wide { high, low: low - (high - sum) } } else { Wide { high: sum, low: 0.0 } }
    }
}

impl From<i64> for Wide {
    #[inline(always)]
    fn from(value: i64) -> Wide {
        Wide::of_halves(f64::from((value >> 32) as i32), value as u32)
    }
}

impl From<u64> for Wide {
    #[inline(always)]
    fn from(value: u64) -> Wide {
        Wide::of_halves(f64::from((value >> 32) as u32), value as u32)
    }
}

impl From<f64> for Wide {
    #[inline(always)]
    fn from(value: f64) -> Wide {
        Wide { high: value, low: 0.0 }
    }
}

impl From<f32> for Wide {
    #[inline(always)]
    fn from(value: f32) -> Wide {
        f64::from(value).into()
    }
}

impl From<Half> for Wide {
    #[inline(always)]
    fn from(half: Half) -> Wide {
        half.0.into()
    }
}

impl Measure for Wide {
    #[inline(always)]
    fn distance(self, other: Wide) -> Distance {
        let Wide { high, low } = self.minus(other);
        let sign = if high < 0.0 { -1.0 } else { 1.0 };
        Distance { value: sign * high, rest: sign * low }
    }
    #[inline(always)]
    fn same(self, other: Wide) -> bool {
        self == other
    }
}

/// A complex number whose real part can be a 64-bit integer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct WideComplex {
    re: Wide,
    im: f64,
}

macro_rules! wide_complex {
    ($($T:ty)*) => {$(
        impl From<$T> for WideComplex {
            #[inline(always)]
            fn from(value: $T) -> WideComplex {
                WideComplex { re: value.into(), im: 0.0 }
            }
        }

        impl Reference for $T {
            fn limits(tolerance: Tolerance) -> [f64; 2] {
                f64::limits(tolerance)
            }
            #[inline(always)]
            fn size(self) -> f64 {
                (self as f64).abs()
            }
            #[inline(always)]
            fn bound(limits: [f64; 2], size: f64) -> f64 {
                f64::bound(limits, size)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                true
            }
        }
    )*};
}

wide_complex!(i64 u64);

impl Measure for WideComplex {
    #[inline(always)]
    fn distance(self, other: WideComplex) -> Distance {
        let (re, im) = (self.re.distance(other.re), self.im - other.im);
        if im == 0.0 { re } else { re.value.length(im).into() }
    }
    #[inline(always)]
    fn same(self, other: WideComplex) -> bool {
        self == other
    }
}

/// A half as the single that it is: its rounding is done by hand.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Half(f32);

impl Half {
    /// To the nearest half, ties to even.
    #[inline(always)]
    fn round(x: f32) -> f32 {
        half_float::to_f32(half_float::from_f32(x))
    }
}

impl Native for Half {
    const KIND: Kind = Kind::F32;
    const ZERO: Self = Half(0.0);
    const ONE: Self = Half(1.0);
    #[inline(always)]
    fn is_nan(self) -> bool {
        self.0.is_nan()
    }
}

impl Measure for Half {
    #[inline(always)]
    fn distance(self, other: Half) -> Distance {
        f64::from(Half::round((self.0 - other.0).abs())).into()
    }
    #[inline(always)]
    fn same(self, other: Half) -> bool {
        self == other
    }
}

impl Reference for Half {
    fn limits(tolerance: Tolerance) -> [f64; 2] {
        [tolerance.rtol, tolerance.atol].map(|x| half_float::to_f32(half_float::from_f64(x)).into())
    }
    #[inline(always)]
    fn size(self) -> f64 {
        self.0.abs().into()
    }
    #[inline(always)]
    fn bound([rtol, atol]: [f64; 2], size: f64) -> f64 {
        let relative = Half::round(rtol as f32 * size as f32);
        Half::round(atol as f32 + relative).into()
    }
    #[inline(always)]
    fn is_finite(self) -> bool {
        self.0.is_finite()
    }
}

/// The length of a complex number.
trait Length: Sized {
    fn length(self, other: Self) -> Self;
}

impl Length for f32 {
    /// As C libraries work it out: no square of a single is too large or too small for a double.
    #[inline(always)]
    fn length(self, other: f32) -> f32 {
        let [x, y] = [f64::from(self), f64::from(other)];
        let length = (x * x + y * y).sqrt() as f32;
        if self.is_infinite() | other.is_infinite() { f32::INFINITY } else { length }
    }
}

impl Length for f64 {
    #[inline(always)]
    fn length(self, other: f64) -> f64 {
        self.hypot(other)
    }
}

macro_rules! measure {
    ($($T:ident)*) => {$(
        impl Measure for $T {
            #[inline(always)]
            fn distance(self, other: $T) -> Distance {
                f64::from((self - other).abs()).into()
            }
            #[inline(always)]
            fn same(self, other: $T) -> bool {
                self == other
            }
        }

        impl Reference for $T {
            fn limits(tolerance: Tolerance) -> [f64; 2] {
                [tolerance.rtol, tolerance.atol].map(|x| f64::from(x as $T))
            }
            #[inline(always)]
            fn size(self) -> f64 {
                f64::from(self.abs())
            }
            #[inline(always)]
            fn bound([rtol, atol]: [f64; 2], size: f64) -> f64 {
                f64::from(atol as $T + rtol as $T * size as $T)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $T::is_finite(self)
            }
        }

        impl Measure for Complex<$T> {
            #[inline(always)]
            fn distance(self, other: Self) -> Distance {
                f64::from((self.re - other.re).length(self.im - other.im)).into()
            }
            #[inline(always)]
            fn same(self, other: Self) -> bool {
                self == other
            }
        }

        impl Reference for Complex<$T> {
            fn limits(tolerance: Tolerance) -> [f64; 2] {
                $T::limits(tolerance)
            }
            #[inline(always)]
            fn size(self) -> f64 {
                f64::from(self.re.length(self.im))
            }
            #[inline(always)]
            fn bound(limits: [f64; 2], size: f64) -> f64 {
                $T::bound(limits, size)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                self.re.is_finite() & self.im.is_finite()
            }
        }

        impl From<Complex<$T>> for WideComplex {
            #[inline(always)]
            fn from(z: Complex<$T>) -> Self {
                WideComplex { re: z.re.into(), im: z.im.into() }
            }
        }

        impl From<$T> for Complex<$T> {
            #[inline(always)]
            fn from(re: $T) -> Self {
                Complex { re, im: 0.0 }
            }
        }

        impl From<Half> for $T {
            #[inline(always)]
            fn from(half: Half) -> Self {
                half.0.into()
            }
        }

        impl From<Half> for Complex<$T> {
            #[inline(always)]
            fn from(re: Half) -> Self {
                Complex { re: re.into(), im: 0.0 }
            }
        }
    )*};
}

measure!(f32 f64);

impl From<f32> for Complex<f64> {
    #[inline(always)]
    fn from(re: f32) -> Self {
        Complex { re: re.into(), im: 0.0 }
    }
}

impl From<Complex<f32>> for Complex<f64> {
    #[inline(always)]
    fn from(z: Complex<f32>) -> Self {
        Complex { re: z.re.into(), im: z.im.into() }
    }
}
