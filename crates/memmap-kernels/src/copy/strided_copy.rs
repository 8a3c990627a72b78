//! Moving elements bit by bit, with or without reversing their bytes, between any two strides.

use crate::dtype::Element;
use crate::loops::{Kernel, Level, RawSlice, RawSliceMut, dispatch, fill_with, map_in_place};

/// Moves `count` elements of `size` bytes: `(source, source stride, target, target stride, count, size)`.
///
/// Source and target may not overlap, save where both are the same elements.
type MoveFn = unsafe fn(*const u8, isize, *mut u8, isize, usize, usize);

/// How to move elements of one size, chosen once and used for many runs.
#[derive(Clone, Copy)]
pub(crate) struct StridedCopy {
    function: MoveFn,
    size: usize,
}

impl StridedCopy {
    /// Moves from one element type to another of the same kind and size.
    pub fn between(source: &Element, target: &Element) -> StridedCopy {
        StridedCopy::new(source, source.needs_swap() != target.needs_swap())
    }

    /// Moves elements, reversing the bytes of each number in them when `swap` is set.
    pub fn new(element: &Element, swap: bool) -> StridedCopy {
        let unit = if swap { element.unit() } else { 1 };
        let function: MoveFn = match (element.size, unit) {
            (1, _) => move_as::<u8>,
            (2, 1) => move_as::<u16>,
            (4, 1) => move_as::<u32>,
            (8, 1) => move_as::<u64>,
            (16, 1) => move_as::<u128>,
            (2, 2) => move_as::<Swap<u16>>,
            (4, 4) => move_as::<Swap<u32>>,
            (8, 8) => move_as::<Swap<u64>>,
            (8, 4) => move_as::<Swap<[u32; 2]>>,
            (16, 8) => move_as::<Swap<[u64; 2]>>,
            _ => move_bytes,
        };
        StridedCopy { function, size: element.size }
    }

    /// # Safety
    /// `count` elements from `source` on, `source_stride` bytes apart, are readable, and those from `target` on
    /// writable; the two do not overlap, or are the same elements.
    #[inline(always)]
    pub unsafe fn run(
        &self,
        source: *const u8,
        source_stride: isize,
        target: *mut u8,
        target_stride: isize,
        count: usize,
    ) {
        // SAFETY: passed on as it is; the size is the one that the function was chosen for.
        unsafe { (self.function)(source, source_stride, target, target_stride, count, self.size) }
    }
}

/// A number whose bytes are reversed on the way.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Swap<T>(T);

/// Bits that are moved as they are, or reversed.
trait Bits: Copy {
    const PLAIN: bool;
    /// Two neighbours, read as one where vectors can be narrowed.
    type Pair: Copy;
    fn moved(self) -> Self;
    fn first(pair: Self::Pair) -> Self;
}

macro_rules! bits {
    ($($plain:ty: $pair:ty => |$both:ident| $first:expr),*; $($swapped:ty),*) => {
        $(impl Bits for $plain {
            const PLAIN: bool = true;
            type Pair = $pair;
            #[inline(always)]
            fn first($both: $pair) -> Self {
                $first
            }
            #[inline(always)]
            fn moved(self) -> Self {
                self
            }
        })*
        $(impl Bits for Swap<$swapped> {
            const PLAIN: bool = false;
            type Pair = [Self; 2];
            #[inline(always)]
            fn first(pair: [Self; 2]) -> Self {
                pair[0]
            }
            #[inline(always)]
            fn moved(self) -> Self {
                Swap(self.0.swap_bytes())
            }
        }
        impl Bits for Swap<[$swapped; 2]> {
            const PLAIN: bool = false;
            type Pair = [Self; 2];
            #[inline(always)]
            fn first(pair: [Self; 2]) -> Self {
                pair[0]
            }
            #[inline(always)]
            fn moved(self) -> Self {
                Swap([self.0[0].swap_bytes(), self.0[1].swap_bytes()])
            }
        })*
    };
}

bits!(
    u8: u16 => |pair| (pair >> if cfg!(target_endian = "big") { 8 } else { 0 }) as u8,
    u16: u32 => |pair| (pair >> if cfg!(target_endian = "big") { 16 } else { 0 }) as u16,
    u32: u64 => |pair| (pair >> if cfg!(target_endian = "big") { 32 } else { 0 }) as u32,
    u64: [u64; 2] => |pair| pair[0],
    u128: [u128; 2] => |pair| pair[0];
    u16, u32, u64
);

