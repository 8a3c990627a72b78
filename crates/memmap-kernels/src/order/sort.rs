//! Sorting along an axis, and the positions in sorted order.

use super::key::{Bits, Rule, Word, complex_key, from_keys, to_keys};
use super::lines::{Group, Lines};
use super::memory::{Parts, zeros};
use super::radix::{Run, sort_words};
use crate::array::{ArrayMut, ArrayRef};
use crate::dtype::{Complex, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, threads};

/// Sorts the lines along an axis in place, NaN and NaT last.
///
/// -0.0 comes before 0.0; complex numbers are in NumPy's lexicographic order. A line is copied, sorted and stored, so that
/// elements which others store meanwhile are in the result or are lost. Takes twice the memory of a line (64 bytes for each
/// complex number), or that of some lines for each thread where they are short.
///
/// # Errors
/// [`Error::Unsupported`] for opaque elements; [`Error::Mismatch`] for an axis that is not there; [`Error::Memory`];
/// [`Error::Cancelled`].
///
/// ```
/// use memmap_kernels::{ArrayMut, Control, Element, Kind, sort};
/// let mut data = [3.0f32, f32::NAN, -1.0];
/// let element = Element::native(Kind::F32).unwrap();
/// // SAFETY: the array covers `data`, which outlives it.
/// let array = unsafe { ArrayMut::contiguous(data.as_mut_ptr().cast(), element, vec![3]) };
/// sort(&array, 0, &Control::new()).unwrap();
/// assert_eq!(data[..2], [-1.0, 3.0]);
/// ```
pub fn sort(array: &ArrayMut, axis: usize, control: &Control) -> Result<()> {
    let source = array.as_ref();
    let kind = array.element.kind;
    let unsupported = Error::Unsupported { operation: "sort", kind };
    let lines = Lines::new(&source, &source, axis)?;
    if kind.is_complex() {
        return lines.for_groups(control, &|group, run| sort_complex(group, array, run));
    }
    // Short lines of small numbers are not worth a sort of their own.
    let (kind, rule, size) = match array.element.size {
        size @ 1..=2 if is_counted(size, array.shape[axis]) => {
            (kind, Rule::of(kind).ok_or(unsupported)?, size)
        }
        _ => widened(kind).ok_or(unsupported)?,
    };
    macro_rules! run {
        ($W:ty) => {
            lines.for_groups(control, &|group, run| sort_numbers::<$W>(group, array, kind, rule, run))
        };
    }
    match size {
        1 => run!(u8),
        2 => run!(u16),
        4 => run!(u32),
        _ => run!(u64),
    }
}

/// Whether lines of numbers of so many bytes are sorted by counting each value.
fn is_counted(size: usize, len: usize) -> bool {
    len >= 1 << (8 * size - 1)
}

/// A kind of at least 4 bytes that holds all numbers of this one in their order, its rule and its size.
pub(super) fn widened(kind: Kind) -> Option<(Kind, Rule, usize)> {
    let wide = match kind {
        Kind::Bool | Kind::U8 | Kind::U16 => Kind::U32,
        Kind::I8 | Kind::I16 => Kind::I32,
        Kind::F16 => Kind::F32,
        kind => kind,
    };
    Some((wide, Rule::of(wide)?, wide.size()?))
}

fn sort_numbers<W: Bits>(group: &Group, array: &ArrayMut, kind: Kind, rule: Rule, run: Run) -> Result<()> {
    let len = group.lens[0];
    let mut words = zeros::<W>(group.lines * len)?;
    // SAFETY: a word has the size of the kind.
    unsafe { group.load(&array.as_ref(), kind, words.as_mut_ptr().cast(), run) }?;
    in_chunks(&mut words, run, &|_, chunk| to_keys(chunk, rule, false))?;
    if W::BITS <= 16 {
        words.chunks_mut(len).try_for_each(|line| by_counting(line, run))?;
    } else {
        let mut room = zeros::<W>(len)?;
        words.chunks_mut(len).try_for_each(|line| sort_words(line, &mut room, 0, run))?;
    }
    in_chunks(&mut words, run, &|_, chunk| from_keys(chunk, rule))?;
    // SAFETY: as above.
    unsafe { group.store(array, kind, words.as_ptr().cast(), run) }
}

