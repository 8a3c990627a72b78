//! The different elements, and how often each occurs.

use super::key::{Bits, COMPLEX_NAN, Rule, Word, complex_key, complex_of, to_keys};
use super::memory::zeros;
use super::radix::{Run, sort_words};
use super::sort::{in_chunks, widened};
use crate::array::{ArrayMut, ArrayRef, LoopNest};
use crate::copy::{Sink, Source, TILE_BYTES};
use crate::dtype::Kind;
use crate::exec::{Control, Error, Result, in_order, threads};
use crate::loops::RawSlice;

/// Elements that are sorted at a time, by all threads.
const BLOCK: usize = if cfg!(test) { 700 } else { 1 << 24 };

/// Sorted elements, or results, of a piece of work.
const PIECE: usize = if cfg!(test) { 50 } else { 1 << 16 };

/// Results that are stored at a time.
const STORED: usize = TILE_BYTES / 16;

/// A key and its number, in ascending order.
type Counted<K> = Vec<(K, u64)>;

/// The different elements of an array in ascending order, and how often each occurs.
pub struct Unique(Keys);

enum Keys {
    Numbers(Counted<u64>, Kind, Rule),
    Complex(Counted<u128>),
}

/// Counts the different elements. All NaN are one, and so are -0.0 and 0.0.
///
/// Blocks of the array are sorted, counted and joined, so this takes memory for the different elements (16 bytes for each, 32 of
/// complex numbers, up to four times) and for a block of 16 Mi elements, twice.
///
/// # Errors
/// [`Error::Unsupported`] for opaque elements; [`Error::Memory`]; [`Error::Cancelled`].
pub fn unique(source: &ArrayRef, control: &Control) -> Result<Unique> {
    let kind = source.element.kind;
    let unsupported = Error::Unsupported { operation: "unique", kind };
    let run = Run { control, parallel: true };
    if kind.is_complex() {
        let mut keys = by_blocks(source, Kind::C128, run, |parts: Vec<u64>| {
            let mut keys = zeros::<u128>(parts.len() / 2)?;
            let pairs = parts.as_chunks::<2>().0;
            keys.iter_mut().zip(pairs).for_each(|(key, &[re, im])| *key = complex_key(re, im));
            counted(keys, run)
        })?;
        // As in NumPy, all with a NaN are one, the first of them.
        let numbers = keys.partition_point(|&(key, _)| key < COMPLEX_NAN);
        let with_nan = keys[numbers..].iter().map(|&(_, count)| count).sum();
        if let Some((_, count)) = keys.get_mut(numbers) {
            *count = with_nan;
        }
        keys.truncate(numbers + 1);
        return Ok(Unique(Keys::Complex(keys)));
    }
    let own = (kind, Rule::of(kind).ok_or(unsupported.clone())?, source.element.size);
    let (kind, rule, size) = if own.2 <= 2 { own } else { widened(kind).ok_or(unsupported)? };
    let keys = match size {
        1 => by_counting::<u8>(source, kind, rule, control),
        2 => by_counting::<u16>(source, kind, rule, control),
        4 => by_blocks(source, kind, run, |words: Vec<u32>| counted_numbers(words, rule, run)),
        _ => by_blocks(source, kind, run, |words: Vec<u64>| counted_numbers(words, rule, run)),
    }?;
    Ok(Unique(Keys::Numbers(keys, kind, rule)))
}

/// Copies elements of the source, from one on, as words.
fn read<W: Word>(source: &Source, first: usize, mut words: &mut [W]) {
    let size = source.element_bytes() / size_of::<W>();
    let mut reader = source.reader(first);
    while !words.is_empty() {
        let run = reader.some_any((words.len() / size).min(source.tile_len()));
        let (now, rest) = words.split_at_mut(run.len() * size);
        // SAFETY: a number consists of this many words.
        let run = unsafe { RawSlice::<W>::new(run.as_ptr(), now.len()) };
        now.iter_mut().zip(run.iter()).for_each(|(word, bits)| *word = bits);
        words = rest;
    }
}

fn by_counting<W: Bits>(
    source: &ArrayRef,
    kind: Kind,
    rule: Rule,
    control: &Control,
) -> Result<Counted<u64>> {
    const CHUNK: usize = 4096;
    let nest = LoopNest::in_memory_order(&source.shape, [&source.strides], 0);
    let elements = Source::new(source, nest, kind)?;
    let (total, pieces) = (source.len(), threads());
    let piece = total.div_ceil(pieces).max(1);
    let tables = in_order(control, total.div_ceil(piece), total * size_of::<W>(), |i| {
        let mut counts = vec![0u64; 1 << W::BITS];
        let mut words = [W::default(); CHUNK];
        let (mut at, end) = (i * piece, total.min((i + 1) * piece));
        while at < end && !control.is_cancelled() {
            let next = end.min(at + CHUNK);
            let words = &mut words[..next - at];
            read(&elements, at, words);
            to_keys(words, rule, true);
            words.iter().for_each(|&key| counts[key.digit(W::default(), 0)] += 1);
            control.advance(next - at);
            at = next;
        }
        counts
    })?;
    control.check()?;
    let counts = (0..1 << W::BITS).map(|key| (key as u64, tables.iter().map(|table| table[key]).sum()));
    Ok(counts.filter(|&(_, count)| count > 0).collect())
}

