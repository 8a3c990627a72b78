//! Which rows of a block may be among the nearest. Most blocks have none, so all of their rows are compared at once.

use super::metric::Metric;
use super::queries::factors;
use crate::loops::{Kernel, Level, dispatch_wide};

/// Whether any row with these exact sums may have a key of at most `worst`: see [`Metric::key_or_nan`]. A root and a division for each
/// row take as long as its products, so the squares of both sides are compared, and keys are left to rows that pass.
pub(super) fn may_be_near(
    metric: Metric,
    totals: &[f64],
    squares: &[f64],
    query_squares: f64,
    worst: f64,
) -> bool {
    dispatch_wide(MayBeNear { metric, totals, squares, query_squares, worst })
}

struct MayBeNear<'a> {
    metric: Metric,
    totals: &'a [f64],
    squares: &'a [f64],
    query_squares: f64,
    worst: f64,
}

/// More than the roundings of a key and of its squares.
const SLACK: f64 = 16.0 * f64::EPSILON;

impl Kernel for MayBeNear<'_> {
    type Output = bool;
    #[inline(always)]
    fn run<L: Level>(self) -> bool {
        let worst = self.worst;
        match self.metric {
            Metric::Cosine => {
                let least = signed_square(1.0 - worst - SLACK);
                let bound = (least - least.abs() * SLACK) * self.query_squares;
                self.any(|total, squares| signed_square(total) >= bound * squares)
            }
            Metric::Euclidean => {
                let bound = worst * worst * (1.0 + SLACK);
                self.any(|total, _| total <= bound)
            }
            Metric::Dot => self.any(|total, _| -total <= worst),
            Metric::SqEuclidean | Metric::CityBlock | Metric::Hamming => self.any(|total, _| total <= worst),
        }
    }
}

impl MayBeNear<'_> {
    #[inline(always)]
    fn any(self, is_near: impl Fn(f64, f64) -> bool) -> bool {
        let sums = self.totals.iter().zip(self.squares);
        sums.fold(false, |is_any, (&total, &squares)| is_any | is_near(total, squares))
    }
}

/// A square with the sign, and so the order, of the number.
#[inline(always)]
fn signed_square(x: f64) -> f64 {
    x * x.abs()
}

/// Turns totals in singles into what is compared with the bar: see [`super::panel::Row`]. True if any reaches it, as NaN does.
pub(super) fn single_scores(
    metric: Metric,
    totals: &mut [f32],
    squares: &[f32],
    slack: f32,
    bar: f32,
) -> bool {
    dispatch_wide(SingleScores { metric, totals, squares, slack, bar })
}

struct SingleScores<'a> {
    metric: Metric,
    totals: &'a mut [f32],
    squares: &'a [f32],
    slack: f32,
    bar: f32,
}

impl Kernel for SingleScores<'_> {
    type Output = bool;
    #[inline(always)]
    fn run<L: Level>(self) -> bool {
        match self.metric {
            Metric::Cosine => self.each(Metric::Cosine),
            Metric::Dot => self.each(Metric::Dot),
            // The others have the same factors.
            _ => self.each(Metric::SqEuclidean),
        }
    }
}

impl SingleScores<'_> {
    /// Compiled for each metric, so that it is not looked at for each row.
    #[inline(always)]
    fn each(self, metric: Metric) -> bool {
        let mut is_any = false;
        for (total, &squares) in self.totals.iter_mut().zip(self.squares) {
            let (scale, extra) = factors(metric, squares);
            *total = *total * scale + extra * self.slack;
            is_any |= reaches(*total, self.bar);
        }
        is_any
    }
}

/// Whether a row may be among the nearest. NaN reaches every bar.
#[inline(always)]
#[allow(clippy::neg_cmp_op_on_partial_ord, reason = "NaN is not less")]
pub(super) fn reaches(score: f32, bar: f32) -> bool {
    !(score < bar)
}

#[cfg(test)]
mod tests {
    use super::may_be_near;
    use crate::Metric;
    use crate::linalg::metric::Sums;
    use proptest::prelude::*;

    proptest! {
        /// The key itself is the tightest bound that a row must pass.
        #[test]
        fn a_row_may_be_near_where_its_key_is_the_worst_one(
            metric in prop::sample::select(Metric::ALL.to_vec()),
            (total, squares, query_squares) in (-1i64 << 40..1 << 40, 0i64..1 << 40, 0i64..1 << 40),
        ) {
            let [squares, query_squares] = [squares as f64, query_squares as f64];
            // No product is larger than those of both norms.
            let total = (total as f64).clamp(-(squares * query_squares).sqrt(), (squares * query_squares).sqrt());
            let key = metric.key_or_nan(Sums { total, squares }, query_squares);
            prop_assert!(key.is_nan() || may_be_near(metric, &[total], &[squares], query_squares, key));
        }
    }
}
