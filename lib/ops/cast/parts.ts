import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel, clearKernel } from '../../array/kernel-calls.js'
import { viewOf } from '../../array/make-array.js'
import { DType, parseDType } from '../../dtype/index.js'

/** The characters of text as numbers, on one more axis: bytes of `S`, code points of `U`. */
export function characters(text: ArrayBase): ArrayBase {
  const { shape, byteStrides, position, dtype, itemsize } = text
  const code = parseDType(dtype.kind === 'U' ? `${dtype.str[0]}u4` : 'u1')
  const place = {
    shape: [...shape, itemsize / code.itemsize],
    byteStrides: [...byteStrides, code.itemsize],
    position,
  }
  return viewOf(text, place, code)
}

/** The bytes of elements, on one more axis. */
export function bytesOfEach(array: ArrayBase): ArrayBase {
  const { shape, byteStrides, position, itemsize } = array
  return viewOf(array, { shape: [...shape, itemsize], byteStrides: [...byteStrides, 1], position }, parseDType('u1'))
}

/** Copies the numbers on the last axis to a longer or shorter one: cuts what is too much, and fills up with 0. */
export function cutOrPad(target: ArrayBase, source: ArrayBase): void {
  const capacity = target.shape.at(-1) as number
  const length = Math.min(capacity, source.shape.at(-1) as number)
  assignKernel(lastAxis(target, 0, length), lastAxis(source, 0, length))
  if (capacity > length) clearKernel(lastAxis(target, length, capacity))
}

function lastAxis(array: ArrayBase, start: number, stop: number): ArrayBase {
  const { shape, byteStrides, position } = array
  const stride = byteStrides.at(-1) as number
  return viewOf(array, {
    shape: [...shape.slice(0, -1), stop - start],
    byteStrides,
    position: position + start * stride,
  })
}

/** A copy in C order and this machine's byte order, for work on the typed array. */
export function nativeCopy(array: ArrayBase, dtype: DType = array.dtype.newByteOrder('=')): ArrayBase {
  const copy = allocate(array.shape, dtype)
  assignKernel(copy, array)
  return copy
}

/** The source; a copy of it where both may share memory, for work in more than one step. */
export function copyIfShared(source: ArrayBase, target: ArrayBase): ArrayBase {
  if (source.store !== target.store) return source
  const copy = allocate(source.shape, source.dtype)
  assignKernel(copy, source)
  return copy
}
