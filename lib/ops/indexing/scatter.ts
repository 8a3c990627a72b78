import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { shapeText } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import { elementOf, sourceOf } from '../assign-value.js'
import { assignElements } from '../cast/assign-elements.js'
import { hasPadding } from '../cast/records.js'
import { fieldOf } from '../view.js'
import { withListAxes } from './blocks.js'
import type { Gather } from './select.js'

/** Stores a broadcast value in the elements of an advanced selection. */
export function scatter(array: ArrayBase, selection: Gather, value: unknown): void {
  const { target, blocks, selected, source } = planScatter(array, selection, value)
  // Converts all values before the first element changes. Of equal positions, the last one wins.
  if (source !== null) assignElements(selected, source)
  if (blocks.size > 0) scatterBlocks(target, blocks, selection.offsets)
}

/** An assignment to an advanced selection that is ready to run. */
export interface ScatterPlan {
  /** The block at offset 0. */
  readonly target: ArrayBase
  /** The values of all blocks, on an additional first axis. */
  readonly blocks: ArrayBase
  /** A view of `blocks` in the shape of the selection, to which the source is assigned first. */
  readonly selected: ArrayBase
  /** The source of the values; null if all blocks are one value. */
  readonly source: ArrayBase | null
}

/** @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_CAST` */
export function planScatter(array: ArrayBase, selection: Gather, value: unknown): ScatterPlan {
  const shape = [selection.offsets.length, ...selection.inner.shape]
  const source = sourceOf(value, array.dtype)
  if (selection.isMask && source !== null && source.ndim > 1) {
    throw new MemmapError(
      'ERR_MEMMAP_BROADCAST',
      `invalid value of shape ${shapeText(source.shape)}: the elements that a mask selects are on one axis, and the value has ${source.ndim}; ravel() it`,
      { expected: [selection.offsets.length], actual: source.shape },
    )
  }
  const blocks = source === null ? repeated(elementOf(value, array.dtype), shape) : allocate(shape, array.dtype)
  const selected = source === null ? blocks : withListAxes(blocks, selection)
  return { target: viewOf(array, selection.inner), blocks, selected, source }
}

/** Stores the entries of the first axis of `blocks` at the offsets. Padding between fields does not change, as in NumPy. */
export function scatterBlocks(target: ArrayBase, blocks: ArrayBase, offsets: Float64Array): void {
  const { dtype } = target
  if (hasPadding(dtype)) {
    for (const name of dtype.names ?? []) scatterBlocks(fieldOf(target, name), fieldOf(blocks, name), offsets)
    return
  }
  unwrapNative(() => native.scatter(operand(0, blocks), operand(1, target), offsets))
}

/** A view of one element broadcast to a shape. */
function repeated(one: ArrayBase, shape: readonly number[]): ArrayBase {
  return viewOf(one, { shape, byteStrides: shape.map(() => 0), position: 0 })
}
