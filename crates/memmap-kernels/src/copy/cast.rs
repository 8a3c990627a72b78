//! Conversion between kinds, element by element: NumPy's `astype(casting='unsafe')`, with one rule of our own.
//!
//! A float goes to an integer by cutting toward zero and wrapping modulo 2^n, on every processor (C leaves what does
//! not fit open); NaN and infinities give 0, and NaN gives NaT.

use crate::dtype::Kind;
use crate::dtype::{Complex, Flag, Native, Tick, f16, with_type};
use crate::loops::half_float;
use crate::loops::{Kernel, Level, dispatch};
use crate::loops::{RawSlice, RawSliceMut, map, map_chunks};

/// Conversion of one element.
pub(crate) trait Cast<D>: Copy {
    /// Whether many at a time is another loop than one after the other.
    const IN_CHUNKS: bool = false;

    fn cast(self) -> D;

    /// Many at a time.
    #[inline(always)]
    fn cast_chunk(chunk: [Self; CHUNK]) -> [D; CHUNK] {
        chunk.map(Self::cast)
    }
}

/// Elements that are converted together.
const CHUNK: usize = 16;

/// Converts `count` native elements that lie one behind the other: `(source, target, count)`.
type CastFn = unsafe fn(*const u8, *mut u8, usize);

/// How to convert between two kinds, chosen once and used for many runs.
#[derive(Clone, Copy)]
pub(crate) struct Caster(CastFn);

impl Caster {
    /// `None` where one of the kinds is opaque.
    pub fn between(source: Kind, target: Kind) -> Option<Caster> {
        with_type!(source, S => with_type!(target, D => Some(Caster(cast_run::<S, D>)), else => None), else => None)
    }

    /// # Safety
    /// `count` native elements of the source kind are readable from `source` on, and `count` of the target kind
    /// writable from `target` on; the two do not overlap.
    #[inline(always)]
    pub unsafe fn run(&self, source: *const u8, target: *mut u8, count: usize) {
        // SAFETY: passed on as it is.
        unsafe { (self.0)(source, target, count) }
    }
}

/// # Safety
/// As [`Caster::run`].
unsafe fn cast_run<S: Native + Cast<D> + Cast<f32>, D: Native>(
    source: *const u8,
    target: *mut u8,
    count: usize,
) where
    f32: Cast<D>,
{
    // SAFETY: the caller vouches for the source; native types take any bits.
    let from = unsafe { RawSlice::<S>::new(source, count) };
    // SAFETY: the caller vouches for the target.
    let to = unsafe { RawSliceMut::<D>::new(target, count) };
    dispatch(Convert { from, to });
}

struct Convert<'a, S, D> {
    from: RawSlice<'a, S>,
    to: RawSliceMut<'a, D>,
}

impl<S: Native + Cast<D> + Cast<f32>, D: Native> Kernel for Convert<'_, S, D>
where
    f32: Cast<D>,
{
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        if S::KIND == Kind::F16 && D::KIND != Kind::F16 {
            return self.through_singles::<L>();
        }
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if L::AVX2 && (S::KIND, D::KIND) == (Kind::F32, Kind::F16) {
            // SAFETY: the level has F16C, and these are the types of the kinds.
            return unsafe { half_float::convert_f16c(self.from, self.to, false) };
        }
        convert(self.from, self.to)
    }
}

impl<S: Native + Cast<D> + Cast<f32>, D: Native> Convert<'_, S, D>
where
    f32: Cast<D>,
{
    /// Halves become singles first, of which there are fast conversions to everything else.
    #[inline(always)]
    fn through_singles<L: Level>(self) {
        const BATCH: usize = 256;
        let (mut from, mut to) = (self.from, self.to);
        let mut singles = [0f32; BATCH];
        while from.len() > 0 {
            let count = from.len().min(BATCH);
            let (halves, later) = from.split_at(count);
            let (converted, rest) = to.split_at(count);
            (from, to) = (later, rest);
            let singles = &mut singles[..count];
            widen::<L, S>(halves, RawSliceMut::of(singles));
            convert(RawSlice::of(singles), converted);
        }
    }
}

/// Halves to singles.
#[inline(always)]
fn widen<L: Level, S: Native + Cast<f32>>(from: RawSlice<S>, to: RawSliceMut<f32>) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    if L::AVX2 && S::KIND == Kind::F16 {
        // SAFETY: the level has F16C, and these are the types of the kinds.
        return unsafe { half_float::convert_f16c(from, to, true) };
    }
    map(from, to, S::cast)
}

#[inline(always)]
fn convert<S: Native + Cast<D>, D: Native>(from: RawSlice<S>, to: RawSliceMut<D>) {
    if S::IN_CHUNKS { map_chunks(from, to, S::cast, S::cast_chunk) } else { map(from, to, S::cast) }
}

