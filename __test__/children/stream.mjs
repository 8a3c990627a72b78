// Streams through a file of 512 MiB in blocks, and reports the growth of the resident set in MiB.
import { closeSync, ftruncateSync, openSync, readFileSync } from 'node:fs'
import { args, memmap, report } from './common.mjs'

const [path, how] = args
const fd = openSync(path, 'w')
ftruncateSync(fd, 2 ** 29)
closeSync(fd)

const status = (name) =>
  Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1])
const before = status('VmRSS')

const a = memmap(path, { dtype: 'float32', shape: [8, 2 ** 24], mode: how === 'store' ? 'r+' : 'r' })
const options = how === 'inner' ? { axis: 1 } : {}
const blocks = (how === 'inner' ? a : a.reshape(-1)).blocks(options)
let sum = 0
if (how === 'async') for await (const block of blocks) sum += await block.promises.sum()
else {
  for (const block of blocks) {
    if (how === 'store') block.fill(1)
    sum += block.sum()
  }
}
report({ grown: (status('VmHWM') - before) / 1024, sum })
