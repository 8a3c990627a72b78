/**
 * The range of the elements, and how often each occurs.
 * @module
 */
import { allocate, allocateEmpty } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { operand } from '../../array/operand.js'
import { parseDType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { integerOf } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { checkOrdered } from './order-dtype.js'

/** `NDArray.minmax`. */
export function minmax(array: ArrayBase): { min: unknown; max: unknown } {
  const target = planMinmax(array)
  unwrapNative(() => native.minmax(operand(0, array), operand(1, target)))
  return boundsOf(target)
}

/** Checks a `minmax`, and allocates the two elements that it finds. */
export function planMinmax(array: ArrayBase, name = 'minmax'): ArrayBase {
  array.store.checkOpen()
  checkOrdered(array.dtype, name)
  if (array.size > 0) return allocate([2], array.dtype.newByteOrder('='))
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid shape (${array.shape.join(', ')}): ${name} of no elements is undefined; check the size first`,
  )
}

/** The result of a `minmax`, from its target. */
export function boundsOf(target: ArrayBase): { min: unknown; max: unknown } {
  return { min: target.get(0), max: target.get(1) }
}

/** The options of `bincount`. */
export interface BincountOptions {
  /** The least number of counts; 0 by default. */
  minlength?: number
}

/** `NDArray.bincount`. */
export function bincount(array: ArrayBase, options: BincountOptions = {}): ArrayBase {
  checkOptions(options, ['minlength'], 'bincount')
  const least = checkBincount(array, options)
  const bounds = array.size === 0 ? null : minmax(array)
  const target = allocateCounts(bounds, least)
  unwrapNative(() => native.bincount(operand(0, array), operand(1, target)))
  return target
}

/** Checks a `bincount`, and returns the least number of counts. */
export function checkBincount(array: ArrayBase, { minlength = 0 }: BincountOptions): number {
  array.store.checkOpen()
  const { dtype, ndim } = array
  if (!'biu'.includes(dtype.kind) || dtype.name === 'uint64') {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${dtype.name}: bincount takes whole numbers that int64 holds; convert them with astype('int64')`,
    )
  }
  if (ndim !== 1) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape (${array.shape.join(', ')}): bincount takes one axis; use ravel()`,
    )
  }
  const least = integerOf(minlength)
  if (least === null || least < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid minlength ${inspect(minlength)}: it must be a whole number that is not negative`,
    )
  }
  return least
}

/** Allocates the counts of numbers within bounds; null for no numbers. */
export function allocateCounts(bounds: { min: unknown; max: unknown } | null, least: number): ArrayBase {
  const [min, max] = bounds === null ? [0, -1] : [Number(bounds.min), Number(bounds.max)]
  if (min < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid element ${min}: bincount counts numbers from 0 on; subtract the smallest first, or use unique()`,
    )
  }
  return allocate([Math.max(least, max + 1)], parseDType('int64'))
}

/** `NDArray.unique`. */
export function unique(array: ArrayBase): { values: ArrayBase; counts: ArrayBase } {
  array.store.checkOpen()
  checkOrdered(array.dtype, 'unique')
  const found = new native.NativeUnique()
  const count = unwrapNative(() => native.unique(operand(0, array), found))
  return storeUnique(array, found, count)
}

/** Counts the different elements off the event loop; `source` is the array, or equal to it. */
export async function runUnique(
  array: ArrayBase,
  run: (start: (source: ArrayBase, task: NativeTask) => unknown) => Promise<unknown>,
): Promise<{ values: ArrayBase; counts: ArrayBase }> {
  const found = new native.NativeUnique()
  const count = await run((source, task) => native.unique(operand(0, source), found, task))
  return storeUnique(array, found, count as number)
}

function storeUnique(
  { dtype }: ArrayBase,
  found: InstanceType<typeof native.NativeUnique>,
  count: number,
): { values: ArrayBase; counts: ArrayBase } {
  const values = allocateEmpty([count], dtype)
  const counts = allocateEmpty([count], parseDType('int64'))
  unwrapNative(() => found.store(operand(0, values), operand(1, counts)))
  return { values, counts }
}
