/**
 * Copies of the entries of an axis at positions.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import { coreOf, isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { asOwner } from '../../array/make-array.js'
import { kernelNumbers, operand } from '../../array/operand.js'
import { takePlain } from '../../array/plain/select.js'
import { typedArrayTag } from '../../errors/brands.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { indexError } from '../../errors/memmap-error.js'
import { normalizeIndex, parseAxis } from '../../layout/axis.js'
import { sizeOf } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import { ravel, reshape } from '../reshape.js'
import { positionsIn } from './selectors.js'

/** `NDArray.take`. */
export function take(array: ArrayBase, indices: unknown, options: { axis?: number }): ArrayBase {
  const { store, shape: lengths } = coreOf(array)
  store.checkOpen()
  checkOptions(options, ['axis'], 'take')
  // An array without axes counts as one of shape [1], and null is Python's None, as in NumPy.
  const flat = lengths.length === 0 || (options.axis == null && lengths.length !== 1)
  const many = sizeOf(lengths) > 0 ? manyPositions(indices) : null
  if (many !== null) {
    const source = flat ? ravel(array) : array
    const axis = parseAxis(options.axis ?? 0, source.ndim)
    return inShape(takeMany(source, axis, many), axis, many.shape)
  }
  const positions = positionsIn(indices, true)
  if (positions === null)
    throw indexError(
      `invalid positions ${inspect(indices)}: they must be a whole number or (nested) lists of whole numbers`,
    )
  const { shape, values } = positions
  const source = flat ? ravel(array) : array
  const axis = parseAxis(options.axis ?? 0, coreOf(source).shape.length)
  return inShape(takeAt(source, axis, values), axis, shape)
}

/** The same elements with the axes of the positions in place of the one on which they were taken. */
function inShape(taken: ArrayBase, axis: number, shape: readonly number[]): ArrayBase {
  return shape.length === 1 ? taken : asOwner(reshape(taken, [taken.shape.toSpliced(axis, 1, ...shape)]))
}

/** More positions in an array, and in a typed array, than these are read by native code where they lie. */
const MANY = 16
const MANY_TYPED = 128

/** An array of many integers, or a typed array of them; null for anything else. */
export function manyPositions(value: unknown): ArrayBase | null {
  const isTyped = !isArray(value) && ArrayBuffer.isView(value) && typedArrayTag(value) !== undefined
  const isLong = isTyped && (value as unknown as { readonly length: number }).length > MANY_TYPED
  const array = isArray(value) ? value : isLong ? asArray(value) : null
  return array !== null && 'iu'.includes(array.dtype.kind) && array.size > MANY ? array : null
}

/** Copies the entries of an axis at the positions in an array of integers, which may count from the end. */
export function takeMany(source: ArrayBase, axis: number, positions: ArrayBase): ArrayBase {
  const lengths = source.shape.slice()
  lengths[axis] = positions.size
  const result = allocateEmpty(lengths, source.dtype)
  kernelNumbers(axis)
  const outside = unwrapNative(() => native.takeAt(operand(0, source), operand(1, positions), operand(2, result)))
  if (outside >= 0) {
    const position = Number(reshape(positions, [positions.size]).get(outside))
    normalizeIndex(position, source.shape, axis)
    throw indexError(`invalid position at ${outside}: it changed meanwhile; give positions that do not change`)
  }
  return result
}

/** Copies the entries of an axis at positions, which may count from the end, and then count from the start. */
export function takeAt(source: ArrayBase, axis: number, positions: Float64Array): ArrayBase {
  const { shape, dtype } = coreOf(source)
  const lengths = shape.slice()
  lengths[axis] = positions.length
  const result = allocateEmpty(lengths, dtype)
  const size = sizeOf(lengths)
  if (size > 0 && shape[axis] === 0)
    throw indexError(`cannot do a non-empty take from an empty axis: axis ${axis} has no entries`)
  // NumPy does not check positions if an axis before has no entries.
  const isUnchecked = size === 0 && shape.slice(0, axis).includes(0)
  const normalized = isUnchecked ? new Float64Array(0) : positions
  const length = shape[axis] as number
  for (let at = 0; at < normalized.length; at++) {
    const position = normalized[at] as number
    if (position < 0 || position >= length) normalized[at] = normalizeIndex(position, shape, axis)
  }
  if (size > 0) {
    if (!takePlain(result, source, axis, normalized))
      unwrapNative(() => native.take(operand(0, source), axis, normalized, operand(1, result)))
  }
  return result
}
