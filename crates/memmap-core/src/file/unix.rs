use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::{Identity, OpenFile, PendingResize, lock_sizes};
use crate::{Code, Error, Mode, Result};

/// The numbers of `ENOSPC`, `ENOMEM` and `EIO`.
pub(crate) const NO_SPACE: i32 = libc::ENOSPC;
pub(crate) const NO_MEMORY: i32 = libc::ENOMEM;
pub(crate) const INPUT_OUTPUT: i32 = libc::EIO;

/// The system calls that errors name.
pub(super) const RESIZE_CALL: &str = "ftruncate";
pub(super) const LOCK_CALL: &str = "flock";

impl<'a> OpenFile<'a> {
    /// Reserves the `space` that a file of `size` bytes needs beyond what the file has, without a change that anyone can see, so
    /// that a full disk fails here. Reserves nothing where the range is empty.
    ///
    /// Only [`PendingResize::commit`] changes a byte or the size.
    pub(crate) fn prepare(&mut self, size: u64, space: Range<u64>) -> Result<PendingResize<'_, 'a>> {
        if size <= self.size && !self.created && space.is_empty() {
            return Ok(PendingResize { file: self, undo: None, _lock: None });
        }
        let lock = lock_sizes();
        check_size_limit(size)
            .map_err(|error| self.error(&error, RESIZE_CALL).with_sizes(size, self.size))?;
        let mut pending = PendingResize { file: self, undo: None, _lock: Some(lock) };
        let old = pending.file.size;
        if !space.is_empty() {
            // Setting the size again frees the space behind it.
            pending.undo = Some((old, old));
            allocate(&pending.file.file, space.start, space.end - space.start, true)
                .map_err(|error| pending.file.error(&error, "fallocate").with_sizes(size, old))?;
        }
        Ok(pending)
    }
}

impl PendingResize<'_, '_> {
    /// Maps the file by `map`, which knows the size to come: a mapping may reach past the end of its file.
    pub(crate) fn map<T>(&mut self, _size: u64, map: impl Fn(&File) -> Result<T>) -> Result<T> {
        map(self.file())
    }

    /// Gives the file its size. With `clear` it becomes all zeros, and that many bytes from its start keep their space. Only
    /// the device can fail here.
    pub(crate) fn commit(mut self, size: u64, clear: Option<u64>) -> Result<()> {
        let old = self.file.size;
        let changed = self.change(old, size, clear);
        if let Err((error, syscall)) = changed {
            let _ = self.file.file.set_len(old);
            return Err(self.file.error(&error, syscall));
        }
        self.undo = None;
        self.file.created = false;
        Ok(())
    }

    fn change(&self, old: u64, size: u64, clear: Option<u64>) -> Result<(), (io::Error, &'static str)> {
        let file = self.file();
        if size > old {
            grow(file, old, size).map_err(|error| (error, RESIZE_CALL))?;
        }
        if let Some(kept) = clear {
            zero(self.file.writer(), old.min(size), kept).map_err(|error| (error, "write"))?;
            if size < old {
                file.set_len(size).map_err(|error| (error, RESIZE_CALL))?;
            }
        }
        Ok(())
    }
}

/// Removes a file that was created; a dangling link that led to it stays.
pub(super) fn remove(path: &Path) {
    let _ = fs::canonicalize(path).and_then(fs::remove_file);
}

/// Opens the path, and returns whether that created the file.
pub(super) fn open_path(path: &Path, mode: Mode) -> Result<(File, bool)> {
    open_or_create(path, mode).map_err(|error| Error::system(&error, "open", Some(path)))
}

