import type { ArrayBase } from '../array/array-base.js'
import { asOwner, viewOf } from '../array/make-array.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { axesByStride, iterationOrder } from '../layout/memory-order.js'
import { reshapedStrides } from '../layout/reshape.js'
import { parseShape, shapeText, sizeOf } from '../layout/shape.js'
import { isContiguous, parseOrder, stridesOf } from '../layout/strides.js'
import type { Order, OrderLike } from '../layout/strides.js'
import { transpose } from './axes.js'
import { copyOf } from './copy.js'

/** `NDArray.reshape`: a shape with options, or the lengths as arguments. */
export function reshape(array: ArrayBase, args: readonly unknown[]): ArrayBase {
  array.store.checkOpen()
  const [first, second] = args
  const isList = args.length > 0 && typeof first !== 'number' && typeof first !== 'bigint'
  const options = isList || isOptions(second) ? second : undefined
  if (options !== undefined && !isOptions(options)) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid options ${inspect(options)}: reshape takes an object; give { order }`,
    )
  }
  const order = orderFor(array, options?.order)
  const target = parseShape(isList ? first : isOptions(second) ? [first] : args, true)
  // As in NumPy, an equal shape keeps the strides, an inferred one does not.
  if (target.length === array.ndim && target.every((length, axis) => length === array.shape[axis]))
    return viewOf(array, array)
  const shape = inferShape(target, array)
  const strides = reshapedStrides(array, shape, order)
  if (strides !== null) return viewOf(array, { shape, byteStrides: strides, position: array.position })
  const copy = copyOf(array, order)
  return viewOf(copy, { shape, byteStrides: stridesOf(shape, copy.itemsize, order), position: copy.position })
}

/** `NDArray.ravel`: a view where the array is contiguous in this order, else a copy. Source: NumPy, `PyArray_Ravel` in shape.c. */
export function ravel(array: ArrayBase, order: OrderLike = 'C'): ArrayBase {
  const keepsOrder = order === 'K' || order === 'k'
  const inMemoryOrder = keepsOrder ? transpose(array, axesByStride(array.byteStrides)) : array
  const readOrder = keepsOrder ? 'C' : orderFor(array, order)
  const { shape, byteStrides, itemsize } = inMemoryOrder
  if (!isContiguous(shape, byteStrides, itemsize, readOrder)) return flatten(array, keepsOrder ? 'K' : readOrder)
  return viewOf(array, { shape: [array.size], byteStrides: [itemsize], position: array.position })
}

/** `NDArray.flatten`. */
export function flatten(array: ArrayBase, order: OrderLike = 'C'): ArrayBase {
  if (order === 'K' || order === 'k') return flatten(transpose(array, iterationOrder(array.shape, array.byteStrides)))
  const copy = copyOf(array, orderFor(array, order))
  return asOwner(viewOf(copy, { shape: [copy.size], byteStrides: [copy.itemsize], position: copy.position }))
}

function isOptions(value: unknown): value is { order?: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** Resolves an order; `'A'` is F for an array that is F- and not C-contiguous, as in NumPy. */
function orderFor(array: ArrayBase, order: unknown = 'C'): Order {
  const { shape, byteStrides, itemsize } = array
  if (order === 'A' || order === 'a') {
    const onlyF = isContiguous(shape, byteStrides, itemsize, 'F') && !isContiguous(shape, byteStrides, itemsize, 'C')
    return onlyF ? 'F' : 'C'
  }
  if (order === 'K' || order === 'k')
    throw new MemmapError('ERR_MEMMAP_ORDER', `order 'K' is not permitted for reshaping: use ravel`)
  return parseOrder(order)
}

function inferShape(shape: number[], array: ArrayBase): number[] {
  const size = array.size
  const open = shape.indexOf(-1)
  const knownSize = sizeOf(shape.filter((length) => length !== -1))
  if (open >= 0 && knownSize > 0 && size % knownSize === 0) return shape.with(open, size / knownSize)
  if (open < 0 && knownSize === size) return shape
  throw new MemmapError(
    'ERR_MEMMAP_RESHAPE',
    `cannot reshape array of size ${size} into shape ${shapeText(shape)}: the number of elements must stay the same`,
    { expected: size, actual: open < 0 ? knownSize : undefined },
  )
}
