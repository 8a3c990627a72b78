use std::fs::File;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::{Arc, RwLock};

use crate::file::{self, SizeProbe};
use crate::guard;
use crate::memory::memory_limit;
use crate::region::{RandomAccess, Region, page_size};
use crate::{Advice, Code, Error, Identity, Mode, Result};

/// Mapped pages and their file, for any thread to work on.
///
/// A clone keeps the address range, as a [`Lease`] does. After [`Mapping::close`](crate::Mapping::close) the range reads as
/// zeros, so callers that work on a clone check whether the mapping was closed before they trust a result.
#[derive(Clone)]
pub struct Mapped {
    /// `None` for an array without bytes.
    pub(crate) region: Option<Arc<Region>>,
    pub(crate) file: Origin,
    pub(crate) mode: Mode,
    pub(crate) offset: u64,
    pub(crate) page_offset: usize,
    pub(crate) length: u64,
}

/// The file of the pages.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) path: Option<Arc<Path>>,
    pub(crate) identity: Identity,
    /// True once the mapping is closed. Writes past the map read it until they are done; closing and truncating wait for them.
    pub(crate) closed: Arc<RwLock<bool>>,
    pub(crate) probe: Arc<SizeProbe>,
}

/// Keeps the address range of a mapping, for a holder of an address in it.
#[derive(Clone)]
pub struct Lease(Arc<Region>);

/// Bytes of a range that are in memory, in whole pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residency {
    /// Bytes of the pages in memory.
    pub resident: u64,
    /// Bytes of all pages that hold the range.
    pub total: u64,
}

impl Mapped {
    /// The mode it was opened in.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The path it was opened by.
    pub fn path(&self) -> Option<&Path> {
        self.file.path.as_deref()
    }

    /// Returns true for another mapping of the same file. Files are told apart by device and inode, or what the system has for them.
    pub fn shares_file(&self, other: &Mapped) -> bool {
        self.file.identity == other.file.identity
    }

    /// Bytes of the array.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes between the start of the range and the array's first byte.
    pub fn page_offset(&self) -> usize {
        self.page_offset
    }

    /// Bytes from the start of the range to the end of the array.
    pub fn mapped_length(&self) -> usize {
        // Fits a usize, because the range is in memory.
        self.region.as_ref().map_or(0, |_| self.page_offset + self.length as usize)
    }

    /// Bytes of the whole range. Those past the array are reserved for growth, and not part of the file yet.
    pub fn capacity(&self) -> usize {
        self.region.as_ref().map_or(0, |region| region.length())
    }

    /// Keeps the address range; `None` for an array without bytes.
    pub fn lease(&self) -> Option<Lease> {
        self.region.as_ref().map(|region| Lease(Arc::clone(region)))
    }

    /// Writes the pages of `length` bytes from `from` (both within the array) back to the file, and waits until the
    /// device has them. Does nothing where stores do not reach the file.
    ///
    /// `durable` also writes the file's metadata and empties the device's cache, which a power cut demands on top of the pages
    /// (`File::sync_all`: `fsync`, on macOS `F_FULLFSYNC`, on Windows `FlushFileBuffers`), and once the folder of a file that this
    /// process created.
    ///
    /// # Errors
    ///
    /// The fault of the mapping; [`Code::Unsupported`] where `durable` finds another file at the path; the system's (`EIO`,
    /// `ENOSPC`).
    pub fn flush(&self, from: u64, length: u64, durable: bool) -> Result<()> {
        self.check()?;
        if !self.mode.writes_file() {
            return Ok(());
        }
        if let Some((region, from, length)) = self.within(from, length) {
            region.flush(from, length).map_err(|error| Error::system(&error, "msync", self.path()))?;
        }
        if durable {
            // FlushFileBuffers needs a handle with write access.
            let file = self.reopen(cfg!(windows))?;
            file.sync_all().map_err(|error| Error::system(&error, "fsync", self.path()))?;
            if let Some(path) = self.path().filter(|_| file::take_created(self.file.identity)) {
                let synced = file::sync_folder(path);
                if synced.is_err() {
                    file::remember_created(self.file.identity);
                }
                synced.map_err(|error| Error::system(&error, "fsync", self.path()))?;
            }
        }
        self.check()
    }

    /// Advises the system how `length` bytes from `from` will be used.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] for [`Advice::DontNeed`] in mode `c`, because only the pages hold its stores; the system's.
    pub fn advise(&self, advice: Advice, from: u64, length: u64) -> Result<()> {
        if advice == Advice::DontNeed && self.mode == Mode::Copy {
            return Err(Error::new(
                Code::Unsupported,
                "advice 'dontneed' would discard the stores of mode 'c', which only these pages hold: close the array instead",
            ));
        }
        let Some((region, from, length)) = self.within(from, length) else { return Ok(()) };
        region.note_advice(advice, length as u64 == self.length);
        region.advise(advice, from, length).map_err(|error| Error::system(&error, "madvise", self.path()))
    }

    /// Reads in those of these bytes that belong to this mapping, ahead of their use. A second call for the same bytes costs next
    /// to nothing.
    ///
    /// Pages some way before these bytes leave the process again where the file exceeds half of the memory limit, so that a pass
    /// over a large file takes little memory; not in mode `c`, where only the pages hold its stores.
    pub fn populate(&self, first: *const u8, length: usize) {
        if let Some(region) = &self.region {
            let drop_behind = self.mode != Mode::Copy && self.length > memory_limit() / 2;
            region.populate(first, length, drop_behind);
        }
    }

