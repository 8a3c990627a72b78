//! Locks the size of a file, so that writers in several threads and processes change it by turns.
//!
//! The lock is advisory, and apart from that of [`Lock`](crate::Lock): it covers one byte that no file has. A system or file
//! system without such locks grants it at once.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::{Code, Error, Result};

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest pause between two attempts.
const PAUSE: Duration = Duration::from_millis(1);

/// The position of the byte to lock, which is past the end of any file.
const POSITION: i64 = 1 << 62;

/// A file whose size is locked until this is dropped.
pub(crate) struct SizeLock {
    file: File,
    /// A descriptor that holds a lock on the whole file, for the same owner.
    holder: Option<File>,
}

impl SizeLock {
    /// Takes the lock. Waits for another writer, up to five seconds.
    ///
    /// # Errors
    ///
    /// [`Code::Locked`].
    pub(crate) fn wait(file: File, holder: Option<File>, path: &Path) -> Result<Self> {
        let lock = SizeLock { file, holder };
        let start = Instant::now();
        let mut pause = Duration::from_micros(20);
        while !lock.try_lock() {
            if start.elapsed() > PATIENCE {
                return Err(Error::new(
                    Code::Locked,
                    "another writer has been changing the size of the file for five seconds: try again when it is done",
                )
                .with_path(Some(path)));
            }
            std::thread::sleep(pause);
            pause = PAUSE.min(pause * 2);
        }
        Ok(lock)
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Returns false if another has the lock.
    fn try_lock(&self) -> bool {
        match &self.holder {
            // Windows refuses the holder a second lock, and refuses others any.
            Some(_) if cfg!(windows) => true,
            // Where both locks are of one kind, as on NFS, they are in the way of each other unless they have one owner.
            Some(holder) => try_lock(holder),
            None => try_lock(&self.file),
        }
    }
}

impl Drop for SizeLock {
    fn drop(&mut self) {
        match &self.holder {
            Some(_) if cfg!(windows) => {}
            Some(holder) => unlock(holder),
            None => unlock(&self.file),
        }
    }
}

/// Returns false if another has the lock.
#[cfg(unix)]
fn try_lock(file: &File) -> bool {
    match control(file, libc::F_WRLCK) {
        Ok(()) => true,
        Err(error) => !matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EACCES)),
    }
}

#[cfg(unix)]
fn unlock(file: &File) {
    let _ = control(file, libc::F_UNLCK);
}

/// Sets or ends the lock of an open file description, which other descriptions in this process do not share.
#[cfg(unix)]
fn control(file: &File, kind: impl TryInto<libc::c_short>) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    use libc::flock as Flock;
    // 64-bit positions on 32-bit processors too.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    use libc::flock64 as Flock;

    // SAFETY: zeros are valid for every field, all of which are numbers.
    let mut range: Flock = unsafe { std::mem::zeroed() };
    range.l_type = kind.try_into().unwrap_or_default();
    range.l_whence = libc::SEEK_SET as libc::c_short;
    range.l_start = POSITION;
    range.l_len = 1;
    // SAFETY: an open descriptor, and a range that outlives the call.
    let status = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw mut range) };
    if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Returns false if another has the lock.
#[cfg(windows)]
fn try_lock(file: &File) -> bool {
    use std::os::windows::io::AsRawHandle;
    use windows_sys::Win32::Foundation::ERROR_LOCK_VIOLATION;
    use windows_sys::Win32::Storage::FileSystem::LockFile;

    // SAFETY: an open handle and numbers.
    let locked = unsafe { LockFile(file.as_raw_handle(), POSITION as u32, (POSITION >> 32) as u32, 1, 0) };
    locked != 0 || io::Error::last_os_error().raw_os_error() != Some(ERROR_LOCK_VIOLATION as i32)
}

#[cfg(windows)]
fn unlock(file: &File) {
    use std::os::windows::io::AsRawHandle;
    use windows_sys::Win32::Storage::FileSystem::UnlockFile;

    // SAFETY: an open handle and numbers.
    unsafe { UnlockFile(file.as_raw_handle(), POSITION as u32, (POSITION >> 32) as u32, 1, 0) };
}
