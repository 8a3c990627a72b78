//! Comparison, element by element, and equality of whole arrays.

use super::comparable::Compare;
use super::pair::{for_tiles, nest_of};
use crate::array::{ArrayMut, ArrayRef, LoopNest, Shared, SharedMut, StridedIter};
use crate::copy::{Buffer, StridedCopy, TILE_BYTES, assign};
use crate::dtype::{Complex, Element, Kind, Native, Tick};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces, in_order};
use crate::loops::{AnySlice, Kernel, Level, RawSlice, RawSliceMut, dispatch, dispatch_wide, map, zip};

/// Calls a macro with the rows: variant, NumPy's name, the loop, whether its operands are exchanged, whether its results
/// are negated. Three loops are enough for six comparisons.
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_comparison {
    ($callback:ident) => {
        $callback! {
            Lt "less" Before false false;
            Le "less_equal" NotAfter false false;
            Eq "equal" Equal false false;
            Ne "not_equal" Equal false true;
            Ge "greater_equal" NotAfter true false;
            Gt "greater" Before true false;
        }
    };
}

macro_rules! define {
    ($($variant:ident $name:literal $test:ident $exchanged:literal $negated:literal;)*) => {
        /// A comparison.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Comparison {
            $(#[doc = concat!("NumPy's `", $name, "`.")] $variant,)*
        }

        impl Comparison {
            /// All comparisons, in the order of their numbers.
            pub const ALL: &[Comparison] = &[$(Comparison::$variant),*];

            /// NumPy's name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Comparison::$variant => $name,)*
                }
            }

            /// The loop, whether its operands are exchanged, and whether its results are negated.
            const fn test(self) -> (Test, bool, bool) {
                match self {
                    $(Comparison::$variant => (Test::$test, $exchanged, $negated),)*
                }
            }
        }
    };
}
for_each_comparison!(define);

/// Writes whether `a op b` holds to each element of `target`, an array of bools.
///
/// All three have the same shape (broadcast with strides of 0). Kinds may differ: they are compared in NumPy's
/// `result_type`, and signed with unsigned 64-bit integers by value. NaN and NaT are unordered and differ from all;
/// complex numbers are ordered by the real part first. The target may not overlap `a` or `b`, save that it may be one of
/// them if that is an array of bools.
///
/// # Errors
/// [`Error::Mismatch`] when shapes differ or `target` is not of [`Kind::Bool`]; [`Error::Unsupported`] for times with
/// numbers, opaque elements with others, and opaque ones in order; [`Error::Cancelled`].
pub fn compare(
    op: Comparison,
    a: &ArrayRef,
    b: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
) -> Result<()> {
    if a.shape != b.shape || a.shape != target.shape {
        return Err(Error::Mismatch { rule: "the arrays of a comparison must have the same shape" });
    }
    if target.element.kind != Kind::Bool {
        return Err(Error::Mismatch { rule: "the target of a comparison must be an array of bools" });
    }
    let (test, exchanged, negated) = op.test();
    let (a, b) = if exchanged { (b, a) } else { (a, b) };
    let mut bytes = [[0; 8]; 2];
    let [left, right] = &mut bytes;
    let narrowed = [narrow(a, &b.element, left), narrow(b, &a.element, right)];
    let (a, b) = (narrowed[0].as_ref().unwrap_or(a), narrowed[1].as_ref().unwrap_or(b));
    let common = common(&a.element, &b.element, test)?;
    if target.is_empty() {
        return Ok(());
    }
    let nest = LoopNest::in_memory_order(&target.shape, [&a.strides, &b.strides, &target.strides], 2);
    let sink = Answers::new(target, &nest);
    if common == Common::Bytes {
        return compare_bytes(a, b, &nest, &sink, negated, control);
    }
    let job = Job { a, b, nest: &nest, negated, control };
    job.run(common, test, &|at, len| sink.place(at, len), &|at, answers| sink.write(at, answers))
}

