/**
 * Searches for the nearest rows beside NumPy, faiss, hnswlib-node, sqlite-vec and a loop in JavaScript: one query, and 64 at once, in the
 * same file. `npm run build:dist` first.
 *
 *   node bench/search.mjs                      100,000 x 384
 *   node bench/search.mjs --rows 500000 --columns 768
 *   node bench/search.mjs --alone              without the others, of which hnswlib-node takes minutes to build its index
 *   node bench/search.mjs --exact              beside NumPy and faiss only
 *   node bench/search.mjs --python PATH        a Python with NumPy, and with faiss-cpu for its row (.venv/bin/python)
 *   node bench/search.mjs --json               the rows as JSON, for search-grid.mjs
 *
 * Times are medians of the runs. The rows that others find are compared with those of `nearest`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { memmap } from '../dist/index.js'
import { settle, timed } from './clock.mjs'
import { installed } from './others.mjs'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    columns: { type: 'string', default: '384' },
    runs: { type: 'string', default: '7' },
    alone: { type: 'boolean', default: false },
    exact: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    python: { type: 'string', default: '.venv/bin/python' },
  },
})
const [rows, columns, runs] = [values.rows, values.columns, values.runs].map(Number)
const K = 10
const MANY = 64
const path = join(tmpdir(), `memmap-bench-search-${process.pid}.f32`)

const results = []
const a = memmap(path, { dtype: 'float32', shape: [rows, columns], mode: 'w+' })
fill(a)
const expected = toNumbers(a.nearest(a.index(0), { k: K, metric: 'dot' }).indices)
const seconds = (work) => {
  const times = []
  for (let run = 0; run < runs; run++) {
    settle()
    times.push(timed(work).seconds)
  }
  return times.toSorted((x, y) => x - y)[runs >> 1]
}
const add = (name, { build, one, many, found }) => {
  const right = found === undefined ? '' : `${found.filter((row) => expected.includes(row)).length} of ${K}`
  results.push([name, ms(build), ms(one), ms(many), right])
  process.stderr.write(`  ${name}\n`)
}

add('reading the file: `sum`', { one: seconds(() => a.sum()) })
for (const metric of ['cosine', 'dot', 'euclidean', 'cityblock']) searchOf('float32', a, metric)
searchOf('float16', a.astype('float16'), 'cosine')
searchOf('int8', quantised(a), 'cosine')
if (values.exact) python()
else if (!values.alone) await others()
a.close()
rmSync(path)

if (values.json) console.log(JSON.stringify(results.map(([name, build, one, many]) => ({ name, build, one, many }))))
else {
  console.log(`${rows} x ${columns}, k = ${K}, ms\n`)
  console.log(`| | build | one query | ${MANY} queries | of the rows found |\n|---|---|---|---|---|`)
  for (const row of results) console.log(`| ${row.join(' | ')} |`)
}

async function others() {
  add('a loop in JavaScript', { one: seconds(() => loop(a.data, a.data.subarray(0, columns))) })
  python()
  await attempt('hnswlib-node', hnswlib)
  await attempt('sqlite-vec', sqlite)
}

function searchOf(dtype, array, metric) {
  const [one, many] = [array.index(0), array.slice(0, MANY)]
  add(`\`nearest\`, ${dtype}, ${metric}`, {
    one: seconds(() => array.nearest(one, { k: K, metric })),
    many: seconds(() => array.nearest(many, { k: K, metric })),
    found:
      metric === 'dot' || metric === 'cosine' ? toNumbers(array.nearest(one, { k: K, metric }).indices) : undefined,
  })
}

/** Rows of length 1, in some clusters as those of real texts are, so that dot and cosine find the same. */
function fill(array) {
  let state = 1
  const random = () => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2 ** 31
  }
  const centres = Float32Array.from({ length: 64 * columns }, random)
  const fillRow = (data, at) => {
    const centre = ((random() + 1) * 32) & 63
    let squares = 0
    for (let i = 0; i < columns; i++) squares += (data[at + i] = centres[centre * columns + i] + random()) ** 2
    const length = Math.sqrt(squares)
    for (let i = 0; i < columns; i++) data[at + i] /= length
  }
  // A block at a time, because some versions of Node have no typed array of more than 4 GiB.
  for (let row = 0; row < rows; row += 10_000) {
    const { data } = array.slice(row, Math.min(row + 10_000, rows))
    for (let at = 0; at < data.length; at += columns) fillRow(data, at)
  }
}

