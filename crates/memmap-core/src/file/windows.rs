use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::os::windows::io::{AsRawHandle, FromRawHandle, RawHandle};
use std::path::Path;
use std::ptr;

use windows_sys::Win32::Foundation as win;
use windows_sys::Win32::Storage::FileSystem as fsys;
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::{FILE_ZERO_DATA_INFORMATION, FSCTL_SET_SPARSE, FSCTL_SET_ZERO_DATA};

use super::{Identity, OpenFile, PendingResize, lock_sizes};
use crate::{Code, Error, Mode, Result};

/// The numbers of "disk full", "not enough memory" and of an input or output error.
pub(crate) const NO_SPACE: i32 = win::ERROR_DISK_FULL as i32;
pub(crate) const NO_MEMORY: i32 = win::ERROR_NOT_ENOUGH_MEMORY as i32;
pub(crate) const INPUT_OUTPUT: i32 = win::ERROR_IO_DEVICE as i32;

/// The system calls that errors name.
pub(super) const RESIZE_CALL: &str = "SetEndOfFile";
pub(super) const LOCK_CALL: &str = "LockFileEx";

impl<'a> OpenFile<'a> {
    /// Reserves the `space` that a file of `size` bytes needs beyond what the file has, and grows the file to that size. Where
    /// `space` ends before `size`, the file becomes a sparse one, which reserves nothing.
    pub(crate) fn prepare(&mut self, size: u64, space: Range<u64>) -> Result<PendingResize<'_, 'a>> {
        let sparse = space.end < size;
        let lock = lock_sizes();
        let old = self.size;
        let mut pending = PendingResize { file: self, undo: None, _lock: Some(lock) };
        if size > old {
            grow(pending.file(), old, size, sparse)
                .map_err(|error| pending.file.error(&error, RESIZE_CALL).with_sizes(size, old))?;
            pending.undo = Some((old, size));
        }
        Ok(pending)
    }
}

impl PendingResize<'_, '_> {
    /// Maps the file by `map`. A mapped file cannot be truncated, so a longer one is mapped and written to on trial before it is
    /// truncated. Only the lack of the addresses that the trial had can fail after that.
    pub(crate) fn map<T>(&mut self, size: u64, map: impl Fn(&File) -> Result<T>) -> Result<T> {
        if size < self.file.size {
            drop(map(self.file())?);
            for position in [0, self.file.size - 1] {
                rewrite_byte(self.file(), position).map_err(|error| self.file.error(&error, "write"))?;
            }
            self.file.file.set_len(size).map_err(|error| self.file.error(&error, RESIZE_CALL))?;
        }
        map(self.file())
    }

    /// Keeps the size that the file has by now, and writes zeros where `clear` asks for them. Only the device can fail here.
    pub(crate) fn commit(mut self, size: u64, clear: Option<u64>) -> Result<()> {
        let old = self.file.size;
        if clear.is_some() {
            zero(self.file.writer(), old.min(size)).map_err(|error| self.file.error(&error, "write"))?;
        }
        self.undo = None;
        self.file.created = false;
        Ok(())
    }
}

/// Takes space for a file of `size` bytes, and makes it that long; never shorter, even if another process has written to it since it
/// had `old` bytes.
fn grow(file: &File, old: u64, size: u64, sparse: bool) -> io::Result<()> {
    if sparse {
        make_sparse(handle_of(file))?;
    }
    // Both calls truncate a file that is longer.
    if !sparse && file.metadata()?.len() <= old {
        allocate(handle_of(file), size)?;
    }
    if file.metadata()?.len() <= old { file.set_len(size) } else { Ok(()) }
}

/// Writes a byte as it is, which fails where another process has locked it or the disk takes no writes.
fn rewrite_byte(mut file: &File, position: u64) -> io::Result<()> {
    // A handle of the caller's keeps its position.
    let before = file.stream_position()?;
    let mut byte = [0];
    if file.seek_read(&mut byte, position)? == 1 {
        file.seek_write(&byte, position)?;
    }
    file.seek(SeekFrom::Start(before)).map(drop)
}

/// The caller's handle writes at any position.
pub(super) fn writer(_file: &File) -> Result<Option<File>> {
    Ok(None)
}

/// Always succeeds: `map` looks before the first byte changes.
pub(super) fn check_clear(_file: &File, _old: u64, _size: u64) -> io::Result<()> {
    Ok(())
}

/// Does nothing, because Windows flushes no folders.
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes a file that was created.
pub(super) fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

fn handle_of(file: &File) -> win::HANDLE {
    file.as_raw_handle().cast()
}

/// Opens the path, and returns whether that created the file.
pub(super) fn open_path(path: &Path, mode: Mode) -> Result<(File, bool)> {
    open_or_create(path, mode).map_err(|error| open_error(&error, path))
}

