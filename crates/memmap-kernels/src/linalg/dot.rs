//! NumPy's `dot` of matrices.
//!
//! A matrix times a few vectors is read once, where it is, at the rate of memory. Larger products go through matrixmultiply, block by
//! block of the result; bools and integers, which it has no products of, through loops of columns.

use super::parts::Parts;
use super::products::{add_columns, add_rows};
use super::ring::{Matrix, Ring, unsigned, with_ring};
use super::tile::Tiled;
use crate::array::{ArrayMut, ArrayRef, Axes};
use crate::copy::{Sink, assign, fill};
use crate::dtype::{Complex, Element, Flag, Kind, Native};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces};
use crate::loops::Arithmetic;
use std::ops::Range;

/// So many vectors or fewer are multiplied with a matrix that is read in place.
const FEW: usize = 8;

/// Numbers of a row that are multiplied before their sum is added to that of the row: so few that singles are exact enough.
const SEGMENT: usize = if cfg!(test) { 32 } else { 4096 };

/// Neighbouring columns are multiplied for so many rows at a time.
const COLUMN_ROWS: usize = if cfg!(test) { 16 } else { 4096 };

/// Bytes that are copied together, because they are not read in place.
const COPIED_BYTES: usize = if cfg!(test) { 1 << 8 } else { 256 << 10 };

/// Rows and columns of a block of a large product, and the length of the products that are added to it at once.
const BLOCK: usize = if cfg!(test) { 12 } else { 256 };
const DEPTH: usize = if cfg!(test) { 24 } else { 1024 };

/// Stores the product of `a`, of m rows and k columns, and `b`, of k rows and n columns, in a matrix of their common kind. Integers wrap,
/// bools are added with `or`, and halves are added up as singles. Counts m * k * n products as done.
///
/// # Errors
/// [`Error::Unsupported`] for times and opaque elements; [`Error::Mismatch`] where shapes or kinds do not fit; [`Error::Cancelled`].
pub fn dot(a: &ArrayRef, b: &ArrayRef, out: &ArrayMut, control: &Control) -> Result<()> {
    let (&[m, k], &[rows, n]) = (&a.shape[..], &b.shape[..]) else {
        return Err(Error::Mismatch { rule: "dot multiplies matrices" });
    };
    let kind = a.element.kind.promote(b.element.kind);
    if k != rows || out.shape[..] != [m, n] || kind != Some(out.element.kind) {
        return Err(Error::Mismatch {
            rule: "the columns of the first matrix must be the rows of the second one",
        });
    }
    if m * n == 0 {
        return Ok(());
    }
    if k == 0 {
        return fill(out, &vec![0; out.element.size], control);
    }
    let kind = match out.element.kind {
        Kind::F16 => Kind::F32,
        kind => unsigned(kind),
    };
    let unsupported = Err(Error::Unsupported { operation: "dot", kind });
    with_ring!(kind, T => {
        let (b_columns, out_columns) = (transposed(b), transposed_mut(out));
        match (m, n) {
            (_, ..=FEW) if n <= m => matrix_vectors::<T>(a, &b_columns, out, control),
            (..=FEW, _) => matrix_vectors::<T>(&b_columns, a, &out_columns, control),
            _ => blocks::<T>(a, b, out, control),
        }
    }, unsupported)
}

fn transposed(matrix: &ArrayRef) -> ArrayRef {
    let mut turned = matrix.clone();
    turned.shape.reverse();
    turned.strides.reverse();
    turned
}

fn transposed_mut(matrix: &ArrayMut) -> ArrayMut {
    let mut turned = matrix.clone();
    turned.shape.reverse();
    turned.strides.reverse();
    turned
}

/// Converts the products of integers to the element of the result.
fn sink_of<T: Ring>(out: &ArrayMut) -> Result<Sink> {
    let kind = unsigned(out.element.kind);
    let (element, sum) = (Element { kind, ..out.element }, T::Sum::KIND);
    Sink::new(out.ptr, element, sum)
}

