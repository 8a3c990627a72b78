//! Effects of opening on files, through the public API.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod common;

use std::fs;
use std::path::Path;

use common::{at, file, options, store};
use memmap_core::{Advice, Code, Error, Extent, Lock, Mapping, Mode, Options, Source};
use proptest::prelude::*;
use tempfile::TempDir;

const MODES: [Mode; 4] = [Mode::Read, Mode::Copy, Mode::ReadWrite, Mode::Create];

fn open(path: &Path, mode: Mode, offset: u64, length: u64) -> Result<Mapping, Error> {
    Mapping::open(Source::Path(path), &options(mode, offset, Extent::Bytes(length)))
}

/// The array's bytes, copied out.
fn bytes(mapping: &Mapping) -> Vec<u8> {
    (0..mapping.mapped().unwrap().length() as usize).map(|index| at(mapping, index)).collect()
}

#[test]
fn any_offset_maps_the_bytes_from_there() {
    let folder = TempDir::new().unwrap();
    let content: Vec<u8> = (0..12_298u32).map(|index| (index % 251) as u8).collect();
    let path = file(&folder, &content);
    for offset in [0, 1, 4095, 4096, 4097, 8192, 12_297] {
        for mode in [Mode::Read, Mode::Copy, Mode::ReadWrite] {
            let mapping = open(&path, mode, offset, 12_298 - offset).unwrap();
            assert_eq!(bytes(&mapping), content[offset as usize..], "offset {offset} in mode {mode}");
        }
    }
}

#[test]
fn stores_reach_the_file_in_r_plus_and_w_plus_only() {
    let folder = TempDir::new().unwrap();
    for mode in [Mode::Read, Mode::Copy, Mode::ReadWrite, Mode::Create] {
        let path = file(&folder, &[1; 100]);
        let mut mapping = open(&path, mode, 0, 100).unwrap();
        store(&mapping, 50, 9);
        assert_eq!(bytes(&mapping)[50], 9);
        mapping.mapped().unwrap().flush(0, 100, true).unwrap();
        mapping.close().unwrap();
        assert_eq!(fs::read(&path).unwrap()[50] == 9, mode.writes_file(), "mode {mode}");
    }
}

#[test]
fn w_plus_clears_the_file_and_sets_its_size() {
    let folder = TempDir::new().unwrap();
    for (old, new) in [(0, 10), (10_000, 100), (100, 10_000), (4096, 4096)] {
        for sparse in [false, true] {
            let path = file(&folder, &vec![7; old]);
            let other = (old > 0).then(|| open(&path, Mode::ReadWrite, 0, old as u64).unwrap());
            let request = Options { sparse, ..options(Mode::Create, 0, Extent::Bytes(new)) };
            let mapping = Mapping::open(Source::Path(&path), &request).unwrap();
            assert_eq!(bytes(&mapping), vec![0; new as usize]);
            assert_eq!(fs::read(&path).unwrap(), vec![0; new as usize]);
            // A mapping that was open before sees zeros as far as the file reaches.
            if let Some(other) = other.filter(|_| old as u64 <= new) {
                assert!(bytes(&other).iter().all(|byte| *byte == 0));
                other.mapped().unwrap().check().unwrap();
            }
        }
    }
}

#[test]
fn r_plus_grows_the_file_with_zeros_and_keeps_its_bytes() {
    let folder = TempDir::new().unwrap();
    for sparse in [false, true] {
        let path = file(&folder, &[5; 10]);
        let request = Options { sparse, ..options(Mode::ReadWrite, 4, Extent::Bytes(100_000)) };
        let mapping = Mapping::open(Source::Path(&path), &request).unwrap();
        assert_eq!(mapping.mapped().unwrap().length(), 100_000);
        let content = fs::read(&path).unwrap();
        assert_eq!(content.len(), 100_004);
        assert!(content[..10].iter().all(|byte| *byte == 5) && content[10..].iter().all(|byte| *byte == 0));
    }
}

#[test]
#[cfg(unix)]
fn space_is_allocated_unless_sparse() {
    use std::os::unix::fs::MetadataExt;
    let folder = TempDir::new().unwrap();
    let blocks = |sparse| {
        let path = folder.path().join(format!("{sparse}.bin"));
        let request = Options { sparse, ..options(Mode::Create, 0, Extent::Bytes(1 << 20)) };
        Mapping::open(Source::Path(&path), &request).unwrap();
        fs::metadata(&path).unwrap().blocks() * 512
    };
    assert!(blocks(false) >= 1 << 20);
    assert!(blocks(true) < 1 << 16);
}

#[test]
fn an_empty_array_maps_nothing_and_adds_no_byte() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[]);
    for mode in [Mode::ReadWrite, Mode::Create] {
        let mut mapping = open(&path, mode, 0, 0).unwrap();
        assert!(mapping.mapped().unwrap().lease().is_none());
        mapping.mapped().unwrap().flush(0, 0, false).unwrap();
        mapping.close().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }
    assert_eq!(open(&path, Mode::Read, 0, 0).err().map(|error| error.code), Some(Code::Empty));
}

