//! NumPy's `histogram`: how many elements are in each bin.
//!
//! An element is in the bin whose lower edge is the last one that is not greater, which holds for edges of any distance. Where they are
//! about equally far apart, a line through them tells the place of an element among them, exactly unless it is near an edge: then a
//! comparison with that edge decides. The line is monotonic in its roundings too, so its largest error at the edges bounds all others.

#![allow(
    clippy::needless_range_loop,
    reason = "an iterator adapter may stay a call in the middle of a vector loop"
)]

use std::sync::{Mutex, PoisonError};

use super::interpolate::number;
use super::key::{Key, as_bits, order_of};
use super::ranks::count_keys;
use super::read::{States, for_readers};
use crate::array::{ArrayMut, ArrayRef, LoopNest};
use crate::copy::{Sink, Source};
use crate::dtype::{Complex, Kind, Native, f16};
use crate::exec::{Control, Error, Result, filled, for_pieces, make_room, with_room};
use crate::loops::{Kernel, Level, RawSlice, dispatch};

/// Counters of each bin where bins are few: elements take them in turn, because a counter cannot be raised again at once.
const LANES: usize = 4;

/// Bins with counters of their own for each lane.
const FEW_BINS: usize = 4096;

/// Elements whose weights are added up before they are added to those before, as in NumPy.
const BLOCK: usize = if cfg!(test) { 64 } else { 65536 };

/// Bytes of the sums of blocks that wait for those before.
const SUMS_BYTES: usize = 4 << 20;

/// Counts the elements between each two `edges`, which ascend; the last bin includes both of its edges.
///
/// The target has a native `i64` for each bin. Elements are compared as `f64`, which 64-bit integers beyond 2^53 are rounded to.
///
/// # Errors
/// [`Error::Unsupported`] for kinds that are not real numbers; [`Error::Mismatch`] for another number of bins;
/// [`Error::Memory`]; [`Error::Cancelled`].
pub fn histogram(source: &ArrayRef, edges: &[f64], target: &ArrayMut, control: &Control) -> Result<()> {
    check(source.element.kind)?;
    let kind = source.element.kind;
    let counts = match kind.size() {
        Some(1) => count_by_value::<u8>(source, edges, control)?,
        Some(2) => count_by_value::<u16>(source, edges, control)?,
        _ if kind == Kind::F32 => count::<f32>(source, edges, control)?,
        _ => count::<f64>(source, edges, control)?,
    };
    store(target, edges, Kind::I64, counts.iter().map(|&count| (count as i64).to_ne_bytes()))
}

/// Adds up the weights of the elements between each two `edges`: real and imaginary parts in `f64`, 65,536 elements at a time, and these
/// sums in the dtype of the target, as NumPy does.
///
/// # Errors
/// As [`histogram`]; [`Error::Mismatch`] for weights of another shape.
pub fn weighted_histogram(
    source: &ArrayRef,
    weights: &ArrayRef,
    edges: &[f64],
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    check(source.element.kind)?;
    if source.shape != weights.shape {
        return Err(Error::Mismatch { rule: "weights must have the shape of the elements" });
    }
    let kind = target.element.kind;
    if kind != weights.element.kind || matches!(kind, Kind::Time | Kind::Opaque) {
        return Err(Error::Unsupported { operation: "histogram", kind });
    }
    let sums = add_up(source, weights, edges, kind, control)?;
    store(target, edges, kind, sums.iter().map(|sum| sum.bytes(kind)))
}

fn check(kind: Kind) -> Result<()> {
    let is_real = kind == Kind::Bool || kind.is_integer() || kind.is_float();
    if is_real { Ok(()) } else { Err(Error::Unsupported { operation: "histogram", kind }) }
}

