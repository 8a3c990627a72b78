import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import { NODE } from './support/node.js'

test('damaged headers, files and archives are read or refused, and never more', (t) => {
  const script = join(import.meta.dirname, '../../../fuzz/npy.mjs')
  const said = execFileSync(NODE[0], [...NODE.slice(1), script, '--runs', '20000', '--seed', '7'], {
    encoding: 'utf8',
  })
  t.regex(said, /^20000 inputs: \d+ read, \d+ refused, none failed/)
})
