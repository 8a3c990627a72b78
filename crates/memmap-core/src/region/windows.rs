use std::fs::File;
use std::io;
use std::ptr::NonNull;
use std::sync::Arc;

use memmap2::{MmapOptions, MmapRaw};
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Memory::{
    PAGE_READWRITE, PAGE_WRITECOPY, PrefetchVirtualMemory, VirtualUnlock, WIN32_MEMORY_RANGE_ENTRY,
};
use windows_sys::Win32::System::ProcessStatus::{PSAPI_WORKING_SET_EX_INFORMATION, QueryWorkingSetEx};
use windows_sys::Win32::System::SystemInformation::{GetSystemInfo, SYSTEM_INFO};
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::placeholder::PlaceholderView;
use super::readahead::Readahead;
use super::{Backing, page_size};
use crate::guard::{self, Label, Registration};
use crate::{Advice, Window};

/// Page size and allocation granularity.
pub(super) fn system_sizes() -> (usize, usize) {
    let mut info = SYSTEM_INFO::default();
    // SAFETY: fills in the structure that it is given.
    unsafe { GetSystemInfo(&mut info) };
    (info.dwPageSize as usize, info.dwAllocationGranularity as usize)
}

/// A mapped address range, unmapped when dropped.
///
/// Windows replaces pages in place only for views made over placeholders. Without such a view (before Windows 10 1803) `release`
/// does nothing: the file stays mapped while somebody holds an address in the range, and cannot be truncated or replaced.
pub(crate) struct Region {
    // Dropped before the map, so that a range is never registered once it is unmapped.
    registration: Registration,
    map: Map,
    length: usize,
    pub(super) readahead: Readahead,
}

enum Map {
    View(PlaceholderView),
    Plain(MmapRaw),
}

impl Region {
    /// Maps a window of the file, which is that long already.
    pub(crate) fn new(file: &File, window: Window, backing: Backing, label: Label) -> io::Result<Self> {
        let pages = if backing == Backing::Shared { PAGE_READWRITE } else { PAGE_WRITECOPY };
        let map = match PlaceholderView::new(file, window, pages) {
            Some(map) => Map::View(map),
            None => Map::Plain(Self::plain(file, window, backing)?),
        };
        guard::install_handler();
        let registration = Registration::new(
            start_of(&map).addr().get(),
            window.mapped_length,
            false,
            Some(Arc::new(label)),
        );
        Ok(Region {
            registration,
            map,
            length: window.mapped_length,
            readahead: Readahead::new(window.mapped_length),
        })
    }

    fn plain(file: &File, window: Window, backing: Backing) -> io::Result<MmapRaw> {
        let mut options = MmapOptions::new();
        options.offset(window.start).len(window.mapped_length);
        Ok(match backing {
            Backing::Shared => options.map_raw(file)?,
            // Copy-on-write pages are charged when they are mapped (commit charge).
            Backing::Private | Backing::ReadOnly => {
                // SAFETY: memmap2 demands that nobody changes the file under a reference into the map. We keep a raw map and
                // make no references.
                let writable = unsafe { options.map_copy(file) };
                match writable {
                    Ok(map) => map.into(),
                    Err(error) if backing == Backing::Private => return Err(error),
                    // Without commit charge for copies the pages are read-only, and a store through a typed array ends the
                    // process (docs/safety.md).
                    // SAFETY: as above.
                    Err(_) => unsafe { options.map(file) }?.into(),
                }
            }
        })
    }

    /// The first address, on a page.
    pub(crate) fn start(&self) -> NonNull<u8> {
        start_of(&self.map)
    }

    /// Bytes in the range.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Always 0: a mapped file cannot be truncated, and its pages have space.
    pub(crate) fn fault(&self) -> u32 {
        self.registration.fault()
    }

    /// Does nothing, because pages cannot go missing.
    pub(crate) fn probe_last_byte(&self) {}

    /// Writes the pages that hold these bytes to the file system, and waits.
    pub(crate) fn flush(&self, from: usize, length: usize) -> io::Result<()> {
        match &self.map {
            Map::View(map) => map.flush(from, length),
            Map::Plain(map) => map.flush_range(from, length),
        }
    }

    /// Replaces the file's pages by pages of zeros, in place. See the type.
    pub(crate) fn release(&self) {
        if let Map::View(map) = &self.map
            && guard::allowed()
        {
            guard::install_lazy_store_handler();
            self.registration.set_lazy_stores(true);
            let replaced = map.replace();
            self.registration.set_lazy_stores(replaced);
        }
        self.registration.clear();
    }

    /// Advises the system how these bytes will be used, where it takes advice.
    pub(crate) fn advise(&self, advice: Advice, from: usize, length: usize) -> io::Result<()> {
        let end = from.saturating_add(length).min(self.length());
        if from >= end {
            return Ok(());
        }
        // SAFETY: `from < length`, inside the range.
        let start = unsafe { self.start().add(from) };
        match advice {
            Advice::WillNeed | Advice::Populate => {
                let range = WIN32_MEMORY_RANGE_ENTRY {
                    VirtualAddress: start.as_ptr().cast(),
                    NumberOfBytes: end - from,
                };
                // SAFETY: one range, inside the mapping.
                let done = unsafe { PrefetchVirtualMemory(this_process(), 1, &range, 0) };
                if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
            }
            Advice::DontNeed => {
                self.readahead.forget(from, length);
                // Unlocking pages that are not locked removes them from the working set, and fails by design.
                // SAFETY: a range inside the mapping; its contents stay.
                unsafe { VirtualUnlock(start.as_ptr().cast(), end - from) };
                Ok(())
            }
            Advice::Normal | Advice::Random | Advice::Sequential | Advice::HugePage => Ok(()),
        }
    }

    /// Counts the pages of these bytes that are in the working set, and all of them.
    pub(crate) fn resident_pages(&self, from: usize, length: usize) -> io::Result<(usize, usize)> {
        const CHUNK: usize = 1 << 12;
        let end = from.saturating_add(length).min(self.length());
        if from >= end {
            return Ok((0, 0));
        }
        let first = from / page_size();
        let pages = end.div_ceil(page_size()) - first;
        let mut resident = 0;
        let mut states = vec![PSAPI_WORKING_SET_EX_INFORMATION::default(); CHUNK.min(pages)];
        for chunk in (0..pages).step_by(CHUNK) {
            let count = CHUNK.min(pages - chunk);
            for (index, state) in states[..count].iter_mut().enumerate() {
                state.VirtualAddress =
                    self.start().as_ptr().wrapping_add((first + chunk + index) * page_size()).cast();
            }
            let bytes = (count * size_of::<PSAPI_WORKING_SET_EX_INFORMATION>()) as u32;
            // SAFETY: as many entries as are passed, each with an address to ask about.
            let done = unsafe { QueryWorkingSetEx(this_process(), states.as_mut_ptr().cast(), bytes) };
            if done == 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: filled in by the call; every bit pattern is a number.
            resident += states[..count]
                .iter()
                .filter(|state| unsafe { state.VirtualAttributes.Flags } & 1 != 0)
                .count();
        }
        Ok((resident, pages))
    }
}

fn start_of(map: &Map) -> NonNull<u8> {
    match map {
        Map::View(map) => map.start(),
        Map::Plain(map) => NonNull::new(map.as_mut_ptr()).unwrap_or(NonNull::dangling()),
    }
}

pub(super) fn this_process() -> HANDLE {
    // SAFETY: returns a constant that stands for the calling process.
    unsafe { GetCurrentProcess() }
}
