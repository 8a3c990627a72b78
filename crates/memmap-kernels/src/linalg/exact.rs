//! Sums in double precision: of doubles, and of the few rows that sums in singles cannot tell apart.

use super::metric::{Form, Sums};
use crate::loops::{Kernel, Level, RawSlice, dispatch_wide};

/// Lanes that are added up side by side: enough to hide the latency of an addition.
const LANES: usize = 16;

type Lane = [f64; LANES];

/// The sums of a row and a query of the same length.
#[inline]
pub(super) fn exact(row: RawSlice<f64>, query: &[f64], form: Form) -> Sums {
    dispatch_wide(Exact { row, query: RawSlice::of(query), form })
}

/// The totals of rows with each of several queries, one behind the other.
pub(super) fn exact_totals(rows: &[RawSlice<f64>], queries: RawSlice<f64>, form: Form, totals: &mut [f64]) {
    dispatch_wide(Totals { rows, queries, form, totals });
}

struct Totals<'a> {
    rows: &'a [RawSlice<'a, f64>],
    queries: RawSlice<'a, f64>,
    form: Form,
    /// Those of the first row, then those of the next one.
    totals: &'a mut [f64],
}

impl Kernel for Totals<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        match self.form {
            Form::Product => each_query::<L, Product>(self),
            Form::Squares => each_query::<L, Squares>(self),
            Form::Absolute => each_query::<L, Absolute>(self),
        }
    }
}

/// Queries that are looked at together, because each needs the elements of the row.
const TOGETHER: usize = 4;

#[inline(always)]
fn each_query<L: Level, S: Step>(work: Totals) {
    let Totals { rows, queries, totals, .. } = work;
    let count = totals.len() / rows.len().max(1);
    let mut at = 0;
    // A few queries stay in the nearest cache for all rows.
    while at < count {
        let some = if at + TOGETHER <= count { TOGETHER } else { 1 };
        for (row, totals) in rows.iter().zip(totals.chunks_exact_mut(count)) {
            let (_, rest) = queries.split_at(at * row.len());
            if some == TOGETHER {
                totals[at..at + TOGETHER].copy_from_slice(&some_queries::<L, S, TOGETHER>(*row, rest));
            } else {
                totals[at] = some_queries::<L, S, 1>(*row, rest)[0];
            }
        }
        at += some;
    }
}

#[inline(always)]
fn some_queries<L: Level, S: Step, const N: usize>(row: RawSlice<f64>, queries: RawSlice<f64>) -> [f64; N] {
    let len = row.len();
    let mut totals: [Lane; N] = [[0.0; LANES]; N];
    let whole = len / LANES * LANES;
    let mut at = 0;
    while at < whole {
        let x: Lane = row.chunk(at);
        let mut query = 0;
        while query < N {
            let q: Lane = queries.chunk(query * len + at);
            for i in 0..LANES {
                totals[query][i] = S::step::<L>(x[i], q[i], totals[query][i]);
            }
            query += 1;
        }
        at += LANES;
    }
    let mut sums = [0.0; N];
    for (query, mut total) in totals.into_iter().enumerate() {
        for at in whole..len {
            total[at - whole] = S::step::<L>(row.get(at), queries.get(query * len + at), total[at - whole]);
        }
        sums[query] = sum(total);
    }
    sums
}

struct Exact<'a> {
    row: RawSlice<'a, f64>,
    query: RawSlice<'a, f64>,
    form: Form,
}

impl Kernel for Exact<'_> {
    type Output = Sums;
    #[inline(always)]
    fn run<L: Level>(self) -> Sums {
        match self.form {
            Form::Product => add_up::<L, Product>(self.row, self.query),
            Form::Squares => add_up::<L, Squares>(self.row, self.query),
            Form::Absolute => add_up::<L, Absolute>(self.row, self.query),
        }
    }
}

trait Step {
    /// Whether the squares of the row are added up beside.
    const HAS_SQUARES: bool = false;
    fn step<L: Level>(x: f64, q: f64, total: f64) -> f64;
}

struct Product;
struct Squares;
struct Absolute;

#[inline(always)]
fn fma<L: Level>(a: f64, b: f64, c: f64) -> f64 {
    if L::FMA { a.mul_add(b, c) } else { a * b + c }
}

impl Step for Product {
    const HAS_SQUARES: bool = true;
    #[inline(always)]
    fn step<L: Level>(x: f64, q: f64, total: f64) -> f64 {
        fma::<L>(x, q, total)
    }
}

impl Step for Squares {
    #[inline(always)]
    fn step<L: Level>(x: f64, q: f64, total: f64) -> f64 {
        fma::<L>(x - q, x - q, total)
    }
}

impl Step for Absolute {
    #[inline(always)]
    fn step<L: Level>(x: f64, q: f64, total: f64) -> f64 {
        total + (x - q).abs()
    }
}

#[inline(always)]
fn add_up<L: Level, S: Step>(row: RawSlice<f64>, query: RawSlice<f64>) -> Sums {
    let (mut total, mut squares): (Lane, Lane) = ([0.0; LANES], [0.0; LANES]);
    let len = row.len().min(query.len());
    let whole = len / LANES * LANES;
    let mut at = 0;
    while at < whole {
        let (x, q): (Lane, Lane) = (row.chunk(at), query.chunk(at));
        for i in 0..LANES {
            total[i] = S::step::<L>(x[i], q[i], total[i]);
            if S::HAS_SQUARES {
                squares[i] = fma::<L>(x[i], x[i], squares[i]);
            }
        }
        at += LANES;
    }
    for i in 0..len - whole {
        let (x, q) = (row.get(whole + i), query.get(whole + i));
        total[i] = S::step::<L>(x, q, total[i]);
        if S::HAS_SQUARES {
            squares[i] = fma::<L>(x, x, squares[i]);
        }
    }
    Sums { total: sum(total), squares: sum(squares) }
}

#[inline(always)]
fn sum(mut lanes: Lane) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}
