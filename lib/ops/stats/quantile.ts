/**
 * Quantiles and medians of all elements or along axes.
 * @module
 */
import { allocateEmpty } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { asOwner } from '../../array/make-array.js'
import { operand, reducedAxes } from '../../array/operand.js'
import { innerDataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { entriesOf } from '../../errors/entries.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { axisList } from '../../layout/axis.js'
import { shapeText } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import type { ExtremeOptions } from '../reduce/options.js'
import { castTo } from '../copy.js'
import { reshape } from '../reshape.js'

/** The numbers of the methods, `QuantileMethod` in the kernels; `median` has one of its own. */
const METHODS = { linear: 0, lower: 1, higher: 2, midpoint: 3, nearest: 4 } as const
const MEDIAN = 5

/** What a quantile is where it lies between two elements: NumPy's `method`. */
export type QuantileMethod = keyof typeof METHODS

/** The options of `median`. */
export type MedianOptions = ExtremeOptions

/** The options of `quantile`. */
export interface QuantileOptions extends ExtremeOptions {
  /** What a quantile is where it lies between two elements; `'linear'` by default. */
  method?: QuantileMethod
}

/** Fractions of the elements, from 0 to 1: one, or several in a list or on one axis. */
export type Fractions = number | readonly number[] | ArrayBufferView | ArrayBase

/** The names of the options of `quantile`, and of `median`. */
export const QUANTILE_OPTIONS = ['axis', 'method', 'keepdims', 'skipNaN']
export const MEDIAN_OPTIONS = ['axis', 'keepdims', 'skipNaN']

/** A quantile that is ready to run: checked, with its result allocated. */
export interface QuantilePlan {
  readonly source: ArrayBase
  readonly fractions: Float64Array
  readonly method: number
  readonly skipNaN: boolean
  readonly axes: Uint8Array
  /** Its first axis is that of the fractions. */
  readonly target: ArrayBase
  /** Null where the result is a scalar. */
  readonly shape: readonly number[] | null
}

/** Computes quantiles: `NDArray.quantile`. */
export function quantile(array: ArrayBase, q: unknown, options: QuantileOptions = {}): unknown {
  return run(planQuantile(array, q, options))
}

/** Computes medians: `NDArray.median`. */
export function median(array: ArrayBase, options: MedianOptions = {}): unknown {
  return run(planMedian(array, options))
}

function run(plan: QuantilePlan): unknown {
  unwrapNative(() => runQuantile(plan, plan.source))
  return quantileOf(plan)
}

/** Calls the kernel, which fills the target. */
export function runQuantile(plan: QuantilePlan, source: ArrayBase, task?: NativeTask): unknown {
  const { fractions, method, skipNaN, axes, target } = plan
  const from = operand(0, source)
  const to = operand(1, target)
  reducedAxes(axes)
  return native.quantile(from, fractions, method, skipNaN, to, task)
}

/** The result, once the kernel has filled the target. */
export function quantileOf({ target, shape }: QuantilePlan): unknown {
  return shape === null ? target.get(0) : asOwner(reshape(target, [shape]))
}

/**
 * Checks a quantile and allocates its result.
 * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`
 */
export function planQuantile(array: ArrayBase, q: unknown, options: QuantileOptions): QuantilePlan {
  array.store.checkOpen()
  checkOptions(options, QUANTILE_OPTIONS, 'quantile')
  const { method = 'linear' } = options
  if (!Object.hasOwn(METHODS, method)) {
    const names = Object.keys(METHODS).map((name) => `'${name}'`)
    throw argumentError(`invalid method ${inspect(method)}: it must be one of ${names.join(', ')}`)
  }
  const { fractions, isSingle, dtype } = parseFractions(q)
  return plan(array, 'quantile', METHODS[method], fractions, isSingle, options, dtype)
}

/** Checks a median and allocates its result, as {@link planQuantile}. */
export function planMedian(array: ArrayBase, options: MedianOptions): QuantilePlan {
  array.store.checkOpen()
  checkOptions(options, MEDIAN_OPTIONS, 'median')
  return plan(array, 'median', MEDIAN, Float64Array.of(0.5), true, options)
}

function plan(
  array: ArrayBase,
  name: string,
  method: number,
  fractions: Float64Array,
  isSingle: boolean,
  { axis, keepdims = false, skipNaN = false }: ExtremeOptions,
  ofFractions: DType | null = null,
): QuantilePlan {
  checkBoolean('keepdims', keepdims)
  checkBoolean('skipNaN', skipNaN)
  const { shape, ndim } = array
  const dtype = resultDType(array.dtype, name, method, isSingle || ofFractions?.name === array.dtype.name)
  // null is Python's None.
  const reduced = axis == null ? shape.map((_, at) => at) : axisList(axis, ndim)
  checkElements(array, name, method, dtype, skipNaN, reduced)
  const axes = new Uint8Array(ndim)
  for (const at of reduced) axes[at] = 1
  const kept = shape.filter((_, at) => axes[at] === 0)
  const lengths = keepdims ? shape.map((length, at) => (axes[at] === 1 ? 1 : length)) : kept
  const isScalar = isSingle && axis == null && !keepdims
  return {
    source: array,
    fractions,
    method,
    skipNaN,
    axes,
    target: allocateEmpty([fractions.length, ...kept], dtype),
    shape: isScalar ? null : isSingle ? lengths : [fractions.length, ...lengths],
  }
}

/** NumPy's dtype: a list of fractions is float64, whatever the elements; a single one, and those of their own dtype, are not. */
function resultDType(dtype: DType, name: string, method: number, isLikeElements: boolean): DType {
  const { kind } = dtype
  const selects = method === METHODS.lower || method === METHODS.higher || method === METHODS.nearest
  if (
    !'biufMm'.includes(kind) ||
    (kind === 'M' && method === MEDIAN) ||
    (kind === 'b' && !selects && method !== MEDIAN)
  ) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${dtype.name}: ${name} is not defined for it; convert the elements with astype(), or take a field of records with field()`,
    )
  }
  if (selects || 'Mm'.includes(kind) || (kind === 'f' && isLikeElements)) return dtype.newByteOrder('=')
  return parseDType('float64')
}

/** Rejects quantiles of no elements, unless the result can be NaN as in NumPy. */
function checkElements(
  { shape }: ArrayBase,
  name: string,
  method: number,
  dtype: DType,
  skipNaN: boolean,
  reduced: readonly number[],
): void {
  if (reduced.every((axis) => shape[axis] !== 0)) return
  if ((skipNaN || method === MEDIAN) && 'fMm'.includes(dtype.kind)) return
  throw argumentError(`invalid shape ${shapeText(shape)}: ${name} of no elements is undefined; check the size first`)
}

/** Fractions in memory that nobody changes, whether there is a single one, and the dtype of an array of them. */
function parseFractions(q: unknown): { fractions: Float64Array; isSingle: boolean; dtype: DType | null } {
  const given = typeof q === 'number' || Array.isArray(q) ? null : asArray(q)
  const isArray = given !== null && given.ndim <= 1 && 'iuf'.includes(given.dtype.kind)
  const list =
    typeof q === 'number' ? [q] : isArray ? Array.from(innerDataOf(castTo(given, 'float64', 'C')) as Float64Array) : q
  if (
    !Array.isArray(list) ||
    !entriesOf<unknown>(list).every((one) => typeof one === 'number' && one >= 0 && one <= 1)
  ) {
    throw argumentError(`invalid q ${inspect(q)}: it must be a number from 0 to 1, or a list of such numbers`)
  }
  const isSingle = typeof q === 'number' || given?.ndim === 0
  return { fractions: Float64Array.from(list as number[]), isSingle, dtype: given?.dtype ?? null }
}

function argumentError(message: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_ARGUMENT', message)
}