#[test]
fn only_w_plus_creates_a_file_and_removes_it_on_failure() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("new.bin");
    for mode in [Mode::Read, Mode::Copy, Mode::ReadWrite] {
        assert_eq!(open(&path, mode, 0, 1).err().map(|error| error.code.name()), Some("ENOENT"));
    }
    // More than any disk holds.
    let failed = open(&path, Mode::Create, 0, 1 << 60);
    assert!(failed.is_err());
    assert!(!path.exists());
    open(&path, Mode::Create, 0, 1).unwrap();
    assert_eq!(fs::read(&path).unwrap(), [0]);
}

#[test]
fn folders_and_devices_are_refused() {
    let folder = TempDir::new().unwrap();
    for mode in MODES {
        assert_eq!(open(folder.path(), mode, 0, 1).err().map(|error| error.code.name()), Some("EISDIR"));
    }
    #[cfg(unix)]
    for mode in [Mode::Read, Mode::Copy] {
        let zero = open(Path::new("/dev/zero"), mode, 0, 1);
        assert_eq!(zero.err().map(|error| error.code), Some(Code::Unsupported));
    }
}

#[test]
#[cfg(unix)]
fn a_descriptor_stays_open_and_keeps_its_position() {
    use std::io::{Read, Seek, SeekFrom};
    use std::os::fd::AsRawFd;
    let folder = TempDir::new().unwrap();
    let path = file(&folder, b"hello world");
    let mut caller = fs::File::options().read(true).write(true).open(&path).unwrap();
    caller.seek(SeekFrom::Start(6)).unwrap();
    let source = Source::Descriptor(caller.as_raw_fd());
    let read = Mapping::open(source, &options(Mode::Read, 0, Extent::Fit { unit: 1 })).unwrap();
    assert_eq!(bytes(&read), b"hello world");
    let cleared = Mapping::open(source, &options(Mode::Create, 0, Extent::Bytes(8))).unwrap();
    assert_eq!(bytes(&cleared), [0; 8]);
    // Still open, at the same position.
    let mut rest = Vec::new();
    caller.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, [0; 2]);

    let reader = fs::File::open(&path).unwrap();
    let refused =
        Mapping::open(Source::Descriptor(reader.as_raw_fd()), &options(Mode::ReadWrite, 0, Extent::Bytes(8)));
    assert_eq!(refused.err().map(|error| error.code.name()), Some("EACCES"));
    let gone = Mapping::open(Source::Descriptor(-1), &options(Mode::Read, 0, Extent::Bytes(8)));
    assert_eq!(gone.err().map(|error| error.code.name()), Some("EBADF"));
}

#[test]
#[cfg(target_os = "linux")]
fn w_plus_clears_a_file_through_a_descriptor_with_any_flags() {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    // A memory file system has no call that clears a range, so zeros are written there.
    for root in [std::env::temp_dir(), "/dev/shm".into()] {
        let Ok(folder) = tempfile::tempdir_in(root) else { continue };
        for (old, new) in [(8192, 8192), (10_000, 5000), (100, 9000)] {
            for flags in [libc::O_APPEND, libc::O_DIRECT, libc::O_APPEND | libc::O_DIRECT, libc::O_SYNC] {
                let path = file(&folder, &vec![7; old]);
                let Ok(caller) = fs::File::options().read(true).write(true).custom_flags(flags).open(&path)
                else {
                    continue;
                };
                let source = Source::Descriptor(caller.as_raw_fd());
                for sparse in [false, true] {
                    fs::write(&path, vec![7; old]).unwrap();
                    let request = Options { sparse, ..options(Mode::Create, 0, Extent::Bytes(new)) };
                    let mapping = Mapping::open(source, &request).unwrap();
                    assert!(bytes(&mapping) == vec![0; new as usize], "flags {flags:o}");
                    assert!(fs::read(&path).unwrap() == vec![0; new as usize], "flags {flags:o}");
                }
            }
        }
    }
}

/// A file in memory of 8192 sevens, with seals.
#[cfg(target_os = "linux")]
fn sealed(seals: libc::c_int) -> fs::File {
    use std::io::Write;
    use std::os::fd::{AsRawFd, FromRawFd};
    // SAFETY: a name with its NUL, and flags.
    let number = unsafe { libc::memfd_create(c"sealed".as_ptr(), libc::MFD_ALLOW_SEALING) };
    // SAFETY: a new descriptor.
    let mut file = unsafe { fs::File::from_raw_fd(number) };
    file.write_all(&[7; 8192]).unwrap();
    // SAFETY: an open descriptor and seals.
    assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) }, 0);
    file
}

