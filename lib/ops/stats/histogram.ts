/**
 * Histograms: NumPy's `histogram`.
 * @module
 */
import { allocate, allocateEmpty } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { operand } from '../../array/operand.js'
import { innerDataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import type { Complex, DType } from '../../dtype/index.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { integerOf, isSameShape, shapeText } from '../../layout/shape.js'
import { native, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { halfToNumber, numberToHalf } from '../../scalar/half.js'
import { castTo } from '../copy.js'
import { fromNestedLists } from '../from-values.js'
import { reducer } from '../reduce/reduce.js'

/** The options of `histogram`. */
export interface HistogramOptions {
  /** The number of bins of equal width, or their edges, which ascend; 10 by default. */
  bins?: number | readonly number[] | ArrayBufferView | ArrayBase
  /** The outer edges of bins of equal width; the smallest and the largest element by default. Elements outside are not counted. */
  range?: readonly [low: number, high: number]
  /** A weight for each element, of the array's shape: counts are sums of weights. */
  weights?: unknown
  /** Divide the counts by the widths of their bins and by their sum, so that the integral is 1; false by default. */
  density?: boolean
}

/** The names of the options of `histogram`. */
export const HISTOGRAM_OPTIONS = ['bins', 'range', 'weights', 'density']

/** The most bins: each takes counters in every thread. */
const MOST_BINS = 2 ** 27

/** A histogram whose options are checked. */
export interface HistogramPlan {
  readonly source: ArrayBase
  readonly weights: ArrayBase | null
  /** The number of bins of equal width, or their edges. */
  readonly bins: number | ArrayBase
  /** Null for that of the elements. */
  readonly range: readonly [number, number] | null
  readonly density: boolean
}

/** The count of elements in each bin, and the edges of the bins. */
export interface Bins {
  counts: ArrayBase
  edges: ArrayBase
}

/** Counts elements in bins: `NDArray.histogram`. */
export function histogram(array: ArrayBase, options: HistogramOptions = {}): Bins {
  const plan = planHistogram(array, options)
  const { source, weights } = plan
  const extent = newExtent(plan)
  if (extent !== null) unwrapNative(() => runExtent(source, extent))
  const bins = allocateBins(plan, extent)
  unwrapNative(() => runHistogram(source, weights, bins))
  return binsOf(plan, bins)
}

/**
 * Checks the options of a histogram.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_CLOSED`
 */
export function planHistogram(array: ArrayBase, options: HistogramOptions): HistogramPlan {
  array.store.checkOpen()
  checkOptions(options, HISTOGRAM_OPTIONS, 'histogram')
  const { bins = 10, range, weights, density = false } = options
  checkBoolean('density', density)
  const { dtype, shape } = array
  if (!'biuf'.includes(dtype.kind))
    throw dtypeError(dtype, 'the elements must be real numbers; give their parts, or view dates as int64')
  const given = weights === undefined || weights === null ? null : (asArray(weights) ?? fromNestedLists(weights))
  if (given !== null && !'biufc'.includes(given.dtype.kind)) throw dtypeError(given.dtype, 'weights must be numbers')
  if (given !== null && !isSameShape(given.shape, shape)) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid weights of shape ${shapeText(given.shape)}: there must be one for each element, of shape ${shapeText(shape)}`,
      { expected: shape, actual: given.shape },
    )
  }
  given?.store.checkOpen()
  return {
    source: array,
    weights: given,
    bins: parseBins(bins),
    range: range === undefined || range === null ? null : parseRange(range),
    density,
  }
}

/** Two elements for the range of the source; null where it is not needed. */
export function newExtent({ source, bins, range }: HistogramPlan): ArrayBase | null {
  return typeof bins === 'number' && range === null && source.size > 0 ? allocate([2], parseDType('float64')) : null
}

/** Finds the smallest and the largest element. */
export function runExtent(source: ArrayBase, extent: ArrayBase, task?: NativeTask): unknown {
  return native.extent(operand(0, source), operand(1, extent), task)
}

/** The edges of a histogram, and its counts before they are known. */
export interface AllocatedBins {
  readonly edges: ArrayBase
  readonly numbers: Float64Array
  readonly counts: ArrayBase
}

/**
 * Computes the edges, and allocates the counts.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for edges that do not ascend, and a range that is not finite
 */
export function allocateBins(plan: HistogramPlan, extent: ArrayBase | null): AllocatedBins {
  const { bins, weights } = plan
  const edges =
    typeof bins === 'number' ? uniformEdges(plan, bins, extent) : castTo(bins, bins.dtype.newByteOrder('='), 'C')
  const numbers = Float64Array.from(innerDataOf(castTo(edges, 'float64', 'C')) as Float64Array)
  const dtype = weights === null ? parseDType('int64') : weights.dtype.newByteOrder('=')
  return { edges, numbers, counts: allocateEmpty([Math.max(0, numbers.length - 1)], dtype) }
}

/** Calls the kernel, which fills the counts. */
export function runHistogram(
  source: ArrayBase,
  weights: ArrayBase | null,
  { numbers, counts }: AllocatedBins,
  task?: NativeTask,
): unknown {
  const [from, by, to] = [operand(0, source), operand(1, weights ?? source), operand(2, counts)]
  return native.histogram(from, by, to, numbers, weights !== null, task)
}

/** The result, once the kernel has filled the counts. */
export function binsOf({ density }: HistogramPlan, { edges, counts }: AllocatedBins): Bins {
  return { counts: density ? densityOf(counts, edges) : counts, edges }
}

function parseBins(bins: unknown): number | ArrayBase {
  const edges =
    asArray(bins) ??
    (Array.isArray(bins) ? fromNestedLists(bins, bins.length === 0 ? parseDType('float64') : undefined) : null)
  if (edges === null || edges.ndim === 0) {
    const count = integerOf(edges === null ? bins : edges.get())
    if (count !== null && count >= 1 && count <= MOST_BINS) return count
    const rule = `it must be a whole number from 1 to ${MOST_BINS}, or a list of edges`
    const wayOut = typeof bins === 'string' ? '; no number of bins is estimated, so give one' : ''
    throw argumentError(`invalid bins ${inspect(bins)}: ${rule}${wayOut}`)
  }
  if (edges.ndim > 1 || !'biuf'.includes(edges.dtype.kind)) {
    throw argumentError(
      `invalid bins of ${edges.ndim} axes and dtype ${edges.dtype.name}: edges must be real numbers on one axis`,
    )
  }
  let last: number | bigint | boolean = Number.NEGATIVE_INFINITY
  for (let index = 0; index < edges.size; index++) {
    const edge = edges.get(index) as number | bigint | boolean
    // Also true for NaN.
    if (!(edge >= last))
      throw argumentError(`invalid bins: edges must ascend, and ${inspect(edge)} follows ${inspect(last)}`)
    last = edge
  }
  return edges
}

function parseRange(range: unknown): [number, number] {
  const [low, high, ...rest] = Array.isArray(range) ? (range as unknown[]) : []
  if (rest.length > 0 || !Number.isFinite(low) || !Number.isFinite(high) || (low as number) > (high as number)) {
    throw argumentError(`invalid range ${inspect(range)}: it must be two finite numbers, the smaller one first`)
  }
  return [low as number, high as number]
}

/** NumPy's edges, computed in the dtype of the elements; from a given range in float64, which they are rounded from. */
function uniformEdges({ source, range }: HistogramPlan, bins: number, extent: ArrayBase | null): ArrayBase {
  const dtype = source.dtype.kind === 'f' ? source.dtype.newByteOrder('=') : parseDType('float64')
  const round = range === null && extent !== null ? rounding(dtype) : (number: number) => number
  let [low, high] = range ?? (extent === null ? [0, 1] : [extent.get(0) as number, extent.get(1) as number])
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw argumentError(
      `invalid range ${low} to ${high} of the elements: it must be finite; give a range, or replace them first`,
    )
  }
  if (low === high) [low, high] = [round(low - 0.5), round(high + 0.5)]
  const wide = allocateEmpty([bins + 1], parseDType('float64'))
  const data = innerDataOf(wide) as Float64Array
  const delta = round(high - low)
  const step = round(delta / bins)
  for (let edge = 0; edge < bins; edge++) {
    const place = step === 0 ? round(round(round(edge) / bins) * delta) : round(round(edge) * step)
    data[edge] = round(place + low)
  }
  data[bins] = high
  const toDType = rounding(dtype)
  data.forEach((edge, index) => (data[index] = toDType(edge)))
  for (let edge = 0; edge < bins; edge++) {
    // Also true for NaN.
    if (!((data[edge] as number) < (data[edge + 1] as number))) {
      throw argumentError(
        `invalid bins ${bins}: the range ${low} to ${high} has no room for so many in ${dtype.name}; give fewer`,
      )
    }
  }
  return castTo(wide, dtype)
}

/** Rounds to a float dtype, as its arithmetic does. */
function rounding({ itemsize }: DType): (number: number) => number {
  if (itemsize === 8) return (number) => number
  return itemsize === 4 ? Math.fround : (number) => halfToNumber(numberToHalf(Math.fround(number)))
}

/** Counts divided by the widths of their bins and by their sum. */
function densityOf(counts: ArrayBase, edges: ArrayBase): ArrayBase {
  const numbers = innerDataOf(castTo(edges, 'float64', 'C')) as Float64Array
  const round = edges.dtype.kind === 'f' ? rounding(edges.dtype) : (number: number) => number
  const widths = Array.from({ length: counts.size }, (_, bin) =>
    round((numbers[bin + 1] as number) - (numbers[bin] as number)),
  )
  const sum = reducer('sum')(counts)
  if (counts.dtype.kind === 'c') {
    const result = castTo(counts, 'complex128')
    widths.forEach((width, bin) => {
      const density = quotient(quotient(result.get(bin) as Complex, { re: width, im: 0 }), sum as Complex)
      result.set(bin, density)
    })
    return result
  }
  const result = castTo(counts, 'float64')
  const data = innerDataOf(result) as Float64Array
  widths.forEach((width, bin) => (data[bin] = (data[bin] as number) / width / Number(sum)))
  return result
}

/** NumPy's quotient of complex numbers: R. L. Smith, "Algorithm 116: Complex division" (1962). */
function quotient(a: Complex, b: Complex): Complex {
  if (Math.abs(b.re) >= Math.abs(b.im)) {
    const ratio = b.im / b.re
    const scale = 1 / (b.re + b.im * ratio)
    return { re: (a.re + a.im * ratio) * scale, im: (a.im - a.re * ratio) * scale }
  }
  const ratio = b.re / b.im
  const scale = 1 / (b.im + b.re * ratio)
  return { re: (a.re * ratio + a.im) * scale, im: (a.im * ratio - a.re) * scale }
}

function dtypeError({ name }: DType, rule: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_DTYPE', `invalid dtype ${name} for histogram: ${rule}`)
}

function argumentError(message: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_ARGUMENT', message)
}
