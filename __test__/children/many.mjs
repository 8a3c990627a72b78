// Opens many maps of a large file and keeps them.
import { PerformanceObserver } from 'node:perf_hooks'
import { args, memmap, report, support, turn } from './common.mjs'

const [path, count] = args
let collections = 0
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] })
await turn(20)
collections = 0
const kept = []
const start = performance.now()
for (let index = 0; index < count; index++) {
  const array = memmap(path, { dtype: 'float32', mode: 'r' })
  if (support().sharedBuffers) array.get(index)
  kept.push(array)
}
const microseconds = ((performance.now() - start) * 1000) / count
await turn(20)
report({ microseconds, collections, shared: support().sharedBuffers, kept: kept.length })