/// Sorts words of few values: counts each, and writes it so often.
fn by_counting<W: Word>(words: &mut [W], run: Run) -> Result<()> {
    const PIECE: usize = if cfg!(test) { 16 } else { 256 };
    let (len, bytes) = (words.len(), size_of_val(words));
    let pieces = if run.parallel { threads() } else { 1 };
    let piece = len.div_ceil(pieces).max(1);
    let mut counts = vec![vec![0usize; 1 << W::BITS]; pieces];
    let parts = Parts::of(&mut counts);
    let source = &*words;
    run.pieces(pieces, bytes, &|i| {
        // SAFETY: each piece has a place of its own.
        let counts = &mut unsafe { parts.slice(i..i + 1) }[0];
        let range = (i * piece).min(len)..((i + 1) * piece).min(len);
        source[range].iter().for_each(|&word| counts[word.digit(W::default(), 0)] += 1);
        Ok(())
    })?;
    let mut ends = vec![0; 1 << W::BITS];
    let mut sum = 0;
    for (value, end) in ends.iter_mut().enumerate() {
        sum += counts.iter().map(|counts| counts[value]).sum::<usize>();
        *end = sum;
    }
    let target = Parts::of(words);
    run.pieces(ends.len().div_ceil(PIECE), bytes, &|i| {
        for value in i * PIECE..((i + 1) * PIECE).min(ends.len()) {
            let start = if value == 0 { 0 } else { ends[value - 1] };
            // SAFETY: each value has places of its own.
            unsafe { target.slice(start..ends[value]) }.fill(W::from_u128(value as u128));
        }
        Ok(())
    })
}

fn sort_complex(group: &Group, array: &ArrayMut, run: Run) -> Result<()> {
    let mut numbers = complex_lines(group, &array.as_ref(), run)?;
    for line in numbers.chunks_mut(2 * group.lens[0]) {
        run.control.check()?;
        let (pairs, _) = line.as_chunks_mut::<2>();
        let unsorted = pairs.to_vec();
        pairs.iter_mut().zip(complex_order(&unsorted)).for_each(|(pair, (_, at))| *pair = unsorted[at]);
    }
    // SAFETY: two doubles are a complex number.
    unsafe { group.store(array, Kind::C128, numbers.as_ptr().cast(), run) }
}

/// The keys of complex numbers in order, with the place of each.
fn complex_order(pairs: &[[u64; 2]]) -> Vec<(u128, usize)> {
    let mut keys: Vec<_> =
        pairs.iter().enumerate().map(|(at, &[re, im])| (complex_key(re, im), at)).collect();
    keys.sort_unstable();
    keys
}

/// The lines of a group, two words a number.
fn complex_lines(group: &Group, source: &ArrayRef, run: Run) -> Result<Vec<u64>> {
    const { assert!(size_of::<Complex<f64>>() == 2 * size_of::<u64>()) };
    let mut numbers = zeros::<u64>(2 * group.lines * group.lens[0])?;
    // SAFETY: two words are a complex number.
    unsafe { group.load(source, Kind::C128, numbers.as_mut_ptr().cast(), run) }?;
    Ok(numbers)
}

/// Stores the positions of the elements of each line in sorted order; `target` has the shape of `source`.
///
/// Equal elements stay in order, and so do all NaN, which are last. Takes 16 to 32 bytes for each element of a line, 56 of
/// complex numbers, or that of some lines for each thread where they are short.
///
/// # Errors
/// As [`sort`]; [`Error::Mismatch`] where the shapes differ.
pub fn argsort(source: &ArrayRef, axis: usize, target: &ArrayMut, control: &Control) -> Result<()> {
    let kind = source.element.kind;
    let unsupported = Error::Unsupported { operation: "argsort", kind };
    let lines = Lines::new(source, &target.as_ref(), axis)?;
    if source.shape != target.shape {
        return Err(Error::Mismatch { rule: "the positions of a sort must have the shape of its source" });
    }
    if kind.is_complex() {
        return lines.for_groups(control, &|group, run| argsort_complex(group, source, target, run));
    }
    let (kind, rule, size) = widened(kind).ok_or(unsupported)?;
    lines.for_groups(control, &|group, run| match size {
        4 => argsort_numbers::<u32>(group, source, kind, rule, target, run),
        _ => argsort_numbers::<u64>(group, source, kind, rule, target, run),
    })
}

