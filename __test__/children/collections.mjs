/** Counts V8's collections in a loop over results of a program whose heap is not empty. */
import { PerformanceObserver, constants } from 'node:perf_hooks'
import { report, turn, zeros } from './common.mjs'

globalThis.heap = Array.from({ length: 100_000 }, (_, index) => ({ index }))
const counts = { young: 0, all: 0 }
const a = zeros(16_384, { dtype: 'float32' })
const b = zeros(262_144, { dtype: 'int16' })
const loop = () => {
  for (let i = 0; i < 20_000; i++) a.copy()
  for (let i = 0; i < 1000; i++) b.astype('float32')
}
loop()
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries())
    counts[detail.kind === constants.NODE_PERFORMANCE_GC_MINOR ? 'young' : 'all']++
}).observe({ entryTypes: ['gc'] })
await turn(50)
loop()
await turn(50)
report(counts)
