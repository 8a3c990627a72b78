import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import { NODE } from './support/node.js'
import { times } from './support/slow.js'

test('damaged headers, files and archives give an array or an error, and nothing else', (t) => {
  const script = join(import.meta.dirname, '../../../fuzz/npy.mjs')
  const runs = times(20_000)
  const said = execFileSync(NODE[0], [...NODE.slice(1), script, '--runs', String(runs), '--seed', '7'], {
    encoding: 'utf8',
  })
  t.regex(said, new RegExp(`^${runs} inputs: \\d+ read, \\d+ refused, none failed`))
})
