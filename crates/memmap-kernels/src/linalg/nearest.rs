//! The rows of a matrix that are nearest to queries, in one read.
//!
//! Pieces of rows go to the threads in order, and each thread keeps the nearest rows that it has seen. Rows are read where they are
//! if they are native numbers one behind the other, else copied to memory of the thread's own.

use super::best::Best;
use super::bits::different_bits;
use super::byte_panel::{ByteBlock, ByteRow};
use super::exact::{exact, exact_totals};
use super::integers::{IntegerQuery, IntegerSums};
use super::metric::{Form, Metric, Sums};
use super::panel::{Block, Hits, MAX_ROWS, Row, block_shape};
use super::queries::{Panel, Queries, factors};
use super::scale::{distance, has_safe_squares, scale};
use super::select::{may_be_near, reaches, single_scores};
use super::singles::{PADDING, ROWS, RowSums};
use super::tile::Tiled;
use crate::array::{ArrayMut, ArrayRef, Axes};
use crate::copy::{Caster, Sink, assign};
use crate::dtype::{Kind, f16};
use crate::exec::{
    Control, Error, PIECE_BYTES, Result, filled, for_pieces, make_room, memory_bound, with_room,
};
use crate::loops::RawSlice;
use crate::stats::States;
use smallvec::SmallVec;
use std::ops::Range;

/// Rows whose sums are computed together.
const BLOCK_ROWS: usize = 96;

/// Bytes of rows that are copied together, because they are not read in place.
const COPIED_BYTES: usize = if cfg!(test) { 1 << 8 } else { 256 << 10 };

/// Rows and queries of doubles whose totals are computed together.
const DOUBLE_ROWS: usize = 8;
const DOUBLE_QUERIES: usize = 1024;

/// Bytes of rows that are evaluated together, where they are computed.
const EVALUATED_BYTES: usize = if cfg!(test) { 1 << 9 } else { 16 << 20 };

/// Products between two looks at the control, a few milliseconds.
const PIECE_PRODUCTS: usize = 1 << 26;

/// What to search for.
#[derive(Clone, Debug)]
pub struct Search {
    /// What is near.
    pub metric: Metric,
    /// How many rows to find for each query.
    pub k: usize,
    /// The length of a query.
    pub columns: usize,
    /// The number of queries.
    pub count: usize,
    /// The queries, one behind the other.
    pub queries: Vec<f64>,
    /// Rows that are never near: one list for all queries, one for each query, or none. Ascending.
    pub excluded: Vec<Vec<usize>>,
}

/// A search that goes on: the matrix may come in several parts.
///
/// ```
/// use memmap_kernels::{ArrayRef, Control, Element, Kind, Metric, Nearest, Search};
/// let rows = [0.0f64, 1.0, 2.0];
/// let float64 = Element::native(Kind::F64).unwrap();
/// // SAFETY: the shape is that of the rows, which outlive the array.
/// let part = unsafe { ArrayRef::contiguous(rows.as_ptr().cast(), float64, [3usize, 1].as_slice()) };
/// let search = Search {
///     metric: Metric::Euclidean, k: 2, columns: 1, count: 1, queries: vec![1.75], excluded: vec![],
/// };
/// let nearest = Nearest::new(search).unwrap();
/// nearest.feed(&part, None, 0, &Control::new()).unwrap();
/// assert_eq!(nearest.finish().unwrap(), [[(2, 0.25), (1, 0.75)]]);
/// ```
pub struct Nearest {
    queries: Queries,
    k: usize,
    excluded: Vec<Vec<usize>>,
    states: States<State>,
}

impl Nearest {
    /// A search that has seen no row.
    ///
    /// # Errors
    /// [`Error::Mismatch`] where there are not as many numbers as queries take.
    pub fn new(search: Search) -> Result<Nearest> {
        let Search { metric, k, columns, count, queries, excluded } = search;
        if columns.checked_mul(count) != Some(queries.len())
            || (excluded.len() > 1 && excluded.len() != count)
        {
            return Err(Error::Mismatch { rule: "each query must have as many numbers as a row" });
        }
        let queries = Queries::new(metric, columns, count, queries);
        Ok(Nearest { queries, k, excluded, states: States::new() })
    }

