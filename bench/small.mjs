/** Operations on one element, one view, one small file, in microseconds and nanoseconds. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { array, memmap } from '../dist/index.js'
import { perCall, settle, timed } from './clock.mjs'
import { scratchFile } from './files.mjs'

/** Each runs in a process of its own, so that V8 has seen one kind of array only: see `elements.mjs`. */
const KINDS = [
  ['float32', 1.3],
  ['>i2', 2],
  ['float64', null],
  ['int32', null],
  ['uint8', null],
  ['bool', null],
  ['float16', null],
  ['int64', null],
  ['scijs ndarray', null],
]

/** Rows of `{ name, unit, ours, others, target }`; `ours` and the others are statistics in seconds. */
export async function smallThings({ numpy, words }) {
  const rows = []
  const wants = (name) => words.every((word) => name.includes(word))
  const add = (row) => wants(row.name) && rows.push(row)

  for (const [kind, target] of KINDS) {
    const name = `get(i, j) in a loop, ${kind}`
    if (!wants(name)) continue
    const script = fileURLToPath(new URL('elements.mjs', import.meta.url))
    const { status, stdout } = spawnSync(process.execPath, [script, kind], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (status !== 0) throw new Error(`${name} failed`)
    rows.push({ name, unit: 'ns', ...JSON.parse(stdout), times: target })
  }

  const small = scratchFile(4096, 'tiny')
  const ask = async (op) =>
    numpy === null
      ? {}
      : { numpy: single((await numpy.ask({ op, path: small, dtype: 'f4', shape: [32, 32], order: 'C' })).seconds) }
  const opening = (count) => {
    for (let index = 0; index < count; index++) memmap(small, { dtype: 'float32', mode: 'r' }).close()
  }
  add({
    name: 'open and close a small file',
    unit: 'us',
    ours: perCall(2000, opening),
    others: await ask('small:open'),
    seconds: 12e-6,
    target: 2,
  })

  const grid = memmap(small, { dtype: 'float32', shape: [32, 32], mode: 'r' })
  let sink = null
  const slicing = (count) => {
    for (let index = 0; index < count; index++) sink = grid.slice(10, 20)
  }
  add({
    name: 'slice(10, 20) of a 2-d array',
    unit: 'us',
    ours: perCall(100_000, slicing),
    others: await ask('small:slice'),
    seconds: 0.6e-6,
    target: 5,
  })

  const few = array(new Float32Array(16).fill(1))
  const summing = (count) => {
    for (let index = 0; index < count; index++) sink = few.sum()
  }
  add({
    name: 'sum() of 16 float32',
    unit: 'us',
    ours: perCall(100_000, summing),
    others: await ask('small:sum'),
    seconds: 2e-6,
  })

  if (wants('values() of a float32 array')) {
    const a = array(new Float32Array(1 << 18).fill(1))
    const data = new Float32Array(1 << 18).fill(1)
    const walk = (of) => () => {
      let sum = 0
      for (const x of of()) sum += x
      return sum
    }
    const each = (of) => ({ ...of, median: of.median / (1 << 18), low: of.low / (1 << 18), high: of.high / (1 << 18) })
    rows.push({
      name: 'values() of a float32 array, an element',
      unit: 'ns',
      ours: each(
        perCall(
          1,
          walk(() => a.values()),
        ),
      ),
      others: {
        'typed array': each(
          perCall(
            1,
            walk(() => data.values()),
          ),
        ),
      },
    })
  }

  if (wants('2,000 maps')) {
    settle()
    const one = timed(() => opening(1)).seconds
    const open = (count) => {
      const kept = Array.from({ length: count }, () => memmap(small, { dtype: 'float32', mode: 'r' }))
      for (const a of kept) a.close()
    }
    const each = (of, count) => ({ ...of, median: of.median / count, low: of.low / count, high: of.high / count })
    rows.push({
      name: '2,000 maps open at once, each',
      unit: 'us',
      ours: each(
        perCall(1, () => open(2000)),
        2000,
      ),
      others: { 'one at a time': perCall(2000, opening) },
      times: 1.5,
      first: one,
    })
  }
  grid.close()
  void sink
  return rows
}

function single(seconds) {
  return { median: seconds, low: seconds, high: seconds, runs: 1 }
}
