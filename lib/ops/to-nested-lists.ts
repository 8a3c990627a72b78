import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { fieldsInOrder } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { checkHeap, checkList } from '../errors/check-size.js'
import { accessorsOf } from '../memory/accessor-kind.js'

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
  const [length = 0, length1 = 0] = shape
  const row = rowReader(array)
  switch (shape.length) {
    case 0:
      return array.get()
    case 1:
      return row(0, 0)
    case 2:
      return listOf(length, (i) => row(i, 0))
    case 3:
      return listOf(length, (i) => listOf(length1, (j) => row(i, j)))
  }
  const inner = { shape: shape.slice(1), byteStrides: byteStrides.slice(1) }
  return listOf(length, (i) =>
    listsOf(viewOf(array, { ...inner, position: position + i * (byteStrides[0] as number) })),
  )
}

/** Returns a function that lists the elements on the last axis of an array of up to three. */
function rowReader(array: ArrayBase): (i: number, j: number) => unknown[] {
  const { shape } = array
  const length = shape.at(-1) ?? 0
  const outer = shape.length - 1
  const fast = accessorsOf(array.accessorKind)?.row
  return (i, j) => fast?.call(array as never, i, j) ?? listOf(length, (k) => array.get(...[i, j].slice(0, outer), k))
}

function listOf(length: number, entry: (index: number) => unknown): unknown[] {
  const result = length > MAX_PREALLOCATED ? [] : new Array<unknown>(length)
  for (let i = 0; i < length; i++) result[i] = entry(i)
  return result
}
