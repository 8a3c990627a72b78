/**
 * Indexing by lists of positions and by masks, which copies the elements.
 * @module
 */
import { coreOf, isArray } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { maskPlain } from '../../array/plain/select.js'
import { parseDType } from '../../dtype/index.js'
import { indexError } from '../../errors/memmap-error.js'
import { normalizeIndex } from '../../layout/axis.js'
import { sizeOf } from '../../layout/shape.js'
import { isContiguous } from '../../layout/strides.js'
import { native, unwrapNative } from '../../native/native.js'
import { fromNestedLists } from '../from-values.js'
import { allocateBlocks, withListAxes } from './blocks.js'
import { checkMaskLength, select } from './select.js'
import type { Gather } from './select.js'
import { positionsOfList } from './selectors.js'
import { manyPositions, takeAt, takeMany } from './take.js'

/** `NDArray.index`: a view, or a copy if there is a list among the selectors. */
export function indexArray(array: ArrayBase, selectors: readonly unknown[]): ArrayBase {
  const [first] = selectors
  const core = coreOf(array)
  const { shape, byteStrides } = core
  if (typeof first === 'number' && selectors.length === 1 && Number.isInteger(first) && shape.length > 0)
    return entryOf(array, first)
  // The mask kernel reads an array of bool in place.
  if (selectors.length === 1 && isArray(first) && first.dtype.kind === 'b' && first.ndim > 0) return mask(array, first)
  // A list of positions on the first axis is a take, which copies the other axes as they are in C order.
  if (
    selectors.length === 1 &&
    typeof first === 'object' &&
    shape.length > 0 &&
    sizeOf(shape) > 0 &&
    isContiguous(shape, byteStrides, core.dtype.itemsize, 'C')
  ) {
    const many = manyPositions(first)
    if (many !== null && many.ndim === 1) return takeMany(array, 0, many)
    const positions = positionsOfList(first, true)
    if (positions !== null) return takeAt(array, 0, positions)
  }
  const selection = select(selectors, core)
  return 'inner' in selection ? gather(array, selection) : viewOf(array, selection)
}

/** A view of an entry of axis 0, as `a[3]` is. */
function entryOf(array: ArrayBase, index: number): ArrayBase {
  const { shape, byteStrides, position } = coreOf(array)
  const at = normalizeIndex(index, shape, 0)
  return viewOf(array, {
    shape: withoutFirst(shape),
    byteStrides: withoutFirst(byteStrides),
    position: position + at * (byteStrides[0] as number),
  })
}

/** The list without its first number. Two numbers, as of a matrix, have a way of their own, because it takes a fifth of the time. */
function withoutFirst(list: readonly number[]): number[] {
  return list.length === 2 ? [list[1] as number] : list.slice(1)
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
