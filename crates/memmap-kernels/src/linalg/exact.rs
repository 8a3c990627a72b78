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
    fn step<L: Level>(x: f64, q: f64, total: &mut f64, squares: &mut f64);
}

struct Product;
struct Squares;
struct Absolute;

#[inline(always)]
fn fma<L: Level>(a: f64, b: f64, c: f64) -> f64 {
    if L::FMA { a.mul_add(b, c) } else { a * b + c }
}

impl Step for Product {
    #[inline(always)]
    fn step<L: Level>(x: f64, q: f64, total: &mut f64, squares: &mut f64) {
        *total = fma::<L>(x, q, *total);
        *squares = fma::<L>(x, x, *squares);
    }
}

impl Step for Squares {
    #[inline(always)]
    fn step<L: Level>(x: f64, q: f64, total: &mut f64, _squares: &mut f64) {
        *total = fma::<L>(x - q, x - q, *total);
    }
}

impl Step for Absolute {
    #[inline(always)]
    fn step<L: Level>(x: f64, q: f64, total: &mut f64, _squares: &mut f64) {
        *total += (x - q).abs();
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
            S::step::<L>(x[i], q[i], &mut total[i], &mut squares[i]);
        }
        at += LANES;
    }
    for i in 0..len - whole {
        S::step::<L>(row.get(whole + i), query.get(whole + i), &mut total[i], &mut squares[i]);
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
