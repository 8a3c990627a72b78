use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::mem::ManuallyDrop;
use std::ops::Range;
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::os::windows::io::{AsRawHandle, FromRawHandle};
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use windows_sys::Win32::Foundation as win;
use windows_sys::Win32::Storage::FileSystem as fsys;
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::{FILE_ZERO_DATA_INFORMATION, FSCTL_SET_SPARSE, FSCTL_SET_ZERO_DATA};

use super::{Identity, Lock, Source};
use crate::{Code, Error, Mode, Result};

/// The numbers of "disk full" and of an input or output error.
pub(crate) const NO_SPACE: i32 = win::ERROR_DISK_FULL as i32;
pub(crate) const INPUT_OUTPUT: i32 = win::ERROR_IO_DEVICE as i32;

/// A file that is open for the time of one call; the mapping needs no handle.
pub(crate) struct OpenFile<'a> {
    source: Source<'a>,
    // Closed in `drop` unless it is the caller's.
    file: ManuallyDrop<File>,
    size: u64,
    identity: Identity,
    /// Made by this call, and removed again if the call fails.
    created: bool,
}

/// What `prepare` did to the file, taken back unless it is kept.
///
/// A view reaches no further than its file here, so the file grows before it is mapped; and a mapped file cannot be cut, so
/// it is cut before as well, once everything else has been tried.
pub(crate) struct Prepared<'a, 'b> {
    file: &'a mut OpenFile<'b>,
    undo: Option<u64>,
    _alone: MutexGuard<'static, ()>,
}

static CHANGING_SIZES: Mutex<()> = Mutex::new(());

impl<'a> OpenFile<'a> {
    /// Opens the file as the mode needs it, and makes sure that it is one that can be mapped.
    pub(crate) fn open(source: Source<'a>, mode: Mode) -> Result<Self> {
        let (file, created) = match source {
            Source::Path(path) => open_path(path, mode).map_err(|error| refused(&error, path))?,
            // SAFETY: a handle of the caller's, which `OpenFile` never closes.
            Source::Descriptor(handle) => (unsafe { File::from_raw_handle(handle) }, false),
        };
        let mut opened = OpenFile {
            source,
            file: ManuallyDrop::new(file),
            size: 0,
            identity: Identity { device: 0, inode: 0 },
            created,
        };
        // SAFETY: asks about a handle; one that is none of a file is told from it.
        let kind = unsafe { fsys::GetFileType(opened.handle()) };
        let unknown = io::Error::last_os_error();
        if kind == fsys::FILE_TYPE_UNKNOWN && unknown.raw_os_error() == Some(win::ERROR_INVALID_HANDLE as i32)
        {
            return Err(opened.error(&unknown, "fstat"));
        }
        if kind != fsys::FILE_TYPE_DISK {
            let what = "a pipe, console or device cannot be mapped: only a regular file can";
            return Err(Error::new(Code::Unsupported, what).with_path(source.path()));
        }
        let metadata = opened.file.metadata().map_err(|error| opened.error(&error, "fstat"))?;
        opened.size = metadata.len();
        opened.identity = identity_of(&opened.file).map_err(|error| opened.error(&error, "fstat"))?;
        Ok(opened)
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    fn handle(&self) -> win::HANDLE {
        self.file.as_raw_handle().cast()
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// An error of the system, naming this file.
    pub(crate) fn error(&self, error: &io::Error, syscall: &'static str) -> Error {
        Error::system(error, syscall, self.source.path())
    }

    /// Takes the lock without waiting, and gives the handle that holds it.
    pub(crate) fn lock(&self, lock: Lock) -> Result<File> {
        let holder = self.file.try_clone().map_err(|error| self.error(&error, "dup"))?;
        let taken = match lock {
            Lock::Shared => holder.try_lock_shared(),
            Lock::Exclusive => holder.try_lock(),
        };
        match taken {
            Ok(()) => Ok(holder),
            Err(fs::TryLockError::WouldBlock) => Err(Error::new(
                Code::Locked,
                "the file is locked by another: wait until its array is closed, or open without the option lock",
            )
            .with_path(self.source.path())),
            Err(fs::TryLockError::Error(error)) => Err(self.error(&error, "LockFileEx")),
        }
    }

    /// Takes the `space` that a file of `size` bytes needs beyond what the file has, and lets it grow to that size. Where it is
    /// less than all, the file becomes a sparse one, which takes none.
    pub(crate) fn prepare(&mut self, size: u64, space: Range<u64>) -> Result<Prepared<'_, 'a>> {
        let sparse = space.end < size;
        let alone = CHANGING_SIZES.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.size;
        let mut prepared = Prepared { file: self, undo: None, _alone: alone };
        if size > old {
            prepared.undo = Some(old);
            let file = &prepared.file;
            let grown = if sparse { make_sparse(file.handle()) } else { allocate(file.handle(), size) }
                .and_then(|()| file.file.set_len(size));
            grown.map_err(|error| prepared.file.error(&error, "SetEndOfFile").with_sizes(size, old))?;
        }
        Ok(prepared)
    }
}

impl OpenFile<'_> {
    /// Cuts the file to `size` bytes, which is refused while it is mapped.
    pub(crate) fn cut(&mut self, size: u64) -> Result<()> {
        let _alone = CHANGING_SIZES.lock().unwrap_or_else(PoisonError::into_inner);
        self.file.set_len(size).map_err(|error| self.error(&error, "SetEndOfFile"))?;
        self.size = size;
        Ok(())
    }
}

impl Prepared<'_, '_> {
    pub(crate) fn file(&self) -> &File {
        self.file.file()
    }

