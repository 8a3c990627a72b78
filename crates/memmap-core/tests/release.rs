//! Release of a file while an address of its range is still held.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs;

use common::open_whole as open;
use memmap_core::{Code, Lease, Mapping, Mode};
use tempfile::TempDir;

fn is_mapped(path: &std::path::Path) -> bool {
    fs::read_to_string("/proc/self/maps").unwrap().contains(&*path.to_string_lossy())
}

#[test]
fn close_releases_the_file_and_a_lease_keeps_the_range() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("held.bin");
    fs::write(&path, vec![7; 1 << 20]).unwrap();
    for mode in [Mode::Read, Mode::ReadWrite, Mode::Copy] {
        let mut mapping = open(&path, mode);
        assert!(is_mapped(&path));
        let lease = mapping.mapped().unwrap().lease().unwrap();
        let start = lease.start();
        mapping.close().unwrap();
        assert!(!is_mapped(&path));
        for index in [0, 1 << 19, (1 << 20) - 1] {
            // SAFETY: inside the range, which the lease keeps.
            let address = unsafe { start.add(index) };
            // SAFETY: pages of zeros are mapped there by now.
            assert_eq!(unsafe { address.as_ptr().read_volatile() }, 0);
            // SAFETY: writable too.
            unsafe { address.as_ptr().write_volatile(1) };
        }
        drop::<Lease>(lease);
    }
    assert_eq!(fs::read(&path).unwrap(), vec![7; 1 << 20]);
}

#[test]
fn close_and_drop_unmap_without_a_lease() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("free.bin");
    fs::write(&path, [1; 10]).unwrap();
    for _ in 0..100_000 {
        let mut mapping = open(&path, Mode::Read);
        mapping.close().unwrap();
    }
    drop(open(&path, Mode::ReadWrite));
    assert!(!is_mapped(&path));
}

/// Descriptors of this process that are open for files in a folder.
fn open_in(folder: &TempDir) -> usize {
    let descriptors = fs::read_dir("/proc/self/fd").unwrap();
    descriptors
        .filter(|entry| {
            fs::read_link(entry.as_ref().unwrap().path()).is_ok_and(|path| path.starts_with(folder.path()))
        })
        .count()
}

fn check_often(mapping: &Mapping) {
    for _ in 0..100 {
        mapping.mapped().unwrap().check().unwrap();
    }
}

#[test]
fn a_file_that_is_checked_often_stays_open_until_its_mapping_is_closed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("checked.bin");
    fs::write(&path, [1; 10]).unwrap();
    let mut mapping = open(&path, Mode::Read);
    mapping.mapped().unwrap().check().unwrap();
    assert_eq!(open_in(&folder), 0);
    check_often(&mapping);
    assert_eq!(open_in(&folder), 1);
    // Whatever is at its path, the file is the one that was mapped.
    let renamed = folder.path().join("renamed.bin");
    fs::rename(&path, &renamed).unwrap();
    fs::write(&path, [2; 5]).unwrap();
    check_often(&mapping);
    fs::File::options().write(true).open(&renamed).unwrap().set_len(9).unwrap();
    let error = mapping.mapped().unwrap().check().unwrap_err();
    assert_eq!((error.code, error.expected, error.actual), (Code::Truncated, Some(10), Some(9)));
    mapping.close().unwrap();
    assert_eq!(open_in(&folder), 0);
}

#[test]
fn few_files_stay_open() {
    let folder = TempDir::new().unwrap();
    let mappings: Vec<Mapping> = (0..100)
        .map(|number| {
            let path = folder.path().join(format!("{number}.bin"));
            fs::write(&path, [1; 10]).unwrap();
            open(&path, Mode::Read)
        })
        .collect();
    mappings.iter().for_each(check_often);
    assert!((1..=32).contains(&open_in(&folder)));
    drop(mappings);
    assert_eq!(open_in(&folder), 0);
}
