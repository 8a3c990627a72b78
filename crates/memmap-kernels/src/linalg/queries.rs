//! Queries as the sums read them, and what a sum in single precision must reach so that its row may be among the nearest.
//!
//! Sums in singles only select: a row is ranked by its distance in double precision. A sum is off by at most `gamma`, the
//! rounding of each of its additions, times the sum of the absolute terms, and by what rounding the query to singles changed.
//! A row whose sum cannot be trusted, because it left the range of singles, has a NaN, which reaches every bar.

use super::byte_panel::{BytePanel, has_byte_panels};
use super::exact::exact as exact_sums;
use super::integers::IntegerQuery;
use super::metric::{Form, Metric};
use super::panel::block_shape;
use super::scale::{has_safe_squares, scale};
use super::singles::PADDING;
use crate::loops::RawSlice;

/// Squares within this range neither overflow nor lose small terms.
const SAFE_SQUARES: std::ops::Range<f32> = 1e-30..1e37;

/// The length of a query whose product with a row of safe squares stays in the range of singles.
const SAFE_NORM: f64 = 1e19;

/// Sums of which a total is added up at least.
const LEAST_LANES: usize = 4;

/// Half the distance from 1 to the next single.
const ROUNDING: f64 = 1.0 / (1 << 24) as f64;

/// The queries of a search.
pub(super) struct Queries {
    pub metric: Metric,
    pub columns: usize,
    /// One behind the other: as they were given, or multiples of those whose cosine would leave the range.
    pub exact: Vec<f64>,
    /// The length of each.
    pub norms: Vec<f64>,
    /// The squares of the norms.
    pub squares: Vec<f64>,
    /// A single query for sums by row, padded.
    pub row: Vec<f32>,
    /// A single query of small whole numbers.
    pub integers: Option<IntegerQuery>,
    /// Bytes, for [`Metric::Hamming`].
    pub bytes: Vec<u8>,
    /// Several queries, by column.
    pub panels: Vec<Panel>,
    /// A query of ones, where there are panels of bytes.
    pub ones: Option<IntegerQuery>,
    /// What rounding to singles changed, of each query.
    errors: Vec<f64>,
    gamma: f64,
}

/// Neighbouring queries, by column.
pub(super) struct Panel {
    pub first: usize,
    pub count: usize,
    pub width: usize,
    /// Where its bars begin among those of all panels.
    pub lane: usize,
    pub values: Vec<f32>,
    /// See [`super::panel::Block`].
    pub slack: Vec<f32>,
    /// For rows of uint8, and of int8, where the queries are bytes and the processor has the instructions.
    pub bytes: Option<[BytePanel; 2]>,
}

impl Queries {
    /// `values` are the queries one behind the other.
    pub fn new(metric: Metric, columns: usize, count: usize, values: Vec<f64>) -> Queries {
        let mut exact = values;
        // As those of rows, so that the squares of equal rows are equal.
        let squares_of = |query: &[f64]| exact_sums(RawSlice::of(query), query, Form::Product).squares;
        let mut squares = Vec::with_capacity(count);
        for i in 0..count {
            let query = &mut exact[i * columns..(i + 1) * columns];
            let mut own = squares_of(query);
            if metric == Metric::Cosine && !has_safe_squares(own) {
                let given = query.to_vec();
                if scale(RawSlice::of(&given), query) {
                    own = squares_of(query);
                }
            }
            squares.push(own);
        }
        let norms = squares.iter().map(|squares| squares.sqrt()).collect();
        let additions = if count == 1 { columns / LEAST_LANES + PADDING } else { columns + 8 };
        let mut queries = Queries {
            metric,
            columns,
            squares,
            norms,
            row: Vec::new(),
            integers: None,
            bytes: Vec::new(),
            panels: Vec::new(),
            ones: None,
            errors: Vec::new(),
            gamma: 1.01 * additions as f64 * ROUNDING,
            exact,
        };
        if metric == Metric::Hamming {
            queries.bytes = queries.exact.iter().map(|&x| x as u8).collect();
            return queries;
        }
        queries.errors = (0..count).map(|i| queries.error(i)).collect();
        if count == 1 {
            queries.row = queries.single(0).collect();
            queries.row.resize(columns.next_multiple_of(PADDING), 0.0);
            queries.integers = IntegerQuery::new(&queries.exact);
        } else {
            if has_byte_panels(metric.form(), columns, &queries.exact) {
                queries.ones = IntegerQuery::new(&vec![1.0; columns]);
            }
            queries.panels = queries.all_panels(count);
        }
        queries
    }