/// One number for all elements as an integer of a narrower kind, that of the elements it is compared with, where it fits:
/// the elements need no conversion then. It is kept in `bytes`.
fn narrow(scalar: &ArrayRef, element: &Element, bytes: &mut [u8; 8]) -> Option<ArrayRef> {
    let is_one = scalar.len() > 1
        && scalar.strides.iter().zip(&scalar.shape).all(|(&step, &len)| step == 0 || len == 1);
    let fits =
        scalar.element.kind.is_signed() && element.kind.is_integer() && element.size < scalar.element.size;
    if !is_one || !fits {
        return None;
    }
    let (native, quiet) = (Element::native(element.kind)?, Control::new());
    let (mut before, mut after) = ([0; 8], [0; 8]);
    let same = Element::native(scalar.element.kind)?;
    let steps = [
        (scalar.ptr, scalar.element, before.as_mut_ptr(), same),
        (scalar.ptr, scalar.element, bytes.as_mut_ptr(), native),
        (bytes.as_ptr(), native, after.as_mut_ptr(), same),
    ];
    for (from, from_element, to, to_element) in steps {
        // SAFETY: the scalar's first element, or one that was just written.
        let from = unsafe { ArrayRef::new(from, from_element, Vec::new(), Vec::new()) };
        // SAFETY: eight bytes hold any integer.
        let to = unsafe { ArrayMut::new(to, to_element, Vec::new(), Vec::new()) };
        assign(&from, &to, &quiet).ok()?;
    }
    // SAFETY: one element, which lives as long as `bytes`, for any index.
    let narrowed =
        unsafe { ArrayRef::new(bytes.as_ptr(), native, scalar.shape.clone(), vec![0; scalar.shape.len()]) };
    (before == after).then_some(narrowed)
}

/// Whether two arrays have the same shape and equal elements, as NumPy's `array_equal`: NaN and NaT are equal to nothing.
///
/// # Errors
/// [`Error::Unsupported`] as [`compare`]; [`Error::Cancelled`].
pub fn equals(a: &ArrayRef, b: &ArrayRef, control: &Control) -> Result<bool> {
    if a.shape != b.shape {
        return Ok(false);
    }
    let common = common(&a.element, &b.element, Test::Equal)?;
    if a.is_empty() {
        return Ok(true);
    }
    let nest = nest_of(a, b)?;
    if common == Common::Bytes {
        return equal_bytes(a, b, &nest, control);
    }
    let Loops { kinds, agree, .. } = common.loops()?;
    for_tiles(a, b, &nest, kinds, control, &|_, a, b| agree(a, b))
}

#[derive(Clone, Copy, PartialEq)]
enum Test {
    Before,
    NotAfter,
    Equal,
}

/// What two kinds are compared as.
#[derive(Clone, Copy, PartialEq)]
enum Common {
    /// Numbers of one kind.
    Kind(Kind),
    /// A signed and an unsigned integer, by value.
    SignedUnsigned,
    /// An unsigned and a signed integer, by value.
    UnsignedSigned,
    /// Byte by byte.
    Bytes,
}

fn common(a: &Element, b: &Element, test: Test) -> Result<Common> {
    let unsupported = |kind| Err(Error::Unsupported { operation: "comparison", kind });
    match (a.kind, b.kind) {
        (Kind::Opaque, Kind::Opaque) if test != Test::Equal => unsupported(Kind::Opaque),
        (Kind::Opaque, Kind::Opaque) if a.size != b.size => {
            Err(Error::Mismatch { rule: "opaque elements are only compared with elements of the same size" })
        }
        (Kind::Opaque, Kind::Opaque) => Ok(Common::Bytes),
        (signed, Kind::U64) if signed.is_signed() => Ok(Common::SignedUnsigned),
        (Kind::U64, signed) if signed.is_signed() => Ok(Common::UnsignedSigned),
        (a, b) => match a.promote(b) {
            // Halves are compared as singles, bools as bytes of 0 and 1.
            Some(Kind::F16) => Ok(Common::Kind(Kind::F32)),
            Some(Kind::Bool) => Ok(Common::Kind(Kind::U8)),
            Some(kind) => Ok(Common::Kind(kind)),
            None => {
                unsupported(if a == Kind::Opaque || b == Kind::Opaque { Kind::Opaque } else { Kind::Time })
            }
        },
    }
}

