/**
 * Indexing by lists of positions and by masks, which copies the elements.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import { isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asOwner, viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { maskPlain, takePlain } from '../../array/plain/select.js'
import { parseDType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { indexError } from '../../errors/memmap-error.js'
import { normalizeIndex, parseAxis } from '../../layout/axis.js'
import { sizeOf } from '../../layout/shape.js'
import { isContiguous } from '../../layout/strides.js'
import { native, unwrapNative } from '../../native/native.js'
import { fromNestedLists } from '../from-values.js'
import { ravel, reshape } from '../reshape.js'
import { allocateBlocks, withListAxes } from './blocks.js'
import { checkMaskLength, select } from './select.js'
import type { Gather } from './select.js'
import { positionsIn, positionsOfList } from './selectors.js'

/** `NDArray.index`: a view, or a copy if there is a list among the selectors. */
export function indexArray(array: ArrayBase, selectors: readonly unknown[]): ArrayBase {
  const [first] = selectors
  if (typeof first === 'number' && selectors.length === 1 && Number.isInteger(first) && array.ndim > 0)
    return entryOf(array, first)
  // The mask kernel reads an array of bool in place.
  if (selectors.length === 1 && isArray(first) && first.dtype.kind === 'b' && first.ndim > 0) return mask(array, first)
  // A list of positions on the first axis is a take, which copies the other axes as they are in C order.
  if (
    selectors.length === 1 &&
    array.ndim > 0 &&
    array.size > 0 &&
    isContiguous(array.shape, array.byteStrides, array.itemsize, 'C')
  ) {
    const positions = positionsOfList(first)
    if (positions !== null) return takeAt(array, 0, positions)
  }
  const selection = select(selectors, array)
  return 'inner' in selection ? gather(array, selection) : viewOf(array, selection)
}

/** A view of an entry of axis 0, as `a[3]` is. */
function entryOf(array: ArrayBase, index: number): ArrayBase {
  const { shape, byteStrides, position } = array
  const at = normalizeIndex(index, shape, 0)
  return viewOf(array, {
    shape: shape.slice(1),
    byteStrides: byteStrides.slice(1),
    position: position + at * (byteStrides[0] as number),
  })
}

/** Copies the elements of an advanced selection. */
export function gather(array: ArrayBase, selection: Gather): ArrayBase {
  const blocks = allocateBlocks(selection.offsets.length, selection.inner, array.dtype)
  if (blocks.size > 0) {
    const block = viewOf(array, selection.inner)
    unwrapNative(() => native.gather(operand(0, block), selection.offsets, operand(1, blocks)))
  }
  return withListAxes(blocks, selection)
}

/** `NDArray.take`. */
export function take(array: ArrayBase, indices: unknown, options: { axis?: number }): ArrayBase {
  array.store.checkOpen()
  checkOptions(options, ['axis'], 'take')
  const positions = positionsIn(indices)
  if (positions === null)
    throw indexError(
      `invalid positions ${inspect(indices)}: they must be a whole number or (nested) lists of whole numbers`,
    )
  const { shape, values } = positions
  // An array without axes counts as one of shape [1], and null is Python's None, as in NumPy.
  const source = array.ndim === 0 || (options.axis == null && array.ndim !== 1) ? ravel(array) : array
  const axis = parseAxis(options.axis ?? 0, source.ndim)
  const result = takeAt(source, axis, values)
  return shape.length === 1 ? result : asOwner(reshape(result, [result.shape.toSpliced(axis, 1, ...shape)]))
}

/** Copies the entries of an axis at positions, which may count from the end. */
function takeAt(source: ArrayBase, axis: number, positions: Float64Array): ArrayBase {
  const lengths = source.shape.slice()
  lengths[axis] = positions.length
  const result = allocateEmpty(lengths, source.dtype)
  if (result.size > 0 && source.shape[axis] === 0)
    throw indexError(`cannot do a non-empty take from an empty axis: axis ${axis} has no entries`)
  // NumPy does not check positions if an axis before has no entries.
  const isUnchecked = result.size === 0 && source.shape.slice(0, axis).includes(0)
  const normalized = new Float64Array(isUnchecked ? 0 : positions.length)
  for (let at = 0; at < normalized.length; at++)
    normalized[at] = normalizeIndex(positions[at] as number, source.shape, axis)
  if (result.size > 0) {
    if (!takePlain(result, source, axis, normalized))
      unwrapNative(() => native.take(operand(0, source), axis, normalized, operand(1, result)))
  }
  return result
}

/** `NDArray.mask`. */
export function mask(array: ArrayBase, booleans: unknown): ArrayBase {
  array.store.checkOpen()
  const flags = isArray(booleans) ? booleans : fromNestedLists(booleans, parseDType('bool'))
  if (flags.dtype.kind !== 'b') {
    throw indexError(
      `invalid mask of dtype ${flags.dtype.name}: a mask must be an array of bool; create one with compare()`,
    )
  }
  const { shape } = array
  if (flags.ndim > shape.length) {
    throw indexError(
      `too many indices for array: array is ${shape.length}-dimensional, but the mask has ${flags.ndim} axes`,
    )
  }
  flags.shape.forEach((length, axis) => checkMaskLength(length, shape, axis))
  // The kernel takes no mask without axes.
  if (flags.ndim === 0) return gather(array, select([flags.get()], array) as Gather)
  const few = maskPlain(array, flags)
  if (few !== null) return few
  const count = unwrapNative(() => native.maskCount(operand(0, flags)))
  const inner = {
    shape: shape.slice(flags.ndim),
    byteStrides: array.byteStrides.slice(flags.ndim),
    position: array.position,
  }
  // Zeros, because others may change the mask meanwhile, and places stay that no one writes.
  const result = allocateBlocks(count, inner, array.dtype, true)
  if (sizeOf(result.shape) > 0) {
    unwrapNative(() => native.maskGather(operand(0, array), operand(1, flags), operand(2, result)))
  }
  return result
}
