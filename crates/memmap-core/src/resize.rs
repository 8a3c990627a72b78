//! Gives an open mapping another length, and its file another size.
//!
//! A mapping may reach past the end of its file on Unix, so growth reserves addresses for half as much again: appending row by
//! row remaps only each time the array has grown by half.

use std::fs::File;
use std::sync::Arc;

use crate::file::{self, OpenFile};
use crate::guard::Label;
use crate::region::Region;
use crate::{Backing, Code, Error, Mapping, Mode, Result, Source, Window};

/// Bytes that growth reserves at least.
const MIN_RESERVE: u64 = 1 << 20;

impl Mapping {
    /// Gives the array `length` bytes. The file then ends where the array does. New bytes are zeros, with space allocated unless
    /// `sparse`. A call that fails leaves bytes and size as they were.
    ///
    /// Bytes behind the array in the file are truncated where `truncate` allows it.
    ///
    /// Returns whether the address range changed. Holders of an address in the old range see the file's pages there until
    /// [`close`](Mapping::close).
    ///
    /// # Errors
    ///
    /// [`Code::Closed`]; the fault of the mapping; [`Code::Unsupported`] where another file is at the path, for a file that
    /// was opened by a descriptor, and for bytes behind the array; the system's (`ENOSPC`, `ENOMEM`).
    pub fn resize(&mut self, length: u64, sparse: bool, truncate: bool, owner: u64) -> Result<bool> {
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
            if !truncate {
                return Err(Error::new(
                    Code::Unsupported,
                    format!(
                        "the file has {} bytes behind the array, which a resize would lose: open all of it, or truncate the file first",
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
                Some(pending.map(size, |file| map_with_reserve(file, offset, length, &label))?)
            };
            pending.commit(size, None)?;
            region
        } else if size < end {
            Some(self.shrink(&mut file, size, length, &label)?)
        } else {
            None
        };
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
        let region = map_exact(file.file(), offset, if truncated.is_ok() { length } else { old }, label);
        if cfg!(windows) {
            if truncated.is_err() {
                mapped.region = region?;
                return truncated.map(|()| None);
            }
            return region;
        }
        let region = region?;
        file.truncate(size)?;
        Ok(region)
    }
}

/// Maps `length` bytes from `offset`, and reserves addresses for growth behind them where there are any.
fn map_with_reserve(file: &File, offset: u64, length: u64, label: &Label) -> Result<Option<Arc<Region>>> {
    if cfg!(unix)
        && let Ok(region) = map_exact(file, offset, (length + length / 2).max(MIN_RESERVE), label)
    {
        return Ok(region);
    }
    map_exact(file, offset, length, label)
}

fn map_exact(file: &File, offset: u64, length: u64, label: &Label) -> Result<Option<Arc<Region>>> {
    if length == 0 {
        return Ok(None);
    }
    let window = Window::new(offset, length)?;
    let region = Region::new(file, window, Backing::Shared, label.clone())
        .map_err(|error| Error::system(&error, "mmap", label.path.as_deref()))?;
    Ok(Some(Arc::new(region)))
}

impl crate::Mapped {
    /// Writes bytes to the file without the mapping, for bytes that do not belong to the array, as those of a header. A few bytes
    /// within one page are written whole or not at all, whenever the process ends.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] where another file is at the path; the system's.
    pub fn write_file(&self, position: u64, bytes: &[u8]) -> Result<()> {
        let file = self.reopen(true)?;
        file::write_at(&file, bytes, position).map_err(|error| Error::system(&error, "pwrite", self.path()))
    }
}