/// Stores a number for each bin.
fn store<const N: usize>(
    target: &ArrayMut,
    edges: &[f64],
    kind: Kind,
    values: impl Iterator<Item = [u8; N]>,
) -> Result<()> {
    if target.shape.as_slice() != [edges.len().saturating_sub(1)] {
        return Err(Error::Mismatch { rule: "the target of a histogram must have an element for each bin" });
    }
    let sink = Sink::new(target.ptr, target.element, kind)?;
    for (index, value) in values.enumerate().take(target.len()) {
        let value = Aligned(value);
        // SAFETY: the index is that of an element of the target; the value has the bytes of its kind.
        unsafe { sink.store(value.0.as_ptr(), 1, target.strides[0].wrapping_mul(index as isize), 0) };
    }
    Ok(())
}

#[repr(align(16))]
struct Aligned<const N: usize>([u8; N]);

/// The number that elements are compared as.
trait Real: Native + PartialOrd {
    const HALF: Self;

    /// The least number that is not below another.
    fn at_least(number: f64) -> Self;
    /// The greatest number that is not above another.
    fn at_most(number: f64) -> Self;
    fn to_f64(self) -> f64;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn of(index: i32) -> Self;
    /// The whole part of a number from 0 to 2^31 - 1; 0 or the greatest one where it is outside.
    fn whole(self) -> i32;
}