fn argsort_numbers<W: Bits>(
    group: &Group,
    source: &ArrayRef,
    kind: Kind,
    rule: Rule,
    target: &ArrayMut,
    run: Run,
) -> Result<()> {
    let len = group.lens[0];
    let mut keys = zeros::<W>(group.lines * len)?;
    // SAFETY: a word has the size of the kind.
    unsafe { group.load(source, kind, keys.as_mut_ptr().cast(), run) }?;
    in_chunks(&mut keys, run, &|_, chunk| to_keys(chunk, rule, true))?;
    let low = usize::BITS - len.leading_zeros();
    let fits = |bits: u32| bits + low <= u64::BITS;
    let (mut base, mut narrow) = (W::default(), fits(W::BITS));
    if !narrow {
        // Keys of a small range leave room for the positions.
        let (least, most) = keys.iter().fold((W::MAX, W::default()), |(a, b), &key| (a.min(key), b.max(key)));
        (base, narrow) = (least, fits(u128::BITS - most.minus(least).to_u128().leading_zeros()));
    }
    let positions = if narrow {
        positions::<W, u64>(group, keys, base, low, run)
    } else {
        positions::<W, u128>(group, keys, base, low, run)
    }?;
    // SAFETY: a word is a position.
    unsafe { group.store(target, Kind::I64, positions.as_ptr().cast(), run) }
}

/// Sorts keys together with their positions, which are in the low bits, and returns the positions.
fn positions<W: Bits, P: Word>(group: &Group, keys: Vec<W>, base: W, low: u32, run: Run) -> Result<Vec<u64>> {
    let len = group.lens[0];
    let mut pairs = zeros::<P>(keys.len())?;
    in_chunks(&mut pairs, run, &|first, chunk| {
        let keys = &keys[first..first + chunk.len()];
        let mut at = first % len;
        for (pair, key) in chunk.iter_mut().zip(keys) {
            *pair = P::pack(key.minus(base).to_u128() as u64, low, at);
            at = if at + 1 == len { 0 } else { at + 1 };
        }
    })?;
    drop(keys);
    let mut room = zeros::<P>(len)?;
    for line in pairs.chunks_mut(len) {
        sort_words(line, &mut room, low, run)?;
    }
    drop(room);
    let mut positions = zeros::<u64>(pairs.len())?;
    in_chunks(&mut positions, run, &|first, chunk| {
        let pairs = &pairs[first..first + chunk.len()];
        chunk.iter_mut().zip(pairs).for_each(|(position, pair)| *position = pair.position(low));
    })?;
    Ok(positions)
}

fn argsort_complex(group: &Group, source: &ArrayRef, target: &ArrayMut, run: Run) -> Result<()> {
    let numbers = complex_lines(group, source, run)?;
    let mut positions = zeros::<u64>(numbers.len() / 2)?;
    let len = group.lens[0];
    for (line, positions) in numbers.chunks(2 * len).zip(positions.chunks_mut(len)) {
        run.control.check()?;
        let keys = complex_order(line.as_chunks().0);
        positions.iter_mut().zip(keys).for_each(|(position, (_, at))| *position = at as u64);
    }
    // SAFETY: a word is a position.
    unsafe { group.store(target, Kind::I64, positions.as_ptr().cast(), run) }
}

/// Calls `work` for parts of a slice, with the place of each.
pub(super) fn in_chunks<T: Word>(
    words: &mut [T],
    run: Run,
    work: &(dyn Fn(usize, &mut [T]) + Sync),
) -> Result<()> {
    let (len, chunk) = (words.len(), PIECE_BYTES / size_of::<T>());
    let parts = Parts::of(words);
    run.pieces(len.div_ceil(chunk), len * size_of::<T>(), &|i| {
        let first = i * chunk;
        // SAFETY: the chunks are apart.
        work(first, unsafe { parts.slice(first..(first + chunk).min(len)) });
        Ok(())
    })
}