/// Two arrays on their way to a loop.
struct Job<'a> {
    a: &'a ArrayRef,
    b: &'a ArrayRef,
    nest: &'a LoopNest<3>,
    negated: bool,
    control: &'a Control,
}

impl Job<'_> {
    /// Writes tiles of results (0 or 1) to the places that `place` has for them, and hands others to `take`.
    fn run(
        &self,
        common: Common,
        test: Test,
        place: &(dyn Fn(usize, usize) -> Option<*mut u8> + Sync),
        take: &(dyn Fn(usize, RawSlice<u8>) + Sync),
    ) -> Result<()> {
        let Loops { kinds, compare, .. } = common.loops()?;
        let (flip, ones) = (u8::from(self.negated), [0, 1].map(|array| self.nest.is_constant(array)));
        for_tiles(self.a, self.b, self.nest, kinds, self.control, &|at, a, b| {
            let len = a.len();
            if let Some(results) = place(at, len) {
                // SAFETY: the place has room for so many.
                compare([a, b], ones, test, flip, unsafe { RawSliceMut::new(results, len) });
                return true;
            }
            assert!(len <= TILE_BYTES);
            let mut buffer = Buffer::new();
            let results = buffer.as_mut_ptr();
            // SAFETY: the buffer holds a tile.
            compare([a, b], ones, test, flip, unsafe { RawSliceMut::new(results, len) });
            // SAFETY: so many results were just written.
            take(at, unsafe { RawSlice::new(results, len) });
            true
        })?;
        Ok(())
    }
}

/// The loops that compare two kinds.
struct Loops {
    /// The kinds to read the arrays as.
    kinds: [Kind; 2],
    /// Compares two runs, each of which may be one number again and again.
    compare: fn([AnySlice; 2], [bool; 2], Test, u8, RawSliceMut<u8>),
    /// Returns true if all elements of two runs are equal.
    agree: fn(AnySlice, AnySlice) -> bool,
}

impl Common {
    fn loops(self) -> Result<Loops> {
        fn of<A: Compare<B>, B: Native>() -> Loops {
            let kinds = [A::KIND, B::KIND];
            let compare = |[a, b]: [AnySlice; 2], ones: [bool; 2], test, flip, answers: RawSliceMut<u8>| {
                let in_place = [a, b].map(|run| run.as_ptr() == answers.as_ptr());
                let (a, b) = (a.typed::<A>(), b.typed::<B>());
                match ones {
                    // Complex numbers gain nothing. A loop that stores where it reads is none of vectors.
                    _ if A::KIND.is_complex() || a.len() == 0 || in_place != [false; 2] => {}
                    [true, _] => return dispatch_wide(WithLeft { a: a.get(0), b, test, flip, answers }),
                    [_, true] => return dispatch_wide(WithRight { a, b: b.get(0), test, flip, answers }),
                    _ => {}
                }
                dispatch(Compared { a, b, test, flip, answers })
            };
            let agree =
                |a: AnySlice, b: AnySlice| dispatch(Agreeing { a: a.typed::<A>(), b: b.typed::<B>() });
            Loops { kinds, compare, agree }
        }
        // Complex numbers are equal where their parts are, which vectors hold as they lie.
        fn complex<C: Compare<C>, T: Compare<T>>() -> Loops {
            Loops { agree: |a, b| (of::<T, T>().agree)(a.parts(), b.parts()), ..of::<C, C>() }
        }
        Ok(match self {
            Common::Kind(Kind::I8) => of::<i8, i8>(),
            Common::Kind(Kind::U8) => of::<u8, u8>(),
            Common::Kind(Kind::I16) => of::<i16, i16>(),
            Common::Kind(Kind::U16) => of::<u16, u16>(),
            Common::Kind(Kind::I32) => of::<i32, i32>(),
            Common::Kind(Kind::U32) => of::<u32, u32>(),
            Common::Kind(Kind::I64) => of::<i64, i64>(),
            Common::Kind(Kind::U64) => of::<u64, u64>(),
            Common::Kind(Kind::F32) => of::<f32, f32>(),
            Common::Kind(Kind::F64) => of::<f64, f64>(),
            Common::Kind(Kind::C64) => complex::<Complex<f32>, f32>(),
            Common::Kind(Kind::C128) => complex::<Complex<f64>, f64>(),
            Common::Kind(Kind::Time) => of::<Tick, Tick>(),
            Common::SignedUnsigned => of::<i64, u64>(),
            Common::UnsignedSigned => of::<u64, i64>(),
            Common::Kind(kind @ (Kind::Bool | Kind::F16 | Kind::Opaque)) => {
                return Err(Error::Unsupported { operation: "comparison", kind });
            }
            Common::Bytes => {
                return Err(Error::Unsupported { operation: "comparison", kind: Kind::Opaque });
            }
        })
    }
}

