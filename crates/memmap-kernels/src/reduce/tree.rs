//! The order in which floats are summed: NumPy's pairwise tree, cut at fixed places for the threads.
//!
//! Along one run the tree is NumPy's own (`pairwise_sum` in `loops_utils.h`), so results are identical bit by bit. They
//! are over a whole array of any strides, too, as far as NumPy's buffer of 8192 elements reaches; beyond, ours goes on
//! pairing, which is more accurate. Where axes remain, NumPy adds the sum of one run after the other to an output; ours
//! does so for up to 128 runs, and pairs such blocks beyond.

use super::fold::{AnyFold, State};
use crate::copy::{Reader, Source};
use crate::exec::{Control, PIECE_BYTES, Result, in_order, memory_bound};

/// Rows that are added one after the other before sums are paired.
pub(crate) const BLOCK_ROWS: usize = 128;

/// Where NumPy's tree cuts `len` elements of `parts` numbers each, `len * parts` being over 128.
#[inline(always)]
pub(crate) fn cut(len: usize, parts: usize) -> usize {
    let half = len * parts / 2;
    (half - half % 8) / parts
}

/// A part of the tree.
#[derive(Clone, Copy)]
enum Node {
    /// Elements of one sequence.
    Flat { start: usize, len: usize },
    /// Whole sequences, one after the other.
    Rows { first: usize, count: usize },
}

/// The tree over one source.
struct Tree<'a> {
    fold: &'a dyn AnyFold,
    source: &'a Source,
    row: usize,
    parts: usize,
    /// Whether the elements of a sequence lie at equal distances and are read as they are.
    spaced: bool,
}

/// The sum over a whole source, on this thread.
pub(crate) fn fold_one(fold: &dyn AnyFold, parts: usize, source: &Source, reader: &mut Reader) -> State {
    let tree = Tree::new(fold, parts, source);
    tree.evaluate(reader, tree.root())
}

/// The sum over a whole source; the tree is cut into pieces by size alone, whatever the number of threads.
pub(crate) fn fold_all(
    fold: &dyn AnyFold,
    parts: usize,
    source: &Source,
    control: &Control,
) -> Result<State> {
    let tree = Tree::new(fold, parts, source);
    let size = source.element_size();
    let limit = PIECE_BYTES / size;
    let mut leaves = Vec::new();
    tree.collect(tree.root(), limit, &mut leaves);
    let sums = in_order(control, leaves.len(), memory_bound(source.len() * size), |i| {
        let (start, len) = tree.range(leaves[i]);
        source.populate(start, len, control);
        let state = tree.evaluate(&mut source.reader(start), leaves[i]);
        control.advance(len);
        state
    })?;
    Ok(tree.combine(tree.root(), limit, &mut sums.into_iter()))
}

impl<'a> Tree<'a> {
    fn new(fold: &'a dyn AnyFold, parts: usize, source: &'a Source) -> Tree<'a> {
        let spaced = fold.traits().spaced && source.is_spaced();
        Tree { fold, source, row: source.sequence_len(), parts, spaced }
    }

    fn root(&self) -> Node {
        match self.source.len() / self.row {
            1 => Node::Flat { start: 0, len: self.row },
            count => Node::Rows { first: 0, count },
        }
    }

    /// The range of elements below a node.
    fn range(&self, node: Node) -> (usize, usize) {
        match node {
            Node::Flat { start, len } => (start, len),
            Node::Rows { first, count } => (first * self.row, count * self.row),
        }
    }

    /// What a node is the sum of, from left to right.
    fn children(&self, node: Node) -> impl Iterator<Item = Node> {
        let row = self.row;
        let (flat, few) = match node {
            Node::Flat { start, len } => {
                let left = cut(len, self.parts);
                let halves =
                    [Node::Flat { start, len: left }, Node::Flat { start: start + left, len: len - left }];
                (Some(halves), 0..0)
            }
            Node::Rows { first, count } if count > BLOCK_ROWS => {
                let left = count.div_ceil(2).next_multiple_of(BLOCK_ROWS);
                let halves = [
                    Node::Rows { first, count: left },
                    Node::Rows { first: first + left, count: count - left },
                ];
                (Some(halves), 0..0)
            }
            Node::Rows { first, count } => (None, first..first + count),
        };
        flat.into_iter().flatten().chain(few.map(move |i| Node::Flat { start: i * row, len: row }))
    }

    /// The nodes of at most `limit` elements, from left to right.
    fn collect(&self, node: Node, limit: usize, leaves: &mut Vec<Node>) {
        if self.range(node).1 <= limit {
            leaves.push(node);
        } else {
            self.children(node).for_each(|child| self.collect(child, limit, leaves));
        }
    }

    /// Adds up what [`Tree::collect`] has cut. Adding to the first state changes nothing, as that is -0.
    fn combine(&self, node: Node, limit: usize, sums: &mut impl Iterator<Item = State>) -> State {
        if self.range(node).1 <= limit {
            return sums.next().unwrap_or_else(|| self.fold.start());
        }
        let mut sum = self.fold.start();
        for child in self.children(node) {
            let next = self.combine(child, limit, sums);
            self.fold.join(&mut sum, next);
        }
        sum
    }

    /// The sum below a node; the reader stands at its first element and ends behind its last.
    fn evaluate(&self, reader: &mut Reader, node: Node) -> State {
        match node {
            Node::Flat { len, .. } if self.spaced => self.fold.spaced(reader.next_spaced(len)),
            Node::Flat { len, .. } if self.source.is_direct() || len <= self.source.tile_len() => {
                self.fold.whole(reader.next_any(len))
            }
            Node::Rows { count, .. } if count <= BLOCK_ROWS && self.row * 2 <= self.source.tile_len() => {
                self.short_rows(reader, count)
            }
            _ => {
                let mut sum = self.fold.start();
                for child in self.children(node) {
                    let next = self.evaluate(reader, child);
                    self.fold.join(&mut sum, next);
                }
                sum
            }
        }
    }

    /// The rows of a block, several of them read at a time.
    fn short_rows(&self, reader: &mut Reader, count: usize) -> State {
        let at_once = self.source.tile_len() / self.row;
        let (mut sum, mut left) = (self.fold.start(), count);
        while left > 0 {
            let rows = left.min(at_once);
            self.fold.feed_runs(&mut sum, reader.next_any(rows * self.row), self.row);
            left -= rows;
        }
        sum
    }
}
