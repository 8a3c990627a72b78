//! Order statistics and histograms: quantiles, the range, counts in bins.

mod extent;
mod histogram;
mod interpolate;
mod key;
mod lines;
mod quantile;
mod ranks;
mod read;
mod sample;

pub use extent::extent;
pub use histogram::{histogram, weighted_histogram};
pub use interpolate::QuantileMethod;
pub use quantile::{Quantiles, quantile};
pub(crate) use read::States;
