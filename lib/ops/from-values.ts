/**
 * Creates arrays in memory from JavaScript values.
 * @module
 */
import { allocate } from '../array/allocate.js'
import type { ArrayBase } from '../array/array-base.js'
import { asArray, isSingleElement } from '../array/as-array.js'
import { viewOf } from '../array/make-array.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { parseOrder, stridesOf } from '../layout/strides.js'
import type { OrderLike } from '../layout/strides.js'
import { codecOf } from '../scalar/index.js'
import { assignElements } from './cast/assign-elements.js'
import { castTo, copyOf } from './copy.js'
import { discoverDType, discoverFlexible } from './discover-dtype.js'
import { flattenLists, forEachLeaf } from './nested-lists.js'
import type { Flat } from './nested-lists.js'

/** `array()`: copies a scalar, nested lists, a typed array or another array to a new array. */
export function arrayFrom(values: unknown, dtype?: DType, order?: OrderLike): ArrayBase {
  const existing = isSingleElement(values, dtype) ? null : asArray(values)
  if (existing !== null) return castTo(existing, dtype ?? existing.dtype, order)
  return fromNestedLists(values, dtype, order)
}

/**
 * Creates an array from nested lists. Checks each element like a single value.
 * @param dtype of the result; by default discovered from the elements
 */
export function fromNestedLists(values: unknown, dtype?: DType, order?: OrderLike): ArrayBase {
  const inner = dtype?.shape ?? []
  const flat = flattenLists(values, dtype?.base)
  const { shape } = flat
  const element = dtype === undefined ? discoverDType(flat) : discoverFlexible(dtype.base, flat)
  if (inner.some((length, axis) => shape[shape.length - inner.length + axis] !== length)) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid nested lists: the innermost ones must have the shape of the sub-array, [${inner.join(', ')}]`,
    )
  }
  const result = fromFlat(flat, element)
  return parseOrder(order ?? 'C') === 'C' ? result : copyOf(result, order)
}

/** Creates an array from flattened lists. Arrays in them are cast as whole arrays, from their own dtype. */
export function fromFlat(flat: Flat, dtype: DType): ArrayBase {
  const { leaves, arrays } = flat
  const result = allocate(flat.shape, dtype)
  const { itemsize } = dtype
  if (leaves.length > 0) {
    const codec = codecOf(dtype)
    const view = result.store.viewAt(0, result.nbytes)
    if (arrays.length === 0) leaves.forEach((leaf, index) => codec.write(view, index * itemsize, leaf))
    else forEachLeaf(flat, (leaf, position) => codec.write(view, position * itemsize, leaf))
  }
  for (const { array, start } of arrays) {
    const layout = {
      shape: array.shape,
      byteStrides: stridesOf(array.shape, itemsize, 'C'),
      position: start * itemsize,
    }
    assignElements(viewOf(result, layout), array)
  }
  return result
}
