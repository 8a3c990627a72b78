//! Arrays of any layout over memory of their own, and their elements one by one.

use super::number::{Number, decode, encode};
use crate::{ArrayMut, ArrayRef, Element, Kind};
use proptest::prelude::*;

pub const NUMERIC: [Kind; 15] = [
    Kind::Bool,
    Kind::I8,
    Kind::U8,
    Kind::I16,
    Kind::U16,
    Kind::I32,
    Kind::U32,
    Kind::I64,
    Kind::U64,
    Kind::F16,
    Kind::F32,
    Kind::F64,
    Kind::C64,
    Kind::C128,
    Kind::Time,
];

/// The numbers with an order, times included.
pub fn ordered() -> Vec<Kind> {
    NUMERIC.into_iter().filter(|kind| !kind.is_complex()).collect()
}

/// How an array lies in memory.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Sorts the axes: the one with the smallest key lies closest.
    keys: Vec<u8>,
    /// The steps along each axis, in elements of that axis; 0 broadcasts.
    steps: Vec<i8>,
    /// Bytes before the first element, so that any alignment occurs.
    lead: usize,
}

/// An array and the memory it lies in.
#[derive(Clone, Debug)]
pub struct Owned {
    pub memory: Vec<u8>,
    pub element: Element,
    pub shape: Vec<usize>,
    pub strides: Vec<isize>,
    start: usize,
}

pub fn kinds() -> impl Strategy<Value = Kind> {
    prop::sample::select(NUMERIC.to_vec())
}

pub fn elements() -> impl Strategy<Value = Element> {
    (kinds(), any::<bool>())
        .prop_map(|(kind, swapped)| Element { swapped, ..Element::native(kind).expect("a number") })
}

/// Shapes of up to four axes with not too many elements, sometimes none.
pub fn shapes() -> impl Strategy<Value = Vec<usize>> {
    let len =
        prop_oneof![1 => Just(0usize), 3 => Just(1), 20 => 2usize..7, 4 => 7usize..40, 1 => 100usize..400];
    prop::collection::vec(len, 0..5).prop_map(|mut shape| {
        while shape.iter().product::<usize>() > 6000 {
            shape.pop();
        }
        shape
    })
}

/// Layouts for up to four axes.
pub fn layouts(broadcast: bool) -> impl Strategy<Value = Layout> {
    let step = if broadcast {
        prop_oneof![10 => Just(1i8), 1 => Just(-1), 1 => Just(2), 1 => Just(-3), 1 => Just(3), 1 => Just(0)]
            .boxed()
    } else {
        prop_oneof![10 => Just(1i8), 1 => Just(-1), 1 => Just(2), 1 => Just(-3), 1 => Just(3)].boxed()
    };
    let keys = prop_oneof![
        Just(vec![4u8, 3, 2, 1]),
        Just(vec![1u8, 2, 3, 4]),
        prop::collection::vec(any::<u8>(), 4)
    ];
    (keys, prop::collection::vec(step, 4), prop_oneof![Just(0usize), 0usize..9])
        .prop_map(|(keys, steps, lead)| Layout { keys, steps, lead })
}

impl Layout {
    /// One axis with this step.
    pub fn line(step: i8) -> Layout {
        Layout { keys: vec![0; 4], steps: vec![step; 4], lead: 0 }
    }
}

impl Owned {
    /// An array whose elements come from `value`, called with 0, 1, 2, ...
    pub fn new(
        element: Element,
        shape: &[usize],
        layout: &Layout,
        mut value: impl FnMut(usize) -> Number,
    ) -> Owned {
        let ndim = shape.len();
        let mut strides = vec![0isize; ndim];
        let mut axes: Vec<usize> = (0..ndim).collect();
        axes.sort_by_key(|&axis| (layout.keys[axis], std::cmp::Reverse(axis)));
        let (mut reach, mut low) = (element.size as isize, 0);
        for axis in axes {
            let step = isize::from(layout.steps[axis]);
            strides[axis] = step * reach;
            if step < 0 {
                low -= step * reach * (shape[axis].max(1) as isize - 1);
            }
            reach *= step.abs().max(1) * shape[axis].max(1) as isize;
        }
        let start = layout.lead + low as usize;
        let memory = vec![0xa5; layout.lead + reach as usize + element.size];
        let mut owned = Owned { memory, element, shape: shape.to_vec(), strides, start };
        for (i, index) in owned.indices().into_iter().enumerate() {
            owned.set(&index, value(i));
        }
        owned
    }

