//! Cancelling, progress, bounds on threads.

use super::arrays::{Owned, tame};
use crate::{Control, Element, Error, Kind, Params, Reduction, assign, fill, reduce_all};

fn numbers(len: usize) -> Owned {
    Owned::packed(Element::native(Kind::F64).expect("a number"), &[len], tame(1))
}

#[test]
fn a_cancelled_kernel_says_so() {
    let (control, source, mut target) = (Control::new(), numbers(5000), numbers(5000));
    control.cancel();
    assert_eq!(assign(&source.array(), &target.target(), &control), Err(Error::Cancelled));
    assert_eq!(fill(&target.target(), &[0; 8], &control), Err(Error::Cancelled));
    for reduction in [Reduction::Sum, Reduction::Max, Reduction::Std, Reduction::ArgMin, Reduction::Any] {
        let result = reduce_all(reduction, &source.array(), &Params::default(), &control);
        assert_eq!(result, Err(Error::Cancelled), "{reduction:?}");
    }
}

#[test]
fn progress_reaches_the_number_of_elements() {
    let source = numbers(5000);
    for reduction in
        [Reduction::Sum, Reduction::Max, Reduction::Std, Reduction::ArgMin, Reduction::CountNonzero]
    {
        let control = Control::new();
        reduce_all(reduction, &source.array(), &Params::default(), &control).expect("a number");
        assert_eq!(control.done(), 5000, "{reduction:?}");
    }
}

#[test]
fn a_prefetch_hook_sees_every_byte_of_a_packed_source() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let seen = Arc::new(AtomicUsize::new(0));
    let (source, control, count) = (numbers(5000), Control::new(), Arc::clone(&seen));
    control.set_prefetch(Box::new(move |_first, bytes| {
        count.fetch_add(bytes, Ordering::Relaxed);
    }));
    reduce_all(Reduction::Sum, &source.array(), &Params::default(), &control).expect("a sum");
    assert_eq!(seen.load(Ordering::Relaxed), 40000);
}
