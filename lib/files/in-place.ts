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
  const { dtype, position, writeableMask } = array
  const byteStrides = stridesOf(shape, dtype.itemsize, 'C')
  Object.assign(array, makeArray(store, dtype, { shape, byteStrides, position }, null, writeableMask === 0))
}

/** Replaces an array by another one, which the caller drops. */
export function replaceWith(array: ArrayBase, other: ArrayBase): void {
  array.store.close()
  Object.setPrototypeOf(array, Object.getPrototypeOf(other) as object)
  Object.assign(array, other)
}
