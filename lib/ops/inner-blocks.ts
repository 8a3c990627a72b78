import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'

/** The number of axes for which `get` and `set` have a fast path. */
const FAST_AXES = 3

/** Yields views of the last three axes in C order, or the array itself if it has no more axes; nothing without elements. */
export function* innerBlocksOf(array: ArrayBase): Generator<ArrayBase> {
  const { shape, byteStrides, ndim } = array
  if (shape.includes(0)) return
  if (ndim <= FAST_AXES) {
    yield array
    return
  }
  const outer = ndim - FAST_AXES
  const indices = new Array<number>(outer).fill(0)
  const inner = { shape: shape.slice(outer), byteStrides: byteStrides.slice(outer) }
  let { position } = array
  for (;;) {
    yield viewOf(array, { ...inner, position })
    let axis = outer - 1
    for (; axis >= 0; axis--) {
      const stride = byteStrides[axis] as number
      const next = (indices[axis] as number) + 1
      position += stride
      if (next < (shape[axis] as number)) {
        indices[axis] = next
        break
      }
      indices[axis] = 0
      position -= next * stride
    }
    if (axis < 0) return
  }
}
