/**
 * Compares the speed with NumPy, plain JavaScript, other libraries and the limits of this machine: all in one run, each side in
 * turn. `npm run build:dist` first, the profile that is published.
 *
 *   npm run bench                          a few minutes: 1 MiB, 64 MiB and 1 GiB
 *   npm run bench -- --full                1 MiB to 8 GiB
 *   npm run bench -- --mib 16,256          sizes of the file in MiB
 *   npm run bench -- --sizes               every operation at 256 B to 1 GiB, in memory and in files (a quarter of an hour)
 *   npm run bench -- --sizes --bytes 256,65536
 *   npm run bench -- --expr                expressions beside NumPy, numexpr, bottleneck and blosc2 (npm run venv -- --bench)
 *   npm run bench -- --expr --bytes 4096,1073741824
 *   npm run bench -- sum float32           only rows with these words in the name
 *   npm run bench -- --runs 9              rounds (5)
 *   npm run bench -- --json FILE --svg FILE
 *   npm run bench -- --docs                writes the tables into docs/performance.md and the picture beside it; also with --sizes and --expr
 *
 * Results of all sides are compared before times are printed. Times are medians and quartiles of the rounds.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { crossover, limits as openLimits, loops as openLoops, numpy as openNumpy, profile } from './children.mjs'
import { writeDocs } from './docs.mjs'
import { dataFile, remove, scratchFile } from './files.mjs'
import { bounded, guardCost, offTheLoop } from './async.mjs'
import { CASES } from './expressions/cases.mjs'
import { expressionsTable, measureExpressions } from './expressions/measure.mjs'
import { otherLibraries } from './others.mjs'
import { plot } from './plot.mjs'
import { measureCalls, measureCosts, measureSizes } from './sizes/measure.mjs'
import { measureMemory } from './sizes/memory.mjs'
import { callsTable, costsTable, memoryTable, sizesPlot, sizesTable, sizeText, verdict } from './sizes/report.mjs'
import { smallThings } from './small.mjs'
import * as tables from './table.mjs'
import { COLD, coldSums, wholeArrays } from './whole.mjs'

const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    mib: { type: 'string' },
    sizes: { type: 'boolean', default: false },
    expr: { type: 'boolean', default: false },
    bytes: { type: 'string' },
    runs: { type: 'string', default: '5' },
    full: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    json: { type: 'string' },
    svg: { type: 'string' },
  },
})
const runs = Number(values.runs)
const sizes = (values.mib ?? (values.full ? '1,16,64,256,1024,8192' : '1,64,1024'))
  .split(',')
  .map((mib) => Number(mib) * 2 ** 20)

const script = values.expr ? 'expressions/python_side.py' : values.sizes ? 'sizes/numpy_side.py' : undefined
const numpy = await openNumpy(script)
const limits = values.sizes || values.expr ? null : await openLimits()
const machine = [
  `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  `${process.platform} ${process.arch}, Node ${process.versions.node}, profile ${profile()}`,
  numpy === null ? 'without NumPy (npm run venv)' : `NumPy ${numpy.version}`,
  ...Object.entries(numpy?.versions ?? {}).flatMap(([name, version]) => (name === 'numpy' ? [] : `${name} ${version}`)),
  ...(values.sizes || values.expr
    ? []
    : [limits === null ? 'without limits (no Rust)' : `limits on ${limits.threads} threads`]),
].join('; ')
console.log(`${machine}\n`)

const sections = []
const section = (title, body) => {
  sections.push({ title, body })
  console.log(`## ${title}\n\n${body}\n`)
}
const results = { machine, date: new Date().toISOString(), whole: [] }

if (values.expr) {
  const cases = CASES.filter(({ text, dtype, reduce }) =>
    words.every((word) => `${reduce ?? ''} ${text} ${dtype}`.includes(word)),
  )
  results.expressions = []
  for (const bytes of (values.bytes ?? `8192,${2 ** 20},${2 ** 28}`).split(',').map(Number)) {
    const size = bytes < 2 ** 20 ? `${bytes} B` : tables.sizeText(bytes)
    for (const into of [true, false]) {
      const some = into ? cases : cases.filter(({ reduce }) => reduce === undefined)
      const rows = await measureExpressions({ python: numpy, cases: some, bytes, runs, into })
      results.expressions.push(...rows)
      section(`Operands of ${size}, ${into ? 'into an array that exists' : 'new arrays'}`, expressionsTable(rows))
    }
  }
  numpy?.end()
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
  if (values.docs) writeDocs({ command: 'npm run bench -- --expr --docs', machine, sections })
  process.exit(0)
}

if (values.sizes) {
  const drawn = await operationsBySize()
  numpy?.end()
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
  if (values.svg !== undefined && drawn !== null) writeFileSync(values.svg, drawn)
  if (values.docs && drawn !== null)
    writeDocs({ command: 'npm run bench -- --sizes --docs', picture: 'sizes.svg', machine, sections, drawn })
  process.exit(0)
}

for (const bytes of sizes) {
  const path = dataFile(bytes)
  const report = ({ name, sides }) =>
    process.stderr.write(`  ${tables.sizeText(bytes)} ${name}: ${(sides.ours.median * 1e3).toFixed(2)} ms\n`)
  const rows = await wholeArrays({ path, bytes, runs, words, numpy, limits, report })
  if (words.every((word) => COLD.includes(word)) && bytes >= 2 ** 26) {
    const cold = await coldSums({ bytes, numpy })
    if (cold !== null) rows.push(cold)
  }
  results.whole.push(...rows)
  if (rows.length > 0) section(`Whole arrays, ${tables.sizeText(bytes)}`, tables.wholeTable(rows))
  if (bytes === sizes.at(-1) && words.every((word) => 'promises, blocks, bounded memory'.includes(word))) {
    results.async = await offTheLoop({ path, bytes, runs })
    section('Off the event loop', tables.loopTable(results.async))
    results.bounded = bounded({ path, bytes })
    section('In bounded memory', tables.boundedTable(results.bounded))
  }
  if (bytes === Math.min(2 ** 26, sizes.at(-1)) && words.length === 0) {
    results.others = await otherLibraries({ path, bytes, runs })
    section('Other libraries', tables.othersTable(results.others))
  }
  remove(path)
  for (const side of ['ours', 'numpy']) remove(scratchFile(bytes, side))
}
const growing = results.whole.filter(({ name }) => name === 'sum float32')
if (growing.length > 1) section('How the cost grows', tables.growthTable(growing))
results.small = await smallThings({ numpy, words })
if (results.small.length > 0) section('Elements, views and small files', tables.smallTable(results.small))
if (words.length === 0) {
  results.crossover = crossover()
  if (results.crossover !== null) section('Where threads begin to pay', `\`\`\`\n${results.crossover}\n\`\`\``)
  results.guard = guardCost({ path: scratchFile(4e6, 'small') })
  section('What the guard costs', tables.guardTable(results.guard))
}
numpy?.end()
limits?.end()

if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)
const drawn = results.whole.length > 0 ? plot(results.whole) : null
if (values.svg !== undefined && drawn !== null) writeFileSync(values.svg, drawn)
if (values.docs && drawn !== null && existsSync('docs/performance.md'))
  writeDocs({ command: 'npm run bench -- --docs', picture: 'performance.svg', machine, sections, drawn })

/** Measures every operation at every size, and returns the picture. */
async function operationsBySize() {
  const report = ({ name, place, bytes, sides }) =>
    process.stderr.write(`  ${sizeText(bytes)} ${place} ${name}: ${(sides.ours.median * 1e6).toFixed(2)} us\n`)
  const loops = await openLoops()
  results.calls = await measureCalls({ numpy, loops, rounds: runs, words, report })
  if (words.length === 0) {
    results.memory = measureMemory({ rounds: runs })
    section('Memory of results', memoryTable(results.memory))
  }
  results.costs = await measureCosts({ rounds: runs })
  section('The cost of a call', costsTable(results.costs))
  results.sizes = await measureSizes({
    numpy,
    loops,
    sizes: values.bytes?.split(',').map(Number),
    rounds: runs,
    words,
    report,
  })
  loops.end()
  if (results.calls.length > 0) section('Calls', callsTable(results.calls))
  for (const place of ['memory', 'file']) {
    const rows = results.sizes.filter((row) => row.place === place)
    if (rows.length > 0) section(place === 'file' ? 'In a file' : 'In memory', sizesTable(rows, results.costs))
  }
  section('Beside NumPy', verdict(results.sizes, results.costs))
  return sizesPlot(results.sizes)
}