    /// Looks at the rows of a part whose first row has the number `first`. Where there is a mask, at those for which it is true.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for complex and opaque elements, and for [`Metric::Hamming`] of others than uint8;
    /// [`Error::Mismatch`] where shapes do not fit; [`Error::Memory`]; [`Error::Cancelled`].
    pub fn feed(
        &self,
        part: &ArrayRef,
        mask: Option<&ArrayRef>,
        first: usize,
        control: &Control,
    ) -> Result<()> {
        if let Some(computed) = &part.computed {
            return self.feed_computed(part, &computed.parts(), mask, first, control);
        }
        let part = Part::new(part, mask, first, &self.queries)?;
        let (rows, columns, queries) = (part.rows, self.queries.columns, self.queries.count());
        if rows == 0 || queries == 0 || self.k == 0 {
            return Ok(());
        }
        let row_bytes = (columns * part.matrix.element.size).max(1);
        let products = PIECE_PRODUCTS / (columns * queries).max(1);
        let piece = (PIECE_BYTES / row_bytes).min(products.max(BLOCK_ROWS)).max(1);
        let bytes = memory_bound((rows * row_bytes).saturating_mul(queries.div_ceil(4)));
        for_pieces(control, rows.div_ceil(piece), bytes, |i| {
            let range = i * piece..rows.min((i + 1) * piece);
            let len = range.len();
            part.prefetch(&range, control);
            self.states.with(|| State::new(self), |state| state.read(self, &part, range, control))?;
            control.advance(len * columns);
            Ok(())
        })
    }

    /// As [`Nearest::feed`], for rows that are joined or computed: one part after the other, or in blocks that are evaluated first.
    fn feed_computed(
        &self,
        matrix: &ArrayRef,
        parts: &[ArrayRef],
        mask: Option<&ArrayRef>,
        first: usize,
        control: &Control,
    ) -> Result<()> {
        let (&[rows, columns], &[down, across]) = (&matrix.shape[..], &matrix.strides[..]) else {
            return Err(Error::Mismatch { rule: "nearest needs a matrix" });
        };
        let flags = |from: usize, count: usize| {
            mask.filter(|mask| mask.shape[..] == [rows]).map(|mask| {
                let offset = mask.strides[0].wrapping_mul(from as isize);
                // SAFETY: entries of the mask, which has one for each row.
                unsafe { mask.part(offset, Axes::from_elem(count, 1), mask.strides.clone()) }
            })
        };
        if matrix.whole().is_some()
            && parts.iter().map(|part| part.shape[0]).sum::<usize>() == rows
            && rows > 0
        {
            let mut from = 0;
            for part in parts {
                self.feed(part, flags(from, part.shape[0]).as_ref(), first + from, control)?;
                from += part.shape[0];
            }
            return Ok(());
        }
        let block = (EVALUATED_BYTES / (columns * matrix.element.size).max(1)).clamp(1, rows.max(1));
        let mut memory = Vec::<u8>::new();
        let bytes = block * columns * matrix.element.size;
        memory.try_reserve_exact(bytes).map_err(|_| Error::Memory { bytes })?;
        for from in (0..rows).step_by(block) {
            let count = block.min(rows - from);
            let shape = Axes::from_slice(&[count, columns]);
            let strides = Axes::from_slice(&[down, across]);
            // SAFETY: rows of the matrix.
            let source = unsafe { matrix.part(down.wrapping_mul(from as isize), shape.clone(), strides) };
            // SAFETY: the reserved memory holds a block.
            let target = unsafe { ArrayMut::contiguous(memory.as_mut_ptr(), matrix.element, shape) };
            assign(&source, &target, &control.quiet())?;
            self.feed(&target.as_ref(), flags(from, count).as_ref(), first + from, control)?;
        }
        Ok(())
    }

