//! Opens a file and gives it the size, space and zeros that a mode asks for.
//!
//! On every system a call that fails leaves bytes and size as they were, because each step that can fail comes before the first
//! byte changes, and is undone by `Drop`:
//!
//! ```text
//!   OpenFile::open ──► prepare: reserve space ──► map ──► commit: size, zeros
//!          │                     └── dropped: size as before
//!          └── dropped without commit: a file that this call created is removed
//! ```
//!
//! The systems differ in the order that they allow. Unix maps past the end of a file, so its size changes last. Windows maps
//! no further than the file reaches and cannot truncate a mapped file, so there the size changes first.

mod created;
mod size_probe;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::fs::{File, TryLockError};
use std::io;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use created::{remember_created, take_created};
pub(crate) use size_probe::SizeProbe;
pub(crate) use system::{
    INPUT_OUTPUT, NO_MEMORY, NO_SPACE, begin_writeback, check_size_limit, error_name, is_full, read_at,
    sync_folder, write_at,
};

use crate::{Code, Error, Mode, Result};

/// The file to open.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A path.
    Path(&'a Path),
    /// A descriptor that belongs to the caller: used as it is and never closed.
    #[cfg(unix)]
    Descriptor(std::os::fd::RawFd),
    /// A handle that belongs to the caller: used as it is and never closed.
    #[cfg(windows)]
    Descriptor(std::os::windows::io::RawHandle),
}

impl<'a> Source<'a> {
    /// The path, if it is one.
    pub fn path(self) -> Option<&'a Path> {
        match self {
            Source::Path(path) => Some(path),
            Source::Descriptor(_) => None,
        }
    }
}

/// Identifies a file whatever its name: two paths lead to the same file when their identities are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The device, or volume.
    pub device: u64,
    /// The inode, or the file's id in its volume.
    pub inode: u128,
}

/// An advisory lock on the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Held together with other shared locks.
    Shared,
    /// Held alone.
    Exclusive,
}

/// A file that is open for the time of one call, because a mapping needs no descriptor.
pub(crate) struct OpenFile<'a> {
    source: Source<'a>,
    // `drop` closes it unless it belongs to the caller.
    file: ManuallyDrop<File>,
    /// Opened anew for writing at any position, where the caller's descriptor does not.
    writer: Option<File>,
    size: u64,
    identity: Identity,
    /// This call created the file, and removes it again if it fails.
    created: bool,
}

/// What `OpenFile::prepare` did to the file: undone by `Drop` unless `commit` is called.
pub(crate) struct PendingResize<'a, 'b> {
    file: &'a mut OpenFile<'b>,
    /// The size to go back to where space was reserved behind it, and the size that the file has meanwhile.
    undo: Option<(u64, u64)>,
    // Threads that resize files take turns.
    _lock: Option<MutexGuard<'static, ()>>,
}