    /// Reads of the pages are at random while the result lives, so the system reads no pages around them. `None` where it
    /// knows that already, and for an array without bytes.
    pub fn random_access(&self) -> Option<RandomAccess> {
        self.region.as_ref().and_then(RandomAccess::of)
    }

    /// Counts the pages of these bytes that are in memory.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn residency(&self, from: u64, length: u64) -> Result<Residency> {
        let Some((region, from, length)) = self.within(from, length) else {
            return Ok(Residency { resident: 0, total: 0 });
        };
        let (resident, total) = region
            .resident_pages(from, length)
            .map_err(|error| Error::system(&error, "mincore", self.path()))?;
        let bytes = |pages: usize| pages as u64 * page_size() as u64;
        Ok(Residency { resident: bytes(resident), total: bytes(total) })
    }

    /// Fails once a page of the mapping could not be loaded, as all later work on it does.
    ///
    /// # Errors
    ///
    /// [`Code::Truncated`] where the file is shorter than the mapping, `ENOMEM` where a store to a private page got no memory,
    /// `ENOSPC` where the disk is full, else `EIO`.
    pub fn fault(&self) -> Result<()> {
        match &self.region {
            Some(region) if region.fault() != 0 => Err(self.explain_fault()),
            _ => Ok(()),
        }
    }

    /// Checks, after work on the pages, that every byte that was read came from the file.
    ///
    /// Truncation shows as a fault only when a missing page is touched, so this compares the file's size too.
    ///
    /// # Errors
    ///
    /// Those of [`fault`](Mapped::fault).
    pub fn check(&self) -> Result<()> {
        self.fault()?;
        let Some(region) = &self.region else { return Ok(()) };
        let probed = self.path().and_then(|path| self.file.probe.size(path, self.file.identity));
        match probed.or_else(|| self.current_size()) {
            Some(size) if size < self.end() => Err(self.truncated(size)),
            Some(_) => Ok(()),
            // Another file is at the path, so the last byte tells whether ours is still that long.
            None => {
                region.probe_last_byte();
                self.fault()
            }
        }
    }

    /// The size of the file now.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] where another file is at the path, and for a file that was opened by a descriptor; the system's.
    pub fn file_size(&self) -> Result<u64> {
        match self.current_size() {
            Some(size) => Ok(size),
            None => {
                let file = self.reopen(false)?;
                let metadata =
                    file.metadata().map_err(|error| Error::system(&error, "fstat", self.path()))?;
                Ok(metadata.len())
            }
        }
    }

    fn explain_fault(&self) -> Error {
        match self.current_size() {
            Some(size) if size < self.end() => self.truncated(size),
            _ if self.region.as_ref().is_some_and(|region| region.fault() == guard::OUT_OF_MEMORY) => Error::new(
                Code::System(file::NO_MEMORY),
                "ENOMEM: no memory was left for stores to private pages, so the array was seen as zeros from then on: raise the \
                 limit of the process (RLIMIT_DATA, overcommit), or store to fewer places",
            )
            .with_path(self.path()),
            _ if self.disk_is_full() => Error::new(
                Code::System(file::NO_SPACE),
                "ENOSPC: the disk was full at the first store to a page of the file, so stores to that page are lost: \
                 free some space, or open with space allocated (without the option sparse)",
            )
            .with_path(self.path()),
            _ => Error::new(
                Code::System(file::INPUT_OUTPUT),
                "EIO: a page of the file could not be read and was seen as zeros: the file was truncated for a time, or the device \
                 failed; open the file again",
            )
            .with_path(self.path()),
        }
    }

    fn truncated(&self, size: u64) -> Error {
        let expected = self.end();
        let what = self.path().map_or_else(|| "the file".to_owned(), |path| format!("'{}'", path.display()));
        Error::new(
            Code::Truncated,
            format!(
                "{what} was truncated to {size} bytes while {expected} were mapped, so the missing bytes were seen as zeros: \
                 close the array and open the file again"
            ),
        )
        .with_sizes(expected, size)
        .with_path(self.path())
    }

    /// The size of the file now; `None` where another file is at its path.
    pub(crate) fn current_size(&self) -> Option<u64> {
        let (identity, size) = file::stat(self.path()?).ok()?;
        (identity == self.file.identity).then_some(size)
    }

    fn disk_is_full(&self) -> bool {
        self.mode.writes_file() && self.path().is_some_and(file::is_full)
    }

    /// Position in the file one past the last byte of the array.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.length
    }

    /// Opens the file again by its path, if the same file is still there.
    pub(crate) fn reopen(&self, write: bool) -> Result<File> {
        let Some(path) = self.path() else {
            return Err(Error::new(
                Code::Unsupported,
                "the array was opened by a descriptor, so the file cannot be opened again: open it by its path",
            ));
        };
        file::reopen(path, self.file.identity, write)
    }

    /// The region, and these bytes of the array within it, clamped to the array; `None` for no bytes.
    fn within(&self, from: u64, length: u64) -> Option<(&Region, usize, usize)> {
        let end = from.saturating_add(length).min(self.length);
        if from >= end {
            return None;
        }
        // Fits a usize, because the range is in memory.
        Some((self.region.as_deref()?, from as usize + self.page_offset, (end - from) as usize))
    }
}

impl Lease {
    /// The start of the range.
    pub fn start(&self) -> NonNull<u8> {
        self.0.start()
    }
}