/// Elements that are compared before a difference ends the loop.
const GROUP: usize = if cfg!(test) { 8 } else { 256 };

struct Agreeing<'a, A, B> {
    a: RawSlice<'a, A>,
    b: RawSlice<'a, B>,
}

impl<A: Compare<B>, B: Native> Kernel for Agreeing<'_, A, B> {
    type Output = bool;
    #[inline(always)]
    fn run<L: Level>(self) -> bool {
        assert!(self.a.len() == self.b.len());
        let (a, rest_of_a) = self.a.chunks::<GROUP>();
        let (b, rest_of_b) = self.b.chunks::<GROUP>();
        for (a, b) in a.zip(b) {
            // All of a group are compared, because a loop that may end at each element is none of vectors.
            if !a.into_iter().zip(b).fold(true, |same, (a, b)| same & a.equal(b)) {
                return false;
            }
        }
        rest_of_a.iter().zip(rest_of_b.iter()).fold(true, |same, (a, b)| same & a.equal(b))
    }
}

struct Compared<'a, A, B> {
    a: RawSlice<'a, A>,
    b: RawSlice<'a, B>,
    test: Test,
    flip: u8,
    answers: RawSliceMut<'a, u8>,
}

impl<A: Compare<B>, B: Native> Kernel for Compared<'_, A, B> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let (answers, flip) = (self.answers, self.flip);
        match self.test {
            Test::Before => zip(self.a, self.b, answers, 0, |a, b| u8::from(a.before(b)) ^ flip),
            Test::NotAfter => zip(self.a, self.b, answers, 0, |a, b| u8::from(a.not_after(b)) ^ flip),
            Test::Equal => zip(self.a, self.b, answers, 0, |a, b| u8::from(a.equal(b)) ^ flip),
        }
    }
}

/// With one number to the left, which is kept in a register. The answers do not overlap the run.
struct WithLeft<'a, A, B> {
    a: A,
    b: RawSlice<'a, B>,
    test: Test,
    flip: u8,
    answers: RawSliceMut<'a, u8>,
}

impl<A: Compare<B>, B: Native> Kernel for WithLeft<'_, A, B> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let (a, answers, flip) = (self.a, self.answers, self.flip);
        match self.test {
            Test::Before => map(self.b, answers, |b| u8::from(a.before(b)) ^ flip),
            Test::NotAfter => map(self.b, answers, |b| u8::from(a.not_after(b)) ^ flip),
            Test::Equal => map(self.b, answers, |b| u8::from(a.equal(b)) ^ flip),
        }
    }
}

/// As [`WithLeft`], to the right.
struct WithRight<'a, A, B> {
    a: RawSlice<'a, A>,
    b: B,
    test: Test,
    flip: u8,
    answers: RawSliceMut<'a, u8>,
}

