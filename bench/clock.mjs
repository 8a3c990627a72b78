import { performance } from 'node:perf_hooks'

/** Seconds of one of `times` calls, and the result. */
export function timed(work, times = 1) {
  const start = performance.now()
  const result = work()
  return { seconds: (performance.now() - start) / 1000 / times, result }
}

/** Seconds of one call among many after a warm-up: the median of some rounds. */
export function perCall(calls, work, rounds = 7) {
  work(calls)
  const times = Array.from({ length: rounds }, () => timed(() => work(calls)).seconds / calls)
  return statistics(times)
}

/** The median and the quartiles of the times. */
export function statistics(times) {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))]
  return { median: at(0.5), low: at(0.25), high: at(0.75), runs: times.length }
}

/** Collects garbage, so that the next measurement does not pay for it. */
export function settle() {
  globalThis.gc?.()
}

/** Work in a loop that keeps its result, so that V8 computes it: a function of how often, to seconds of one time. */
export const repeated = (work) => {
  let kept = null
  return (times) => {
    const { seconds } = timed(() => {
      for (let i = 0; i < times; i++) kept = work()
    }, times)
    if (kept === undefined) throw new Error('no result')
    return seconds
  }
}
