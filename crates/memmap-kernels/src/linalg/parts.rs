//! Sums of which several threads compute parts.

use super::ring::Loops;
use std::sync::{Mutex, PoisonError};

/// The most parts of one block.
const MOST: usize = 64;

/// So many blocks are work enough for all threads.
const MANY_BLOCKS: usize = 16;

/// The parts of the sums of each block, until all of a block are there.
pub(super) struct Parts {
    /// The parts of each block.
    pub count: usize,
    /// The length of a part.
    pub len: usize,
    found: Vec<Mutex<Vec<Option<Vec<u64>>>>>,
}

impl Parts {
    /// Sums over `len` products in each of some blocks. Where there are few blocks, those of one block are shared out too, in parts of a
    /// piece of work at least, of which all products are `pieces`.
    pub fn new(blocks: usize, len: usize, pieces: usize) -> Parts {
        let parts = if blocks >= MANY_BLOCKS { 1 } else { (pieces / blocks).clamp(1, MOST).min(len) };
        let len_of_part = len.div_ceil(parts);
        Parts {
            count: len.div_ceil(len_of_part),
            len: len_of_part,
            found: (0..blocks).map(|_| Mutex::new(Vec::new())).collect(),
        }
    }

    /// Adds a part of `count` sums, or numbers; returns those of the block, added up in the order of the parts, once all are there.
    pub fn put(
        &self,
        [block, part]: [usize; 2],
        sums: Vec<u64>,
        loops: &dyn Loops,
        count: usize,
        is_block: bool,
    ) -> Option<Vec<u64>> {
        if self.count == 1 {
            return Some(sums);
        }
        let mut found = self.found[block].lock().unwrap_or_else(PoisonError::into_inner);
        found.resize_with(self.count, || None);
        found[part] = Some(sums);
        if found.iter().any(Option::is_none) {
            return None;
        }
        let mut all = std::mem::take(&mut *found).into_iter().flatten();
        let mut sums = all.next()?;
        for part in all {
            // SAFETY: each part has so many.
            unsafe { loops.add(part.as_ptr().cast(), count, sums.as_mut_ptr().cast(), is_block) };
        }
        Some(sums)
    }
}
