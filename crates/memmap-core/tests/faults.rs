//! Pages that cannot be loaded. Without the guard each of these ends the process by a signal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};

use common::{at, open_whole as open};
use memmap_core::{Code, Mode, guard, page_size};
use tempfile::TempDir;

/// A file of 8 pages of sevens. Faults are counted for the whole process, so only one test has such a file at a time.
struct Pages {
    path: PathBuf,
    _folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Pages {
    fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("data.bin");
        fs::write(&path, vec![7; 8 * page_size()]).unwrap();
        Pages { path, _folder: folder, _alone: alone }
    }

    fn resize(&self, pages: usize) {
        let file = fs::File::options().write(true).open(&self.path).unwrap();
        file.set_len((pages * page_size()) as u64).unwrap();
    }
}

fn faults() -> i32 {
    guard::faults().load(Ordering::Relaxed)
}

#[test]
fn check_notices_a_truncation_before_any_fault() {
    let file = Pages::new();
    let mapping = open(&file.path, Mode::ReadWrite);
    mapping.mapped().unwrap().check().unwrap();
    file.resize(4);
    assert_eq!(faults(), 0);
    mapping.mapped().unwrap().fault().unwrap();
    assert_eq!(mapping.mapped().unwrap().check().unwrap_err().code, Code::Truncated);
}

#[test]
fn a_missing_page_reads_as_zeros_and_marks_its_mapping() {
    let file = Pages::new();
    let page = page_size();
    let mapping = open(&file.path, Mode::ReadWrite);
    assert_eq!((at(&mapping, 0), at(&mapping, 8 * page - 1)), (7, 7));
    file.resize(4);
    assert_eq!(at(&mapping, 4 * page), 0);
    assert_eq!(faults(), 1);
    let error = mapping.mapped().unwrap().fault().unwrap_err();
    assert_eq!(
        (error.code, error.expected, error.actual),
        (Code::Truncated, Some(8 * page as u64), Some(4 * page as u64))
    );
    assert_eq!(at(&mapping, 0), 7);
    assert_eq!(mapping.mapped().unwrap().flush(0, 1, false).unwrap_err().code, Code::Truncated);
}

#[test]
fn a_fault_marks_no_other_mapping_of_the_file() {
    let file = Pages::new();
    let page = page_size();
    let mapping = open(&file.path, Mode::ReadWrite);
    let other = open(&file.path, Mode::Copy);
    file.resize(4);
    assert_eq!(at(&mapping, 4 * page), 0);
    other.mapped().unwrap().fault().unwrap();
    assert_eq!(at(&other, 7 * page), 0);
    assert_eq!(faults(), 2);
}

#[test]
fn close_returns_the_fault_and_removes_its_mark() {
    let file = Pages::new();
    let mut mapping = open(&file.path, Mode::ReadWrite);
    file.resize(4);
    assert_eq!((at(&mapping, 4 * page_size()), faults()), (0, 1));
    assert_eq!(mapping.close().unwrap_err().code, Code::Truncated);
    assert_eq!(faults(), 0);
}

#[test]
fn faults_of_many_threads_mark_the_mapping_once() {
    let file = Pages::new();
    let mapping = open(&file.path, Mode::Read);
    file.resize(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..8 * page_size()).map(|index| u64::from(at(&mapping, index))).sum::<u64>());
        }
    });
    assert_eq!(mapping.mapped().unwrap().fault().unwrap_err().code, Code::Truncated);
    assert_eq!(faults(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn scattered_faults_add_few_areas_and_keep_what_the_file_has_left() {
    let file = Pages::new();
    let page = page_size();
    file.resize(4000);
    let mapping = open(&file.path, Mode::ReadWrite);
    let areas = || fs::read_to_string("/proc/self/maps").unwrap().lines().count();
    let before = areas();
    file.resize(8);
    // Downwards, so that each is in front of what was replaced.
    for index in (8..4000).step_by(2).rev() {
        assert_eq!(at(&mapping, index * page), 0);
    }
    assert!(areas() < before + 300, "{} areas, {before} before", areas());
    assert_eq!((at(&mapping, 0), at(&mapping, 8 * page - 1)), (7, 7));
    common::store(&mapping, 5, 9);
    assert_eq!(fs::read(&file.path).unwrap()[5], 9);
    assert_eq!(mapping.mapped().unwrap().fault().unwrap_err().code, Code::Truncated);
}

#[test]
fn a_mapping_has_its_share_of_areas_again_after_close() {
    for _ in 0..100 {
        let file = Pages::new();
        file.resize(600);
        let mut mapping = open(&file.path, Mode::ReadWrite);
        file.resize(8);
        for index in (8..600).step_by(2) {
            assert_eq!(at(&mapping, index * page_size()), 0);
        }
        assert_eq!(at(&mapping, 0), 7);
        assert_eq!(mapping.close().unwrap_err().code, Code::Truncated);
    }
}
