//! The mapping as JavaScript holds it. All numbers have been checked in TypeScript: whole, not negative, in range.

use std::cell::RefCell;
use std::path::PathBuf;

use memmap_core::{Advice, Code, Error, Extent, Lock, Mapped, Mapping, Mode, Options, Source, guard};
use memmap_kernels::Control;
use napi::Env;
use napi::bindgen_prelude::{Either, Either3, Float64ArraySlice, Uint8ArraySlice, Unknown};
use napi_derive::napi;

use crate::buffers::{self, Exposure};
use crate::environment;
use crate::error::throw;
use crate::work::{Done, Failure, NativeTask, Outcome, Promise, Work};

/// Bits of `flags` of `NativeMapping.open`.
mod flag {
    pub const SPARSE: u32 = 1;
    pub const POPULATE: u32 = 2;
    pub const RANDOM: u32 = 4;
    pub const SEQUENTIAL: u32 = 8;
    pub const LOCK_SHARED: u32 = 16;
    pub const LOCK_EXCLUSIVE: u32 = 32;
    pub const FIXED: u32 = 64;
}

/// One opened file.
///
/// Of one JavaScript thread. What changes is in cells: work in the pool counts as a use of the object until it is done, and
/// `close()` does not wait for it.
#[napi]
pub struct NativeMapping {
    mapping: RefCell<Mapping>,
    /// Buffers that others have.
    exposures: RefCell<Vec<Exposure>>,
    /// Buffers that never leave the library.
    inside: RefCell<Vec<Exposure>>,
}

impl NativeMapping {
    /// What it holds, for work on its elements.
    pub fn mapped(&self) -> memmap_core::Result<Mapped> {
        self.mapping.borrow().mapped().cloned()
    }

    fn detach_all(&self, env: &Env) {
        for exposure in self.exposures.take().into_iter().chain(self.inside.take()) {
            exposure.detach(env.raw());
        }
    }

    /// Detaches the buffers after a resize, and tells about the range.
    fn moved(
        &self,
        env: &Env,
        resized: memmap_core::Result<bool>,
        facts: &mut Float64ArraySlice,
    ) -> napi::Result<bool> {
        let moved = resized.map_err(|error| throw(env, error))?;
        if moved {
            self.detach_all(env);
        } else {
            self.exposures.take().into_iter().for_each(|exposure| exposure.detach(env.raw()));
        }
        tell(&self.open_one(env)?, facts);
        Ok(moved)
    }

    fn open_one(&self, env: &Env) -> napi::Result<Mapped> {
        self.mapped().map_err(|error| throw(env, error))
    }
}

#[napi]
impl NativeMapping {
    /// Opens and maps. `mode` counts r, r+, w+, c from 0. `length` is the array's bytes, or negative to take what the file
    /// has from `offset` on, in whole units of `unit` bytes. Of a file that is created, `header` bytes are stored to at once. `facts`
    /// receives length, lead, span and room.
    #[napi(factory, catch_unwind)]
    pub fn open(
        env: &Env,
        file: Either3<String, Uint8ArraySlice, i32>,
        mode: u32,
        offset: f64,
        length: f64,
        unit: f64,
        flags: u32,
        header: f64,
        mut facts: Float64ArraySlice,
    ) -> napi::Result<Self> {
        let path;
        let source = match file {
            Either3::A(text) => {
                path = PathBuf::from(text);
                Source::Path(&path)
            }
            Either3::B(bytes) => {
                path = path_of_bytes(&bytes);
                Source::Path(&path)
            }
            Either3::C(descriptor) => {
                Source::Descriptor(host_descriptor(descriptor).map_err(|error| throw(env, error))?)
            }
        };
        let has = |bit| flags & bit != 0;
        let options = Options {
            mode: [Mode::Read, Mode::ReadWrite, Mode::Create, Mode::Copy][(mode % 4) as usize],
            offset: offset as u64,
            extent: if length < 0.0 {
                Extent::Fit { unit: unit as u64 }
            } else {
                Extent::Bytes(length as u64)
            },
            grow: !has(flag::FIXED),
            sparse: has(flag::SPARSE),
            header: header as u64,
            populate: has(flag::POPULATE),
            access: [(flag::RANDOM, Advice::Random), (flag::SEQUENTIAL, Advice::Sequential)]
                .into_iter()
                .find_map(|(bit, advice)| has(bit).then_some(advice)),
            lock: [(flag::LOCK_SHARED, Lock::Shared), (flag::LOCK_EXCLUSIVE, Lock::Exclusive)]
                .into_iter()
                .find_map(|(bit, lock)| has(bit).then_some(lock)),
            owner: environment::number(),
        };
        let mut opened = Mapping::open(source, &options);
        // Too many mappings, or no address space: unused ranges may be waiting.
        if opened.as_ref().is_err_and(memmap_core::Error::is_out_of_memory) && buffers::sweep(env.raw()) > 0 {
            opened = Mapping::open(source, &options);
        }
        let mapping = opened.map_err(|error| throw(env, error))?;
        let mapped = mapping.mapped().map_err(|error| throw(env, error))?;
        tell(mapped, &mut facts);
        Ok(NativeMapping {
            mapping: RefCell::new(mapping),
            exposures: RefCell::default(),
            inside: RefCell::default(),
        })
    }

