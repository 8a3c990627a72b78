use std::fs::File;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::file::{self, OpenFile};
use crate::guard::Label;
use crate::plan::plan;
use crate::region::{Region, page_size};
use crate::{Advice, Backing, Code, Error, Extent, Identity, Lock, Mode, Result, Source, Window};

/// What a caller asks of [`Mapping::open`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What happens to the file, and who sees a store.
    pub mode: Mode,
    /// Where the array begins in the file, in bytes; any alignment.
    pub offset: u64,
    /// How many bytes it takes.
    pub extent: Extent,
    /// Leave holes in a file that is made or grown, instead of taking the space now.
    pub sparse: bool,
    /// Read the pages in before returning.
    pub populate: bool,
    /// Advice given at once.
    pub access: Option<Advice>,
    /// An advisory lock, held until the mapping is closed.
    pub lock: Option<Lock>,
    /// Who opens it: passed on to the watch for faults.
    pub owner: u64,
}

/// A part of a file in memory. No descriptor is kept, unless a lock was asked for.
///
/// The address range belongs to this and to every [`Lease`] taken from it: [`close`](Mapping::close) lets go of the file
/// at once, and the range itself goes with the last of them.
pub struct Mapping {
    /// `None` once closed, and for an array without bytes.
    region: Option<Arc<Region>>,
    file: Origin,
    mode: Mode,
    offset: u64,
    lead: usize,
    length: u64,
    lock: Option<File>,
    closed: bool,
}

/// Where the pages come from.
struct Origin {
    path: Option<Arc<Path>>,
    identity: Identity,
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

impl Mapping {
    /// Opens and maps.
    ///
    /// Every step that can fail comes before the first byte of the file changes; a call that fails leaves its bytes and
    /// its size as they were, and removes a file that it made.
    ///
    /// # Errors
    ///
    /// Those of [`plan`], [`Code::Locked`], [`Code::Unsupported`] for what is not a regular file, and the system's:
    /// `ENOENT`, `EACCES`, `EISDIR`, `ENOSPC` (no space for what the file has to grow by), `ENOMEM`, ...
    pub fn open(source: Source<'_>, options: &Options) -> Result<Self> {
        Self::try_open(source, options).map_err(|error| error.with_path(source.path()))
    }

    fn try_open(source: Source<'_>, options: &Options) -> Result<Self> {
        let mode = options.mode;
        let mut file = OpenFile::open(source, mode)?;
        let lock = options.lock.map(|lock| file.lock(lock)).transpose()?;
        let plan = plan(mode, file.size(), options.offset, options.extent)?;
        let window = Window::new(options.offset, plan.length)?;
        let identity = file.identity();
        let path: Option<Arc<Path>> = source.path().map(Arc::from);

        let backing = if mode.writes_file() { Backing::Shared } else { Backing::Private };
        let map = |file: &File| -> Result<Option<Arc<Region>>> {
            if plan.length == 0 {
                return Ok(None);
            }
            let label = Label { path: path.clone(), owner: options.owner };
            let region = Region::new(file, window, backing, label)
                .map_err(|error| no_mapping(&Error::system(&error, "mmap", source.path())))?;
            Ok(Some(Arc::new(region)))
        };
        let region = if mode.writes_file() {
            let mut prepared = file.prepare(plan.file_size, options.sparse)?;
            let region = prepared.map(plan.file_size, map)?;
            prepared.keep(plan.file_size, mode == Mode::Create, options.sparse)?;
            region
        } else {
            map(file.file())?
        };

        let mapping = Mapping {
            region,
            file: Origin { path, identity },
            mode,
            offset: options.offset,
            lead: window.lead,
            length: plan.length,
            lock,
            closed: false,
        };
        // Advice is a hint: a system that does not take it is no reason to fail.
        if let Some(access) = options.access {
            let _ = mapping.advise(access, 0, plan.length);
        }
        if options.populate {
            let _ = mapping.advise(Advice::Populate, 0, plan.length);
        }
        Ok(mapping)
    }

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
        self.region.as_ref().map_or(0, |region| region.span())
    }

    /// Whether [`close`](Mapping::close) was called.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The start of the range, kept in place as long as the lease is; `None` for no bytes.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`].
    pub fn lease(&self) -> Result<Option<(NonNull<u8>, Lease)>> {
        self.check_open()?;
        Ok(self.region.as_ref().map(|region| (region.start(), Lease(Arc::clone(region)))))
    }

    /// Lets go of the file. Without a lease the range is unmapped; with one its pages become private zeros, and it goes
    /// with the last lease. A second call does nothing.
    ///
    /// # Errors
    ///
    /// After letting go: the fault that the mapping had.
    pub fn close(&mut self) -> Result<()> {
        if self.closed {
            return Ok(());
        }
        let fault = self.fault();
        self.closed = true;
        if let Some(lock) = self.lock.take() {
            // The caller's descriptor shares the lock with ours, so closing ours alone would keep it.
            let _ = lock.unlock();
        }
        if let Some(region) = self.region.take()
            && Arc::strong_count(&region) > 1
        {
            region.let_go();
        }
        fault
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
    /// [`Code::Closed`], the fault of the mapping, [`Code::Unsupported`] where `durable` no longer finds the file by its
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
            let file = self.reopen(false)?;
            file.sync_all().map_err(|error| Error::system(&error, "fsync", self.path()))?;
        }
        self.check()
    }

    /// Tells the system how `length` bytes from `from` will be used.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`]; [`Code::Unsupported`] for [`Advice::DontNeed`] in mode `c`, where the pages are all there is of
    /// what was stored; the system's.
    pub fn advise(&self, advice: Advice, from: u64, length: u64) -> Result<()> {
        self.check_open()?;
        if advice == Advice::DontNeed && self.mode == Mode::Copy {
            return Err(Error::new(
                Code::Unsupported,
                "advice 'dontneed' would lose what was stored in mode 'c', which is nowhere but in these pages: close the array instead",
            ));
        }
        let Some((region, from, length)) = self.within(from, length) else { return Ok(()) };
        region.advise(advice, from, length).map_err(|error| Error::system(&error, "madvise", self.path()))
    }

    /// How much of these bytes is in memory.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`], and the system's.
    pub fn residency(&self, from: u64, length: u64) -> Result<Residency> {
        self.check_open()?;
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
    /// [`Code::Closed`] and those of [`fault`](Mapping::fault).
    pub fn check(&self) -> Result<()> {
        self.check_open()?;
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

    fn check_open(&self) -> Result<()> {
        if self.closed {
            return Err(
                Error::new(Code::Closed, "the array is closed: open the file again").with_path(self.path())
            );
        }
        Ok(())
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
    fn reopen(&self, write: bool) -> Result<File> {
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

/// Says what to do where the system has no room for another mapping.
fn no_mapping(error: &Error) -> Error {
    let mut error = error.clone();
    if error.is_out_of_memory() {
        error.message.push_str(
            ": the process has too many maps open, or too little address space: close arrays that are no longer needed, or map a \
             part of the file by offset and shape",
        );
    }
    error
}
