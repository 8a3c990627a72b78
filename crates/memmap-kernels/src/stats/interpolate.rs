//! What lies between two neighbouring elements: NumPy's methods, its arithmetic step by step.
//!
//! Source: `_QuantileMethods`, `_get_indexes`, `_get_gamma` and `_lerp` in NumPy's `lib/_function_base_impl.py`, and `_mean` in
//! `_core/_methods.py`.

use crate::dtype::{Kind, f16};
use crate::exec::{Error, Result};

/// What a quantile is where it lies between two elements. The numbers are part of the contract with the binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantileMethod {
    /// In proportion to the distance from each.
    Linear,
    /// The lower one.
    Lower,
    /// The higher one.
    Higher,
    /// Halfway.
    Midpoint,
    /// The nearer one, and of two equally near ones that of even rank.
    Nearest,
    /// NumPy's `median`: the mean of the two elements in the middle.
    Median,
}

impl QuantileMethod {
    /// All methods, in the order of their numbers.
    pub const ALL: [QuantileMethod; 6] = [
        QuantileMethod::Linear,
        QuantileMethod::Lower,
        QuantileMethod::Higher,
        QuantileMethod::Midpoint,
        QuantileMethod::Nearest,
        QuantileMethod::Median,
    ];

    /// Whether the result is an element.
    fn selects(self) -> bool {
        matches!(self, QuantileMethod::Lower | QuantileMethod::Higher | QuantileMethod::Nearest)
    }

    /// Checks the kinds of elements and results.
    pub(crate) fn check(self, kind: Kind, result: Kind) -> Result<()> {
        let fits = match kind {
            _ if self.selects() => result == kind,
            Kind::F16 | Kind::F32 => {
                result == kind || (result == Kind::F64 && self != QuantileMethod::Median)
            }
            Kind::F64 | Kind::Time => result == kind,
            Kind::Bool => result == Kind::F64 && self == QuantileMethod::Median,
            kind => kind.is_integer() && result == Kind::F64,
        };
        if fits { Ok(()) } else { Err(Error::Unsupported { operation: "quantile", kind }) }
    }

    /// The place of a quantile among `count` elements in order; at least one.
    pub(crate) fn place(self, count: usize, q: f64) -> Place {
        let last = count - 1;
        let at = |index: f64, weight: f64| {
            let previous = (index as usize).min(last);
            Place { previous, next: (previous + 1).min(last), weight }
        };
        let index = last as f64 * q;
        let exact = |index: f64| Place { next: (index as usize).min(last), ..at(index, 0.0) };
        match self {
            // NumPy subtracts the index -1 of the last element.
            QuantileMethod::Linear if index >= last as f64 => at(last as f64, index + 1.0),
            QuantileMethod::Linear => at(index.floor(), index - index.floor()),
            QuantileMethod::Lower => exact(index.floor()),
            QuantileMethod::Higher => exact(index.ceil()),
            QuantileMethod::Nearest => exact(index.round_ties_even()),
            QuantileMethod::Midpoint => {
                let middle = 0.5 * (index.floor() + index.ceil());
                at(middle.floor(), if middle % 1.0 == 0.0 { 0.0 } else { 0.5 })
            }
            QuantileMethod::Median => Place { previous: last / 2, next: count / 2, weight: 0.5 },
        }
    }
}

/// Two ranks and how far the quantile is from the first one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub previous: usize,
    pub next: usize,
    pub weight: f64,
}

/// The bits of NaN or NaT; of zero for kinds that have neither.
pub(crate) fn missing(kind: Kind) -> u64 {
    match kind {
        Kind::F16 => f16::NAN.to_bits().into(),
        Kind::F32 => f32::NAN.to_bits().into(),
        Kind::F64 => f64::NAN.to_bits(),
        Kind::Time => NAT as u64,
        _ => 0,
    }
}

const NAT: i64 = i64::MIN;

