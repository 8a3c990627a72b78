// Cost of a loop over `get(i, j)` for one kind of array, and over a typed array. Prints statistics in seconds an element as JSON.
// Runs in a process of its own, because V8 compiles a loop for the kinds that it has seen.
import ndarray from 'ndarray'
import { array } from '../dist/index.js'
import { statistics, timed } from './clock.mjs'

const SIDE = 1000
const TYPED = {
  float32: Float32Array,
  '>i2': Int16Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  float16: Float32Array,
  int64: BigInt64Array,
}

const [kind] = process.argv.slice(2)
const isBig = kind === 'int64'
const data = new (TYPED[kind] ?? Float32Array)(SIDE ** 2).fill(isBig ? 1n : 1)
const loop = (body) =>
  new Function(
    'a',
    'data',
    'side',
    `let s = ${isBig ? '0n' : '0'}; for (let i = 0; i < side; i++) for (let j = 0; j < side; j++) s += ${body}; return s`,
  )
const get = loop('a.get(i, j)')
const bare = loop('data[i * side + j]')
const a = kind in TYPED ? allocated(kind) : ndarray(data.slice(), [SIDE, SIDE])

const ours = []
const theirs = []
for (let round = 0; round < 40; round++) {
  const one = timed(() => get(a, data, SIDE))
  const other = timed(() => bare(a, data, SIDE))
  if (one.result !== other.result) throw new Error(`${kind}: ${one.result} is not ${other.result}`)
  if (round < 20) continue
  ours.push(one.seconds / SIDE ** 2)
  theirs.push(other.seconds / SIDE ** 2)
}
const plain = { 'typed array': statistics(theirs) }
console.log(
  JSON.stringify(
    kind in TYPED
      ? { ours: statistics(ours), others: plain }
      : { ours: null, others: { ndarray: statistics(ours), ...plain } },
  ),
)

function allocated(dtype) {
  const all = array(new Array(SIDE).fill(new Array(SIDE).fill(0)), { dtype })
  all.assign(1)
  return all
}
