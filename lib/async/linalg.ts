/**
 * Products and searches off the event loop.
 * @module
 */
import { isArray } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { checkOptions } from '../errors/check-options.js'
import { NEAREST_OPTIONS, neighboursOf, planNearest, runNearest } from '../ops/linalg/nearest.js'
import type { NearestOptions, Neighbours } from '../ops/linalg/nearest.js'
import { pin } from './pin.js'
import { ASYNC_OPTIONS, Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** `nearest`. */
async function nearest(
  array: ArrayBase,
  query: unknown,
  options: NearestOptions & AsyncOptions = {},
): Promise<Neighbours> {
  checkOptions(options, [...NEAREST_OPTIONS, ...ASYNC_OPTIONS], 'nearest')
  const task = new Task(options, isArray(options.mask) ? [array, options.mask] : [array])
  const plan = planNearest(array, query, options)
  const matrix = await pin(plan.matrix, task)
  const mask = plan.mask === null ? null : await pin(plan.mask, task)
  try {
    const found = await task.runInPool(array.size, (nativeTask) =>
      runNearest(plan, matrix.source, mask?.source ?? null, nativeTask),
    )
    return neighboursOf(plan, found)
  } finally {
    matrix.release()
    mask?.release()
  }
}

/** The methods of `array.promises` that multiply and search, and the most arguments of each. */
export const LINALG = {
  nearest: { run: nearest, most: 2 },
}
