//! Sorts unsigned integers in memory that nobody else has.
//!
//! Many words are first moved to buckets by their highest bits, on all threads; a bucket fits into the cache and is sorted digit
//! by digit from the lowest. Every step is stable, so bits below `low` may hold positions that stay in order.

use super::key::Word;
use super::memory::Parts;
use crate::exec::{Control, Result, for_pieces, threads};

/// Words of a line that are put in their places one by one, and that are compared; more are counted.
const FEW: usize = if cfg!(test) { 5 } else { 24 };
const COMPARED: usize = if cfg!(test) { 12 } else { 128 };

/// Bytes of words and of the room beside them that stay in the cache of a core; more words go to buckets first.
const CACHED: usize = if cfg!(test) { 2400 } else { 1 << 20 };

/// About the bytes of a bucket, and the most buckets.
const BUCKET_BYTES: usize = if cfg!(test) { 200 } else { 1 << 17 };
const MOST_BUCKETS: usize = if cfg!(test) { 16 } else { 1 << 10 };

/// Bits by which words are counted before they go to buckets: those of floats are crowded in a few.
const BIN_BITS: u32 = if cfg!(test) { 6 } else { 12 };
const BINS: usize = 1 << BIN_BITS;

/// Bits of a digit.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;
const SMALL_DIGIT_BITS: u32 = 8;

/// Words that are worth the table of a large digit.
const LARGE_DIGITS: usize = if cfg!(test) { 150 } else { 4096 };

/// Where a sort runs.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub control: &'a Control,
    /// Whether all threads share it.
    pub parallel: bool,
}

impl Run<'_> {
    /// Does pieces of work, in turn or on all threads.
    pub fn pieces(
        self,
        pieces: usize,
        bytes: usize,
        work: &(dyn Fn(usize) -> Result<()> + Sync),
    ) -> Result<()> {
        for_pieces(self.control, pieces, if self.parallel { bytes } else { 0 }, work)
    }

    fn alone(self) -> Self {
        Run { parallel: false, ..self }
    }
}

/// Sorts `words` by their bits from `low` on; `room` is as long, and is overwritten.
pub(super) fn sort_words<W: Word>(words: &mut [W], room: &mut [W], low: u32, run: Run) -> Result<()> {
    sort(words, room, low, false, run)
}

/// Leaves the result in `words`, or in `room`.
fn sort<W: Word>(words: &mut [W], room: &mut [W], low: u32, in_room: bool, run: Run) -> Result<()> {
    if 2 * size_of_val(words) > CACHED {
        return by_buckets(words, room, low, in_room, run);
    }
    if words.len() > COMPARED {
        by_digits(words, room, low, in_room);
        return Ok(());
    }
    if words.len() <= FEW {
        insert(words);
    } else {
        compare(words);
    }
    if in_room {
        room.copy_from_slice(words);
    }
    Ok(())
}

fn insert<W: Word>(words: &mut [W]) {
    for end in 1..words.len() {
        let word = words[end];
        let mut at = end;
        while at > 0 && words[at - 1] > word {
            words[at] = words[at - 1];
            at -= 1;
        }
        words[at] = word;
    }
}

/// Sorts up to [`COMPARED`] words as the widest ones, so that one comparing sort is compiled.
fn compare<W: Word>(words: &mut [W]) {
    let mut wide = [0u128; COMPARED];
    let wide = &mut wide[..words.len()];
    wide.iter_mut().zip(&*words).for_each(|(wide, word)| *wide = word.to_u128());
    wide.sort_unstable();
    words.iter_mut().zip(wide).for_each(|(word, wide)| *word = W::from_u128(*wide));
}

/// Sorts by one digit after the other, from the lowest; digits that are the same in all words are left out.
fn by_digits<W: Word>(words: &mut [W], room: &mut [W], low: u32, in_room: bool) {
    let first = words[0];
    let differing =
        words.iter().fold(W::default(), |bits, &word| bits.or(word.xor(first))).to_u128() >> low << low;
    let high = 128 - differing.leading_zeros();
    let mut shift = differing.trailing_zeros().min(high);
    let most = if words.len() < LARGE_DIGITS { SMALL_DIGIT_BITS } else { DIGIT_BITS };
    let (mut from, mut to, mut moved) = (words, room, false);
    while shift < high {
        // Even digits: three of 7 bits instead of two of 8 and one of 5.
        let width = (high - shift).div_ceil((high - shift).div_ceil(most));
        if differing >> shift & ((1 << width) - 1) != 0 {
            by_digit(from, to, shift, width);
            (from, to, moved) = (to, from, !moved);
        }
        shift += width;
    }
    if moved != in_room {
        to.copy_from_slice(from);
    }
}

