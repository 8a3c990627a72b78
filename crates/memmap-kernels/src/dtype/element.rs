//! What one element is: its kind, byte order and size.

/// The kind of an element, without its byte order.
///
/// The numbers are part of the contract with the binding.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// One byte; any value but zero is true.
    Bool = 0,
    /// Signed, 1 byte.
    I8 = 1,
    /// Unsigned, 1 byte.
    U8 = 2,
    /// Signed, 2 bytes.
    I16 = 3,
    /// Unsigned, 2 bytes.
    U16 = 4,
    /// Signed, 4 bytes.
    I32 = 5,
    /// Unsigned, 4 bytes.
    U32 = 6,
    /// Signed, 8 bytes.
    I64 = 7,
    /// Unsigned, 8 bytes.
    U64 = 8,
    /// IEEE 754 binary16.
    F16 = 9,
    /// IEEE 754 binary32.
    F32 = 10,
    /// IEEE 754 binary64.
    F64 = 11,
    /// Two `F32`: real, imaginary.
    C64 = 12,
    /// Two `F64`: real, imaginary.
    C128 = 13,
    /// Ticks of datetime64 and timedelta64: `i64`, `i64::MIN` is NaT.
    Time = 14,
    /// Bytes that are only moved or compared: strings, void, records.
    Opaque = 15,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Kind; 16] = [
        Kind::Bool,
        Kind::I8,
        Kind::U8,
        Kind::I16,
        Kind::U16,
        Kind::I32,
        Kind::U32,
        Kind::I64,
        Kind::U64,
        Kind::F16,
        Kind::F32,
        Kind::F64,
        Kind::C64,
        Kind::C128,
        Kind::Time,
        Kind::Opaque,
    ];

    /// The kind with this number.
    pub fn from_u8(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// Bytes of one element; `None` for [`Kind::Opaque`], whose elements have a size of their own.
    pub const fn size(self) -> Option<usize> {
        match self {
            Kind::Bool | Kind::I8 | Kind::U8 => Some(1),
            Kind::I16 | Kind::U16 | Kind::F16 => Some(2),
            Kind::I32 | Kind::U32 | Kind::F32 => Some(4),
            Kind::I64 | Kind::U64 | Kind::F64 | Kind::C64 | Kind::Time => Some(8),
            Kind::C128 => Some(16),
            Kind::Opaque => None,
        }
    }

    /// Whether this is one of the eight integer kinds (bool is not).
    pub const fn is_integer(self) -> bool {
        self.is_signed() || self.is_unsigned()
    }

    /// Whether this is a signed integer kind.
    pub const fn is_signed(self) -> bool {
        matches!(self, Kind::I8 | Kind::I16 | Kind::I32 | Kind::I64)
    }

    /// Whether this is an unsigned integer kind.
    pub const fn is_unsigned(self) -> bool {
        matches!(self, Kind::U8 | Kind::U16 | Kind::U32 | Kind::U64)
    }

    /// Whether this is a real floating-point kind.
    pub const fn is_float(self) -> bool {
        matches!(self, Kind::F16 | Kind::F32 | Kind::F64)
    }

    /// Whether this is a complex kind.
    pub const fn is_complex(self) -> bool {
        matches!(self, Kind::C64 | Kind::C128)
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
