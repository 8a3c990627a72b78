import { broadcastStrides } from './axes.js'
import { castInto } from './cast/index.js'
import { hasPadding } from './cast/records.js'
import { arrayOver, blank, fromLists, isElement } from './create.js'
import type { DType, Model } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { scattered } from './gather.js'
import { calling, native } from './native.js'
import { viewOf } from './make.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { encode } from './scalar/index.js'
import { select } from './selection.js'
import type { Selector } from './selectors.js'
import { shapeText } from './shape.js'
import { checkWriteable } from './writeable.js'

/** What can be assigned to elements: one value for all, (nested) lists, a typed array or another array. */
export type Assignable<M extends Model> = M['writable'] | NestedValues<M['writable']> | ArrayBufferView | NDArray

/** Lists of values, nested as deep as there are axes. */
export interface NestedValues<T> extends ReadonlyArray<T | NestedValues<T>> {}

/** `NDArray.assign`. */
export function assign(array: NDArray, value: unknown, selectors?: readonly Selector[]): void {
  checkWriteable(array)
  if (selectors === undefined) return assignValue(array, value)
  if (!Array.isArray(selectors)) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `the selectors of assign are a list of them: assign(value, [':', 0])`)
  }
  const found = select(selectors, array)
  if ('inner' in found) scattered(array, found, value)
  else assignValue(viewOf(array, found), value)
}

/** Stores a value, broadcast and cast, in every element of an array that is known to be writeable. */
export function assignValue(array: NDArray, value: unknown): void {
  const source = sourceFor(array, value)
  if (source !== null) return assignElements(array, source)
  if (array.ndim === 0) array.set(value as never)
  else fillElements(array, value)
}

/**
 * The value as an array that is stored in another; null for a single element.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_CAST`
 */
export function sourceFor(array: NDArray, value: unknown): NDArray | null {
  const source = sourceOf(value, array.dtype)
  if (source !== null && source.ndim > array.ndim && Array.isArray(value)) {
    throw new MemmapError(
      'ERR_MEMMAP_BROADCAST',
      `lists of ${source.ndim} levels cannot be stored in an array of shape ${shapeText(array.shape)}: nest them no deeper than it`,
      { expected: array.shape, actual: source.shape },
    )
  }
  return source
}

/** The value as an array; null for a single element of this dtype. */
export function sourceOf(value: unknown, dtype: DType): NDArray | null {
  if (isElement(value, dtype)) return null
  const known = arrayOver(value)
  if (known !== null) return known
  if (!Array.isArray(value)) return null
  const lists = fromLists(value, dtype)
  // A record by position.
  return lists.ndim === 0 ? null : lists
}

/** `NDArray.fill`. */
export function fill(array: NDArray, value: unknown): void {
  checkWriteable(array)
  fillElements(array, value)
}

/** Stores one value in every element of an array that is known to be writeable. */
export function fillElements(array: NDArray, value: unknown): void {
  // Bytes between fields are left alone, as in NumPy.
  if (hasPadding(array.dtype)) return assignElements(array, elementOf(value, array.dtype))
  const element = encode(array.dtype, value)
  const { memory, layout } = operand(array)
  calling(() => native.fill(memory, layout, element))
}

/** A single value as an array without axes. */
export function elementOf(value: unknown, dtype: DType): NDArray {
  const one = blank([], dtype)
  one.bytes.set(encode(dtype, value))
  return one
}

/**
 * Stores the elements of one array in another, broadcast and cast as NumPy casts arrays; correct where they share memory.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function assignElements(target: NDArray, source: NDArray): void {
  castInto(target, spreadTo(target, source))
}

/**
 * A view of the source with the shape of the target.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`
 */
export function spreadTo(target: NDArray, source: NDArray): NDArray {
  const shape = leadingOnesDropped(source, target.ndim)
  const from = viewOf(source, { ...shape, position: source.position })
  return viewOf(from, {
    shape: target.shape,
    byteStrides: broadcastStrides(from, target.shape),
    position: from.position,
  })
}

/** NumPy lets a source have axes of length 1 in front that the target has not. */
function leadingOnesDropped({ shape, byteStrides }: NDArray, ndim: number): { shape: number[]; byteStrides: number[] } {
  let skip = 0
  while (shape.length - skip > ndim && shape[skip] === 1) skip++
  return { shape: shape.slice(skip), byteStrides: byteStrides.slice(skip) }
}