    /// For each query the rows that were found, the nearest first, with their distances.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn finish(self) -> Result<Vec<Vec<(usize, f64)>>> {
        let Nearest { queries, k, states, .. } = self;
        let mut found: Vec<Vec<Best>> = states.into_all().into_iter().map(|state| state.best).collect();
        let mut nearest = with_room(queries.count())?;
        for _ in 0..queries.count() {
            let all = found.iter_mut().filter_map(Vec::pop);
            let best = Best::join(all, k)?;
            let mut rows = with_room(best.len())?;
            rows.extend(best.map(|(key, row)| (row, queries.metric.distance(key))));
            nearest.push(rows);
        }
        nearest.reverse();
        Ok(nearest)
    }

    /// As [`Nearest::finish`], into two matrices with a row for each query, filled up with -1 and NaN. Returns how many rows were found
    /// for the first query.
    ///
    /// # Errors
    /// [`Error::Mismatch`] where shapes do not fit; [`Error::Memory`].
    pub fn store(self, indices: &ArrayMut, distances: &ArrayMut) -> Result<usize> {
        let shape = [self.queries.count(), self.k];
        if indices.shape[..] != shape || distances.shape[..] != shape {
            return Err(Error::Mismatch { rule: "the results must have a row for each query" });
        }
        let to_indices = Sink::new(indices.ptr, indices.element, Kind::I64)?;
        let to_distances = Sink::new(distances.ptr, distances.element, Kind::F64)?;
        let (k, found) = (self.k, self.finish()?);
        for (query, rows) in found.iter().enumerate() {
            for i in 0..k {
                let (row, distance) =
                    rows.get(i).map_or((-1, f64::NAN), |&(row, distance)| (row as i64, distance));
                let offset = |strides: &Axes<isize>| query as isize * strides[0] + i as isize * strides[1];
                // SAFETY: an element of the matrix.
                unsafe { to_indices.store((&raw const row).cast(), 1, offset(&indices.strides), 0) };
                // SAFETY: an element of the matrix.
                unsafe { to_distances.store((&raw const distance).cast(), 1, offset(&distances.strides), 0) };
            }
        }
        Ok(found.first().map_or(0, Vec::len))
    }

    fn is_excluded(&self, query: usize, row: usize) -> bool {
        let list = if self.excluded.len() == 1 { 0 } else { query };
        self.excluded.get(list).is_some_and(|rows| rows.binary_search(&row).is_ok())
    }
}

/// Rows to look at.
struct Part<'a> {
    matrix: &'a ArrayRef,
    mask: Option<&'a ArrayRef>,
    rows: usize,
    first: usize,
    /// The rows as numbers that sums are computed of.
    tiled: Tiled<'a>,
    kind: Kind,
}

impl<'a> Part<'a> {
    fn new(
        matrix: &'a ArrayRef,
        mask: Option<&'a ArrayRef>,
        first: usize,
        queries: &Queries,
    ) -> Result<Part<'a>> {
        let kind = matrix.element.kind;
        let unsupported = matches!(kind, Kind::C64 | Kind::C128 | Kind::Time | Kind::Opaque)
            || (queries.metric == Metric::Hamming && kind != Kind::U8);
        if unsupported {
            return Err(Error::Unsupported { operation: "nearest", kind });
        }
        if matrix.shape.len() != 2 || matrix.shape[1] != queries.columns {
            return Err(Error::Mismatch { rule: "each query must have as many numbers as a row" });
        }
        let rows = matrix.shape[0];
        if mask.is_some_and(|mask| mask.element.kind != Kind::Bool || mask.shape[..] != [rows]) {
            return Err(Error::Mismatch { rule: "the mask must have a bool for each row" });
        }
        let kind = match kind {
            Kind::U8 if queries.metric == Metric::Hamming => kind,
            Kind::I8 | Kind::U8 if queries.has_byte_panels() => kind,
            Kind::F16 | Kind::I8 | Kind::U8 if queries.count() > 1 => Kind::F32,
            Kind::F32 | Kind::F16 | Kind::I8 | Kind::U8 => kind,
            _ => Kind::F64,
        };
        Ok(Part {
            matrix,
            mask,
            rows,
            first,
            tiled: Tiled::new(matrix, kind, |own, wanted| own == wanted),
            kind,
        })
    }

    /// Has the pages of rows read in, where they are one behind the other.
    fn prefetch(&self, rows: &Range<usize>, control: &Control) {
        let row_bytes = self.matrix.shape[1] * self.matrix.element.size;
        if self.matrix.strides[0] == row_bytes as isize {
            control.prefetch(self.tiled.at(rows.start, 0), rows.len() * row_bytes);
        }
    }

    fn is_wanted(&self, row: usize) -> bool {
        self.mask.is_none_or(|mask| {
            let at = mask.ptr.wrapping_offset(mask.strides[0].wrapping_mul(row as isize));
            // SAFETY: an element of the mask, one byte.
            (unsafe { at.read() }) != 0
        })
    }

    /// Rows that are looked at together.
    fn block(&self) -> usize {
        if self.tiled.is_direct {
            return BLOCK_ROWS;
        }
        let size = self.kind.size().unwrap_or(1).max(self.matrix.element.size);
        (COPIED_BYTES / (self.matrix.shape[1] * size).max(1)).max(1)
    }
}