    /// A C-contiguous array.
    pub fn packed(element: Element, shape: &[usize], value: impl FnMut(usize) -> Number) -> Owned {
        let layout = Layout { keys: vec![4, 3, 2, 1], steps: vec![1; 4], lead: 0 };
        Owned::new(element, shape, &layout, value)
    }

    /// All indices in C order.
    pub fn indices(&self) -> Vec<Vec<usize>> {
        indices(&self.shape)
    }

    fn place(&self, index: &[usize]) -> usize {
        let offset: isize = index.iter().zip(&self.strides).map(|(&i, &stride)| i as isize * stride).sum();
        (self.start as isize + offset) as usize
    }

    /// The bytes of an element, in this machine's order.
    pub fn bytes(&self, index: &[usize]) -> Vec<u8> {
        let place = self.place(index);
        let mut bytes = self.memory[place..place + self.element.size].to_vec();
        if self.element.swapped {
            swap(self.element, &mut bytes);
        }
        bytes
    }

    pub fn get(&self, index: &[usize]) -> Number {
        decode(self.element.kind, &self.bytes(index))
    }

    pub fn set(&mut self, index: &[usize], number: Number) {
        let mut bytes = encode(self.element.kind, number);
        if self.element.swapped {
            swap(self.element, &mut bytes);
        }
        let place = self.place(index);
        self.memory[place..place + bytes.len()].copy_from_slice(&bytes);
    }

    /// All elements in C order.
    pub fn numbers(&self) -> Vec<Number> {
        self.indices().iter().map(|index| self.get(index)).collect()
    }

    pub fn array(&self) -> ArrayRef {
        let ptr = self.memory.as_ptr().wrapping_add(self.start);
        // SAFETY: `new` made the memory reach from the lowest to the highest element; tests keep it alive.
        unsafe { ArrayRef::new(ptr, self.element, self.shape.clone(), self.strides.clone()) }
    }

    pub fn target(&mut self) -> ArrayMut {
        let ptr = self.memory.as_mut_ptr().wrapping_add(self.start);
        // SAFETY: as in `array`; the memory is this value's own.
        unsafe { ArrayMut::new(ptr, self.element, self.shape.clone(), self.strides.clone()) }
    }
}

/// Reverses the bytes of each number in an element.
fn swap(element: Element, bytes: &mut [u8]) {
    let parts = if element.kind.is_complex() { 2 } else { 1 };
    bytes.chunks_mut(element.size / parts).for_each(<[u8]>::reverse);
}

pub fn indices(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for &len in shape {
        all = all
            .into_iter()
            .flat_map(|index: Vec<usize>| (0..len).map(move |i| [index.clone(), vec![i]].concat()))
            .collect();
    }
    all
}

/// A sequence of numbers of all sorts: small, large, fractions, NaN and infinities.
pub fn wild(seed: u64) -> impl FnMut(usize) -> Number {
    let mut next = random(seed);
    move |_| {
        let (choice, bits) = (next() % 12, next());
        let small = (bits % 9) as f64 - 4.0;
        match choice {
            0 => Number::Int(i128::from(bits)),
            1 => Number::Int(i128::from(bits as i64)),
            2 => Number::Complex(small, (next() % 5) as f64 - 2.0),
            3 => Number::Real(f64::NAN),
            4 => Number::Real(if bits & 1 == 0 { f64::INFINITY } else { f64::NEG_INFINITY }),
            5 => Number::Real(f64::from_bits(bits)),
            6 => Number::Real((bits as i32) as f64 / 16.0),
            7 => Number::Real(f64::from(f32::from_bits(bits as u32))),
            _ => Number::Real(small / 2.0),
        }
    }
}

/// Finite numbers of moderate size.
pub fn tame(seed: u64) -> impl FnMut(usize) -> Number {
    let mut next = random(seed);
    move |_| Number::Complex((next() % 2000) as f64 / 16.0 - 60.0, (next() % 64) as f64 / 8.0 - 4.0)
}

/// A generator of 64 random bits at a time.
pub fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