/// Counts each block and joins what was found.
fn by_blocks<W: Word, K: Word>(
    source: &ArrayRef,
    kind: Kind,
    run: Run,
    count: impl Fn(Vec<W>) -> Result<Counted<K>>,
) -> Result<Counted<K>> {
    let nest = LoopNest::in_memory_order(&source.shape, [&source.strides], 0);
    let elements = Source::new(source, nest, kind)?;
    let (total, size) = (source.len(), elements.element_bytes() / size_of::<W>());
    let mut found: Vec<Counted<K>> = Vec::new();
    for first in (0..total).step_by(BLOCK) {
        let mut words = zeros::<W>(BLOCK.min(total - first) * size)?;
        in_chunks(&mut words, run, &|at, chunk| read(&elements, first + at / size, chunk))?;
        run.control.advance(words.len() / size);
        let mut own = count(words)?;
        // Lists of about the same length are joined, so that each element is moved a few times only.
        while let Some(other) = found.pop_if(|other| other.len() <= 2 * own.len()) {
            own = joined(own, other)?;
            run.control.check()?;
        }
        found.push(own);
    }
    // The short ones are behind the long ones.
    found.into_iter().rev().try_fold(Vec::new(), |all, own| {
        run.control.check()?;
        if all.is_empty() { Ok(own) } else { joined(all, own) }
    })
}

fn counted_numbers<W: Bits>(mut words: Vec<W>, rule: Rule, run: Run) -> Result<Counted<u64>> {
    in_chunks(&mut words, run, &|_, chunk| to_keys(chunk, rule, true))?;
    counted(words, run)
}

/// Sorts keys and counts equal ones.
fn counted<W: Word, K: Word>(mut keys: Vec<W>, run: Run) -> Result<Counted<K>> {
    let mut room = zeros::<W>(keys.len())?;
    sort_words(&mut keys, &mut room, 0, run)?;
    drop(room);
    let len = keys.len();
    // Each piece counts the keys that begin in it.
    let parts = in_order(run.control, len.div_ceil(PIECE), size_of_val(&keys[..]), |i| {
        let (mut start, end) = (i * PIECE, len.min((i + 1) * PIECE));
        let mut counted: Counted<K> = Vec::new();
        while start > 0 && start < end && keys[start] == keys[start - 1] {
            start += 1;
        }
        while start < end {
            let key = keys[start];
            let mut next = start + 1;
            while next < len && keys[next] == key {
                next += 1;
            }
            counted.push((K::from_u128(key.to_u128()), (next - start) as u64));
            start = next;
        }
        counted
    })?;
    drop(keys);
    let mut counted = room_for(parts.iter().map(Vec::len).sum())?;
    parts.into_iter().for_each(|part| counted.extend_from_slice(&part));
    Ok(counted)
}

fn room_for<K: Word>(len: usize) -> Result<Counted<K>> {
    let mut room: Counted<K> = Vec::new();
    room.try_reserve_exact(len).map_err(|_| Error::Memory { bytes: len * size_of::<(K, u64)>() })?;
    Ok(room)
}

/// Joins two lists, adding the counts of keys that are in both.
fn joined<K: Word>(a: Counted<K>, b: Counted<K>) -> Result<Counted<K>> {
    let mut joined = room_for(a.len() + b.len())?;
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let ((left, m), (right, n)) = (a[i], b[j]);
        joined.push((left.min(right), if left <= right { m } else { 0 } + if right <= left { n } else { 0 }));
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    joined.extend_from_slice(&a[i..]);
    joined.extend_from_slice(&b[j..]);
    joined.shrink_to_fit();
    Ok(joined)
}

impl Unique {
    /// The number of different elements.
    pub fn len(&self) -> usize {
        match &self.0 {
            Keys::Numbers(keys, ..) => keys.len(),
            Keys::Complex(keys) => keys.len(),
        }
    }

    /// Whether there was no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Stores the elements, and how often each occurs in a target of [`Kind::I64`].
    ///
    /// # Errors
    /// [`Error::Mismatch`] where the targets have not one place for each.
    pub fn store(&self, values: &ArrayMut, counts: &ArrayMut) -> Result<()> {
        if values.shape[..] != [self.len()] || counts.shape[..] != [self.len()] {
            return Err(Error::Mismatch { rule: "the different elements need one place each" });
        }
        let kind = if let Keys::Numbers(_, kind, _) = self.0 { kind } else { Kind::C128 };
        let to_values = Sink::new(values.ptr, values.element, kind)?;
        let to_counts = Sink::new(counts.ptr, counts.element, Kind::I64)?;
        let put = |at: usize, numbers: *const u8, numbers_of: &[u64]| {
            let (at, len) = (at as isize, numbers_of.len());
            // SAFETY: places of the target; as many numbers of the kind.
            unsafe { to_values.store(numbers, len, values.strides[0].wrapping_mul(at), values.strides[0]) };
            let numbers_of = numbers_of.as_ptr().cast();
            // SAFETY: as above.
            unsafe {
                to_counts.store(numbers_of, len, counts.strides[0].wrapping_mul(at), counts.strides[0])
            };
        };
        macro_rules! put_all {
            ($keys:expr, $key:ident => $number:expr) => {
                for (i, chunk) in $keys.chunks(STORED).enumerate() {
                    let numbers: Vec<_> = chunk.iter().map(|&($key, _)| $number).collect();
                    let numbers_of: Vec<u64> = chunk.iter().map(|&(_, count)| count).collect();
                    put(i * STORED, numbers.as_ptr().cast(), &numbers_of);
                }
            };
        }
        match &self.0 {
            Keys::Complex(keys) => put_all!(keys, key => complex_of(key)),
            Keys::Numbers(keys, kind, rule) => match kind.size() {
                Some(1) => put_all!(keys, key => rule.restore_equal(key as u8)),
                Some(2) => put_all!(keys, key => rule.restore_equal(key as u16)),
                Some(4) => put_all!(keys, key => rule.restore_equal(key as u32)),
                _ => put_all!(keys, key => rule.restore_equal(key)),
            },
        }
        Ok(())
    }
}
