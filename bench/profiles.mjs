/**
 * Compares the speed of two builds of the binding over whole arrays: the cargo profiles, or any two binaries. Both run in turns, so
 * that they see the same conditions.
 *
 *   npm run bench:profiles                                compiles `release` and `dist`, and compares them
 *   npm run bench:profiles -- sum float32                 only rows with these words in the name
 *   npm run bench:profiles -- --old A.node --new B.node   two binaries, as before and after a change
 *   npm run bench:profiles -- --size 64 --rounds 3        MiB of the file, and turns of each
 *
 * Prints the median of the turns, and marks rows whose turns do not overlap and differ by more than 5 %.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { dataFile } from './files.mjs'
import { table } from './table.mjs'
import { wholeArrays } from './whole.mjs'

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    old: { type: 'string' },
    new: { type: 'string' },
    size: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '3' },
    child: { type: 'boolean', default: false },
  },
})
const bytes = Number(values.size) * 2 ** 20
const TOLERANCE = 1.05

if (values.child) await measure()
else compare()

/** In a process with one of the binaries: milliseconds of every row as JSON. */
async function measure() {
  const rows = await wholeArrays({
    path: dataFile(bytes),
    bytes,
    runs: 5,
    words,
    numpy: null,
    limits: null,
    alone: true,
    report: () => {},
  })
  console.log(JSON.stringify(rows.map(({ name, sides }) => [name, sides.ours.median * 1e3])))
}

function compare() {
  const binaries = [values.old ?? built('release'), values.new ?? built('dist')].map((path) => resolve(path))
  const names = values.old === undefined ? ['release', 'dist'] : ['old', 'new']
  const times = new Map()
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [side, binary] of binaries.entries()) {
      for (const [name, time] of run(binary)) {
        if (!times.has(name)) times.set(name, [[], []])
        times.get(name)[side].push(time)
      }
    }
  }
  const rows = [...times].map(([name, sides]) => {
    const [first, second] = sides.map((one) => one.toSorted((a, b) => a - b)[one.length >> 1])
    const apart = Math.min(...sides[0]) > Math.max(...sides[1]) || Math.min(...sides[1]) > Math.max(...sides[0])
    const ratio = second / first
    const differs = apart && (ratio > TOLERANCE || ratio < 1 / TOLERANCE)
    return [name, first.toFixed(2), second.toFixed(2), ratio.toFixed(2), differs ? '!' : '']
  })
  console.log(table(['operation', `${names[0]}, ms`, `${names[1]}, ms`, `${names[1]} / ${names[0]}`, ''], rows))
  console.log(`\n${rows.filter((row) => row[4] !== '').length} of ${rows.length} rows differ by more than 5 %`)
}

function run(binary) {
  const args = ['--expose-gc', fileURLToPath(import.meta.url), '--child', '--size', values.size, ...words]
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MEMMAP_NATIVE_PATH: binary },
  })
  if (status !== 0) throw new Error(`${binary} failed`)
  return JSON.parse(stdout)
}

/** Compiles a profile, and returns the library under a name that Node loads. */
function built(profile) {
  const { status } = spawnSync('cargo', ['build', '--package', 'memmap', '--profile', profile], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`cargo build --profile ${profile} failed`)
  const library = { linux: 'libmemmap.so', darwin: 'libmemmap.dylib', win32: 'memmap.dll' }[process.platform]
  mkdirSync('.bench', { recursive: true })
  copyFileSync(join('target', profile, library), `.bench/${profile}.node`)
  return `.bench/${profile}.node`
}