/// The caller's handle.
pub(super) fn borrow(handle: RawHandle, _mode: Mode) -> Result<File> {
    // SAFETY: a handle of the caller's, which `OpenFile` never closes.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Opens the file of a handle another time.
pub(super) fn opened_anew(file: &File) -> io::Result<File> {
    let share = fsys::FILE_SHARE_READ | fsys::FILE_SHARE_WRITE | fsys::FILE_SHARE_DELETE;
    // SAFETY: an open handle and numbers.
    let handle = unsafe { fsys::ReOpenFile(handle_of(file), win::GENERIC_READ, share, 0) };
    if handle == win::INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a handle that was opened just now, which nothing else owns.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Always false, because the system does not tell.
pub(super) fn has_lock(_file: &File) -> bool {
    false
}

/// Refuses what is not a regular file.
pub(super) fn check_kind(file: &File, path: Option<&Path>) -> Result<()> {
    // SAFETY: asks about a handle; the result tells one that is invalid.
    let kind = unsafe { fsys::GetFileType(handle_of(file)) };
    let unknown = io::Error::last_os_error();
    if kind == fsys::FILE_TYPE_UNKNOWN && unknown.raw_os_error() == Some(win::ERROR_INVALID_HANDLE as i32) {
        return Err(Error::system(&unknown, "fstat", path));
    }
    if kind != fsys::FILE_TYPE_DISK {
        let what = "a pipe, console or device cannot be mapped: only a regular file can";
        return Err(Error::new(Code::Unsupported, what).with_path(path));
    }
    Ok(())
}

fn open_or_create(path: &Path, mode: Mode) -> io::Result<(File, bool)> {
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

/// Opening a folder fails with "access denied" on Windows; this gives it the code that it has elsewhere, `EISDIR`.
fn open_error(error: &io::Error, path: &Path) -> Error {
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
        // `set_len` then allocates the space, if the file system allocates any beforehand.
        Some(win::ERROR_CALL_NOT_IMPLEMENTED | win::ERROR_INVALID_FUNCTION | win::ERROR_NOT_SUPPORTED) => {
            Ok(())
        }
        _ => Err(error),
    }
}

/// Marks the file as sparse. A file system without sparse files allocates the space instead.
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

/// Writes zeros over the first `end` bytes; in a sparse file that frees their space.
fn zero(file: &File, end: u64) -> io::Result<()> {
    let Ok(beyond) = i64::try_from(end) else { return write_zeros(file, end) };
    let range = FILE_ZERO_DATA_INFORMATION { FileOffset: 0, BeyondFinalZero: beyond };
    let mut returned = 0;
    // SAFETY: an open handle, and the input that the request takes, with its size.
    let done = unsafe {
        DeviceIoControl(
            handle_of(file),
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
    const CHUNK: u64 = 1 << 20;
    let zeros = vec![0; CHUNK.min(end) as usize];
    let mut from = 0;
    while from < end {
        let chunk = CHUNK.min(end - from) as usize;
        from += file.seek_write(&zeros[..chunk], from)? as u64;
    }
    Ok(())
}

pub(super) fn identity_of(file: &File, _metadata: &Metadata) -> io::Result<Identity> {
    by_handle(file)
}

fn by_handle(file: &File) -> io::Result<Identity> {
    let mut id = fsys::FILE_ID_INFO::default();
    // SAFETY: an open handle, and a structure of the class that is named, with its size.
    let done = unsafe {
        fsys::GetFileInformationByHandleEx(
            handle_of(file),
            fsys::FileIdInfo,
            ptr::from_mut(&mut id).cast(),
            size_of::<fsys::FILE_ID_INFO>() as u32,
        )
    };
    if done != 0 {
        let inode = u128::from_le_bytes(id.FileId.Identifier);
        return Ok(Identity { device: id.VolumeSerialNumber, inode });
    }
    // A file system without ids of 128 bits.
    let mut info = fsys::BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: an open handle, and a structure to fill in.
    let done = unsafe { fsys::GetFileInformationByHandle(handle_of(file), &mut info) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    let inode = u128::from(info.nFileIndexHigh) << 32 | u128::from(info.nFileIndexLow);
    Ok(Identity { device: info.dwVolumeSerialNumber.into(), inode })
}

pub(super) fn identity(path: &Path, _metadata: &Metadata) -> Result<Identity> {
    File::open(path)
        .and_then(|file| by_handle(&file))
        .map_err(|error| Error::system(&error, "open", Some(path)))
}

/// Reads bytes from `position`, fewer at the end of the file.
pub(crate) fn read_at(file: &File, bytes: &mut [u8], position: u64) -> io::Result<usize> {
    file.seek_read(bytes, position)
}

/// Writes all bytes at `position`.
pub(crate) fn write_at(file: &File, mut bytes: &[u8], mut position: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = file.seek_write(bytes, position)?;
        bytes = &bytes[written..];
        position += written as u64;
    }
    Ok(())
}

/// Does nothing, because nothing is written past a map.
pub(crate) fn begin_writeback(_file: &File, _from: u64, _length: usize) {}

/// Windows limits no file sizes.
pub(crate) fn check_size_limit(_size: u64) -> io::Result<()> {
    Ok(())
}

/// Always false: pages have their space before they are stored to.
pub(crate) fn is_full(_path: &Path) -> bool {
    false
}

/// The name of an error of the system, as in Node's `error.code`. Source: libuv, `uv_translate_sys_error`.
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
