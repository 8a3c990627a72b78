/**
 * Views with the same elements on other axes.
 * @module
 */
import { given } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { viewOf } from './make.js'
import type { NDArray } from './ndarray.js'
import { reshape } from './reshape.js'
import { MAX_NDIM, listOf, parseAxis, parseShape, shapeText } from './shape.js'
import { indexError } from './slice.js'

/** `NDArray.transpose`. */
export function transpose(array: NDArray, axes?: unknown): NDArray {
  const { shape, byteStrides, position, ndim } = array
  if (axes === undefined)
    return viewOf(array, { shape: shape.toReversed(), byteStrides: byteStrides.toReversed(), position })
  const list = axisList(axes, ndim)
  if (list.length !== ndim) throw indexError(`axes don't match array: it has ${ndim}, and ${list.length} were given`)
  return permuted(array, list)
}

/** `NDArray.swapAxes`. */
export function swapAxes(array: NDArray, axis1: unknown, axis2: unknown): NDArray {
  const order = array.shape.map((_, axis) => axis)
  const first = parseAxis(axis1, array.ndim)
  const second = parseAxis(axis2, array.ndim)
  order[first] = second
  order[second] = first
  return permuted(array, order)
}

/** `NDArray.moveAxis`. */
export function moveAxis(array: NDArray, source: unknown, destination: unknown): NDArray {
  const from = axisList(source, array.ndim)
  const to = axisList(destination, array.ndim)
  if (from.length !== to.length) {
    throw indexError(
      `source and destination name the same number of axes (got ${given(source)} and ${given(destination)})`,
    )
  }
  const order = array.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis))
  // By destination, as each insertion shifts what lies behind it.
  const moves = from.map((axis, index) => ({ axis, at: to[index] as number })).toSorted((a, b) => a.at - b.at)
  for (const { axis, at } of moves) order.splice(at, 0, axis)
  return permuted(array, order)
}

/** `NDArray.squeeze`. */
export function squeeze(array: NDArray, axis?: unknown): NDArray {
  const { shape, byteStrides, position } = array
  const gone = axis === undefined ? null : axesToReduce(axis, array.ndim)
  for (const one of gone ?? []) {
    if (shape[one] !== 1) {
      throw new MemmapError(
        'ERR_MEMMAP_SHAPE',
        `only an axis of length 1 can be squeezed out, and axis ${one} of shape ${shapeText(shape)} has ${shape[one]}`,
      )
    }
  }
  const kept = shape.map((_, at) => at).filter((at) => (gone === null ? shape[at] !== 1 : !gone.includes(at)))
  return viewOf(array, {
    shape: kept.map((at) => shape[at] as number),
    byteStrides: kept.map((at) => byteStrides[at] as number),
    position,
  })
}

/** `NDArray.expandDims`. */
export function expandDims(array: NDArray, axis: unknown): NDArray {
  const count = Array.isArray(axis) ? axis.length : 1
  const ndim = array.ndim + count
  if (ndim > MAX_NDIM)
    throw new MemmapError('ERR_MEMMAP_SHAPE', `an array has at most ${MAX_NDIM} axes, and this would have ${ndim}`)
  const added = axisList(axis, ndim)
  const lengths = array.shape.values()
  return reshape(array, [Array.from({ length: ndim }, (_, at) => (added.includes(at) ? 1 : lengths.next().value))])
}

/** `NDArray.flip`. */
export function flip(array: NDArray, axis?: unknown): NDArray {
  const turned = axis === undefined ? array.shape.map((_, at) => at) : axisList(axis, array.ndim)
  let { position } = array
  const byteStrides = array.byteStrides.slice()
  for (const at of turned) {
    const stride = array.byteStrides[at] as number
    // An axis without entries has no last one to start from.
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
  array: NDArray,
  { offset = 0, axis1 = 0, axis2 = 1 }: { offset?: number; axis1?: number; axis2?: number },
): NDArray {
  const { shape, byteStrides } = array
  if (shape.length < 2) throw indexError('a diagonal needs an array of at least two dimensions')
  if (!Number.isSafeInteger(offset))
    throw indexError(`the offset of a diagonal is a whole number (got ${given(offset)})`)
  const first = parseAxis(axis1, shape.length)
  const second = parseAxis(axis2, shape.length)
  if (first === second) throw indexError('the two axes of a diagonal differ')
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
export function broadcastTo(array: NDArray, shape: unknown): NDArray {
  const target = parseShape(shape)
  return viewOf(
    array,
    { shape: target, byteStrides: broadcastStrides(array, target), position: array.position },
    array.dtype,
    false,
  )
}

/**
 * The strides with which an array stands for one of a larger shape.
 * @throws MemmapError `ERR_MEMMAP_BROADCAST`
 */
export function broadcastStrides(array: NDArray, shape: readonly number[]): number[] {
  const skip = shape.length - array.ndim
  const fits = skip >= 0 && array.shape.every((length, axis) => length === 1 || length === shape[skip + axis])
  if (!fits) {
    throw new MemmapError(
      'ERR_MEMMAP_BROADCAST',
      `could not broadcast from shape ${shapeText(array.shape)} into shape ${shapeText(shape)}: lengths on an axis, ` +
        'counted from the last, are equal or 1',
      { expected: shape, actual: array.shape },
    )
  }
  return shape.map((_, at) =>
    at < skip || array.shape[at - skip] === 1 ? 0 : (array.byteStrides[at - skip] as number),
  )
}

/** Axes to go through or away. The element of an array without axes is one of one, as in NumPy. */
export function axesToReduce(axis: unknown, ndim: number): number[] {
  return ndim === 0 && (axis === 0 || axis === -1) ? [] : axisList(axis, ndim)
}

/**
 * Axes counted from the front, each once.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function axisList(axes: unknown, ndim: number): number[] {
  const list = (listOf(axes) ?? [axes]).map((axis) => parseAxis(axis, ndim))
  if (new Set(list).size !== list.length) throw indexError(`an axis is named once (got ${given(axes)})`)
  return list
}

function permuted(array: NDArray, order: readonly number[]): NDArray {
  const { shape, byteStrides, position } = array
  return viewOf(array, {
    shape: order.map((axis) => shape[axis] as number),
    byteStrides: order.map((axis) => byteStrides[axis] as number),
    position,
  })
}
