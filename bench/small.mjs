/** What is done to one element, one view, one small file: microseconds and nanoseconds. */
import ndarray from 'ndarray'
import { array, memmap } from '../dist/index.js'
import { perCall, settle, statistics, timed } from './clock.mjs'
import { scratchFile } from './files.mjs'

const SIDE = 1000

let texts = 0

/**
 * Loops over `get(i, j)` and over the typed array itself. Each is compiled by itself, from a text of its own (for the same text
 * V8 takes the same function), so that none learns of the arrays of another.
 */
function loops() {
  const over = (body) =>
    new Function(
      'a',
      'data',
      'side',
      `let s = 0; /* ${texts++} */ for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) s += ${body}; return s`,
    )
  return {
    get: over('a.get(i, j)'),
    bare: over('data[i * side + j]'),
  }
}

/** Rows of `{ name, unit, ours, others, target }`; `ours` and the others are statistics in seconds. */
export async function smallThings({ numpy, words }) {
  const rows = []
  const wants = (name) => words.every((word) => name.includes(word))
  const add = (row) => wants(row.name) && rows.push(row)

  for (const [dtype, View, target] of [
    ['float32', Float32Array, 1.3],
    ['>i2', Int16Array, 2],
    ['float64', Float64Array, null],
    ['int32', Int32Array, null],
    ['uint8', Uint8Array, null],
    ['bool', Uint8Array, null],
    ['float16', null, null],
    ['int64', BigInt64Array, null],
  ]) {
    const name = `get(i, j) in a loop, ${dtype}`
    if (!wants(name)) continue
    const a = array(new Array(SIDE).fill(new Array(SIDE).fill(0)), { dtype })
    a.assign(1)
    const { get, bare } = loops()
    const isBig = dtype === 'int64'
    const data = View === null ? new Float32Array(SIDE * SIDE).fill(1) : new View(SIDE * SIDE).fill(isBig ? 1n : 1)
    const of = isBig ? bigLoops() : { get, bare }
    const ours = []
    const theirs = []
    for (let round = 0; round < 12; round++) {
      const one = timed(() => of.get(a, data, SIDE))
      const other = timed(() => of.bare(a, data, SIDE))
      if (one.result !== other.result) throw new Error(`${name}: ${one.result} is not ${other.result}`)
      if (round < 5) continue
      ours.push(one.seconds / SIDE ** 2)
      theirs.push(other.seconds / SIDE ** 2)
    }
    rows.push({
      name,
      unit: 'ns',
      ours: statistics(ours),
      others: { 'typed array': statistics(theirs) },
      times: target,
    })
  }

  if (wants('get(i, j) in a loop, scijs ndarray')) {
    const { get } = loops()
    const data = new Float32Array(SIDE * SIDE).fill(1)
    const x = ndarray(data, [SIDE, SIDE])
    const { bare } = loops()
    const theirs = perCall(1, () => get(x, data, SIDE), 7)
    const plain = perCall(1, () => bare(x, data, SIDE), 7)
    const each = (of) => ({ ...of, median: of.median / SIDE ** 2, low: of.low / SIDE ** 2, high: of.high / SIDE ** 2 })
    rows.push({
      name: 'get(i, j) in a loop, scijs ndarray',
      unit: 'ns',
      ours: null,
      others: { ndarray: each(theirs), 'typed array': each(plain) },
    })
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

function bigLoops() {
  const over = (body) =>
    new Function(
      'a',
      'data',
      'side',
      `let s = 0n; for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) s += ${body}; return s`,
    )
  return { get: over('a.get(i, j)'), bare: over('data[i * side + j]') }
}

function single(seconds) {
  return { median: seconds, low: seconds, high: seconds, runs: 1 }
}
