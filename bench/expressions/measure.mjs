/**
 * Expressions beside NumPy, numexpr, bottleneck, blosc2 and a loop in JavaScript: each side in turn, warm, in memory. Results go into an
 * array that exists, or are new arrays.
 */
import { expr, zeros } from '../../dist/index.js'
import { settle, statistics, timed } from '../clock.mjs'
import { agree, digest } from '../digest.mjs'
import { sizeText, table } from '../table.mjs'

const SIDES = ['numpy', 'numexpr', 'bottleneck', 'blosc2', 'loop']
const TITLES = { numpy: 'NumPy', loop: 'JS loop' }
/** Seconds that one measurement takes at least. */
const LEAST = 0.05

/** Measures cases at a size of the operands in bytes; `into` an array that exists, or to a new one. */
export async function measureExpressions({ python, cases, bytes, runs, into }) {
  const rows = []
  for (const one of cases) {
    const row = await measure({ python, one, bytes, runs, into: into && one.reduce === undefined })
    rows.push(row)
    if (row.notes.length > 0) console.error(`${one.text}, ${sizeOf(bytes)}: ${row.notes.join('; ')}`)
  }
  return rows
}

async function measure({ python, one, bytes, runs, into }) {
  const { text, dtype, reduce } = one
  const length = bytes / (dtype === 'float32' ? 4 : 8)
  const names = [...new Set(text.match(/(?<![\w.])[a-e](?![\w(])/g))]
  const values = Object.fromEntries(names.map((name) => [name, operand(name, dtype, length)]))
  const sides = { memmap: ours(one, values, into), loop: loop(one, names, values, length, into) }
  const result = sides.memmap()
  const expected = digest(result)
  const notes = []
  const available = []
  const question = { text, dtype, length, names, ...(reduce && { reduce }), ...(into && { into }) }
  for (const side of SIDES) {
    if (side === 'loop') {
      if (agree(digest(sides.loop()), expected)) available.push(side)
      else notes.push('the loop differs')
      continue
    }
    const isOthers = one.only !== undefined && !one.only.includes(side)
    const takes = python?.versions?.[side] !== undefined && !isOthers && (side !== 'bottleneck' || reduce !== undefined)
    if (!takes) continue
    const { error, digest: found } = await python.ask({ ...question, side, times: 1 })
    if (error !== undefined) notes.push(`${side}: ${error}`)
    else if (!agree(found, expected)) notes.push(`${side} differs: ${found.slice(0, 3)} for ${expected.slice(0, 3)}`)
    else available.push(side)
  }
  const seconds = { memmap: [], ...Object.fromEntries(available.map((side) => [side, []])) }
  const repeats = {}
  // Not between rounds, after which each new array would have memory that was never touched.
  settle()
  for (let round = 0; round < runs; round++) {
    for (const side of Object.keys(seconds)) {
      const once = async (times) =>
        sides[side] === undefined
          ? (await python.ask({ ...question, side, times })).seconds
          : timed(() => repeat(sides[side], times), times).seconds
      repeats[side] ??= await repeatsFor(once)
      seconds[side].push(await once(repeats[side]))
    }
  }
  const times = Object.fromEntries(Object.entries(seconds).map(([side, list]) => [side, statistics(list)]))
  return { text, dtype, reduce, bytes, into, times, notes }
}

/** How often a side repeats its work; V8 compiles it meanwhile. */
async function repeatsFor(once) {
  for (let times = 1; ; times *= 2) {
    const seconds = await once(times)
    if (seconds * times >= LEAST) return Math.ceil(LEAST / seconds)
  }
}

function repeat(work, times) {
  for (let time = 0; time < times; time++) work()
}

/** The same numbers as in `python_side.py`, at least 0 and below 1. */
function operand(name, dtype, length) {
  const array = zeros([length], { dtype })
  const { data } = array
  const shift = name.codePointAt(0) * 977 * 65536
  for (let index = 0; index < length; index++) data[index] = ((Math.imul(index, 2654435761) + shift) >>> 8) / 2 ** 24
  return array
}

function ours({ text, reduce }, values, into) {
  // One array of strings, as each template of a program has.
  const parts = text.split(/(?<![\w.])([a-e])(?![\w(])/)
  const strings = Object.assign(
    parts.filter((_, index) => index % 2 === 0),
    { raw: [] },
  )
  const operands = parts.filter((_, index) => index % 2 === 1).map((name) => values[name])
  if (into) {
    const out = expr(strings, ...operands).evaluate()
    return () => (out.assign(expr(strings, ...operands)), out)
  }
  if (reduce === undefined) return () => expr(strings, ...operands).evaluate()
  if (reduce === 'nansum') return () => expr(strings, ...operands).sum({ skipNaN: true })
  return () => expr(strings, ...operands)[reduce]()
}

/** A loop of its own for each case, which V8 compiles for its function alone. */
function loop({ loop: element, reduce, dtype, bool }, names, values, length, into) {
  const TypedArray = bool ? Uint8Array : dtype === 'float32' ? Float32Array : Float64Array
  const out =
    reduce !== undefined ? START[reduce] : into ? 'const out = target' : `const out = new ${TypedArray.name}(length)`
  const store = reduce === undefined ? 'out[i] = element(ARGUMENTS)' : `const x = element(ARGUMENTS); ${STEP[reduce]}`
  const code = `${out}; for (let i = 0; i < length; i++) { ${store} } return out`
  const body = code.replace('ARGUMENTS', names.map((name) => `${name}[i]`).join())
  const compiled = new Function('element', 'length', 'target', ...names, body)
  const data = names.map((name) => values[name].data)
  const target = into ? new TypedArray(length) : null
  return () => compiled(element, length, target, ...data)
}

const START = { sum: 'let out = 0', nansum: 'let out = 0', max: 'let out = -Infinity' }
const STEP = { sum: 'out += x', nansum: 'if (x === x) out += x', max: 'if (x > out) out = x' }

/** The rows as Markdown: times of memmap, and how many times longer the others take. */
export function expressionsTable(rows) {
  const sides = SIDES.filter((side) => rows.some(({ times }) => times[side] !== undefined))
  const head = ['expression', 'dtype', 'size', 'ms (middle half)', ...sides.map((side) => `x ${TITLES[side] ?? side}`)]
  const ratio = ({ times }, side) => (times[side] === undefined ? undefined : times[side].median / times.memmap.median)
  const shown = (value) => (value === undefined ? '-' : value >= 100 ? value.toFixed(0) : value.toFixed(2))
  const body = rows.map((row) => {
    const { median, low, high } = row.times.memmap
    const ms = [median, low, high].map((seconds) => (seconds * 1000).toPrecision(3))
    const call = row.reduce === undefined ? row.text : `${row.reduce}(${row.text})`
    return [
      `\`${call}\``,
      row.dtype,
      sizeOf(row.bytes),
      `${ms[0]} (${ms[1]}-${ms[2]})`,
      ...sides.map((side) => shown(ratio(row, side))),
    ]
  })
  const middles = sides.map((side) => {
    const ratios = rows.flatMap((row) => ratio(row, side) ?? [])
    return shown(statistics(ratios).median)
  })
  return table(head, [...body, ['median', '', '', '', ...middles]])
}

const sizeOf = (bytes) => (bytes < 2 ** 20 ? `${bytes} B` : sizeText(bytes))
