import type { ArrayBase } from '../array/array-base.js'
import { heldArray } from '../array/make-array.js'
import type { DTypeLike } from '../dtype/index.js'
import { checkBoolean, checkOptions } from '../errors/check-options.js'
import { refuseSurplus } from '../errors/refuse-surplus.js'
import type { OrderLike } from '../layout/strides.js'
import { planCast, planCopy } from '../ops/copy.js'
import type { ReduceOptions } from '../ops/reduce/options.js'
import { REDUCTIONS } from '../ops/table.js'
import type { Reduction } from '../ops/table.js'
import type { SearchOptions } from '../ops/stats/select.js'
import { assignAsync, copyAsync, fillAsync } from './assign.js'
import { LINALG } from './linalg.js'
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
    return copyAsync(planCopy(heldArray(this.array), options.order), options)
  }

  async astype(dtype: DTypeLike, options: { order?: OrderLike } & AsyncOptions = {}): Promise<ArrayBase> {
    checkOptions(options, ['order', ...ASYNC_OPTIONS], 'astype')
    return copyAsync(planCast(heldArray(this.array), dtype, options.order), options)
  }

  async assign(value: unknown, selectors?: unknown, options?: AsyncOptions): Promise<ArrayBase> {
    // The options may directly follow the value.
    const isList = selectors === undefined || Array.isArray(selectors)
    const asyncOptions = options ?? (isList ? {} : (selectors as AsyncOptions))
    checkOptions(asyncOptions, ASYNC_OPTIONS, 'assign')
    await assignAsync(
      heldArray(this.array),
      value,
      options === undefined && !isList ? undefined : selectors,
      asyncOptions,
    )
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
}

/** The object behind `expression.promises`; `ExprPromises` in `expression.ts` is its type. */
class ExpressionPromises {
  constructor(
    private readonly array: ArrayBase,
    private readonly allocate: (order: OrderLike | undefined) => ArrayBase,
  ) {}

  async evaluate(options: { order?: OrderLike } & AsyncOptions = {}): Promise<ArrayBase> {
    checkOptions(options, ['order', ...ASYNC_OPTIONS], 'evaluate')
    return copyAsync({ target: this.allocate(options.order), source: this.array }, options)
  }

  /** Sorted elements are searched one by one, so that they are computed once. */
  async searchsorted(values: unknown, options: SearchOptions & AsyncOptions = {}): Promise<unknown> {
    const { signal } = options
    const sorted = await copyAsync(
      { target: this.allocate('C'), source: this.array },
      signal === undefined ? {} : { signal },
    )
    return ORDER.searchsorted.run(sorted, values, options)
  }
}

/** The methods that only read their array. */
const READING: Readonly<Record<string, { readonly most: number; readonly run: unknown }>> = {
  ...Object.fromEntries(
    (Object.keys(REDUCTIONS) as Reduction[]).map((name) => {
      const run = async (array: ArrayBase, options?: ReduceOptions & AsyncOptions): Promise<unknown> =>
        reduceAsync(array, name, options)
      return [name, { most: 1, run }]
    }),
  ),
  quantile: { most: 2, run: quantileAsync },
  median: { most: 1, run: medianAsync },
  histogram: { most: 1, run: histogramAsync },
  ...ORDER,
  ...LINALG,
}

for (const [name, { run }] of Object.entries(READING)) {
  for (const owner of [Promises.prototype, ExpressionPromises.prototype]) {
    const isOwn = Object.hasOwn(owner, name) || (name === 'sort' && owner === ExpressionPromises.prototype)
    if (isOwn) continue
    const method = async function (this: { readonly array: ArrayBase }, ...args: unknown[]): Promise<unknown> {
      // As it is now, because the work begins later; sorting begins at once, and returns the array.
      const array = name === 'sort' ? this.array : heldArray(this.array)
      return (run as (array: ArrayBase, ...args: unknown[]) => Promise<unknown>)(array, ...args)
    }
    Object.defineProperty(method, 'name', { value: name })
    Object.defineProperty(owner, name, { value: method, configurable: true, writable: true })
  }
}

const READING_MOST = Object.fromEntries(Object.entries(READING).map(([name, { most }]) => [name, most]))

const rejected = async (error: unknown): Promise<never> => {
  throw error
}

refuseSurplus(
  Promises.prototype,
  { copy: 1, astype: 2, assign: 3, fill: 2, flush: 1, prefetch: 1, ...READING_MOST },
  rejected,
)
const { sort: _sort, ...ofExpressions } = READING_MOST
refuseSurplus(ExpressionPromises.prototype, { evaluate: 1, ...ofExpressions }, rejected)

/** Created at the first use, because most arrays have none. */
const promises = new WeakMap<ArrayBase, Promises>()

/** `NDArray.promises`. */
export function promisesOf(array: ArrayBase): object {
  let methods = promises.get(array)
  if (methods === undefined) promises.set(array, (methods = new Promises(array)))
  return methods
}

/** `Expr.promises`. */
export function expressionPromises(array: ArrayBase, allocate: (order: OrderLike | undefined) => ArrayBase): object {
  return new ExpressionPromises(array, allocate)
}
