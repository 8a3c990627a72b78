import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { isSameShape } from '../../layout/shape.js'
import { broadcastShapes, broadcastStrides } from '../../layout/broadcast.js'

/** Broadcasts two arrays to their common shape. */
export function broadcastPair(a: ArrayBase, b: ArrayBase): [ArrayBase, ArrayBase] {
  const [left, right] = [coreOf(a), coreOf(b)]
  if (isSameShape(left.shape, right.shape)) {
    left.store.checkOpen()
    right.store.checkOpen()
    return [a, b]
  }
  const shape = broadcastShapes(a.shape, b.shape)
  const broadcast = (array: ArrayBase): ArrayBase =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position })
  return [broadcast(a), broadcast(b)]
}
