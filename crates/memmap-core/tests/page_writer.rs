//! Writes past the map.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use common::{at, options, store};
use memmap_core::{Extent, Mapping, Mode, PageWriter, Source};
use tempfile::TempDir;

const OFFSET: u64 = 4096 + 129;
const LENGTH: u64 = 1 << 20;

/// A file of zeros none of which is in memory.
fn hole(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("hole.bin");
    File::create(&path).unwrap().set_len(OFFSET + LENGTH + 5).unwrap();
    path
}

fn open(path: &Path, mode: Mode) -> Mapping {
    Mapping::open(Source::Path(path), &options(mode, OFFSET, Extent::Bytes(LENGTH))).unwrap()
}

fn address(mapping: &Mapping, index: usize) -> *const u8 {
    let mapped = mapping.mapped().unwrap();
    mapped.lease().unwrap().start().as_ptr().wrapping_add(mapped.page_offset() + index)
}

fn writer(mapping: &Mapping) -> Option<PageWriter> {
    mapping.mapped().unwrap().page_writer(address(mapping, 0), LENGTH as usize)
}

#[test]
fn bytes_reach_the_file_and_every_map_of_it() {
    let folder = TempDir::new().unwrap();
    let path = hole(&folder);
    let (mapping, other) = (open(&path, Mode::ReadWrite), open(&path, Mode::Read));
    let writer = writer(&mapping).unwrap();
    store(&mapping, 1000, 5);
    assert!(writer.write(address(&mapping, 1001), &[7; 9000]));
    for map in [&mapping, &other] {
        assert_eq!([999, 1000, 1001, 10_000, 10_001].map(|index| at(map, index)), [0, 5, 7, 7, 0]);
    }
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, OFFSET + LENGTH + 5);
    assert_eq!(bytes[OFFSET as usize + 999..][..3], [0, 5, 7]);
    mapping.mapped().unwrap().check().unwrap();
}

#[test]
fn takes_the_bytes_of_the_array_without_its_end() {
    let folder = TempDir::new().unwrap();
    let mapping = open(&hole(&folder), Mode::ReadWrite);
    let (writer, end) = (writer(&mapping).unwrap(), LENGTH as usize);
    assert!(writer.takes(address(&mapping, 0), 1) && writer.takes(address(&mapping, 0), end - 1));
    assert!(!writer.takes(address(&mapping, 0), end) && !writer.takes(address(&mapping, end - 1), 1));
    assert!(!writer.takes(address(&mapping, 0).wrapping_sub(1), 1) && !writer.takes([0u8].as_ptr(), 1));
}

#[test]
fn there_is_none_where_stores_do_not_reach_the_file_and_where_pages_are_in_memory() {
    let folder = TempDir::new().unwrap();
    let path = hole(&folder);
    assert!(writer(&open(&path, Mode::Copy)).is_none() && writer(&open(&path, Mode::Read)).is_none());
    assert!(writer(&open(&path, Mode::ReadWrite)).is_some());
    fs::write(&path, vec![1; (OFFSET + LENGTH) as usize]).unwrap();
    assert!(writer(&open(&path, Mode::ReadWrite)).is_none());
}

#[test]
fn there_is_none_where_the_path_does_not_lead_to_the_file() {
    let folder = TempDir::new().unwrap();
    let path = hole(&folder);
    let mapping = open(&path, Mode::ReadWrite);
    let moved = folder.path().join("moved.bin");
    fs::rename(&path, &moved).unwrap();
    assert!(writer(&mapping).is_none());
    hole(&folder);
    assert!(writer(&mapping).is_none());
    let file = File::options().read(true).write(true).open(&moved).unwrap();
    let request = options(Mode::ReadWrite, OFFSET, Extent::Bytes(LENGTH));
    assert!(writer(&Mapping::open(Source::Descriptor(file.as_raw_fd()), &request).unwrap()).is_none());
    fs::rename(&moved, &path).unwrap();
    assert!(writer(&mapping).is_some());
}

#[test]
fn writes_nothing_to_a_file_that_was_truncated_resized_or_closed() {
    let folder = TempDir::new().unwrap();
    let path = hole(&folder);
    let size = || fs::metadata(&path).unwrap().len();
    let mut mapping = open(&path, Mode::ReadWrite);
    let (first, before) = (address(&mapping, LENGTH as usize / 2), writer(&mapping).unwrap());
    File::options().write(true).open(&path).unwrap().set_len(OFFSET + 10).unwrap();
    assert!(!before.write(first, &[1; 100]));
    assert_eq!(size(), OFFSET + 10);
    File::options().write(true).open(&path).unwrap().set_len(OFFSET + LENGTH).unwrap();
    mapping.resize(20, true, false, 0).unwrap();
    assert!(!before.write(first, &[1; 100]));
    assert_eq!(size(), OFFSET + 20);

    hole(&folder);
    let mut mapping = open(&path, Mode::ReadWrite);
    let writer = writer(&mapping).unwrap();
    let first = address(&mapping, 0);
    mapping.close().unwrap();
    assert!(!writer.write(first, &[1; 100]));
    assert!(fs::read(&path).unwrap().iter().all(|byte| *byte == 0));
}
