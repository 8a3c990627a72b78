//! Numbers without a type, and what NumPy's conversions make of them.

use crate::Kind;
use half::f16;

/// Any element: integers exactly, floats and complex numbers as `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Int(i128),
    Real(f64),
    Complex(f64, f64),
}

use Number::{Complex, Int, Real};

impl Number {
    pub fn re(self) -> f64 {
        match self {
            Int(x) => x as f64,
            Real(x) | Complex(x, _) => x,
        }
    }

    pub fn im(self) -> f64 {
        if let Complex(_, im) = self { im } else { 0.0 }
    }

    pub fn is_nan(self, kind: Kind) -> bool {
        match self {
            Int(x) => kind == Kind::Time && x == i128::from(i64::MIN),
            Real(x) => x.is_nan(),
            Complex(re, im) => re.is_nan() || im.is_nan(),
        }
    }

    pub fn is_true(self) -> bool {
        match self {
            Int(x) => x != 0,
            Real(x) => x != 0.0,
            Complex(re, im) => re != 0.0 || im != 0.0,
        }
    }

    /// Whether both are the same number, or both NaN.
    pub fn same(self, other: Number) -> bool {
        let equal = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        match (self, other) {
            (Int(a), Int(b)) => a == b,
            _ => equal(self.re(), other.re()) && equal(self.im(), other.im()),
        }
    }
}

/// Reads one native element.
pub fn decode(kind: Kind, bytes: &[u8]) -> Number {
    macro_rules! of {
        ($type:ty, $bytes:expr) => {
            <$type>::from_ne_bytes($bytes.try_into().expect("the size of the kind"))
        };
    }
    match kind {
        Kind::Bool => Int(i128::from(bytes[0] != 0)),
        Kind::I8 => Int(of!(i8, bytes).into()),
        Kind::U8 => Int(of!(u8, bytes).into()),
        Kind::I16 => Int(of!(i16, bytes).into()),
        Kind::U16 => Int(of!(u16, bytes).into()),
        Kind::I32 => Int(of!(i32, bytes).into()),
        Kind::U32 => Int(of!(u32, bytes).into()),
        Kind::I64 | Kind::Time => Int(of!(i64, bytes).into()),
        Kind::U64 => Int(of!(u64, bytes).into()),
        Kind::F16 => Real(of!(f16, bytes).to_f64()),
        Kind::F32 => Real(of!(f32, bytes).into()),
        Kind::F64 => Real(of!(f64, bytes)),
        Kind::C64 => Complex(of!(f32, bytes[..4]).into(), of!(f32, bytes[4..]).into()),
        Kind::C128 => Complex(of!(f64, bytes[..8]), of!(f64, bytes[8..])),
        Kind::Opaque => panic!("opaque elements are no numbers"),
    }
}

/// Writes a number as one native element of a kind, converted by NumPy's rules and ours for floats to integers.
pub fn encode(kind: Kind, number: Number) -> Vec<u8> {
    match kind {
        Kind::Bool => vec![u8::from(number.is_true())],
        Kind::F16 => to_half(number).to_ne_bytes().to_vec(),
        Kind::F32 => to_single(number).to_ne_bytes().to_vec(),
        Kind::F64 => number.re().to_ne_bytes().to_vec(),
        Kind::C64 => [to_single(number).to_ne_bytes(), (number.im() as f32).to_ne_bytes()].concat(),
        Kind::C128 => [number.re().to_ne_bytes(), number.im().to_ne_bytes()].concat(),
        Kind::Time if !matches!(number, Int(_)) && number.re().is_nan() => i64::MIN.to_ne_bytes().to_vec(),
        Kind::Opaque => panic!("opaque elements are no numbers"),
        _ => whole(number, kind.size().expect("a size")),
    }
}

/// The low bytes of a whole number: cut toward zero, modulo 2^n.
fn whole(number: Number, size: usize) -> Vec<u8> {
    let value = match number {
        Int(x) => x,
        // A float this large is a multiple of 2^64.
        _ if number.re().abs() < 2f64.powi(120) => number.re().trunc() as i128,
        _ => 0,
    };
    let bytes = value.to_le_bytes()[..size].to_vec();
    if cfg!(target_endian = "big") { bytes.into_iter().rev().collect() } else { bytes }
}

fn to_single(number: Number) -> f32 {
    match number {
        Int(x) => x as f32,
        other => other.re() as f32,
    }
}

/// The nearest half, the even one of two; found by trying the neighbours.
fn to_half(number: Number) -> f16 {
    let value = match number {
        // NumPy takes integers through f32, which is exact where a half is finite.
        Int(x) => f64::from(x as f32),
        other => other.re(),
    };
    if value.is_nan() {
        return f16::NAN;
    }
    if value.abs() >= 65520.0 {
        return if value > 0.0 { f16::INFINITY } else { f16::NEG_INFINITY };
    }
    let guess = f16::from_f64(value.abs()).to_bits();
    let distance = |bits: u16| (f16::from_bits(bits).to_f64() - value.abs()).abs();
    let candidates = [guess.saturating_sub(1), guess, guess + 1];
    let best = candidates
        .into_iter()
        .filter(|&bits| bits <= 0x7bff)
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)).then_with(|| (a & 1).cmp(&(b & 1))));
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    f16::from_bits(best.expect("a candidate") | sign)
}
