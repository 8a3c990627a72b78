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
    file: OnceLock<(File, Place)>,
}

/// One of the places for files that stay open.
struct Place;

impl SizeProbe {
    /// The size now, if the file is open; else `None`, and the caller looks at the path.
    pub(crate) fn size(&self, path: &Path, identity: Identity) -> Option<u64> {
        if let Some((file, _)) = self.file.get() {
            let mut file = file;
            return file.seek(SeekFrom::End(0)).ok();
        }
        if self.checks.fetch_add(1, Ordering::Relaxed) == OFTEN
            && let Some(place) = Place::take()
            && let Ok(file) = reopen(path, identity, false)
        {
            // No other thread sets it, because one of them sees this count.
            let _ = self.file.set((file, place));
        }
        None
    }
}

impl Place {
    /// `None` where enough files are open.
    fn take() -> Option<Place> {
        let taken =
            OPEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| (open < MOST).then_some(open + 1));
        taken.ok().map(|_| Place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}
