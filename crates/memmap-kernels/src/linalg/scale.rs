//! Rows whose squares leave the range of doubles, times a power of two with which they do not.

use crate::loops::RawSlice;
use std::ops::RangeInclusive;

/// Squares of two rows in this range have a product whose root is exact to the last bits.
const SAFE_SQUARES: RangeInclusive<f64> = 1e-150..=1e150;

/// Lanes that are compared side by side.
const LANES: usize = 16;

/// Whether the sum of squares of a row is good for its cosine.
#[inline]
pub(super) fn has_safe_squares(squares: f64) -> bool {
    SAFE_SQUARES.contains(&squares)
}

/// Stores a multiple of the row, whose largest magnitude is at least 1 and less than 2. False for rows that have none, because they are
/// zero or infinite.
pub(super) fn scale(row: RawSlice<f64>, scaled: &mut [f64]) -> bool {
    let Some(scale) = Scale::of(largest(row.len(), |at| row.chunk(at), |at| row.get(at))) else {
        return false;
    };
    for (x, scaled) in row.iter().zip(scaled) {
        *scaled = scale.times(x);
    }
    true
}

/// The length of the difference of two rows as long as each other, in which only the length itself can leave the range.
pub(super) fn distance(row: RawSlice<f64>, query: &[f64]) -> f64 {
    let query = RawSlice::of(query);
    let differences = |at: usize| -> [f64; LANES] {
        let (x, q): ([f64; LANES], [f64; LANES]) = (row.chunk(at), query.chunk(at));
        std::array::from_fn(|i| x[i] - q[i])
    };
    let difference = |at: usize| row.get(at) - query.get(at);
    let largest = largest(row.len(), differences, difference);
    let Some(scale) = Scale::of(largest) else { return largest };
    let squares: f64 = (0..row.len()).map(|at| scale.times(difference(at)).powi(2)).sum();
    scale.inverse().times(squares.sqrt())
}

/// The largest magnitude of `len` numbers, NaN left out.
#[inline(always)]
fn largest(len: usize, chunk: impl Fn(usize) -> [f64; LANES], number: impl Fn(usize) -> f64) -> f64 {
    let larger = |a: f64, b: f64| if a > b { a } else { b };
    let mut lanes = [0.0; LANES];
    let whole = len / LANES * LANES;
    for at in (0..whole).step_by(LANES) {
        let numbers = chunk(at);
        for i in 0..LANES {
            lanes[i] = larger(numbers[i].abs(), lanes[i]);
        }
    }
    let rest = (whole..len).map(|at| number(at).abs());
    lanes.into_iter().chain(rest).fold(0.0, |largest, x| larger(x, largest))
}

/// A power of two, as two factors because it may be out of range itself.
#[derive(Clone, Copy)]
struct Scale([i32; 2]);

impl Scale {
    /// That which makes a number at least 1 and less than 2; `None` for 0 and infinity.
    fn of(number: f64) -> Option<Scale> {
        if number == 0.0 || number.is_infinite() {
            return None;
        }
        let bits = number.to_bits();
        let exponent =
            if number.is_subnormal() { bits.ilog2() as i32 - 1074 } else { (bits >> 52) as i32 - 1023 };
        Some(Scale([-exponent / 2, -exponent - -exponent / 2]))
    }

    fn inverse(self) -> Scale {
        Scale(self.0.map(|exponent| -exponent))
    }

    #[inline(always)]
    fn times(self, x: f64) -> f64 {
        let power = |exponent: i32| f64::from_bits(((exponent + 1023) as u64) << 52);
        x * power(self.0[0]) * power(self.0[1])
    }
}
