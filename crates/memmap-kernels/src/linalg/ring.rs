//! The numbers that products are added up in.

use super::products::{add_columns, add_rows};
use crate::dtype::{Complex, Kind, Native};
use crate::loops::{Arithmetic, Level};
use std::marker::PhantomData;

/// Numbers that products are computed in: integers modulo 2^n of either sign, floats and complex numbers.
pub(super) trait Ring: Arithmetic {
    /// What the sums of many columns are added up in.
    type Sum: Arithmetic;

    /// Whether memory is the limit, so that each number that is loaded is to be used for several products.
    const IS_QUICK: bool;

    fn to_sum(self) -> Self::Sum;

    /// `self * b + c`, rounded once where the level can.
    #[inline(always)]
    fn fma<L: Level>(self, b: Self, c: Self) -> Self {
        self.times(b).plus(c)
    }

    /// Adds the product of two matrices to `c`, which is contiguous, where a library does.
    ///
    /// # Safety
    /// The elements are readable, those of `c` writable, and all are aligned.
    unsafe fn multiply(_shape: [usize; 3], _a: Matrix, _b: Matrix, _c: *mut Self) -> bool {
        false
    }
}

/// The first element of a matrix, and the elements from one row to the next and from one column to the next.
#[derive(Clone, Copy)]
pub(super) struct Matrix {
    pub first: *const u8,
    pub steps: [isize; 2],
}

macro_rules! integers {
    ($($T:ty => $is_quick:literal),*) => {$(
        impl Ring for $T {
            type Sum = $T;
            const IS_QUICK: bool = $is_quick;
            #[inline(always)]
            fn to_sum(self) -> $T {
                self
            }
        }
    )*};
}

// Few processors multiply 64 bits in vectors.
integers!(u32 => true, u64 => false);

