/**
 * Sorting along an axis, and the positions in sorted order.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { parseDType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { parseAxis } from '../../layout/axis.js'
import { checkWriteable } from '../../memory/writeable.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { ravel } from '../reshape.js'
import { checkOrdered } from './order-dtype.js'

/** The options of `sort`. */
export interface SortOptions {
  /** The axis of the lines to sort; the last one by default. */
  axis?: number
}

/** The options of `argsort`. */
export interface ArgsortOptions {
  /** The axis of the lines to sort; the last one by default. `null` takes all elements in C order, on one axis. */
  axis?: number | null
}

/** `NDArray.sort`. */
export function sort(array: ArrayBase, options: SortOptions = {}): void {
  checkOptions(options, ['axis'], 'sort')
  const axis = planSort(array, options)
  unwrapNative(() => native.sort(operand(0, array), axis))
}

/** Checks a sort, and returns its axis. */
export function planSort(array: ArrayBase, { axis = -1 }: SortOptions): number {
  checkWriteable(array)
  checkOrdered(array.dtype, 'sort')
  return parseAxis(axis, array.ndim)
}

/** `NDArray.argsort`. */
export function argsort(array: ArrayBase, options: ArgsortOptions = {}): ArrayBase {
  checkOptions(options, ['axis'], 'argsort')
  const plan = planArgsort(array, options)
  unwrapNative(() => runArgsort(plan, plan.source))
  return plan.target
}

/** A checked `argsort`, with its result allocated. */
export interface ArgsortPlan {
  readonly source: ArrayBase
  readonly axis: number
  readonly target: ArrayBase
}

/** Checks an `argsort` and allocates its result. */
export function planArgsort(array: ArrayBase, options: ArgsortOptions): ArgsortPlan {
  array.store.checkOpen()
  checkOrdered(array.dtype, 'argsort')
  const source = linesOf(array, options.axis)
  const axis = parseAxis(options.axis ?? -1, source.ndim)
  return { source, axis, target: allocateEmpty(source.shape, parseDType('int64')) }
}

/** Runs a planned `argsort`; `source` is the plan's, or equal to it. */
export function runArgsort({ axis, target }: ArgsortPlan, source: ArrayBase, task?: NativeTask): unknown {
  return native.argsort(operand(0, source), axis, operand(1, target), task)
}

/** The array with the lines of an axis; null is NumPy's `axis=None`. An array without axes counts as one of shape [1], as in NumPy. */
export function linesOf(array: ArrayBase, axis: number | null | undefined): ArrayBase {
  if (axis === null) return ravel(array)
  const { ndim, itemsize, position } = array
  return ndim === 0 ? viewOf(array, { shape: [1], byteStrides: [itemsize], position }) : array
}
