/**
 * Searches: the elements that are not zero, the places of values in sorted elements, the best of each line.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import { ArrayBase } from '../../array/array-base.js'
import { reduceAllKernel } from '../../array/kernel-calls.js'
import { asOwner, viewOf } from '../../array/make-array.js'
import { operand } from '../../array/operand.js'
import { OPAQUE_CODE, parseDType, promoteDTypes } from '../../dtype/index.js'
import { isDate } from '../../errors/brands.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { parseAxis } from '../../layout/axis.js'
import { integerOf } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { toBool } from '../cast/to-bool.js'
import { coerceOperand } from '../compare/coerce-operand.js'
import { castTo } from '../copy.js'
import { fromNestedLists } from '../from-values.js'
import { REDUCTIONS } from '../table.js'
import { checkOrdered } from './order-dtype.js'
import { linesOf } from './sort.js'

/** `NDArray.nonzero`. */
export function nonzero(array: ArrayBase): ArrayBase[] {
  const source = flagsOf(array)
  const target = allocateIndices(source, Number(unwrapNative(() => countNonzero(source))))
  unwrapNative(() => native.nonzero(operand(0, source), operand(1, target)))
  return rowsOf(target)
}

/** Checks a `nonzero`, and returns the array that its kernel reads. */
export function flagsOf(array: ArrayBase): ArrayBase {
  array.store.checkOpen()
  if (array.ndim === 0) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', 'invalid shape (): nonzero needs an axis; use ravel()')
  }
  return array.dtype.code === OPAQUE_CODE ? toBool(array) : array
}

/** Counts the elements that are not zero. */
export function countNonzero(source: ArrayBase, task?: NativeTask): unknown {
  return reduceAllKernel(REDUCTIONS.countNonzero.code, source, undefined, task)
}

/** Allocates a row of indices for each axis. */
export function allocateIndices({ ndim }: ArrayBase, count: number): ArrayBase {
  return allocateEmpty([ndim, count], parseDType('int64'))
}

/** The rows of an array, each as an array of its own. */
export function rowsOf(target: ArrayBase): ArrayBase[] {
  const [rows, count] = target.shape as [number, number]
  return Array.from({ length: rows }, (_, row) =>
    asOwner(
      viewOf(target, {
        shape: [count],
        byteStrides: [target.itemsize],
        position: target.position + row * count * target.itemsize,
      }),
    ),
  )
}

/** The options of `searchsorted`. */
export interface SearchOptions {
  /** Of equal elements, before the first (`'left'`, the default) or behind the last (`'right'`). */
  side?: 'left' | 'right'
}

/** `NDArray.searchsorted`. */
export function searchsorted(array: ArrayBase, values: unknown, options: SearchOptions = {}): number | ArrayBase {
  checkOptions(options, ['side'], 'searchsorted')
  const plan = planSearch(array, values, options)
  unwrapNative(() => runSearch(plan, plan.sorted, plan.values))
  return placesOf(plan)
}

/** A checked `searchsorted`, with its result allocated. */
export interface SearchPlan {
  readonly sorted: ArrayBase
  readonly values: ArrayBase
  readonly target: ArrayBase
  readonly code: number
  readonly right: boolean
  readonly isScalar: boolean
}

/** Checks a `searchsorted` and allocates its result. */
export function planSearch(array: ArrayBase, given: unknown, { side = 'left' }: SearchOptions): SearchPlan {
  array.store.checkOpen()
  checkOrdered(array.dtype, 'searchsorted')
  if (array.ndim !== 1) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape (${array.shape.join(', ')}): searchsorted takes one sorted axis; select a line`,
    )
  }
  if (side !== 'left' && side !== 'right') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid side ${inspect(side)}: it must be 'left' or 'right'`)
  }
  const operands = coerceOperand(array, given, false)
  const values = operands instanceof ArrayBase ? operands : fromNestedLists(given, parseDType('float64'))
  checkOrdered(values.dtype, 'searchsorted')
  const common = promoteDTypes(array.dtype, values.dtype)
  if (common === null) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${values.dtype.name}: it has no order with ${array.dtype.name}; convert the values with astype()`,
    )
  }
  // The kernel converts numbers as it reads them, and knows no units.
  const isTime = common.unit !== null
  return {
    sorted: isTime && array.dtype.newByteOrder('=') !== common ? castTo(array, common) : array,
    values: isTime ? castTo(values, common) : values,
    target: allocateEmpty(values.shape, parseDType('int64')),
    code: common.code,
    right: side === 'right',
    isScalar: typeof given !== 'object' || isDate(given),
  }
}

/** Runs a planned search; the arrays are the plan's, or equal to them. */
export function runSearch(
  { target, code, right }: SearchPlan,
  sorted: ArrayBase,
  values: ArrayBase,
  task?: NativeTask,
): unknown {
  return native.searchsorted(operand(0, sorted), operand(1, values), operand(2, target), code, right, task)
}

/** The result of a search: a number for a single value. */
export function placesOf({ target, isScalar }: SearchPlan): number | ArrayBase {
  return isScalar ? Number(target.get()) : target
}

/** The options of `topk`. */
export interface TopkOptions {
  /** The axis of the lines; the last one by default. `null` takes all elements in C order, on one axis. */
  axis?: number | null
  /** False for the smallest elements; true by default. */
  largest?: boolean
}

/** `NDArray.topk`. */
export function topk(array: ArrayBase, k: unknown, options: TopkOptions = {}): TopkResult {
  checkOptions(options, ['axis', 'largest'], 'topk')
  const plan = planTopk(array, k, options)
  unwrapNative(() => runTopk(plan, plan.source))
  return { values: plan.values, indices: plan.indices }
}

/** The elements that `topk` finds, and their positions. */
interface TopkResult {
  values: ArrayBase
  indices: ArrayBase
}

/** A checked `topk`, with its results allocated. */
export interface TopkPlan extends TopkResult {
  readonly source: ArrayBase
  readonly axis: number
  readonly largest: boolean
}

/** Checks a `topk` and allocates its results. */
export function planTopk(array: ArrayBase, k: unknown, options: TopkOptions): TopkPlan {
  array.store.checkOpen()
  checkOrdered(array.dtype, 'topk')
  checkBoolean('largest', options.largest)
  const source = linesOf(array, options.axis)
  const axis = parseAxis(options.axis ?? -1, source.ndim)
  const length = source.shape[axis] as number
  const count = integerOf(k)
  if (count === null || count < 0 || count > length) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid k ${inspect(k)}: it must be a whole number from 0 to the length of the axis, ${length}`,
    )
  }
  const shape = source.shape.with(axis, count)
  const values = allocateEmpty(shape, source.dtype)
  return { source, axis, largest: options.largest ?? true, values, indices: allocateEmpty(shape, parseDType('int64')) }
}

/** Runs a planned `topk`; `source` is the plan's, or equal to it. */
export function runTopk({ axis, largest, values, indices }: TopkPlan, source: ArrayBase, task?: NativeTask): unknown {
  return native.topk(operand(0, source), operand(1, values), operand(2, indices), axis, largest, task)
}
