// Streams through a file in a process of its own and prints its peak resident memory.
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { memmap } from '../dist/index.js'

const [path, how] = process.argv.slice(2)
const peak = () =>
  process.platform === 'linux'
    ? Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
    : process.resourceUsage().maxRSS / 1024
const before = peak()
const start = performance.now()
const a = memmap(path, { dtype: 'float32', mode: 'r' })
let result = 0
if (how === 'blocks') for (const block of a.blocks()) result += block.sum()
else if (how === 'blocks async') for await (const block of a.blocks()) result += await block.promises.sum()
else if (how === 'promises.sum') result = await a.promises.sum()
else result = await a.promises.std()
console.log(JSON.stringify({ before, peak: peak(), seconds: (performance.now() - start) / 1000, result }))
