//! Gives an open mapping another length, and its file another size.
//!
//! A mapping may reach past the end of its file on Unix, so growth reserves addresses for half as much again: appending row by
//! row remaps only each time the array has grown by half.

use std::fs::File;
use std::io;
use std::sync::{Arc, PoisonError};

use crate::file::{self, OpenFile};
use crate::guard::Label;
use crate::region::Region;
use crate::size_lock::SizeLock;
use crate::{Backing, Code, Error, Mapping, Mode, Result, Source, Window};

/// Bytes that growth reserves at least.
const MIN_RESERVE: u64 = 1 << 20;

impl Mapping {
    /// Opens the file again and locks its size until [`unlock_size`](Mapping::unlock_size), so that other writers that take this
    /// lock wait. Waits for them itself, up to five seconds. Returns the size of the file.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`]; the fault of the mapping; [`Code::Unsupported`] where another file is at the path, and for a file that
    /// was opened by a descriptor; [`Code::Locked`]; the system's.
    pub fn lock_size(&mut self) -> Result<u64> {
        self.size_lock = None;
        let mapped = self.mapped()?;
        let file = mapped.reopen(true)?;
        let path =
            mapped.file.path.clone().ok_or_else(|| Error::new(Code::Unsupported, "the file has no path"))?;
        let holder = self.lock.as_ref().and_then(|lock| lock.try_clone().ok());
        let lock = SizeLock::wait(file, holder, &path)?;
        // Another writer may have replaced the file, or truncated it, before it gave up the lock.
        let size = mapped.file_size()?;
        mapped.check()?;
        self.size_lock = Some(lock);
        Ok(size)
    }

    /// Ends [`lock_size`](Mapping::lock_size). Does nothing without it.
    pub fn unlock_size(&mut self) {
        self.size_lock = None;
    }

    /// Reads bytes of the file while its size is locked; fewer at its end.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] without the lock; the system's.
    pub fn read_file(&self, position: u64, bytes: &mut [u8]) -> Result<usize> {
        let file = self.locked_file()?;
        file::read_at(file, bytes, position).map_err(|error| self.system(&error, "pread"))
    }

    /// Writes bytes to the file while its size is locked, for bytes that do not belong to the array, as those of a header. A few
    /// bytes within one page are written whole or not at all, whenever the process ends.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] without the lock; the system's.
    pub fn write_file(&self, position: u64, bytes: &[u8]) -> Result<()> {
        let file = self.locked_file()?;
        file::write_at(file, bytes, position).map_err(|error| self.system(&error, "pwrite"))
    }

    fn locked_file(&self) -> Result<&File> {
        let lock = self.size_lock.as_ref();
        lock.map(SizeLock::file)
            .ok_or_else(|| Error::new(Code::Unsupported, "the size of the file is not locked"))
    }

    fn system(&self, error: &io::Error, syscall: &'static str) -> Error {
        Error::system(error, syscall, self.mapped().ok().and_then(|mapped| mapped.path()))
    }

    /// Gives the array `length` bytes. The file then ends where the array does. New bytes are zeros, with space allocated unless
    /// `sparse`. A call that fails leaves bytes and size as they were.
    ///
    /// Bytes behind the array in the file are an error, unless they are `leftover` from a call that did not end, which this one
    /// removes.
    ///
    /// Returns whether the address range changed. Holders of an address in the old range see the file's pages there until
    /// [`close`](Mapping::close).
    ///
    /// # Errors
    ///
    /// [`Code::Closed`]; the fault of the mapping; [`Code::Unsupported`] where another file is at the path, for a file that
    /// was opened by a descriptor, and for bytes behind the array; the system's (`ENOSPC`, `ENOMEM`).
    pub fn resize(&mut self, length: u64, sparse: bool, leftover: bool, owner: u64) -> Result<bool> {
        let mapped = self.mapped()?;
        mapped.check()?;
        let (offset, end) = (mapped.offset, mapped.offset + mapped.length);
        let Some(path) = mapped.file.path.clone() else { return mapped.reopen(true).map(|_| false) };
        let size =
            offset.checked_add(length).filter(|size| i64::try_from(*size).is_ok()).ok_or_else(|| {
                Error::new(
                    Code::TooLarge,
                    format!("offset {offset} and {length} bytes of data exceed the largest file size"),
                )
            })?;
        let mut file = OpenFile::open(Source::Path(&path), Mode::ReadWrite)?;
        if file.identity() != mapped.file.identity {
            return mapped.reopen(true).map(|_| false);
        }
        if file.size() > end {
            if !leftover {
                return Err(Error::new(
                    Code::Unsupported,
                    format!(
                        "the file has {} bytes behind the array, which a resize would lose: open all of it, or truncate the file to {end} bytes first",
                        file.size() - end
                    ),
                )
                .with_sizes(end, file.size())
                .with_path(Some(&path)));
            }
            file.truncate(end)?;
        }
        let label = Label { path: Some(Arc::clone(&path)), owner };
        let new = if size > end {
            let present = mapped.region.as_ref().map_or(0, |region| region.length() as u64);
            let fits = cfg!(unix) && mapped.page_offset as u64 + length <= present;
            let until = if sparse { file.size() } else { size };
            let mut pending = file.prepare(size, file.size()..until)?;
            let region = if fits {
                None
            } else {
                Some(
                    pending
                        .map(size, |file| map_with_reserve(file, offset, length, Backing::Shared, &label))?,
                )
            };
            pending.commit(size, None)?;
            region
        } else if size < end {
            Some(self.shrink(&mut file, size, length, &label)?)
        } else {
            None
        };
        self.continue_in(new, length)
    }