/// # Safety
/// As [`StridedCopy::run`], with elements of the size of `T`.
unsafe fn move_as<T: Bits>(
    source: *const u8,
    source_stride: isize,
    target: *mut u8,
    target_stride: isize,
    count: usize,
    _size: usize,
) {
    let step = size_of::<T>() as isize;
    if source_stride == step && target_stride == step {
        if T::PLAIN {
            // SAFETY: the caller vouches for both ranges; they may be the same, which `copy` allows.
            unsafe { std::ptr::copy(source, target, count * size_of::<T>()) }
        } else {
            // SAFETY: the caller vouches for the source, and `T` takes any bits.
            let from = unsafe { RawSlice::<T>::new(source, count) };
            // SAFETY: the caller vouches for the target.
            let to = unsafe { RawSliceMut::<T>::new(target, count) };
            dispatch(Reverse { from, to });
        }
        return;
    }
    if source_stride == 0 && target_stride == step && count > 0 {
        // SAFETY: the caller vouches for the one element, which is read once.
        let value = unsafe { source.cast::<T>().read_unaligned() }.moved();
        // SAFETY: the caller vouches for the target.
        fill_with(unsafe { RawSliceMut::<T>::new(target, count) }, |_| value);
        return;
    }
    let spread = if step != 0 && source_stride % step == 0 { source_stride / step } else { 0 };
    if T::PLAIN && size_of::<T>() <= 8 && target_stride == step && matches!(spread, -1 | 2 | 3) {
        // SAFETY: the caller vouches for the target.
        let to = unsafe { RawSliceMut::<T>::new(target, count) };
        dispatch(Pack { from: source.cast::<T>(), to, spread });
        return;
    }
    let (mut from, mut to) = (source, target);
    for _ in 0..count {
        // SAFETY: `from` is one of the caller's source elements.
        let value = unsafe { from.cast::<T>().read_unaligned() };
        // SAFETY: `to` is one of the caller's target elements.
        unsafe { to.cast::<T>().write_unaligned(value.moved()) }
        from = from.wrapping_offset(source_stride);
        to = to.wrapping_offset(target_stride);
    }
}

/// # Safety
/// As [`StridedCopy::run`]. Elements are moved as they are.
unsafe fn move_bytes(
    source: *const u8,
    source_stride: isize,
    target: *mut u8,
    target_stride: isize,
    count: usize,
    size: usize,
) {
    if source_stride == size as isize && target_stride == size as isize {
        // SAFETY: the caller vouches for both ranges.
        unsafe { std::ptr::copy(source, target, count * size) }
        return;
    }
    let (mut from, mut to) = (source, target);
    for _ in 0..count {
        // SAFETY: both are elements that the caller vouches for.
        unsafe { std::ptr::copy(from, to, size) }
        from = from.wrapping_offset(source_stride);
        to = to.wrapping_offset(target_stride);
    }
}

/// Packs elements that are so many apart: with a constant distance, and only then, the loop is one of vectors.
struct Pack<'a, T> {
    from: *const T,
    to: RawSliceMut<'a, T>,
    spread: isize,
}

impl<T: Bits> Kernel for Pack<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        match self.spread {
            2 => self.pack_pairs(),
            3 => self.pack::<3>(),
            _ => self.pack::<-1>(),
        }
    }
}

impl<T: Bits> Pack<'_, T> {
    /// Every other element; nothing lies behind the last one.
    #[inline(always)]
    fn pack_pairs(self) {
        let from = self.from;
        let count = self.to.len();
        let (pairs, last) = self.to.split_at(count.saturating_sub(1));
        fill_with(pairs, |i| {
            // SAFETY: an element that the caller vouches for and the one between it and the next.
            T::first(unsafe { from.cast::<T::Pair>().wrapping_add(i).read_unaligned() })
        });
        fill_with(last, |_| {
            // SAFETY: the last of the caller's elements.
            unsafe { from.wrapping_add(2 * (count - 1)).read_unaligned() }
        });
    }

    #[inline(always)]
    fn pack<const SPREAD: isize>(self) {
        let from = self.from;
        fill_with(self.to, |i| {
            // SAFETY: one of the elements that the caller vouches for.
            unsafe { from.wrapping_offset(SPREAD * i as isize).read_unaligned() }
        });
    }
}

struct Reverse<'a, T> {
    from: RawSlice<'a, T>,
    to: RawSliceMut<'a, T>,
}

impl<T: Bits> Kernel for Reverse<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        map_in_place(self.from, self.to, T::moved)
    }
}
