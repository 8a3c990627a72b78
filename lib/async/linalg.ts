/**
 * Products and searches off the event loop.
 * @module
 */
import { allocateEmpty } from '../array/allocate.js'
import { isArray } from '../array/array-base.js'
import type { ArrayBase } from '../array/array-base.js'
import { operand } from '../array/operand.js'
import { checkOptions } from '../errors/check-options.js'
import { native } from '../native/native.js'
import { blocksOfRows, planDot, productOf, runDot } from '../ops/linalg/dot.js'
import { NEAREST_OPTIONS, neighboursOf, planNearest, runNearest } from '../ops/linalg/nearest.js'
import type { NearestOptions, Neighbours } from '../ops/linalg/nearest.js'
import { pin } from './pin.js'
import { ASYNC_OPTIONS, Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** `dot`. */
async function dot(array: ArrayBase, other: unknown, options: AsyncOptions = {}): Promise<unknown> {
  checkOptions(options, ASYNC_OPTIONS, 'dot')
  const task = new Task(options, isArray(other) ? [array, other] : [array])
  const plan = planDot(array, other)
  const left = await pin(plan.left, task)
  try {
    const right = await pin(plan.right, task)
    try {
      const blocks = [...blocksOfRows({ ...plan, left: left.source })]
      if (blocks.length === 1 && plan.left.store.recipe === null) {
        await task.runInPool(plan.products, (nativeTask) => runDot(plan, left.source, right.source, nativeTask))
      } else {
        for (const [index, block] of blocks.entries()) {
          await task.withoutProgress(async (silent) => {
            const rows = allocateEmpty(block.left.shape, block.left.dtype)
            await silent.runInPool(rows.size, (nativeTask) =>
              native.assign(operand(0, block.left), operand(1, rows), nativeTask),
            )
            await silent.runInPool(rows.size, (nativeTask) => runDot(block, rows, right.source, nativeTask))
          })
          task.report((index + 1) / blocks.length)
        }
      }
    } finally {
      right.release()
    }
  } finally {
    left.release()
  }
  return productOf(plan)
}

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
  try {
    const mask = plan.mask === null ? null : await pin(plan.mask, task)
    try {
      const found = await task.runInPool(array.size, (nativeTask) =>
        runNearest(plan, matrix.source, mask?.source ?? null, nativeTask),
      )
      return neighboursOf(plan, found)
    } finally {
      mask?.release()
    }
  } finally {
    matrix.release()
  }
}

/** The methods of `array.promises` that multiply and search, and the most arguments of each. */
export const LINALG = {
  dot: { run: dot, most: 2 },
  nearest: { run: nearest, most: 2 },
}
