use std::fs::{self, File};
use std::io::{self, BufRead};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use memmap2::{MmapOptions, MmapRaw};

use super::readahead::Readahead;
use super::{Backing, page_size};
use crate::guard::{self, Label, Registration};
use crate::memory::data_limit;
use crate::{Advice, Window};

/// Page size and allocation granularity, which are the same on Unix.
pub(super) fn system_sizes() -> (usize, usize) {
    // SAFETY: asks for a constant of the system.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    let size = usize::try_from(size).unwrap_or(4096);
    (size, size)
}

/// A mapped address range, unmapped when dropped.
pub(crate) struct Region {
    // Dropped before the map, so that a range is never guarded once it is unmapped.
    registration: Registration,
    map: MmapRaw,
    pub(super) readahead: Readahead,
}

/// Number of regions.
static REGIONS: AtomicUsize = AtomicUsize::new(0);

/// Whether the process may have another mapping. An eighth of the system's limit is left to others, because V8 ends the process
/// when it gets none, and a sixteenth to the guard, which splits mappings.
///
/// Adjacent regions that were released count as one mapping, so there may be many more regions than mappings. Counting mappings
/// takes milliseconds, so it is done only when there are as many regions as the limit allows mappings.
fn has_free_mapping() -> bool {
    static MOST: OnceLock<usize> = OnceLock::new();
    static RECOUNT_AT: AtomicUsize = AtomicUsize::new(0);
    let most = *MOST.get_or_init(|| {
        let limit =
            fs::read_to_string("/proc/sys/vm/max_map_count").ok().and_then(|text| text.trim().parse().ok());
        limit.map_or(usize::MAX, |limit: usize| {
            guard::set_area_limit(limit / 16);
            limit - limit / 8 - limit / 16
        })
    });
    let regions = REGIONS.load(Ordering::Relaxed);
    if regions < most.max(RECOUNT_AT.load(Ordering::Relaxed)) {
        return true;
    }
    let Ok(file) = File::open("/proc/self/maps") else { return false };
    let mappings = io::BufReader::new(file).split(b'\n').count();
    RECOUNT_AT.store(regions + most.saturating_sub(mappings) / 2, Ordering::Relaxed);
    mappings < most
}

impl Region {
    /// Maps a window of the file; the file may be shorter than that.
    pub(crate) fn new(file: &File, window: Window, backing: Backing, label: Label) -> io::Result<Self> {
        if !has_free_mapping() {
            return Err(io::Error::from_raw_os_error(libc::ENOMEM));
        }
        let mut options = MmapOptions::new();
        options.offset(window.start).len(window.mapped_length);
        let (map, lazy_stores) = match backing {
            Backing::Shared => (options.map_raw(file)?, false),
            Backing::Private | Backing::ReadOnly => private(&mut options, file)?,
        };
        guard::install_handler();
        let registration =
            Registration::new(map.as_ptr().addr(), window.mapped_length, lazy_stores, Some(Arc::new(label)));
        REGIONS.fetch_add(1, Ordering::Relaxed);
        Ok(Region { registration, map, readahead: Readahead::new(window.mapped_length) })
    }

    /// The first address, on a page.
    pub(crate) fn start(&self) -> NonNull<u8> {
        NonNull::new(self.map.as_mut_ptr()).unwrap_or(NonNull::dangling())
    }

    /// Bytes in the range.
    pub(crate) fn length(&self) -> usize {
        self.map.len()
    }

    /// The number of the first fault in the range, or 0.
    pub(crate) fn fault(&self) -> u32 {
        self.registration.fault()
    }

    /// Reads the last byte, so that a missing page is noticed.
    pub(crate) fn probe_last_byte(&self) {
        if let Some(last) = self.length().checked_sub(1) {
            // SAFETY: inside the range.
            let last = unsafe { self.start().add(last) };
            // SAFETY: mapped readable for as long as `self` lives; the guard handles a missing page.
            unsafe { last.as_ptr().read_volatile() };
        }
    }

    /// Writes the pages that hold these bytes back to the file, and waits.
    pub(crate) fn flush(&self, from: usize, length: usize) -> io::Result<()> {
        self.map.flush_range(from, length)
    }

    /// Replaces the file's pages by private pages of zeros, in place.
    ///
    /// Where no memory can be reserved for them, or its amount is limited, they are read-only, and the guard makes them writable page by page; where even
    /// that fails the file's pages stay until the range is unmapped.
    pub(crate) fn release(&self) {
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        let limited = data_limit().is_some() && guard::enabled();
        if (limited || !self.replace_pages(writable)) && guard::enabled() {
            guard::install_lazy_store_handler();
            self.registration.set_lazy_stores(true);
            self.replace_pages(libc::PROT_READ);
        }
        self.registration.clear();
    }

