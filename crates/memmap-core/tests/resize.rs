//! Effects of a resize on the array, its memory and its file, through the public API.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs;
use std::path::Path;

use common::{at, file, options, store};
use memmap_core::{Code, Extent, Mapping, Mode, Source};
use tempfile::TempDir;

fn open(path: &Path, offset: u64, length: u64) -> Mapping {
    Mapping::open(Source::Path(path), &options(Mode::ReadWrite, offset, Extent::Bytes(length))).unwrap()
}

#[test]
fn growth_adds_zeros_and_keeps_the_bytes_in_memory_and_file() {
    let folder = TempDir::new().unwrap();
    for (offset, length) in [(0, 5), (7, 5), (4096, 10), (5000, 1)] {
        let path = file(&folder, &vec![3; (offset + length) as usize]);
        let mut mapping = open(&path, offset, length);
        for longer in [length + 1, 4096, 10_000, 3 << 20] {
            mapping.resize(longer, longer % 2 == 0, false, 0).unwrap();
            assert_eq!(mapping.mapped().unwrap().length(), longer);
            assert_eq!(fs::metadata(&path).unwrap().len(), offset + longer, "offset {offset} to {longer}");
            store(&mapping, longer as usize - 1, 9);
            assert_eq!([at(&mapping, 0), at(&mapping, length as usize - 1)], [3, 3]);
            let content = fs::read(&path).unwrap();
            assert_eq!(content[(offset + longer - 1) as usize], 9);
            assert_eq!(content[(offset + length - 1) as usize], 3);
        }
        mapping.close().unwrap();
    }
}

#[cfg(unix)]
#[test]
fn growth_within_the_reserve_keeps_the_address() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[1; 100]);
    let mut mapping = open(&path, 0, 100);
    assert!(mapping.resize(101, false, false, 0).unwrap());
    // Growth reserved addresses: 1 MiB at least.
    let start = mapping.mapped().unwrap().lease().unwrap().start();
    assert!(!mapping.resize(1 << 20, false, false, 0).unwrap());
    assert_eq!(mapping.mapped().unwrap().lease().unwrap().start(), start);
    assert_eq!(mapping.mapped().unwrap().mapped_length(), 1 << 20);
    assert!(mapping.resize((1 << 20) + 1, false, false, 0).unwrap());
    assert!(!mapping.resize((1 << 20) + 1, false, false, 0).unwrap());
    // Half as much again as was asked for.
    assert!(!mapping.resize(3 << 19, false, false, 0).unwrap());
}

#[test]
fn shrinking_truncates_the_file() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[4; 9000]);
    let mut mapping = open(&path, 1000, 8000);
    assert!(mapping.resize(10, false, false, 0).unwrap());
    assert_eq!((mapping.mapped().unwrap().length(), at(&mapping, 9)), (10, 4));
    assert_eq!(fs::read(&path).unwrap(), [4; 1010]);
    mapping.resize(0, false, false, 0).unwrap();
    assert!(mapping.mapped().unwrap().lease().is_none());
    assert_eq!(fs::metadata(&path).unwrap().len(), 1000);
    mapping.resize(2, false, false, 0).unwrap();
    assert_eq!([at(&mapping, 0), at(&mapping, 1)], [0, 0]);
}

#[test]
fn bytes_behind_the_array_are_truncated_only_where_allowed() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[5; 100]);
    let mut mapping = open(&path, 10, 50);
    for length in [40, 50, 60] {
        let error = mapping.resize(length, false, false, 0).unwrap_err();
        assert_eq!((error.code, error.expected, error.actual), (Code::Unsupported, Some(60), Some(100)));
        assert!(error.to_string().contains("has 40 bytes behind"), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), [5; 100]);
    mapping.resize(60, false, true, 0).unwrap();
    let mut wanted = [5; 70];
    wanted[60..].fill(0);
    assert_eq!(fs::read(&path).unwrap(), wanted);
}

// Windows renames no mapped file.
#[cfg(unix)]
#[test]
fn another_file_at_the_path_and_too_large_sizes_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[6; 10]);
    let mut mapping = open(&path, 2, 8);
    for length in [u64::MAX, i64::MAX as u64 - 1, u64::MAX - 1] {
        assert_eq!(mapping.resize(length, true, false, 0).unwrap_err().code, Code::TooLarge);
    }
    assert_eq!(mapping.mapped().unwrap().length(), 8);
    fs::rename(&path, folder.path().join("moved.bin")).unwrap();
    fs::write(&path, [7; 10]).unwrap();
    assert_eq!(mapping.resize(9, false, false, 0).unwrap_err().code, Code::Unsupported);
    assert_eq!(fs::read(&path).unwrap(), [7; 10]);
    mapping.close().unwrap();
    assert_eq!(mapping.resize(9, false, false, 0).unwrap_err().code, Code::Closed);
}

#[test]
fn write_file_writes_in_front_of_the_array() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[8; 20]);
    let mut mapping = open(&path, 10, 10);
    mapping.lock_size().unwrap();
    mapping.write_file(3, &[1, 2]).unwrap();
    mapping.unlock_size();
    assert_eq!(fs::read(&path).unwrap()[..6], [8, 8, 8, 1, 2, 8]);
}

#[test]
fn writers_of_one_file_take_turns() {
    use std::time::{Duration, Instant};

    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[1; 20]);
    let mut first = open(&path, 0, 20);
    assert_eq!(first.lock_size().unwrap(), 20);
    let start = Instant::now();
    let other = path.clone();
    let waiting = std::thread::spawn(move || {
        let mut second = open(&other, 0, 20);
        (second.lock_size().unwrap(), Instant::now())
    });
    std::thread::sleep(Duration::from_millis(50));
    first.resize(30, false, false, 0).unwrap();
    let end = Instant::now();
    first.unlock_size();
    let (size, taken) = waiting.join().unwrap();
    assert_eq!(size, 30, "the size that the first writer gave it");
    assert!(taken >= end && end > start);
    // A writer that is gone holds no lock.
    assert_eq!(first.lock_size().unwrap(), 30);
}

#[test]
fn without_the_lock_nothing_is_written_around_the_array() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[1; 20]);
    let mapping = open(&path, 10, 10);
    assert_eq!(mapping.write_file(0, &[2]).unwrap_err().code, Code::Unsupported);
    assert_eq!(mapping.read_file(0, &mut [0]).unwrap_err().code, Code::Unsupported);
    assert_eq!(fs::read(&path).unwrap(), [1; 20]);
}

#[test]
fn refit_follows_the_file_and_leaves_it_as_it_is() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[1; 20]);
    for mode in [Mode::Read, Mode::ReadWrite] {
        fs::write(&path, [1; 20]).unwrap();
        let mut mapping = Mapping::open(Source::Path(&path), &options(mode, 0, Extent::Bytes(20))).unwrap();
        fs::write(&path, [2; 9000]).unwrap();
        mapping.refit(9000, 0).unwrap();
        assert_eq!([at(&mapping, 0), at(&mapping, 8999)], [2, 2]);
        assert_eq!(mapping.refit(9001, 0).unwrap_err().code, Code::Size);
        mapping.refit(5, 0).unwrap();
        assert_eq!(mapping.mapped().unwrap().length(), 5);
        assert_eq!(fs::read(&path).unwrap(), [2; 9000]);
        mapping.close().unwrap();
    }
    let mut private = Mapping::open(Source::Path(&path), &options(Mode::Copy, 0, Extent::Bytes(20))).unwrap();
    assert_eq!(private.refit(30, 0).unwrap_err().code, Code::Unsupported);
}
