import { stridesOf } from './strides.js'
import type { Order } from './strides.js'

/**
 * The strides of a reshape without a copy; null where the elements would have to move.
 * Source: NumPy, `_attempt_nocopy_reshape` in shape.c.
 */
export function reshapedStrides(array: Strided, target: readonly number[], order: Order): number[] | null {
  if (target.includes(0)) return stridesOf(target, array.itemsize, order)
  const old = array.shape
    .map((length, axis) => ({ length, stride: array.byteStrides[axis] as number }))
    .filter((axis) => axis.length !== 1)
  const strides: number[] = []
  let next = 0
  while (next < old.length) {
    // The smallest groups of axes, from the left, that have the same number of elements in both shapes.
    const group = [old[next++] as Axis]
    const lengths = [target[strides.length] as number]
    let oldSize = (group[0] as Axis).length
    let newSize = lengths[0] as number
    while (newSize !== oldSize) {
      if (newSize < oldSize) {
        const length = target[strides.length + lengths.length] as number
        lengths.push(length)
        newSize *= length
      } else {
        const axis = old[next++] as Axis
        group.push(axis)
        oldSize *= axis.length
      }
    }
    if (!isMergeable(group, order)) return null
    strides.push(...stridesFrom(lengths, (order === 'C' ? group.at(-1) : group[0]) as Axis, order))
  }
  // The remaining axes of the target have length 1.
  const last = strides.length > 0 ? (strides.at(-1) as number) : array.itemsize
  const stride = order === 'F' && strides.length > 0 ? last * (target[strides.length - 1] as number) : last
  while (strides.length < target.length) strides.push(stride)
  return strides
}

/** The shape, strides and itemsize of an array. */
interface Strided {
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  readonly itemsize: number
}

interface Axis {
  readonly length: number
  readonly stride: number
}

/** Returns true if axes can merge into one: the stride of each is the extent of the next faster one. */
function isMergeable(axes: readonly Axis[], order: Order): boolean {
  const axesByStride = order === 'C' ? axes : axes.toReversed()
  return axesByStride.every((axis, at) => {
    const faster = axesByStride[at + 1]
    return faster === undefined || axis.stride === faster.length * faster.stride
  })
}

/** The strides of new contiguous axes that start from the stride of `fastest`. */
function stridesFrom(lengths: readonly number[], fastest: Axis, order: Order): number[] {
  return stridesOf(lengths, 1, order).map((stride) => stride * fastest.stride)
}
