import { performance } from 'node:perf_hooks'

/** Seconds that some work takes, or one of the `times` that it is done, and what it gives. */
export function timed(work, times = 1) {
  const start = performance.now()
  const result = work()
  return { seconds: (performance.now() - start) / 1000 / times, result }
}

/** Seconds of one call among many, the best of some rounds having warmed up: the median of the rounds. */
export function perCall(calls, work, rounds = 7) {
  work(calls)
  const times = Array.from({ length: rounds }, () => timed(() => work(calls)).seconds / calls)
  return statistics(times)
}

/** The median, and how far the middle half of the times reaches. */
export function statistics(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))]
  return { median: at(0.5), low: at(0.25), high: at(0.75), runs: times.length }
}

/** Lets garbage go, so that the next measurement does not pay for it. */
export function settle() {
  globalThis.gc?.()
}
