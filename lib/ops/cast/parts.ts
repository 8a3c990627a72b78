import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel, clearKernel } from '../../array/kernel-calls.js'
import { viewOf } from '../../array/make-array.js'
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'

/** A view of the characters of text as numbers on an additional last axis: bytes of `S`, code points of `U`. */
export function characters(text: ArrayBase): ArrayBase {
  const { shape, byteStrides, position, dtype, itemsize } = text
  const code = parseDType(dtype.kind === 'U' ? `${dtype.str[0]}u4` : 'u1')
  const layout = {
    shape: [...shape, itemsize / code.itemsize],
    byteStrides: [...byteStrides, code.itemsize],
    position,
  }
  return viewOf(text, layout, code)
}

/** A view of the bytes of elements on an additional last axis. */
export function bytesOfEach(array: ArrayBase): ArrayBase {
  const { shape, byteStrides, position, itemsize } = array
  return viewOf(array, { shape: [...shape, itemsize], byteStrides: [...byteStrides, 1], position }, parseDType('u1'))
}

/** Copies the numbers on the last axis to a longer or shorter axis, cut or zero-padded. */
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

/** Copies an array in C order and this machine's byte order, for access by a typed array. */
export function nativeCopy(array: ArrayBase, dtype: DType = array.dtype.newByteOrder('=')): ArrayBase {
  const copy = allocate(array.shape, dtype)
  assignKernel(copy, array)
  return copy
}

/** Returns the source, or a copy where both may share memory, for casts in more than one step. */
export function copyIfShared(source: ArrayBase, target: ArrayBase): ArrayBase {
  if (source.store !== target.store) return source
  const copy = allocate(source.shape, source.dtype)
  assignKernel(copy, source)
  return copy
}