/// The products of each row of a matrix with each of a few vectors, which are rows too.
fn matrix_vectors<T: Ring>(
    matrix: &ArrayRef,
    vectors: &ArrayRef,
    out: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let kind = T::KIND;
    let (rows, columns, count) = (matrix.shape[0], matrix.shape[1], vectors.shape[0]);
    let size = matrix.element.size;
    let by_rows = rows == 1 || matrix.strides[1].unsigned_abs() <= matrix.strides[0].unsigned_abs();
    let block = if by_rows { (PIECE_BYTES / (columns * size)).clamp(1, rows) } else { rows.min(COLUMN_ROWS) };
    let blocks = rows.div_ceil(block);
    let bytes = rows.saturating_mul(columns).saturating_mul(size);
    let parts = Parts::new(blocks, columns, bytes / PIECE_BYTES);
    let product = Product::<T> {
        matrix: Tiled::new(matrix, kind, unsigned),
        columns: Tiled::new(&transposed(matrix), kind, unsigned).is_direct,
        turned: &transposed(matrix),
        vectors: Tiled::new(vectors, kind, unsigned),
        by_rows,
        element: std::marker::PhantomData,
    };
    let sink = sink_of::<T>(out)?;
    for_pieces(control, blocks * parts.count, bytes.saturating_mul(count), |i| {
        let (own, part) = (i / parts.count, i % parts.count);
        let its_rows = own * block..rows.min((own + 1) * block);
        let its_columns = part * parts.len..columns.min((part + 1) * parts.len);
        let mut sums = vec![T::Sum::ZERO; its_rows.len() * count];
        product.add(&its_rows, its_columns, &mut sums, control)?;
        let Some(sums) = parts.put(own, part, sums) else { return Ok(()) };
        for (i, row) in its_rows.enumerate() {
            let offset = out.strides[0].wrapping_mul(row as isize);
            // SAFETY: a row of the result, of which no other thread has the number.
            unsafe { sink.store(sums[i * count..].as_ptr().cast(), count, offset, out.strides[1]) };
        }
        Ok(())
    })
}

/// A matrix and vectors.
struct Product<'a, T> {
    matrix: Tiled<'a>,
    /// The matrix the other way round, whose rows are columns.
    turned: &'a ArrayRef,
    /// Whether columns are read in place.
    columns: bool,
    vectors: Tiled<'a>,
    by_rows: bool,
    element: std::marker::PhantomData<T>,
}

