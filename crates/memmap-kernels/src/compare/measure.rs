//! How far apart two numbers are, in the precision in which NumPy's `isclose` works it out.

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

impl Default for Tolerance {
    fn default() -> Tolerance {
        Tolerance { rtol: 1e-5, atol: 1e-8, equal_nan: false }
    }
}

/// The kind of the difference of two arrays' elements, and that of what it is held against.
pub(crate) struct Precision {
    common: Kind,
    reference: Kind,
}

/// Work in a precision: `D` is the kind of the difference, `R` that of the second array's elements.
pub(crate) trait Measured {
    type Output;
    fn of<D: Measure, R: Measure + Into<D>>(self) -> Self::Output;
}

impl Precision {
    /// That of `b` for the reference, integers as `F64`; that of both for the difference.
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
        Ok(Precision { common, reference })
    }

    /// The kinds to read the two arrays as. Halves are read as the singles that they are.
    pub fn kinds(&self) -> [Kind; 2] {
        [self.common, self.reference].map(|kind| if kind == Kind::F16 { Kind::F32 } else { kind })
    }

    /// The loop of this precision.
    pub fn select<M: Measured>(&self, work: M) -> M::Output {
        match (self.common, self.reference) {
            (Kind::F16, _) => work.of::<Half, Half>(),
            (Kind::F32, Kind::F16) => work.of::<f32, Half>(),
            (Kind::F32, _) => work.of::<f32, f32>(),
            (Kind::F64, Kind::F16) => work.of::<f64, Half>(),
            (Kind::F64, Kind::F32) => work.of::<f64, f32>(),
            (Kind::F64, _) => work.of::<f64, f64>(),
            (Kind::C64, Kind::F16) => work.of::<Complex<f32>, Half>(),
            (Kind::C64, Kind::F32) => work.of::<Complex<f32>, f32>(),
            (Kind::C64, _) => work.of::<Complex<f32>, Complex<f32>>(),
            (Kind::C128, Kind::F16) => work.of::<Complex<f64>, Half>(),
            (Kind::C128, Kind::F32) => work.of::<Complex<f64>, f32>(),
            (Kind::C128, Kind::F64) => work.of::<Complex<f64>, f64>(),
            (Kind::C128, Kind::C64) => work.of::<Complex<f64>, Complex<f32>>(),
            (_, _) => work.of::<Complex<f64>, Complex<f64>>(),
        }
    }
}

/// Arithmetic in the precision of a kind; what comes out is exact in `f64`.
pub(crate) trait Measure: Native {
    /// `[rtol, atol]`, rounded to this precision.
    fn limits(tolerance: Tolerance) -> [f64; 2];
    fn distance(self, other: Self) -> f64;
    /// `|self|`.
    fn size(self) -> f64;
    /// `atol + rtol * size`.
    fn bound(limits: [f64; 2], size: f64) -> f64;
    fn is_finite(self) -> bool;
    fn same(self, other: Self) -> bool;
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
    fn limits(tolerance: Tolerance) -> [f64; 2] {
        [tolerance.rtol, tolerance.atol].map(|x| half_float::to_f32(half_float::from_f64(x)).into())
    }
    #[inline(always)]
    fn distance(self, other: Half) -> f64 {
        Half::round((self.0 - other.0).abs()).into()
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
    #[inline(always)]
    fn same(self, other: Half) -> bool {
        self == other
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
            fn limits(tolerance: Tolerance) -> [f64; 2] {
                [tolerance.rtol, tolerance.atol].map(|x| f64::from(x as $T))
            }
            #[inline(always)]
            fn distance(self, other: $T) -> f64 {
                f64::from((self - other).abs())
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
            #[inline(always)]
            fn same(self, other: $T) -> bool {
                self == other
            }
        }

        impl Measure for Complex<$T> {
            fn limits(tolerance: Tolerance) -> [f64; 2] {
                $T::limits(tolerance)
            }
            #[inline(always)]
            fn distance(self, other: Self) -> f64 {
                f64::from((self.re - other.re).length(self.im - other.im))
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
            #[inline(always)]
            fn same(self, other: Self) -> bool {
                self == other
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