    /// Gives the array another length of the file as it is, after another writer changed its size. Returns whether the address
    /// range changed, as [`resize`](Mapping::resize) does.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`]; [`Code::Unsupported`] in mode `c`, whose stores only the pages hold, and where another file is at the
    /// path; [`Code::Size`] for a shorter file; the system's.
    pub fn refit(&mut self, length: u64, owner: u64) -> Result<bool> {
        let mapped = self.mapped()?;
        let backing = match mapped.mode {
            Mode::Read => Backing::ReadOnly,
            Mode::ReadWrite | Mode::Create => Backing::Shared,
            Mode::Copy => {
                return Err(Error::new(
                    Code::Unsupported,
                    "mode 'c' keeps its stores in its pages, which another length would lose: open the file again",
                ));
            }
        };
        let file = mapped.reopen(mapped.mode.writes_file())?;
        let path = mapped.file.path.clone();
        let size = file.metadata().map_err(|error| self.system(&error, "fstat"))?.len();
        let end = mapped.offset.saturating_add(length);
        if size < end {
            return Err(Error::new(
                Code::Size,
                format!("the file has {size} bytes, and the array needs {end}"),
            )
            .with_sizes(end, size)
            .with_path(path.as_deref()));
        }
        let present = mapped.region.as_ref().map_or(0, |region| region.length() as u64);
        let label = Label { path, owner };
        let fits = cfg!(unix) && length > mapped.length && mapped.page_offset as u64 + length <= present;
        let new =
            if fits { None } else { Some(map_with_reserve(&file, mapped.offset, length, backing, &label)?) };
        self.continue_in(new, length)
    }

    /// Gives the array its length, in another region where there is one. Returns whether there is.
    fn continue_in(&mut self, new: Option<Option<Arc<Region>>>, length: u64) -> Result<bool> {
        let mapped = self.mapped.as_mut().map_err(|_| Error::new(Code::Closed, "the array is closed"))?;
        mapped.length = length;
        let Some(region) = new else { return Ok(false) };
        if let Some(old) = std::mem::replace(&mut mapped.region, region)
            && Arc::strong_count(&old) > 1
        {
            self.superseded.retain(|old| old.strong_count() > 0);
            self.superseded.push(Arc::downgrade(&old));
        }
        Ok(true)
    }

    /// Truncates the file, and maps the rest.
    fn shrink(
        &mut self,
        file: &mut OpenFile<'_>,
        size: u64,
        length: u64,
        label: &Label,
    ) -> Result<Option<Arc<Region>>> {
        let mapped = self.mapped.as_mut().map_err(|_| Error::new(Code::Closed, "the array is closed"))?;
        if cfg!(windows) {
            // Windows truncates no mapped file, so this range and those from before it are released first.
            let held = mapped.region.take().filter(|region| Arc::strong_count(region) > 1);
            let superseded = self.superseded.drain(..).filter_map(|old| old.upgrade());
            held.into_iter().chain(superseded).for_each(|region| region.release());
        }
        let (offset, old) = (mapped.offset, mapped.length);
        let truncated = if cfg!(windows) { file.truncate(size) } else { Ok(()) };
        let region = map_exact(
            file.file(),
            offset,
            if truncated.is_ok() { length } else { old },
            Backing::Shared,
            label,
        );
        if cfg!(windows) {
            if truncated.is_err() {
                mapped.region = region?;
                return truncated.map(|()| None);
            }
            return region;
        }
        let region = region?;
        // Waits for writes past the map, which would give the file its size back.
        let _closed = mapped.file.closed.write().unwrap_or_else(PoisonError::into_inner);
        file.truncate(size)?;
        Ok(region)
    }
}

/// Maps `length` bytes from `offset`, and reserves addresses for growth behind them where there are any.
fn map_with_reserve(
    file: &File,
    offset: u64,
    length: u64,
    backing: Backing,
    label: &Label,
) -> Result<Option<Arc<Region>>> {
    if cfg!(unix)
        && let Ok(region) = map_exact(file, offset, (length + length / 2).max(MIN_RESERVE), backing, label)
    {
        return Ok(region);
    }
    map_exact(file, offset, length, backing, label)
}

fn map_exact(
    file: &File,
    offset: u64,
    length: u64,
    backing: Backing,
    label: &Label,
) -> Result<Option<Arc<Region>>> {
    if length == 0 {
        return Ok(None);
    }
    let window = Window::new(offset, length)?;
    let region = Region::new(file, window, backing, label.clone())
        .map_err(|error| Error::system(&error, "mmap", label.path.as_deref()))?;
    Ok(Some(Arc::new(region)))
}
