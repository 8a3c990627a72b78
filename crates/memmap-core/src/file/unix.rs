use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::Range;
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Identity, Lock, Source};
use crate::{Code, Error, Mode, Result};

/// The numbers of `ENOSPC` and `EIO`.
pub(crate) const NO_SPACE: i32 = libc::ENOSPC;
pub(crate) const INPUT_OUTPUT: i32 = libc::EIO;

/// A file that is open for the time of one call; the mapping needs no descriptor.
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
pub(crate) struct Prepared<'a, 'b> {
    file: &'a mut OpenFile<'b>,
    /// The size to go back to, where space was taken behind it.
    undo: Option<u64>,
    // Two threads that grow one file do so one after the other.
    _alone: Option<MutexGuard<'static, ()>>,
}

static CHANGING_SIZES: Mutex<()> = Mutex::new(());

impl<'a> OpenFile<'a> {
    /// Opens the file as the mode needs it, and makes sure that it is one that can be mapped.
    pub(crate) fn open(source: Source<'a>, mode: Mode) -> Result<Self> {
        let (file, created) = match source {
            Source::Path(path) => {
                open_path(path, mode).map_err(|error| Error::system(&error, "open", Some(path)))?
            }
            Source::Descriptor(number) => (borrow(number, mode)?, false),
        };
        let mut opened = OpenFile {
            source,
            file: ManuallyDrop::new(file),
            size: 0,
            identity: Identity { device: 0, inode: 0 },
            created,
        };
        let metadata = opened.file.metadata().map_err(|error| opened.error(&error, "fstat"))?;
        check_kind(&metadata, source.path())?;
        opened.size = metadata.len();
        opened.identity = Identity { device: metadata.dev(), inode: metadata.ino() };
        Ok(opened)
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
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

    /// Takes the lock without waiting, and gives the descriptor that holds it.
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
            Err(fs::TryLockError::Error(error)) => Err(self.error(&error, "flock")),
        }
    }

    /// Takes the `space` that a file of `size` bytes needs beyond what the file has, without a change that anyone can see:
    /// a full disk shows here. No space is taken where the range is empty.
    ///
    /// Nothing but [`Prepared::keep`] changes a byte or the size.
    pub(crate) fn prepare(&mut self, size: u64, space: Range<u64>) -> Result<Prepared<'_, 'a>> {
        if size <= self.size && !self.created && space.is_empty() {
            return Ok(Prepared { file: self, undo: None, _alone: None });
        }
        let alone = CHANGING_SIZES.lock().unwrap_or_else(PoisonError::into_inner);
        within_limit(size).map_err(|error| self.error(&error, "ftruncate").with_sizes(size, self.size))?;
        let mut prepared = Prepared { file: self, undo: None, _alone: Some(alone) };
        let old = prepared.file.size;
        if !space.is_empty() {
            prepared.undo = Some(old);
            allocate(&prepared.file.file, space.start, space.end - space.start, true)
                .map_err(|error| prepared.file.error(&error, "fallocate").with_sizes(size, old))?;
        }
        Ok(prepared)
    }
}

impl OpenFile<'_> {
    /// Cuts the file to `size` bytes.
    pub(crate) fn cut(&mut self, size: u64) -> Result<()> {
        let _alone = CHANGING_SIZES.lock().unwrap_or_else(PoisonError::into_inner);
        self.file.set_len(size).map_err(|error| self.error(&error, "ftruncate"))?;
        self.size = size;
        Ok(())
    }
}

impl Prepared<'_, '_> {
    pub(crate) fn file(&self) -> &File {
        self.file.file()
    }

    /// Maps the file by `map`, which has the size to come: a mapping may reach beyond the end of its file.
    pub(crate) fn map<T>(&mut self, _size: u64, map: impl Fn(&File) -> Result<T>) -> Result<T> {
        map(self.file())
    }

    /// Gives the file its size. With `clear` it becomes all zeros, and so many bytes from its start keep their space. Nothing
    /// can fail here but the device.
    pub(crate) fn keep(mut self, size: u64, clear: Option<u64>) -> Result<()> {
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
            grow(file, old, size).map_err(|error| (error, "ftruncate"))?;
        }
        if let Some(kept) = clear {
            zero(file, old.min(size), kept).map_err(|error| (error, "write"))?;
            if size < old {
                file.set_len(size).map_err(|error| (error, "ftruncate"))?;
            }
        }
        Ok(())
    }
}

impl Drop for Prepared<'_, '_> {
    fn drop(&mut self) {
        // Space behind the end goes when the size is set anew. Only while nobody else has changed it.
        if let Some(old) = self.undo
            && self.file.file.metadata().is_ok_and(|metadata| metadata.len() == old)
        {
            let _ = self.file.file.set_len(old);
        }
    }
}

