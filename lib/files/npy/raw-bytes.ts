import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { makeArray } from '../../array/make-array.js'
import { parseDType } from '../../dtype/index.js'
import { contiguousOrder } from '../../layout/strides.js'
import type { Order } from '../../layout/strides.js'
import type { Store } from '../../memory/store.js'
import { assignElements } from '../../ops/cast/assign-elements.js'

const BYTE = parseDType('uint8')

/** Bytes of a store as an array, for the library's own use. */
export function bytesIn(store: Store, position: number, length: number): ArrayBase {
  return makeArray(store, BYTE, { shape: [length], byteStrides: [1], position }, null, true)
}

/** All bytes of an array that is contiguous, in the order of memory; those between the fields of records among them. */
export function bytesOfAll(array: ArrayBase): ArrayBase {
  return bytesIn(array.store, array.position, array.nbytes)
}

/**
 * Stores the elements of an array in another of the same dtype, shape and order; where they follow one another, byte for
 * byte.
 */
export function copyInto(target: ArrayBase, source: ArrayBase): void {
  if (source.size === 0) return
  if (memoryOrderOf(source) === null) assignElements(target, source)
  else assignElements(bytesOfAll(target), bytesOfAll(source))
}

/** The contiguous order of an array; see `contiguousOrder`. */
export function memoryOrderOf({ shape, byteStrides, itemsize }: ArrayBase): Order | null {
  return contiguousOrder(shape, byteStrides, itemsize)
}

/** A copy in memory of an array that is contiguous, byte for byte and in the same order. */
export function readAll(mapped: ArrayBase): ArrayBase {
  const made = allocate(mapped.shape, mapped.dtype, memoryOrderOf(mapped) ?? 'C')
  copyInto(made, mapped)
  return made
}