/// Two numbers for each row of a block, in room for whole groups of [`ROWS`].
#[derive(Default)]
struct RowVectors<T> {
    /// Sums of the form; scores later.
    totals: Vec<T>,
    squares: Vec<T>,
}

impl<T: Copy + Default> RowVectors<T> {
    fn resize(&mut self, rows: usize) {
        let room = rows.next_multiple_of(ROWS);
        self.totals.resize(room, T::default());
        self.squares.resize(room, T::default());
    }
}

/// What one thread has found, and its memory.
struct State {
    best: Vec<Best>,
    /// What a row must reach, of each lane of the panels, or of the only query.
    bars: Vec<f32>,
    rows: Vec<*const u8>,
    numbers: Vec<usize>,
    /// Sums in singles of each row.
    singles: RowVectors<f32>,
    /// Exact sums of each row.
    doubles: RowVectors<f64>,
    copied: Vec<u64>,
    /// A row in double precision.
    row: Vec<f64>,
    /// Multiples of rows whose squares leave the range.
    scaled: Vec<f64>,
    zeros: Vec<f32>,
    blocks: Vec<Row>,
    byte_rows: Vec<ByteRow>,
}

// SAFETY: the addresses of rows are used within one piece of work only.
unsafe impl Send for State {}

impl State {
    fn new(nearest: &Nearest) -> Result<State> {
        let queries = &nearest.queries;
        let lanes = queries.panels.last().map_or(1, |panel| panel.lane + panel.width);
        let mut bars = filled(f32::INFINITY, lanes)?;
        for panel in &queries.panels {
            bars[panel.lane..panel.lane + panel.count].fill(f32::NEG_INFINITY);
        }
        if queries.panels.is_empty() {
            bars[0] = f32::NEG_INFINITY;
        }
        let zeros = if queries.panels.is_empty() { 0 } else { queries.columns.next_multiple_of(PADDING) };
        let mut best = with_room(queries.count())?;
        best.resize_with(queries.count(), || Best::new(nearest.k));
        Ok(State {
            best,
            bars,
            rows: Vec::new(),
            numbers: Vec::new(),
            singles: RowVectors::default(),
            doubles: RowVectors::default(),
            copied: Vec::new(),
            row: filled(0.0, queries.columns)?,
            scaled: Vec::new(),
            zeros: filled(0.0, zeros)?,
            blocks: Vec::new(),
            byte_rows: Vec::new(),
        })
    }

    /// Looks at some rows.
    fn read(&mut self, nearest: &Nearest, part: &Part, range: Range<usize>, control: &Control) -> Result<()> {
        let mut start = range.start;
        while start < range.end {
            control.check()?;
            let end = range.end.min(start + part.block());
            self.rows.clear();
            self.numbers.clear();
            match part.mask {
                None => self.numbers.extend(start..end),
                Some(_) => self.numbers.extend((start..end).filter(|&row| part.is_wanted(row))),
            }
            if !self.numbers.is_empty() {
                self.best.iter_mut().try_for_each(|best| best.make_room(self.numbers.len()))?;
                self.locate(part, start..end)?;
                self.look(nearest, part, control)?;
            }
            start = end;
        }
        Ok(())
    }

    /// Finds where the wanted rows are, after it has copied all where they are not read in place.
    fn locate(&mut self, part: &Part, range: Range<usize>) -> Result<()> {
        part.tiled.locate(range.clone(), 0..part.matrix.shape[1], &mut self.copied, &mut self.rows)?;
        if self.numbers.len() < self.rows.len() {
            let all = std::mem::take(&mut self.rows);
            self.rows.extend(self.numbers.iter().map(|row| all[row - range.start]));
        }
        Ok(())
    }