fn open_or_create(path: &Path, mode: Mode) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    // Without these flags open waits for the other end of a pipe, or makes a terminal ours. `check_kind` refuses such files.
    options.read(true).write(mode.writes_file()).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    if mode != Mode::Create {
        return options.open(path).map(|file| (file, false));
    }
    match options.clone().create_new(true).open(path) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match options.open(path) {
            Ok(file) => Ok((file, false)),
            // A link that leads nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                options.create(true).open(path).map(|file| (file, true))
            }
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// The caller's descriptor, checked for the access that the mode needs.
pub(super) fn borrow(number: RawFd, mode: Mode) -> Result<File> {
    // SAFETY: asks about a number; one that is no descriptor gives EBADF.
    let flags = unsafe { libc::fcntl(number, libc::F_GETFL) };
    if flags < 0 {
        return Err(Error::system(&io::Error::last_os_error(), "fcntl", None));
    }
    let access = flags & libc::O_ACCMODE;
    if access == libc::O_WRONLY || (mode.writes_file() && access != libc::O_RDWR) {
        return Err(Error::system(&io::Error::from_raw_os_error(libc::EACCES), "mmap", None));
    }
    // SAFETY: the number is an open descriptor, and `OpenFile` never closes what came from the caller.
    Ok(unsafe { File::from_raw_fd(number) })
}

/// Opens the file of a descriptor another time.
#[cfg(target_os = "linux")]
pub(super) fn opened_anew(file: &File) -> io::Result<File> {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// Opens the file of a descriptor another time, by its path.
#[cfg(target_vendor = "apple")]
pub(super) fn opened_anew(file: &File) -> io::Result<File> {
    use std::ffi::{CStr, OsStr};
    use std::os::unix::ffi::OsStrExt;

    let mut path = [0u8; libc::PATH_MAX as usize];
    // SAFETY: an open descriptor, and as much memory as the call asks for.
    let status = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETPATH, path.as_mut_ptr()) };
    if status < 0 {
        return Err(io::Error::last_os_error());
    }
    let path =
        CStr::from_bytes_until_nul(&path).map_err(|_| io::Error::from_raw_os_error(libc::ENAMETOOLONG))?;
    let opened = File::open(OsStr::from_bytes(path.to_bytes()))?;
    let [found, wanted] = [opened.metadata()?, file.metadata()?];
    let is_same = found.dev() == wanted.dev() && found.ino() == wanted.ino();
    if is_same { Ok(opened) } else { Err(io::Error::from_raw_os_error(libc::ENOENT)) }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(super) fn opened_anew(_file: &File) -> io::Result<File> {
    Err(io::Error::from_raw_os_error(libc::ENOTSUP))
}

/// Whether a descriptor has an exclusive lock of its own, where the system tells.
pub(super) fn has_lock(file: &File) -> bool {
    let told = fs::read_to_string(format!("/proc/self/fdinfo/{}", file.as_raw_fd()));
    told.is_ok_and(|text| text.lines().any(|line| line.contains("FLOCK") && line.contains("WRITE")))
}

/// A descriptor by which `w+` can write zeros at any position, where the caller's cannot: Linux writes at the end through one that was
/// opened for appending, and O_DIRECT takes whole blocks only. `None` where the caller's will do.
#[cfg(target_os = "linux")]
pub(super) fn writer(file: &File) -> Result<Option<File>> {
    // SAFETY: asks about an open descriptor.
    let flags = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFL) };
    if flags & (libc::O_APPEND | libc::O_DIRECT) == 0 {
        return Ok(None);
    }
    let opened = File::options().read(true).write(true).open(format!("/proc/self/fd/{}", file.as_raw_fd()));
    opened.map(Some).map_err(|error| {
        Error::new(
            Code::Unsupported,
            format!(
                "mode 'w+' cannot clear a file through a descriptor that was opened for appending, or for direct access, and the \
                 file cannot be opened anew ({error}): open it with the flags 'r+', or pass its path"
            ),
        )
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn writer(_file: &File) -> Result<Option<File>> {
    Ok(None)
}

/// Checks that a file of `old` bytes can be cleared and get `size` bytes, as far as that can be known before a byte changes.
pub(super) fn check_clear(file: &File, old: u64, size: u64) -> io::Result<()> {
    check_size_limit(size)?;
    // Source: fcntl(2), F_GET_SEALS. Mapping checks the seal on stores, and taking space the one on growth.
    #[cfg(target_os = "linux")]
    {
        // SAFETY: asks about an open descriptor; files without seals give EINVAL.
        let seals = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) };
        let has = |seal| seals >= 0 && seals & seal != 0;
        if (size < old && has(libc::F_SEAL_SHRINK)) || (size > old && has(libc::F_SEAL_GROW)) {
            return Err(io::Error::from_raw_os_error(libc::EPERM));
        }
    }
    let _ = (file, old);
    Ok(())
}

