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

use super::ahead::Ahead;
use super::exchangeable::Exchangeable;
use super::{Backing, page_size};
use crate::guard::{self, Label, Slot};
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
/// Windows exchanges pages in place only for views made over placeholders. Where such a view cannot be had (before Windows 10
/// 1803) `let_go` does nothing: while somebody holds an address in the range, the file stays mapped, and cannot be cut or
/// replaced.
pub(crate) struct Region {
    // Before the map: the range is no longer registered when it goes.
    slot: Slot,
    map: Map,
    span: usize,
    pub(super) ahead: Ahead,
}

enum Map {
    Exchangeable(Exchangeable),
    Plain(MmapRaw),
}

impl Region {
    /// Maps a window of the file, which reaches that far already.
    pub(crate) fn new(file: &File, window: Window, backing: Backing, label: Label) -> io::Result<Self> {
        let pages = if backing == Backing::Shared { PAGE_READWRITE } else { PAGE_WRITECOPY };
        let map = match Exchangeable::new(file, window, pages) {
            Some(map) => Map::Exchangeable(map),
            None => Map::Plain(Self::plain(file, window, backing)?),
        };
        guard::arm();
        let slot = Slot::new(start_of(&map).addr().get(), window.span, false, Some(Arc::new(label)));
        Ok(Region { slot, map, span: window.span, ahead: Ahead::new(window.span) })
    }

    fn plain(file: &File, window: Window, backing: Backing) -> io::Result<MmapRaw> {
        let mut options = MmapOptions::new();
        options.offset(window.start).len(window.span);
        Ok(match backing {
            Backing::Shared => options.map_raw(file)?,
            // Copy-on-write pages are charged when they are mapped (commit).
            Backing::Private | Backing::ReadOnly => {
                // SAFETY: memmap2 asks that nobody changes the file below a reference into the map; it is kept as a raw
                // map, and no references are made.
                let writable = unsafe { options.map_copy(file) };
                match writable {
                    Ok(map) => map.into(),
                    Err(error) if backing == Backing::Private => return Err(error),
                    // Where there is no room for that the pages are read-only, and a store through a typed array ends
                    // the process: `docs/safety.md` says so.
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
    pub(crate) fn span(&self) -> usize {
        self.span
    }

    /// Never a fault: a mapped file cannot be cut, and its pages have space.
    pub(crate) fn fault(&self) -> u32 {
        self.slot.fault()
    }

    /// Pages cannot go, so there is nothing to find out.
    pub(crate) fn touch_last(&self) {}

    /// Hands the pages that hold these bytes to the file system, and waits until they are written.
    pub(crate) fn flush(&self, from: usize, length: usize) -> io::Result<()> {
        match &self.map {
            Map::Exchangeable(map) => map.flush(from, length),
            Map::Plain(map) => map.flush_range(from, length),
        }
    }

    /// Exchanges the file's pages for pages of zeros, in place. See the type.
    pub(crate) fn let_go(&self) {
        if let Map::Exchangeable(map) = &self.map
            && guard::allowed()
        {
            guard::arm_lazy_stores();
            self.slot.set_lazy_stores(true);
            let exchanged = map.exchange();
            self.slot.set_lazy_stores(exchanged);
        }
        self.slot.clear();
    }

    /// Tells the system how these bytes will be used, where it can be told.
    pub(crate) fn advise(&self, advice: Advice, from: usize, length: usize) -> io::Result<()> {
        let end = from.saturating_add(length).min(self.span());
        if from >= end {
            return Ok(());
        }
        // SAFETY: `from < span`, inside the range.
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
                self.ahead.forget(from, length);
                // Unlocking pages that are not locked takes them out of the working set, and fails by design.
                // SAFETY: a range inside the mapping; its contents stay.
                unsafe { VirtualUnlock(start.as_ptr().cast(), end - from) };
                Ok(())
            }
            Advice::Normal | Advice::Random | Advice::Sequential | Advice::HugePage => Ok(()),
        }
    }

    /// How many of the pages that hold these bytes are in the working set, and how many there are.
    pub(crate) fn resident_pages(&self, from: usize, length: usize) -> io::Result<(usize, usize)> {
        const PIECE: usize = 1 << 12;
        let end = from.saturating_add(length).min(self.span());
        if from >= end {
            return Ok((0, 0));
        }
        let first = from / page_size();
        let pages = end.div_ceil(page_size()) - first;
        let mut resident = 0;
        let mut states = vec![PSAPI_WORKING_SET_EX_INFORMATION::default(); PIECE.min(pages)];
        for piece in (0..pages).step_by(PIECE) {
            let count = PIECE.min(pages - piece);
            for (index, state) in states[..count].iter_mut().enumerate() {
                state.VirtualAddress =
                    self.start().as_ptr().wrapping_add((first + piece + index) * page_size()).cast();
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
        Map::Exchangeable(map) => map.start(),
        Map::Plain(map) => NonNull::new(map.as_mut_ptr()).unwrap_or(NonNull::dangling()),
    }
}

pub(super) fn this_process() -> HANDLE {
    // SAFETY: gives a constant that stands for the calling process.
    unsafe { GetCurrentProcess() }
}
