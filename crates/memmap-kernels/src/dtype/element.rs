//! What one element is: its kind, byte order and size.

/// Calls a macro with the rows of the table of kinds: documentation, variant, its number, name, bytes, class, Rust type.
///
/// The numbers are part of the contract with the binding. A kind without a size and a type of its own is not listed:
/// [`Kind::Opaque`].
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_kind {
    ($callback:ident $(, $arguments:tt)?) => {
        $callback! {
            $($arguments)?
            /// One byte; any value but zero is true.
            Bool 0 "bool" 1 Bool Flag;
            /// Signed, 1 byte.
            I8 1 "int8" 1 Signed i8;
            /// Unsigned, 1 byte.
            U8 2 "uint8" 1 Unsigned u8;
            /// Signed, 2 bytes.
            I16 3 "int16" 2 Signed i16;
            /// Unsigned, 2 bytes.
            U16 4 "uint16" 2 Unsigned u16;
            /// Signed, 4 bytes.
            I32 5 "int32" 4 Signed i32;
            /// Unsigned, 4 bytes.
            U32 6 "uint32" 4 Unsigned u32;
            /// Signed, 8 bytes.
            I64 7 "int64" 8 Signed i64;
            /// Unsigned, 8 bytes.
            U64 8 "uint64" 8 Unsigned u64;
            /// IEEE 754 binary16.
            F16 9 "float16" 2 Float f16;
            /// IEEE 754 binary32.
            F32 10 "float32" 4 Float f32;
            /// IEEE 754 binary64.
            F64 11 "float64" 8 Float f64;
            /// Two `F32`: real, imaginary.
            C64 12 "complex64" 8 Complex Complex<f32>;
            /// Two `F64`: real, imaginary.
            C128 13 "complex128" 16 Complex Complex<f64>;
            /// Ticks of datetime64 and timedelta64: `i64`, `i64::MIN` is NaT.
            Time 14 "datetime64 or timedelta64" 8 Time Tick;
        }
    };
}

/// What can be done with a kind.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Bool,
    Signed,
    Unsigned,
    Float,
    Complex,
    Time,
    Opaque,
}

macro_rules! define {
    ($($(#[$doc:meta])* $kind:ident $number:literal $name:literal $size:literal $class:ident $type:ty;)*) => {
        /// The kind of an element, without its byte order.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $kind = $number,)*
            /// Bytes that are only moved or compared: strings, void, records.
            Opaque = 15,
        }

        impl Kind {
            /// All kinds, in the order of their numbers.
            pub const ALL: [Kind; 16] = [$(Kind::$kind,)* Kind::Opaque];

            /// NumPy's name of the dtype.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                    Kind::Opaque => "opaque",
                }
            }

            /// Bytes of one element; `None` for [`Kind::Opaque`], whose elements have a size of their own.
            pub const fn size(self) -> Option<usize> {
                match self {
                    $(Kind::$kind => Some($size),)*
                    Kind::Opaque => None,
                }
            }

            const fn class(self) -> Class {
                match self {
                    $(Kind::$kind => Class::$class,)*
                    Kind::Opaque => Class::Opaque,
                }
            }
        }

        /// The Rust type behind each kind, by the kind's name.
        pub(crate) mod types {
            use crate::dtype::{Complex, Flag, Tick, f16};
            $(pub(crate) type $kind = $type;)*
        }

        $(const _: () = assert!(size_of::<types::$kind>() == $size);)*
    };
}
for_each_kind!(define);

