import type { ArrayBase } from '../array/array-base.js'
import { checkOptions } from '../errors/check-options.js'
import {
  allocateBins,
  binsOf,
  HISTOGRAM_OPTIONS,
  newExtent,
  planHistogram,
  runExtent,
  runHistogram,
} from '../ops/stats/histogram.js'
import type { Bins, HistogramOptions } from '../ops/stats/histogram.js'
import {
  MEDIAN_OPTIONS,
  planMedian,
  planQuantile,
  QUANTILE_OPTIONS,
  quantileOf,
  runQuantile,
} from '../ops/stats/quantile.js'
import type { MedianOptions, QuantileOptions, QuantilePlan } from '../ops/stats/quantile.js'
import { pin } from './pin.js'
import { ASYNC_OPTIONS, Task } from './task.js'
import type { AsyncOptions } from './task.js'

/** `quantile` in the thread pool. */
export async function quantileAsync(
  array: ArrayBase,
  q: unknown,
  options: QuantileOptions & AsyncOptions = {},
): Promise<unknown> {
  checkOptions(options, [...QUANTILE_OPTIONS, ...ASYNC_OPTIONS], 'quantile')
  const { signal, onProgress, ...rest } = options
  const task = new Task(options, [array])
  return runPlan(planQuantile(array, q, rest), task)
}

/** `median` in the thread pool. */
export async function medianAsync(array: ArrayBase, options: MedianOptions & AsyncOptions = {}): Promise<unknown> {
  checkOptions(options, [...MEDIAN_OPTIONS, ...ASYNC_OPTIONS], 'median')
  const { signal, onProgress, ...rest } = options
  const task = new Task(options, [array])
  return runPlan(planMedian(array, rest), task)
}

async function runPlan(plan: QuantilePlan, task: Task): Promise<unknown> {
  const { source, release } = await pin(plan.source, task)
  try {
    await task.runInPool(source.size, (native) => runQuantile(plan, source, native))
    return quantileOf(plan)
  } finally {
    release()
  }
}

/** `histogram` in the thread pool. */
export async function histogramAsync(array: ArrayBase, options: HistogramOptions & AsyncOptions = {}): Promise<Bins> {
  checkOptions(options, [...HISTOGRAM_OPTIONS, ...ASYNC_OPTIONS], 'histogram')
  const { signal, onProgress, ...rest } = options
  const task = new Task(options, [array])
  const plan = planHistogram(array, rest)
  const { source, release } = await pin(plan.source, task)
  const weights = plan.weights === null ? null : await pin(plan.weights, task)
  try {
    const extent = newExtent(plan)
    if (extent !== null)
      await task.withoutProgress((silent) =>
        silent.runInPool(source.size, (native) => runExtent(source, extent, native)),
      )
    const bins = allocateBins(plan, extent)
    const by = weights?.source ?? null
    await task.runInPool(source.size, (native) => runHistogram(source, by, bins, native))
    return binsOf(plan, bins)
  } finally {
    release()
    weights?.release()
  }
}