impl<T: Ring> Product<'_, T> {
    /// Has the pages of rows read in, where they are one behind the other.
    fn prefetch(&self, rows: &Range<usize>, columns: Range<usize>, control: &Control) {
        let Tiled { matrix, .. } = self.matrix;
        let (size, [all_rows, all_columns]) =
            (matrix.element.size as isize, [matrix.shape[0], matrix.shape[1]]);
        let is_run = |strides: [isize; 2], inner: usize, is_one: bool| {
            strides[1] == size && (is_one || strides[0] == size * inner as isize)
        };
        let by_row = is_run([matrix.strides[0], matrix.strides[1]], all_columns, rows.len() == 1);
        let by_column = is_run([matrix.strides[1], matrix.strides[0]], all_rows, columns.len() == 1);
        if (by_row && (rows.len() == 1 || columns.len() == all_columns))
            || (by_column && rows.len() == all_rows)
        {
            let bytes = rows.len() * columns.len() * matrix.element.size;
            control.prefetch(self.matrix.at(rows.start, columns.start), bytes);
        }
        // Vectors are read as often as there are rows, and are short unless there is one.
        if rows.len() == 1 && self.vectors.is_direct {
            for vector in 0..self.vectors.matrix.shape[0] {
                control.prefetch(self.vectors.at(vector, columns.start), columns.len() * size_of::<T>());
            }
        }
    }

    fn add(
        &self,
        rows: &Range<usize>,
        columns: Range<usize>,
        sums: &mut [T::Sum],
        control: &Control,
    ) -> Result<()> {
        let mut memory = Memory::default();
        let (segment, count) = (self.segment(rows), self.vectors.matrix.shape[0]);
        let piece = (PIECE_BYTES / (rows.len() * self.matrix.matrix.element.size)).max(segment);
        let (mut start, mut ahead) = (columns.start, columns.start);
        while start < columns.end {
            control.check()?;
            if start >= ahead {
                ahead = columns.end.min(start + piece);
                self.prefetch(rows, start..ahead, control);
            }
            let end = columns.end.min(start + segment);
            if self.by_rows {
                self.add_rows(rows, start..end, sums, &mut memory)?;
            } else {
                self.add_columns(rows, start..end, sums, &mut memory)?;
            }
            control.advance(rows.len() * (end - start) * count);
            start = end;
        }
        Ok(())
    }

    /// Columns that are multiplied at once: all of a short row, but few enough for copies.
    fn segment(&self, rows: &Range<usize>) -> usize {
        if self.by_rows {
            return SEGMENT;
        }
        (COPIED_BYTES / (rows.len() * size_of::<T>())).clamp(4, 256)
    }

    fn add_rows(
        &self,
        rows: &Range<usize>,
        columns: Range<usize>,
        sums: &mut [T::Sum],
        memory: &mut Memory,
    ) -> Result<()> {
        let count = self.vectors.matrix.shape[0];
        let few = (COPIED_BYTES / (columns.len() * size_of::<T>())).max(1);
        memory.vectors.clear();
        self.vectors.locate(0..count, columns.clone(), &mut memory.copied_vectors, &mut memory.vectors)?;
        for start in rows.clone().step_by(few) {
            let end = rows.end.min(start + few);
            memory.rows.clear();
            self.matrix.locate(start..end, columns.clone(), &mut memory.copied, &mut memory.rows)?;
            let sums = &mut sums[(start - rows.start) * count..];
            // SAFETY: rows and vectors of numbers of `T`.
            unsafe { add_rows::<T>(&memory.rows, &memory.vectors, columns.len(), sums) };
        }
        Ok(())
    }

    fn add_columns(
        &self,
        rows: &Range<usize>,
        columns: Range<usize>,
        sums: &mut [T::Sum],
        memory: &mut Memory,
    ) -> Result<()> {
        let count = self.vectors.matrix.shape[0];
        let turned = Tiled { matrix: self.turned, kind: self.matrix.kind, is_direct: self.columns };
        memory.rows.clear();
        turned.locate(columns.clone(), rows.clone(), &mut memory.copied, &mut memory.rows)?;
        let len = columns.len();
        self.vectors.copy(0..count, columns, &mut memory.copied_vectors)?;
        let mut totals = vec![T::ZERO; rows.len()];
        for vector in 0..count {
            let first = memory.copied_vectors.as_ptr().cast::<T>().wrapping_add(vector * len);
            // SAFETY: the copied vectors are as many numbers of `T`, aligned to 8 bytes.
            let factors = unsafe { std::slice::from_raw_parts(first, len) };
            totals.fill(T::ZERO);
            // SAFETY: columns of numbers of `T`.
            unsafe { add_columns::<T>(&memory.rows, factors, &mut totals) };
            for (i, total) in totals.iter().enumerate() {
                let sum = &mut sums[i * count + vector];
                *sum = sum.plus(total.to_sum());
            }
        }
        Ok(())
    }
}

/// Addresses and copies, which one piece of work uses again and again.
#[derive(Default)]
struct Memory {
    rows: Vec<*const u8>,
    vectors: Vec<*const u8>,
    copied: Vec<u64>,
    copied_vectors: Vec<u64>,
}