/// Refuses what is not a regular file.
pub(super) fn check_kind(file: &File, path: Option<&Path>) -> Result<()> {
    let kind = file.metadata().map_err(|error| Error::system(&error, "fstat", path))?.file_type();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(Error::system(&io::Error::from_raw_os_error(libc::EISDIR), "open", path));
    }
    let what = if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(Error::new(Code::Unsupported, format!("{what} cannot be mapped: only a regular file can"))
        .with_path(path))
}

/// Checks the process's limit on file sizes, because the system sends a signal that ends the process past it.
pub(crate) fn check_size_limit(size: u64) -> io::Result<()> {
    let mut limit = MaybeUninit::<libc::rlimit>::uninit();
    // SAFETY: the result goes to memory of the right type.
    let status = unsafe { libc::getrlimit(libc::RLIMIT_FSIZE, limit.as_mut_ptr()) };
    if status != 0 {
        return Ok(());
    }
    // SAFETY: filled in, since the call succeeded.
    let limit = unsafe { limit.assume_init() };
    #[allow(clippy::unnecessary_cast, reason = "the field's type differs between systems")]
    let most = limit.rlim_cur as u64;
    if limit.rlim_cur != libc::RLIM_INFINITY && size > most {
        return Err(io::Error::from_raw_os_error(libc::EFBIG));
    }
    Ok(())
}

/// Makes the file larger; never smaller, even if another process has written to it meanwhile.
fn grow(file: &File, old: u64, size: u64) -> io::Result<()> {
    // Allocating the last byte sets the size, unless the file is longer by now.
    if allocate(file, size - 1, 1, false).is_ok() {
        return Ok(());
    }
    if file.metadata()?.len() <= old { file.set_len(size) } else { Ok(()) }
}

/// Reserves space for these bytes; with `keep_size` the size stays as it is. Fails with ENOSPC on a full disk.
#[cfg(target_os = "linux")]
fn allocate(file: &File, from: u64, length: u64, keep_size: bool) -> io::Result<()> {
    let mode = if keep_size { libc::FALLOC_FL_KEEP_SIZE } else { 0 };
    match fallocate(file, mode, from, length) {
        // A file system that cannot reserve (NFS before 4.2, some FUSE): the free space is all there is to check.
        Err(error) if keep_size && matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOSYS)) => {
            // The blocks that the file has already are not needed again.
            let has = if from == 0 { file.metadata()?.blocks().saturating_mul(512) } else { 0 };
            check_free_space(file, length.saturating_sub(has))
        }
        result => result,
    }
}

#[cfg(target_os = "linux")]
fn fallocate(file: &File, mode: libc::c_int, from: u64, length: u64) -> io::Result<()> {
    let too_big = |_| io::Error::from_raw_os_error(libc::EFBIG);
    let from = from.try_into().map_err(too_big)?;
    let length = length.try_into().map_err(too_big)?;
    loop {
        // SAFETY: an open descriptor and numbers.
        let status = unsafe { libc::fallocate64(file.as_raw_fd(), mode, from, length) };
        if status == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Source: `fcntl(2)` of macOS, F_PREALLOCATE: from the physical end of the file, in chunks where needed.
#[cfg(target_os = "macos")]
fn allocate(file: &File, from: u64, length: u64, keep_size: bool) -> io::Result<()> {
    if !keep_size {
        return Err(io::Error::from_raw_os_error(libc::ENOTSUP));
    }
    let size = file.metadata()?.len();
    // No call takes space for a hole, so zeros are written there, which changes no byte.
    fill_holes(file, from, (from + length).min(size))?;
    let length = (from + length).saturating_sub(size.max(from));
    if length == 0 {
        return Ok(());
    }
    let mut request = libc::fstore_t {
        fst_flags: libc::F_ALLOCATEALL,
        fst_posmode: libc::F_PEOFPOSMODE,
        fst_offset: 0,
        fst_length: length.try_into().map_err(|_| io::Error::from_raw_os_error(libc::EFBIG))?,
        fst_bytesalloc: 0,
    };
    // SAFETY: an open descriptor, and a request that lives for the call.
    let status = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_PREALLOCATE, &raw mut request) };
    if status != -1 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::ENOTSUP) { check_free_space(file, length) } else { Err(error) }
}

