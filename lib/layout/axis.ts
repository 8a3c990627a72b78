import { inspect } from '../errors/inspect.js'
import { indexError } from '../errors/memmap-error.js'
import { integerOf, listOf, MAX_NDIM } from './shape.js'

/**
 * Returns an axis counted from the front.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function parseAxis(value: unknown, ndim: number): number {
  const axis = integerOf(value)
  if (axis === null || axis < -ndim || axis >= ndim) {
    throw indexError(
      axis === null
        ? `invalid axis ${inspect(value)}: it must be a whole number`
        : `axis ${axis} is out of bounds for an array of dimension ${ndim}`,
    )
  }
  return axis < 0 ? axis + ndim : axis
}

/** The axes of a reduction or squeeze. An array without axes counts as one of shape [1], as in NumPy. */
export function axesToReduce(axis: unknown, ndim: number): number[] {
  return ndim === 0 && (axis === 0 || axis === -1) ? [] : axisList(axis, ndim)
}

/**
 * Returns axes counted from the front, each once.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function axisList(axes: unknown, ndim: number): number[] {
  // A longer list names an axis twice.
  const list = (listOf(axes) ?? [axes]).slice(0, MAX_NDIM + 1).map((axis) => parseAxis(axis, ndim))
  if (new Set(list).size !== list.length) throw indexError(`duplicate axis in ${inspect(axes)}: name each axis once`)
  return list
}

/** Returns an index counted from the front. */
export function normalizeIndex(index: number, shape: readonly number[], axis: number): number {
  const length = shape[axis] as number
  if (index < -length || index >= length) {
    throw indexError(`index ${index} is out of bounds for axis ${axis} with size ${length}`)
  }
  return index < 0 ? index + length : index
}
