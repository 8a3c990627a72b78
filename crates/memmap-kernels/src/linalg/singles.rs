//! Sums in single precision of many rows and one query: as fast as memory.

use super::metric::Form;
use crate::loops::{Kernel, LINE, Lanes, Level, Widen, dispatch_wide, prefetch_lines};

/// The length of a query is a multiple of this, filled up with zeros.
pub(super) const PADDING: usize = 16;

/// Rows that are added up side by side.
pub(super) const ROWS: usize = 4;

/// Bytes between the rows that are read and those that are fetched into the cache.
const AHEAD: usize = 4096;

/// The bytes from each row to one that is read soon, where rows are short and equally far from one another as the next ones: processors
/// do not foresee several short rows at a time. Each line of a row is fetched beside the work on one before, because a processor waits
/// once it has asked for a dozen.
#[inline(always)]
pub(super) fn distance_ahead(rows: &[*const u8], bytes: usize) -> Option<usize> {
    if bytes >= AHEAD || rows.len() < ROWS + 1 {
        return None;
    }
    let step = rows[ROWS].addr().wrapping_sub(rows[0].addr());
    Some(step.wrapping_mul(AHEAD.div_ceil(ROWS * bytes.max(1))))
}

/// Fetches what lies a distance behind a column, given in bytes from the start of the row, once for each line.
#[inline(always)]
pub(super) fn fetch(row: *const u8, column: usize, distance: Option<usize>) {
    if let Some(distance) = distance
        && column.is_multiple_of(LINE)
    {
        prefetch_lines(row.wrapping_add(column).wrapping_add(distance), 1);
    }
}

/// Sums of rows and one query.
pub(super) struct RowSums<'a> {
    /// The first elements of the rows, of one kind, native and contiguous.
    pub rows: &'a [*const u8],
    pub columns: usize,
    /// Padded with zeros.
    pub query: &'a [f32],
    pub form: Form,
    /// The sum of the form, and the squares, of each row, in room for whole groups of [`ROWS`].
    pub totals: &'a mut [f32],
    pub squares: &'a mut [f32],
}

impl RowSums<'_> {
    /// Computes the sums of rows of `T`.
    ///
    /// # Safety
    /// So many columns of each row are readable.
    pub unsafe fn run<T: Widen>(self) {
        assert!(self.query.len() >= self.columns.next_multiple_of(PADDING));
        let room = self.rows.len().next_multiple_of(ROWS);
        assert!(self.totals.len() >= room && self.squares.len() >= room);
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
    let RowSums { rows, columns, query, totals, squares, .. } = work;
    let query = query.as_ptr();
    let mut first = 0;
    while first < rows.len() {
        // Fewer rows compute the last one again, so that the sums of a row do not depend on its place.
        let some: [*const T; ROWS] = std::array::from_fn(|i| rows[(first + i).min(rows.len() - 1)].cast());
        let distance = distance_ahead(&rows[first..], columns * size_of::<T>());
        let sums = row_sums::<L, T, S>(some, columns, query, distance);
        totals[first..first + ROWS].copy_from_slice(&sums[0]);
        squares[first..first + ROWS].copy_from_slice(&sums[1]);
        first += ROWS;
    }
}

#[inline(always)]
fn row_sums<L: Lanes, T: Widen, S: Step>(
    rows: [*const T; ROWS],
    columns: usize,
    query: *const f32,
    distance: Option<usize>,
) -> [[f32; ROWS]; 2] {
    let zero = L::splat(0.0);
    let (mut totals, mut squares) = ([zero; ROWS], [zero; ROWS]);
    let mut at = 0;
    while at + L::LEN <= columns {
        // SAFETY: the query is as long.
        let q = unsafe { L::load(query.wrapping_add(at)) };
        let mut i = 0;
        while i < ROWS {
            fetch(rows[i].cast(), at * size_of::<T>(), distance);
            // SAFETY: the columns are readable.
            let x = unsafe { T::load::<L>(rows[i].wrapping_add(at)) };
            totals[i] = S::step::<L>(x, q, totals[i]);
            if S::HAS_SQUARES {
                squares[i] = L::fma(x, x, squares[i]);
            }
            i += 1;
        }
        at += L::LEN;
    }
    if at < columns {
        // SAFETY: the query is padded.
        let q = unsafe { L::load(query.wrapping_add(at)) };
        let bytes = (columns - at) * size_of::<T>();
        for i in 0..ROWS {
            let mut rest = [T::ZERO; PADDING];
            let (from, to) = (rows[i].wrapping_add(at).cast::<u8>(), rest.as_mut_ptr().cast::<u8>());
            // SAFETY: the last columns, and a buffer of as many lanes as any level has.
            unsafe { std::ptr::copy_nonoverlapping(from, to, bytes) };
            // SAFETY: the columns, filled up with zeros.
            let x = unsafe { T::load::<L>(rest.as_ptr()) };
            totals[i] = S::step::<L>(x, q, totals[i]);
            if S::HAS_SQUARES {
                squares[i] = L::fma(x, x, squares[i]);
            }
        }
    }
    [L::sums(totals), if S::HAS_SQUARES { L::sums(squares) } else { [0.0; ROWS] }]
}
