import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { sizeOf } from './shape.js'

/** C: the last axis is the fastest. F: the first axis is the fastest. */
export type Order = 'C' | 'F'

/** The forms of an order that callers can pass. `'A'` and `'K'` mean C for a file, as in NumPy. */
export type OrderLike = 'C' | 'F' | 'A' | 'K' | 'c' | 'f' | 'a' | 'k'

/**
 * The strides of a new array, in bytes. An axis of length 0 counts as 1, as in NumPy.
 */
export function stridesOf(shape: readonly number[], itemsize: number, order: Order): number[] {
  const strides = new Array<number>(shape.length)
  let stride = itemsize
  if (order === 'C') {
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      strides[axis] = stride
      stride *= Math.max(1, shape[axis] as number)
    }
  } else {
    for (let axis = 0; axis < shape.length; axis++) {
      strides[axis] = stride
      stride *= Math.max(1, shape[axis] as number)
    }
  }
  return strides
}

/** Returns true if the elements follow one another in this order without gaps; axes of length 1 do not count. */
export function isContiguous(
  shape: readonly number[],
  byteStrides: readonly number[],
  itemsize: number,
  order: Order,
): boolean {
  if (sizeOf(shape) === 0) return true
  let stride = itemsize
  for (let step = 0; step < shape.length; step++) {
    const axis = order === 'C' ? shape.length - 1 - step : step
    const length = shape[axis] as number
    if (length === 1) continue
    if (byteStrides[axis] !== stride) return false
    stride *= length
  }
  return true
}

/** The order in which elements follow one another without gaps: C where both do; null where neither does. */
export function contiguousOrder(
  shape: readonly number[],
  byteStrides: readonly number[],
  itemsize: number,
): Order | null {
  if (isContiguous(shape, byteStrides, itemsize, 'C')) return 'C'
  return isContiguous(shape, byteStrides, itemsize, 'F') ? 'F' : null
}

/**
 * Checks an order and returns C or F.
 * @throws MemmapError `ERR_MEMMAP_ORDER`
 */
export function parseOrder(value: unknown): Order {
  switch (value) {
    case 'C':
    case 'c':
    case 'A':
    case 'a':
    case 'K':
    case 'k':
      return 'C'
    case 'F':
    case 'f':
      return 'F'
  }
  throw new MemmapError('ERR_MEMMAP_ORDER', `invalid order ${inspect(value)}: it must be one of 'C', 'F', 'A', 'K'`)
}
