import { chunksOf } from '../../async/chunks.js'
import { NDArray } from '../../ndarray.js'
import { lineOf, partsOf, PIECE, releasePages } from './line.js'

/** How many elements lie between each two edges; the last interval has both of its ends, as in NumPy. */
export interface Histogram {
  /** One more than there are counts; empty where no element is finite. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  /** How many elements were looked at: all, or of a large array a sample. */
  readonly of: number
}

/** Up to here every element is counted. */
export const ALL = 2 ** 26

/** Of larger arrays, so many runs of so many elements, spread evenly over the file. */
const RUNS = 2 ** 12
const RUN = 2 ** 12

/**
 * Counts elements in intervals of one width from the least to the greatest finite one: NumPy's `histogram`. NaN and infinities
 * are in none.
 */
export function histogramOf(
  array: NDArray,
  range: readonly [low: number, high: number] | null,
  bins: number,
  tell: (fraction: number) => void,
): Histogram {
  if (range === null) return { edges: [], counts: [], of: array.size }
  const edges = edgesOf(range, bins)
  const counts = new Float64Array(bins)
  const line = lineOf(array)?.line
  let done = 0
  const sampled = line !== undefined && array.size > ALL
  const total = sampled ? RUNS * RUN : array.size
  const pieces = line === undefined ? whole(array) : sampled ? sample(line) : partsOf(line)
  for (const piece of pieces) {
    countIn(piece.astype('float64').data, edges, counts)
    done += piece.size
    if (done % (64 * PIECE) !== 0) continue
    if (line !== undefined) releasePages(line)
    tell(done / total)
  }
  return { edges: Array.from(edges), counts: Array.from(counts), of: done }
}

function* whole(array: NDArray): Generator<NDArray> {
  for (const [piece] of chunksOf([array])) yield piece as NDArray
}

function* sample(line: NDArray): Generator<NDArray> {
  for (let run = 0; run < RUNS; run++) {
    const from = Math.floor((run * (line.size - RUN)) / (RUNS - 1))
    yield line.slice(from, from + RUN)
    // The system may map much more than is touched.
    if (run % 16 === 15) releasePages(line)
  }
}

/** As NumPy makes them: around a single value, half a unit to each side. */
function edgesOf([low, high]: readonly [number, number], bins: number): Float64Array {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low + 0, high + 0]
  const step = (to - from) / bins
  // Where the difference is beyond all numbers, each part of it is not.
  const at = (edge: number): number =>
    Number.isFinite(step) ? from + edge * step : from * (1 - edge / bins) + to * (edge / bins)
  return Float64Array.from({ length: bins + 1 }, (_, edge) => (edge === bins ? to : at(edge)))
}

/** Adds what is in each interval. */
function countIn(data: Float64Array, edges: Float64Array, counts: Float64Array): void {
  const bins = counts.length
  const from = edges[0] as number
  const to = edges[bins] as number
  const scale = Number.isFinite(to - from) ? bins / (to - from) : 0
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    // Neither NaN nor infinite.
    if (!(value >= from && value <= to)) continue
    let bin =
      scale === 0 ? Math.floor((value / to - from / to) / ((1 - from / to) / bins)) : Math.floor((value - from) * scale)
    if (bin >= bins) bin = bins - 1
    // The edges decide, as rounding may have gone the other way.
    if (value < (edges[bin] as number)) bin--
    else if (bin < bins - 1 && value >= (edges[bin + 1] as number)) bin++
    counts[bin] = (counts[bin] as number) + 1
  }
}