/// Fails where the file system has less free space, for systems that cannot reserve it.
fn check_free_space(file: &File, length: u64) -> io::Result<()> {
    let mut statistics = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: an open descriptor, and memory of the right type.
    let status = unsafe { libc::fstatvfs(file.as_raw_fd(), statistics.as_mut_ptr()) };
    if status != 0 {
        return Ok(());
    }
    // SAFETY: filled in, since the call succeeded.
    let statistics = unsafe { statistics.assume_init() };
    #[allow(clippy::unnecessary_cast, reason = "the fields' types differ between systems")]
    let free = (statistics.f_bavail as u64).saturating_mul(statistics.f_frsize as u64);
    if length > free { Err(io::Error::from_raw_os_error(libc::ENOSPC)) } else { Ok(()) }
}

/// Writes zeros over the data in the first `end` bytes. Holes stay holes; data from `kept` on becomes holes.
///
/// The file is not truncated for that, so that open mappings of it see zeros and no fault.
fn zero(file: &File, end: u64, kept: u64) -> io::Result<()> {
    // A descriptor of the caller's keeps its position.
    let position = seek(file, 0, libc::SEEK_CUR)?;
    let mut from = 0;
    while let Some((start, stop)) = next_data(file, from, end) {
        let between = kept.clamp(start, stop);
        zero_range(file, start, between - start, false)?;
        zero_range(file, between, stop - between, true)?;
        from = stop;
    }
    seek(file, position, libc::SEEK_SET).map(drop)
}

fn seek(file: &File, offset: u64, whence: libc::c_int) -> io::Result<u64> {
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    use libc::lseek;
    // 64-bit offsets on 32-bit processors too.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    use libc::lseek64 as lseek;
    let offset = offset.try_into().map_err(|_| io::Error::from_raw_os_error(libc::EFBIG))?;
    // SAFETY: an open descriptor and numbers.
    let found = unsafe { lseek(file.as_raw_fd(), offset, whence) };
    u64::try_from(found).map_err(|_| io::Error::last_os_error())
}

/// The next range of data at or after `from`; everything up to `end` where the file system cannot tell.
fn next_data(file: &File, from: u64, end: u64) -> Option<(u64, u64)> {
    if from >= end {
        return None;
    }
    let start = match seek(file, from, libc::SEEK_DATA) {
        Ok(start) if start < end => start,
        // Holes up to the end.
        Ok(_) => return None,
        Err(error) if error.raw_os_error() == Some(libc::ENXIO) => return None,
        Err(_) => return Some((from, end)),
    };
    let stop = seek(file, start, libc::SEEK_HOLE).unwrap_or(end);
    Some((start, stop.clamp(start + 1, end)))
}

/// Writes zeros into the holes between `from` and `end`, all of which are in the file.
#[cfg(any(test, target_os = "macos"))]
fn fill_holes(file: &File, mut from: u64, end: u64) -> io::Result<()> {
    let position = seek(file, 0, libc::SEEK_CUR)?;
    while from < end {
        let (start, stop) = next_data(file, from, end).unwrap_or((end, end));
        write_zeros(file, from, start - from)?;
        from = stop;
    }
    seek(file, position, libc::SEEK_SET).map(drop)
}

fn zero_range(file: &File, from: u64, length: u64, sparse: bool) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        // Marks the blocks as zeros without writing them, or frees them.
        let mode = if sparse { libc::FALLOC_FL_PUNCH_HOLE } else { libc::FALLOC_FL_ZERO_RANGE };
        if fallocate(file, mode | libc::FALLOC_FL_KEEP_SIZE, from, length).is_ok() {
            return Ok(());
        }
    }
    let _ = sparse;
    write_zeros(file, from, length)
}

