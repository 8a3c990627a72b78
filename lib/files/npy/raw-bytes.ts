import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { makeArray } from '../../array/make-array.js'
import { innerBytesOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import { contiguousOrder } from '../../layout/strides.js'
import type { Order } from '../../layout/strides.js'
import type { Store } from '../../memory/store.js'
import { assignElements } from '../../ops/cast/assign-elements.js'
import type { Bytes } from '../source.js'
import type { NpyInfo } from './read-header.js'

const BYTE = parseDType('uint8')

/** A range of bytes of a store as an internal array. */
export function bytesIn(store: Store, position: number, length: number): ArrayBase {
  return makeArray(store, BYTE, { shape: [length], byteStrides: [1], position }, null, true)
}

/** All bytes of a contiguous array in memory order, including the padding of records. */
export function bytesOfAll(array: ArrayBase): ArrayBase {
  return bytesIn(array.store, array.position, array.nbytes)
}

/**
 * Copies the elements of an array to another of the same dtype, shape and order; contiguous ones byte for byte.
 */
export function copyInto(target: ArrayBase, source: ArrayBase): void {
  if (source.size === 0) return
  if (source.store.recipe !== null || memoryOrderOf(source) === null) assignElements(target, source)
  else assignElements(bytesOfAll(target), bytesOfAll(source))
}

/** The contiguous order of an array, or null; see `contiguousOrder`. */
export function memoryOrderOf({ shape, byteStrides, itemsize }: ArrayBase): Order | null {
  return contiguousOrder(shape, byteStrides, itemsize)
}

/** Copies a contiguous array to memory, byte for byte and in the same order. */
export function readAll(mapped: ArrayBase): ArrayBase {
  const copy = allocate(mapped.shape, mapped.dtype, memoryOrderOf(mapped) ?? 'C')
  copyInto(copy, mapped)
  return copy
}

/** Reads the data behind a header to memory. */
export function readFrom(source: Bytes, { dtype, shape, fortranOrder, offset }: NpyInfo): ArrayBase {
  const array = allocate([...shape, ...dtype.shape], dtype.base, fortranOrder ? 'F' : 'C')
  innerBytesOf(array).set(source.read(offset, array.nbytes))
  return array
}
