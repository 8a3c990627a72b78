import { totalmem } from 'node:os'
import { OPAQUE_CODE } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { axesByStride, iterationOrder } from '../layout/memory-order.js'
import { sizeOf } from '../layout/shape.js'
import { parseOrder, stridesOf } from '../layout/strides.js'
import type { OrderLike } from '../layout/strides.js'
import { carve, LARGEST_PART } from '../memory/slab.js'
import { LARGEST_BUFFER, Store } from '../memory/store.js'
import { unclearedBuffer } from '../memory/uncleared.js'
import { native } from '../native/native.js'
import type { ArrayBase } from './array-base.js'
import { makeArray } from './make-array.js'

/** The bytes from which on large pages pay off. */
const LARGE = 2 ** 22

/** The bytes from which on the C library takes memory from the system for each result, and gives it back after it. */
const OF_SYSTEM = 2 ** 25

/** Allocates an array of zeros. The dtype must not be a sub-array. */
export function allocate(shape: readonly number[], dtype: DType, order: OrderLike = 'C'): ArrayBase {
  return arrayOverNewBuffer(shape, dtype, stridesOf(shape, dtype.itemsize, parseOrder(order)), true)
}

/**
 * Allocates an array whose elements the caller writes, all of them, before anyone sees it: until then it holds what its memory held
 * before. Elements that are no numbers are zero, because they may have bytes that no one writes.
 */
export function allocateEmpty(shape: readonly number[], dtype: DType, order: OrderLike = 'C'): ArrayBase {
  return arrayOverNewBuffer(shape, dtype, stridesOf(shape, dtype.itemsize, parseOrder(order)), false)
}

/** Allocates an array as {@link allocateEmpty}, or of zeros, whose axes have this order in memory, the slowest first. */
export function allocateInOrder(
  shape: readonly number[],
  dtype: DType,
  slowestFirst: readonly number[],
  zeros = false,
): ArrayBase {
  const packed = stridesOf(
    slowestFirst.map((axis) => shape[axis] as number),
    dtype.itemsize,
    'C',
  )
  const strides = new Array<number>(shape.length)
  slowestFirst.forEach((axis, index) => (strides[axis] = packed[index] as number))
  return arrayOverNewBuffer(shape, dtype, strides, zeros)
}

/**
 * Allocates an array as {@link allocateEmpty}, whose axes have the same order in memory as those of the source.
 * Source: NumPy, `PyArray_NewLikeArrayWithShape` in ctors.c.
 */
export function emptyLike(
  { shape, byteStrides }: { readonly shape: readonly number[]; readonly byteStrides: readonly number[] },
  dtype: DType,
): ArrayBase {
  return isInCOrder(shape, byteStrides)
    ? allocateEmpty(shape, dtype)
    : allocateInOrder(shape, dtype, axesByStride(byteStrides))
}

/** Allocates the output of an elementwise operation on operands of one shape, from their strides, as {@link allocateEmpty}. */
export function allocateResult(shape: readonly number[], dtype: DType, ...operands: (readonly number[])[]): ArrayBase {
  if (operands.every((strides) => isInCOrder(shape, strides))) return allocateEmpty(shape, dtype)
  return allocateInOrder(shape, dtype, iterationOrder(shape, ...operands))
}

/** True where no axis is slower than one before it: then the order of the axes in memory is C. */
function isInCOrder(shape: readonly number[], byteStrides: readonly number[]): boolean {
  for (let axis = 1; axis < shape.length; axis++)
    if (Math.abs(byteStrides[axis] as number) > Math.abs(byteStrides[axis - 1] as number)) return false
  return true
}

function arrayOverNewBuffer(
  shape: readonly number[],
  dtype: DType,
  byteStrides: readonly number[],
  zeros: boolean,
): ArrayBase {
  const bytes = sizeOf(shape, dtype.itemsize) * dtype.itemsize
  const clear = zeros || dtype.code === OPAQUE_CODE
  const store = bytes > 0 && bytes <= LARGEST_PART ? carve(bytes, clear) : Store.ofBuffer(newBuffer(bytes, clear))
  return makeArray(store, dtype, { shape, byteStrides, position: 0 }, null, true)
}

function newBuffer(bytes: number, clear: boolean): ArrayBuffer {
  // Node 20 would create the buffer, but no typed array over it.
  if (bytes > LARGEST_BUFFER) throw tooLarge(bytes)
  // Checked before the allocation, because Node 26 ends a Worker instead of throwing when memory runs out.
  if (bytes > 2 ** 30 && bytes > totalmem()) throw tooLarge(bytes)
  let buffer
  try {
    // The system clears its memory when it is first written.
    buffer = clear || bytes >= OF_SYSTEM ? new ArrayBuffer(bytes) : unclearedBuffer(bytes)
  } catch (cause) {
    throw tooLarge(bytes, cause)
  }
  // Page faults take most of the time of a large result.
  if (bytes >= LARGE) native.useLargePages(buffer)
  return buffer
}

function tooLarge(bytes: number, cause?: unknown): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_TOO_LARGE',
    `invalid size of ${bytes} bytes: there is not enough memory for the array; work on parts of it, or map a file with mode 'w+'`,
    { expected: bytes, cause },
  )
}
