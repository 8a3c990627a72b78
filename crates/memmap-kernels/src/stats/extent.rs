//! The smallest and the largest element, in one read.

#![allow(
    clippy::needless_range_loop,
    reason = "an iterator adapter may stay a call in the middle of a vector loop"
)]

use std::sync::{Mutex, PoisonError};

use super::interpolate::missing;
use super::key::{Key, KeyOrder, as_bits, order_of, with_key};
use super::read::{States, for_readers};
use crate::array::{ArrayMut, ArrayRef, LoopNest};
use crate::copy::{Sink, Source};
use crate::dtype::Kind;
use crate::exec::{Control, Error, Result};
use crate::loops::{Kernel, Level, RawSlice, dispatch};

/// Stores the smallest and the largest element in a target of two; NaN or NaT in both where an element is.
///
/// # Errors
/// [`Error::Empty`] for no elements; [`Error::Unsupported`] for kinds without order; [`Error::Mismatch`] for a target of another shape;
/// [`Error::Cancelled`].
pub fn extent(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let kind = source.element.kind;
    if source.is_empty() {
        return Err(Error::Empty);
    }
    if target.shape.as_slice() != [2] {
        return Err(Error::Mismatch { rule: "the target of an extent must have two elements" });
    }
    with_key!(kind, "extent", run(source, kind, target, control))
}

fn run<K: Key>(source: &ArrayRef, kind: Kind, target: &ArrayMut, control: &Control) -> Result<()> {
    let order = order_of::<K>(kind, "extent")?;
    let bits = as_bits::<K>(source);
    let nest = LoopNest::in_memory_order(&bits.shape, [&bits.strides], 0);
    let source = Source::new(&bits, nest, K::KIND)?;
    let all = Mutex::new([K::MAX, K::ZERO]);
    let add = |[low, high]: &mut [K; 2]| {
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        *all = [all[0].min(*low), all[1].max(*high)];
    };
    let states = States::new();
    for_readers(&source, control, &|reader, len| {
        states.with(
            || Ok([K::MAX, K::ZERO]),
            |range| {
                let mut left = len;
                while left > 0 {
                    let run = reader.some::<K>(left);
                    left -= run.len();
                    let [low, high] = dispatch(Range { run, order: &order });
                    *range = [range[0].min(low), range[1].max(high)];
                }
                Ok(())
            },
        )?;
        control.advance(len);
        Ok(())
    })?;
    states.into_all().iter_mut().for_each(add);
    let range = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let is_missing = range[0] < order.low || range[1] > order.high;
    let sink = Sink::new(target.ptr, target.element, kind)?;
    for (key, offset) in range.into_iter().zip([0, target.strides[0]]) {
        let element = if is_missing { K::from_u64(missing(kind)) } else { key.element(&order) };
        // SAFETY: the offset is that of an element of the target; the value is a native element of its kind.
        unsafe { sink.store((&raw const element).cast(), 1, offset, 0) };
    }
    Ok(())
}

/// The least and the greatest key of a run.
struct Range<'a, K> {
    run: RawSlice<'a, K>,
    order: &'a KeyOrder<K>,
}

impl<K: Key> Kernel for Range<'_, K> {
    type Output = [K; 2];

    #[inline(always)]
    fn run<L: Level>(self) -> [K; 2] {
        const CHUNK: usize = 64;
        let order = *self.order;
        let (chunks, rest) = self.run.groups::<CHUNK>();
        let (mut lows, mut highs) = ([K::MAX; CHUNK], [K::ZERO; CHUNK]);
        for chunk in chunks.iter() {
            for index in 0..CHUNK {
                let key = chunk[index].of(&order);
                lows[index] = lows[index].min(key);
                highs[index] = highs[index].max(key);
            }
        }
        let (mut low, mut high) = (K::MAX, K::ZERO);
        for index in 0..CHUNK {
            low = low.min(lows[index]);
            high = high.max(highs[index]);
        }
        for element in rest.iter() {
            let key = element.of(&order);
            low = low.min(key);
            high = high.max(key);
        }
        [low, high]
    }
}
