import { MemmapError } from '../errors/memmap-error.js'
import { shapeText } from './shape.js'

/**
 * The shape that all of these broadcast to.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`
 */
export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length))
  const result = new Array<number>(ndim).fill(1)
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const length = shape[axis] as number
      const at = ndim - shape.length + axis
      if (length === 1) continue
      if (result[at] !== 1 && result[at] !== length) {
        throw new MemmapError(
          'ERR_MEMMAP_BROADCAST',
          `invalid shapes ${shapes.map(shapeText).join(' ')}: they do not broadcast; the lengths on each axis, counted from the last, must be equal or 1`,
        )
      }
      result[at] = length
    }
  }
  return result
}

/** True where a shape broadcasts to a larger one. */
export function isBroadcastable(from: readonly number[], shape: readonly number[]): boolean {
  const skip = shape.length - from.length
  return skip >= 0 && from.every((length, axis) => length === 1 || length === shape[skip + axis])
}

/**
 * The strides of an array broadcast to a larger shape.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`
 */
export function broadcastStrides(
  { shape: from, byteStrides }: { readonly shape: readonly number[]; readonly byteStrides: readonly number[] },
  shape: readonly number[],
): number[] {
  const skip = shape.length - from.length
  if (!isBroadcastable(from, shape)) {
    throw new MemmapError(
      'ERR_MEMMAP_BROADCAST',
      `could not broadcast from shape ${shapeText(from)} into shape ${shapeText(shape)}: the lengths on each axis, ` +
        'counted from the last, must be equal or 1',
      { expected: shape, actual: from },
    )
  }
  return shape.map((_, at) => (at < skip || from[at - skip] === 1 ? 0 : (byteStrides[at - skip] as number)))
}