    fn look(&mut self, nearest: &Nearest, part: &Part, control: &Control) -> Result<()> {
        let queries = &nearest.queries;
        if queries.metric == Metric::Hamming {
            return self.look_at_bits(nearest, part, control);
        }
        match part.kind {
            Kind::F64 => self.look_at_doubles(nearest, part, control),
            Kind::F32 if queries.count() > 1 => self.look_at_panels(nearest, part, control),
            Kind::I8 | Kind::U8 if queries.has_byte_panels() => self.look_at_bytes(nearest, part, control),
            Kind::I8 | Kind::U8 if queries.integers.is_some() => {
                self.look_at_integers(nearest, part);
                Ok(())
            }
            _ => {
                self.look_at_singles(nearest, part);
                Ok(())
            }
        }
    }

    fn look_at_bits(&mut self, nearest: &Nearest, part: &Part, control: &Control) -> Result<()> {
        let queries = &nearest.queries;
        self.doubles.resize(self.rows.len());
        for query in 0..queries.count() {
            control.check()?;
            let bytes = &queries.bytes[query * queries.columns..(query + 1) * queries.columns];
            // SAFETY: rows of bytes, as long as a query.
            unsafe { different_bits(&self.rows, bytes, &mut self.doubles.totals) };
            self.offer_totals(nearest, part, query);
        }
        Ok(())
    }

    /// Keeps the rows that are among the nearest of a query, of all whose sums are exact.
    fn offer_totals(&mut self, nearest: &Nearest, part: &Part, query: usize) {
        let (metric, query_squares) = (nearest.queries.metric, nearest.queries.squares[query]);
        let worst = self.best[query].worst().unwrap_or(f64::INFINITY);
        let totals = &self.doubles.totals[..self.rows.len()];
        if !may_be_near(metric, totals, &self.doubles.squares, query_squares, worst) {
            return;
        }
        for i in 0..self.rows.len() {
            let sums = Sums { total: self.doubles.totals[i], squares: self.doubles.squares[i] };
            let key = metric.key_or_nan(sums, query_squares);
            // NaN is never near.
            if key <= worst {
                self.offer(nearest, part, query, i, key);
            }
        }
    }

    fn look_at_doubles(&mut self, nearest: &Nearest, part: &Part, control: &Control) -> Result<()> {
        let queries = &nearest.queries;
        let form = queries.metric.form();
        for start in (0..self.rows.len()).step_by(DOUBLE_ROWS) {
            let end = self.rows.len().min(start + DOUBLE_ROWS);
            // SAFETY: rows of doubles.
            let row = |i: usize| unsafe { RawSlice::new(self.rows[i], queries.columns) };
            let mut rows: SmallVec<[RawSlice<f64>; DOUBLE_ROWS]> = (start..end).map(row).collect();
            // The squares are the same for all queries.
            let mut sums: SmallVec<[Sums; DOUBLE_ROWS]> =
                rows.iter().map(|row| exact(*row, queries.query(0), form)).collect();
            if queries.metric == Metric::Cosine && sums.iter().any(|sums| !has_safe_squares(sums.squares)) {
                self.scale(queries, &mut rows, &mut sums);
            }
            for first in (0..queries.count()).step_by(DOUBLE_QUERIES) {
                control.check()?;
                let count = DOUBLE_QUERIES.min(queries.count() - first);
                let mut totals = std::mem::take(&mut self.doubles.totals);
                totals.clear();
                if queries.count() == 1 {
                    totals.extend(sums.iter().map(|sums| sums.total));
                } else {
                    let (_, some) = RawSlice::of(&queries.exact).split_at(first * queries.columns);
                    make_room(&mut totals, count * rows.len())?;
                    totals.resize(count * rows.len(), 0.0);
                    exact_totals(&rows, some, form, &mut totals);
                }
                for (i, totals) in totals.chunks_exact(count).enumerate() {
                    for (query, &total) in totals.iter().enumerate() {
                        let (query, sums) = (first + query, Sums { total, ..sums[i] });
                        if let Some(key) = key_of(queries, query, rows[i], sums) {
                            self.offer(nearest, part, query, start + i, key);
                        }
                    }
                }
                self.doubles.totals = totals;
            }
        }
        Ok(())
    }