/// A large product, block by block.
fn blocks<T: Ring>(a: &ArrayRef, b: &ArrayRef, out: &ArrayMut, control: &Control) -> Result<()> {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1]);
    let (across, down) = (n.div_ceil(BLOCK), m.div_ceil(BLOCK));
    let bytes = [k, n, size_of::<T>()].iter().fold(m, |bytes, len| bytes.saturating_mul(*len));
    let (left, right) = (Side::new::<T>(a), Side::new::<T>(b));
    let parts = Parts::<T>::new(across * down, k, k / DEPTH);
    // Integers of the result are copied as they are.
    let kind = unsigned(out.element.kind);
    for_pieces(control, across * down * parts.count, bytes, |i| {
        let (own, part) = (i / parts.count, i % parts.count);
        let rows = own / across * BLOCK..m.min((own / across + 1) * BLOCK);
        let columns = own % across * BLOCK..n.min((own % across + 1) * BLOCK);
        let mut block = vec![T::ZERO; rows.len() * columns.len()];
        let (mut own_a, mut own_b) = (Vec::new(), Vec::new());
        let end = k.min((part + 1) * parts.len);
        for start in (part * parts.len..end).step_by(DEPTH) {
            control.check()?;
            let depth = start..end.min(start + DEPTH);
            let shape = [rows.len(), depth.len(), columns.len()];
            let from_a = left.part::<T>(rows.clone(), depth.clone(), &mut own_a)?;
            let from_b = right.part::<T>(depth, columns.clone(), &mut own_b)?;
            // SAFETY: parts of so many rows and columns, and a block of memory.
            if !unsafe { T::multiply(shape, from_a, from_b, block.as_mut_ptr()) } {
                multiply_columns(shape, &own_a, &own_b, &mut block);
            }
            control.advance(shape.iter().product());
        }
        let Some(block) = parts.put(own, part, block) else { return Ok(()) };
        let shape = Axes::from_slice(&[rows.len(), columns.len()]);
        let element = Element { kind: T::KIND, swapped: false, size: size_of::<T>() };
        // SAFETY: the block.
        let from = unsafe { ArrayRef::contiguous(block.as_ptr().cast(), element, shape.clone()) };
        let offset = out.strides[0]
            .wrapping_mul(rows.start as isize)
            .wrapping_add(out.strides[1].wrapping_mul(columns.start as isize));
        let first = out.ptr.wrapping_offset(offset);
        // SAFETY: a part of the result, of which no other thread has the elements.
        let to = unsafe { ArrayMut::new(first, Element { kind, ..out.element }, shape, out.strides.clone()) };
        assign(&from, &to, &Control::new().with_max_threads(1))
    })
}

/// One of two matrices.
struct Side<'a> {
    tiled: Tiled<'a>,
    /// Elements from one row to the next and from one column to the next, where elements are read in place.
    steps: Option<[isize; 2]>,
}

impl<'a> Side<'a> {
    fn new<T: Ring>(matrix: &'a ArrayRef) -> Side<'a> {
        let size = size_of::<T>() as isize;
        let element = matrix.element;
        let is_aligned = matrix.ptr.addr().is_multiple_of(align_of::<T>());
        let in_place =
            element.kind == T::KIND && !element.needs_swap() && is_aligned && T::KIND.real().is_float();
        let steps = [matrix.strides[0], matrix.strides[1]];
        let has_steps = in_place && steps.iter().all(|step| step % size == 0);
        let tiled = Tiled::new(matrix, T::KIND, unsigned);
        Side { tiled, steps: has_steps.then(|| steps.map(|step| step / size)) }
    }

    fn part<T>(&self, rows: Range<usize>, columns: Range<usize>, to: &mut Vec<u64>) -> Result<Matrix<T>> {
        if let Some(steps) = self.steps {
            return Ok(Matrix { first: self.tiled.at(rows.start, columns.start).cast(), steps });
        }
        let steps = [columns.len() as isize, 1];
        self.tiled.copy(rows, columns, to)?;
        Ok(Matrix { first: to.as_ptr().cast(), steps })
    }
}

/// Adds the product of two copied matrices to a third one.
fn multiply_columns<T: Ring>([m, k, n]: [usize; 3], a: &[u64], b: &[u64], c: &mut [T]) {
    let b: *const T = b.as_ptr().cast();
    let rows: Vec<*const u8> = (0..k).map(|row| b.wrapping_add(row * n).cast()).collect();
    for i in 0..m {
        let first = a.as_ptr().cast::<T>().wrapping_add(i * k);
        // SAFETY: a row of the copied matrix, aligned to 8 bytes.
        let factors = unsafe { std::slice::from_raw_parts(first, k) };
        // SAFETY: rows of the other copied matrix.
        unsafe { add_columns::<T>(&rows, factors, &mut c[i * n..(i + 1) * n]) };
    }
}
