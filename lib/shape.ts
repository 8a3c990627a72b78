import { given } from './dtype/index.js'
import { MemmapError } from './errors.js'

/** Axes that an array can have, as in NumPy. */
export const MAX_NDIM = 64

/** C: the last axis runs fastest. F: the first one does. */
export type Order = 'C' | 'F'

/** What is taken for an order: `'A'` and `'K'` mean C for a file, as in NumPy. */
export type OrderLike = 'C' | 'F' | 'A' | 'K' | 'c' | 'f' | 'a' | 'k'

/** A shape as it may be given. */
export type ShapeLike = number | bigint | readonly (number | bigint)[] | IntegerArray

/** A typed array of integers. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/**
 * The list of lengths that a caller gave; `-1` is left in, where `inferred` allows it once.
 * @throws MemmapError `ERR_MEMMAP_SHAPE`
 */
export function parseShape(value: unknown, inferred = false): number[] {
  const list = typeof value === 'number' || typeof value === 'bigint' ? [value] : listOf(value)
  if (list === null) throw shapeError(value, 'a shape is a whole number or a list of them')
  if (list.length > MAX_NDIM) {
    throw shapeError(value, `an array has at most ${MAX_NDIM} axes, and this has ${list.length}`)
  }
  let open = 0
  const shape = list.map((entry) => {
    const length = integerOf(entry)
    if (length === null)
      throw shapeError(value, `each length is a whole number up to 2^53 - 1, which ${given(entry)} is not`)
    if (length === -1 && inferred && ++open === 1) return length
    if (length < 0) {
      throw shapeError(
        value,
        inferred ? 'a length is not negative, but for one -1 that is to be inferred' : 'a length is not negative',
      )
    }
    return length
  })
  return shape
}

function shapeError(value: unknown, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_SHAPE', `shape ${given(value)} is none: ${rule}`)
}

/** The entries of an array or typed array; null for anything else. */
export function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<unknown>)
  return null
}

/** The value as a safe integer; null where it is none. */
export function integerOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  if (typeof value !== 'bigint') return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : null
}

/**
 * The number of elements.
 * @throws MemmapError `ERR_MEMMAP_SHAPE` where they or their bytes exceed 2^53 - 1
 */
export function sizeOf(shape: readonly number[], itemsize = 1): number {
  if (shape.includes(0)) return 0
  let size = 1
  for (const length of shape) size *= length
  if (!(size * itemsize <= Number.MAX_SAFE_INTEGER)) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `shape ${shapeText(shape)} with items of ${itemsize} bytes exceeds 2^53 - 1 bytes: give a smaller shape`,
    )
  }
  return size
}

/** `(2,3)`, `(4,)`, `()`: as NumPy's errors show a shape. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(',')})`
}

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

/** Whether the elements follow one another in this order without gaps; axes of length 1 do not count. */
export function isContiguous(
  shape: readonly number[],
  byteStrides: readonly number[],
  itemsize: number,
  order: Order,
): boolean {
  if (shape.includes(0)) return true
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

/**
 * The order that a caller gave.
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
  throw new MemmapError('ERR_MEMMAP_ORDER', `order must be one of 'C', 'F', 'A', 'K' (got ${given(value)})`)
}

/**
 * An axis counted from the front.
 * @throws MemmapError `ERR_MEMMAP_INDEX`
 */
export function parseAxis(value: unknown, ndim: number): number {
  const axis = integerOf(value)
  if (axis === null || axis < -ndim || axis >= ndim) {
    throw new MemmapError(
      'ERR_MEMMAP_INDEX',
      axis === null
        ? `an axis is a whole number (got ${given(value)})`
        : `axis ${axis} is out of bounds for an array of dimension ${ndim}`,
    )
  }
  return axis < 0 ? axis + ndim : axis
}

/**
 * The shape to which all of these broadcast.
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
          `shapes ${shapes.map(shapeText).join(' ')} do not broadcast: lengths on an axis, counted from the last, are equal or 1`,
        )
      }
      result[at] = length
    }
  }
  return result
}
