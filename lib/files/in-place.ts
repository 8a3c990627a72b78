/**
 * Changes an array in place, because callers keep the object: its length, or the file behind it.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { makeArray } from '../array/make-array.js'
import { stridesOf } from '../layout/strides.js'
import type { Store } from '../memory/store.js'

/** Gives an array in C order another shape, in its store or in another one. */
export function withLayout(array: ArrayBase, shape: readonly number[], store: Store): void {
  const { dtype, position, isWriteable } = array
  const byteStrides = stridesOf(shape, dtype.itemsize, 'C')
  array.become(makeArray(store, dtype, { shape, byteStrides, position }, null, isWriteable))
}

/** Replaces an array by another one, which the caller drops. */
export function replaceWith(array: ArrayBase, other: ArrayBase): void {
  array.store.close()
  Object.setPrototypeOf(array, Object.getPrototypeOf(other) as object)
  array.become(other)
}