macro_rules! reals {
    ($($type:ident $at_least:expr, $at_most:expr);*) => {$(
        impl Real for $type {
            const HALF: Self = 0.5;

            fn at_least(number: f64) -> Self {
                $at_least(number)
            }
            fn at_most(number: f64) -> Self {
                $at_most(number)
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn of(index: i32) -> Self {
                index as $type
            }
            #[inline(always)]
            fn whole(self) -> i32 {
                let number = if self > 0.0 { self } else { 0.0 };
                let number = if number < 2_000_000_000.0 { number } else { 2_000_000_000.0 };
                // SAFETY: the number is finite and from 0 to 2^31 - 1.
                unsafe { number.to_int_unchecked() }
            }
        }
    )*};
}
reals!(
    f32 |number| { let single = number as f32; if f64::from(single) < number { single.next_up() } else { single } },
        |number| { let single = number as f32; if f64::from(single) > number { single.next_down() } else { single } };
    f64 std::convert::identity, std::convert::identity
);

/// The edges of bins, and the line through them.
struct Bins<T> {
    /// The least number of each bin.
    edges: Vec<T>,
    /// The greatest number of the last bin.
    last: T,
    line: Option<Line<T>>,
}

/// A number's place among the edges: 1 at the first one. Numbers further than half a bin outside have the places 0.5 and half a bin
/// behind the last one.
#[derive(Clone, Copy)]
struct Line<T> {
    first: T,
    scale: T,
    end: T,
    /// Numbers whose place is so near to that of an edge may be on either side of it.
    near: T,
}

impl<T: Real> Line<T> {
    #[inline(always)]
    fn place(&self, number: T) -> T {
        let place = number.minus(self.first).times(self.scale).plus(T::ONE);
        // NaN is below.
        let place = if place > T::HALF { place } else { T::HALF };
        if place < self.end { place } else { self.end }
    }
}

impl<T: Real> Bins<T> {
    fn new(edges: &[f64]) -> Result<Bins<T>> {
        let last = T::at_most(edges.last().copied().unwrap_or(f64::NAN));
        let mut least = with_room(edges.len())?;
        least.extend(edges.iter().map(|&edge| T::at_least(edge)));
        let mut bins = Bins { edges: least, last, line: None };
        bins.line = bins.find_line();
        Ok(bins)
    }

    fn find_line(&self) -> Option<Line<T>> {
        let [first, .., last] = self.edges[..] else { return None };
        let count = i32::try_from(self.edges.len() - 1).ok().filter(|&count| count < 1 << 22)?;
        let scale = T::at_most(f64::from(count) / last.minus(first).to_f64());
        let end = T::of(count + 1).plus(T::HALF);
        let line = Line { first, scale, end, near: T::ZERO };
        let mut error = 0.0f64;
        for (index, &edge) in self.edges.iter().enumerate() {
            let off = line.place(edge).to_f64() - (index + 1) as f64;
            if off.is_nan() || off.abs() >= 0.25 {
                return None;
            }
            error = error.max(off.abs());
        }
        // A margin for the roundings of the fraction itself.
        let near = T::at_least(
            error * 1.5 + f64::from(count) * 4e-7 * f64::from(u8::from(size_of::<T>() == 4)) + 1e-12,
        );
        (near < T::at_most(0.3)).then_some(Line { near, ..line })
    }

    fn count(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// The bin of a number, counted from 1; 0 below and one more than the bins above them, and for NaN.
    fn search(&self, number: T) -> usize {
        let bins = self.count();
        if number.is_nan() || number > self.last {
            return bins + 1;
        }
        // The last edge is that of the last number too, so that those behind it are in the last bin.
        self.edges.partition_point(|&edge| edge <= number).min(bins)
    }

    /// As [`search`](Self::search), for a number whose place is near to that of an edge.
    #[inline(always)]
    fn beside(&self, number: T, place: T) -> usize {
        let bins = self.count();
        let edge = (place.plus(T::HALF).whole() as usize).clamp(1, bins + 1);
        let Some(&lower) = self.edges.get(edge - 1) else { return 0 };
        if edge == bins + 1 {
            return if number <= self.last { bins } else { bins + 1 };
        }
        if number >= lower { edge } else { edge - 1 }
    }
}

/// Counters of one thread.
struct State {
    counts: Vec<u32>,
    /// Elements since the counters were last added up.
    since: usize,
}

fn count<T: Real>(source: &ArrayRef, edges: &[f64], control: &Control) -> Result<Vec<u64>> {
    let bins = Bins::<T>::new(edges)?;
    let total = Mutex::new(filled(0u64, bins.count())?);
    if bins.count() > 0 && !source.is_empty() {
        let nest = LoopNest::in_memory_order(&source.shape, [&source.strides], 0);
        let source = Source::new(source, nest, T::KIND)?;
        let lanes = if bins.count() <= FEW_BINS { LANES } else { 1 };
        let add = |state: &mut State| {
            let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
            for (sum, counts) in total.iter_mut().zip(state.counts[lanes..].chunks_exact_mut(lanes)) {
                counts.iter_mut().for_each(|count| *sum += u64::from(std::mem::take(count)));
            }
            state.since = 0;
        };
        let states = States::new();
        let new = || Ok(State { counts: filled(0, lanes * (bins.count() + 2))?, since: 0 });
        for_readers(&source, control, &|reader, len| {
            states.with(new, |state| {
                if state.since + len > u32::MAX as usize {
                    add(state);
                }
                state.since += len;
                let mut left = len;
                while left > 0 {
                    let run = reader.some::<T>(left);
                    left -= run.len();
                    dispatch(Count { run, bins: &bins, counts: &mut state.counts, lanes });
                }
                Ok(())
            })?;
            control.advance(len);
            Ok(())
        })?;
        states.into_all().iter_mut().for_each(add);
    }
    Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Counts each value of elements of one byte or two, and the values in bins.
fn count_by_value<K: Key>(source: &ArrayRef, edges: &[f64], control: &Control) -> Result<Vec<u64>> {
    let bins = Bins::<f64>::new(edges)?;
    let mut counts = filled(0, bins.count())?;
    if counts.is_empty() || source.is_empty() {
        return Ok(counts);
    }
    let kind = source.element.kind;
    let order = order_of::<K>(kind, "histogram")?;
    let bits = as_bits::<K>(source);
    let nest = LoopNest::in_memory_order(&bits.shape, [&bits.strides], 0);
    let keys = count_keys(&Source::new(&bits, nest, K::KIND)?, &order, control)?;
    for (key, count) in keys.into_iter().enumerate() {
        let element = K::from_u64(key as u64).element(&order).to_u64();
        let number =
            if kind == Kind::F16 { f16::from_bits(element as u16).to_f64() } else { number(kind, element) };
        if let Some(sum) = bins.search(number).checked_sub(1).and_then(|bin| counts.get_mut(bin)) {
            *sum += count;
        }
    }
    Ok(counts)
}

/// Counts the elements of a run.
struct Count<'a, T> {
    run: RawSlice<'a, T>,
    bins: &'a Bins<T>,
    counts: &'a mut [u32],
    lanes: usize,
}

impl<T: Real> Kernel for Count<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<L: Level>(self) {
        const CHUNK: usize = 32;
        let Count { run, bins, counts, lanes } = self;
        let Some(line) = bins.line else {
            for number in run.iter() {
                raise(counts, lanes * bins.search(number));
            }
            return;
        };
        let near = line.near;
        let far = T::ONE.minus(near);
        // Places end half a bin behind the last one.
        assert!(counts.len() >= lanes * (bins.count() + 2));
        let shift = lanes.trailing_zeros();
        let (chunks, rest) = run.groups::<CHUNK>();
        let mut places = [T::ZERO; CHUNK];
        let mut indices = [0u32; CHUNK];
        for chunk in chunks.iter() {
            let mut beside = 0u32;
            for index in 0..CHUNK {
                let place = line.place(chunk[index]);
                let whole = place.whole();
                let part = place.minus(T::of(whole));
                places[index] = place;
                indices[index] = (whole as u32) << shift;
                beside += u32::from(part < near) | u32::from(part > far);
            }
            if beside > 0 {
                for index in 0..CHUNK {
                    let part = places[index].minus(T::of(places[index].whole()));
                    if part < near || part > far {
                        indices[index] = (bins.beside(chunk[index], places[index]) as u32) << shift;
                    }
                }
            }
            let spread = lanes / LANES;
            for group in 0..CHUNK / LANES {
                for lane in 0..LANES {
                    let index = indices[LANES * group + lane] as usize + lane * spread;
                    // SAFETY: a place ends half a bin behind the last one, and so many counters were just found.
                    let count = unsafe { counts.get_unchecked_mut(index) };
                    *count = count.wrapping_add(1);
                }
            }
        }
        for number in rest.iter() {
            raise(counts, lanes * bins.search(number));
        }
    }
}

#[inline(always)]
fn raise(counts: &mut [u32], index: usize) {
    if let Some(count) = counts.get_mut(index) {
        *count = count.wrapping_add(1);
    }
}

/// The sum of weights in the dtype of the result.
#[derive(Clone, Copy)]
enum Sum {
    Whole(i64),
    Half(f32),
    Single(f32),
    SingleComplex(Complex<f32>),
    Double(Complex<f64>),
}

impl Sum {
    fn zero(kind: Kind) -> Sum {
        match kind {
            Kind::F16 => Sum::Half(0.0),
            Kind::F32 => Sum::Single(0.0),
            Kind::C64 => Sum::SingleComplex(Complex { re: 0.0, im: 0.0 }),
            Kind::F64 | Kind::C128 => Sum::Double(Complex { re: 0.0, im: 0.0 }),
            _ => Sum::Whole(0),
        }
    }

    /// Adds the sum of a block.
    fn add(&mut self, Complex { re, im }: Complex<f64>) {
        match self {
            Sum::Whole(sum) => *sum = sum.wrapping_add(re as i128 as i64),
            Sum::Half(sum) => *sum = f16::from_f32(*sum + f16::from_f64(re).to_f32()).to_f32(),
            Sum::Single(sum) => *sum += re as f32,
            // NumPy adds the parts of complex sums in double precision.
            Sum::SingleComplex(sum) => {
                sum.re = (f64::from(sum.re) + re) as f32;
                sum.im = (f64::from(sum.im) + im) as f32;
            }
            Sum::Double(sum) => *sum = Complex { re: sum.re + re, im: sum.im + im },
        }
    }

    /// As a native element of a kind; integers by their low bytes.
    fn bytes(self, kind: Kind) -> [u8; 16] {
        let mut bytes = [0; 16];
        let mut put = |part: &[u8]| bytes[..part.len()].copy_from_slice(part);
        match self {
            Sum::Whole(sum) if kind == Kind::Bool => put(&[u8::from(sum != 0)]),
            Sum::Whole(sum) => match kind.size() {
                Some(1) => put(&(sum as i8).to_ne_bytes()),
                Some(2) => put(&(sum as i16).to_ne_bytes()),
                Some(4) => put(&(sum as i32).to_ne_bytes()),
                _ => put(&sum.to_ne_bytes()),
            },
            Sum::Half(sum) => put(&f16::from_f32(sum).to_ne_bytes()),
            Sum::Single(sum) => put(&sum.to_ne_bytes()),
            Sum::SingleComplex(sum) => {
                put(&[sum.re.to_ne_bytes(), sum.im.to_ne_bytes()].concat());
            }
            Sum::Double(sum) => {
                put(&[sum.re.to_ne_bytes(), sum.im.to_ne_bytes()].concat());
            }
        }
        bytes
    }
}

fn add_up(
    source: &ArrayRef,
    weights: &ArrayRef,
    edges: &[f64],
    kind: Kind,
    control: &Control,
) -> Result<Vec<Sum>> {
    let bins = Bins::<f64>::new(edges)?;
    let count = bins.count();
    let mut sums = filled(Sum::zero(kind), count)?;
    let total = source.len();
    if count == 0 || total == 0 {
        return Ok(sums);
    }
    let nest = LoopNest::in_order(&source.shape, [&source.strides]);
    let numbers = Source::new(source, nest, Kind::F64)?;
    let nest = LoopNest::in_order(&weights.shape, [&weights.strides]);
    let weights = Source::new(weights, nest, Kind::C128)?;
    let blocks = total.div_ceil(BLOCK);
    // Sums of so many blocks are found at a time, and added in their order: the result does not depend on the threads.
    let turn = (SUMS_BYTES / (count * size_of::<Complex<f64>>())).clamp(1, 64);
    let mut slots: Vec<Mutex<Vec<Complex<f64>>>> = Vec::new();
    slots.resize_with(turn.min(blocks), || Mutex::new(Vec::new()));
    for first in (0..blocks).step_by(turn) {
        let many = turn.min(blocks - first);
        for_pieces(control, many, many * BLOCK * numbers.element_size(), |i| {
            let start = (first + i) * BLOCK;
            let len = BLOCK.min(total - start);
            let mut slot = slots[i].lock().unwrap_or_else(PoisonError::into_inner);
            slot.clear();
            make_room(&mut slot, count + 2)?;
            slot.resize(count + 2, Complex { re: 0.0, im: 0.0 });
            add_block(&numbers, &weights, &bins, start, len, &mut slot);
            control.advance(len);
            Ok(())
        })?;
        for slot in &mut slots[..many] {
            let slot = slot.get_mut().unwrap_or_else(PoisonError::into_inner);
            sums.iter_mut().zip(&slot[1..]).for_each(|(sum, &block)| sum.add(block));
        }
    }
    Ok(sums)
}

fn add_block(
    numbers: &Source,
    weights: &Source,
    bins: &Bins<f64>,
    start: usize,
    len: usize,
    sums: &mut [Complex<f64>],
) {
    let mut readers = [numbers.reader(start), weights.reader(start)];
    let step = numbers.tile_len().min(weights.tile_len());
    let mut left = len;
    while left > 0 {
        let many = step.min(left);
        let [numbers, weights] = &mut readers;
        let (numbers, weights) = (numbers.next::<f64>(many), weights.next::<Complex<f64>>(many));
        for index in 0..many {
            let number = numbers.get(index);
            let bin = match &bins.line {
                None => bins.search(number),
                Some(line) => {
                    let place = line.place(number);
                    let whole = place.whole();
                    let part = place - f64::from(whole);
                    if part < line.near || part > 1.0 - line.near {
                        bins.beside(number, place)
                    } else {
                        whole as usize
                    }
                }
            };
            if let Some(sum) = sums.get_mut(bin) {
                let weight = weights.get(index);
                *sum = Complex { re: sum.re + weight.re, im: sum.im + weight.im };
            }
        }
        left -= many;
    }
}