/// The bits of the result between two elements, given as bits.
pub(crate) fn interpolate(
    method: QuantileMethod,
    kind: Kind,
    result: Kind,
    [a, b]: [u64; 2],
    place: Place,
) -> u64 {
    if method.selects() {
        return a;
    }
    if method == QuantileMethod::Median {
        return middle(kind, [a, b], place.previous == place.next);
    }
    let t = place.weight;
    match kind {
        Kind::F16 => {
            let [a, b] = [a, b].map(|bits| f16::from_bits(bits as u16));
            if result == Kind::F16 {
                half_lerp(a, b, t)
            } else {
                wide_lerp(a.into(), b.into(), half(b.to_f32() - a.to_f32()).into(), t)
            }
        }
        Kind::F32 => {
            let [a, b] = [a, b].map(|bits| f32::from_bits(bits as u32));
            if result == Kind::F32 {
                single_lerp(a, b, t)
            } else {
                wide_lerp(a.into(), b.into(), (b - a).into(), t)
            }
        }
        Kind::F64 => {
            let [a, b] = [a, b].map(f64::from_bits);
            wide_lerp(a, b, b - a, t)
        }
        Kind::Time => time_lerp(a as i64, b as i64, t) as u64,
        kind => {
            let [from, to] = [a, b].map(|bits| number(kind, bits));
            // As in NumPy, the difference of integers is one of their dtype, and wraps.
            wide_lerp(from, to, number(kind, b.wrapping_sub(a)), t)
        }
    }
}

/// The integer, or bool, with these bits.
pub(crate) fn number(kind: Kind, bits: u64) -> f64 {
    match kind {
        Kind::I8 => (bits as i8).into(),
        Kind::U8 | Kind::Bool => (bits as u8).into(),
        Kind::I16 => (bits as i16).into(),
        Kind::U16 => (bits as u16).into(),
        Kind::I32 => (bits as i32).into(),
        Kind::U32 => (bits as u32).into(),
        Kind::I64 => (bits as i64) as f64,
        _ => bits as f64,
    }
}

/// NumPy's mean of one element or two.
fn middle(kind: Kind, [a, b]: [u64; 2], is_one: bool) -> u64 {
    let wide = |a: f64, b: f64| if is_one { a + 0.0 } else { (a + b) / 2.0 };
    let single = |a: f32, b: f32| if is_one { a + 0.0 } else { (a + b) / 2.0 };
    match kind {
        Kind::F16 => {
            let [a, b] = [a, b].map(|bits| f16::from_bits(bits as u16).to_f32());
            half(single(a, b)).to_bits().into()
        }
        Kind::F32 => single(f32::from_bits(a as u32), f32::from_bits(b as u32)).to_bits().into(),
        Kind::F64 => wide(f64::from_bits(a), f64::from_bits(b)).to_bits(),
        Kind::Time if is_one || a as i64 == NAT => a,
        Kind::Time => match (a as i64).wrapping_add(b as i64) {
            NAT => NAT as u64,
            sum => (sum / 2) as u64,
        },
        kind => wide(number(kind, a), number(kind, b)).to_bits(),
    }
}

fn wide_lerp(a: f64, b: f64, difference: f64, t: f64) -> u64 {
    let result = if t >= 0.5 { b - difference * (1.0 - t) } else { a + difference * t };
    result.to_bits()
}

fn single_lerp(a: f32, b: f32, t: f64) -> u64 {
    let difference = b - a;
    let result = if t >= 0.5 { b - difference * (1.0 - t) as f32 } else { a + difference * t as f32 };
    result.to_bits().into()
}

/// Each step is rounded to half precision.
fn half_lerp(a: f16, b: f16, t: f64) -> u64 {
    let difference = half(b.to_f32() - a.to_f32()).to_f32();
    let part = |t: f64| half(difference * f16::from_f64(t).to_f32()).to_f32();
    let result = if t >= 0.5 { b.to_f32() - part(1.0 - t) } else { a.to_f32() + part(t) };
    half(result).to_bits().into()
}

fn half(number: f32) -> f16 {
    f16::from_f32(number)
}

fn time_lerp(a: i64, b: i64, t: f64) -> i64 {
    if a == NAT || b == NAT {
        return NAT;
    }
    let difference = b.wrapping_sub(a);
    let part = |t: f64| {
        let product = difference as f64 * t;
        let fits = product >= i64::MIN as f64 && product < -(i64::MIN as f64);
        if fits && difference != NAT { product as i64 } else { NAT }
    };
    let (from, step) = if t >= 0.5 { (b, part(1.0 - t).wrapping_neg()) } else { (a, part(t)) };
    if step == NAT { NAT } else { from.wrapping_add(step) }
}