fn by_digit<W: Word>(from: &[W], to: &mut [W], shift: u32, width: u32) {
    let mut places = [0u32; DIGITS];
    let mask = (1usize << width) - 1;
    let digit = |word: W| word.digit(W::default(), shift) & mask & (DIGITS - 1);
    for &word in from {
        places[digit(word)] += 1;
    }
    let mut sum = 0;
    for place in &mut places[..=mask] {
        (*place, sum) = (sum, sum + *place);
    }
    for &word in from {
        let place = &mut places[digit(word)];
        to[*place as usize] = word;
        *place += 1;
    }
}

/// Moves words to buckets by their highest bits and sorts each.
fn by_buckets<W: Word>(words: &mut [W], room: &mut [W], low: u32, in_room: bool, run: Run) -> Result<()> {
    let len = words.len();
    let bytes = size_of_val(words);
    let pieces = if run.parallel { (2 * threads()).min(bytes.div_ceil(BUCKET_BYTES)) } else { 1 };
    let piece = len.div_ceil(pieces);
    let pieces = len.div_ceil(piece);
    let range = |i: usize| i * piece..((i + 1) * piece).min(len);
    let source = &*words;
    let mut bounds = vec![(W::MAX, W::default()); pieces];
    let parts = Parts::of(&mut bounds);
    run.pieces(pieces, bytes, &|i| {
        let words = source[range(i)].iter();
        let found =
            words.fold((W::MAX, W::default()), |(least, most), &word| (least.min(word), most.max(word)));
        // SAFETY: each piece has a place of its own.
        unsafe { parts.put(i, found) };
        Ok(())
    })?;
    let (least, most) = bounds
        .iter()
        .fold((W::MAX, W::default()), |(least, most), &(low, high)| (least.min(low), most.max(high)));
    if least.to_u128() >> low == most.to_u128() >> low {
        // All are equal, but for the positions, which are in order.
        if in_room {
            room.copy_from_slice(words);
        }
        return Ok(());
    }
    // The base has no bits below `low`, so that words that differ only there share a bucket.
    let base = W::from_u128(least.to_u128() >> low << low);
    let bits = 128 - (most.to_u128() - base.to_u128()).leading_zeros();
    let shift = bits.saturating_sub(BIN_BITS).max(low);
    let bin = |word: W| word.digit(base, shift) & (BINS - 1);
    let mut counts = vec![[0usize; BINS]; pieces];
    let parts = Parts::of(&mut counts);
    run.pieces(pieces, bytes, &|i| {
        // SAFETY: each piece has a place of its own.
        let counts = &mut unsafe { parts.slice(i..i + 1) }[0];
        source[range(i)].iter().for_each(|&word| counts[bin(word)] += 1);
        Ok(())
    })?;
    // Neighbouring bins share a bucket until it is full.
    let room_for = len.div_ceil((bytes / BUCKET_BYTES).clamp(2, MOST_BUCKETS / 2));
    let mut bucket_of = [0u16; BINS];
    let mut starts = vec![0];
    let (mut sum, mut filled) = (0, 0);
    for (at, bucket) in bucket_of.iter_mut().enumerate() {
        let count = counts.iter().map(|counts| counts[at]).sum::<usize>();
        if filled > 0 && filled + count > room_for {
            starts.push(sum);
            filled = 0;
        }
        *bucket = starts.len() as u16 - 1;
        (sum, filled) = (sum + count, filled + count);
    }
    let buckets = starts.len();
    starts.push(len);
    let mut places = vec![0usize; pieces * buckets];
    let mut next = starts.clone();
    for (counts, places) in counts.iter().zip(places.chunks_mut(buckets)) {
        places.copy_from_slice(&next[..buckets]);
        counts.iter().zip(bucket_of).for_each(|(count, bucket)| next[bucket as usize] += count);
    }
    let (parts, target) = (Parts::of(&mut places), Parts::of(room));
    run.pieces(pieces, bytes, &|i| {
        // SAFETY: each piece has places of its own.
        let places = unsafe { parts.slice(i * buckets..(i + 1) * buckets) };
        for &word in &source[range(i)] {
            let place = &mut places[bucket_of[bin(word)] as usize];
            // SAFETY: the counts of these words, which nobody changes, give each a place of its own below the length.
            unsafe { target.put(*place, word) };
            *place += 1;
        }
        Ok(())
    })?;
    let (from, to) = (Parts::of(room), Parts::of(words));
    let bucket = |i: usize| starts[i]..starts[i + 1];
    let is_large =
        |i: usize| run.parallel && bucket(i).len() > (len / (2 * threads())).max(CACHED / size_of::<W>());
    let sort_bucket = |i: usize, run: Run| {
        // SAFETY: the buckets are apart, and each is sorted once.
        let from = unsafe { from.slice(bucket(i)) };
        // SAFETY: as above.
        let to = unsafe { to.slice(bucket(i)) };
        sort(from, to, low, !in_room, run)
    };
    for i in (0..buckets).filter(|&i| is_large(i)) {
        sort_bucket(i, run)?;
    }
    run.pieces(buckets, bytes, &|i| if is_large(i) { Ok(()) } else { sort_bucket(i, run.alone()) })
}