/// Cut toward zero, modulo 2^64; 0 for NaN and infinities.
#[inline(always)]
fn wrap(value: f64) -> i64 {
    const LIMIT: f64 = (1u64 << 63) as f64;
    if value.abs() < LIMIT { value as i64 } else { wrap_large(value) }
}

/// [`wrap`] of what an `i64` cannot hold: a whole number, so its bits are shifted into place.
#[cold]
fn wrap_large(value: f64) -> i64 {
    let bits = value.to_bits();
    let shift = ((bits >> 52) & 0x7ff) as u32 - 1075;
    let magnitude = if shift < 64 { ((bits & ((1 << 52) - 1)) | (1 << 52)) << shift } else { 0 };
    let wrapped = if value.is_sign_negative() { magnitude.wrapping_neg() } else { magnitude };
    wrapped as i64
}

macro_rules! cast {
    ($($S:ty => $($D:ty),+: |$x:ident| $body:expr;)*) => {$($(
        impl Cast<$D> for $S {
            #[inline(always)]
            fn cast(self) -> $D {
                let $x = self;
                $body
            }
        }
    )+)*};
}

/// The conversions of an integer type.
macro_rules! cast_integers {
    ($($S:ty)*) => {$(
        cast! {
            $S => i8, u8, i16, u16, i32, u32, i64, u64, f32, f64: |x| x as _;
            $S => f16: |x| half_float::from_f32(x as f32);
            $S => Flag: |x| Flag::from(x != 0);
            $S => Tick: |x| Tick(x as i64);
            $S => Complex<f32>: |x| Complex { re: x as f32, im: 0.0 };
            $S => Complex<f64>: |x| Complex { re: x as f64, im: 0.0 };
        }
    )*};
}

cast_integers!(i8 u8 i16 u16 i32 u32 i64 u64);

/// The conversions of a float type to integers: most numbers fit an `i32`, for which there are vector instructions.
macro_rules! cast_floats_to_integers {
    ($($S:ty => $($D:ty)+;)*) => {$($(
        impl Cast<$D> for $S {
            const IN_CHUNKS: bool = true;

            #[inline(always)]
            fn cast(self) -> $D {
                wrap(f64::from(self)) as $D
            }

            #[inline(always)]
            fn cast_chunk(chunk: [$S; CHUNK]) -> [$D; CHUNK] {
                const LIMIT: $S = (1u32 << 31) as $S;
                let mut fits = true;
                for x in chunk {
                    fits &= x.abs() < LIMIT;
                }
                if fits {
                    // SAFETY: a float below 2^31 in magnitude fits an `i32` when cut toward zero.
                    chunk.map(|x| unsafe { x.to_int_unchecked::<i32>() } as $D)
                } else {
                    chunk.map(Self::cast)
                }
            }
        }
    )+)*};
}

cast_floats_to_integers! {
    f32 => i8 u8 i16 u16 i32 u32 i64 u64;
    f64 => i8 u8 i16 u16 i32 u32 i64 u64;
}

/// The other conversions of a float type.
macro_rules! cast_floats {
    ($($S:ty)*) => {$(
        cast! {
            $S => f32, f64: |x| x as _;
            $S => Flag: |x| Flag::from(x != 0.0);
            $S => Tick: |x| if x.is_nan() { Tick::NAT } else { Tick(wrap(f64::from(x))) };
            $S => Complex<f32>: |x| Complex { re: x as f32, im: 0.0 };
            $S => Complex<f64>: |x| Complex { re: f64::from(x), im: 0.0 };
        }
    )*};
}

cast_floats!(f32 f64);

cast! {
    f32 => f16: |x| half_float::from_f32(x);
    f64 => f16: |x| half_float::from_f64(x);
    f16 => f16: |x| x;
    f16 => i8, u8, i16, u16, i32, u32, i64, u64, f32, f64, Flag, Tick, Complex<f32>, Complex<f64>:
        |x| half_float::to_f32(x).cast();
    Flag => i8, u8, i16, u16, i32, u32, i64, u64: |x| x.is_true() as _;
    Flag => f16, f32, f64, Tick, Complex<f32>, Complex<f64>: |x| u8::from(x.is_true()).cast();
    Flag => Flag: |x| Flag::from(x.is_true());
    Tick => i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64, Flag, Complex<f32>, Complex<f64>: |x| x.0.cast();
    Tick => Tick: |x| x;
}

/// The conversions of a complex type: the real part counts, save for truth.
macro_rules! cast_complex {
    ($($S:ty)*) => {$(
        cast! {
            $S => i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64, Tick: |x| x.re.cast();
            $S => Flag: |x| Flag::from((x.re != 0.0) | (x.im != 0.0));
            $S => Complex<f32>: |x| Complex { re: x.re as f32, im: x.im as f32 };
            $S => Complex<f64>: |x| Complex { re: f64::from(x.re), im: f64::from(x.im) };
        }
    )*};
}

cast_complex!(Complex<f32> Complex<f64>);
