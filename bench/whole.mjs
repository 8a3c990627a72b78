/** Operations over whole arrays: each round measures every side once, so that all run under the same conditions. */
import { readFileSync } from 'node:fs'
import { memmap } from '../dist/index.js'
import { settle, statistics, timed } from './clock.mjs'
import { agree, digest } from './digest.mjs'
import { dataFile, remove, scratchFile } from './files.mjs'
import { OPERATIONS, itemsizeOf } from './operations.mjs'

/** Limit on the seconds of one side of one row, beyond its first round. */
const BUDGET = 3

/** Seconds of calls that are timed together where one is far shorter. */
const TOGETHER = 0.02

/** The most bytes of `fs.readFile` and of a typed array. */
const READ_LIMIT = 2 ** 31 - 4096

/**
 * @param bytes of the file
 * @param alone measures this package only, without loops in JavaScript
 * @returns rows of `{ name, bytes, target, sides: { ours, numpy, loop, readFile, limit } }`, each side the seconds of its rounds
 */
export async function wholeArrays({ path, bytes, runs, words, numpy, limits, report, alone = false }) {
  const rows = []
  for (const operation of OPERATIONS) {
    const name = operation.name
    if (!words.every((word) => name.includes(word)) || (bytes > 2 ** 31 && !operation.large)) continue
    const row = await measure(operation, { path, bytes, runs, numpy, limits, alone })
    rows.push(row)
    report(row)
  }
  return rows
}

async function measure(operation, { path, bytes, runs, numpy, limits, alone }) {
  const { name, dtype, limit, target, traffic } = operation
  const shape = operation.shape(bytes)
  const order = operation.order ?? 'C'
  const length = shape.reduce((product, one) => product * one, itemsizeOf(dtype))
  const options = { dtype, shape, order, mode: operation.scratch ? 'r+' : 'r' }
  const file = (side) => (operation.scratch ? scratchFile(bytes, side) : path)
  const question = {
    op: operation.numpy,
    path: file('numpy'),
    dtype: pythonType(dtype),
    shape,
    order,
    mode: options.mode,
    take: operation.take?.(bytes),
    into: operation.into && pythonType(operation.into),
  }
  const open = () => memmap(file('ours'), options)
  const a = operation.fresh ? null : open()
  const prepared = operation.prepare?.(a, operation.take?.(bytes))

  const sides = {
    ours: (times) => {
      if (operation.fresh) return repeated(times, () => withArray(open(), operation.work))
      return repeated(times, () => operation.work(a, prepared))
    },
  }
  if (numpy !== null) sides.numpy = (times) => numpy.ask({ ...question, times })
  if (limits !== null && limit !== null) {
    // The same traffic at the rate of the limit: a copy reads and writes every byte.
    const share = traffic(length) / (limit === 'copy' ? 2 * bytes : bytes)
    sides.limit = async (times) => {
      let seconds = 0
      for (let round = 0; round < Math.min(times, 10); round++) seconds += await limits.ask(limit, path, bytes)
      return { seconds: (seconds / Math.min(times, 10)) * share }
    }
  }
  if (!alone && operation.loop !== undefined && a !== null && bytes <= READ_LIMIT) {
    const { data } = a
    sides.loop = (times) => repeated(times, () => operation.loop(data))
    if (!operation.scratch && bytes < READ_LIMIT) {
      const View = data.constructor
      sides.readFile = () =>
        timed(() => {
          const { buffer, byteOffset, byteLength } = readFileSync(path)
          return operation.loop(new View(buffer, byteOffset, byteLength / View.BYTES_PER_ELEMENT))
        })
    }
  }

  const times = Object.fromEntries(Object.keys(sides).map((side) => [side, []]))
  const spent = Object.fromEntries(Object.keys(sides).map((side) => [side, 0]))
  let expected = null
  // Calls of each side that are timed together; known after the first rounds.
  const calls = Object.fromEntries(Object.keys(sides).map((side) => [side, 1]))
  for (let round = 0; round <= runs + 1; round++) {
    for (const [side, run] of Object.entries(sides)) {
      // Plain loops and copies of whole files are slow and steady, so they get fewer rounds.
      if (spent[side] > (side === 'ours' || side === 'numpy' || side === 'limit' ? BUDGET : BUDGET / 3)) continue
      settle()
      const { seconds, result, digest: told, error } = await run(calls[side])
      if (round < 2) calls[side] = Math.min(2000, Math.max(1, Math.round(TOGETHER / seconds)))
      if (error !== undefined) throw new Error(`${side}, ${name}: ${error}`)
      if (side !== 'limit' && round === 0) {
        const found = told ?? digest(result)
        expected ??= found
        if (!agree(found, expected)) throw new Error(`${name}: ${side} computed ${found}, not ${expected}`)
      }
      // The first rounds warm up, small work by many calls, unless there are no others.
      const counts = round > 1 || seconds > TOGETHER
      spent[side] += round === 0 ? 0 : seconds * calls[side]
      if ((counts && round > 0) || seconds > BUDGET) times[side].push(seconds)
      if (seconds > BUDGET) spent[side] = Infinity
    }
  }
  a?.close()
  return {
    name,
    bytes: length,
    traffic: traffic(length),
    target,
    sides: Object.fromEntries(Object.entries(times).map(([side, seconds]) => [side, statistics(seconds)])),
  }
}

/** Seconds of one of several calls, and the last result. */
function repeated(times, work) {
  return timed(() => {
    let result
    for (let round = 0; round < times; round++) result = work()
    return result
  }, times)
}

function withArray(a, work) {
  try {
    return work(a)
  } finally {
    a.close()
  }
}

function pythonType(dtype) {
  return { float32: 'f4', float64: 'f8', int16: 'i2', uint8: 'u1' }[dtype] ?? dtype
}

export const COLD = 'open, sum, close: cold cache'

/** A sum of a file that is not in memory, where the system can drop its pages: a file that nobody else has mapped. */
export async function coldSums({ bytes, numpy }) {
  if (numpy === null || process.platform !== 'linux') return null
  const path = dataFile(bytes, 'cold')
  const shape = [bytes / 4]
  const question = { op: 'fresh', path, dtype: 'f4', shape }
  const sides = {
    ours: () => timed(() => withArray(memmap(path, { dtype: 'float32', mode: 'r' }), (a) => a.sum())),
    numpy: () => numpy.ask(question),
    readFile: () =>
      timed(() => {
        const { buffer, byteOffset, byteLength } = readFileSync(path)
        let sum = 0
        for (const x of new Float32Array(buffer, byteOffset, byteLength / 4)) sum += x
        return sum
      }),
  }
  if (bytes >= READ_LIMIT) delete sides.readFile
  const times = {}
  let expected = null
  for (let round = 0; round < 5; round++) {
    for (const [side, run] of Object.entries(sides)) {
      settle()
      await numpy.ask({ op: 'drop', path })
      const left = withArray(memmap(path, { mode: 'r' }), (a) => a.residency().resident)
      if (left > bytes / 100) {
        remove(path)
        return null
      }
      const { seconds, result, digest: told } = await run()
      const found = told ?? digest(result)
      expected ??= found
      if (!agree(found, expected)) throw new Error(`cold sum: ${side} computed ${found}, not ${expected}`)
      ;(times[side] ??= []).push(seconds)
    }
  }
  remove(path)
  return {
    name: COLD,
    bytes,
    traffic: bytes,
    target: [null, null],
    sides: Object.fromEntries(Object.entries(times).map(([side, seconds]) => [side, statistics(seconds)])),
  }
}
