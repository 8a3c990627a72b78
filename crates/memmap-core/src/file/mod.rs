//! Opening a file and giving it the size, space and zeros that a mode asks for.
//!
//! What must hold on every system: a call that fails leaves bytes and size as they were. So each step that can fail comes
//! before the first byte changes, and can be taken back; see [`OpenFile::prepare`].

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

use std::fs::File;
use std::path::Path;

pub(crate) use system::{INPUT_OUTPUT, NO_SPACE, OpenFile, error_name, is_full, write_at};

use crate::{Code, Error, Result};

/// What names the file to be opened.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// A path.
    Path(&'a Path),
    /// A descriptor of the caller, who keeps it: used as it is and never closed.
    #[cfg(unix)]
    Descriptor(std::os::fd::RawFd),
    /// A handle of the caller, who keeps it: used as it is and never closed.
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

/// Which file it is, whatever its name: two paths lead to the same file when these are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The device, or volume.
    pub device: u64,
    /// The inode, or file index.
    pub inode: u64,
}

/// An advisory lock on the whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Held together with other shared locks.
    Shared,
    /// Held alone.
    Exclusive,
}

/// Which file the path leads to now, and its size.
///
/// # Errors
///
/// The system's, as for a file that is gone.
pub(crate) fn look(path: &Path) -> Result<(Identity, u64)> {
    let metadata = std::fs::metadata(path).map_err(|error| Error::system(&error, "stat", Some(path)))?;
    system::identity(path, &metadata).map(|identity| (identity, metadata.len()))
}

/// Opens the file at `path` again, if it is still the one that `identity` tells.
///
/// # Errors
///
/// [`Code::Unsupported`] where another file stands there now, and the system's.
pub(crate) fn reopen(path: &Path, identity: Identity, write: bool) -> Result<File> {
    let file = File::options()
        .read(true)
        .write(write)
        .open(path)
        .map_err(|error| Error::system(&error, "open", Some(path)))?;
    let metadata = file.metadata().map_err(|error| Error::system(&error, "fstat", Some(path)))?;
    if system::identity(path, &metadata)? != identity {
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
