/**
 * Sorting, searching and counting off the event loop.
 * @module
 */
import { isArray } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { operand } from '../array/operand.js'
import { checkOptions } from '../errors/check-options.js'
import { native } from '../native/native.js'
import type { NativeTask } from '../native/native.js'
import { assignElements } from '../ops/cast/assign-elements.js'
import { allocateCounts, boundsOf, checkBincount, planMinmax, runUnique } from '../ops/stats/count.js'
import type { BincountOptions } from '../ops/stats/count.js'
import { checkOrdered } from '../ops/stats/order-dtype.js'
import {
  allocateIndices,
  countNonzero,
  flagsOf,
  placesOf,
  planSearch,
  planTopk,
  rowsOf,
  runSearch,
  runTopk,
} from '../ops/stats/select.js'
import type { SearchOptions, TopkOptions } from '../ops/stats/select.js'
import { planArgsort, planSort, runArgsort } from '../ops/stats/sort.js'
import type { ArgsortOptions, SortOptions } from '../ops/stats/sort.js'
import { chunksOf } from './chunks.js'
import { pin, privateCopy } from './pin.js'
import { ASYNC_OPTIONS, Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** `sort`: of a file in place, of an array in memory in a copy that is stored in the end, because JavaScript may move its buffer. */
async function sort(array: ArrayBase, options: SortOptions & AsyncOptions = {}): Promise<ArrayBase> {
  checkOptions(options, ['axis', ...ASYNC_OPTIONS], 'sort')
  const task = new Task(options, [array])
  const axis = planSort(array, options)
  const isMapped = array.store.mapping !== null
  const target = isMapped ? array : await privateCopy(array, task)
  await task.runInPool(2 * array.size, (nativeTask) => native.sort(operand(0, target), axis, nativeTask))
  if (!isMapped) {
    await task.withoutProgress((silent) =>
      silent.runChunks(chunksOf([array, target]), array.size, ([to, from]) =>
        assignElements(to as ArrayBase, from as ArrayBase),
      ),
    )
  }
  return array
}

/** Runs a kernel in the thread pool on an array that is pinned meanwhile. */
async function onPinned(
  array: ArrayBase,
  task: Task,
  total: number,
  start: (source: ArrayBase, nativeTask: NativeTask) => unknown,
): Promise<unknown> {
  const { source, release } = await pin(array, task)
  try {
    return await task.runInPool(total, (nativeTask) => start(source, nativeTask))
  } finally {
    release()
  }
}

/** `argsort`. */
async function argsort(array: ArrayBase, options: ArgsortOptions & AsyncOptions = {}): Promise<ArrayBase> {
  checkOptions(options, ['axis', ...ASYNC_OPTIONS], 'argsort')
  const task = new Task(options, [array])
  const plan = planArgsort(array, options)
  await onPinned(plan.source, task, 2 * array.size, (source, nativeTask) => runArgsort(plan, source, nativeTask))
  return plan.target
}

/** `minmax`. */
async function minmax(array: ArrayBase, options: AsyncOptions = {}): Promise<{ min: unknown; max: unknown }> {
  checkOptions(options, ASYNC_OPTIONS, 'minmax')
  const task = new Task(options, [array])
  return bounds(array, task)
}

async function bounds(array: ArrayBase, task: Task, name?: string): Promise<{ min: unknown; max: unknown }> {
  const target = planMinmax(array, name)
  await onPinned(array, task, array.size, (source, nativeTask) =>
    native.minmax(operand(0, source), operand(1, target), nativeTask),
  )
  return boundsOf(target)
}

/** `nonzero`. */
async function nonzero(array: ArrayBase, options: AsyncOptions = {}): Promise<ArrayBase[]> {
  checkOptions(options, ASYNC_OPTIONS, 'nonzero')
  const task = new Task(options, [array])
  const flags = flagsOf(array)
  let count = 0
  await task.withoutProgress(async (silent) => {
    count = Number(await onPinned(flags, silent, flags.size, countNonzero))
  })
  const target = allocateIndices(flags, count)
  await onPinned(flags, task, 2 * flags.size, (source, nativeTask) =>
    native.nonzero(operand(0, source), operand(1, target), nativeTask),
  )
  return rowsOf(target)
}

/** `bincount`. */
async function bincount(array: ArrayBase, options: BincountOptions & AsyncOptions = {}): Promise<ArrayBase> {
  checkOptions(options, ['minlength', ...ASYNC_OPTIONS], 'bincount')
  const task = new Task(options, [array])
  const least = checkBincount(array, options)
  let found: { min: unknown; max: unknown } | null = null
  if (array.size > 0) {
    await task.withoutProgress(async (silent) => {
      found = await bounds(array, silent, 'bincount')
    })
  }
  const target = allocateCounts(found, least)
  await onPinned(array, task, array.size, (source, nativeTask) =>
    native.bincount(operand(0, source), operand(1, target), nativeTask),
  )
  return target
}

/** `unique`. */
async function unique(array: ArrayBase, options: AsyncOptions = {}): Promise<{ values: ArrayBase; counts: ArrayBase }> {
  checkOptions(options, ASYNC_OPTIONS, 'unique')
  const task = new Task(options, [array])
  array.store.checkOpen()
  checkOrdered(array.dtype, 'unique')
  return runUnique(array, (start) => onPinned(array, task, array.size, start))
}

/** `searchsorted`. */
async function searchsorted(
  array: ArrayBase,
  values: unknown,
  options: SearchOptions & AsyncOptions = {},
): Promise<number | ArrayBase> {
  checkOptions(options, ['side', ...ASYNC_OPTIONS], 'searchsorted')
  const task = new Task(options, isArray(values) ? [array, values] : [array])
  const plan = planSearch(array, values, options)
  const needles = await pin(plan.values, task)
  try {
    await onPinned(plan.sorted, task, plan.values.size, (sorted, nativeTask) =>
      runSearch(plan, sorted, needles.source, nativeTask),
    )
    return placesOf(plan)
  } finally {
    needles.release()
  }
}

/** `topk`. */
async function topk(
  array: ArrayBase,
  k: unknown,
  options: TopkOptions & AsyncOptions = {},
): Promise<{ values: ArrayBase; indices: ArrayBase }> {
  checkOptions(options, ['axis', 'largest', ...ASYNC_OPTIONS], 'topk')
  const task = new Task(options, [array])
  const plan = planTopk(array, k, options)
  await onPinned(plan.source, task, array.size, (source, nativeTask) => runTopk(plan, source, nativeTask))
  return { values: plan.values, indices: plan.indices }
}

/** The methods of `array.promises` that sort, search and count, and the most arguments of each. */
export const ORDER = {
  sort: { run: sort, most: 1 },
  argsort: { run: argsort, most: 1 },
  minmax: { run: minmax, most: 1 },
  nonzero: { run: nonzero, most: 1 },
  bincount: { run: bincount, most: 1 },
  unique: { run: unique, most: 1 },
  searchsorted: { run: searchsorted, most: 2 },
  topk: { run: topk, most: 2 },
}
