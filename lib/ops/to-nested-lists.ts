import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'

/** Longer ones are not made at once: the engine would make a hash table of them. */
const LONGEST_MADE = 2 ** 25

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
  const made = list(length)
  for (let i = 0; i < length; i++) made[i] = array.get(i)
  return made
}

function rowList(array: ArrayBase, i: number): unknown[] {
  const length = array.shape[1] as number
  const made = list(length)
  for (let j = 0; j < length; j++) made[j] = array.get(i, j)
  return made
}

function rows(length: number, row: (index: number) => unknown): unknown[] {
  const made = list(length)
  for (let i = 0; i < length; i++) made[i] = row(i)
  return made
}

function list(length: number): unknown[] {
  return length > LONGEST_MADE ? [] : new Array<unknown>(length)
}
