//! Arrays without memory, as TypeScript passes them to a kernel: a list whose first item holds the numbers that describe an expression or
//! joined arrays (or is the number of a description in `layouts.rs`), and whose others are the memories of what they read, which may be
//! such lists themselves.
//!
//! The numbers of an expression: 0, the number of axes, the shape, the kind and the place of the result, the numbers of inputs and of steps;
//! of each input the kind that it is read as, and either -1 and a number for all elements, or kind, swapped, bytes of an element,
//! position and the byte strides of its array, whose memories follow in this order;
//! of each step the operation (-1 for a conversion), the kind, three places and the target. A conversion has its source and then the
//! other kind as places. The numbers of joined arrays: 1, the number of axes, the axis, the kind of the result and bytes of an element, the
//! number of parts; of each part kind, swapped, bytes of an element, position, shape and byte strides.

use std::sync::Arc;

use memmap_core::{Code, Error, Lease};
use memmap_kernels::{ArrayRef, Axes, Computed, Element, Input, Joined, Kind, Operation, Program, Step};

use crate::operand::{Layout, Memory};

/// A computed array with what keeps the memory in place that it reads.
pub struct Bound {
    pub computed: Arc<dyn Computed>,
    /// Bytes of all elements, were they in memory.
    pub length: usize,
    /// Bytes of one element.
    pub size: usize,
    pub leases: Vec<Lease>,
}

/// Why a computed array cannot be read.
pub enum Refused {
    Core(Error),
    Kernel(memmap_kernels::Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Refused::Core(error)
    }
}

impl From<memmap_kernels::Error> for Refused {
    fn from(error: memmap_kernels::Error) -> Self {
        Refused::Kernel(error)
    }
}

/// Reads the description of a computed array.
pub fn bind(numbers: &[f64], memories: &[Memory]) -> Result<Bound, Refused> {
    let mut leases = Vec::new();
    let array = array(&mut Numbers(numbers), memories, &mut leases)?;
    let size = array.element().size;
    let length = array.len().saturating_mul(size);
    let computed = array.into_computed().ok_or_else(malformed)?;
    Ok(Bound { computed, length, size, leases })
}

fn malformed() -> Error {
    Error::new(Code::Closed, "invalid expression: its description is malformed; this is a fault of memmap")
}

/// What is left of a description.
struct Numbers<'n>(&'n [f64]);

impl Numbers<'_> {
    fn next(&mut self) -> Result<f64, Error> {
        let (&first, rest) = self.0.split_first().ok_or_else(malformed)?;
        self.0 = rest;
        Ok(first)
    }

    fn size(&mut self) -> Result<usize, Error> {
        Ok(self.next()? as usize)
    }

    fn kind(&mut self) -> Result<Kind, Error> {
        Kind::from_u8(self.next()? as u8).ok_or_else(malformed)
    }

    /// Whether a number follows instead of an array.
    fn is_number(&mut self) -> Result<bool, Error> {
        let is_number = *self.0.first().ok_or_else(malformed)? < 0.0;
        if is_number {
            self.next()?;
        }
        Ok(is_number)
    }

    fn sizes(&mut self, count: usize) -> Result<Axes<usize>, Error> {
        (0..count).map(|_| self.size()).collect()
    }

    fn strides(&mut self, count: usize) -> Result<Axes<isize>, Error> {
        (0..count).map(|_| Ok(self.next()? as isize)).collect()
    }

    /// An array in memory, without the shape and the strides.
    fn layout(&mut self) -> Result<Layout, Error> {
        let (kind, swapped) = (self.kind()?, self.next()? != 0.0);
        let (size, position) = (self.size()?, self.size()?);
        if kind.size().is_some_and(|own| own != size) {
            return Err(malformed());
        }
        Ok(Layout::of(kind, swapped, size, position))
    }
}

fn array(numbers: &mut Numbers, memories: &[Memory], leases: &mut Vec<Lease>) -> Result<ArrayRef, Refused> {
    if numbers.size()? == 0 { program(numbers, memories, leases) } else { joined(numbers, memories, leases) }
}

