//! Pages that cannot be loaded. Without the guard each of these ends the process by a signal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs;

use common::{at, open_whole as open};
use memmap_core::{Code, Mode, guard, page_size};
use std::sync::atomic::Ordering;
use tempfile::TempDir;

/// One test, because faults are counted for the whole process.
#[test]
fn a_missing_page_reads_as_zeros_and_marks_its_mapping() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data.bin");
    let page = page_size();
    fs::write(&path, vec![7; 8 * page]).unwrap();
    let resize = |pages: usize| {
        fs::File::options().write(true).open(&path).unwrap().set_len((pages * page) as u64).unwrap()
    };

    let mut mapping = open(&path, Mode::ReadWrite);
    let mut other = open(&path, Mode::Copy);
    assert_eq!((at(&mapping, 0), at(&mapping, 8 * page - 1)), (7, 7));
    mapping.mapped().unwrap().check().unwrap();

    resize(4);
    // No missing page was touched yet; `check` fails all the same.
    assert_eq!(guard::faults().load(Ordering::Relaxed), 0);
    mapping.mapped().unwrap().fault().unwrap();
    assert_eq!(mapping.mapped().unwrap().check().unwrap_err().code, Code::Truncated);

    assert_eq!(at(&mapping, 4 * page), 0);
    assert_eq!(guard::faults().load(Ordering::Relaxed), 1);
    let error = mapping.mapped().unwrap().fault().unwrap_err();
    assert_eq!(
        (error.code, error.expected, error.actual),
        (Code::Truncated, Some(8 * page as u64), Some(4 * page as u64))
    );
    assert_eq!(at(&mapping, 0), 7);
    assert_eq!(mapping.mapped().unwrap().flush(0, 1, false).unwrap_err().code, Code::Truncated);

    // Another mapping of the file is marked by its own faults only.
    other.mapped().unwrap().fault().unwrap();
    assert_eq!(at(&other, 7 * page), 0);
    assert_eq!(guard::faults().load(Ordering::Relaxed), 2);

    assert_eq!(mapping.close().unwrap_err().code, Code::Truncated);
    assert_eq!(guard::faults().load(Ordering::Relaxed), 1);
    assert!(other.close().is_err());
    assert_eq!(guard::faults().load(Ordering::Relaxed), 0);

    // From many threads at once.
    resize(8);
    let mapping = open(&path, Mode::Read);
    resize(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..8 * page).map(|index| u64::from(at(&mapping, index))).sum::<u64>());
        }
    });
    assert_eq!(mapping.mapped().unwrap().fault().unwrap_err().code, Code::Truncated);
    assert_eq!(guard::faults().load(Ordering::Relaxed), 1);
}
