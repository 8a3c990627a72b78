use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::{Identity, reopen};

/// Checks of a file after which it stays open.
const OFTEN: u32 = 16;

/// The most files that stay open, far below any limit of descriptors. Windows truncates no mapped file, and would not rename an open one.
const MOST: usize = if cfg!(unix) { 32 } else { 0 };

/// The files that are open.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// Reads the size of one file again and again. A file that is checked often stays open until the mapping is closed, because `lseek`
/// takes a fifth of the time of a look at its path: 0.2 instead of 1.2 us.
#[derive(Default)]
pub(crate) struct SizeProbe {
    checks: AtomicU32,
    file: OnceLock<KeptOpen>,
}

struct KeptOpen(File);

impl SizeProbe {
    /// The size now, if the file is open; else `None`, and the caller looks at the path.
    pub(crate) fn size(&self, path: &Path, identity: Identity) -> Option<u64> {
        if let Some(KeptOpen(file)) = self.file.get() {
            let mut file = file;
            return file.seek(SeekFrom::End(0)).ok();
        }
        if self.checks.fetch_add(1, Ordering::Relaxed) == OFTEN
            && let Some(kept) = KeptOpen::open(path, identity)
        {
            // Another thread may have been faster; then this one closes its own.
            let _ = self.file.set(kept);
        }
        None
    }
}

impl KeptOpen {
    /// `None` where another file is at the path, enough are open, or the system has no descriptor.
    fn open(path: &Path, identity: Identity) -> Option<Self> {
        OPEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| (open < MOST).then_some(open + 1))
            .ok()?;
        let opened = reopen(path, identity, false).ok().map(KeptOpen);
        if opened.is_none() {
            OPEN.fetch_sub(1, Ordering::Relaxed);
        }
        opened
    }
}

impl Drop for KeptOpen {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}
