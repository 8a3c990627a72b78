//! Loops of products: along rows, and of columns.

use super::ring::Ring;
use crate::loops::{Arithmetic, Kernel, Level, RawSlice, dispatch};

/// Lanes that are added up side by side.
const LANES: usize = 16;

/// Vectors that are multiplied with a row together, because each needs its elements.
const TOGETHER: usize = 4;

/// Adds to `sums`, for each row the products with each vector.
///
/// # Safety
/// `len` native numbers of `T` are readable from each address on.
pub(super) unsafe fn add_rows<T: Ring>(
    rows: &[*const u8],
    vectors: &[*const u8],
    len: usize,
    sums: &mut [T::Sum],
) {
    assert!(sums.len() >= rows.len() * vectors.len());
    dispatch(Rows::<T> { rows, vectors, len, sums });
}

/// The safety is that of [`add_rows`].
struct Rows<'a, T: Ring> {
    rows: &'a [*const u8],
    vectors: &'a [*const u8],
    len: usize,
    sums: &'a mut [T::Sum],
}

impl<T: Ring> Kernel for Rows<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Rows { rows, vectors, len, sums } = self;
        for (i, &row) in rows.iter().enumerate() {
            let mut at = 0;
            while T::IS_QUICK && at + TOGETHER <= vectors.len() {
                add::<L, T, TOGETHER>(row, &vectors[at..], len, &mut sums[i * vectors.len() + at..]);
                at += TOGETHER;
            }
            while at < vectors.len() {
                add::<L, T, 1>(row, &vectors[at..], len, &mut sums[i * vectors.len() + at..]);
                at += 1;
            }
        }
    }
}

#[inline(always)]
fn add<L: Level, T: Ring, const N: usize>(
    row: *const u8,
    vectors: &[*const u8],
    len: usize,
    sums: &mut [T::Sum],
) {
    // SAFETY: the numbers of a row.
    let x = unsafe { RawSlice::<T>::new(row, len) };
    // SAFETY: the numbers of a vector.
    let y: [RawSlice<T>; N] = std::array::from_fn(|v| unsafe { RawSlice::new(vectors[v], len) });
    let mut totals = [[T::ZERO; LANES]; N];
    let whole = len / LANES * LANES;
    let mut at = 0;
    while at < whole {
        let a: [T; LANES] = x.chunk(at);
        let mut v = 0;
        while v < N {
            let b: [T; LANES] = y[v].chunk(at);
            for i in 0..LANES {
                totals[v][i] = a[i].fma::<L>(b[i], totals[v][i]);
            }
            v += 1;
        }
        at += LANES;
    }
    for (v, mut total) in totals.into_iter().enumerate() {
        for at in whole..len {
            total[at - whole] = x.get(at).fma::<L>(y[v].get(at), total[at - whole]);
        }
        let mut width = LANES / 2;
        while width > 0 {
            for i in 0..width {
                total[i] = total[i].plus(total[i + width]);
            }
            width /= 2;
        }
        sums[v] = sums[v].plus(total[0].to_sum());
    }
}

/// Adds each column times its factor to `totals`.
///
/// # Safety
/// As many native numbers of `T` as there are totals are readable from each address on.
pub(super) unsafe fn add_columns<T: Ring>(columns: &[*const u8], factors: &[T], totals: &mut [T]) {
    assert!(factors.len() >= columns.len());
    dispatch(Columns { columns, factors, totals });
}

/// The safety is that of [`add_columns`].
struct Columns<'a, T> {
    columns: &'a [*const u8],
    factors: &'a [T],
    totals: &'a mut [T],
}

impl<T: Ring> Kernel for Columns<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let Columns { columns, factors, totals } = self;
        let mut at = 0;
        while T::IS_QUICK && at + TOGETHER <= columns.len() {
            add_some::<L, T, TOGETHER>(&columns[at..], &factors[at..], totals);
            at += TOGETHER;
        }
        while at < columns.len() {
            add_some::<L, T, 1>(&columns[at..], &factors[at..], totals);
            at += 1;
        }
    }
}

#[inline(always)]
fn add_some<L: Level, T: Ring, const N: usize>(columns: &[*const u8], factors: &[T], totals: &mut [T]) {
    let factor: [T; N] = std::array::from_fn(|v| factors[v]);
    // SAFETY: the numbers of a column.
    let x: [RawSlice<T>; N] = std::array::from_fn(|v| unsafe { RawSlice::new(columns[v], totals.len()) });
    let whole = totals.len() / LANES * LANES;
    let (blocks, rest) = totals.split_at_mut(whole);
    for (block, totals) in blocks.chunks_exact_mut(LANES).enumerate() {
        let mut own: [T; LANES] = std::array::from_fn(|i| totals[i]);
        let mut v = 0;
        while v < N {
            let a: [T; LANES] = x[v].chunk(block * LANES);
            for i in 0..LANES {
                own[i] = a[i].fma::<L>(factor[v], own[i]);
            }
            v += 1;
        }
        totals.copy_from_slice(&own);
    }
    for (i, total) in rest.iter_mut().enumerate() {
        for v in 0..N {
            *total = x[v].get(whole + i).fma::<L>(factor[v], *total);
        }
    }
}
