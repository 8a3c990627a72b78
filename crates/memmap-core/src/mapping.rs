use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use crate::file::{OpenFile, remember_created};
use crate::guard::Label;
use crate::mapped::{Mapped, Origin};
use crate::plan::plan;
use crate::region::Region;
use crate::size_lock::SizeLock;
use crate::{Advice, Backing, Code, Error, Extent, Lock, Mode, Result, Source, Window};

/// Options of [`Mapping::open`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What happens to the file, and who sees stores.
    pub mode: Mode,
    /// Position of the array in the file, in bytes; any alignment.
    pub offset: u64,
    /// Length of the array.
    pub extent: Extent,
    /// Whether mode `r+` may make a file longer; otherwise a file that is too short is refused as in `r`.
    pub grow: bool,
    /// Leave holes in a created or grown file, instead of allocating its space now.
    pub sparse: bool,
    /// Bytes at the start of a file created by `w+` that the caller stores to at once: their space is allocated even if `sparse`.
    pub header: u64,
    /// Read the pages in before returning.
    pub populate: bool,
    /// Advice given at open.
    pub access: Option<Advice>,
    /// An advisory lock, held until the mapping is closed.
    pub lock: Option<Lock>,
    /// Number of the opener, passed on to the listener for faults.
    pub owner: u64,
}

/// A mapped part of a file. Keeps no descriptor, unless a lock was asked for.
///
/// This, every clone of its [`Mapped`] and every [`Lease`](crate::Lease) share the address range: [`close`](Mapping::close)
/// releases the file at once, and the last of them unmaps the range.
pub struct Mapping {
    /// Once closed, the path that it was opened by.
    pub(crate) mapped: std::result::Result<Mapped, Option<Arc<Path>>>,
    pub(crate) lock: Option<File>,
    /// The file, while its size is locked.
    pub(crate) size_lock: Option<SizeLock>,
    /// Ranges from before a resize, which others may still hold.
    pub(crate) superseded: Vec<Weak<Region>>,
}

impl Mapping {
    /// Opens and maps.
    ///
    /// A call that fails leaves the bytes and the size of the file as they were, because every step that can fail comes before
    /// the first change; it removes a file that it created.
    ///
    /// # Errors
    ///
    /// Those of [`plan`], [`Code::Locked`], [`Code::Unsupported`] for what is not a regular file, and the system's:
    /// `ENOENT`, `EACCES`, `EISDIR`, `ENOSPC` (no space for the growth), `ENOMEM`, ...
    pub fn open(source: Source<'_>, options: &Options) -> Result<Self> {
        Self::try_open(source, options).map_err(|error| error.with_path(source.path()))
    }

    fn try_open(source: Source<'_>, options: &Options) -> Result<Self> {
        let mode = options.mode;
        let mut file = OpenFile::open(source, mode)?;
        let lock = options.lock.map(|lock| file.lock(lock)).transpose()?.flatten();
        // An array of no bytes in an empty file, which was described before, is planned as where it was created.
        let is_nothing = !options.grow && options.extent == Extent::Bytes(0);
        let planned = if is_nothing { Mode::ReadWrite } else { mode };
        let plan = plan(planned, file.size(), options.offset, options.extent)?;
        if !options.grow && planned == Mode::ReadWrite && plan.file_size > file.size() {
            return Err(Error::new(
                Code::Size,
                format!(
                    "the file has {} bytes, but offset {} and {} bytes of data need {}: it was truncated meanwhile, or it is another file",
                    file.size(), options.offset, plan.length, plan.file_size
                ),
            )
            .with_sizes(plan.file_size, file.size()));
        }
        let window = Window::new(options.offset, plan.length)?;
        let identity = file.identity();
        let path: Option<Arc<Path>> = source.path().map(Arc::from);

        let backing = match mode {
            Mode::ReadWrite | Mode::Create => Backing::Shared,
            Mode::Copy => Backing::Private,
            Mode::Read => Backing::ReadOnly,
        };
        let map = |file: &File| -> Result<Option<Arc<Region>>> {
            if plan.length == 0 {
                return Ok(None);
            }
            let label = Label { path: path.clone(), owner: options.owner };
            let region = Region::new(file, window, backing, label)
                .map_err(|error| explain_no_mapping(&Error::system(&error, "mmap", source.path())))?;
            Ok(Some(Arc::new(region)))
        };
        let region = if mode.writes_file() {
            // A file that `w+` clears may have holes, which need space like new bytes.
            let from = if mode == Mode::Create { 0 } else { file.size() };
            let until = if !options.sparse {
                plan.file_size
            } else if mode == Mode::Create {
                options.header.min(plan.file_size)
            } else {
                from
            };
            if mode == Mode::Create {
                file.check_clear(plan.file_size)?;
            }
            let created = file.is_created();
            let mut pending = file.prepare(plan.file_size, from..until)?;
            let region = pending.map(plan.file_size, map)?;
            pending.commit(plan.file_size, (mode == Mode::Create).then_some(until))?;
            if created {
                remember_created(identity);
            }
            region
        } else {
            map(file.file())?
        };

        let mapped = Mapped {
            region,
            file: Origin { path, identity, closed: Arc::new(RwLock::new(false)), probe: Arc::default() },
            mode,
            offset: options.offset,
            page_offset: window.page_offset,
            length: plan.length,
        };
        // Advice is a hint, so a system that refuses it is no reason to fail.
        if let Some(access) = options.access {
            let _ = mapped.advise(access, 0, plan.length);
        }
        if options.populate {
            let _ = mapped.advise(Advice::Populate, 0, plan.length);
        }
        Ok(Mapping { mapped: Ok(mapped), lock, size_lock: None, superseded: Vec::new() })
    }

    /// The mapped pages.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`].
    pub fn mapped(&self) -> Result<&Mapped> {
        self.mapped.as_ref().map_err(|path| {
            Error::new(Code::Closed, "the array is closed: open the file again").with_path(path.as_deref())
        })
    }

    /// Releases the file. Unmaps the range if nobody else holds it; otherwise its pages become private zeros, and the last holder
    /// unmaps it. A second call does nothing.
    ///
    /// # Errors
    ///
    /// The fault of the mapping, after the release.
    pub fn close(&mut self) -> Result<()> {
        let Ok(mapped) = &self.mapped else { return Ok(()) };
        let fault = mapped.fault();
        *mapped.file.closed.write().unwrap_or_else(PoisonError::into_inner) = true;
        self.size_lock = None;
        if let Some(lock) = self.lock.take() {
            // A clone of the descriptor may be open, which closing this one would not unlock.
            let _ = lock.unlock();
        }
        let path = mapped.file.path.clone();
        if let Ok(Mapped { region: Some(region), .. }) = std::mem::replace(&mut self.mapped, Err(path))
            && Arc::strong_count(&region) > 1
        {
            region.release();
        }
        self.superseded.drain(..).filter_map(|old| old.upgrade()).for_each(|old| old.release());
        fault
    }
}

/// Adds a way out where the system has no room for another mapping.
fn explain_no_mapping(error: &Error) -> Error {
    let mut error = error.clone();
    if error.is_out_of_memory() {
        error.message.push_str(
            ": the process has too many maps open, or too little address space: close arrays that are no longer needed, or map a \
             part of the file by offset and shape",
        );
    }
    error
}
