import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'

/** The largest length to preallocate, because V8 stores a longer preallocated list as a hash table. */
const MAX_PREALLOCATED = 2 ** 25

/** `NDArray.toArray`. */
export function toNestedLists(array: ArrayBase): unknown {
  array.store.checkOpen()
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
  return rows(length, (i) =>
    toNestedLists(viewOf(array, { ...inner, position: position + i * (byteStrides[0] as number) })),
  )
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
