import { chunksOf } from '../../async/chunks.js'
import type { NDArray } from '../../ndarray.js'
import { lineOf, partsOf, CHUNK_ELEMENTS, releasePages } from './line.js'

/** The count of elements between each two edges; the last interval includes both of its edges, as in NumPy. */
export interface Histogram {
  /** One more than counts; empty if no element is finite. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  /** The number of elements counted: all, or a sample of a large array. */
  readonly of: number
}

/** Elements of the largest array that is counted as a whole. */
export const ALL = 2 ** 26

/** The sample of larger arrays: runs, spread evenly over the file, and the elements of each. */
const RUNS = 2 ** 12
const RUN = 2 ** 12

/**
 * Counts elements in intervals of equal width from the least to the greatest finite one: NumPy's `histogram`. Skips NaN and
 * infinities.
 */
export function histogramOf(
  array: NDArray,
  range: readonly [low: number, high: number] | null,
  bins: number,
  report: (fraction: number) => void,
): Histogram {
  if (range === null) return { edges: [], counts: [], of: array.size }
  const edges = edgesOf(range, bins)
  const counts = new Float64Array(bins)
  const line = lineOf(array)?.line
  let done = 0
  const sampled = line !== undefined && array.size > ALL
  const total = sampled ? RUNS * RUN : array.size
  const chunks = line === undefined ? whole(array) : sampled ? sample(line) : partsOf(line)
  for (const chunk of chunks) {
    countIn(chunk.astype('float64').data, edges, counts)
    done += chunk.size
    if (done % (64 * CHUNK_ELEMENTS) !== 0) continue
    if (line !== undefined) releasePages(line)
    report(done / total)
  }
  return { edges: Array.from(edges), counts: Array.from(counts), of: done }
}

function* whole(array: NDArray): Generator<NDArray> {
  for (const [chunk] of chunksOf([array])) yield chunk as NDArray
}

function* sample(line: NDArray): Generator<NDArray> {
  for (let run = 0; run < RUNS; run++) {
    const from = Math.floor((run * (line.size - RUN)) / (RUNS - 1))
    yield line.slice(from, from + RUN)
    // The system maps more pages than the sample touches.
    if (run % 16 === 15) releasePages(line)
  }
}

/** The edges of NumPy: half a unit to each side of a single value. */
function edgesOf([low, high]: readonly [number, number], bins: number): Float64Array {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low + 0, high + 0]
  const step = (to - from) / bins
  // The interpolation does not overflow if the difference does.
  const at = (edge: number): number =>
    Number.isFinite(step) ? from + edge * step : from * (1 - edge / bins) + to * (edge / bins)
  return Float64Array.from({ length: bins + 1 }, (_, edge) => (edge === bins ? to : at(edge)))
}

/** Adds the elements of each interval to the counts. */
function countIn(data: Float64Array, edges: Float64Array, counts: Float64Array): void {
  const bins = counts.length
  const from = edges[0] as number
  const to = edges[bins] as number
  const scale = Number.isFinite(to - from) ? bins / (to - from) : 0
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    // False for NaN and infinities.
    if (!(value >= from && value <= to)) continue
    let bin =
      scale === 0 ? Math.floor((value / to - from / to) / ((1 - from / to) / bins)) : Math.floor((value - from) * scale)
    if (bin >= bins) bin = bins - 1
    // Compares with the edges, because the division above rounds.
    if (value < (edges[bin] as number)) bin--
    else if (bin < bins - 1 && value >= (edges[bin + 1] as number)) bin++
    counts[bin] = (counts[bin] as number) + 1
  }
}
