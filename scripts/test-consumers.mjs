/**
 * Tests the packages in projects as users have them. Prints `ok NAME` or `not ok NAME` for each test.
 *
 *   npm run test:consumers -- [--sample] [PART ...]
 *
 * `--sample` is what continuous integration runs. Without a part, all of them run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { bundlers } from './consumers/bundlers.mjs'
import { failures } from './consumers/failures.mjs'
import { installers } from './consumers/installers.mjs'
import { testRunners } from './consumers/test-runners.mjs'
import { typescript } from './consumers/typescript.mjs'
import { pack } from './pack.mjs'

const PARTS = { failures, bundlers, testRunners, typescript, installers }

const words = process.argv.slice(2)
const sample = words.includes('--sample')
const tarballs = words.filter((word) => word.endsWith('.tgz')).map((path) => resolve(path))
const wanted = words.filter((word) => word in PARTS)
const unknown = words.find((word) => !(word === '--sample' || word.endsWith('.tgz') || word in PARTS))
if (unknown !== undefined) {
  console.error(`invalid part ${unknown}: there are ${Object.keys(PARTS).join(', ')}`)
  process.exit(2)
}

const [main, own] = tarballs.length === 2 ? tarballs : packed()
const folder = mkdtempSync(join(tmpdir(), 'memmap-consumers-'))
let passed = 0
let failed = 0

function packed() {
  const { main: first, platforms } = pack()
  return [first, platforms.find((path) => basename(path).includes(`${process.platform}-${process.arch}`))]
}

function check(name, work) {
  const start = performance.now()
  try {
    work()
    passed++
    console.log(`ok ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed++
    console.log(`not ok ${name}: ${error.message}`)
  }
}

for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  part({ main, own, folder: join(folder, name), check, sample })
}
rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
