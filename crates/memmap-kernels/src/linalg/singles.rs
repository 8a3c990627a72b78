//! Sums in single precision of many rows and one query: as fast as memory.

use super::metric::Form;
use crate::loops::{Kernel, Lanes, Level, Widen, dispatch_wide};

/// The length of a query is a multiple of this, filled up with zeros.
pub(super) const PADDING: usize = 16;

/// Vectors that are added up side by side.
const UNROLL: usize = 4;

/// Sums of rows and one query.
pub(super) struct RowSums<'a> {
    /// The first elements of the rows, of one kind, native and contiguous.
    pub rows: &'a [*const u8],
    pub columns: usize,
    /// Padded with zeros.
    pub query: &'a [f32],
    pub form: Form,
    /// The sum of the form and the squares of each row.
    pub out: &'a mut [[f32; 2]],
}

impl RowSums<'_> {
    /// Computes the sums of rows of `T`.
    ///
    /// # Safety
    /// So many columns of each row are readable.
    pub unsafe fn run<T: Widen>(self) {
        assert!(self.query.len() >= self.columns.next_multiple_of(PADDING));
        assert!(self.out.len() >= self.rows.len());
        dispatch_wide(Typed::<T>(self, std::marker::PhantomData))
    }
}

/// The safety is that of [`RowSums::run`].
struct Typed<'a, T>(RowSums<'a>, std::marker::PhantomData<T>);

impl<T: Widen> Kernel for Typed<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        match self.0.form {
            Form::Product => each_row::<L::Singles, T, Product>(self.0),
            Form::Squares => each_row::<L::Singles, T, Squares>(self.0),
            Form::Absolute => each_row::<L::Singles, T, Absolute>(self.0),
        }
    }
}

/// One addition of a form.
pub(super) trait Step {
    /// Whether the squares of the row are added up beside.
    const HAS_SQUARES: bool = false;
    fn step<L: Lanes>(x: L::Vector, q: L::Vector, total: L::Vector) -> L::Vector;
}

pub(super) struct Product;
pub(super) struct Squares;
pub(super) struct Absolute;

impl Step for Product {
    const HAS_SQUARES: bool = true;
    #[inline(always)]
    fn step<L: Lanes>(x: L::Vector, q: L::Vector, total: L::Vector) -> L::Vector {
        L::fma(x, q, total)
    }
}

impl Step for Squares {
    #[inline(always)]
    fn step<L: Lanes>(x: L::Vector, q: L::Vector, total: L::Vector) -> L::Vector {
        let difference = L::sub(x, q);
        L::fma(difference, difference, total)
    }
}

impl Step for Absolute {
    #[inline(always)]
    fn step<L: Lanes>(x: L::Vector, q: L::Vector, total: L::Vector) -> L::Vector {
        L::add(total, L::abs(L::sub(x, q)))
    }
}

#[inline(always)]
fn each_row<L: Lanes, T: Widen, S: Step>(work: RowSums) {
    let RowSums { rows, columns, query, out, .. } = work;
    let query = query.as_ptr();
    for (row, out) in rows.iter().zip(out) {
        *out = row_sums::<L, T, S>(row.cast(), columns, query);
    }
}

#[inline(always)]
fn row_sums<L: Lanes, T: Widen, S: Step>(row: *const T, columns: usize, query: *const f32) -> [f32; 2] {
    let zero = L::splat(0.0);
    let (mut totals, mut squares) = ([zero; UNROLL], [zero; UNROLL]);
    let mut at = 0;
    while at + UNROLL * L::LEN <= columns {
        let mut i = 0;
        while i < UNROLL {
            // SAFETY: the columns are readable.
            let x = unsafe { T::load::<L>(row.wrapping_add(at)) };
            // SAFETY: the query is as long.
            let q = unsafe { L::load(query.wrapping_add(at)) };
            totals[i] = S::step::<L>(x, q, totals[i]);
            if S::HAS_SQUARES {
                squares[i] = L::fma(x, x, squares[i]);
            }
            at += L::LEN;
            i += 1;
        }
    }
    let mut rest = [T::ZERO; PADDING];
    while at < columns {
        let left = columns - at;
        let mut from = row.wrapping_add(at);
        if left < L::LEN {
            // SAFETY: the last columns, and a buffer of as many lanes as any level has.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    from.cast::<u8>(),
                    rest.as_mut_ptr().cast(),
                    left * size_of::<T>(),
                )
            };
            from = rest.as_ptr();
        }
        // SAFETY: the columns are readable, or filled up with zeros.
        let x = unsafe { T::load::<L>(from) };
        // SAFETY: the query is padded.
        let q = unsafe { L::load(query.wrapping_add(at)) };
        totals[0] = S::step::<L>(x, q, totals[0]);
        if S::HAS_SQUARES {
            squares[0] = L::fma(x, x, squares[0]);
        }
        at += L::LEN;
    }
    [sum::<L>(totals), if S::HAS_SQUARES { sum::<L>(squares) } else { 0.0 }]
}

#[inline(always)]
fn sum<L: Lanes>([a, b, c, d]: [L::Vector; UNROLL]) -> f32 {
    L::sum(L::add(L::add(a, b), L::add(c, d)))
}
