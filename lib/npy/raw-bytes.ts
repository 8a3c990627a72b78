import { assignElements } from '../assign.js'
import { blank } from '../create.js'
import { parseDType } from '../dtype/index.js'
import { makeArray } from '../make.js'
import { NDArray } from '../ndarray.js'
import { isContiguous } from '../shape.js'
import type { Store } from '../store.js'

const BYTE = parseDType('uint8')

/** Bytes of a store as an array, for the library's own use. */
export function bytesIn(store: Store, position: number, length: number): NDArray {
  return makeArray(NDArray, store, BYTE, { shape: [length], byteStrides: [1], position }, null, true)
}

/** All bytes of an array that is contiguous, in the order of memory; those between the fields of records among them. */
export function bytesOfAll(array: NDArray): NDArray {
  return bytesIn(array.store, array.position, array.nbytes)
}

/**
 * Stores the elements of an array in another of the same dtype, shape and order; where they follow one another, byte for
 * byte.
 */
export function copyInto(target: NDArray, source: NDArray): void {
  if (source.size === 0) return
  if (orderOf(source) === null) assignElements(target, source)
  else assignElements(bytesOfAll(target), bytesOfAll(source))
}

/** The order in which the elements follow one another: C where both do; null where neither does. */
export function orderOf({ shape, byteStrides, itemsize }: NDArray): 'C' | 'F' | null {
  if (isContiguous(shape, byteStrides, itemsize, 'C')) return 'C'
  return isContiguous(shape, byteStrides, itemsize, 'F') ? 'F' : null
}

/** A copy in memory of an array that is contiguous, byte for byte and in the same order. */
export function readAll(mapped: NDArray): NDArray {
  const { cContiguous } = mapped.flags
  const made = blank(mapped.shape, mapped.dtype, cContiguous ? 'C' : 'F')
  copyInto(made, mapped)
  return made
}
