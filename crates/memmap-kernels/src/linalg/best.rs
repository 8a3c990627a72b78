//! The nearest rows so far.

use crate::exec::{Error, Result, make_room};
use std::collections::BinaryHeap;

/// At most `k` rows: those with the lowest keys, and of equal keys those with the lowest numbers.
pub(super) struct Best {
    k: usize,
    /// The worst one on top. Grows as rows come, because `k` may be far larger than their number.
    rows: BinaryHeap<(u64, usize)>,
}

impl Best {
    pub fn new(k: usize) -> Best {
        Best { k, rows: BinaryHeap::new() }
    }

    /// The key that a row must not exceed; `None` while any row is among the best.
    pub fn worst(&self) -> Option<f64> {
        if self.rows.len() < self.k { None } else { self.rows.peek().map(|&(key, _)| number(key)) }
    }

    /// Makes room for those of so many rows that are among the best.
    pub fn make_room(&mut self, rows: usize) -> Result<()> {
        let more = rows.min(self.k - self.rows.len());
        let bytes = (self.rows.len() + more).saturating_mul(size_of::<(u64, usize)>());
        self.rows.try_reserve(more).map_err(|_| Error::Memory { bytes })
    }

    /// Keeps a row if it is among the best; true where it is. The key is not NaN.
    pub fn offer(&mut self, key: f64, row: usize) -> bool {
        let candidate = (order(key), row);
        if self.rows.len() < self.k {
            self.rows.push(candidate);
            return true;
        }
        match self.rows.peek_mut() {
            Some(mut worst) if candidate < *worst => {
                *worst = candidate;
                true
            }
            _ => false,
        }
    }

    /// The best rows of several, the nearest first, with their keys.
    pub fn join(
        all: impl IntoIterator<Item = Best>,
        k: usize,
    ) -> Result<impl ExactSizeIterator<Item = (f64, usize)>> {
        let mut rows: Vec<(u64, usize)> = Vec::new();
        for best in all {
            make_room(&mut rows, best.rows.len())?;
            rows.extend(best.rows);
        }
        rows.sort_unstable();
        rows.truncate(k);
        Ok(rows.into_iter().map(|(key, row)| (number(key), row)))
    }
}

const SIGN: u64 = 1 << 63;

/// An integer with the order of the number.
fn order(key: f64) -> u64 {
    let bits = key.to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn number(order: u64) -> f64 {
    f64::from_bits(if order & SIGN == 0 { !order } else { order ^ SIGN })
}
