//! The order in which floats are summed: NumPy's pairwise tree, cut at fixed places for the threads.
//!
//! Along one stretch the tree is NumPy's own (`pairwise_sum` in `loops_utils.h`), so that results are identical bit
//! by bit. So it is over a whole array, whatever its strides, as far as NumPy's buffer of 8192 elements reaches; beyond,
//! ours goes on pairing, which is more accurate. Where axes remain, NumPy adds the sum of one stretch after the other to
//! an output; so do we for up to 128 stretches, and pair such blocks beyond.

use super::fold::{Fold, prefetch};
use crate::copy::{Reader, Source};
use crate::exec::Control;
use crate::exec::PIECE_BYTES;
use crate::exec::Result;
use crate::exec::in_order;
use crate::loops::RawSlice;

/// Rows that are added one after the other before sums are paired.
pub(crate) const BLOCK_ROWS: usize = 128;

/// A fold whose result depends on the order of the elements.
pub(crate) trait Tree: Fold {
    /// Numbers in one element: 2 for complex.
    const PARTS: usize;

    /// The sum over a stretch, by NumPy's tree.
    fn leaf(&self, run: RawSlice<Self::In>) -> Self::State;
}

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
    /// Integers sequences, one after the other.
    Rows { first: usize, count: usize },
}

/// The tree over one source.
struct Plan<'s> {
    source: &'s Source,
    row: usize,
    parts: usize,
}

impl Plan<'_> {
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
}

fn plan<T: Tree + ?Sized>(source: &Source) -> Plan<'_> {
    Plan { source, row: source.sequence_len(), parts: T::PARTS }
}

/// The sum over a whole source, on this thread.
pub(crate) fn tree_one<T: Tree>(tree: &T, source: &Source, reader: &mut Reader) -> T::State {
    let plan = plan::<T>(source);
    evaluate(tree, &plan, reader, plan.root())
}

/// The sum over a whole source; the tree is cut into pieces by size alone, whatever the number of threads.
pub(crate) fn tree_all<T: Tree>(tree: &T, source: &Source, control: &Control) -> Result<T::State> {
    let plan = plan::<T>(source);
    let size = source.element_size();
    let limit = PIECE_BYTES / size;
    if source.len() <= limit {
        control.check()?;
        let state = evaluate(tree, &plan, &mut source.reader(0), plan.root());
        control.advance(source.len());
        return Ok(state);
    }
    let mut leaves = Vec::new();
    collect(&plan, plan.root(), limit, &mut leaves);
    let sums = in_order(control, leaves.len(), source.len() * size, |i| {
        let (start, len) = plan.range(leaves[i]);
        prefetch(source, control, start, len);
        let state = evaluate(tree, &plan, &mut source.reader(start), leaves[i]);
        control.advance(len);
        state
    })?;
    Ok(combine(tree, &plan, plan.root(), limit, &mut sums.into_iter()))
}

/// The nodes of at most `limit` elements, from left to right.
fn collect(plan: &Plan, node: Node, limit: usize, leaves: &mut Vec<Node>) {
    if plan.range(node).1 <= limit {
        leaves.push(node);
    } else {
        plan.children(node).for_each(|child| collect(plan, child, limit, leaves));
    }
}

/// Adds up what [`collect`] has cut.
fn combine<T: Tree>(
    tree: &T,
    plan: &Plan,
    node: Node,
    limit: usize,
    sums: &mut impl Iterator<Item = T::State>,
) -> T::State {
    if plan.range(node).1 <= limit {
        return sums.next().unwrap_or_else(|| tree.start());
    }
    let mut children = plan.children(node);
    let mut sum = match children.next() {
        Some(first) => combine(tree, plan, first, limit, sums),
        None => tree.start(),
    };
    for child in children {
        let next = combine(tree, plan, child, limit, sums);
        tree.join(&mut sum, next);
    }
    sum
}

/// The sum below a node; the reader stands at its first element and ends behind its last.
fn evaluate<T: Tree>(tree: &T, plan: &Plan, reader: &mut Reader, node: Node) -> T::State {
    match node {
        Node::Flat { len, .. } if plan.source.is_direct() || len <= plan.source.tile_len() => {
            tree.leaf(reader.next(len))
        }
        Node::Rows { count, .. } if count <= BLOCK_ROWS && plan.row * 2 <= plan.source.tile_len() => {
            short_rows(tree, plan, reader, count)
        }
        _ => {
            let mut children = plan.children(node);
            let mut sum = match children.next() {
                Some(first) => evaluate(tree, plan, reader, first),
                None => tree.start(),
            };
            for child in children {
                let next = evaluate(tree, plan, reader, child);
                tree.join(&mut sum, next);
            }
            sum
        }
    }
}

/// The rows of a block, several of them read at a time.
fn short_rows<T: Tree>(tree: &T, plan: &Plan, reader: &mut Reader, count: usize) -> T::State {
    let at_once = plan.source.tile_len() / plan.row;
    let (mut sum, mut left) = (None, count);
    while left > 0 {
        let rows = left.min(at_once);
        let mut run = reader.next(rows * plan.row);
        for _ in 0..rows {
            let (row, rest) = run.split_at(plan.row);
            run = rest;
            let next = tree.leaf(row);
            match &mut sum {
                None => sum = Some(next),
                Some(sum) => tree.join(sum, next),
            }
        }
        left -= rows;
    }
    sum.unwrap_or_else(|| tree.start())
}
