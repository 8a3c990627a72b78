/**
 * Writes the table of reductions and scans into docs/numpy.md, from the table of operations (lib/ops/table.ts).
 *
 *   node scripts/operations-table.mjs            writes it
 *   node scripts/operations-table.mjs --check    fails if it is not up to date
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

const PAGE = new URL('../docs/numpy.md', import.meta.url)
const [START, END] = ['<!-- operations -->', '<!-- end of operations -->']

const RESULTS = {
  same: `the array's`,
  count: 'int64; a number without `axis`',
  bool: 'bool',
  sum: 'int64 or uint64 of bools and integers, else the same',
  mean: 'float64 of bools and integers, else the same',
  variance: 'float64 of bools and integers, the real dtype of complex, else the same',
  range: `the array's; a duration for dates`,
}

const { OPTION_NAMES, REDUCTIONS, SCANS } = await tables()
const reductions = Object.entries(REDUCTIONS).map(([name, { numpy, nanNumpy, result, takes }]) =>
  row(name, numpy, nanNumpy, OPTION_NAMES[takes], result),
)
const scans = Object.entries(SCANS).map(([name, { numpy, result }]) =>
  row(name, numpy, undefined, ['axis', 'dtype'], result),
)
const table = [
  '| method | NumPy | with `skipNaN` | options | dtype of the result |',
  '|---|---|---|---|---|',
  ...reductions,
  ...scans,
].join('\n')

const page = readFileSync(PAGE, 'utf8')
const [before, rest] = page.split(START)
const [, after] = rest.split(END)
const made = `${before}${START}\n\n${table}\n\n${END}${after}`
if (!process.argv.includes('--check')) writeFileSync(PAGE, made)
else if (made !== page) {
  console.error('docs/numpy.md is not up to date: node scripts/operations-table.mjs')
  process.exitCode = 1
}

function row(name, numpy, nanNumpy, options, result) {
  const named = options.map((option) => `\`${option}\``).join(', ')
  const skipping = nanNumpy === undefined ? (options.includes('skipNaN') ? 'NaN left out' : '') : `\`np.${nanNumpy}\``
  return `| \`${name}\` | \`np.${numpy}\` | ${skipping} | ${named} | ${RESULTS[result]} |`
}

async function tables() {
  const contents = `export * from './table.ts'; export * from './reduce/options.ts'`
  const resolveDir = fileURLToPath(new URL('../lib/ops', import.meta.url))
  const { outputFiles } = buildSync({ stdin: { contents, resolveDir }, bundle: true, format: 'esm', write: false })
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`)
}
