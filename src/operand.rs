//! An array as TypeScript passes it to a kernel: the memory as an argument, the layout in a slot of `layouts()`.

use std::ptr;
use std::sync::Arc;

use memmap_core::{Code, Error, Lease, Result};
use memmap_kernels::{ArrayMut, ArrayRef, Axes, Computed, Element, Kind};
use napi::bindgen_prelude::{
    Float64ArraySlice, FromNapiValue, TypeName, TypeTag, ValidateNapiValue, validate_type_tag,
};
use napi::{ValueType, sys};
use smallvec::SmallVec;

use crate::computed::{Bound, Refused, bind};
use crate::layouts;
use crate::mapping::NativeMapping;

/// The memory of an array: a mapping, or an ArrayBuffer of JavaScript's; or what computes the elements, see `computed.rs`.
pub enum Memory {
    Mapped(&'static NativeMapping),
    Heap { start: *mut u8, length: usize, value: sys::napi_value },
    Computed { numbers: Vec<f64>, memories: Vec<Memory> },
}

impl Memory {
    /// No memory.
    pub const NONE: Memory = Memory::Heap { start: ptr::null_mut(), length: 0, value: ptr::null_mut() };

    /// The memory that a value of JavaScript's is.
    pub fn of(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Memory> {
        let (mut start, mut length) = (ptr::null_mut(), 0);
        // SAFETY: a value of this environment; fails for what is no ArrayBuffer.
        let status = unsafe { sys::napi_get_arraybuffer_info(env, value, &mut start, &mut length) };
        if status == sys::Status::napi_ok {
            return Ok(Memory::Heap { start: start.cast(), length, value });
        }
        let mut is_list = false;
        // SAFETY: as above.
        napi::check_status!(unsafe { sys::napi_is_array(env, value, &mut is_list) })?;
        if is_list { Memory::of_list(env, value) } else { Memory::of_mapping(env, value) }
    }

    fn of_list(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Memory> {
        let item = |index: u32| {
            let mut item = ptr::null_mut();
            // SAFETY: a list of this environment.
            napi::check_status!(unsafe { sys::napi_get_element(env, value, index, &mut item) })?;
            Ok::<_, napi::Error>(item)
        };
        let mut length = 0;
        // SAFETY: as above.
        napi::check_status!(unsafe { sys::napi_get_array_length(env, value, &mut length) })?;
        let mut number = 0.0;
        let first = item(0)?;
        // SAFETY: a value of this environment.
        let status = unsafe { sys::napi_get_value_double(env, first, &mut number) };
        let numbers = if status == sys::Status::napi_ok {
            layouts::description(number as usize).to_vec()
        } else {
            // SAFETY: as above; fails for anything that is no such array.
            unsafe { Float64ArraySlice::from_napi_value(env, first) }?.to_vec()
        };
        let memories = (1..length).map(|index| Memory::of(env, item(index)?)).collect::<napi::Result<_>>()?;
        Ok(Memory::Computed { numbers, memories })
    }

    fn of_mapping(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Memory> {
        let (mut wrapped, tag) = (ptr::null_mut(), NativeMapping::type_tag());
        napi::check_status!(
            // SAFETY: as above; fails for what wraps nothing.
            unsafe { sys::napi_unwrap(env, value, &mut wrapped) },
            "Failed to recover `NativeMapping` type from napi value",
        )?;
        // SAFETY: a value of this environment; fails for objects that are not ours.
        unsafe { validate_type_tag(env, value, &tag, "NativeMapping") }?;
        // SAFETY: the tag says that this is what the object wraps; the caller's argument keeps it alive during the call, and no
        // method borrows it mutably.
        Ok(Memory::Mapped(unsafe { &*wrapped.cast::<NativeMapping>() }))
    }
}

impl FromNapiValue for Memory {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> napi::Result<Self> {
        Memory::of(env, value)
    }
}

impl TypeName for Memory {
    fn type_name() -> &'static str {
        "NativeMapping | ArrayBuffer | list"
    }

    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ValidateNapiValue for Memory {}

/// The layout of an array, checked against its memory.
pub struct Layout {
    element: Element,
    position: usize,
    pub shape: Axes<usize>,
    pub strides: Axes<isize>,
}

/// One array of a kernel's call, with what keeps its memory in place.
pub struct Operand {
    start: *mut u8,
    /// Bytes of the memory.
    length: usize,
    layout: Layout,
    /// Of a mapping only.
    _lease: Option<Lease>,
    /// What computes the elements, where there is no memory.
    bound: Option<Box<Bound>>,
}

// SAFETY: an address and numbers; the lease, or who passed the memory, keeps what stands at the address in place, and
// the kernels take it that others write there at the same time.
unsafe impl Send for Operand {}

impl Operand {
    /// No array.
    pub const NONE: Operand = Operand {
        start: ptr::null_mut(),
        length: 0,
        layout: Layout {
            element: Element { kind: Kind::U8, swapped: false, size: 1 },
            position: 0,
            shape: SmallVec::new_const(),
            strides: SmallVec::new_const(),
        },
        _lease: None,
        bound: None,
    };

    /// Becomes the array in `memory` whose layout is in a slot of `layouts()`: in place, because a move costs as much as the rest.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`] for a closed mapping, and for a layout that reaches outside the memory, as that of a buffer does
    /// which was moved away by `transfer()`.
    pub fn read(&mut self, memory: &Memory, slot: usize) -> std::result::Result<(), Refused> {
        match memory {
            Memory::Computed { numbers, memories } => {
                let bound = bind(numbers, memories)?;
                self.length = bound.length;
                self.bound = Some(Box::new(bound));
            }
            Memory::Heap { start, length, .. } => (self.start, self.length) = (*start, *length),
            Memory::Mapped(mapping) => {
                let mapped = mapping.mapped()?;
                if let Some(lease) = mapped.lease() {
                    (self.start, self.length) = (lease.start().as_ptr(), mapped.mapped_length());
                    self._lease = Some(lease);
                }
            }
        }
        let length = self.length;
        layouts::with(slot, |numbers| self.layout.parse(numbers, length)).ok_or_else(outside)?;
        // Views of computed elements as others of another size would count them wrong.
        if self.bound.as_ref().is_some_and(|bound| bound.size != self.layout.element.size) {
            return Err(outside().into());
        }
        Ok(())
    }

    /// What computes the elements, where there is no memory.
    pub fn computed(&self) -> Option<&Arc<dyn Computed>> {
        self.bound.as_ref().map(|bound| &bound.computed)
    }

    /// Byte offsets of blocks with this layout, each within the memory.
    ///
    /// # Errors
    ///
    /// [`Code::Closed`], as for [`new`](Operand::new).
    pub fn offsets(&self, offsets: &[f64]) -> Result<Vec<isize>> {
        let (first, last) = self.layout.reach();
        offsets
            .iter()
            .map(|offset| {
                let within = first + *offset as i128 >= 0 && last + *offset as i128 <= self.length as i128;
                within.then_some(*offset as isize).ok_or_else(outside)
            })
            .collect()
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.layout.shape.len()
    }

    /// Bytes of all elements.
    pub fn bytes(&self) -> usize {
        self.layout.shape.iter().fold(self.layout.element.size, |bytes, length| bytes.saturating_mul(*length))
    }

    /// The address of the first element.
    pub fn first(&self) -> *const u8 {
        self.start.wrapping_add(self.layout.position)
    }

    /// To read from, for as long as the operand lives.
    #[inline(never)]
    pub fn array(&self) -> ArrayRef {
        if let Some(bound) = &self.bound {
            // SAFETY: `Layout::parse` made sure that every element is one of the computed array.
            return unsafe { self.layout.computed(Arc::clone(&bound.computed)) };
        }
        // SAFETY: `Layout::parse` made sure that every element is in the memory, which the lease, or JavaScript's
        // argument, keeps in place.
        unsafe { self.layout.array(self.start) }
    }

    /// To write to, likewise. TypeScript has checked that the array is writeable.
    #[inline(never)]
    pub fn array_mut(&self) -> ArrayMut {
        let Layout { element, position, shape, strides } = &self.layout;
        let first = self.start.wrapping_add(*position);
        if self.bound.is_some() {
            // SAFETY: no element; nothing can be stored in a computed array.
            return unsafe { ArrayMut::contiguous(first, *element, SmallVec::from_slice(&[0])) };
        }
        // SAFETY: as above.
        unsafe { ArrayMut::new(first, *element, SmallVec::from_slice(shape), SmallVec::from_slice(strides)) }
    }
}

pub fn outside() -> Error {
    Error::new(Code::Closed, "the memory of the array is gone: its buffer was moved away by transfer()")
}

impl Layout {
    /// A layout without axes.
    pub fn of(kind: Kind, swapped: bool, size: usize, position: usize) -> Layout {
        let element = Element { kind, swapped, size };
        Layout { element, position, shape: SmallVec::new_const(), strides: SmallVec::new_const() }
    }

    /// Bytes of one element.
    pub fn size(&self) -> usize {
        self.element.size
    }

    /// Whether every element is within `length` bytes.
    pub fn is_within(&self, length: usize) -> bool {
        let (first, last) = self.reach();
        first >= 0 && last <= length as i128
    }

    /// The array in the memory at `start`.
    ///
    /// # Safety
    /// As for [`ArrayRef::new`].
    pub unsafe fn array(&self, start: *mut u8) -> ArrayRef {
        let Layout { element, position, shape, strides } = self;
        let first = start.wrapping_add(*position).cast_const();
        // SAFETY: the caller vouches for the memory.
        unsafe { ArrayRef::new(first, *element, SmallVec::from_slice(shape), SmallVec::from_slice(strides)) }
    }

    /// The view of a computed array.
    ///
    /// # Safety
    /// As for [`ArrayRef::computed`].
    pub unsafe fn computed(&self, computed: Arc<dyn Computed>) -> ArrayRef {
        let Layout { element, position, shape, strides } = self;
        let (shape, strides) = (SmallVec::from_slice(shape), SmallVec::from_slice(strides));
        // SAFETY: the caller vouches for the elements.
        unsafe { ArrayRef::computed(computed, *element, *position, shape, strides) }
    }

    /// `None` where an element would be outside of `length` bytes.
    fn parse(&mut self, numbers: &[f64], length: usize) -> Option<()> {
        let [kind, swapped, size, position, ndim, axes @ ..] = numbers else { return None };
        let kind = Kind::from_u8(*kind as u8)?;
        self.element = Element { kind, swapped: *swapped != 0.0, size: *size as usize };
        self.position = *position as usize;
        let ndim = *ndim as usize;
        self.shape.extend(axes.get(..ndim)?.iter().map(|length| *length as usize));
        self.strides.extend(axes.get(ndim..2 * ndim)?.iter().map(|stride| *stride as isize));
        self.is_within(length).then_some(())
    }

    /// The first byte of any element, and one past the last; no bytes for no elements.
    fn reach(&self) -> (i128, i128) {
        let position = self.position as i128;
        if self.shape.contains(&0) {
            return (0, 0);
        }
        let (mut first, mut last) = (position, position + self.element.size as i128);
        for (length, stride) in self.shape.iter().zip(&self.strides) {
            let reach = (*length as i128 - 1) * *stride as i128;
            if reach < 0 { first += reach } else { last += reach }
        }
        (first, last)
    }
}
