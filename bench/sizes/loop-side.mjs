/**
 * The side of hand-written loops in `npm run bench -- --sizes`, in a process of its own, because the garbage of a side would be
 * collected in the turn of another: rows and calls asked for on standard input, one JSON object a line; answers seconds.
 */
import { createInterface } from 'node:readline'
import { memmap } from '../../dist/index.js'
import { repeated } from '../clock.mjs'
import { LOOPS, OPERATIONS, calls } from './rows.mjs'

const TYPED = { float32: Float32Array, int16: Int16Array }

/** The work of a row; null without a loop over such elements. */
function workOfRow({ row, path, dtype, shape, order, inMemory }) {
  const { loop, prepare } = [...OPERATIONS, ...LOOPS].find(({ name }) => name === row)
  if (loop === undefined || !(dtype in TYPED)) return null
  const mapped = memmap(path, { dtype, shape, order, mode: 'r+' })
  const a = inMemory ? mapped.copy({ order }) : mapped
  const b = prepare?.(a)
  const data = inMemory ? new TYPED[dtype](a.data) : a.data
  return { run: repeated(() => loop(data, b, shape)), end: () => mapped.close() }
}

function workOfCall(name) {
  const { loop } = calls().find((call) => call.name === name)
  return loop === null ? null : { run: repeated(loop), end: () => {} }
}

let work = null
console.log('{}')
for await (const line of createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line)
  if ('times' in ask) {
    console.log(JSON.stringify({ seconds: work.run(ask.times) }))
    continue
  }
  work?.end()
  work = null
  globalThis.gc?.()
  if ('row' in ask) work = workOfRow(ask)
  if ('call' in ask) work = workOfCall(ask.call)
  console.log(JSON.stringify({ there: work !== null }))
}
