//! How far two rows are apart.

/// What `nearest` calls near.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// One less the cosine of the angle. A row of zeros has none.
    Cosine,
    /// The square root of the sum of squared differences.
    Euclidean,
    /// The sum of squared differences.
    SqEuclidean,
    /// The sum of absolute differences.
    CityBlock,
    /// The product; the largest is nearest.
    Dot,
    /// The number of different bits of bytes.
    Hamming,
}

impl Metric {
    /// All metrics, in the order of their numbers.
    pub const ALL: [Metric; 6] = [
        Metric::Cosine,
        Metric::Euclidean,
        Metric::SqEuclidean,
        Metric::CityBlock,
        Metric::Dot,
        Metric::Hamming,
    ];

    /// What is added up over the columns.
    pub(super) fn form(self) -> Form {
        match self {
            Metric::Cosine | Metric::Dot => Form::Product,
            Metric::Euclidean | Metric::SqEuclidean => Form::Squares,
            Metric::CityBlock | Metric::Hamming => Form::Absolute,
        }
    }

    /// The key by which rows are ordered, lower for nearer ones; `None` for a row that is never near. For the cosine, all squares are
    /// 0, not finite, or safe: see [`super::scale`].
    pub(super) fn key(self, sums: Sums, query_squares: f64) -> Option<f64> {
        let key = self.key_or_nan(sums, query_squares);
        (!key.is_nan()).then_some(key)
    }

    /// As [`Metric::key`], NaN for a row that is never near.
    #[inline(always)]
    pub(super) fn key_or_nan(self, sums: Sums, query_squares: f64) -> f64 {
        let Sums { total, squares } = sums;
        match self {
            Metric::Cosine => {
                // One root of both, so that the distance of equal rows, and of many multiples, is 0.
                let norms = (squares * query_squares).sqrt();
                1.0 - total / if norms == 0.0 { f64::NAN } else { norms }
            }
            Metric::Euclidean => total.sqrt(),
            Metric::SqEuclidean | Metric::CityBlock | Metric::Hamming => total,
            // A difference from 0, so that products of 0 and -0 tie.
            Metric::Dot => 0.0 - total,
        }
    }

    /// The distance of a key.
    pub(super) fn distance(self, key: f64) -> f64 {
        match self {
            Metric::Cosine => key.max(0.0),
            Metric::Dot => 0.0 - key,
            _ => key,
        }
    }
}

/// What is added up over the columns of a row `x` and a query `q`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `x * q`, and beside it `x * x`.
    Product,
    /// `(x - q)²`.
    Squares,
    /// `|x - q|`.
    Absolute,
}

/// What was added up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// The sum of the form.
    pub total: f64,
    /// The squares of the row, of [`Form::Product`] only.
    pub squares: f64,
}
