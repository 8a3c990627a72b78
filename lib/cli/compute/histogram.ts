import type { NDArray } from '../../ndarray.js'

/** The count of elements between each two edges; the last interval includes both of its edges, as in NumPy. */
export interface Histogram {
  /** One more than counts; empty if no element is finite. */
  readonly edges: readonly number[]
  readonly counts: readonly number[]
}

/**
 * Counts elements in intervals of equal width from the least to the greatest finite one: NumPy's `histogram`. Skips NaN and
 * infinities.
 */
export async function histogramOf(
  array: NDArray,
  range: readonly [low: number, high: number] | null,
  bins: number,
  report: (fraction: number) => void,
): Promise<Histogram> {
  if (range === null) return { edges: [], counts: [] }
  const edges = edgesOf(range, bins)
  const { counts } = await array.promises.histogram({ bins: edges, onProgress: report })
  return { edges, counts: Array.from(counts.data, Number) }
}

/** The edges of NumPy: half a unit to each side of a single value. */
function edgesOf([low, high]: readonly [number, number], bins: number): number[] {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low + 0, high + 0]
  const step = (to - from) / bins
  // The interpolation does not overflow if the difference does.
  const at = (edge: number): number =>
    Number.isFinite(step) ? from + edge * step : from * (1 - edge / bins) + to * (edge / bins)
  let last = from
  return Array.from({ length: bins + 1 }, (_, edge) => {
    // Where floats are far apart, an edge may be rounded past the next one.
    last = edge === bins ? to : Math.max(last, Math.min(at(edge), to))
    return last
  })
}