fn program(numbers: &mut Numbers, memories: &[Memory], leases: &mut Vec<Lease>) -> Result<ArrayRef, Refused> {
    let ndim = numbers.size()?;
    let shape = numbers.sizes(ndim)?;
    let (kind, result) = (numbers.kind()?, numbers.size()?);
    let (inputs, steps) = (numbers.size()?, numbers.size()?);
    let mut arrays = Vec::with_capacity(inputs.min(numbers.0.len()));
    let mut memories = memories.iter();
    for _ in 0..inputs {
        let kind = numbers.kind()?;
        if numbers.is_number()? {
            arrays.push(Input::number(numbers.next()?, kind)?);
            continue;
        }
        let mut layout = numbers.layout()?;
        layout.shape = shape.clone();
        layout.strides = numbers.strides(ndim)?;
        let memory = memories.next().ok_or_else(malformed)?;
        arrays.push(Input::array(array_in(memory, &layout, leases)?, kind));
    }
    let mut list = Vec::with_capacity(steps.min(numbers.0.len()));
    for _ in 0..steps {
        let (operation, kind) = (numbers.next()?, numbers.kind()?);
        let (sources, target) = ([numbers.size()?, numbers.size()?, numbers.size()?], numbers.size()?);
        list.push(if operation < 0.0 {
            let to = Kind::from_u8(sources[1] as u8).ok_or_else(malformed)?;
            Step::Cast { from: kind, to, source: sources[0], target }
        } else {
            let operation = *Operation::ALL.get(operation as usize).ok_or_else(malformed)?;
            Step::Call { operation, kind, sources, target }
        });
    }
    Ok(Program::new(arrays, &list, result, kind, shape)?.into_array()?)
}

fn joined(numbers: &mut Numbers, memories: &[Memory], leases: &mut Vec<Lease>) -> Result<ArrayRef, Refused> {
    let (ndim, axis) = (numbers.size()?, numbers.size()?);
    let (kind, size, parts) = (numbers.kind()?, numbers.size()?, numbers.size()?);
    let element = Element { kind, swapped: false, size };
    let mut arrays = Vec::with_capacity(parts.min(memories.len()));
    for index in 0..parts {
        let mut layout = numbers.layout()?;
        layout.shape = numbers.sizes(ndim)?;
        layout.strides = numbers.strides(ndim)?;
        let memory = memories.get(index).ok_or_else(malformed)?;
        arrays.push(array_in(memory, &layout, leases)?);
    }
    if !element.is_consistent() {
        return Err(malformed().into());
    }
    Ok(Joined::new(arrays, axis, element)?.into_array())
}

/// The array with a layout in a memory.
fn array_in(memory: &Memory, layout: &Layout, leases: &mut Vec<Lease>) -> Result<ArrayRef, Refused> {
    let (start, length) = match memory {
        Memory::Heap { start, length, .. } => (*start, *length),
        Memory::Mapped(mapping) => {
            let mapped = mapping.mapped()?;
            match mapped.lease() {
                None => (std::ptr::null_mut(), 0),
                Some(lease) => {
                    let start = lease.start().as_ptr();
                    leases.push(lease);
                    (start, mapped.mapped_length())
                }
            }
        }
        Memory::Computed { numbers, memories } => {
            let bound = bind(numbers, memories)?;
            leases.extend(bound.leases);
            if !layout.is_within(bound.length) || layout.size() != bound.size {
                return Err(malformed().into());
            }
            // SAFETY: the layout was just checked, and the elements of a computed array are native.
            return Ok(unsafe { layout.computed(bound.computed) });
        }
    };
    if !layout.is_within(length) {
        return Err(crate::operand::outside().into());
    }
    // SAFETY: the layout was just checked; the leases, or who passed the memory, keep it in place.
    Ok(unsafe { layout.array(start) })
}
