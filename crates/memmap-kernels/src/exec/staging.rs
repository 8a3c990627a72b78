//! Stages pieces of a target in a buffer, where the target's memory shows a file that the system would read first: a store to a page that
//! is not in memory reads it, while a write of the whole buffer to the file does not.

use std::ptr;

use super::control::Control;

/// Writes pieces of a target to the file that its memory shows. Called from any thread.
pub trait PageWriter: Send + Sync {
    /// Whether to write these bytes rather than to store them.
    fn takes(&self, first: *const u8, length: usize) -> bool;
    /// Writes bytes to the place of `first`. Returns false where it wrote not all of them.
    fn write(&self, first: *const u8, bytes: &[u8]) -> bool;
}

/// A buffer for a piece of a target.
pub(crate) struct Staged<'c> {
    writer: &'c dyn PageWriter,
    target: *mut u8,
    buffer: Vec<u8>,
    length: usize,
}

impl Control {
    /// A buffer for these bytes of the target, where they are to be written.
    pub(crate) fn stage(&self, target: *mut u8, length: usize) -> Option<Staged<'_>> {
        let writer = self.page_writer().filter(|writer| writer.takes(target, length))?;
        let mut buffer = Vec::new();
        buffer.try_reserve_exact(length).ok()?;
        Some(Staged { writer, target, buffer, length })
    }
}

impl Staged<'_> {
    /// The place of the first byte.
    pub fn start(&mut self) -> *mut u8 {
        self.buffer.as_mut_ptr()
    }

    /// Moves the bytes to the target.
    ///
    /// # Safety
    /// Every byte of the piece is in the buffer. Those of the target are writable.
    pub unsafe fn finish(mut self) {
        // SAFETY: so much was reserved, and the caller has stored it.
        unsafe { self.buffer.set_len(self.length) };
        if !self.writer.write(self.target, &self.buffer) {
            // SAFETY: the caller vouches for the target; the buffer is our own.
            unsafe { ptr::copy_nonoverlapping(self.buffer.as_ptr(), self.target, self.length) };
        }
    }
}
