//! One number with its kind: the result of a reduction to a scalar.

use super::element::Kind;
use super::number::{Complex, Flag, Native, Tick, f16};

/// A scalar result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of [`Kind::Bool`].
    Bool(bool),
    /// Of [`Kind::I8`].
    I8(i8),
    /// Of [`Kind::U8`].
    U8(u8),
    /// Of [`Kind::I16`].
    I16(i16),
    /// Of [`Kind::U16`].
    U16(u16),
    /// Of [`Kind::I32`].
    I32(i32),
    /// Of [`Kind::U32`].
    U32(u32),
    /// Of [`Kind::I64`].
    I64(i64),
    /// Of [`Kind::U64`].
    U64(u64),
    /// Of [`Kind::F16`].
    F16(half::f16),
    /// Of [`Kind::F32`].
    F32(f32),
    /// Of [`Kind::F64`].
    F64(f64),
    /// Of [`Kind::C64`]: real, imaginary.
    C64(f32, f32),
    /// Of [`Kind::C128`]: real, imaginary.
    C128(f64, f64),
    /// Of [`Kind::Time`]: ticks, `i64::MIN` for NaT.
    Time(i64),
}

impl Value {
    /// The kind of this value.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Bool(_) => Kind::Bool,
            Value::I8(_) => Kind::I8,
            Value::U8(_) => Kind::U8,
            Value::I16(_) => Kind::I16,
            Value::U16(_) => Kind::U16,
            Value::I32(_) => Kind::I32,
            Value::U32(_) => Kind::U32,
            Value::I64(_) => Kind::I64,
            Value::U64(_) => Kind::U64,
            Value::F16(_) => Kind::F16,
            Value::F32(_) => Kind::F32,
            Value::F64(_) => Kind::F64,
            Value::C64(..) => Kind::C64,
            Value::C128(..) => Kind::C128,
            Value::Time(_) => Kind::Time,
        }
    }

    /// Real and imaginary part as `f64`; exact but for 64-bit integers beyond 2^53.
    pub fn to_f64(&self) -> (f64, f64) {
        match *self {
            Value::Bool(x) => (f64::from(u8::from(x)), 0.0),
            Value::I8(x) => (x.into(), 0.0),
            Value::U8(x) => (x.into(), 0.0),
            Value::I16(x) => (x.into(), 0.0),
            Value::U16(x) => (x.into(), 0.0),
            Value::I32(x) => (x.into(), 0.0),
            Value::U32(x) => (x.into(), 0.0),
            Value::I64(x) | Value::Time(x) => (x as f64, 0.0),
            Value::U64(x) => (x as f64, 0.0),
            Value::F16(x) => (x.into(), 0.0),
            Value::F32(x) => (x.into(), 0.0),
            Value::F64(x) => (x, 0.0),
            Value::C64(re, im) => (re.into(), im.into()),
            Value::C128(re, im) => (re, im),
        }
    }

    /// The whole number, where this is an integer, a bool or ticks.
    pub fn to_i128(&self) -> Option<i128> {
        match *self {
            Value::Bool(x) => Some(x.into()),
            Value::I8(x) => Some(x.into()),
            Value::U8(x) => Some(x.into()),
            Value::I16(x) => Some(x.into()),
            Value::U16(x) => Some(x.into()),
            Value::I32(x) => Some(x.into()),
            Value::U32(x) => Some(x.into()),
            Value::I64(x) | Value::Time(x) => Some(x.into()),
            Value::U64(x) => Some(x.into()),
            _ => None,
        }
    }

    /// The native element of `kind` in the first bytes of a buffer; `None` for opaque kinds.
    pub(crate) fn read(kind: Kind, bytes: &[u8; 16]) -> Option<Value> {
        Some(match kind {
            Kind::Bool => Value::Bool(load::<Flag>(bytes).is_true()),
            Kind::I8 => Value::I8(load(bytes)),
            Kind::U8 => Value::U8(load(bytes)),
            Kind::I16 => Value::I16(load(bytes)),
            Kind::U16 => Value::U16(load(bytes)),
            Kind::I32 => Value::I32(load(bytes)),
            Kind::U32 => Value::U32(load(bytes)),
            Kind::I64 => Value::I64(load(bytes)),
            Kind::U64 => Value::U64(load(bytes)),
            Kind::F16 => Value::F16(load::<f16>(bytes)),
            Kind::F32 => Value::F32(load(bytes)),
            Kind::F64 => Value::F64(load(bytes)),
            Kind::C64 => {
                let z = load::<Complex<f32>>(bytes);
                Value::C64(z.re, z.im)
            }
            Kind::C128 => {
                let z = load::<Complex<f64>>(bytes);
                Value::C128(z.re, z.im)
            }
            Kind::Time => Value::Time(load::<Tick>(bytes).0),
            Kind::Opaque => return None,
        })
    }
}

fn load<T: Native>(bytes: &[u8; 16]) -> T {
    const { assert!(size_of::<T>() <= 16) };
    // SAFETY: a native type has at most the 16 bytes and takes any bits at any alignment.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}
