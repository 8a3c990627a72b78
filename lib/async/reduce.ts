import type { ArrayBase } from '../array/array-base.js'
import { checkOptions } from '../errors/check-options.js'
import { OPTION_NAMES } from '../ops/reduce/options.js'
import type { ReduceOptions } from '../ops/reduce/options.js'
import { planReduction } from '../ops/reduce/plan.js'
import { reduceText, resultOf, runReduction } from '../ops/reduce/reduce.js'
import { REDUCTIONS } from '../ops/table.js'
import type { Reduction } from '../ops/table.js'
import { pin } from './pin.js'
import { ASYNC_OPTIONS, Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** A reduction in the thread pool. */
export async function reduceAsync(
  array: ArrayBase,
  name: Reduction,
  options: ReduceOptions & AsyncOptions = {},
): Promise<unknown> {
  checkOptions(options, [...OPTION_NAMES[REDUCTIONS[name].takes], ...ASYNC_OPTIONS], name)
  const { signal, onProgress, ...rest } = options
  const task = new Task(options, [array])
  const plan = planReduction(array, name, rest)
  if (plan.isText) {
    const positions = reduceText(plan)
    task.report(1)
    return positions
  }
  const { source, release } = await pin(plan.source, task)
  try {
    return resultOf(plan, await task.runInPool(source.size, (native) => runReduction(plan.of(source), native)))
  } finally {
    release()
  }
}
