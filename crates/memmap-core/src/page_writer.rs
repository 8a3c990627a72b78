//! Writes to a mapped file past its map.
//!
//! A store to a page that is not in memory reads the page from the file first, because the system does not know that all of it will be
//! stored to. `pwrite` of whole pages reads nothing, and every map of the file shows what it wrote, because both use the page cache.
//! Linux only: other systems do not promise that.

use std::fs::File;
use std::sync::PoisonError;

use crate::file;
use crate::mapped::Mapped;
use crate::memory::memory_limit;

/// Writes pieces of an array to its file, by a descriptor that it keeps while it lives.
pub struct PageWriter {
    mapped: Mapped,
    file: File,
}

impl Mapped {
    /// A writer for one operation that stores to all of these bytes. `None` where most of their pages are in memory, where stores do
    /// not reach the file, and where the path does not lead to the file: then the operation stores to the map.
    pub fn page_writer(&self, first: *const u8, length: usize) -> Option<PageWriter> {
        if !cfg!(target_os = "linux")
            || !self.mode.writes_file()
            || self.is_resident(self.position(first)?, length)
        {
            return None;
        }
        // A write past the process's limit on file sizes ends the process.
        file::check_size_limit(self.end()).ok()?;
        // The look comes first, because opening a pipe or a device in the file's place has effects.
        self.current_size()?;
        Some(PageWriter { mapped: self.clone(), file: self.reopen(true).ok()? })
    }

    /// Returns true where at least half of some of these pages are in memory. An operation looks once, before its first store: a store to a
    /// page may have the system read those behind it, so that later looks would find all pages in memory.
    fn is_resident(&self, from: u64, length: usize) -> bool {
        const LOOKS: u64 = 32;
        let is_there = |look: u64| {
            let at = from + length as u64 / LOOKS * look;
            self.residency(at, 1).is_ok_and(|pages| pages.resident > 0)
        };
        (0..LOOKS).filter(|look| is_there(*look)).count() as u64 >= LOOKS / 2
    }

    /// Position in the array of an address.
    fn position(&self, address: *const u8) -> Option<u64> {
        let start = self.region.as_ref()?.start().addr().get() + self.page_offset;
        let from = address.addr().checked_sub(start)? as u64;
        (from < self.length).then_some(from)
    }
}

impl PageWriter {
    /// Whether these bytes are of the array, without its end, which the caller stores to the map. `pwrite` would give a file that was
    /// truncated meanwhile its size back; this way the file stays shorter than the array, and [`Mapped::check`] finds that.
    pub fn takes(&self, first: *const u8, length: usize) -> bool {
        self.mapped.position(first).is_some_and(|from| from + (length as u64) < self.mapped.length)
    }

    /// Writes bytes to the file at the place that `first` is mapped to. Returns false where it wrote not all of them.
    pub fn write(&self, first: *const u8, bytes: &[u8]) -> bool {
        let Some(from) = self.mapped.position(first) else { return false };
        // Held until the bytes are written, so that nothing is written to a file that was closed or truncated here.
        let closed = self.mapped.file.closed.read().unwrap_or_else(PoisonError::into_inner);
        let is_whole = self.file.metadata().is_ok_and(|metadata| metadata.len() >= self.mapped.end());
        let at = self.mapped.offset + from;
        if *closed || !is_whole || file::write_at(&self.file, bytes, at).is_err() {
            return false;
        }
        // The system writes back when memory runs out, and everybody waits, so the writing begins now where memory does not hold the file.
        if self.mapped.length > memory_limit() / 2 {
            file::begin_writeback(&self.file, at, bytes.len());
        }
        true
    }
}
