import { stridesOf } from './strides.js'
import type { Order } from './strides.js'

/**
 * The strides that give the elements another shape without moving them; null where there are none.
 * Source: NumPy, `_attempt_nocopy_reshape` in shape.c.
 */
export function reshapedStrides(array: Strided, target: readonly number[], order: Order): number[] | null {
  if (target.includes(0)) return stridesOf(target, array.itemsize, order)
  const old = array.shape
    .map((length, axis) => ({ length, stride: array.byteStrides[axis] as number }))
    .filter((axis) => axis.length !== 1)
  const strides: number[] = []
  let from = 0
  while (from < old.length) {
    // The smallest groups of axes, from the left, that have the same number of elements on both sides.
    const group = [old[from++] as Axis]
    const lengths = [target[strides.length] as number]
    let left = (group[0] as Axis).length
    let made = lengths[0] as number
    while (made !== left) {
      if (made < left) {
        const length = target[strides.length + lengths.length] as number
        lengths.push(length)
        made *= length
      } else {
        const axis = old[from++] as Axis
        group.push(axis)
        left *= axis.length
      }
    }
    if (!runsOn(group, order)) return null
    strides.push(...chained(lengths, (order === 'C' ? group.at(-1) : group[0]) as Axis, order))
  }
  // Axes of length 1 that are left over.
  const last = strides.length > 0 ? (strides.at(-1) as number) : array.itemsize
  const stride = order === 'F' && strides.length > 0 ? last * (target[strides.length - 1] as number) : last
  while (strides.length < target.length) strides.push(stride)
  return strides
}

/** Shape, strides and bytes of an element. */
interface Strided {
  readonly shape: readonly number[]
  readonly byteStrides: readonly number[]
  readonly itemsize: number
}

interface Axis {
  readonly length: number
  readonly stride: number
}

/** Whether axes could be one: each steps over the whole of its faster neighbour. */
function runsOn(axes: readonly Axis[], order: Order): boolean {
  const axesByStride = order === 'C' ? axes : axes.toReversed()
  return axesByStride.every((axis, at) => {
    const faster = axesByStride[at + 1]
    return faster === undefined || axis.stride === faster.length * faster.stride
  })
}

/** The strides of new axes in place of ones whose fastest is `fastest`. */
function chained(lengths: readonly number[], fastest: Axis, order: Order): number[] {
  return stridesOf(lengths, 1, order).map((stride) => stride * fastest.stride)
}