impl Drop for OpenFile<'_> {
    fn drop(&mut self) {
        if let Source::Path(path) = self.source {
            if self.created {
                // A link that led nowhere stays; the file behind it goes.
                let _ = fs::canonicalize(path).and_then(fs::remove_file);
            }
            // SAFETY: dropped once, here; nothing uses it afterwards.
            unsafe { ManuallyDrop::drop(&mut self.file) };
        }
    }
}

fn open_path(path: &Path, mode: Mode) -> io::Result<(File, bool)> {
    let mut options = OpenOptions::new();
    // Not to wait for the other end of a pipe, nor to make a terminal ours: such files are refused once they are open.
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

/// The caller's descriptor, checked for the access that the mode needs before anything is changed through it.
fn borrow(number: RawFd, mode: Mode) -> Result<File> {
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

fn check_kind(metadata: &Metadata, path: Option<&Path>) -> Result<()> {
    let kind = metadata.file_type();
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

/// The limit on file sizes, checked beforehand: past it the system sends a signal that ends the process.
fn within_limit(size: u64) -> io::Result<()> {
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

/// Makes the file larger, never smaller, and never over bytes that another process wrote meanwhile.
fn grow(file: &File, old: u64, size: u64) -> io::Result<()> {
    // Allocating the last byte sets the size unless the file is longer by now.
    if allocate(file, size - 1, 1, false).is_ok() {
        return Ok(());
    }
    if file.metadata()?.len() <= old { file.set_len(size) } else { Ok(()) }
}

/// Reserves space for these bytes; with `keep_size` the size stays as it is. Fails with ENOSPC where there is none.
#[cfg(target_os = "linux")]
fn allocate(file: &File, from: u64, length: u64, keep_size: bool) -> io::Result<()> {
    let mode = if keep_size { libc::FALLOC_FL_KEEP_SIZE } else { 0 };
    match fallocate(file, mode, from, length) {
        // A file system that cannot reserve (NFS before 4.2, some FUSE): space cannot be promised there.
        Err(error) if keep_size && matches!(error.raw_os_error(), Some(libc::EOPNOTSUPP | libc::ENOSYS)) => {
            // What the file has already is not needed again.
            let has = if from == 0 { file.metadata()?.blocks().saturating_mul(512) } else { 0 };
            enough_space(file, length.saturating_sub(has))
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

/// Source: `fcntl(2)` of macOS, F_PREALLOCATE: from the physical end of the file, in pieces where needed.
#[cfg(target_os = "macos")]
fn allocate(file: &File, from: u64, length: u64, keep_size: bool) -> io::Result<()> {
    if !keep_size {
        return Err(io::Error::from_raw_os_error(libc::ENOTSUP));
    }
    let length = (from + length).saturating_sub(file.metadata()?.len().max(from));
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
    if error.raw_os_error() == Some(libc::ENOTSUP) { enough_space(file, length) } else { Err(error) }
}

/// The best that can be said where nothing can be reserved.
fn enough_space(file: &File, length: u64) -> io::Result<()> {
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

/// Puts zeros over the first `end` bytes, wherever there is data; holes stay holes, and become ones from `kept` on.
///
/// The file is never cut for it: maps that are open on it see zeros, not a fault.
fn zero(file: &File, end: u64, kept: u64) -> io::Result<()> {
    // The caller's descriptor keeps its position.
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
    // Offsets of 64 bits on processors of 32, too.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    use libc::lseek64 as lseek;
    let offset = offset.try_into().map_err(|_| io::Error::from_raw_os_error(libc::EFBIG))?;
    // SAFETY: an open descriptor and numbers.
    let found = unsafe { lseek(file.as_raw_fd(), offset, whence) };
    u64::try_from(found).map_err(|_| io::Error::last_os_error())
}

/// The next stretch of data at or behind `from`; all of it where the file system does not tell.
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

fn zero_range(file: &File, from: u64, length: u64, sparse: bool) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    #[cfg(target_os = "linux")]
    {
        // Marks the blocks as holding zeros, which writes none of them; or gives them back.
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
    const PIECE: usize = 1 << 20;
    let zeros = vec![0; PIECE.min(usize::try_from(length).unwrap_or(PIECE))];
    while length > 0 {
        let piece = zeros.len().min(usize::try_from(length).unwrap_or(PIECE));
        file.write_all_at(&zeros[..piece], from)?;
        from += piece as u64;
        length -= piece as u64;
    }
    Ok(())
}

/// Writes all of the bytes at a position, without moving the descriptor's.
pub(crate) fn write_at(file: &File, bytes: &[u8], position: u64) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.write_all_at(bytes, position)
}

/// Whether the file system that holds `path` has no room for another block.
pub(crate) fn is_full(path: &Path) -> bool {
    File::open(path).is_ok_and(|file| enough_space(&file, 1).is_err())
}

pub(super) fn identity(_path: &Path, metadata: &Metadata) -> Result<Identity> {
    Ok(Identity { device: metadata.dev(), inode: metadata.ino() })
}

/// The name of a number of `errno`, as Node gives it in `error.code`.
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
