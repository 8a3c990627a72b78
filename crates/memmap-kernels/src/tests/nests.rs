//! The order of a walk, against axes that are always listed, sorted and merged.

use super::config;
use crate::array::LoopNest;
use proptest::prelude::*;

/// Strides of an axis of this length in two arrays; none where it follows the next axis without a gap.
fn axis(len: usize) -> impl Strategy<Value = (usize, [Option<isize>; 2])> {
    let stride = || prop_oneof![6 => Just(None), 1 => Just(Some(0)), 1 => (-8isize..9).prop_map(Some)];
    (Just(len), [stride(), stride()])
}

/// Shapes with strides of two arrays, often contiguous ones.
fn axes() -> impl Strategy<Value = (Vec<usize>, [Vec<isize>; 2])> {
    prop::collection::vec((0usize..4).prop_flat_map(axis), 0..4).prop_map(|axes| {
        let strides = [0, 1].map(|k| {
            let mut next = 4;
            let mut strides = vec![0; axes.len()];
            for (stride, (len, own)) in strides.iter_mut().zip(&axes).rev() {
                *stride = own[k].unwrap_or(next);
                next = *stride * *len as isize;
            }
            strides
        });
        (axes.iter().map(|(len, _)| *len).collect(), strides)
    })
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn joins_axes_as_if_they_were_listed((shape, [a, b]) in axes(), k in 0usize..2) {
        let strides = [&a[..], &b[..]];
        let mut listed = LoopNest::new(&shape, strides);
        listed.merge();
        let nest = LoopNest::in_order(&shape, strides);
        prop_assert_eq!((nest.axes, nest.start), (listed.axes, listed.start));

        let mut listed = LoopNest::new(&shape, strides);
        listed.ascend(k);
        listed.sort(k);
        listed.merge();
        let nest = LoopNest::in_memory_order(&shape, strides, k);
        prop_assert_eq!((nest.axes, nest.start), (listed.axes, listed.start));
    }
}
