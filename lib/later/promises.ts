import type { Assignable } from '../assign.js'
import { planCast, planCopy } from '../convert.js'
import type { Checked, DTypeLike, Model, ModelOf } from '../dtype/index.js'
import type { NDArray } from '../ndarray.js'
import { checkBoolean, checkOptions } from '../options.js'
import { reduceLater } from '../reductions.js'
import type { AxisOptions, ExtremeOptions, PositionOptions, SpreadOptions, SumOptions } from '../reduce/options.js'
import type { CheckedOptions, CountModel, Reduced, TruthModel } from '../results.js'
import type { Selector } from '../selectors.js'
import type { OrderLike } from '../shape.js'
import { flushLater, prefetchLater } from './pages.js'
import { assignLater, copyLater, fillLater } from './storing.js'
import { WATCH } from './watched.js'
import type { WatchOptions } from './watched.js'

/**
 * What an array does off the event loop: `array.promises`. Each method is that of the same name of the array, takes the same
 * options and `signal` and `onProgress` besides, and gives a promise of the same result. Everything is checked as there, and
 * what is wrong rejects the promise.
 *
 * Work in the thread pool reads and writes the elements while JavaScript goes on: what is stored in them meanwhile may or may
 * not be seen. `close()` ends it with `ERR_MEMMAP_CLOSED`, a signal with its reason; what was stored until then stays.
 *
 * What one kernel does runs in the thread pool, on all cores. Conversions that none does (text, dates of different units,
 * records), and stores to memory that is no mapping's, go on in this thread, in steps of about a millisecond.
 *
 * @example
 * const mean = await a.promises.mean({ axis: 0, signal: AbortSignal.timeout(10_000) })
 * await a.promises.fill(0, { onProgress: (part) => bar.update(part) })
 */
export class ArrayPromises<out M extends Model, A extends NDArray> {
  /** @internal */
  constructor(private readonly array: A) {}

  /** {@link NDArray.sum}. */
  async sum<const O extends SumOptions & WatchOptions = {}>(
    options?: O & CheckedOptions<O> & WatchOptions,
  ): Promise<Reduced<O, M['sum']['scalar'], M['sum']>> {
    return (await reduceLater(this.array, 'sum', options)) as Reduced<O, M['sum']['scalar'], M['sum']>
  }

  /** {@link NDArray.prod}. */
  async prod<const O extends SumOptions & WatchOptions = {}>(
    options?: O & CheckedOptions<O> & WatchOptions,
  ): Promise<Reduced<O, M['sum']['scalar'], M['sum']>> {
    return (await reduceLater(this.array, 'prod', options)) as Reduced<O, M['sum']['scalar'], M['sum']>
  }

  /** {@link NDArray.mean}. */
  async mean<const O extends SumOptions & WatchOptions = {}>(
    options?: O & CheckedOptions<O> & WatchOptions,
  ): Promise<Reduced<O, M['mean']['scalar'], M['mean']>> {
    return (await reduceLater(this.array, 'mean', options)) as Reduced<O, M['mean']['scalar'], M['mean']>
  }

  /** {@link NDArray.var}. */
  async var<const O extends SpreadOptions & WatchOptions = {}>(
    options?: O & CheckedOptions<O> & WatchOptions,
  ): Promise<Reduced<O, number, M['spread']>> {
    return (await reduceLater(this.array, 'var', options)) as Reduced<O, number, M['spread']>
  }

  /** {@link NDArray.std}. */
  async std<const O extends SpreadOptions & WatchOptions = {}>(
    options?: O & CheckedOptions<O> & WatchOptions,
  ): Promise<Reduced<O, number, M['spread']>> {
    return (await reduceLater(this.array, 'std', options)) as Reduced<O, number, M['spread']>
  }

  /** {@link NDArray.min}. */
  async min<const O extends ExtremeOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, M['scalar'], M>> {
    return (await reduceLater(this.array, 'min', options)) as Reduced<O, M['scalar'], M>
  }

  /** {@link NDArray.max}. */
  async max<const O extends ExtremeOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, M['scalar'], M>> {
    return (await reduceLater(this.array, 'max', options)) as Reduced<O, M['scalar'], M>
  }