    fn replace_pages(&self, protection: libc::c_int) -> bool {
        // SAFETY: MAP_FIXED over the whole range, which `self.map` owns and unmaps by the same address and length;
        // holders of an address in it find readable pages before and after.
        let mapped = unsafe {
            libc::mmap(
                self.map.as_mut_ptr().cast(),
                self.length().next_multiple_of(page_size()),
                protection,
                libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        mapped != libc::MAP_FAILED
    }

    /// Advises the system how these bytes will be used. Advice that it does not know is no error.
    pub(crate) fn advise(&self, advice: Advice, from: usize, length: usize) -> io::Result<()> {
        let Some(number) = advice_number(advice) else { return Ok(()) };
        let Some((start, length)) = self.pages(from, length) else { return Ok(()) };
        if advice == Advice::DontNeed {
            self.readahead.forget(from, length);
        }
        // SAFETY: whole pages inside the range; no advice of ours discards stores (`Mapped::advise` refuses DontNeed where the
        // pages are private).
        let status = unsafe { libc::madvise(start.as_ptr().cast(), length, number) };
        if status == 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        match (advice, error.raw_os_error()) {
            // Before Linux 5.14, and for a page that cannot be read: the access itself fails.
            (Advice::Populate, Some(libc::EINVAL | libc::EFAULT)) => {
                self.advise(Advice::WillNeed, from, length)
            }
            (_, Some(libc::EINVAL)) => Ok(()),
            _ => Err(error),
        }
    }

    /// Counts the pages of these bytes that are in memory, and all of them.
    pub(crate) fn resident_pages(&self, from: usize, length: usize) -> io::Result<(usize, usize)> {
        // In chunks, so that a very large range needs no large buffer, and a small one clears little.
        const CHUNK: usize = 1 << 12;
        let Some((start, length)) = self.pages(from, length) else { return Ok((0, 0)) };
        let pages = length.div_ceil(page_size());
        let mut resident = 0;
        let mut states = [0_u8; CHUNK];
        for first in (0..pages).step_by(CHUNK) {
            let count = CHUNK.min(pages - first);
            // SAFETY: a page of the range, since `first < pages`.
            let address = unsafe { start.add(first * page_size()) };
            // SAFETY: `count` pages of the range, and as many bytes to fill in.
            let status = unsafe {
                libc::mincore(address.as_ptr().cast(), count * page_size(), states.as_mut_ptr().cast())
            };
            if status != 0 {
                return Err(io::Error::last_os_error());
            }
            resident += states[..count].iter().filter(|state| **state & 1 != 0).count();
        }
        Ok((resident, pages))
    }

    /// The whole pages of these bytes; `None` for no bytes.
    fn pages(&self, from: usize, length: usize) -> Option<(NonNull<u8>, usize)> {
        let end = from.saturating_add(length).min(self.length());
        if from >= end {
            return None;
        }
        let first = from - from % page_size();
        // SAFETY: `first <= from < length`, inside the range.
        let start = unsafe { self.start().add(first) };
        Some((start, end - first))
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        REGIONS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A private map that reserves no memory, so that a file larger than memory can be opened. Where the system insists on a
/// reservation (strict overcommit, RLIMIT_DATA) the map is read-only, and the guard makes a page writable at its first store.
fn private(options: &mut MmapOptions, file: &File) -> io::Result<(MmapRaw, bool)> {
    options.no_reserve_swap();
    // SAFETY: memmap2 demands that nobody changes the file under a reference into the map. We keep a raw map and make no
    // references.
    let writable = unsafe { options.map_copy(file) };
    match writable {
        Ok(map) => Ok((map.into(), false)),
        Err(error) if error.raw_os_error() == Some(libc::ENOMEM) && guard::enabled() => {
            guard::install_lazy_store_handler();
            // SAFETY: as above.
            let map = unsafe { options.map_copy_read_only(file) }?;
            Ok((map.into(), true))
        }
        Err(error) => Err(error),
    }
}

#[cfg(target_os = "linux")]
fn advice_number(advice: Advice) -> Option<libc::c_int> {
    Some(match advice {
        Advice::Normal => libc::MADV_NORMAL,
        Advice::Random => libc::MADV_RANDOM,
        Advice::Sequential => libc::MADV_SEQUENTIAL,
        Advice::WillNeed => libc::MADV_WILLNEED,
        Advice::DontNeed => libc::MADV_DONTNEED,
        Advice::HugePage => libc::MADV_HUGEPAGE,
        Advice::Populate => libc::MADV_POPULATE_READ,
    })
}

#[cfg(not(target_os = "linux"))]
fn advice_number(advice: Advice) -> Option<libc::c_int> {
    match advice {
        Advice::Normal => Some(libc::MADV_NORMAL),
        Advice::Random => Some(libc::MADV_RANDOM),
        Advice::Sequential => Some(libc::MADV_SEQUENTIAL),
        Advice::WillNeed | Advice::Populate => Some(libc::MADV_WILLNEED),
        Advice::DontNeed => Some(libc::MADV_DONTNEED),
        Advice::HugePage => None,
    }
}
