/**
 * Computes the statistics of `stats` in one pass over the file, and in up to four more for quartiles and histogram.
 * @module
 */
import type { Complex } from '../../dtype/index.js'
import type { NDArray } from '../../ndarray.js'
import { UsageError } from '../exit.js'
import { histogramOf } from './histogram.js'
import type { Histogram } from './histogram.js'
import { blocksOf, partsOf, releasePages } from './line.js'

/** The statistics of an array. All but the counts skip NaN and not-a-time, as NumPy's `nanmin` and the like. */
export interface Statistics {
  /** All elements. */
  readonly count: number
  readonly nan: number
  readonly inf: number
  /** Scalars of the array's dtype; null without elements. */
  readonly min: unknown
  readonly max: unknown
  /** Null for dates, which have no mean. */
  readonly mean: number | bigint | Complex | null
  readonly std: number | null
  /** The lower quartile, the median and the upper quartile; null for elements that are not integers or floats. */
  readonly q1: number | null
  readonly median: number | null
  readonly q3: number | null
  /** Null for elements that are not real numbers. */
  readonly histogram: Histogram | null
}

/** Sums of all blocks so far. */
interface Moments {
  count: number
  re: number
  im: number
  /** The sum of squared distances from the mean. */
  squares: number
}

/** The wider dtypes for sums over several blocks. */
const WIDER: Readonly<Record<string, string>> = { float16: 'float64', float32: 'float64', complex64: 'complex128' }

/**
 * Computes the statistics of an array.
 * @param options.bins intervals of the histogram
 * @param options.report receives the fraction that is done
 * @param options.bytes approximate bytes of a block
 */
export async function statisticsOf(
  array: NDArray,
  { bins, report, bytes }: { bins: number; report: (fraction: number) => void; bytes?: number },
): Promise<Statistics> {
  const { dtype, size } = array
  if (!'biufcMm'.includes(dtype.kind)) {
    throw new UsageError(
      dtype.names === null
        ? `invalid dtype ${dtype.name} for stats: the elements must be numbers or dates`
        : `invalid dtype for stats: the elements are records, and must be numbers or dates; name a field, as in --field ${dtype.names[0]}`,
    )
  }
  const hasMean = dtype.kind !== 'M'
  const isInexact = 'fcMm'.includes(dtype.kind)
  const moments: Moments = { count: 0, re: 0, im: 0, squares: 0 }
  let whole: { mean: unknown; std: unknown } | null = null
  let [nan, inf, done] = [0, 0, 0]
  let [lowest, highest]: [unknown, unknown] = [null, null]
  let range: [number, number] = [Infinity, -Infinity]
  for await (const block of blocksOf(array, bytes)) {
    if (block.size === 0) continue
    const least = await block.promises.min()
    // The minimum is NaN (or not-a-time) if any element is.
    const missing = isInexact && isNaNLike(least, dtype.kind) ? block.compare('!=', block).countNonzero() : 0
    nan += missing
    done += block.size
    if (missing === block.size) continue
    const skipNaN = missing > 0
    const low = skipNaN ? await block.promises.min({ skipNaN }) : least
    const high = await block.promises.max({ skipNaN })
    if (lowest === null || isBelow(low, lowest)) lowest = low
    if (highest === null || isBelow(highest, high)) highest = high
    if ('biufc'.includes(dtype.kind)) {
      if (dtype.kind !== 'c' && Number.isFinite(Number(low)) && Number.isFinite(Number(high))) {
        range = [Math.min(range[0], Number(low)), Math.max(range[1], Number(high))]
      } else if (isInexact) {
        const finite = finiteIn(block)
        inf += finite.inf
        range = [Math.min(range[0], finite.low), Math.max(range[1], finite.high)]
      }
    }
    if (hasMean && dtype.kind !== 'm') {
      // Half precision has too few digits for a mean, and its sums overflow.
      const wide = block.size < size || dtype.name === 'float16' ? WIDER[dtype.name] : undefined
      const options = wide === undefined ? { skipNaN } : { skipNaN, dtype: wide }
      const mean = (await block.promises.mean(options as { skipNaN: boolean })) as number | Complex
      if (block.size === size && dtype.name !== 'float16')
        whole = { mean, std: await block.promises.std(options as { skipNaN: boolean }) }
      else {
        // With a complex dtype the variance is complex, as in NumPy.
        const variance = (await block.promises.var(options as { skipNaN: boolean })) as number | Complex
        add(moments, block.size - missing, mean, typeof variance === 'number' ? variance : variance.re)
      }
    }
    report((0.6 * done) / size)
  }
  if (dtype.kind === 'm' && size > nan) whole = { mean: await array.promises.mean({ skipNaN: true }), std: null }
  const present = size - nan
  const [q1 = null, median = null, q3 = null] =
    present > 0 && 'iuf'.includes(dtype.kind) ? await quartilesOf(array, (part) => report(0.6 + 0.3 * part)) : []
  const histogram = 'biuf'.includes(dtype.kind)
    ? await histogramOf(array, range[0] <= range[1] ? range : null, bins, (part) => report(0.9 + 0.1 * part))
    : null
  releasePages(array)
  report(1)
  return {
    count: size,
    nan,
    inf,
    min: lowest,
    max: highest,
    mean: present === 0 || !hasMean ? null : ((whole?.mean ?? meanOf(moments, dtype.name)) as Statistics['mean']),
    std:
      present === 0 || !hasMean ? null : ((whole === null ? stdOf(moments, dtype.name) : whole.std) as number | null),
    q1,
    median,
    q3,
    histogram,
  }
}

