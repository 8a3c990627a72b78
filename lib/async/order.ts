/**
 * Sorting, searching and counting off the event loop.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { operand } from '../array/operand.js'
import { checkOptions } from '../errors/check-options.js'
import { native } from '../native/native.js'
import { assignElements } from '../ops/cast/assign-elements.js'
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

/** `argsort`. */
async function argsort(array: ArrayBase, options: ArgsortOptions & AsyncOptions = {}): Promise<ArrayBase> {
  checkOptions(options, ['axis', ...ASYNC_OPTIONS], 'argsort')
  const task = new Task(options, [array])
  const plan = planArgsort(array, options)
  const { source, release } = await pin(plan.source, task)
  try {
    await task.runInPool(2 * source.size, (nativeTask) => runArgsort(plan, source, nativeTask))
    return plan.target
  } finally {
    release()
  }
}

/** The methods of `array.promises` that sort, search and count, and the most arguments of each. */
export const ORDER = {
  sort: { run: sort, most: 1 },
  argsort: { run: argsort, most: 1 },
}
