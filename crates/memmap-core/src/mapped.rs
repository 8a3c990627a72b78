use std::fs::File;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::file;
use crate::memory::memory_limit;
use crate::region::{Region, page_size};
use crate::{Advice, Code, Error, Identity, Mode, Result};

/// What is mapped: the pages and the file that they are of, for any thread to work on.
///
/// A clone keeps the address range in place, as a [`Lease`] does. After [`Mapping::close`](crate::Mapping::close) the pages
/// are zeros of nobody's, so who works on a clone asks whoever closed it before the result is believed.
#[derive(Clone)]
pub struct Mapped {
    /// `None` for an array without bytes.
    pub(crate) region: Option<Arc<Region>>,
    pub(crate) file: Origin,
    pub(crate) mode: Mode,
    pub(crate) offset: u64,
    pub(crate) lead: usize,
    pub(crate) length: u64,
}

/// Where the pages come from.
#[derive(Clone)]
pub(crate) struct Origin {
    pub(crate) path: Option<Arc<Path>>,
    pub(crate) identity: Identity,
}

/// Keeps the address range of a mapping in place, for one who holds an address in it.
#[derive(Clone)]
pub struct Lease(Arc<Region>);

/// How much of a range is in memory, in bytes; whole pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Residency {
    /// Bytes whose pages are in memory.
    pub resident: u64,
    /// Bytes of all pages that hold the range.
    pub total: u64,
}

impl Mapped {
    /// How it was opened.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The path it was opened by.
    pub fn path(&self) -> Option<&Path> {
        self.file.path.as_deref()
    }

    /// Bytes of the array.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Bytes between the start of the range and the array's first byte.
    pub fn lead(&self) -> usize {
        self.lead
    }

    /// Bytes from the start of the range to the end of the array.
    pub fn span(&self) -> usize {
        // Below the length of a range in memory.
        self.region.as_ref().map_or(0, |_| self.lead + self.length as usize)
    }

    /// Bytes of the whole range: those behind the array are room to grow, and no part of the file yet.
    pub fn room(&self) -> usize {
        self.region.as_ref().map_or(0, |region| region.span())
    }

    /// Keeps the range in place; `None` for no bytes.
    pub fn lease(&self) -> Option<Lease> {
        self.region.as_ref().map(|region| Lease(Arc::clone(region)))
    }

    /// Writes the pages of `length` bytes from `from` (both within the array) back to the file, and waits until the
    /// device has them. Does nothing where stores do not reach the file.
    ///
    /// With `durable` the file's size and other facts are written too, and the device is asked to empty its cache: what
    /// has to be done on top of the pages to survive a power cut (`File::sync_all`: `fsync`, on macOS `F_FULLFSYNC`, on
    /// Windows `FlushFileBuffers`).
    ///
    /// # Errors
    ///
    /// The fault of the mapping, [`Code::Unsupported`] where `durable` no longer finds the file by its
    /// path, and the system's (`EIO`, `ENOSPC`).
    pub fn flush(&self, from: u64, length: u64, durable: bool) -> Result<()> {
        self.check()?;
        if !self.mode.writes_file() {
            return Ok(());
        }
        if let Some((region, from, length)) = self.within(from, length) {
            region.flush(from, length).map_err(|error| Error::system(&error, "msync", self.path()))?;
        }
        if durable {
            // Windows flushes only what may be written to.
            let file = self.reopen(cfg!(windows))?;
            file.sync_all().map_err(|error| Error::system(&error, "fsync", self.path()))?;
        }
        self.check()
    }

    /// Tells the system how `length` bytes from `from` will be used.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] for [`Advice::DontNeed`] in mode `c`, where the pages are all there is of
    /// what was stored; the system's.
    pub fn advise(&self, advice: Advice, from: u64, length: u64) -> Result<()> {
        if advice == Advice::DontNeed && self.mode == Mode::Copy {
            return Err(Error::new(
                Code::Unsupported,
                "advice 'dontneed' would lose what was stored in mode 'c', which is nowhere but in these pages: close the array instead",
            ));
        }
        let Some((region, from, length)) = self.within(from, length) else { return Ok(()) };
        region.advise(advice, from, length).map_err(|error| Error::system(&error, "madvise", self.path()))
    }

