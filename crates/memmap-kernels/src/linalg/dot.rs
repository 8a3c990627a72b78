//! NumPy's `dot` of matrices.
//!
//! A matrix times a few vectors is read once, where it is, at the rate of memory. Larger products go through matrixmultiply, block by
//! block of the result; bools and integers, which it has no products of, through loops of columns.

use super::parts::Parts;
use super::ring::{Loops, Matrix, is_of, loops_of};
use super::tile::Tiled;
use crate::array::{ArrayMut, ArrayRef, Axes};
use crate::copy::{Sink, assign, fill};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, for_pieces};
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
    let kind = out.element.kind;
    let loops = loops_of(kind).ok_or(Error::Unsupported { operation: "dot", kind })?;
    let (b_columns, out_columns) = (transposed(b), transposed_mut(out));
    match (m, n) {
        (_, ..=FEW) if n <= m => matrix_vectors(loops, a, &b_columns, out, control),
        (..=FEW, _) => matrix_vectors(loops, &b_columns, a, &out_columns, control),
        _ => blocks(loops, a, b, out, control),
    }
}

/// The bytes of a number of a kind that has a size.
fn size_of_kind(kind: Kind) -> usize {
    kind.size().unwrap_or(size_of::<u64>())
}

/// Zeros for so many bytes.
fn zeros(count: usize, size: usize) -> Vec<u64> {
    vec![0; (count * size).div_ceil(size_of::<u64>())]
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

/// The products of each row of a matrix with each of a few vectors, which are rows too.
fn matrix_vectors(
    loops: &dyn Loops,
    matrix: &ArrayRef,
    vectors: &ArrayRef,
    out: &ArrayMut,
    control: &Control,
) -> Result<()> {
    let [kind, sum] = loops.kinds();
    let (rows, columns, count) = (matrix.shape[0], matrix.shape[1], vectors.shape[0]);
    let (size, sum_size) = (matrix.element.size, size_of_kind(sum));
    let by_rows = rows == 1 || matrix.strides[1].unsigned_abs() <= matrix.strides[0].unsigned_abs();
    let block = if by_rows { (PIECE_BYTES / (columns * size)).clamp(1, rows) } else { rows.min(COLUMN_ROWS) };
    let blocks = rows.div_ceil(block);
    let bytes = rows.saturating_mul(columns).saturating_mul(size);
    let parts = Parts::new(blocks, columns, bytes / PIECE_BYTES);
    let turned = transposed(matrix);
    let product = Product {
        loops,
        number: size_of_kind(kind),
        sum: sum_size,
        matrix: Tiled::new(matrix, kind, is_of),
        turned: Tiled::new(&turned, kind, is_of),
        vectors: Tiled::new(vectors, kind, is_of),
        by_rows,
    };
    let sink = Sink::new(out.ptr, out.element, sum)?;
    for_pieces(control, blocks * parts.count, bytes.saturating_mul(count), |i| {
        let (own, part) = (i / parts.count, i % parts.count);
        let its_rows = own * block..rows.min((own + 1) * block);
        let its_columns = part * parts.len..columns.min((part + 1) * parts.len);
        let all = its_rows.len() * count;
        let mut sums = zeros(all, sum_size);
        product.add(&its_rows, its_columns, sums.as_mut_ptr().cast(), control)?;
        let Some(sums) = parts.put([own, part], sums, loops, all, false) else { return Ok(()) };
        let first: *const u8 = sums.as_ptr().cast();
        for (i, row) in its_rows.enumerate() {
            let offset = out.strides[0].wrapping_mul(row as isize);
            // SAFETY: a row of the result, of which no other thread has the number.
            unsafe { sink.store(first.wrapping_add(i * count * sum_size), count, offset, out.strides[1]) };
        }
        Ok(())
    })
}

/// A matrix and vectors.
struct Product<'a> {
    loops: &'a dyn Loops,
    /// Bytes of a number, and of a sum.
    number: usize,
    sum: usize,
    matrix: Tiled<'a>,
    /// The matrix the other way round, whose rows are columns.
    turned: Tiled<'a>,
    vectors: Tiled<'a>,
    by_rows: bool,
}

