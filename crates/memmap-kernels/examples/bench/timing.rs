//! Settings and the clock.

use std::time::Instant;

/// What the command line asks for.
pub struct Settings {
    pub words: Vec<String>,
    pub mib: usize,
    pub runs: usize,
}

impl Settings {
    pub fn from_arguments(mut arguments: impl Iterator<Item = String>) -> Settings {
        let mut settings = Settings { words: Vec::new(), mib: 1024, runs: 5 };
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next().and_then(|text| text.parse().ok());
            match argument.as_str() {
                "--mib" => settings.mib = number().unwrap_or(settings.mib),
                "--runs" => settings.runs = number().unwrap_or(settings.runs).max(1),
                _ => settings.words.push(argument),
            }
        }
        settings
    }

    pub fn wants(&self, name: &str) -> bool {
        self.words.iter().all(|word| name.contains(word.as_str()))
    }
}

/// The median time of some runs, in seconds, after one that does not count.
pub fn median(runs: usize, mut work: impl FnMut()) -> f64 {
    work();
    let mut times: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Bytes in a time, as GB/s.
pub fn rate(bytes: usize, seconds: f64) -> f64 {
    bytes as f64 / seconds / 1e9
}
