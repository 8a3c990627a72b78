//! Every kernel against an oracle that knows nothing of strides, tiles or threads: elements one by one, as exact numbers.

mod arrays;
mod assign;
mod compare;
mod control;
mod distances;
mod expr;
mod histogram;
mod linalg;
mod nests;
mod number;
mod order;
mod pool;
mod quantile;
mod reduce;
mod scan;
mod selection;
mod staging;
mod vectors;

use proptest::prelude::ProptestConfig;

/// Fewer cases where each takes long.
fn config(cases: u32) -> ProptestConfig {
    let cases = if cfg!(miri) { 4 } else { cases };
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_global_rejects: 100_000,
        ..ProptestConfig::default()
    }
}
