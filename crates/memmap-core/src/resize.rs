//! Giving an open mapping another length, and its file another size.
//!
//! A mapping may reach beyond the end of its file on Unix, so a longer one reserves addresses for what may come: appending
//! row by row maps anew only each time the array has grown by half.

use std::fs::File;
use std::sync::Arc;

use crate::file::{self, OpenFile};
use crate::guard::Label;
use crate::region::Region;
use crate::{Backing, Code, Error, Mapping, Mode, Result, Source, Window};

/// The least that is reserved, in bytes.
const LEAST: u64 = 1 << 20;

impl Mapping {
    /// Gives the array `length` bytes. The file then ends where the array does; what it grows by is zeros, with space taken
    /// unless `sparse`. A call that fails leaves bytes and size as they were.
    ///
    /// Bytes that lie behind the array in the file are cut off where `cut` allows it.
    ///
    /// Returns whether the address range is another one now. Who still holds an address in the old one has the file's pages
    /// there until [`close`](Mapping::close).
    ///
    /// # Errors
    ///
    /// [`Code::Closed`]; the fault of the mapping; [`Code::Unsupported`] where the path no longer leads to the same file, for a
    /// file that was opened by a descriptor, and for bytes behind the array; the system's (`ENOSPC`, `ENOMEM`).
    pub fn resize(&mut self, length: u64, sparse: bool, cut: bool, owner: u64) -> Result<bool> {
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
            if !cut {
                return Err(Error::new(
                    Code::Unsupported,
                    format!(
                        "the file has {} bytes behind the array, which another size would lose: open all of it, or cut the file first",
                        file.size() - end
                    ),
                )
                .with_sizes(end, file.size())
                .with_path(Some(&path)));
            }
            file.cut(end)?;
        }
        let label = Label { path: Some(Arc::clone(&path)), owner };
        let new = if size > end {
            let present = mapped.region.as_ref().map_or(0, |region| region.span() as u64);
            let fits = cfg!(unix) && mapped.lead as u64 + length <= present;
            let until = if sparse { file.size() } else { size };
            let mut prepared = file.prepare(size, file.size()..until)?;
            let region = if fits {
                None
            } else {
                Some(prepared.map(size, |file| mapped_anew(file, offset, length, &label))?)
            };
            prepared.keep(size, None)?;
            region
        } else if size < end {
            Some(self.shorter(&mut file, size, length, &label)?)
        } else {
            None
        };
        let mapped = self.mapped.as_mut().map_err(|_| Error::new(Code::Closed, "the array is closed"))?;
        mapped.length = length;
        let Some(region) = new else { return Ok(false) };
        if let Some(old) = std::mem::replace(&mut mapped.region, region)
            && Arc::strong_count(&old) > 1
        {
            self.older.retain(|old| old.strong_count() > 0);
            self.older.push(Arc::downgrade(&old));
        }
        Ok(true)
    }

    /// Cuts the file, and maps what is left.
    fn shorter(
        &mut self,
        file: &mut OpenFile<'_>,
        size: u64,
        length: u64,
        label: &Label,
    ) -> Result<Option<Arc<Region>>> {
        let mapped = self.mapped.as_mut().map_err(|_| Error::new(Code::Closed, "the array is closed"))?;
        if cfg!(windows) {
            // A file is not cut there while it is mapped, by this range or by those from before it.
            let held = mapped.region.take().filter(|region| Arc::strong_count(region) > 1);
            let older = self.older.drain(..).filter_map(|old| old.upgrade());
            held.into_iter().chain(older).for_each(|region| region.let_go());
        }
        let (offset, old) = (mapped.offset, mapped.length);
        let cut = if cfg!(windows) { file.cut(size) } else { Ok(()) };
        let region = map_exactly(file.file(), offset, if cut.is_ok() { length } else { old }, label);
        if cfg!(windows) {
            if cut.is_err() {
                mapped.region = region?;
                return cut.map(|()| None);
            }
            return region;
        }
        let region = region?;
        file.cut(size)?;
        Ok(region)
    }
}

/// Maps `length` bytes from `offset`, with addresses for more behind them where there are any.
fn mapped_anew(file: &File, offset: u64, length: u64, label: &Label) -> Result<Option<Arc<Region>>> {
    if cfg!(unix)
        && let Ok(region) = map_exactly(file, offset, (length + length / 2).max(LEAST), label)
    {
        return Ok(region);
    }
    map_exactly(file, offset, length, label)
}

fn map_exactly(file: &File, offset: u64, length: u64, label: &Label) -> Result<Option<Arc<Region>>> {
    if length == 0 {
        return Ok(None);
    }
    let window = Window::new(offset, length)?;
    let region = Region::new(file, window, Backing::Shared, label.clone())
        .map_err(|error| Error::system(&error, "mmap", label.path.as_deref()))?;
    Ok(Some(Arc::new(region)))
}

impl crate::Mapped {
    /// Writes bytes at a place in the file, past the mapping: those that belong to the file but not to the array, as a header.
    /// A few bytes within one page are written whole or not at all, whenever the process ends.
    ///
    /// # Errors
    ///
    /// [`Code::Unsupported`] where the path no longer leads to the same file; the system's.
    pub fn write_file(&self, position: u64, bytes: &[u8]) -> Result<()> {
        let file = self.reopen(true)?;
        file::write_at(&file, bytes, position).map_err(|error| Error::system(&error, "pwrite", self.path()))
    }
}