impl Kind {
    /// The kind with this number.
    pub fn from_u8(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// Whether this is one of the eight integer kinds (bool is not).
    pub const fn is_integer(self) -> bool {
        self.is_signed() || self.is_unsigned()
    }

    /// Whether this is a signed integer kind.
    pub const fn is_signed(self) -> bool {
        matches!(self.class(), Class::Signed)
    }

    /// Whether this is an unsigned integer kind.
    pub const fn is_unsigned(self) -> bool {
        matches!(self.class(), Class::Unsigned)
    }

    /// Whether this is a real floating-point kind.
    pub const fn is_float(self) -> bool {
        matches!(self.class(), Class::Float)
    }

    /// Whether this is a complex kind.
    pub const fn is_complex(self) -> bool {
        matches!(self.class(), Class::Complex)
    }

    /// The kind of the real part: `F32` of `C64`, `F64` of `C128`, itself otherwise.
    pub const fn real(self) -> Kind {
        match self {
            Kind::C64 => Kind::F32,
            Kind::C128 => Kind::F64,
            other => other,
        }
    }

    /// NumPy's `result_type` of two array dtypes; `None` where no common number exists.
    ///
    /// `Time` goes with `Time` and with nothing else here: unit arithmetic belongs to the caller.
    ///
    /// ```
    /// use memmap_kernels::Kind;
    /// assert_eq!(Kind::I32.promote(Kind::F32), Some(Kind::F64));
    /// assert_eq!(Kind::I64.promote(Kind::U64), Some(Kind::F64));
    /// ```
    pub fn promote(self, other: Kind) -> Option<Kind> {
        if self == other {
            return (self != Kind::Opaque).then_some(self);
        }
        if matches!(self, Kind::Time | Kind::Opaque) || matches!(other, Kind::Time | Kind::Opaque) {
            return None;
        }
        let (low, high) = if self < other { (self, other) } else { (other, self) };
        if low == Kind::Bool {
            return Some(high);
        }
        if high.is_complex() {
            return Some(if high == Kind::C128 || low.float_width() > 4 { Kind::C128 } else { Kind::C64 });
        }
        if high.is_float() {
            return Some(match high.float_width().max(low.float_width()) {
                2 => Kind::F16,
                4 => Kind::F32,
                _ => Kind::F64,
            });
        }
        Some(promote_integers(low, high))
    }

    /// Bytes of the smallest float that NumPy lets stand for this kind.
    fn float_width(self) -> usize {
        match self {
            Kind::Bool | Kind::I8 | Kind::U8 | Kind::F16 => 2,
            Kind::I16 | Kind::U16 | Kind::F32 | Kind::C64 => 4,
            _ => 8,
        }
    }
}

fn promote_integers(a: Kind, b: Kind) -> Kind {
    let (wide_a, wide_b) = (a.size().unwrap_or(8), b.size().unwrap_or(8));
    if a.is_signed() == b.is_signed() {
        return if wide_a >= wide_b { a } else { b };
    }
    let (signed, unsigned) = if a.is_signed() { (wide_a, wide_b) } else { (wide_b, wide_a) };
    match signed.max(unsigned * 2) {
        2 => Kind::I16,
        4 => Kind::I32,
        8 => Kind::I64,
        _ => Kind::F64,
    }
}

/// The element type of an array: kind, byte order, and bytes of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Element {
    /// What the bytes mean.
    pub kind: Kind,
    /// Whether the bytes of each number are in the other order than this machine's.
    pub swapped: bool,
    /// Bytes of one element.
    pub size: usize,
}

impl Element {
    /// An element in this machine's byte order; `None` for `Opaque`, which needs [`Element::opaque`].
    pub const fn native(kind: Kind) -> Option<Element> {
        match kind.size() {
            Some(size) => Some(Element { kind, swapped: false, size }),
            None => None,
        }
    }

    /// An element in the other byte order; `None` for `Opaque`.
    pub const fn swapped(kind: Kind) -> Option<Element> {
        match kind.size() {
            Some(size) => Some(Element { kind, swapped: true, size }),
            None => None,
        }
    }

    /// An element of `size` bytes that is only moved or compared.
    pub const fn opaque(size: usize) -> Element {
        Element { kind: Kind::Opaque, swapped: false, size }
    }

    /// Whether the size is the one of the kind.
    pub fn is_consistent(&self) -> bool {
        self.kind.size().is_none_or(|size| size == self.size)
    }

    /// Bytes of the part that a byte order applies to: a complex number has two such parts.
    pub(crate) fn unit(&self) -> usize {
        match self.kind {
            Kind::Opaque => 1,
            kind => kind.real().size().unwrap_or(1),
        }
    }

    /// Whether reading a number out of these bytes needs them reversed.
    pub(crate) fn needs_swap(&self) -> bool {
        self.swapped && self.unit() > 1
    }

    /// Whether both mean the same bytes.
    pub(crate) fn same_bytes(&self, other: &Element) -> bool {
        self.kind == other.kind && self.size == other.size && self.needs_swap() == other.needs_swap()
    }
}