    /// A SharedArrayBuffer over the whole range for the library's own use, or undefined where the runtime has none.
    #[napi(catch_unwind, ts_return_type = "SharedArrayBuffer | null")]
    pub fn elements<'a>(&self, env: &'a Env) -> napi::Result<Option<Unknown<'a>>> {
        let mapped = self.open_one(env)?;
        let Some(lease) = mapped.lease() else { return Ok(None) };
        let value = buffers::share(env.raw(), lease.start().as_ptr().cast(), mapped.capacity(), None);
        // SAFETY: a value of this environment.
        Ok(value.map(|value| unsafe { Unknown::from_raw_unchecked(env.raw(), value) }))
    }

    /// An ArrayBuffer over `length` bytes from `start` in the range: for users, or `inside` the library only, where it outlives
    /// `resize()` in place.
    #[napi(catch_unwind, ts_return_type = "ArrayBuffer")]
    pub fn expose<'a>(
        &self,
        env: &'a Env,
        start: f64,
        length: f64,
        inside: bool,
    ) -> napi::Result<Unknown<'a>> {
        guard::reinstall_handlers();
        let Some(lease) = self.open_one(env)?.lease() else {
            return Err(throw(env, Error::new(Code::Closed, "the array has no bytes to make a buffer of")));
        };
        let (value, exposure) = buffers::expose(env.raw(), lease, start as usize, length as usize)
            .map_err(|failure| throw(env, failure.into()))?;
        let exposures = if inside { &self.inside } else { &self.exposures };
        exposures.borrow_mut().push(exposure);
        // SAFETY: a value of this environment.
        Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
    }

    /// A SharedArrayBuffer for users, over `length` bytes from `start` in the range; undefined where there are none.
    #[napi(catch_unwind, ts_return_type = "SharedArrayBuffer | null")]
    pub fn share<'a>(&self, env: &'a Env, start: f64, length: f64) -> napi::Result<Option<Unknown<'a>>> {
        guard::reinstall_handlers();
        let Some(lease) = self.open_one(env)?.lease() else { return Ok(None) };
        // SAFETY: TypeScript keeps `start` and `length` within the range.
        let data = unsafe { lease.start().add(start as usize) };
        let value = buffers::share(env.raw(), data.as_ptr().cast(), length as usize, Some(lease));
        // SAFETY: a value of this environment.
        Ok(value.map(|value| unsafe { Unknown::from_raw_unchecked(env.raw(), value) }))
    }

    /// Detaches every buffer handed out and releases the file. Throws the mapping's fault after the release.
    #[napi(catch_unwind)]
    pub fn close(&self, env: &Env) -> napi::Result<()> {
        self.detach_all(env);
        self.mapping.borrow_mut().close().map_err(|error| throw(env, error))
    }

    /// Locks the size of the file, which other writers wait for, until `unlock_size`. Returns the size.
    #[napi(catch_unwind)]
    pub fn lock_size(&self, env: &Env) -> napi::Result<f64> {
        self.mapping.borrow_mut().lock_size().map(|size| size as f64).map_err(|error| throw(env, error))
    }

    /// Ends `lock_size`.
    #[napi(catch_unwind)]
    pub fn unlock_size(&self) {
        self.mapping.borrow_mut().unlock_size();
    }

    /// Reads bytes from a position in the file, while its size is locked, and returns how many there were.
    #[napi(catch_unwind)]
    pub fn read_file(&self, env: &Env, position: f64, mut bytes: Uint8ArraySlice) -> napi::Result<u32> {
        // SAFETY: the caller's buffer, which nothing else reads or writes during this call.
        let bytes = unsafe { bytes.as_mut() };
        let read = self.mapping.borrow().read_file(position as u64, bytes);
        read.map(|count| count as u32).map_err(|error| throw(env, error))
    }

    /// Writes bytes at a position in the file, outside of the array, while its size is locked.
    #[napi(catch_unwind)]
    pub fn write_file(&self, env: &Env, position: f64, bytes: Uint8ArraySlice) -> napi::Result<()> {
        self.mapping.borrow().write_file(position as u64, &bytes).map_err(|error| throw(env, error))
    }

    /// Gives the array `length` bytes, and the file the size that this needs; `leftover` bytes behind the array are removed first.
    /// Detaches every buffer that others have; those inside only where the range is another one afterwards, which is what it
    /// returns. `facts` receives length, lead, span and room.
    #[napi(catch_unwind)]
    pub fn resize(
        &self,
        env: &Env,
        length: f64,
        sparse: bool,
        leftover: bool,
        mut facts: Float64ArraySlice,
    ) -> napi::Result<bool> {
        let owner = environment::number();
        let shorter = (length as u64) < self.open_one(env)?.length();
        let resized = self.mapping.borrow_mut().resize(length as u64, sparse, leftover, owner);
        if cfg!(windows) && shorter && resized.is_err() {
            // The range was given up before the file could not be cut.
            self.detach_all(env);
            tell(&self.open_one(env)?, &mut facts);
        }
        self.moved(env, resized, &mut facts)
    }

    /// The size of the file now, if it is still at its path.
    #[napi(catch_unwind)]
    pub fn file_size(&self, env: &Env) -> napi::Result<f64> {
        self.open_one(env)?.file_size().map(|size| size as f64).map_err(|error| throw(env, error))
    }

    /// Returns true for another mapping of the same file.
    #[napi(catch_unwind)]
    pub fn shares_file(&self, env: &Env, other: &NativeMapping) -> napi::Result<bool> {
        Ok(self.open_one(env)?.shares_file(&other.open_one(env)?))
    }

    /// Gives the array `length` bytes of the file as it is. Detaches buffers and tells as `resize` does.
    #[napi(catch_unwind)]
    pub fn refit(&self, env: &Env, length: f64, mut facts: Float64ArraySlice) -> napi::Result<bool> {
        let refitted = self.mapping.borrow_mut().refit(length as u64, environment::number());
        self.moved(env, refitted, &mut facts)
    }

    /// Writes `length` bytes from `start` in the array back to the file.
    #[napi(catch_unwind, ts_return_type = "void")]
    pub fn flush(
        &self,
        env: &Env,
        start: f64,
        length: f64,
        durable: bool,
        task: Option<&NativeTask>,
    ) -> napi::Result<Outcome> {
        guard::reinstall_handlers();
        let mapped = self.open_one(env)?;
        let (start, length) = (start as u64, length as u64);
        let Some(task) = task else {
            mapped.flush(start, length, durable).map_err(|error| throw(env, error))?;
            return Ok(Either::A(Done::Nothing.into()));
        };
        let later = Work::new(env, Some(task)).later(move |control| {
            in_pieces(start, length, control, |from, length| mapped.flush(from, length, false))?;
            mapped.flush(start, 0, durable)?;
            Ok(Done::Nothing)
        });
        later.map(Either::B)
    }

    /// Reads the pages of `length` bytes from `start` in the array in, where they are not in memory.
    #[napi(catch_unwind, ts_return_type = "void")]
    pub fn prefetch(&self, env: &Env, start: f64, length: f64, task: &NativeTask) -> napi::Result<Promise> {
        let mapped = self.open_one(env)?;
        Work::new(env, Some(task)).later(move |control| {
            in_pieces(start as u64, length as u64, control, |from, length| {
                mapped.advise(Advice::Populate, from, length)
            })?;
            mapped.check()?;
            Ok(Done::Nothing)
        })
    }

    /// `advice` counts normal, random, sequential, willneed, dontneed, hugepage, populate from 0.
    #[napi(catch_unwind)]
    pub fn advise(&self, env: &Env, advice: u32, start: f64, length: f64) -> napi::Result<()> {
        const ALL: [Advice; 7] = [
            Advice::Normal,
            Advice::Random,
            Advice::Sequential,
            Advice::WillNeed,
            Advice::DontNeed,
            Advice::HugePage,
            Advice::Populate,
        ];
        let advice = ALL[(advice as usize).min(ALL.len() - 1)];
        self.open_one(env)?.advise(advice, start as u64, length as u64).map_err(|error| throw(env, error))
    }

    /// Bytes in memory and bytes in all, of the pages that hold `length` bytes from `start`.
    #[napi(catch_unwind, ts_return_type = "[resident: number, total: number]")]
    pub fn residency(&self, env: &Env, start: f64, length: f64) -> napi::Result<Vec<f64>> {
        let residency =
            self.open_one(env)?.residency(start as u64, length as u64).map_err(|error| throw(env, error))?;
        Ok(vec![residency.resident as f64, residency.total as f64])
    }

    /// Throws the fault that the mapping has, if any.
    #[napi(catch_unwind)]
    pub fn check_fault(&self, env: &Env) -> napi::Result<()> {
        self.open_one(env)?.fault().map_err(|error| throw(env, error))
    }
}

