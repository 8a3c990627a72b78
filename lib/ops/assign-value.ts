/**
 * Stores without selectors, to arrays that the caller has checked to be writeable.
 * @module
 */
import { allocate } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { asSource, isSingleElement } from '../array/as-array.js'
import { fillKernel } from '../array/kernel-calls.js'
import { readsOtherMapOf } from '../array/other-map.js'
import { innerBytesOf } from '../array/typed-views.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { shapeText } from '../layout/shape.js'
import { castError } from '../scalar/codec.js'
import { encode } from '../scalar/index.js'
import { assignElements } from './cast/assign-elements.js'
import { hasPadding } from './cast/records.js'
import { copyOf } from './copy.js'
import { fromNestedLists } from './from-values.js'

/** Stores a value, broadcast and cast, in every element. */
export function assignValue(array: ArrayBase, value: unknown): void {
  const source = sourceFor(array, value)
  if (source !== null) return assignElements(array, readsOtherMapOf(source, array) ? copyOf(source) : source)
  if (array.ndim === 0) array.set(value)
  else fillElements(array, value)
}

/**
 * Converts the value of an assignment to an array; null for a single element.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_CAST`
 */
export function sourceFor(array: ArrayBase, value: unknown): ArrayBase | null {
  const source = sourceOf(value, array.dtype)
  if (source !== null && source.ndim > array.ndim && Array.isArray(value)) {
    throw new MemmapError(
      'ERR_MEMMAP_BROADCAST',
      `invalid lists of ${source.ndim} levels for an array of shape ${shapeText(array.shape)}: nest them no deeper than the array`,
      { expected: array.shape, actual: source.shape },
    )
  }
  return source
}

/** Converts a value to an array; null for a single element of this dtype. */
export function sourceOf(value: unknown, dtype: DType): ArrayBase | null {
  if (isSingleElement(value, dtype)) return null
  const existing = asSource(value)
  if (existing !== null) return existing
  if (!Array.isArray(value)) return null
  const lists = fromNestedLists(value, dtype)
  // A list without axes is a record by position.
  return lists.ndim === 0 ? null : lists
}

/** Stores one value in every element. */
export function fillElements(array: ArrayBase, value: unknown): void {
  // Padding between fields must not change, as in NumPy.
  if (hasPadding(array.dtype)) assignElements(array, elementOf(value, array.dtype))
  else fillKernel(array, encode(array.dtype, value))
}

/** The bytes of an array without axes, cast to an element of a dtype. */
export function elementBytesOf(array: ArrayBase, dtype: DType): Uint8Array {
  if (array.ndim > dtype.shape.length) {
    throw castError(
      array,
      dtype,
      `an element takes a scalar or an array without axes, and this array has shape ${shapeText(array.shape)}`,
      'use assign() for whole arrays',
    )
  }
  const one = allocate(dtype.shape, dtype.base)
  assignElements(one, array)
  return innerBytesOf(one)
}

/** Converts a single value to an array without axes. */
export function elementOf(value: unknown, dtype: DType): ArrayBase {
  const one = allocate([], dtype)
  innerBytesOf(one).set(encode(dtype, value))
  return one
}
