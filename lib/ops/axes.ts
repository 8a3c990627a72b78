/**
 * Views with the same elements on other axes.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { viewOf } from '../array/make-array.js'
import { inspect } from '../errors/inspect.js'
import { indexError, MemmapError } from '../errors/memmap-error.js'
import { axesToReduce, axisList, parseAxis } from '../layout/axis.js'
import { broadcastStrides } from '../layout/broadcast.js'
import { reshapedStrides } from '../layout/reshape.js'
import { MAX_NDIM, parseShape, shapeText } from '../layout/shape.js'

/** `NDArray.transpose`. */
export function transpose(array: ArrayBase, axes?: unknown): ArrayBase {
  const { shape, byteStrides, position, ndim } = array
  if (axes === undefined)
    return viewOf(array, { shape: shape.toReversed(), byteStrides: byteStrides.toReversed(), position })
  const list = axisList(axes, ndim)
  if (list.length !== ndim)
    throw indexError(`axes don't match array: it has ${ndim}, and ${list.length} were given; name each axis once`)
  return permuted(array, list)
}

/** `NDArray.swapAxes`. */
export function swapAxes(array: ArrayBase, axis1: unknown, axis2: unknown): ArrayBase {
  const order = array.shape.map((_, axis) => axis)
  const first = parseAxis(axis1, array.ndim)
  const second = parseAxis(axis2, array.ndim)
  order[first] = second
  order[second] = first
  return permuted(array, order)
}

/** `NDArray.moveAxis`. */
export function moveAxis(array: ArrayBase, source: unknown, destination: unknown): ArrayBase {
  const from = axisList(source, array.ndim)
  const to = axisList(destination, array.ndim)
  if (from.length !== to.length) {
    throw indexError(
      `invalid axes ${inspect(source)} and ${inspect(destination)}: source and destination must name the same number of axes`,
    )
  }
  const order = array.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis))
  // Sorted by destination, because each insertion shifts the axes after it.
  const moves = from.map((axis, index) => ({ axis, at: to[index] as number })).toSorted((a, b) => a.at - b.at)
  for (const { axis, at } of moves) order.splice(at, 0, axis)
  return permuted(array, order)
}

/** `NDArray.squeeze`. */
export function squeeze(array: ArrayBase, axis?: unknown): ArrayBase {
  const { shape, byteStrides, position } = array
  const removed = axis === undefined ? null : axesToReduce(axis, array.ndim)
  for (const one of removed ?? []) {
    if (shape[one] !== 1) {
      throw new MemmapError(
        'ERR_MEMMAP_SHAPE',
        `invalid axis ${one} of shape ${shapeText(shape)}: squeeze removes only axes of length 1, and this one has ${shape[one]}`,
      )
    }
  }
  const kept = shape.map((_, at) => at).filter((at) => (removed === null ? shape[at] !== 1 : !removed.includes(at)))
  return viewOf(array, {
    shape: kept.map((at) => shape[at] as number),
    byteStrides: kept.map((at) => byteStrides[at] as number),
    position,
  })
}

/** `NDArray.expandDims`. */
export function expandDims(array: ArrayBase, axis: unknown): ArrayBase {
  const count = Array.isArray(axis) ? axis.length : 1
  if (count === 0) return viewOf(array, array)
  const ndim = array.ndim + count
  if (ndim > MAX_NDIM)
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid axis ${inspect(axis)}: an array has at most ${MAX_NDIM} axes, and this would have ${ndim}`,
    )
  const added = axisList(axis, ndim)
  const lengths = array.shape.values()
  const shape = Array.from({ length: ndim }, (_, at) => (added.includes(at) ? 1 : (lengths.next().value as number)))
  // NumPy's reshape() determines the strides of axes of length 1.
  const byteStrides = reshapedStrides(array, shape, 'C') as number[]
  return viewOf(array, { shape, byteStrides, position: array.position })
}

/** `NDArray.flip`. */
export function flip(array: ArrayBase, axis?: unknown): ArrayBase {
  const flipped = axis === undefined ? array.shape.map((_, at) => at) : axisList(axis, array.ndim)
  let { position } = array
  const byteStrides = array.byteStrides.slice()
  for (const at of flipped) {
    const stride = array.byteStrides[at] as number
    // An axis without entries has no last entry to start from.
    position += Math.max(0, (array.shape[at] as number) - 1) * stride
    byteStrides[at] = -stride
  }
  return viewOf(array, {
    shape: array.shape,
    byteStrides,
    position: array.shape.includes(0) ? array.position : position,
  })
}

/** `NDArray.diagonal`. */
export function diagonal(
  array: ArrayBase,
  { offset = 0, axis1 = 0, axis2 = 1 }: { offset?: number; axis1?: number; axis2?: number },
): ArrayBase {
  const { shape, byteStrides } = array
  if (shape.length < 2)
    throw indexError(`invalid diagonal of an array of dimension ${shape.length}: it needs at least two axes`)
  if (!Number.isSafeInteger(offset))
    throw indexError(`invalid offset ${inspect(offset)}: the offset of a diagonal must be a whole number`)
  const first = parseAxis(axis1, shape.length)
  const second = parseAxis(axis2, shape.length)
  if (first === second) throw indexError(`invalid axes ${axis1} and ${axis2}: the two axes of a diagonal must differ`)
  const rows = (shape[first] as number) - Math.max(0, -offset)
  const columns = (shape[second] as number) - Math.max(0, offset)
  const length = Math.max(0, Math.min(rows, columns))
  const stride = (byteStrides[first] as number) + (byteStrides[second] as number)
  const shift = offset < 0 ? -offset * (byteStrides[first] as number) : offset * (byteStrides[second] as number)
  const others = shape.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second)
  return viewOf(
    array,
    {
      shape: [...others.map((axis) => shape[axis] as number), length],
      byteStrides: [...others.map((axis) => byteStrides[axis] as number), stride],
      position: length > 0 ? array.position + shift : array.position,
    },
    array.dtype,
    false,
  )
}

/** `NDArray.broadcastTo`. */
export function broadcastTo(array: ArrayBase, shape: unknown): ArrayBase {
  const target = parseShape(shape)
  return viewOf(
    array,
    { shape: target, byteStrides: broadcastStrides(array, target), position: array.position },
    array.dtype,
    false,
  )
}

function permuted(array: ArrayBase, order: readonly number[]): ArrayBase {
  const { shape, byteStrides, position } = array
  return viewOf(array, {
    shape: order.map((axis) => shape[axis] as number),
    byteStrides: order.map((axis) => byteStrides[axis] as number),
    position,
  })
}