fn lock_sizes() -> MutexGuard<'static, ()> {
    static SIZES: Mutex<()> = Mutex::new(());
    SIZES.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> OpenFile<'a> {
    /// Opens the file as the mode needs it, and refuses a file that cannot be mapped.
    pub(crate) fn open(source: Source<'a>, mode: Mode) -> Result<Self> {
        let (file, created) = match source {
            Source::Path(path) => system::open_path(path, mode)?,
            Source::Descriptor(descriptor) => (system::borrow(descriptor, mode)?, false),
        };
        let mut opened = OpenFile {
            source,
            file: ManuallyDrop::new(file),
            writer: None,
            size: 0,
            identity: Identity { device: 0, inode: 0 },
            created,
        };
        system::check_kind(&opened.file, source.path())?;
        let metadata = opened.file.metadata().map_err(|error| opened.error(&error, "fstat"))?;
        opened.size = metadata.len();
        opened.identity =
            system::identity_of(&opened.file, &metadata).map_err(|error| opened.error(&error, "fstat"))?;
        if mode == Mode::Create && matches!(source, Source::Descriptor(_)) {
            opened.writer = system::writer(&opened.file)?;
        }
        Ok(opened)
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    fn writer(&self) -> &File {
        self.writer.as_ref().unwrap_or(&self.file)
    }

    /// Whether this call created the file.
    pub(crate) fn is_created(&self) -> bool {
        self.created
    }

    /// Fails where the file cannot be cleared and get `size` bytes, before a byte changes.
    pub(crate) fn check_clear(&self, size: u64) -> Result<()> {
        system::check_clear(&self.file, self.size, size)
            .map_err(|error| self.error(&error, system::RESIZE_CALL).with_sizes(size, self.size))
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// An error of the system that names this file.
    fn error(&self, error: &io::Error, syscall: &'static str) -> Error {
        Error::system(error, syscall, self.source.path())
    }

    /// Takes the lock without waiting, and returns the descriptor that holds it; none where the caller's own descriptor has an
    /// exclusive lock already.
    ///
    /// A caller's descriptor is opened anew for that, because the lock belongs to what was opened: ours would replace the
    /// caller's, and its end would end both.
    pub(crate) fn lock(&self, lock: Lock) -> Result<Option<File>> {
        let holder = match self.source {
            Source::Path(_) => self.file.try_clone().map_err(|error| self.error(&error, "dup"))?,
            Source::Descriptor(_) => {
                system::opened_anew(&self.file).map_err(|error| self.error(&error, "open"))?
            }
        };
        let taken = match lock {
            Lock::Shared => holder.try_lock_shared(),
            Lock::Exclusive => holder.try_lock(),
        };
        match taken {
            Ok(()) => Ok(Some(holder)),
            Err(TryLockError::WouldBlock) if self.source.path().is_none() && system::has_lock(&self.file) => Ok(None),
            Err(TryLockError::WouldBlock) => Err(Error::new(
                Code::Locked,
                "the file is locked by another: wait until its array is closed, or open without the option lock",
            )
            .with_path(self.source.path())),
            Err(TryLockError::Error(error)) => Err(self.error(&error, system::LOCK_CALL)),
        }
    }

    /// Truncates the file to `size` bytes. Windows refuses that while the file is mapped.
    pub(crate) fn truncate(&mut self, size: u64) -> Result<()> {
        let _lock = lock_sizes();
        self.file.set_len(size).map_err(|error| self.error(&error, system::RESIZE_CALL))?;
        self.size = size;
        Ok(())
    }
}

impl PendingResize<'_, '_> {
    fn file(&self) -> &File {
        self.file.file()
    }
}

impl Drop for PendingResize<'_, '_> {
    fn drop(&mut self) {
        if let Some((old, meanwhile)) = self.undo {
            // Not where another process has changed the size since.
            if self.file().metadata().is_ok_and(|metadata| metadata.len() == meanwhile) {
                let _ = self.file().set_len(old);
            }
        }
    }
}

impl Drop for OpenFile<'_> {
    fn drop(&mut self) {
        if let Source::Path(path) = self.source {
            // SAFETY: dropped once, here; nothing uses it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.file) };
            if self.created {
                system::remove(path);
            }
        }
    }
}

/// Identity and size of the file that the path leads to now.
///
/// # Errors
///
/// The system's, as for a missing file.
pub(crate) fn stat(path: &Path) -> Result<(Identity, u64)> {
    let metadata = std::fs::metadata(path).map_err(|error| Error::system(&error, "stat", Some(path)))?;
    system::identity(path, &metadata).map(|identity| (identity, metadata.len()))
}

/// Opens the file at `path` again, if it still has this identity.
///
/// # Errors
///
/// [`Code::Unsupported`] where another file is at the path now, and the system's.
pub(crate) fn reopen(path: &Path, identity: Identity, write: bool) -> Result<File> {
    let file = File::options()
        .read(true)
        .write(write)
        .open(path)
        .map_err(|error| Error::system(&error, "open", Some(path)))?;
    let metadata = file.metadata().map_err(|error| Error::system(&error, "fstat", Some(path)))?;
    let found =
        system::identity_of(&file, &metadata).map_err(|error| Error::system(&error, "fstat", Some(path)))?;
    if found != identity {
        return Err(Error::new(
            Code::Unsupported,
            format!(
                "'{}' is another file by now than the one that was mapped: open it again",
                path.display()
            ),
        )
        .with_path(Some(path)));
    }
    Ok(file)
}
