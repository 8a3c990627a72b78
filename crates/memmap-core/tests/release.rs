//! Release of a file while an address of its range is still held.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs;

use common::open_whole as open;
use memmap_core::{Lease, Mode};
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