function quantised(array) {
  const scale = 127 / Math.max(...Object.values(array.minmax()).map(Math.abs))
  return array.map((x) => Math.round(x * scale), { dtype: 'int8' })
}

function loop(data, query) {
  const best = []
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0
    for (let i = 0; i < columns; i++) sum += data[at++] * query[i]
    if (best.length < K || sum > best.at(-1).sum) {
      best.push({ sum, row })
      best.sort((x, y) => y.sum - x.sum)
      if (best.length > K) best.pop()
    }
  }
  return best
}

function python() {
  if (!existsSync(values.python)) return
  const side = new URL('search_side.py', import.meta.url).pathname
  const { stdout, stderr } = spawnSync(values.python, [side, path, rows, columns, K, runs].map(String), {
    encoding: 'utf8',
  })
  if (stdout === '') return process.stderr.write(stderr)
  for (const [name, side] of Object.entries(JSON.parse(stdout)))
    add(`${name} ${side.version}`, { ...side, found: side.rows })
}

function hnswlib() {
  const { HierarchicalNSW } = installed('hnswlib-node', '3.0.0')
  const index = new HierarchicalNSW('ip', columns)
  index.initIndex(rows)
  const vector = (row) => Array.from(a.data.subarray(row * columns, (row + 1) * columns))
  const { seconds: build } = timed(() => {
    for (let row = 0; row < rows; row++) index.addPoint(vector(row), row)
  })
  index.setEf(100)
  const [one, many] = [vector(0), Array.from({ length: MANY }, (_, row) => vector(row))]
  add('hnswlib-node 3.0.0, ef 100', {
    build,
    one: seconds(() => index.searchKnn(one, K)),
    many: seconds(() => many.forEach((query) => index.searchKnn(query, K))),
    found: index.searchKnn(one, K).neighbors,
  })
}

async function sqlite() {
  const { DatabaseSync } = await import('node:sqlite')
  const db = new DatabaseSync(':memory:', { allowExtension: true })
  installed('sqlite-vec', '0.1.9').load(db)
  db.exec(`create virtual table rows using vec0(vector float[${columns}] distance_metric=cosine); begin`)
  const insert = db.prepare('insert into rows(rowid, vector) values (?, ?)')
  const bytes = (row) => new Uint8Array(a.data.buffer, a.data.byteOffset + 4 * row * columns, 4 * columns)
  const { seconds: build } = timed(() => {
    for (let row = 0; row < rows; row++) insert.run(BigInt(row), bytes(row))
  })
  db.exec('commit')
  const select = db.prepare(`select rowid from rows where vector match ? and k = ${K} order by distance`)
  add('sqlite-vec 0.1.9', {
    build,
    one: seconds(() => select.all(bytes(0))),
    many: seconds(() => Array.from({ length: MANY }, (_, row) => select.all(bytes(row)))),
    found: select.all(bytes(0)).map(({ rowid }) => rowid),
  })
}

async function attempt(name, work) {
  try {
    await work()
  } catch (error) {
    process.stderr.write(`  ${name}: ${String(error.message).split('\n')[0]}\n`)
  }
}

function toNumbers(indices) {
  return indices.toArray().map(Number)
}

function ms(value) {
  if (value === undefined) return ''
  return (value * 1e3).toFixed(value < 0.01 ? 2 : value < 1 ? 1 : 0)
}
