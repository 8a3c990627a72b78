import { isArrayValue } from '../dtype/index.js'
import type { ArrayValue } from '../dtype/index.js'
import { checkHasMemory, typedArrayTag } from '../errors/brands.js'
import { checkList } from '../errors/check-size.js'
import { entriesOf } from '../errors/entries.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'

/** The largest number of axes of an array, as in NumPy. */
export const MAX_NDIM = 64

/** The forms of a shape that callers can pass. */
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
 * Checks a shape and returns its lengths. With `inferred`, one of them may be `-1`, which stays in the list.
 * @throws MemmapError `ERR_MEMMAP_SHAPE`
 */
export function parseShape(value: unknown, inferred = false): number[] {
  const isSingle = typeof value === 'number' || typeof value === 'bigint' || isInteger0d(value)
  const list = isSingle ? [value] : listOf(value)
  if (list === null) throw shapeError(value, 'it must be a whole number or a list of them')
  if (list.length > MAX_NDIM) {
    throw shapeError(value, `an array has at most ${MAX_NDIM} axes, and this shape has ${list.length}`)
  }
  let open = 0
  const shape = list.map((entry) => {
    const length = integerOf(entry)
    if (length === null)
      throw shapeError(value, `each length must be a whole number from 0 to 2^53 - 1 (got ${inspect(entry)})`)
    if (length === -1 && inferred && ++open === 1) return length
    if (length < 0) {
      throw shapeError(
        value,
        inferred
          ? `a length must not be negative, except for one -1 to infer it (got ${length})`
          : `a length must not be negative (got ${length})`,
      )
    }
    return length
  })
  return shape
}

function shapeError(value: unknown, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_SHAPE', `invalid shape ${inspect(value)}: ${rule}`)
}

/** Returns true for an array of integers without axes, which is taken wherever an integer is. */
export function isInteger0d(value: unknown): value is ArrayValue {
  return isArrayValue(value) && value.ndim === 0 && (value.dtype.kind === 'i' || value.dtype.kind === 'u')
}

/** The entries of an array or typed array; null for anything else. */
export function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return entriesOf(value)
  if (typedArrayTag(value) === undefined) return null
  checkHasMemory(value as ArrayBufferView)
  const list = value as unknown as ArrayLike<unknown>
  checkList(list.length, 'pass the lengths of the axes')
  return Array.from(list)
}

/** Returns the value as a safe integer; null where it is none. */
export function integerOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : null
  if (isInteger0d(value)) return integerOf(value.get())
  if (typeof value !== 'bigint') return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : null
}

/**
 * The number of elements.
 * @throws MemmapError `ERR_MEMMAP_SHAPE` where the elements or their bytes exceed 2^53 - 1
 */
export function sizeOf(shape: readonly number[], itemsize = 1): number {
  let size = 1
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis] as number
    if (length === 0) return 0
    size *= length
  }
  if (!(size * itemsize <= Number.MAX_SAFE_INTEGER)) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape ${shapeText(shape)}: with items of ${itemsize} bytes it exceeds 2^53 - 1 bytes; give a smaller shape`,
    )
  }
  return size
}

/** The text of a shape in NumPy's errors: `(2,3)`, `(4,)`, `()`. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(',')})`
}

/** Returns true if two shapes are equal. */
export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false
  return true
}
