//! `target[...] = source`: copy, byte swap and conversion between arrays of one shape.

use super::assign_computed::assign_computed;
use super::cast_transfer::CastTransfer;
use super::copy_overlapping::copy_overlapping;
use super::fill::fill;
use super::transpose::Transpose;
use crate::array::{ArrayMut, ArrayRef, Axes, LoopNest, Overlap, Shared, SharedMut, overlap};
use crate::dtype::{Element, Kind};
use crate::exec::{Control, Error, PIECE_BYTES, Result, by_large_pages, by_pages, for_pieces, memory_bound};
use crate::loops::STREAM_BYTES;

/// Copies every element of `source` to the element of `target` with the same index, converting on the way.
///
/// Both have the same shape (broadcast with strides of 0). Conversion is NumPy's `astype(casting='unsafe')`, save
/// that a float to an integer is cut toward zero and wrapped modulo 2^n on every processor (NaN and infinities give
/// 0; NaN to `Time` gives NaT). The result is as if the source had been copied first, however the two overlap.
///
/// # Errors
/// [`Error::Mismatch`] when shapes, or sizes of opaque elements, differ; [`Error::Unsupported`] between opaque and
/// numeric kinds; [`Error::Memory`] when an overlap needs a temporary that cannot be had; [`Error::Cancelled`].
///
/// ```
/// use memmap_kernels::{ArrayMut, ArrayRef, Control, Element, Kind, assign};
/// let from = [1.9f32, -2.9, 300.0];
/// let mut to = [0u8; 3];
/// let (f32s, u8s) = (Element::native(Kind::F32).unwrap(), Element::native(Kind::U8).unwrap());
/// // SAFETY: the arrays cover `from` and `to`, which outlive them.
/// let source = unsafe { ArrayRef::contiguous(from.as_ptr().cast(), f32s, vec![3]) };
/// // SAFETY: as above.
/// let target = unsafe { ArrayMut::contiguous(to.as_mut_ptr(), u8s, vec![3]) };
/// assign(&source, &target, &Control::new()).unwrap();
/// assert_eq!(to, [1, 254, 44]);
/// ```
pub fn assign(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    if source.shape != target.shape {
        return Err(Error::Mismatch { rule: "source and target of an assignment must have the same shape" });
    }
    check_kinds(&source.element, &target.element)?;
    if source.is_empty() || source.element.size == 0 {
        return Ok(());
    }
    if let Some(computed) = &source.computed {
        return assign_computed(source, computed, target, control);
    }
    if source.len() > 1 && is_scalar(source) {
        return assign_scalar(source, target, control);
    }
    match overlap(source, target) {
        Overlap::None => assign_disjoint(source, target, control, true),
        Overlap::Same if source.element.same_bytes(&target.element) => {
            control.advance(source.len());
            Ok(())
        }
        Overlap::Same => assign_walking(&plan(source, target), source, target, control, true),
        Overlap::Shifted if source.element.same_bytes(&target.element) => {
            copy_overlapping(source, target, control)
        }
        Overlap::Shifted | Overlap::Tangled => assign_through_copy(source, target, control),
    }
}

/// Opaque elements go only to opaque ones of the same size.
pub(crate) fn check_kinds(source: &Element, target: &Element) -> Result<()> {
    match (source.kind, target.kind) {
        (Kind::Opaque, Kind::Opaque) if source.size != target.size => {
            Err(Error::Mismatch { rule: "opaque elements are only moved between elements of the same size" })
        }
        (Kind::Opaque, Kind::Opaque) => Ok(()),
        (Kind::Opaque, kind) | (kind, Kind::Opaque) => {
            Err(Error::Unsupported { operation: "conversion from or to opaque elements", kind })
        }
        _ => Ok(()),
    }
}

fn plan(source: &ArrayRef, target: &ArrayMut) -> LoopNest<2> {
    LoopNest::in_memory_order(&source.shape, [&source.strides, &target.strides], 1)
}

/// Whether one element stands for all.
fn is_scalar(source: &ArrayRef) -> bool {
    source.shape.iter().zip(&source.strides).all(|(&len, &stride)| len == 1 || stride == 0)
}

/// `counted` says whether elements count for the control's progress.
fn assign_disjoint(source: &ArrayRef, target: &ArrayMut, control: &Control, counted: bool) -> Result<()> {
    let nest = plan(source, target);
    let streaming = nest.len() * target.element.size >= STREAM_BYTES;
    if let Some(transpose) = Transpose::plan(&nest, &source.element, &target.element, streaming)? {
        return assign_transposed(&transpose, source, target, control, counted);
    }
    assign_walking(&nest, source, target, control, counted)
}