    /// Puts multiples in the place of rows whose squares leave the range: the cosine is the same.
    fn scale(&mut self, queries: &Queries, rows: &mut [RawSlice<f64>], sums: &mut [Sums]) {
        let columns = queries.columns;
        self.scaled.resize(DOUBLE_ROWS * columns, 0.0);
        let memory = self.scaled.chunks_exact_mut(columns.max(1));
        for ((row, sums), scaled) in rows.iter_mut().zip(sums).zip(memory) {
            if !has_safe_squares(sums.squares) && scale(*row, scaled) {
                // SAFETY: as many doubles, which stay until rows are scaled again.
                *row = unsafe { RawSlice::new(scaled.as_ptr().cast(), columns) };
                *sums = exact(*row, queries.query(0), queries.metric.form());
            }
        }
    }

    fn look_at_integers(&mut self, nearest: &Nearest, part: &Part) {
        let queries = &nearest.queries;
        let Some(integers) = &queries.integers else { return };
        self.add_up_integers(part.kind, queries, integers, queries.metric.form());
        self.offer_totals(nearest, part, 0);
    }

    /// Computes the sums of all rows, which are of bytes, and a query.
    fn add_up_integers(&mut self, kind: Kind, queries: &Queries, query: &IntegerQuery, form: Form) {
        self.doubles.resize(self.rows.len());
        let RowVectors { totals, squares } = &mut self.doubles;
        let sums = IntegerSums { rows: &self.rows, columns: queries.columns, query, form, totals, squares };
        if kind == Kind::I8 {
            // SAFETY: rows of int8.
            unsafe { sums.run::<i8>() };
        } else {
            // SAFETY: rows of uint8.
            unsafe { sums.run::<u8>() };
        }
    }

    /// One query, and numbers that are singles without loss.
    fn look_at_singles(&mut self, nearest: &Nearest, part: &Part) {
        let queries = &nearest.queries;
        self.add_up(part.kind, queries, false);
        let RowVectors { totals, squares } = &mut self.singles;
        let scores = &mut totals[..self.rows.len()];
        if !single_scores(queries.metric, scores, squares, queries.slack(0), self.bars[0]) {
            return;
        }
        for i in 0..self.rows.len() {
            if reaches(self.singles.totals[i], self.bars[0]) {
                self.rank(nearest, part, 0, 0, i);
            }
        }
    }

    /// Computes the sums of all rows and the only query, or with zeros.
    fn add_up(&mut self, kind: Kind, queries: &Queries, with_zeros: bool) {
        self.singles.resize(self.rows.len());
        let RowVectors { totals, squares } = &mut self.singles;
        let sums = RowSums {
            rows: &self.rows,
            columns: queries.columns,
            query: if with_zeros { &self.zeros } else { &queries.row },
            form: queries.metric.form(),
            totals,
            squares,
        };
        match kind {
            // SAFETY: rows of halves.
            Kind::F16 => unsafe { sums.run::<f16>() },
            // SAFETY: rows of int8.
            Kind::I8 => unsafe { sums.run::<i8>() },
            // SAFETY: rows of uint8.
            Kind::U8 => unsafe { sums.run::<u8>() },
            // SAFETY: rows of singles.
            _ => unsafe { sums.run::<f32>() },
        }
    }

    /// Several queries, and singles.
    fn look_at_panels(&mut self, nearest: &Nearest, part: &Part, control: &Control) -> Result<()> {
        let queries = &nearest.queries;
        if queries.has_squares() {
            self.add_up(Kind::F32, queries, true);
        } else {
            self.singles.resize(self.rows.len());
        }
        self.blocks.clear();
        self.blocks.extend(self.rows.iter().zip(&self.singles.squares).map(|(row, &squares)| {
            let (scale, extra) = factors(queries.metric, squares);
            Row { at: row.cast(), scale, extra }
        }));
        let (block_rows, _) = block_shape();
        for panel in &queries.panels {
            control.check()?;
            let mut first = 0;
            while first < self.blocks.len() {
                let end = self.blocks.len().min(first + block_rows.min(MAX_ROWS));
                self.look_at_block(nearest, part, panel, first..end);
                first = end;
            }
        }
        Ok(())
    }