macro_rules! floats {
    ($($T:ty => $multiply:path),*) => {$(
        impl Ring for $T {
            type Sum = f64;
            const IS_QUICK: bool = true;
            #[inline(always)]
            fn to_sum(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn fma<L: Level>(self, b: Self, c: Self) -> Self {
                if L::FMA { self.mul_add(b, c) } else { self * b + c }
            }
            unsafe fn multiply([m, k, n]: [usize; 3], a: Matrix, b: Matrix, c: *mut $T) -> bool {
                let ([rsa, csa], [rsb, csb]) = (a.steps, b.steps);
                let (a, b) = (a.first.cast(), b.first.cast());
                // SAFETY: passed on as it is.
                unsafe { $multiply(m, k, n, 1.0, a, rsa, csa, b, rsb, csb, 1.0, c, n as isize, 1) };
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
            const IS_QUICK: bool = false;
            #[inline(always)]
            fn to_sum(self) -> Complex<f64> {
                Complex { re: self.re.into(), im: self.im.into() }
            }
            unsafe fn multiply([m, k, n]: [usize; 3], a: Matrix, b: Matrix, c: *mut Self) -> bool {
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

/// The loops of a ring, for drivers that are compiled once. Addresses are of native numbers, aligned where they are not of rows or columns.
pub(super) trait Loops: Sync {
    /// The kind of the numbers, and that of sums.
    fn kinds(&self) -> [Kind; 2];

    /// See [`add_rows`].
    ///
    /// # Safety
    /// As for it, and there is a sum for each row and vector.
    unsafe fn add_rows(&self, rows: &[*const u8], vectors: &[*const u8], len: usize, sums: *mut u8);

    /// See [`add_columns`].
    ///
    /// # Safety
    /// As for it, and there is a factor for each column.
    unsafe fn add_columns(&self, columns: &[*const u8], factors: *const u8, totals: *mut u8, len: usize);

    /// Adds totals to every `step`th sum.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn add_totals(&self, totals: *const u8, len: usize, sums: *mut u8, step: usize);

    /// Adds sums, or with `is_block` numbers, to as many others.
    ///
    /// # Safety
    /// There are so many.
    unsafe fn add(&self, more: *const u8, len: usize, to: *mut u8, is_block: bool);

    /// See [`Ring::multiply`].
    ///
    /// # Safety
    /// As for it.
    unsafe fn multiply(&self, shape: [usize; 3], a: Matrix, b: Matrix, c: *mut u8) -> bool;
}

struct Of<T>(PhantomData<fn() -> T>);

/// # Safety
/// There are so many numbers, aligned, of which no one else has any.
unsafe fn numbers<'a, T>(at: *mut u8, len: usize) -> &'a mut [T] {
    // SAFETY: the caller vouches for the numbers.
    unsafe { std::slice::from_raw_parts_mut(at.cast(), len) }
}

impl<T: Ring> Loops for Of<T> {
    fn kinds(&self) -> [Kind; 2] {
        [T::KIND, T::Sum::KIND]
    }

    unsafe fn add_rows(&self, rows: &[*const u8], vectors: &[*const u8], len: usize, sums: *mut u8) {
        // SAFETY: passed on as it is.
        let sums = unsafe { numbers(sums, rows.len() * vectors.len()) };
        // SAFETY: passed on as it is.
        unsafe { add_rows::<T>(rows, vectors, len, sums) };
    }

    unsafe fn add_columns(&self, columns: &[*const u8], factors: *const u8, totals: *mut u8, len: usize) {
        // SAFETY: passed on as it is.
        let totals = unsafe { numbers::<T>(totals, len) };
        // SAFETY: passed on as it is; the factors are only read.
        let factors = unsafe { std::slice::from_raw_parts(factors.cast(), columns.len()) };
        // SAFETY: passed on as it is.
        unsafe { add_columns::<T>(columns, factors, totals) };
    }

    unsafe fn add_totals(&self, totals: *const u8, len: usize, sums: *mut u8, step: usize) {
        // SAFETY: passed on as it is.
        let totals: &[T] = unsafe { std::slice::from_raw_parts(totals.cast(), len) };
        // SAFETY: passed on as it is.
        let sums: &mut [T::Sum] = unsafe { numbers(sums, (len - 1) * step + 1) };
        for (total, sum) in totals.iter().zip(sums.iter_mut().step_by(step)) {
            *sum = sum.plus(total.to_sum());
        }
    }

    unsafe fn add(&self, more: *const u8, len: usize, to: *mut u8, is_block: bool) {
        let add = if is_block { add_each::<T> } else { add_each::<T::Sum> };
        // SAFETY: passed on as it is.
        unsafe { add(more, len, to) };
    }

    unsafe fn multiply(&self, shape: [usize; 3], a: Matrix, b: Matrix, c: *mut u8) -> bool {
        // SAFETY: passed on as it is.
        unsafe { T::multiply(shape, a, b, c.cast()) }
    }
}

/// # Safety
/// There are so many numbers.
unsafe fn add_each<S: Arithmetic>(more: *const u8, len: usize, to: *mut u8) {
    // SAFETY: passed on as it is.
    let more: &[S] = unsafe { std::slice::from_raw_parts(more.cast(), len) };
    // SAFETY: passed on as it is.
    let to: &mut [S] = unsafe { numbers(to, len) };
    to.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.plus(*more));
}

/// The loops for results of a kind. Short integers wrap as those of 32 bits do, and a bool is true where a sum is not 0.
pub(super) fn loops_of(kind: Kind) -> Option<&'static dyn Loops> {
    Some(match kind {
        Kind::I8 | Kind::U8 | Kind::I16 | Kind::U16 | Kind::I32 | Kind::U32 => &Of::<u32>(PhantomData),
        Kind::Bool | Kind::I64 | Kind::U64 => &Of::<u64>(PhantomData),
        Kind::F16 | Kind::F32 => &Of::<f32>(PhantomData),
        Kind::F64 => &Of::<f64>(PhantomData),
        Kind::C64 => &Of::<Complex<f32>>(PhantomData),
        Kind::C128 => &Of::<Complex<f64>>(PhantomData),
        Kind::Time | Kind::Opaque => return None,
    })
}

/// Whether the bits of an element are a number of the ring's kind.
pub(super) fn is_of(kind: Kind, ring: Kind) -> bool {
    kind == ring || (kind, ring) == (Kind::I32, Kind::U32) || (kind, ring) == (Kind::I64, Kind::U64)
}
