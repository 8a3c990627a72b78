//! Conversion between kinds, element by element: NumPy's `astype(casting='unsafe')`, with one rule of our own.
//!
//! A float goes to an integer by cutting toward zero and wrapping modulo 2^n, on every processor (C leaves what does
//! not fit open); NaN and infinities give 0, and NaN gives NaT.

use crate::dtype::{Complex, Flag, Kind, Native, Tick, f16, types};
use crate::loops::{Kernel, Level, RawSlice, RawSliceMut, dispatch, half_float, map, map_checked};
use std::mem::MaybeUninit;

/// Conversion of one element.
pub(crate) trait Cast<D: Native>: Copy {
    /// Whether most elements have a faster conversion than all.
    const CHECKED: bool = false;

    /// The conversion of any element. A method `cast` comes to the floats of the standard library.
    fn cast_any(self) -> D;

    /// Whether [`Cast::cast_small`] may be used.
    #[inline(always)]
    fn is_small(self) -> bool {
        true
    }

    /// The faster conversion.
    ///
    /// # Safety
    /// The element is small.
    #[inline(always)]
    unsafe fn cast_small(self) -> D {
        self.cast_any()
    }
}

/// Converts `count` contiguous native elements: `(source, target, count)`.
type CastFn = unsafe fn(*const u8, *mut u8, usize);

/// How to convert between two kinds, chosen once and used for many runs.
#[derive(Clone, Copy)]
pub(crate) struct Caster {
    cast: CastFn,
    /// Converts on from `F32`, where `cast` only goes so far.
    then: Option<CastFn>,
    sizes: [u8; 2],
}

impl Caster {
    /// `None` where one of the kinds is opaque.
    ///
    /// Halves are converted from and to singles only, because there are instructions for these two and loops for all
    /// others would be as many again.
    pub fn between(source: Kind, target: Kind) -> Option<Caster> {
        let (source, target) = canonical(source, target);
        let sizes = [source.size()? as u8, target.size()? as u8];
        let direct = |cast: CastFn| Caster { cast, then: None, sizes };
        match (source, target) {
            (Kind::F16, Kind::F16) => Some(direct(cast_run::<f16, f16>)),
            (Kind::F16, Kind::F32) => Some(direct(widen)),
            (Kind::F32, Kind::F16) => Some(direct(narrow)),
            (Kind::F64, Kind::F16) => Some(direct(cast_run::<f64, f16>)),
            (Kind::C128, Kind::F16) => Some(direct(cast_run::<Complex<f64>, f16>)),
            (Kind::F16, _) => {
                Some(Caster { cast: widen, then: Some(loop_between(Kind::F32, target)?), sizes })
            }
            (_, Kind::F16) => {
                Some(Caster { cast: loop_between(source, Kind::F32)?, then: Some(narrow), sizes })
            }
            _ => loop_between(source, target).map(direct),
        }
    }

    /// # Safety
    /// `count` native elements of the source kind are readable from `source` on, and `count` of the target kind
    /// writable from `target` on; the two do not overlap.
    #[inline]
    pub unsafe fn run(&self, source: *const u8, target: *mut u8, count: usize) {
        match self.then {
            // SAFETY: passed on as it is.
            None => unsafe { (self.cast)(source, target, count) },
            // SAFETY: passed on as it is.
            Some(then) => unsafe { self.through_singles(then, source, target, count) },
        }
    }

    /// # Safety
    /// As [`Caster::run`].
    unsafe fn through_singles(&self, then: CastFn, source: *const u8, target: *mut u8, count: usize) {
        const BATCH: usize = 1024;
        let mut singles = MaybeUninit::<[f32; BATCH]>::uninit();
        let singles = singles.as_mut_ptr().cast::<u8>();
        let [from_size, to_size] = self.sizes.map(usize::from);
        for start in (0..count).step_by(BATCH) {
            let len = BATCH.min(count - start);
            // SAFETY: the batch is part of the caller's source; there is room for so many singles.
            unsafe { (self.cast)(source.wrapping_add(start * from_size), singles, len) };
            // SAFETY: the singles were just written; the batch is part of the caller's target.
            unsafe { then(singles, target.wrapping_add(start * to_size), len) };
        }
    }
}

/// Kinds that are converted by the same loop. An integer is cut to its low bits, so the sign of a target does not
/// count, nor that of a source which is not widened; times are `I64` save where a NaN becomes NaT.
fn canonical(source: Kind, target: Kind) -> (Kind, Kind) {
    let signed = |kind: Kind| match kind {
        Kind::U8 => Kind::I8,
        Kind::U16 => Kind::I16,
        Kind::U32 => Kind::I32,
        Kind::U64 => Kind::I64,
        kind => kind,
    };
    let source = if source == Kind::Time { Kind::I64 } else { source };
    let target = match target {
        Kind::Time if source == Kind::Bool || source.is_integer() => Kind::I64,
        target => signed(target),
    };
    let widened = !target.is_integer() || source.size() < target.size();
    (if widened { source } else { signed(source) }, target)
}