    /// Maps the file by `map`. A mapped file cannot be cut, so that comes first, once it is known that it can be mapped.
    pub(crate) fn map<T>(&mut self, size: u64, map: impl Fn(&File) -> Result<T>) -> Result<T> {
        if size < self.file.size {
            drop(map(self.file())?);
            self.file.file.set_len(size).map_err(|error| self.file.error(&error, "SetEndOfFile"))?;
        }
        map(self.file())
    }

    /// Gives the file its size, and zeros where `clear` asks for them.
    pub(crate) fn keep(mut self, size: u64, clear: Option<u64>) -> Result<()> {
        let old = self.file.size;
        if clear.is_some() {
            zero(self.file.handle(), self.file(), old.min(size))
                .map_err(|error| self.file.error(&error, "write"))?;
        }
        self.undo = None;
        self.file.created = false;
        Ok(())
    }
}

impl Drop for Prepared<'_, '_> {
    fn drop(&mut self) {
        if let Some(old) = self.undo {
            let _ = self.file.file.set_len(old);
        }
    }
}

impl Drop for OpenFile<'_> {
    fn drop(&mut self) {
        if let Source::Path(path) = self.source {
            // SAFETY: dropped once, here; nothing uses it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.file) };
            if self.created {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn open_path(path: &Path, mode: Mode) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    // As Node opens files: others may read, write and delete it meanwhile.
    options
        .read(true)
        .write(mode.writes_file())
        .share_mode(fsys::FILE_SHARE_READ | fsys::FILE_SHARE_WRITE | fsys::FILE_SHARE_DELETE);
    if mode != Mode::Create {
        return options.open(path).map(|file| (file, false));
    }
    match options.clone().create_new(true).open(path) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            options.open(path).map(|file| (file, false))
        }
        Err(error) => Err(error),
    }
}

/// Opening a folder is "access denied" here; elsewhere it has a code of its own, which this gives too.
fn refused(error: &io::Error, path: &Path) -> Error {
    if path.is_dir() {
        let mut folder = Error::system(error, "open", Some(path));
        folder.code = Code::System(win::ERROR_DIRECTORY as i32);
        folder.message = format!("EISDIR: illegal operation on a directory, open '{}'", path.display());
        return folder;
    }
    Error::system(error, "open", Some(path))
}

fn allocate(handle: win::HANDLE, size: u64) -> io::Result<()> {
    let size = size.try_into().map_err(|_| io::Error::from_raw_os_error(win::ERROR_DISK_FULL as i32))?;
    let info = fsys::FILE_ALLOCATION_INFO { AllocationSize: size };
    // SAFETY: an open handle, and a structure of the class that is named, with its size.
    let done = unsafe {
        fsys::SetFileInformationByHandle(
            handle,
            fsys::FileAllocationInfo,
            ptr::from_ref(&info).cast(),
            size_of::<fsys::FILE_ALLOCATION_INFO>() as u32,
        )
    };
    if done != 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error().map(|number| number as u32) {
        // The space is then taken by the new size alone, as far as the file system takes it beforehand at all.
        Some(win::ERROR_CALL_NOT_IMPLEMENTED | win::ERROR_INVALID_FUNCTION | win::ERROR_NOT_SUPPORTED) => {
            Ok(())
        }
        _ => Err(error),
    }
}

/// A file system without sparse files takes the space instead.
fn make_sparse(handle: win::HANDLE) -> io::Result<()> {
    let mut returned = 0;
    // SAFETY: an open handle; the request has no input and no output.
    unsafe {
        DeviceIoControl(
            handle,
            FSCTL_SET_SPARSE,
            ptr::null(),
            0,
            ptr::null_mut(),
            0,
            &mut returned,
            ptr::null_mut(),
        )
    };
    Ok(())
}

/// Puts zeros over the first `end` bytes; in a sparse file that gives their space back.
fn zero(handle: win::HANDLE, file: &File, end: u64) -> io::Result<()> {
    let Ok(beyond) = i64::try_from(end) else { return write_zeros(file, end) };
    let range = FILE_ZERO_DATA_INFORMATION { FileOffset: 0, BeyondFinalZero: beyond };
    let mut returned = 0;
    // SAFETY: an open handle, and the input that the request takes, with its size.
    let done = unsafe {
        DeviceIoControl(
            handle,
            FSCTL_SET_ZERO_DATA,
            ptr::from_ref(&range).cast(),
            size_of::<FILE_ZERO_DATA_INFORMATION>() as u32,
            ptr::null_mut(),
            0,
            &mut returned,
            ptr::null_mut(),
        )
    };
    if done == 0 { write_zeros(file, end) } else { Ok(()) }
}

fn write_zeros(file: &File, end: u64) -> io::Result<()> {
    const PIECE: u64 = 1 << 20;
    let zeros = vec![0; PIECE.min(end) as usize];
    let mut from = 0;
    while from < end {
        let piece = PIECE.min(end - from) as usize;
        from += file.seek_write(&zeros[..piece], from)? as u64;
    }
    Ok(())
}

fn identity_of(file: &File) -> io::Result<Identity> {
    let mut info = fsys::BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: an open handle, and a structure to fill in.
    let done = unsafe { fsys::GetFileInformationByHandle(file.as_raw_handle().cast(), &mut info) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let inode = u64::from(info.nFileIndexHigh) << 32 | u64::from(info.nFileIndexLow);
    Ok(Identity { device: info.dwVolumeSerialNumber.into(), inode })
}

pub(super) fn identity(path: &Path, _metadata: &Metadata) -> Result<Identity> {
    File::open(path)
        .and_then(|file| identity_of(&file))
        .map_err(|error| Error::system(&error, "open", Some(path)))
}

/// Writes all of the bytes at a position.
pub(crate) fn write_at(file: &File, mut bytes: &[u8], mut position: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = file.seek_write(bytes, position)?;
        bytes = &bytes[written..];
        position += written as u64;
    }
    Ok(())
}

/// Never asked: a page that is stored to has its space.
pub(crate) fn is_full(_path: &Path) -> bool {
    false
}

/// The name of an error of the system, as Node gives it in `error.code`. Source: libuv, `uv_translate_sys_error`.
pub(crate) fn error_name(number: i32) -> &'static str {
    match number as u32 {
        win::ERROR_FILE_NOT_FOUND
        | win::ERROR_PATH_NOT_FOUND
        | win::ERROR_INVALID_NAME
        | win::ERROR_INVALID_DRIVE => "ENOENT",
        win::ERROR_ACCESS_DENIED | win::ERROR_NOACCESS | win::ERROR_ELEVATION_REQUIRED => "EACCES",
        win::ERROR_PRIVILEGE_NOT_HELD => "EPERM",
        win::ERROR_SHARING_VIOLATION | win::ERROR_LOCK_VIOLATION | win::ERROR_USER_MAPPED_FILE => "EBUSY",
        win::ERROR_FILE_EXISTS | win::ERROR_ALREADY_EXISTS => "EEXIST",
        win::ERROR_DIRECTORY => "EISDIR",
        win::ERROR_DISK_FULL | win::ERROR_HANDLE_DISK_FULL => "ENOSPC",
        win::ERROR_NOT_ENOUGH_MEMORY | win::ERROR_OUTOFMEMORY | win::ERROR_COMMITMENT_LIMIT => "ENOMEM",
        win::ERROR_TOO_MANY_OPEN_FILES => "EMFILE",
        win::ERROR_WRITE_PROTECT => "EROFS",
        win::ERROR_FILENAME_EXCED_RANGE => "ENAMETOOLONG",
        win::ERROR_INVALID_HANDLE => "EBADF",
        win::ERROR_INVALID_PARAMETER => "EINVAL",
        win::ERROR_NOT_SUPPORTED => "ENOTSUP",
        win::ERROR_IO_DEVICE | win::ERROR_CRC | win::ERROR_READ_FAULT | win::ERROR_WRITE_FAULT => "EIO",
        win::ERROR_CANT_RESOLVE_FILENAME => "ELOOP",
        _ => "UNKNOWN",
    }
}
