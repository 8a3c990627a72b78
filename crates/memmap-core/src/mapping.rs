use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Weak};

use crate::file::OpenFile;
use crate::guard::Label;
use crate::mapped::{Mapped, Origin};
use crate::plan::plan;
use crate::region::Region;
use crate::{Advice, Backing, Code, Error, Extent, Lock, Mode, Result, Source, Window};

/// What a caller asks of [`Mapping::open`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What happens to the file, and who sees a store.
    pub mode: Mode,
    /// Where the array begins in the file, in bytes; any alignment.
    pub offset: u64,
    /// How many bytes it takes.
    pub extent: Extent,
    /// Whether mode `r+` may make a file longer; otherwise a file that is too short is refused as in `r`.
    pub grow: bool,
    /// Leave holes in a file that is made or grown, instead of taking the space now.
    pub sparse: bool,
    /// Bytes at the start of a file that `w+` makes which are stored to at once: their space is taken even if `sparse`.
    pub header: u64,
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
/// The address range belongs to this, to every clone of its [`Mapped`] and to every [`Lease`](crate::Lease) taken from it:
/// [`close`](Mapping::close) lets go of the file at once, and the range itself goes with the last of them.
pub struct Mapping {
    /// Where it is closed, the path that it was opened by.
    pub(crate) mapped: std::result::Result<Mapped, Option<Arc<Path>>>,
    lock: Option<File>,
    /// Ranges from before it was given another size, which others may still hold.
    pub(crate) older: Vec<Weak<Region>>,
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
        if !options.grow && mode == Mode::ReadWrite && plan.file_size > file.size() {
            return Err(Error::new(
                Code::Size,
                format!(
                    "the file has {} bytes, and offset {} and {} bytes of data need {}: it was cut since, or another file was meant",
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
                .map_err(|error| no_mapping(&Error::system(&error, "mmap", source.path())))?;
            Ok(Some(Arc::new(region)))
        };
        let region = if mode.writes_file() {
            // What `w+` clears may have holes, which are filled like what is new.
            let from = if mode == Mode::Create { 0 } else { file.size() };
            let until = if !options.sparse {
                plan.file_size
            } else if mode == Mode::Create {
                options.header.min(plan.file_size)
            } else {
                from
            };
            let mut prepared = file.prepare(plan.file_size, from..until)?;
            let region = prepared.map(plan.file_size, map)?;
            prepared.keep(plan.file_size, (mode == Mode::Create).then_some(until))?;
            region
        } else {
            map(file.file())?
        };

        let mapped = Mapped {
            region,
            file: Origin { path, identity },
            mode,
            offset: options.offset,
            lead: window.lead,
            length: plan.length,
        };
        // Advice is a hint: a system that does not take it is no reason to fail.
        if let Some(access) = options.access {
            let _ = mapped.advise(access, 0, plan.length);
        }
        if options.populate {
            let _ = mapped.advise(Advice::Populate, 0, plan.length);
        }
        Ok(Mapping { mapped: Ok(mapped), lock, older: Vec::new() })
    }

    /// What is mapped.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`].
    pub fn mapped(&self) -> Result<&Mapped> {
        self.mapped.as_ref().map_err(|path| {
            Error::new(Code::Closed, "the array is closed: open the file again").with_path(path.as_deref())
        })
    }

    /// Lets go of the file. If nobody else has the range it is unmapped; otherwise its pages become private zeros, and it
    /// goes with the last who has it. A second call does nothing.
    ///
    /// # Errors
    ///
    /// After letting go: the fault that the mapping had.
    pub fn close(&mut self) -> Result<()> {
        let Ok(mapped) = &self.mapped else { return Ok(()) };
        let fault = mapped.fault();
        if let Some(lock) = self.lock.take() {
            // The caller's descriptor shares the lock with ours, so closing ours alone would keep it.
            let _ = lock.unlock();
        }
        let path = mapped.file.path.clone();
        if let Ok(Mapped { region: Some(region), .. }) = std::mem::replace(&mut self.mapped, Err(path))
            && Arc::strong_count(&region) > 1
        {
            region.let_go();
        }
        self.older.drain(..).filter_map(|old| old.upgrade()).for_each(|old| old.let_go());
        fault
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
