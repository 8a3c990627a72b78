//! Elements as unsigned keys of their width, in the same order.
//!
//! Loops over keys are compiled for four widths instead of twelve kinds. NaN and NaT are the keys outside of `low..=high`: those of
//! negative NaN and NaT below, those of positive NaN above.

use crate::array::ArrayRef;
use crate::dtype::{Element, Kind, Native};
use crate::exec::{Error, Result};

/// An unsigned number as wide as the elements.
pub(crate) trait Key: Native + Ord {
    const BITS: u32;
    const MAX: Self;
    /// Whether a table has a counter for each key. Code behind it is compiled for such keys only, or for others only.
    const IS_SHORT: bool;

    fn from_u64(bits: u64) -> Self;
    fn to_u64(self) -> u64;
    /// The key of an element, given as its bits.
    fn of(self, order: &KeyOrder<Self>) -> Self;
    /// The bits of the element with this key.
    fn element(self, order: &KeyOrder<Self>) -> Self;
    /// 1 for true; sums of few of them stay in the vectors of the keys.
    fn of_bool(flag: bool) -> Self;
    fn plus(self, other: Self) -> Self;
    /// How far the key is above another; wraps below it.
    fn above(self, other: Self) -> Self;
    /// The 16 bits from `shift` on.
    fn digit(self, shift: u32) -> u16;
}

/// How elements of a kind become keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyOrder<K> {
    /// The bits to flip in elements whose sign is set, beside those of `flip`.
    negative: K,
    /// The bits to flip in all elements.
    flip: K,
    /// The largest bits of an element: any byte but zero is a true bool.
    cap: K,
    /// The least key that is not NaN or NaT.
    pub low: K,
    /// The greatest such key.
    pub high: K,
}

macro_rules! keys {
    ($($unsigned:ty, $signed:ty);*) => {$(
        impl Key for $unsigned {
            const BITS: u32 = <$unsigned>::BITS;
            const MAX: Self = <$unsigned>::MAX;
            const IS_SHORT: bool = <$unsigned>::BITS <= 16;

            #[inline(always)]
            fn from_u64(bits: u64) -> Self {
                bits as $unsigned
            }
            #[inline(always)]
            fn to_u64(self) -> u64 {
                self.into()
            }
            #[inline(always)]
            fn of(self, order: &KeyOrder<Self>) -> Self {
                let sign = ((self as $signed) >> (Self::BITS - 1)) as $unsigned;
                // Only bools have a cap.
                let bits = if Self::BITS == 8 { self.min(order.cap) } else { self };
                bits ^ (sign & order.negative) ^ order.flip
            }
            #[inline(always)]
            fn element(self, order: &KeyOrder<Self>) -> Self {
                // A key of a float has the opposite sign.
                let sign = !(((self as $signed) >> (Self::BITS - 1)) as $unsigned);
                self ^ (sign & order.negative) ^ order.flip
            }
            #[inline(always)]
            fn of_bool(flag: bool) -> Self {
                flag.into()
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn above(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn digit(self, shift: u32) -> u16 {
                (self >> shift) as u16
            }
        }
    )*};
}
keys!(u8, i8; u16, i16; u32, i32; u64, i64);

/// The order of a kind; an error for kinds without one.
pub(crate) fn order_of<K: Key>(kind: Kind, operation: &'static str) -> Result<KeyOrder<K>> {
    let unordered = Error::Unsupported { operation, kind };
    if kind.is_complex() || kind.size() != Some(size_of::<K>()) {
        return Err(unordered);
    }
    let top = K::from_u64(1 << (K::BITS - 1));
    let rest = K::from_u64((1 << (K::BITS - 1)) - 1);
    let all = KeyOrder { negative: K::ZERO, flip: K::ZERO, cap: K::MAX, low: K::ZERO, high: K::MAX };
    let infinity = match kind {
        Kind::F16 => 0x7c00,
        Kind::F32 => u64::from(f32::INFINITY.to_bits()),
        Kind::F64 => f64::INFINITY.to_bits(),
        Kind::Bool => return Ok(KeyOrder { cap: K::ONE, ..all }),
        Kind::Time => return Ok(KeyOrder { flip: top, low: K::ONE, ..all }),
        kind if kind.is_signed() => return Ok(KeyOrder { flip: top, ..all }),
        _ => return Ok(all),
    };
    let floats = KeyOrder { negative: rest, flip: top, ..all };
    let negative = K::from_u64(infinity | 1 << (K::BITS - 1));
    Ok(KeyOrder { low: negative.of(&floats), high: K::from_u64(infinity).of(&floats), ..floats })
}

/// The same elements as unsigned numbers.
pub(crate) fn as_bits<K: Key>(source: &ArrayRef) -> ArrayRef {
    let element = Element { kind: K::KIND, ..source.element };
    ArrayRef { element, ..source.clone() }
}

/// Calls a function that is generic over the key with the key of a kind.
macro_rules! with_key {
    ($kind:expr, $operation:expr, $function:ident($($argument:expr),*)) => {
        match $kind.size() {
            Some(1) => $function::<u8>($($argument),*),
            Some(2) => $function::<u16>($($argument),*),
            Some(4) => $function::<u32>($($argument),*),
            Some(8) if !$kind.is_complex() => $function::<u64>($($argument),*),
            _ => Err(Error::Unsupported { operation: $operation, kind: $kind }),
        }
    };
}
pub(crate) use with_key;
