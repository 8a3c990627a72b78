//! The Rust types behind the kinds. Every bit pattern of each is a valid value.

use super::element::Kind;
pub(crate) use half::f16;

/// A type that elements are read as. All are plain numbers without padding.
pub(crate) trait Native: Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static {
    const KIND: Kind;
    const ZERO: Self;
    const ONE: Self;

    /// Whether this is NaN (either part, for complex numbers) or NaT.
    fn is_nan(self) -> bool {
        false
    }
}

/// A bool as a byte in memory: any value but zero is true.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag(pub u8);

impl Flag {
    #[inline(always)]
    pub fn is_true(self) -> bool {
        self.0 != 0
    }
}

impl From<bool> for Flag {
    #[inline(always)]
    fn from(value: bool) -> Flag {
        Flag(u8::from(value))
    }
}

impl PartialEq for Flag {
    #[inline(always)]
    fn eq(&self, other: &Flag) -> bool {
        self.is_true() == other.is_true()
    }
}

/// A count of time units; the smallest value is NaT.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick(pub i64);

impl Tick {
    pub const NAT: Tick = Tick(i64::MIN);
}

impl PartialEq for Tick {
    #[inline(always)]
    fn eq(&self, other: &Tick) -> bool {
        self.0 == other.0 && !self.is_nan()
    }
}

/// A complex number with the layout of C and NumPy.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex<T> {
    pub re: T,
    pub im: T,
}

macro_rules! integers {
    ($($type:ty => $kind:ident),*) => {$(
        impl Native for $type {
            const KIND: Kind = Kind::$kind;
            const ZERO: Self = 0;
            const ONE: Self = 1;
        }
    )*};
}

integers!(i8 => I8, u8 => U8, i16 => I16, u16 => U16, i32 => I32, u32 => U32, i64 => I64, u64 => U64);

macro_rules! floats {
    ($($type:ident => $kind:ident),*) => {$(
        impl Native for $type {
            const KIND: Kind = Kind::$kind;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn is_nan(self) -> bool {
                $type::is_nan(self)
            }
        }
    )*};
}

floats!(f32 => F32, f64 => F64);

impl Native for f16 {
    const KIND: Kind = Kind::F16;
    const ZERO: Self = f16::ZERO;
    const ONE: Self = f16::ONE;
    #[inline(always)]
    fn is_nan(self) -> bool {
        self.to_bits() & 0x7fff > 0x7c00
    }
}

impl Native for Flag {
    const KIND: Kind = Kind::Bool;
    const ZERO: Self = Flag(0);
    const ONE: Self = Flag(1);
}

impl Native for Tick {
    const KIND: Kind = Kind::Time;
    const ZERO: Self = Tick(0);
    const ONE: Self = Tick(1);
    #[inline(always)]
    fn is_nan(self) -> bool {
        self.0 == i64::MIN
    }
}

impl Native for Complex<f32> {
    const KIND: Kind = Kind::C64;
    const ZERO: Self = Complex { re: 0.0, im: 0.0 };
    const ONE: Self = Complex { re: 1.0, im: 0.0 };
    #[inline(always)]
    fn is_nan(self) -> bool {
        self.re.is_nan() | self.im.is_nan()
    }
}

impl Native for Complex<f64> {
    const KIND: Kind = Kind::C128;
    const ZERO: Self = Complex { re: 0.0, im: 0.0 };
    const ONE: Self = Complex { re: 1.0, im: 0.0 };
    #[inline(always)]
    fn is_nan(self) -> bool {
        self.re.is_nan() | self.im.is_nan()
    }
}