/// Converts one element and fills the target with it.
fn assign_scalar(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let mut value = vec![0u8; target.element.size];
    let quiet = Control::new().with_max_threads(1);
    // SAFETY: the first element of a source that is not empty.
    let one = unsafe { source.part(0, Axes::new(), Axes::new()) };
    // SAFETY: `value` is one element of the target.
    let to = unsafe { ArrayMut::new(value.as_mut_ptr(), target.element, Vec::new(), Vec::new()) };
    assign(&one, &to, &quiet)?;
    fill(target, &value, control)
}

fn assign_transposed(
    plan: &Transpose,
    source: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
    counted: bool,
) -> Result<()> {
    let (from, to) = (Shared(source.ptr), SharedMut(target.ptr));
    let bytes = source.len() * source.element.size;
    for_pieces(control, plan.bands(), bytes, |band| {
        // SAFETY: the plan is that of these two arrays, which do not overlap.
        let done = unsafe { plan.copy_band(band, from, to) };
        control.advance(if counted { done } else { 0 });
        Ok(())
    })
}

/// Copies one segment of the innermost axis after the other; right for any strides without a harmful overlap.
fn assign_walking(
    nest: &LoopNest<2>,
    source: &ArrayRef,
    target: &ArrayMut,
    control: &Control,
    counted: bool,
) -> Result<()> {
    let total = nest.len();
    let [from_size, to_size] = [source.element.size, target.element.size];
    let fresh = control.has_fresh_target();
    let can_stage = control.page_writer().is_some() && nest.is_run(1, to_size);
    let piece = (PIECE_BYTES / from_size.max(to_size)).max(1);
    let (piece, lead) = if fresh {
        by_large_pages(target.ptr, to_size)
    } else if can_stage {
        by_pages(target.ptr.wrapping_offset(nest.start[1]), to_size, piece * to_size)
    } else {
        (piece, 0)
    };
    let (from, to) = (Shared(source.ptr), SharedMut(target.ptr));
    // Pages that the system has just cleared are in the cache.
    let streaming = !fresh && total * target.element.size >= STREAM_BYTES;
    let link_to =
        |to, streaming| CastTransfer::new(&source.element, &target.element, nest, from, to, streaming);
    let link = link_to(to, streaming)?;
    let bytes = memory_bound(total * (from_size + to_size) / 2);
    for_pieces(control, (lead + total).div_ceil(piece), bytes, |i| {
        let start = (i * piece).saturating_sub(lead);
        let len = ((i + 1) * piece - lead).min(total) - start;
        let [from_offset, to_offset] = nest.offsets(start);
        if nest.axes.len() == 1 && nest.inner().strides[0] == source.element.size as isize {
            control.prefetch(from.at(from_offset), len * source.element.size);
        }
        let place = to.at(to_offset);
        match can_stage.then(|| control.stage(place, len * to_size)).flatten() {
            None => link.transfer(&mut nest.walk(start), len),
            Some(mut staged) => {
                let to = SharedMut(staged.start().wrapping_offset(to_offset.wrapping_neg()));
                link_to(to, false)?.transfer(&mut nest.walk(start), len);
                // SAFETY: the piece has no gap in the target, so that all its bytes were stored.
                unsafe { staged.finish() };
            }
        }
        control.advance(if counted { len } else { 0 });
        Ok(())
    })
}

/// Copies the source to a temporary first.
fn assign_through_copy(source: &ArrayRef, target: &ArrayMut, control: &Control) -> Result<()> {
    let (_memory, copy) = copied(source, source.element, control)?;
    assign_disjoint(&copy, target, control, true)
}

/// A copy as elements of another type, and the memory that holds it: once, however often it is broadcast.
pub(crate) fn copied(source: &ArrayRef, element: Element, control: &Control) -> Result<(Vec<u8>, ArrayRef)> {
    let mut core = source.clone();
    for (len, stride) in core.shape.iter_mut().zip(&core.strides) {
        if *stride == 0 {
            *len = (*len).min(1);
        }
    }
    let bytes = core.len() * element.size;
    let mut memory: Vec<u8> = Vec::new();
    memory.try_reserve_exact(bytes).map_err(|_| Error::Memory { bytes })?;
    // SAFETY: the reserved memory holds every element; it is handed out together with the array.
    let copy = unsafe { ArrayMut::contiguous(memory.as_mut_ptr(), element, core.shape.clone()) };
    if bytes > 0 {
        assign_disjoint(&core, &copy, control, false)?;
    }
    let mut whole = copy.as_ref();
    whole.shape.clone_from(&source.shape);
    for (stride, &original) in whole.strides.iter_mut().zip(&source.strides) {
        if original == 0 {
            *stride = 0;
        }
    }
    Ok((memory, whole))
}
