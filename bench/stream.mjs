// Streams one file to another in a process of its own, which a memory limit holds for, and prints the time and the peak memory.
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { expr, memmap, save } from '../dist/index.js'

const [how, from, to] = process.argv.slice(2)
const start = performance.now()
const a = memmap(from, { dtype: 'float32', mode: 'r' })
const standardized = expr`(${a} - ${1.5}) / ${2.5}`
if (how === 'save') save(to, standardized)
else {
  const b = memmap(to, { dtype: 'float32', mode: 'r+' })
  b.assign(how === 'copy' ? a : standardized)
  b.flush({ durable: true })
}
const time = performance.now() - start
const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
console.log(JSON.stringify({ time, peak }))