#[test]
#[cfg(target_os = "linux")]
fn w_plus_over_a_sealed_file_fails_before_a_byte_changes() {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileExt;
    for (seals, size) in [
        (libc::F_SEAL_SHRINK, 100),
        (libc::F_SEAL_GROW, 10_000),
        (libc::F_SEAL_WRITE, 8192),
        (libc::F_SEAL_WRITE, 100),
        (libc::F_SEAL_FUTURE_WRITE, 8192),
    ] {
        for sparse in [false, true] {
            let file = sealed(seals);
            let request = Options { sparse, ..options(Mode::Create, 0, Extent::Bytes(size)) };
            let failed = Mapping::open(Source::Descriptor(file.as_raw_fd()), &request);
            assert_eq!(
                failed.err().map(|error| error.code.name()),
                Some("EPERM"),
                "seals {seals} size {size}"
            );
            let mut content = vec![0; 8192];
            file.read_exact_at(&mut content, 0).unwrap();
            assert!(content.iter().all(|byte| *byte == 7), "seals {seals} size {size}");
            assert_eq!(file.metadata().unwrap().len(), 8192);
        }
    }
    // Seals that do not matter.
    let file = sealed(libc::F_SEAL_SHRINK | libc::F_SEAL_GROW);
    Mapping::open(Source::Descriptor(file.as_raw_fd()), &options(Mode::Create, 0, Extent::Bytes(8192)))
        .unwrap();
}

#[test]
fn locks_are_held_until_close() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[0; 8]);
    let with = |lock| {
        let request = Options { lock: Some(lock), ..options(Mode::ReadWrite, 0, Extent::Bytes(8)) };
        Mapping::open(Source::Path(&path), &request)
    };
    let mut first = with(Lock::Shared).unwrap();
    let second = with(Lock::Shared).unwrap();
    assert_eq!(with(Lock::Exclusive).err().map(|error| error.code), Some(Code::Locked));
    first.close().unwrap();
    drop(second);
    let mut alone = with(Lock::Exclusive).unwrap();
    assert_eq!(with(Lock::Shared).err().map(|error| error.code), Some(Code::Locked));
    alone.close().unwrap();
    with(Lock::Exclusive).unwrap();
}

#[test]
fn mapped_fails_with_closed_after_close() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &[0; 8]);
    let mut mapping = open(&path, Mode::ReadWrite, 0, 8).unwrap();
    mapping.close().unwrap();
    mapping.close().unwrap();
    assert_eq!(mapping.mapped().err().map(|error| error.code), Some(Code::Closed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The rule that NumPy breaks: a call that fails leaves the bytes and the size of the file as they were.
    #[test]
    fn a_call_that_fails_changes_nothing(
        size in 0usize..10_000,
        missing in any::<bool>(),
        mode in 0usize..4,
        offset in prop_oneof![0u64..12_000, Just(u64::MAX), Just(1 << 62)],
        extent in prop_oneof![
            (0u64..20_000).prop_map(Extent::Bytes),
            // More than there is space for, and more than there is.
            Just(Extent::Bytes(1 << 60)),
            Just(Extent::Bytes(u64::MAX)),
            (0u64..9).prop_map(|unit| Extent::Fit { unit }),
        ],
        sparse in any::<bool>(),
    ) {
        let folder = TempDir::new().unwrap();
        let content: Vec<u8> = (0..size).map(|index| index as u8).collect();
        let path = folder.path().join("data.bin");
        if !missing {
            fs::write(&path, &content).unwrap();
        }
        // A sparse file of that size would be made.
        prop_assume!(!(sparse && extent == Extent::Bytes(1 << 60)));
        let request = Options { sparse, ..options(MODES[mode], offset, extent) };
        match Mapping::open(Source::Path(&path), &request) {
            Err(_) if missing => prop_assert!(!path.exists()),
            Err(_) => prop_assert_eq!(fs::read(&path).unwrap(), content),
            Ok(mapping) if MODES[mode] == Mode::Create => {
                prop_assert!(bytes(&mapping).iter().all(|byte| *byte == 0));
                prop_assert_eq!(fs::metadata(&path).unwrap().len(), offset + mapping.mapped().unwrap().length());
            }
            Ok(mapping) => {
                let now = fs::read(&path).unwrap();
                prop_assert_eq!(&now[..size], &content[..]);
                prop_assert_eq!(bytes(&mapping), &now[offset as usize..][..mapping.mapped().unwrap().length() as usize]);
            }
        }
    }
}

#[test]
fn residency_counts_every_page_after_populate() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, &vec![1; 300 << 12]);
    let mapping = open(&path, Mode::Read, 5, 299 << 12).unwrap();
    let mapped = mapping.mapped().unwrap();
    mapped.advise(Advice::Populate, 0, mapped.length()).unwrap();
    let residency = mapped.residency(0, mapped.length()).unwrap();
    assert_eq!(residency.total, residency.resident);
    assert!(residency.total >= mapped.length());
}
