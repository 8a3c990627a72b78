import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { fieldsInOrder } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { checkHeap, checkList } from '../errors/check-size.js'

/** The largest length to preallocate, because V8 stores a longer preallocated list as a hash table. */
const MAX_PREALLOCATED = 2 ** 25

/** Where a list of all elements is too large. */
const WAY_OUT = 'take a part by index() or blocks(), iterate by values(), or read data'

/**
 * `NDArray.toArray`.
 * @throws MemmapError `ERR_MEMMAP_TOO_LARGE`
 */
export function toNestedLists(array: ArrayBase): unknown {
  array.store.checkOpen()
  const { shape, size, dtype } = array
  for (const length of shape) checkList(length, WAY_OUT)
  // The innermost lists have headers too.
  const lists = size / Math.max(shape.at(-1) ?? 1, 1)
  checkHeap(size * heapBytesOf(dtype) + lists * LIST_BYTES, `lists of ${size} elements`, WAY_OUT)
  return listsOf(array)
}

/** Bytes of an empty list and of its place in another one. */
const LIST_BYTES = 48

/** About the bytes that one element takes in a list, while the list grows. */
export function heapBytesOf(dtype: DType): number {
  const { kind, itemsize, names } = dtype
  const place = 16
  if (names !== null) {
    const fields = fieldsInOrder(dtype)
    return fields.reduce((sum, field) => sum + heapBytesOf(field.dtype), place + 32)
  }
  if (dtype.shape.length > 0) return place + LIST_BYTES + (itemsize / dtype.base.itemsize) * heapBytesOf(dtype.base)
  if (kind === 'S' || kind === 'U') return place + 24 + itemsize
  if (kind === 'V') return place + 200 + itemsize
  if (kind === 'c') return place + 72
  const isBigint = kind === 'M' || kind === 'm' || ('iu'.includes(kind) && itemsize === 8)
  return isBigint ? place + 24 : place
}

function listsOf(array: ArrayBase): unknown {
  const { shape, byteStrides, position } = array
  const [length = 0] = shape
  switch (shape.length) {
    case 0:
      return array.get()
    case 1:
      return flatList(array, length)
    case 2:
      return rows(length, (i) => rowList(array, i))
  }
  const inner = { shape: shape.slice(1), byteStrides: byteStrides.slice(1) }
  return rows(length, (i) => listsOf(viewOf(array, { ...inner, position: position + i * (byteStrides[0] as number) })))
}

function flatList(array: ArrayBase, length: number): unknown[] {
  const result = newList(length)
  for (let i = 0; i < length; i++) result[i] = array.get(i)
  return result
}

function rowList(array: ArrayBase, i: number): unknown[] {
  const length = array.shape[1] as number
  const result = newList(length)
  for (let j = 0; j < length; j++) result[j] = array.get(i, j)
  return result
}

function rows(length: number, row: (index: number) => unknown): unknown[] {
  const result = newList(length)
  for (let i = 0; i < length; i++) result[i] = row(i)
  return result
}

function newList(length: number): unknown[] {
  return length > MAX_PREALLOCATED ? [] : new Array<unknown>(length)
}
