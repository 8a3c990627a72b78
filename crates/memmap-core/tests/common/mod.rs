//! Files, mappings and their bytes, for the tests of the public API.

#![allow(dead_code, reason = "compiled into each file of tests, none of which needs all of it")]

use std::fs;
use std::path::{Path, PathBuf};

use memmap_core::{Extent, Mapping, Mode, Options, Source};
use tempfile::TempDir;

pub fn options(mode: Mode, offset: u64, extent: Extent) -> Options {
    Options {
        mode,
        offset,
        extent,
        grow: true,
        sparse: false,
        header: 0,
        populate: false,
        access: None,
        lock: None,
        owner: 0,
    }
}

/// All of a file.
pub fn open_whole(path: &Path, mode: Mode) -> Mapping {
    Mapping::open(Source::Path(path), &options(mode, 0, Extent::Fit { unit: 1 })).unwrap()
}

pub fn file(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("data.bin");
    fs::write(&path, bytes).unwrap();
    path
}

/// A byte of the array.
pub fn at(mapping: &Mapping, index: usize) -> u8 {
    let mapped = mapping.mapped().unwrap();
    assert!((index as u64) < mapped.length());
    let lease = mapped.lease().unwrap();
    // SAFETY: inside the range, which starts `page_offset` bytes before the array.
    let address = unsafe { lease.start().add(mapped.page_offset() + index) };
    // SAFETY: mapped for as long as the lease lives; the guard handles a missing page.
    unsafe { address.as_ptr().read_volatile() }
}

pub fn store(mapping: &Mapping, index: usize, byte: u8) {
    let mapped = mapping.mapped().unwrap();
    let lease = mapped.lease().unwrap();
    // SAFETY: inside the range.
    let address = unsafe { lease.start().add(mapped.page_offset() + index) };
    // SAFETY: mapped writable for as long as the lease lives.
    unsafe { address.as_ptr().write_volatile(byte) };
}