/** The quartiles, in the precision of the mean. */
async function quartilesOf(array: NDArray, report: (fraction: number) => void): Promise<(number | null)[]> {
  const fractions = [0.25, 0.5, 0.75]
  const of = async (method: 'linear' | 'lower' | 'higher'): Promise<number[]> =>
    Array.from(
      (await array.promises.quantile(fractions, { method, skipNaN: true, onProgress: report })).values(),
      Number,
    )
  let found = await of('linear')
  if (found.some(Number.isNaN)) {
    // NumPy's interpolation beside an infinity is NaN, even where the quartile is an element.
    const [lower, higher] = [await of('lower'), await of('higher')]
    found = found.map((value, index) => {
      const [low, high] = [lower[index] as number, higher[index] as number]
      return Number.isNaN(value) ? (low === high ? low : low + high) : value
    })
  }
  releasePages(array)
  return found.map((value) => rounded(value, array.dtype.name))
}

function isNaNLike(value: unknown, kind: string): boolean {
  if (kind === 'c') return Number.isNaN((value as Complex).re) || Number.isNaN((value as Complex).im)
  if (kind === 'f') return Number.isNaN(value)
  return value === -(2n ** 63n)
}

/** In NumPy's order: complex numbers by their real part first. */
function isBelow(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object') return (a as number) < (b as number)
  const [x, y] = [a as Complex, b as Complex]
  return x.re < y.re || (x.re === y.re && x.im < y.im)
}

/** Counts the infinite elements of a block, and returns the range of the finite ones. */
function finiteIn(block: NDArray): { inf: number; low: number; high: number } {
  let inf = 0
  let [low, high] = [Infinity, -Infinity]
  for (const part of partsOf(block)) {
    if (part.dtype.kind === 'c') {
      const data = part.astype('complex128').data
      for (let i = 0; i < data.length; i += 2) {
        if (Math.abs(data[i] as number) === Infinity || Math.abs(data[i + 1] as number) === Infinity) inf++
      }
      continue
    }
    for (const value of part.astype('float64').data) {
      if (value === Infinity || value === -Infinity) inf++
      else {
        if (value < low) low = value
        if (value > high) high = value
      }
    }
  }
  return { inf, low, high }
}

/**
 * Adds a block, with the mean and variance of its elements, as in T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating Formulae
 * and a Pairwise Algorithm for Computing Sample Variances" (1979), (2.1).
 */
function add(sums: Moments, count: number, mean: number | Complex, variance: number): void {
  const { re, im } = typeof mean === 'number' ? { re: mean, im: 0 } : mean
  const total = sums.count + count
  const [shiftRe, shiftIm] = [re - sums.re, im - sums.im]
  const share = count / total
  if (sums.count === 0) sums.squares = variance * count
  else sums.squares += variance * count + (shiftRe * shiftRe + shiftIm * shiftIm) * sums.count * share
  sums.re = weightedMean(sums.re, re, shiftRe, share)
  sums.im = weightedMean(sums.im, im, shiftIm, share)
  sums.count = total
}

/** The mean of two means by their weights, in the form that does not overflow. */
function weightedMean(mean: number, other: number, shift: number, share: number): number {
  if (share === 1) return other
  return Number.isFinite(shift) ? mean + shift * share : mean * (1 - share) + other * share
}

/** The mean, rounded to the dtype of NumPy's `mean`; to single precision for halves. */
function meanOf({ re, im }: Moments, name: string): number | Complex {
  return name.startsWith('complex') ? { re: rounded(re, name), im: rounded(im, name) } : rounded(re, name)
}

function stdOf({ squares, count }: Moments, name: string): number {
  return rounded(Math.sqrt(squares / count), name)
}

function rounded(value: number, name: string): number {
  return name === 'float16' || name === 'float32' || name === 'complex64' ? Math.fround(value) : value
}