/// The loop between two kinds as [`canonical`] returns them, neither of which is a half.
fn loop_between(source: Kind, target: Kind) -> Option<CastFn> {
    macro_rules! arms {
        ($($source:ident)* => $targets:tt) => {
            match source {
                $(Kind::$source => arms!(@ $source $targets),)*
                _ => None,
            }
        };
        (@ $source:ident ($($target:ident)*)) => {
            match target {
                $(Kind::$target => Some(cast_run::<types::$source, types::$target> as CastFn),)*
                _ => None,
            }
        };
    }
    match target {
        Kind::Bool | Kind::F32 | Kind::F64 | Kind::C64 | Kind::C128 => {
            arms!(Bool I8 U8 I16 U16 I32 U32 I64 U64 F32 F64 C64 C128 => (Bool F32 F64 C64 C128))
        }
        Kind::Time => arms!(F32 F64 C64 C128 => (Time)),
        _ if source.is_unsigned() => {
            arms!(U8 => (I16 I32 I64)).or(arms!(U16 => (I32 I64))).or(arms!(U32 => (I64)))
        }
        _ => arms!(Bool I8 I16 I32 I64 F32 F64 C64 C128 => (I8 I16 I32 I64)),
    }
}

/// # Safety
/// As [`Caster::run`].
unsafe fn cast_run<S: Native + Cast<D>, D: Native>(source: *const u8, target: *mut u8, count: usize) {
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

impl<S: Native + Cast<D>, D: Native> Kernel for Convert<'_, S, D> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        convert(self.from, self.to)
    }
}

/// Halves to singles.
///
/// # Safety
/// As [`Caster::run`].
unsafe fn widen(source: *const u8, target: *mut u8, count: usize) {
    // SAFETY: the caller vouches for the source.
    let from = unsafe { RawSlice::<f16>::new(source, count) };
    // SAFETY: the caller vouches for the target.
    let to = unsafe { RawSliceMut::<f32>::new(target, count) };
    half_float::widen(from, to);
}

/// Singles to halves.
///
/// # Safety
/// As [`Caster::run`].
unsafe fn narrow(source: *const u8, target: *mut u8, count: usize) {
    // SAFETY: the caller vouches for the source.
    let from = unsafe { RawSlice::<f32>::new(source, count) };
    // SAFETY: the caller vouches for the target.
    let to = unsafe { RawSliceMut::<f16>::new(target, count) };
    half_float::narrow(from, to);
}

#[inline(always)]
fn convert<S: Native + Cast<D>, D: Native>(from: RawSlice<S>, to: RawSliceMut<D>) {
    if S::CHECKED {
        // SAFETY: `map_checked` calls this for small elements only.
        map_checked(from, to, S::ZERO, S::is_small, |x| unsafe { x.cast_small() }, S::cast_any)
    } else {
        map(from, to, S::cast_any)
    }
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
            fn cast_any(self) -> $D {
                let $x = self;
                $body
            }
        }
    )+)*};
}

/// The conversions of an integer type. Signed targets stand for unsigned ones and times: see [`canonical`].
macro_rules! cast_integers {
    ($($S:ty)*) => {$(
        cast! {
            $S => i8, i16, i32, i64, f32, f64: |x| x as _;
            $S => Flag: |x| Flag::from(x != 0);
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
            const CHECKED: bool = true;

            #[inline(always)]
            fn cast_any(self) -> $D {
                wrap(f64::from(self)) as $D
            }

            #[inline(always)]
            fn is_small(self) -> bool {
                const LIMIT: $S = (1u32 << 31) as $S;
                self.abs() < LIMIT
            }

            #[inline(always)]
            unsafe fn cast_small(self) -> $D {
                // SAFETY: a float below 2^31 in magnitude fits an `i32` when cut toward zero.
                unsafe { self.to_int_unchecked::<i32>() as $D }
            }
        }
    )+)*};
}

cast_floats_to_integers! {
    f32 => i8 i16 i32 i64;
    f64 => i8 i16 i32 i64;
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
    f64 => f16: |x| half_float::from_f64(x);
    f16 => f16: |x| x;
    Complex<f64> => f16: |x| x.re.cast_any();
    Flag => i8, i16, i32, i64: |x| x.is_true() as _;
    Flag => f32, f64, Complex<f32>, Complex<f64>: |x| u8::from(x.is_true()).cast_any();
    Flag => Flag: |x| Flag::from(x.is_true());
}

/// The conversions of a complex type: the real part counts, save for truth.
macro_rules! cast_complex {
    ($($S:ty)*) => {$(
        cast! {
            $S => i8, i16, i32, i64, f32, f64, Tick: |x| x.re.cast_any();
            $S => Flag: |x| Flag::from((x.re != 0.0) | (x.im != 0.0));
            $S => Complex<f32>: |x| Complex { re: x.re as f32, im: x.im as f32 };
            $S => Complex<f64>: |x| Complex { re: f64::from(x.re), im: f64::from(x.im) };
        }
    )*};
}

cast_complex!(Complex<f32> Complex<f64>);