    fn look_at_block(&mut self, nearest: &Nearest, part: &Part, panel: &Panel, range: Range<usize>) {
        let queries = &nearest.queries;
        let block = Block {
            rows: &self.blocks[range.clone()],
            columns: queries.columns,
            panel: &panel.values,
            width: panel.width,
            form: queries.metric.form(),
            bars: &self.bars[panel.lane..],
            slack: &panel.slack,
        };
        // SAFETY: rows of singles.
        let hits = unsafe { block.hits() };
        self.rank_hits(nearest, part, panel, range, &hits);
    }

    /// Several queries and rows, all of bytes.
    fn look_at_bytes(&mut self, nearest: &Nearest, part: &Part, control: &Control) -> Result<()> {
        let queries = &nearest.queries;
        let Some(ones) = &queries.ones else { return Ok(()) };
        self.add_up_integers(part.kind, queries, ones, Form::Product);
        let RowVectors { totals, squares } = &self.doubles;
        self.byte_rows.clear();
        self.byte_rows.extend(self.rows.iter().zip(totals).zip(squares).map(|((&at, &sum), &squares)| {
            let (scale, extra) = factors(queries.metric, squares as f32);
            ByteRow { at, scale, extra, sum: sum as i32, squares: squares as i32 }
        }));
        let is_signed = part.kind == Kind::I8;
        for panel in &queries.panels {
            control.check()?;
            let Some(bytes) = &panel.bytes else { continue };
            for first in (0..self.byte_rows.len()).step_by(MAX_ROWS) {
                let range = first..self.byte_rows.len().min(first + MAX_ROWS);
                let block = ByteBlock {
                    rows: &self.byte_rows[range.clone()],
                    is_signed,
                    columns: queries.columns,
                    panel: &bytes[usize::from(is_signed)],
                    form: queries.metric.form(),
                    bars: &self.bars[panel.lane..],
                    slack: &panel.slack,
                };
                // SAFETY: rows of bytes.
                let hits = unsafe { block.hits() };
                self.rank_hits(nearest, part, panel, range, &hits);
            }
        }
        Ok(())
    }

    /// Ranks the rows of a block that may be among the nearest.
    fn rank_hits(&mut self, nearest: &Nearest, part: &Part, panel: &Panel, range: Range<usize>, hits: &Hits) {
        for (i, &hits) in range.zip(hits) {
            let mut hits = hits;
            while hits != 0 {
                let query = hits.trailing_zeros() as usize;
                hits &= hits - 1;
                if query < panel.count {
                    self.rank(nearest, part, panel.first + query, panel.lane + query, i);
                }
            }
        }
    }

    /// Ranks a row that may be among the nearest of a query by its distance in double precision, and moves the bar.
    fn rank(&mut self, nearest: &Nearest, part: &Part, query: usize, lane: usize, i: usize) {
        let queries = &nearest.queries;
        let Some(caster) = Caster::between(part.kind, Kind::F64) else { return };
        // SAFETY: a row of the kind, and memory of its own for as many doubles.
        unsafe { caster.run(self.rows[i], self.row.as_mut_ptr().cast(), queries.columns) };
        let row = RawSlice::of(&self.row);
        // Squares of numbers that are singles do not leave the range.
        let sums = exact(row, queries.query(query), queries.metric.form());
        let Some(key) = key_of(queries, query, row, sums) else { return };
        if self.offer(nearest, part, query, i, key) {
            self.bars[lane] = queries.bar(query, self.best[query].worst());
        }
    }

    /// Keeps a row of the block if it is among the nearest.
    fn offer(&mut self, nearest: &Nearest, part: &Part, query: usize, i: usize, key: f64) -> bool {
        let number = part.first + self.numbers[i];
        // The list of those excluded is looked at only for what would be kept.
        let is_worse = self.best[query].worst().is_some_and(|worst| key > worst);
        !is_worse && !nearest.is_excluded(query, number) && self.best[query].offer(key, number)
    }
}

/// The key of a row with these sums; `None` for a row that is never near.
#[inline]
fn key_of(queries: &Queries, query: usize, row: RawSlice<f64>, sums: Sums) -> Option<f64> {
    // The sum of equal rows is 0, which is no normal number either.
    if queries.metric == Metric::Euclidean && !sums.total.is_normal() && !sums.total.is_nan() {
        return Some(distance(row, queries.query(query)));
    }
    queries.metric.key(sums, queries.squares[query])
}
