// A second process truncates the file while this one works on all of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { args, memmap, node, report } from './common.mjs'

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
for (let round = 0; round < rounds; round++) {
  writeFileSync(path, content)
  const a = memmap(path, { mode: work === 'flush' ? 'r+' : 'r' })
  if (work === 'flush') a.fill(1)
  other.stdin.write(String((round % 20) / 2))
  const until = performance.now() + 20
  let code = 'none'
  while (performance.now() < until && code === 'none') {
    try {
      if (work === 'flush') a.flush()
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
