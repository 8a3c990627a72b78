//! How fast the kernels are beside what the machine can do: `cargo run --release --example bench [-- ARGUMENTS]`.
//!
//! Arguments: words that an operation's name must contain, `--mib N` for the size of the source (1024), `--runs N` (5).
//! `crossover` alone prints times around the size at which threads begin to pay instead, and `small` the cost of the
//! smallest calls. Rates are in GB/s, of the bytes read and written together; the limit is that of the same traffic done by
//! a plain loop.

mod crossover;
mod fresh;
mod operations;
mod timing;

use timing::{Settings, rate};

fn main() {
    let settings = Settings::from_arguments(std::env::args().skip(1));
    match settings.words.first().map(String::as_str) {
        Some("crossover") => return crossover::crossover(),
        Some("small") => return crossover::small(),
        _ => {}
    }
    println!("{} MiB, {} threads, median of {}", settings.mib, memmap_kernels::threads(), settings.runs);
    let mut bench = operations::Bench::new(settings);
    bench.limits();
    println!("{:<34} {:>9} {:>9} {:>9}", "operation", "GB/s", "limit", "share");
    bench.reductions();
    bench.copies();
    bench.selections();
    fresh::fresh(&mut bench);
}

/// One line of the table.
fn print_row(name: &str, bytes: usize, seconds: f64, limit: f64) {
    let reached = rate(bytes, seconds);
    let share = if limit > 0.0 { format!("{:>8.0}%", 100.0 * reached / limit) } else { "-".into() };
    println!("{name:<34} {reached:>9.2} {limit:>9.2} {share:>9}   {:>9.3} ms", seconds * 1e3);
}