impl<A: Compare<B>, B: Native> Kernel for WithRight<'_, A, B> {
    type Output = ();
    #[inline(always)]
    fn run<L: Level>(self) {
        let (b, answers, flip) = (self.b, self.answers, self.flip);
        match self.test {
            Test::Before => map(self.a, answers, |a| u8::from(a.before(b)) ^ flip),
            Test::NotAfter => map(self.a, answers, |a| u8::from(a.not_after(b)) ^ flip),
            Test::Equal => map(self.a, answers, |a| u8::from(a.equal(b)) ^ flip),
        }
    }
}

/// The target of a comparison: the third array of a nest.
struct Answers {
    base: SharedMut,
    nest: LoopNest<1>,
    mover: StridedCopy,
}

impl Answers {
    fn new(target: &ArrayMut, whole: &LoopNest<3>) -> Answers {
        let mover = StridedCopy::new(&target.element, false);
        Answers { base: SharedMut(target.ptr), nest: whole.only(2), mover }
    }

    /// The place of so many answers that lie one behind the other.
    fn place(&self, at: usize, len: usize) -> Option<*mut u8> {
        let offset = self.nest.offsets(at)[0];
        let inner = self.nest.inner();
        (inner.strides[0] == 1 && at % inner.len + len <= inner.len).then(|| self.base.at(offset))
    }

    fn write(&self, at: usize, answers: RawSlice<u8>) {
        let stride = self.nest.inner().strides[0];
        let (mut walk, mut done) = (self.nest.walk(at), 0);
        while done < answers.len() {
            let segment = walk.next(answers.len() - done);
            let to = self.base.at(segment.offsets[0]);
            let from = answers.as_ptr().wrapping_add(done);
            // SAFETY: the segment is inside the target and is no longer than the results left.
            unsafe { self.mover.run(from, 1, to, stride, segment.len) };
            done += segment.len;
        }
    }
}

fn compare_bytes(
    a: &ArrayRef,
    b: &ArrayRef,
    nest: &LoopNest<3>,
    sink: &Answers,
    negated: bool,
    control: &Control,
) -> Result<()> {
    let (bases, size) = ([Shared(a.ptr), Shared(b.ptr)], a.element.size);
    let (total, piece) = (nest.len(), (PIECE_BYTES / size.max(1)).max(1));
    for_pieces(control, total.div_ceil(piece), total * size, |i| {
        let (start, end) = (i * piece, total.min((i + 1) * piece));
        let mut walk = nest.walk(start);
        let answers: Vec<u8> =
            (start..end).map(|_| u8::from(same_bytes(bases, &mut walk, size) != negated)).collect();
        sink.write(start, RawSlice::of(&answers));
        control.advance(end - start);
        Ok(())
    })
}

fn equal_bytes(a: &ArrayRef, b: &ArrayRef, nest: &LoopNest<2>, control: &Control) -> Result<bool> {
    let (bases, size) = ([Shared(a.ptr), Shared(b.ptr)], a.element.size);
    let (total, piece) = (nest.len(), (PIECE_BYTES / size.max(1)).max(1));
    let equal = in_order(control, total.div_ceil(piece), total * size, |i| {
        let (start, end) = (i * piece, total.min((i + 1) * piece));
        let mut walk = nest.walk(start);
        let equal = (start..end).all(|_| same_bytes(bases, &mut walk, size));
        control.advance(end - start);
        equal
    })?;
    Ok(equal.into_iter().all(|equal| equal))
}

/// Whether the next elements of two arrays are the same bytes.
fn same_bytes<const K: usize>(bases: [Shared; 2], walk: &mut StridedIter<'_, K>, size: usize) -> bool {
    let offsets = walk.next(1).offsets;
    // SAFETY: one element of the first array.
    let a = unsafe { RawSlice::<u8>::new(bases[0].at(offsets[0]), size) };
    // SAFETY: one element of the second array.
    let b = unsafe { RawSlice::<u8>::new(bases[1].at(offsets[1]), size) };
    a.iter().eq(b.iter())
}