    /// Reads in what of these bytes is this mapping's, ahead of their use, once: a second call for the same bytes costs next
    /// to nothing.
    ///
    /// Of a file that is large beside the memory there is, what lies some way before these bytes leaves the process again, so
    /// that going through all of it takes little memory; except in mode `c`, where stored pages are nowhere else.
    pub fn populate(&self, first: *const u8, length: usize) {
        if let Some(region) = &self.region {
            let passing = self.mode != Mode::Copy && self.length > memory_limit() / 2;
            region.populate(first, length, passing);
        }
    }

    /// How much of these bytes is in memory.
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

    /// What work on the mapping fails with from now on: a page could not be had.
    ///
    /// # Errors
    ///
    /// [`Code::Truncated`] where the file is shorter than the mapping, `ENOSPC` where the disk is full, else `EIO`.
    pub fn fault(&self) -> Result<()> {
        match &self.region {
            Some(region) if region.fault() != 0 => Err(self.explain_fault()),
            _ => Ok(()),
        }
    }

    /// To be asked when work on the pages is done: whether everything that was read was the file's.
    ///
    /// A page that is gone shows as a fault only when it is touched, so this looks at the file's size as well.
    ///
    /// # Errors
    ///
    /// Those of [`fault`](Mapped::fault).
    pub fn check(&self) -> Result<()> {
        self.fault()?;
        let Some(region) = &self.region else { return Ok(()) };
        match self.present_size() {
            Some(size) if size < self.end() => Err(self.truncated(size)),
            Some(_) => Ok(()),
            // The file is no longer found by its path: the last byte tells whether it is still that long.
            None => {
                region.touch_last();
                self.fault()
            }
        }
    }

    fn explain_fault(&self) -> Error {
        match self.present_size() {
            Some(size) if size < self.end() => self.truncated(size),
            _ if self.disk_is_full() => Error::new(
                Code::System(file::NO_SPACE),
                "ENOSPC: the disk was full when a page of the file was first stored to, so what was stored to it is lost: \
                 free some space, or open with space allocated (without the option sparse)",
            )
            .with_path(self.path()),
            _ => Error::new(
                Code::System(file::INPUT_OUTPUT),
                "EIO: a page of the file could not be read, and zeros were seen in its place: \
                 the file was cut for a time, or the device failed",
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
                "{what} was cut to {size} bytes while {expected} were mapped, so zeros were seen in place of what is gone: \
                 close the array and open the file again"
            ),
        )
        .with_sizes(expected, size)
        .with_path(self.path())
    }

    /// The size of the file now; `None` where it is no longer the one at its path.
    fn present_size(&self) -> Option<u64> {
        let (identity, size) = file::look(self.path()?).ok()?;
        (identity == self.file.identity).then_some(size)
    }

    fn disk_is_full(&self) -> bool {
        self.mode.writes_file() && self.path().is_some_and(file::is_full)
    }

    /// One past the last byte of the array, in the file.
    fn end(&self) -> u64 {
        self.offset + self.length
    }

    /// The same file again by its path, if it is still the same.
    pub(crate) fn reopen(&self, write: bool) -> Result<File> {
        let Some(path) = self.path() else {
            return Err(Error::new(
                Code::Unsupported,
                "the array was opened by a descriptor, so the file cannot be opened again: open it by its path",
            ));
        };
        file::reopen(path, self.file.identity, write)
    }

    /// These bytes of the array as a part of the range, cut to it; `None` for no bytes.
    fn within(&self, from: u64, length: u64) -> Option<(&Region, usize, usize)> {
        let end = from.saturating_add(length).min(self.length);
        if from >= end {
            return None;
        }
        // Below the length of a range in memory.
        Some((self.region.as_deref()?, from as usize + self.lead, (end - from) as usize))
    }
}

impl Lease {
    /// The start of the range.
    pub fn start(&self) -> NonNull<u8> {
        self.0.start()
    }
}