/// Length of the array, its lead in the range, where it ends there, and the bytes of the range.
fn tell(mapped: &Mapped, facts: &mut Float64ArraySlice) {
    let found = [
        mapped.length() as f64,
        mapped.page_offset() as f64,
        mapped.mapped_length() as f64,
        mapped.capacity() as f64,
    ];
    // SAFETY: the caller's scratch array, which nothing else reads or writes during this call.
    let facts = unsafe { facts.as_mut() };
    facts.iter_mut().zip(found).for_each(|(fact, value)| *fact = value);
}

/// Work on a long stretch in pieces, between which it can be stopped.
fn in_pieces(
    start: u64,
    length: u64,
    control: &Control,
    work: impl Fn(u64, u64) -> memmap_core::Result<()>,
) -> Result<(), Failure> {
    // What a slow disk takes some ten milliseconds for.
    const PIECE: u64 = 4 << 20;
    for from in (start..start + length).step_by(PIECE as usize) {
        if control.is_cancelled() {
            return Err(Failure::Kernel(memmap_kernels::Error::Cancelled));
        }
        let piece = PIECE.min(start + length - from);
        work(from, piece)?;
        control.advance(piece as usize);
    }
    Ok(())
}

#[cfg(unix)]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of_bytes(bytes: &[u8]) -> PathBuf {
    // As Node does there: bytes are UTF-8.
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The handle of a descriptor. The host opened it with its own C runtime, so the host looks it up.
#[cfg(windows)]
fn host_descriptor(number: i32) -> memmap_core::Result<std::os::windows::io::RawHandle> {
    type GetHandle = unsafe extern "C" fn(i32) -> std::os::windows::io::RawHandle;
    let address = crate::environment::host_symbol(c"uv_get_osfhandle");
    if address.is_null() {
        return Err(Error::new(
            Code::Unsupported,
            "this runtime does not tell which file a descriptor stands for: open the file by its path",
        ));
    }
    // SAFETY: libuv's function of this name has this signature.
    let get = unsafe { std::mem::transmute::<*mut std::ffi::c_void, GetHandle>(address) };
    // SAFETY: returns an invalid handle for a number that is no descriptor.
    Ok(unsafe { get(number) })
}

#[cfg(unix)]
fn host_descriptor(number: i32) -> memmap_core::Result<std::os::fd::RawFd> {
    Ok(number)
}
