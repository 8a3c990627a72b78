// A second process truncates the file while this one works on all of it.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { args, expr, memmap, node, report, zeros } from './common.mjs'

const [path, work, rounds] = args
const BYTES = 1 << 26
const content = Buffer.alloc(BYTES, 1)
const CUT = `
  const { truncateSync } = require('node:fs')
  process.stdin.on('data', (wait) => {
    const until = performance.now() + Number(wait)
    while (performance.now() < until);
    truncateSync(${JSON.stringify(path)}, ${BYTES / 2})
    process.stdout.write('x')
  })
`
const other = spawn(node[0], [...node.slice(1), '-e', CUT], { stdio: ['pipe', 'pipe', 'inherit'] })
const codes = {}
let wrong = 0
const ones = work === 'assign' ? expr`${zeros([BYTES], { dtype: 'uint8' })} + 1` : null
for (let round = 0; round < rounds; round++) {
  writeFileSync(path, content)
  // Out of memory, so that an assignment writes past the map.
  if (work === 'assign') {
    spawnSync('sync', [path])
    spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'])
  }
  const a = memmap(path, { mode: work === 'sum' ? 'r' : 'r+' })
  if (work === 'flush') a.fill(1)
  other.stdin.write(String((round % 20) / 2))
  const until = performance.now() + 20
  let code = 'none'
  while (performance.now() < until && code === 'none') {
    try {
      if (work === 'flush') a.flush()
      else if (work === 'assign') a.assign(ones)
      else if (a.sum() !== BigInt(BYTES)) wrong++
    } catch (error) {
      code = error.code
    }
  }
  codes[code] = (codes[code] ?? 0) + 1
  try {
    a.close()
  } catch {}
  await once(other.stdout, 'data')
}
other.kill()
report({ codes, wrong })