impl Product<'_> {
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
                control.prefetch(self.vectors.at(vector, columns.start), columns.len() * self.number);
            }
        }
    }

    fn add(
        &self,
        rows: &Range<usize>,
        columns: Range<usize>,
        sums: *mut u8,
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
        (COPIED_BYTES / (rows.len() * self.number)).clamp(4, 256)
    }

    fn add_rows(
        &self,
        rows: &Range<usize>,
        columns: Range<usize>,
        sums: *mut u8,
        memory: &mut Memory,
    ) -> Result<()> {
        let count = self.vectors.matrix.shape[0];
        let few = (COPIED_BYTES / (columns.len() * self.number)).max(1);
        memory.vectors.clear();
        self.vectors.locate(0..count, columns.clone(), &mut memory.copied_vectors, &mut memory.vectors)?;
        for start in rows.clone().step_by(few) {
            let end = rows.end.min(start + few);
            memory.rows.clear();
            self.matrix.locate(start..end, columns.clone(), &mut memory.copied, &mut memory.rows)?;
            let sums = sums.wrapping_add((start - rows.start) * count * self.sum);
            // SAFETY: rows and vectors of numbers, and the sums of these rows.
            unsafe { self.loops.add_rows(&memory.rows, &memory.vectors, columns.len(), sums) };
        }
        Ok(())
    }

    fn add_columns(
        &self,
        rows: &Range<usize>,
        columns: Range<usize>,
        sums: *mut u8,
        memory: &mut Memory,
    ) -> Result<()> {
        let count = self.vectors.matrix.shape[0];
        memory.rows.clear();
        self.turned.locate(columns.clone(), rows.clone(), &mut memory.copied, &mut memory.rows)?;
        let len = columns.len();
        self.vectors.copy(0..count, columns, &mut memory.copied_vectors)?;
        let factors: *const u8 = memory.copied_vectors.as_ptr().cast();
        for vector in 0..count {
            let mut totals = zeros(rows.len(), self.number);
            let to: *mut u8 = totals.as_mut_ptr().cast();
            let factors = factors.wrapping_add(vector * len * self.number);
            // SAFETY: columns of numbers, a factor for each, and a total for each row.
            unsafe { self.loops.add_columns(&memory.rows, factors, to, rows.len()) };
            // SAFETY: a total for each row, and the sum of this vector for each.
            unsafe { self.loops.add_totals(to, rows.len(), sums.wrapping_add(vector * self.sum), count) };
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
fn blocks(loops: &dyn Loops, a: &ArrayRef, b: &ArrayRef, out: &ArrayMut, control: &Control) -> Result<()> {
    let [kind, _] = loops.kinds();
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1]);
    let element = Element { kind, swapped: false, size: size_of_kind(kind) };
    let (across, down) = (n.div_ceil(BLOCK), m.div_ceil(BLOCK));
    let bytes = [k, n, element.size].iter().fold(m, |bytes, len| bytes.saturating_mul(*len));
    let (left, right) = (Side::new(a, element), Side::new(b, element));
    let parts = Parts::new(across * down, k, k / DEPTH);
    for_pieces(control, across * down * parts.count, bytes, |i| {
        let (own, part) = (i / parts.count, i % parts.count);
        let rows = own / across * BLOCK..m.min((own / across + 1) * BLOCK);
        let columns = own % across * BLOCK..n.min((own % across + 1) * BLOCK);
        let all = rows.len() * columns.len();
        let mut block = zeros(all, element.size);
        let (mut own_a, mut own_b) = (Vec::new(), Vec::new());
        let end = k.min((part + 1) * parts.len);
        for start in (part * parts.len..end).step_by(DEPTH) {
            control.check()?;
            let depth = start..end.min(start + DEPTH);
            let shape = [rows.len(), depth.len(), columns.len()];
            let from_a = left.part(rows.clone(), depth.clone(), &mut own_a)?;
            let from_b = right.part(depth, columns.clone(), &mut own_b)?;
            let to: *mut u8 = block.as_mut_ptr().cast();
            // SAFETY: parts of so many rows and columns, and a block of memory.
            if !unsafe { loops.multiply(shape, from_a, from_b, to) } {
                multiply_columns(loops, shape, [from_a.first, from_b.first], to, element.size);
            }
            control.advance(shape.iter().product());
        }
        let Some(block) = parts.put([own, part], block, loops, all, true) else { return Ok(()) };
        let shape = Axes::from_slice(&[rows.len(), columns.len()]);
        // SAFETY: the block.
        let from = unsafe { ArrayRef::contiguous(block.as_ptr().cast(), element, shape.clone()) };
        let offset = out.strides[0]
            .wrapping_mul(rows.start as isize)
            .wrapping_add(out.strides[1].wrapping_mul(columns.start as isize));
        let first = out.ptr.wrapping_offset(offset);
        // SAFETY: a part of the result, of which no other thread has the elements.
        let to = unsafe { ArrayMut::new(first, out.element, shape, out.strides.clone()) };
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
    fn new(matrix: &'a ArrayRef, number: Element) -> Side<'a> {
        let size = number.size as isize;
        let is_native = matrix.element.kind == number.kind && !matrix.element.needs_swap();
        let part = number.kind.real();
        let in_place = part.is_float() && is_native && matrix.ptr.addr().is_multiple_of(size_of_kind(part));
        let steps = [matrix.strides[0], matrix.strides[1]];
        let has_steps = in_place && steps.iter().all(|step| step % size == 0);
        let tiled = Tiled::new(matrix, number.kind, is_of);
        Side { tiled, steps: has_steps.then(|| steps.map(|step| step / size)) }
    }

    fn part(&self, rows: Range<usize>, columns: Range<usize>, to: &mut Vec<u64>) -> Result<Matrix> {
        if let Some(steps) = self.steps {
            return Ok(Matrix { first: self.tiled.at(rows.start, columns.start), steps });
        }
        let steps = [columns.len() as isize, 1];
        self.tiled.copy(rows, columns, to)?;
        Ok(Matrix { first: to.as_ptr().cast(), steps })
    }
}

/// Adds the product of two copied matrices to a third one.
fn multiply_columns(
    loops: &dyn Loops,
    [m, k, n]: [usize; 3],
    [a, b]: [*const u8; 2],
    c: *mut u8,
    size: usize,
) {
    let rows: Vec<*const u8> = (0..k).map(|row| b.wrapping_add(row * n * size)).collect();
    for i in 0..m {
        let (factors, totals) = (a.wrapping_add(i * k * size), c.wrapping_add(i * n * size));
        // SAFETY: the rows of one copied matrix, a row of the other, and one of the third.
        unsafe { loops.add_columns(&rows, factors, totals, n) };
    }
}
