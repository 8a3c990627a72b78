//! Assignments whose pieces are written instead of stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::arrays::{Owned, elements, layouts, shapes, tame};
use super::config;
use super::number::Number;
use crate::expr::{Input, Operation, Program, Step};
use crate::{ArrayRef, Control, Element, Kind, PageWriter, assign};
use proptest::prelude::*;

/// Writes to memory, and counts the bytes.
struct Copier {
    range: std::ops::Range<usize>,
    /// Whether it fails when it is asked to write.
    fails: bool,
    written: Arc<AtomicUsize>,
}

impl PageWriter for Copier {
    fn takes(&self, first: *const u8, length: usize) -> bool {
        self.range.contains(&first.addr()) && first.addr() + length < self.range.end
    }

    fn write(&self, first: *const u8, bytes: &[u8]) -> bool {
        if self.fails {
            return false;
        }
        self.written.fetch_add(bytes.len(), Ordering::Relaxed);
        // SAFETY: a piece of the target, which outlives the control, in writable memory.
        unsafe { first.cast_mut().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        true
    }
}

/// A control that writes to an array, and the bytes that it wrote.
fn writing(target: &mut Owned, fails: bool) -> (Control, Arc<AtomicUsize>) {
    let (control, written) = (Control::new(), Arc::new(AtomicUsize::new(0)));
    let range = target.memory.as_mut_ptr_range();
    // As much memory as an element has is behind the last one.
    let range = range.start.addr()..range.end.addr() - target.element.size;
    control.set_page_writer(Box::new(Copier { range, fails, written: Arc::clone(&written) }));
    (control, written)
}

/// `-array` as float32.
fn negative(array: ArrayRef, shape: &[usize]) -> ArrayRef {
    let step = Step::Call { operation: Operation::Negative, kind: Kind::F32, sources: [0; 3], target: 1 };
    let program = Program::new(vec![Input::array(array, Kind::F32)], &[step], 1, Kind::F32, shape);
    program.and_then(Program::into_array).expect("a program")
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn written_pieces_are_as_stored_ones(
        (from, to, shape) in (elements(), elements(), shapes()),
        (source, target) in (layouts(true), layouts(false)),
        (seed, computes, fails) in any::<(u64, bool, bool)>(),
    ) {
        let source = Owned::new(from, &shape, &source, tame(seed));
        let mut stored = Owned::new(to, &shape, &target, |_| Number::Int(0));
        let mut written = stored.clone();
        let array = || if computes { negative(source.array(), &shape) } else { source.array() };
        assign(&array(), &stored.target(), &Control::new()).expect("an assignment");
        let (control, _) = writing(&mut written, fails);
        assign(&array(), &written.target(), &control).expect("an assignment");
        prop_assert_eq!(&written.memory, &stored.memory);
        prop_assert_eq!(control.done(), shape.iter().product::<usize>() as u64);
    }
}

#[test]
fn all_of_a_packed_target_but_its_end_is_written() {
    for computes in [false, true] {
        let f32s = Element::native(Kind::F32).expect("a number");
        let source = Owned::packed(f32s, &[50, 60], tame(1));
        let mut target = Owned::packed(f32s, &[50, 60], |_| Number::Int(0));
        let (control, written) = writing(&mut target, false);
        let array = if computes { negative(source.array(), &[50, 60]) } else { source.array() };
        assign(&array, &target.target(), &control).expect("an assignment");
        let written = written.load(Ordering::Relaxed);
        assert!((12_000 - 1024..12_000).contains(&written), "{written} bytes");
    }
}

#[test]
fn a_target_that_is_its_own_source_is_read_before_it_is_written() {
    let f32s = Element::native(Kind::F32).expect("a number");
    let mut target = Owned::packed(f32s, &[3000], tame(1));
    let numbers = target.numbers();
    let (control, written) = writing(&mut target, false);
    let array = negative(target.array(), &[3000]);
    assign(&array, &target.target(), &control).expect("an assignment");
    assert!(written.load(Ordering::Relaxed) > 0);
    for (got, before) in target.numbers().into_iter().zip(numbers) {
        assert!(got.same(Number::Real(-before.re())), "{got:?} instead of minus {before:?}");
    }
}