fn write_zeros(file: &File, mut from: u64, mut length: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    const CHUNK: usize = 1 << 20;
    let zeros = vec![0; CHUNK.min(usize::try_from(length).unwrap_or(CHUNK))];
    while length > 0 {
        let chunk = zeros.len().min(usize::try_from(length).unwrap_or(CHUNK));
        file.write_all_at(&zeros[..chunk], from)?;
        from += chunk as u64;
        length -= chunk as u64;
    }
    Ok(())
}

/// Reads bytes from `position`, fewer at the end of the file, and leaves the descriptor's position alone.
pub(crate) fn read_at(file: &File, bytes: &mut [u8], position: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt;
    file.read_at(bytes, position)
}

/// Writes all bytes at `position`, and leaves the descriptor's position alone.
pub(crate) fn write_at(file: &File, bytes: &[u8], position: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.write_all_at(bytes, position)
}

/// Has the system begin to write bytes of the page cache to the device.
pub(crate) fn begin_writeback(file: &File, from: u64, length: usize) {
    #[cfg(target_os = "linux")]
    if let (Ok(from), Ok(length)) = (from.try_into(), length.try_into()) {
        // SAFETY: an open descriptor and numbers. An error of the device shows at the next flush.
        unsafe { libc::sync_file_range(file.as_raw_fd(), from, length, libc::SYNC_FILE_RANGE_WRITE) };
    }
    let _ = (file, from, length);
}

/// Writes the folder of a file to the device, which makes a new name durable. A folder that cannot be opened or flushed is no error.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let Ok(path) = fs::canonicalize(path) else { return Ok(()) };
    let Some(Ok(folder)) = path.parent().map(File::open) else { return Ok(()) };
    match folder.sync_all() {
        Err(error) if matches!(error.raw_os_error(), Some(libc::EIO | libc::ENOSPC | libc::EDQUOT)) => {
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Whether the file system that holds `path` has no free block.
pub(crate) fn is_full(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| check_free_space(&file, 1).is_err())
}

pub(super) fn identity(_path: &Path, metadata: &Metadata) -> Result<Identity> {
    Ok(Identity { device: metadata.dev(), inode: metadata.ino().into() })
}

pub(super) fn identity_of(_file: &File, metadata: &Metadata) -> io::Result<Identity> {
    Ok(Identity { device: metadata.dev(), inode: metadata.ino().into() })
}

/// The name of an `errno`, as in Node's `error.code`.
pub(crate) fn error_name(number: i32) -> &'static str {
    macro_rules! names {
        ($($name:ident)*) => {
            match number {
                $(libc::$name => stringify!($name),)*
                _ => "UNKNOWN",
            }
        };
    }
    names! {
        EPERM ENOENT EINTR EIO ENXIO EBADF ENOMEM EACCES EFAULT EBUSY EEXIST ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE
        ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EAGAIN ENAMETOOLONG ELOOP EOVERFLOW EILSEQ EDQUOT ESTALE ENOTSUP
        ETIMEDOUT ENOSYS EDEADLK ENOLCK
    }
}

#[cfg(all(test, target_os = "linux", not(miri)))]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn fill_holes_takes_space_and_changes_no_byte() {
        let mut file = tempfile::tempfile().expect("a file");
        file.set_len(1 << 20).expect("a hole");
        file.write_all_at(&[7; 5000], 1 << 18).expect("data");
        file.write_all(b"ab").expect("data");
        fill_holes(&file, 0, (1 << 20) - 100).expect("space");
        let mut bytes = vec![1; 1 << 20];
        file.read_exact_at(&mut bytes, 0).expect("all bytes");
        assert!(file.metadata().expect("a size").blocks() * 512 >= (1 << 20) - 4096);
        assert_eq!(bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 7 * 5000 + 97 + 98);
        assert_eq!(seek(&file, 0, libc::SEEK_CUR).expect("a position"), 2);
    }
}
