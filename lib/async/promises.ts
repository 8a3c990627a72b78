import type { ArrayBase } from '../array/array-base.js'
import type { DTypeLike } from '../dtype/index.js'
import { checkBoolean, checkOptions } from '../errors/check-options.js'
import { refuseSurplus } from '../errors/refuse-surplus.js'
import type { OrderLike } from '../layout/strides.js'
import { planCast, planCopy } from '../ops/copy.js'
import type { ReduceOptions } from '../ops/reduce/options.js'
import { REDUCTIONS } from '../ops/table.js'
import type { Reduction } from '../ops/table.js'
import type { Bins, HistogramOptions } from '../ops/stats/histogram.js'
import type { MedianOptions, QuantileOptions } from '../ops/stats/quantile.js'
import { assignAsync, copyAsync, fillAsync } from './assign.js'
import { ORDER } from './order.js'
import { flushAsync, prefetchAsync } from './pages.js'
import { reduceAsync } from './reduce.js'
import { histogramAsync, medianAsync, quantileAsync } from './stats.js'
import { ASYNC_OPTIONS } from './task.js'
import type { AsyncOptions } from './task.js'

/** The object behind `array.promises`; `ArrayPromises` in `ndarray.ts` is its type. */
class Promises {
  constructor(private readonly array: ArrayBase) {}

  async copy(options: { order?: OrderLike } & AsyncOptions = {}): Promise<ArrayBase> {
    checkOptions(options, ['order', ...ASYNC_OPTIONS], 'copy')
    return copyAsync(planCopy(this.array, options.order), options)
  }

  async astype(dtype: DTypeLike, options: { order?: OrderLike } & AsyncOptions = {}): Promise<ArrayBase> {
    checkOptions(options, ['order', ...ASYNC_OPTIONS], 'astype')
    return copyAsync(planCast(this.array, dtype, options.order), options)
  }

  async assign(value: unknown, selectors?: unknown, options?: AsyncOptions): Promise<ArrayBase> {
    // The options may directly follow the value.
    const isList = selectors === undefined || Array.isArray(selectors)
    const asyncOptions = options ?? (isList ? {} : (selectors as AsyncOptions))
    checkOptions(asyncOptions, ASYNC_OPTIONS, 'assign')
    await assignAsync(this.array, value, options === undefined && !isList ? undefined : selectors, asyncOptions)
    return this.array
  }

  async fill(value: unknown, options: AsyncOptions = {}): Promise<ArrayBase> {
    checkOptions(options, ASYNC_OPTIONS, 'fill')
    await fillAsync(this.array, value, options)
    return this.array
  }

  async flush(options: { durable?: boolean } & AsyncOptions = {}): Promise<void> {
    checkOptions(options, ['durable', ...ASYNC_OPTIONS], 'flush')
    checkBoolean('durable', options.durable)
    await flushAsync(this.array, options.durable ?? false, options)
  }

  async prefetch(options: AsyncOptions = {}): Promise<void> {
    checkOptions(options, ASYNC_OPTIONS, 'prefetch')
    await prefetchAsync(this.array, options)
  }

  async quantile(q: unknown, options?: QuantileOptions & AsyncOptions): Promise<unknown> {
    return quantileAsync(this.array, q, options)
  }

  async median(options?: MedianOptions & AsyncOptions): Promise<unknown> {
    return medianAsync(this.array, options)
  }

  async histogram(options?: HistogramOptions & AsyncOptions): Promise<Bins> {
    return histogramAsync(this.array, options)
  }

  static {
    for (const name of Object.keys(REDUCTIONS) as Reduction[]) {
      const method = async function (this: Promises, options?: ReduceOptions & AsyncOptions): Promise<unknown> {
        return reduceAsync(this.array, name, options)
      }
      Object.defineProperty(method, 'name', { value: name })
      Object.defineProperty(this.prototype, name, { value: method, configurable: true, writable: true })
    }
    for (const [name, { run }] of Object.entries(ORDER)) {
      const method = async function (this: Promises, ...args: unknown[]): Promise<unknown> {
        return (run as (array: ArrayBase, ...args: unknown[]) => Promise<unknown>)(this.array, ...args)
      }
      Object.defineProperty(method, 'name', { value: name })
      Object.defineProperty(this.prototype, name, { value: method, configurable: true, writable: true })
    }
  }
}

const MOST = {
  copy: 1,
  astype: 2,
  assign: 3,
  fill: 2,
  flush: 1,
  prefetch: 1,
  quantile: 2,
  median: 1,
  histogram: 1,
  ...Object.fromEntries(Object.keys(REDUCTIONS).map((name) => [name, 1])),
  ...Object.fromEntries(Object.entries(ORDER).map(([name, { most }]) => [name, most])),
}

refuseSurplus(Promises.prototype, MOST, async (error) => {
  throw error
})

/** Created at the first use, because most arrays have none. */
const promises = new WeakMap<ArrayBase, Promises>()

/** `NDArray.promises`. */
export function promisesOf(array: ArrayBase): object {
  let methods = promises.get(array)
  if (methods === undefined) promises.set(array, (methods = new Promises(array)))
  return methods
}