    pub fn count(&self) -> usize {
        self.norms.len()
    }

    pub fn query(&self, i: usize) -> &[f64] {
        &self.exact[i * self.columns..(i + 1) * self.columns]
    }

    /// Whether rows of bytes are compared with the panels in place.
    pub fn has_byte_panels(&self) -> bool {
        self.ones.is_some()
    }

    /// What a query is divided by for sums in singles.
    fn divisor(&self, i: usize) -> f64 {
        if self.metric == Metric::Cosine && self.norms[i] > 0.0 { self.norms[i] } else { 1.0 }
    }

    /// A query as the sums in singles read it: of length 1 for the cosine.
    fn single(&self, i: usize) -> impl Iterator<Item = f32> {
        let scale = self.divisor(i);
        self.query(i).iter().map(move |x| (x / scale) as f32)
    }

    /// How far a query moves when it is rounded to singles, in the length that belongs to the metric.
    fn error(&self, i: usize) -> f64 {
        let moved = self.query(i).iter().zip(self.single(i)).map(|(x, single)| (x - f64::from(single)).abs());
        match self.metric {
            // Counted with the other roundings.
            Metric::Cosine => 0.0,
            Metric::CityBlock => moved.sum(),
            _ => moved.map(|x| x * x).sum::<f64>().sqrt(),
        }
    }

    fn all_panels(&self, count: usize) -> Vec<Panel> {
        let (_, lanes) = block_shape();
        let mut panels = Vec::new();
        let (mut first, mut lane) = (0, 0);
        while first < count {
            let width = if count - first > lanes { 2 * lanes } else { lanes };
            let count = width.min(count - first);
            let mut values = vec![0.0; self.columns * width];
            let mut slack = vec![0.0; width];
            for i in 0..count {
                for (column, x) in self.single(first + i).enumerate() {
                    values[column * width + i] = x;
                }
                slack[i] = self.slack(first + i);
            }
            let bytes = self.has_byte_panels().then(|| {
                [false, true].map(|is_signed| {
                    let queries =
                        (first..first + count).map(|i| (self.query(i), (1.0 / self.divisor(i)) as f32));
                    BytePanel::new(is_signed, self.columns, width, queries)
                })
            });
            panels.push(Panel { first, count, width, lane, values, slack, bytes });
            first += count;
            lane += width;
        }
        panels
    }

    /// How much the product of a row of length 1 may be off.
    pub fn slack(&self, i: usize) -> f32 {
        match self.metric {
            Metric::Dot => (1.1 * (self.gamma * self.norms[i] + self.errors[i])) as f32,
            _ => 0.0,
        }
    }

    /// The bar of a query whose worst row so far has this key; no bar without one, and for a query so long that a sum may be -infinity
    /// halfway, although its row is the nearest.
    pub fn bar(&self, i: usize, worst: Option<f64>) -> f32 {
        let Some(worst) = worst else { return f32::NEG_INFINITY };
        if self.metric == Metric::Dot && !(0.0..SAFE_NORM).contains(&self.norms[i]) {
            return f32::NEG_INFINITY;
        }
        // Terms below the range of singles are lost.
        let lost = self.columns as f64 * f64::from(f32::MIN_POSITIVE);
        let relative = 1.0 + 2.0 * self.gamma + 8.0 * ROUNDING;
        let bar = match self.metric {
            Metric::Cosine => 1.0 - worst - 2.0 * self.gamma - 16.0 * ROUNDING,
            Metric::Dot => -worst - worst.abs() * 4.0 * ROUNDING - lost,
            Metric::Euclidean => -((worst + self.errors[i]).powi(2) * relative + lost),
            Metric::SqEuclidean => -((worst.sqrt() + self.errors[i]).powi(2) * relative + lost),
            Metric::CityBlock | Metric::Hamming => -((worst + self.errors[i]) * relative + lost),
        };
        (bar as f32).next_down()
    }

    /// Whether the sums need the squares of each row.
    pub fn has_squares(&self) -> bool {
        self.metric.form() == Form::Product
    }
}

/// The scale and the extra of a row with these squares: see [`super::panel::Row`].
#[inline(always)]
pub(super) fn factors(metric: Metric, squares: f32) -> (f32, f32) {
    let is_safe = SAFE_SQUARES.contains(&squares);
    match metric {
        Metric::Cosine => (if is_safe { 1.0 / squares.sqrt() } else { f32::NAN }, 0.0),
        Metric::Dot => (1.0, if is_safe { squares.sqrt() } else { f32::INFINITY }),
        _ => (-1.0, 0.0),
    }
}
