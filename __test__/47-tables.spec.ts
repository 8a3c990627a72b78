import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { NUMBER_ROWS, OPAQUE_CODE, TIME_CODE } from '../lib/dtype/index.js'
import { native } from '../lib/native/native.js'
import { COMPARISONS, REDUCTIONS, SCANS } from '../lib/ops/table.js'

/** The names of an enum of the binding, in lower case, by their numbers. */
function namesOf(table: object): Record<string, string> {
  const entries = Object.entries(table).filter(([, code]) => typeof code === 'number')
  return Object.fromEntries(entries.map(([name, code]) => [String(code), name.toLowerCase()]))
}

/** The same of a table of this library. */
function codesOf(rows: readonly (readonly [name: string, code: number])[]): Record<string, string> {
  return Object.fromEntries(rows.map(([name, code]) => [String(code), name.toLowerCase()]))
}

test('every dtype has the code of the binding', (t) => {
  const numbers = NUMBER_ROWS.map(([name, { code, kind, itemsize }]): [string, number] => [
    name === 'bool' ? name : `${kind}${8 * itemsize}`,
    code,
  ])
  t.deepEqual(codesOf([...numbers, ['time', TIME_CODE], ['opaque', OPAQUE_CODE]]), namesOf(native.Kind))
})

test('every reduction and scan has the code of the binding, and none is missing', (t) => {
  t.deepEqual(codesOf(Object.entries(REDUCTIONS).map(([name, { code }]) => [name, code])), namesOf(native.Reduction))
  t.deepEqual(codesOf(Object.entries(SCANS).map(([name, { code }]) => [name, code])), namesOf(native.Scan))
})

test('every comparison has the code of the binding', (t) => {
  const short: Readonly<Record<string, string>> = {
    less: 'lt',
    less_equal: 'le',
    equal: 'eq',
    not_equal: 'ne',
    greater_equal: 'ge',
    greater: 'gt',
  }
  const rows = Object.values(COMPARISONS).map(({ numpy, code }): [string, number] => [short[numpy] as string, code])
  t.deepEqual(codesOf(rows), namesOf(native.Comparison))
})

test('docs/numpy.md has the table of operations', (t) => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/numpy.md'), 'utf8')
  for (const [name, { numpy }] of [...Object.entries(REDUCTIONS), ...Object.entries(SCANS)]) {
    t.true(page.includes(`| \`${name}\` | \`np.${numpy}\` |`), `${name}: run node scripts/operations-table.mjs`)
  }
})
