/**
 * Elements by lists of positions and by masks: copies, and assignments to them.
 * @module
 */
import { allocate } from '../../array/allocate.js'
import { isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asOwner, viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { parseDType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { indexError } from '../../errors/memmap-error.js'
import { normalizeIndex, parseAxis } from '../../layout/axis.js'
import { sizeOf } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import { fromNestedLists } from '../from-values.js'
import { ravel, reshape } from '../reshape.js'
import { allocateBlocks, withListAxes } from './blocks.js'
import { checkMaskLength, select } from './select.js'
import type { Gather } from './select.js'
import { positionsIn } from './selectors.js'

/** `NDArray.index`: a view, or with lists among the selectors a copy. */
export function indexArray(array: ArrayBase, selectors: readonly unknown[]): ArrayBase {
  const [first] = selectors
  // A kernel goes through an array of bool as it lies.
  if (selectors.length === 1 && isArray(first) && first.dtype.kind === 'b' && first.ndim > 0) return mask(array, first)
  const found = select(selectors, array)
  return 'inner' in found ? gather(array, found) : viewOf(array, found)
}

/** The elements that a selection with lists names, as a copy. */
export function gather(array: ArrayBase, selection: Gather): ArrayBase {
  const blocks = allocateBlocks(selection.offsets.length, selection.inner, array.dtype)
  if (blocks.size > 0) {
    const from = operand(viewOf(array, selection.inner))
    const to = operand(blocks)
    unwrapNative(() => native.gather(from.memory, from.layout, selection.offsets, to.memory, to.layout))
  }
  return withListAxes(blocks, selection)
}

/** `NDArray.take`. */
export function take(array: ArrayBase, indices: unknown, options: { axis?: number }): ArrayBase {
  array.store.checkOpen()
  checkOptions(options, ['axis'], 'take')
  const positions = positionsIn(indices)
  if (positions === null)
    throw indexError(`positions are a whole number or (nested) lists of them (got ${inspect(indices)})`)
  const { shape, values } = positions
  // An element without axes is one of one, and null is Python's None, as in NumPy.
  const source = array.ndim === 0 || (options.axis == null && array.ndim !== 1) ? ravel(array) : array
  const axis = parseAxis(options.axis ?? 0, source.ndim)
  const length = values.length
  const made = allocate(source.shape.toSpliced(axis, 1, length), source.dtype)
  if (made.size > 0 && source.shape[axis] === 0) throw indexError('cannot take from an axis without entries')
  // As in NumPy, positions are not looked at where none of the axes before has an entry to take them from.
  const known = source.shape.slice(0, axis).includes(0)
  const counted = new BigInt64Array(known ? 0 : length)
  // Not `from`, which asks an iterator for each.
  for (let at = 0; at < counted.length; at++)
    counted[at] = BigInt(normalizeIndex(values[at] as number, source.shape, axis))
  if (made.size > 0) {
    const from = operand(source)
    const to = operand(made)
    unwrapNative(() => native.take(from.memory, from.layout, axis, counted, to.memory, to.layout))
  }
  return shape.length === 1 ? made : asOwner(reshape(made, [made.shape.toSpliced(axis, 1, ...shape)]))
}

/** `NDArray.mask`. */
export function mask(array: ArrayBase, booleans: unknown): ArrayBase {
  array.store.checkOpen()
  const flags = isArray(booleans) ? booleans : fromNestedLists(booleans, parseDType('bool'))
  if (flags.dtype.kind !== 'b') {
    throw indexError(`a mask is an array of bool, and this has dtype ${flags.dtype.name}: compare() makes one`)
  }
  const { shape } = array
  if (flags.ndim > shape.length) {
    throw indexError(
      `too many indices for array: array is ${shape.length}-dimensional, but the mask has ${flags.ndim} axes`,
    )
  }
  flags.shape.forEach((length, axis) => checkMaskLength(length, shape, axis))
  // A mask without axes is a selector like any other.
  if (flags.ndim === 0) return gather(array, select([flags.get()], array) as Gather)
  const flagsOperand = operand(flags)
  const count = unwrapNative(() => native.maskCount(flagsOperand.memory, flagsOperand.layout))
  const inner = {
    shape: shape.slice(flags.ndim),
    byteStrides: array.byteStrides.slice(flags.ndim),
    position: array.position,
  }
  const made = allocateBlocks(count, inner, array.dtype)
  if (sizeOf(made.shape) > 0) {
    const from = operand(array)
    const to = operand(made)
    unwrapNative(() =>
      native.maskGather(from.memory, from.layout, flagsOperand.memory, flagsOperand.layout, to.memory, to.layout),
    )
  }
  return made
}
