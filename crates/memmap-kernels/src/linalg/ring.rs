//! The numbers that products are added up in.

use crate::dtype::{Complex, Flag, Kind};
use crate::loops::{Arithmetic, Level};

/// A kind that products are computed in: bools, integers modulo 2^n of either sign, floats and complex numbers.
pub(super) trait Ring: Arithmetic {
    /// What the sums of many columns are added up in.
    type Sum: Arithmetic;

    fn to_sum(self) -> Self::Sum;

    /// `self * b + c`, rounded once where the level can.
    #[inline(always)]
    fn fma<L: Level>(self, b: Self, c: Self) -> Self {
        self.times(b).plus(c)
    }

    /// Adds the product of two matrices to `c`, where a library does. Steps are in elements, of rows and of columns.
    ///
    /// # Safety
    /// The elements are readable, those of `c` writable, and all are aligned.
    unsafe fn multiply(_shape: [usize; 3], _a: Matrix<Self>, _b: Matrix<Self>, _c: *mut Self) -> bool {
        false
    }
}

/// The first element of a matrix, and the elements from one row to the next and from one column to the next.
pub(super) struct Matrix<T> {
    pub first: *const T,
    pub steps: [isize; 2],
}

macro_rules! integers {
    ($($T:ty)*) => {$(
        impl Ring for $T {
            type Sum = $T;
            #[inline(always)]
            fn to_sum(self) -> $T {
                self
            }
        }
    )*};
}

integers!(u8 u16 u32 u64 Flag);

macro_rules! floats {
    ($($T:ty => $multiply:path),*) => {$(
        impl Ring for $T {
            type Sum = f64;
            #[inline(always)]
            fn to_sum(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn fma<L: Level>(self, b: Self, c: Self) -> Self {
                if L::FMA { self.mul_add(b, c) } else { self * b + c }
            }
            unsafe fn multiply([m, k, n]: [usize; 3], a: Matrix<$T>, b: Matrix<$T>, c: *mut $T) -> bool {
                let ([rsa, csa], [rsb, csb]) = (a.steps, b.steps);
                // SAFETY: passed on as it is.
                unsafe { $multiply(m, k, n, 1.0, a.first, rsa, csa, b.first, rsb, csb, 1.0, c, n as isize, 1) };
                true
            }
        }
    )*};
}

floats!(f32 => matrixmultiply::sgemm, f64 => matrixmultiply::dgemm);

macro_rules! complex {
    ($($T:ty => $multiply:path),*) => {$(
        impl Ring for Complex<$T> {
            type Sum = Complex<f64>;
            #[inline(always)]
            fn to_sum(self) -> Complex<f64> {
                Complex { re: self.re.into(), im: self.im.into() }
            }
            unsafe fn multiply([m, k, n]: [usize; 3], a: Matrix<Self>, b: Matrix<Self>, c: *mut Self) -> bool {
                use matrixmultiply::CGemmOption::Standard;
                let ([rsa, csa], [rsb, csb], one) = (a.steps, b.steps, [1.0, 0.0]);
                let (a, b, c) = (a.first.cast(), b.first.cast(), c.cast());
                // SAFETY: passed on as it is; a complex number is two floats.
                unsafe {
                    $multiply(Standard, Standard, m, k, n, one, a, rsa, csa, b, rsb, csb, one, c, n as isize, 1)
                };
                true
            }
        }
    )*};
}

complex!(f32 => matrixmultiply::cgemm, f64 => matrixmultiply::zgemm);

/// Calls a generic function for the ring of a kind. Integers of both signs are one, because products wrap.
macro_rules! with_ring {
    ($kind:expr, $T:ident => $work:expr, $otherwise:expr) => {{
        macro_rules! with {
            ($type:ty) => {{
                type $T = $type;
                $work
            }};
        }
        match $kind {
            Kind::Bool => with!(Flag),
            Kind::I8 | Kind::U8 => with!(u8),
            Kind::I16 | Kind::U16 => with!(u16),
            Kind::I32 | Kind::U32 => with!(u32),
            Kind::I64 | Kind::U64 => with!(u64),
            Kind::F32 => with!(f32),
            Kind::F64 => with!(f64),
            Kind::C64 => with!(Complex<f32>),
            Kind::C128 => with!(Complex<f64>),
            _ => $otherwise,
        }
    }};
}
pub(super) use with_ring;

/// The same kind without a sign.
pub(super) fn unsigned(kind: Kind) -> Kind {
    match kind {
        Kind::I8 => Kind::U8,
        Kind::I16 => Kind::U16,
        Kind::I32 => Kind::U32,
        Kind::I64 => Kind::U64,
        other => other,
    }
}
