//! Numbers as unsigned integers of the same order, so that one sort serves every kind.

use crate::dtype::Kind;

/// An unsigned integer that is sorted: a key, or a key with the position of its element in the low bits.
pub(crate) trait Word: Copy + Ord + Default + Send + Sync + 'static {
    const BITS: u32;
    const MAX: Self;
    fn from_u128(bits: u128) -> Self;
    fn to_u128(self) -> u128;
    fn xor(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    /// The bits from `shift` on above those of `base`, cut to a `usize`.
    fn digit(self, base: Self, shift: u32) -> usize;
    /// A key, and the position of its element in the `low` bits below.
    fn pack(key: u64, low: u32, position: usize) -> Self;
    /// The position in the lowest bits.
    fn position(self, low: u32) -> u64;
}

/// A word that holds one number.
pub(crate) trait Bits: Word {
    /// The key of minus infinity, were the bits of floats only made ascending: the keys of negative NaN are below it.
    const BELOW: Self;
    /// The key of infinity.
    const INFINITY: Self;
    /// The key of -0.0, one less than that of 0.0.
    const MINUS_ZERO: Self;
    const QUIET_NAN: Self;
    fn flip_sign(self) -> Self;
    fn ascending(self) -> Self;
    fn descending(self) -> Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn from_flag(flag: bool) -> Self;
}