  /** {@link NDArray.argmin}. */
  async argmin<const O extends PositionOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, number, CountModel>> {
    return (await reduceLater(this.array, 'argmin', options)) as Reduced<O, number, CountModel>
  }

  /** {@link NDArray.argmax}. */
  async argmax<const O extends PositionOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, number, CountModel>> {
    return (await reduceLater(this.array, 'argmax', options)) as Reduced<O, number, CountModel>
  }

  /** {@link NDArray.any}. */
  async any<const O extends AxisOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, boolean, TruthModel>> {
    return (await reduceLater(this.array, 'any', options)) as Reduced<O, boolean, TruthModel>
  }

  /** {@link NDArray.all}. */
  async all<const O extends AxisOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, boolean, TruthModel>> {
    return (await reduceLater(this.array, 'all', options)) as Reduced<O, boolean, TruthModel>
  }

  /** {@link NDArray.countNonzero}. */
  async countNonzero<const O extends AxisOptions & WatchOptions = {}>(
    options?: O & WatchOptions,
  ): Promise<Reduced<O, number, CountModel>> {
    return (await reduceLater(this.array, 'countNonzero', options)) as Reduced<O, number, CountModel>
  }

  /** {@link NDArray.copy}. */
  async copy(options: { order?: OrderLike } & WatchOptions = {}): Promise<NDArray<M>> {
    checkOptions(options, ['order', ...WATCH], 'copy')
    return (await copyLater(planCopy(this.array, options.order), options)) as NDArray<M>
  }

  /** {@link NDArray.astype}. */
  async astype<const D extends DTypeLike>(
    dtype: Checked<D>,
    options: { order?: OrderLike } & WatchOptions = {},
  ): Promise<NDArray<ModelOf<D>>> {
    checkOptions(options, ['order', ...WATCH], 'astype')
    const plan = planCast(this.array, dtype as DTypeLike, options.order)
    return (await copyLater(plan, options)) as unknown as NDArray<ModelOf<D>>
  }

  /** {@link NDArray.assign}. The selectors may be left out before the options. */
  async assign(value: Assignable<M>, options?: WatchOptions): Promise<A>
  async assign(value: Assignable<M>, selectors: readonly Selector[] | undefined, options?: WatchOptions): Promise<A>
  async assign(
    value: Assignable<M>,
    selectors?: readonly Selector[] | WatchOptions,
    options?: WatchOptions,
  ): Promise<A> {
    const isList = selectors === undefined || Array.isArray(selectors)
    const watch = options ?? (isList ? {} : (selectors as WatchOptions))
    checkOptions(watch, WATCH, 'assign')
    const list = options === undefined && !isList ? undefined : (selectors as readonly Selector[] | undefined)
    await assignLater(this.array, value, list, watch)
    return this.array
  }

  /** {@link NDArray.fill}. */
  async fill(value: M['writable'], options: WatchOptions = {}): Promise<A> {
    checkOptions(options, WATCH, 'fill')
    await fillLater(this.array, value, options)
    return this.array
  }

  /** `Memmap.flush`. Of an array in memory there is nothing to write. */
  async flush(options: { durable?: boolean } & WatchOptions = {}): Promise<void> {
    checkOptions(options, ['durable', ...WATCH], 'flush')
    checkBoolean('durable', options.durable)
    await flushLater(this.array, options.durable ?? false, options)
  }

  /** Reads the pages of this array or view in, where they are not in memory. Of an array in memory there are none. */
  async prefetch(options: WatchOptions = {}): Promise<void> {
    checkOptions(options, WATCH, 'prefetch')
    await prefetchLater(this.array, options)
  }
}

/** Made when they are first asked for: most arrays are never worked on in this way. */
const made = new WeakMap<NDArray, ArrayPromises<Model, NDArray>>()

/** `NDArray.promises`. */
export function promisesOf<A extends NDArray>(array: A): ArrayPromises<Model, A> {
  let promises = made.get(array)
  if (promises === undefined) made.set(array, (promises = new ArrayPromises(array)))
  return promises as ArrayPromises<Model, A>
}
