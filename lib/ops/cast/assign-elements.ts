import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { copyPlain } from '../../array/plain/copy.js'
import { broadcastStrides } from '../../layout/broadcast.js'
import { isSameShape } from '../../layout/shape.js'
import { castElements } from './cast.js'

/**
 * Stores the elements of one array in another, broadcast and cast as NumPy casts arrays. The arrays may overlap.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function assignElements(target: ArrayBase, source: ArrayBase): void {
  if (!isSameShape(coreOf(target).shape, coreOf(source).shape)) castElements(target, broadcastSource(target, source))
  else if (!copyPlain(target, source)) castElements(target, source)
}

/**
 * A view of the source with the shape of the target.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`
 */
export function broadcastSource(target: ArrayBase, source: ArrayBase): ArrayBase {
  const { shape, byteStrides, position } = source
  // NumPy drops leading axes of length 1 that the target does not have.
  let skip = 0
  while (shape.length - skip > target.ndim && shape[skip] === 1) skip++
  const from = { shape: shape.slice(skip), byteStrides: byteStrides.slice(skip) }
  return viewOf(source, { shape: target.shape, byteStrides: broadcastStrides(from, target.shape), position })
}