macro_rules! words {
    ($($T:ty)*) => {$(
        impl Word for $T {
            const BITS: u32 = <$T>::BITS;
            const MAX: Self = <$T>::MAX;
            #[inline(always)]
            fn from_u128(bits: u128) -> Self {
                bits as $T
            }
            #[inline(always)]
            fn to_u128(self) -> u128 {
                self.into()
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn digit(self, base: Self, shift: u32) -> usize {
                (self.wrapping_sub(base) >> shift) as usize
            }
            #[inline(always)]
            fn pack(key: u64, low: u32, position: usize) -> Self {
                (key as $T) << low | position as $T
            }
            #[inline(always)]
            fn position(self, low: u32) -> u64 {
                self as u64 & ((1 << low) - 1)
            }
        }
    )*};
}

words!(u8 u16 u32 u64 u128);

macro_rules! bits {
    ($($T:ty, $I:ty, $infinity:literal, $quiet:literal;)*) => {$(
        impl Bits for $T {
            const BELOW: Self = !($infinity | (1 << (<$T>::BITS - 1)));
            const INFINITY: Self = ($infinity | (1 << (<$T>::BITS - 1))) - Self::BELOW;
            const MINUS_ZERO: Self = !(1 << (<$T>::BITS - 1)) - Self::BELOW;
            const QUIET_NAN: Self = $quiet;
            #[inline(always)]
            fn flip_sign(self) -> Self {
                self ^ (1 << (<$T>::BITS - 1))
            }
            #[inline(always)]
            fn ascending(self) -> Self {
                self ^ (((self as $I) >> (<$T>::BITS - 1)) as $T | (1 << (<$T>::BITS - 1)))
            }
            #[inline(always)]
            fn descending(self) -> Self {
                self ^ (!((self as $I) >> (<$T>::BITS - 1)) as $T | (1 << (<$T>::BITS - 1)))
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn from_flag(flag: bool) -> Self {
                flag.into()
            }
        }
    )*};
}

bits! {
    u8, i8, 0x78, 0x7c;
    u16, i16, 0x7c00, 0x7e00;
    u32, i32, 0x7f80_0000, 0x7fc0_0000;
    u64, i64, 0x7ff0_0000_0000_0000, 0x7ff8_0000_0000_0000;
}

/// How the bits of a number become a key.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    Bool,
    Signed,
    Unsigned,
    Float,
    Time,
}

impl Rule {
    /// `None` for kinds that are no single number.
    pub fn of(kind: Kind) -> Option<Rule> {
        match kind {
            Kind::Bool => Some(Rule::Bool),
            Kind::Time => Some(Rule::Time),
            kind if kind.is_signed() => Some(Rule::Signed),
            kind if kind.is_unsigned() => Some(Rule::Unsigned),
            kind if kind.is_float() => Some(Rule::Float),
            _ => None,
        }
    }

    /// Whether the largest key stands for NaN or NaT.
    pub fn has_nan(self) -> bool {
        matches!(self, Rule::Float | Rule::Time)
    }

    /// The key of a number, different for different bits: -0.0 is before 0.0, and NaN last, in the order of their bits.
    #[inline(always)]
    fn exact<W: Bits>(self, bits: W) -> W {
        match self {
            Rule::Bool => W::from_flag(bits != W::default()),
            Rule::Signed => bits.flip_sign(),
            Rule::Unsigned => bits,
            Rule::Float => bits.ascending().minus(W::BELOW),
            Rule::Time => bits.flip_sign().minus(W::from_flag(true)),
        }
    }

    /// The key of a number, the same for equal numbers: -0.0 is 0.0, and all NaN are one.
    #[inline(always)]
    fn equal<W: Bits>(self, bits: W) -> W {
        let key = self.exact(bits);
        if self != Rule::Float {
            return key;
        }
        let key = if key == W::MINUS_ZERO { key.plus(W::from_flag(true)) } else { key };
        if key > W::INFINITY { W::MAX } else { key }
    }

    /// The number of a key.
    #[inline(always)]
    fn restore<W: Bits>(self, key: W) -> W {
        match self {
            Rule::Bool | Rule::Unsigned => key,
            Rule::Signed => key.flip_sign(),
            Rule::Float => key.plus(W::BELOW).descending(),
            Rule::Time => key.plus(W::from_flag(true)).flip_sign(),
        }
    }

    /// As [`Rule::restore`], of a key of equal numbers.
    #[inline(always)]
    pub fn restore_equal<W: Bits>(self, key: W) -> W {
        if self == Rule::Float && key == W::MAX { W::QUIET_NAN } else { self.restore(key) }
    }
}

/// Calls a loop that is compiled for each rule.
macro_rules! with_rule {
    ($rule:expr, |$fixed:ident| $loop:expr) => {
        match $rule {
            Rule::Bool => {
                let $fixed = Rule::Bool;
                $loop
            }
            Rule::Signed => {
                let $fixed = Rule::Signed;
                $loop
            }
            Rule::Unsigned => {
                let $fixed = Rule::Unsigned;
                $loop
            }
            Rule::Float => {
                let $fixed = Rule::Float;
                $loop
            }
            Rule::Time => {
                let $fixed = Rule::Time;
                $loop
            }
        }
    };
}

/// Replaces numbers by keys: those of equal numbers, or exact ones.
pub(crate) fn to_keys<W: Bits>(words: &mut [W], rule: Rule, equal: bool) {
    with_rule!(rule, |rule| if equal {
        words.iter_mut().for_each(|word| *word = rule.equal(*word));
    } else {
        words.iter_mut().for_each(|word| *word = rule.exact(*word));
    });
}

/// Replaces exact keys by their numbers.
pub(crate) fn from_keys<W: Bits>(words: &mut [W], rule: Rule) {
    with_rule!(rule, |rule| words.iter_mut().for_each(|word| *word = rule.restore(*word)));
}

/// Double keys without NaN: one less than the key of the first NaN.
const NUMBERS: u128 = <u64 as Bits>::INFINITY as u128 + 1;

/// The key of a complex number, by NumPy's order: numbers by the real part, then by the imaginary one; behind them those
/// with an imaginary NaN, those with a real one, and those with both.
pub(crate) fn complex_key(re: u64, im: u64) -> u128 {
    let (re, im) = (Rule::Float.equal(re), Rule::Float.equal(im));
    match (re == u64::MAX, im == u64::MAX) {
        (false, false) => u128::from(re) * NUMBERS + u128::from(im),
        (false, true) => NUMBERS * NUMBERS + u128::from(re),
        (true, false) => NUMBERS * NUMBERS + NUMBERS + u128::from(im),
        (true, true) => NUMBERS * NUMBERS + 2 * NUMBERS,
    }
}

/// The least key of a complex number with a NaN.
pub(crate) const COMPLEX_NAN: u128 = NUMBERS * NUMBERS;

/// The parts of a complex number with this key; one that has a NaN is the least of those.
pub(crate) fn complex_of(key: u128) -> [u64; 2] {
    let rest = key.wrapping_sub(COMPLEX_NAN);
    let (re, im) = match rest {
        _ if key < COMPLEX_NAN => ((key / NUMBERS) as u64, (key % NUMBERS) as u64),
        _ if rest < NUMBERS => (rest as u64, u64::MAX),
        _ if rest < 2 * NUMBERS => (u64::MAX, (rest - NUMBERS) as u64),
        _ => (u64::MAX, u64::MAX),
    };
    [Rule::Float.restore_equal(re), Rule::Float.restore_equal(im)]
}

/// The key of an element, the same for equal ones; that of NaN and NaT is `u128::MAX`, those of complex numbers with a NaN begin at
/// [`COMPLEX_NAN`]. Opaque elements have none.
///
/// # Safety
/// A native element of the kind is readable at the address.
pub(crate) unsafe fn key_at(kind: Kind, at: *const u8) -> u128 {
    fn of<W: Bits>(rule: Rule, bits: W) -> u128 {
        let key = rule.equal(bits);
        if rule.has_nan() && key == W::MAX { u128::MAX } else { key.to_u128() }
    }
    let Some(rule) = Rule::of(kind) else {
        return match kind {
            Kind::C64 => {
                // SAFETY: the caller vouches for the element.
                let [re, im] = unsafe { at.cast::<[f32; 2]>().read_unaligned() };
                complex_key(f64::from(re).to_bits(), f64::from(im).to_bits())
            }
            Kind::C128 => {
                // SAFETY: as above.
                let [re, im] = unsafe { at.cast::<[u64; 2]>().read_unaligned() };
                complex_key(re, im)
            }
            _ => 0,
        };
    };
    match kind.size() {
        // SAFETY: as above.
        Some(1) => of(rule, unsafe { at.read() }),
        // SAFETY: as above.
        Some(2) => of(rule, unsafe { at.cast::<u16>().read_unaligned() }),
        // SAFETY: as above.
        Some(4) => of(rule, unsafe { at.cast::<u32>().read_unaligned() }),
        // SAFETY: as above.
        _ => of(rule, unsafe { at.cast::<u64>().read_unaligned() }),
    }
}
