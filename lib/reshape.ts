import { copyOf } from './convert.js'
import { given } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { slowFirst, slowFirstFor } from './keep-order.js'
import { asOwner, viewOf } from './make.js'
import type { NDArray } from './ndarray.js'
import { isContiguous, parseOrder, parseShape, shapeText, sizeOf, stridesOf } from './shape.js'
import type { Order, OrderLike } from './shape.js'

/** `NDArray.reshape`: a shape with options, or the lengths as arguments. */
export function reshape(array: NDArray, args: readonly unknown[]): NDArray {
  array.store.checkOpen()
  const [first, second] = args
  const isList = args.length > 0 && typeof first !== 'number' && typeof first !== 'bigint'
  const options = isList || isOptions(second) ? second : undefined
  if (options !== undefined && !isOptions(options)) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `options of reshape are { order } (got ${given(options)})`)
  }
  const order = orderFor(array, options?.order)
  const asked = parseShape(isList ? first : isOptions(second) ? [first] : args, true)
  // As in NumPy, the same shape leaves the strides as they are, an inferred one does not.
  if (asked.length === array.ndim && asked.every((length, axis) => length === array.shape[axis]))
    return viewOf(array, array)
  const shape = inferred(asked, array)
  const strides = reshapedStrides(array, shape, order)
  if (strides !== null) return viewOf(array, { shape, byteStrides: strides, position: array.position })
  const copy = copyOf(array, order)
  return viewOf(copy, { shape, byteStrides: stridesOf(shape, copy.itemsize, order), position: copy.position })
}

/** `NDArray.ravel`: a view of what is contiguous in this order, else a copy. Source: NumPy, `PyArray_Ravel` in shape.c. */
export function ravel(array: NDArray, order: OrderLike = 'C'): NDArray {
  const keeps = order === 'K' || order === 'k'
  const inMemory = keeps ? (array.transpose(slowFirst(array.byteStrides)) as NDArray) : array
  const along = keeps ? 'C' : orderFor(array, order)
  const { shape, byteStrides, itemsize } = inMemory
  if (!isContiguous(shape, byteStrides, itemsize, along)) return flatten(array, keeps ? 'K' : along)
  return viewOf(array, { shape: [array.size], byteStrides: [itemsize], position: array.position })
}

/** `NDArray.flatten`. */
export function flatten(array: NDArray, order: OrderLike = 'C'): NDArray {
  if (order === 'K' || order === 'k')
    return flatten(array.transpose(slowFirstFor(array.shape, array.byteStrides)) as NDArray)
  const copy = copyOf(array, orderFor(array, order))
  return asOwner(viewOf(copy, { shape: [copy.size], byteStrides: [copy.itemsize], position: copy.position }))
}

function isOptions(value: unknown): value is { order?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** `'A'` reads in F order what is F- and not C-contiguous, as in NumPy. */
function orderFor(array: NDArray, order: unknown = 'C'): Order {
  const { shape, byteStrides, itemsize } = array
  if (order === 'A' || order === 'a') {
    const onlyF = isContiguous(shape, byteStrides, itemsize, 'F') && !isContiguous(shape, byteStrides, itemsize, 'C')
    return onlyF ? 'F' : 'C'
  }
  if (order === 'K' || order === 'k')
    throw new MemmapError('ERR_MEMMAP_ORDER', `order 'K' is not permitted for reshaping: use ravel`)
  return parseOrder(order)
}

function inferred(shape: number[], array: NDArray): number[] {
  const size = array.size
  const open = shape.indexOf(-1)
  const known = sizeOf(shape.filter((length) => length !== -1))
  if (open >= 0 && known > 0 && size % known === 0) return shape.with(open, size / known)
  if (open < 0 && known === size) return shape
  throw new MemmapError(
    'ERR_MEMMAP_RESHAPE',
    `cannot reshape array of size ${size} into shape ${shapeText(shape)}: the number of elements stays the same`,
    { expected: size, actual: open < 0 ? known : undefined },
  )
}

/**
 * The strides that give the elements another shape without moving them; null where there are none.
 * Source: NumPy, `_attempt_nocopy_reshape` in shape.c.
 */
function reshapedStrides(array: NDArray, target: readonly number[], order: Order): number[] | null {
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

interface Axis {
  readonly length: number
  readonly stride: number
}

/** Whether axes could be one: each steps over the whole of its faster neighbour. */
function runsOn(axes: readonly Axis[], order: Order): boolean {
  const slowFirst = order === 'C' ? axes : axes.toReversed()
  return slowFirst.every((axis, at) => {
    const faster = slowFirst[at + 1]
    return faster === undefined || axis.stride === faster.length * faster.stride
  })
}

/** The strides of new axes in place of ones whose fastest is `fastest`. */
function chained(lengths: readonly number[], fastest: Axis, order: Order): number[] {
  return stridesOf(lengths, 1, order).map((stride) => stride * fastest.stride)
}
