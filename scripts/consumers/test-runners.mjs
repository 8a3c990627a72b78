/**
 * Test runners, which load the packages in realms and threads of their own: Jest, with ES modules and CommonJS, and Vitest in each of
 * its pools, `node --test` and `bun test`. Tests pass, and a test that fails shows the difference as NumPy's text.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runtimes } from '../runtimes.mjs'
import { Project } from './project.mjs'

/** The newest versions that run on Node 20. */
const RUNNERS = ['jest@30.5.2', 'vitest@4.1.12']

/** The body of a test file, with `test` and `expect` of the runner, and `load`, which returns the package. */
const body = (file) => `
test('files, errors and values', async () => {
  const { MemmapError, array, memmap, zeros } = load()
  const path = process.cwd() + '/${file}'
  const a = memmap(path, { mode: 'w+', dtype: 'float32', shape: [2, 2] })
  a.assign([new Float32Array([1, 2]), new Float32Array([3, 4])])
  expect(a.toArray()).toEqual([[1, 2], [3, 4]])
  expect(a.equals(array([[1, 2], [3, 4]]))).toBe(true)
  a.close()
  for (const work of [
    () => memmap(path + '.missing', { mode: 'r' }),
    () => memmap(path, { mode: 'r', shape: 1000 }),
    () => a.get(0, 0),
    () => zeros(2).index(7),
  ]) {
    expect(work).toThrow(MemmapError)
  }
  const b = memmap(Buffer.from(path), { mode: 'r', dtype: Float32Array })
  expect(b.toArray()).toEqual([1, 2, 3, 4])
  b.close()
})
test('typed arrays', async () => {
  const { array, zeros } = load()
  for (const type of [Int8Array, Uint8Array, Int16Array, Uint32Array, Float32Array, Float64Array]) {
    const values = type.of(1, 2, 3)
    expect(array(values).toArray()).toEqual([1, 2, 3])
    const a = zeros(3, { dtype: type })
    a.assign(values)
    expect(a.toArray()).toEqual([1, 2, 3])
  }
  expect(array(Buffer.from([1, 2])).toArray()).toEqual([1, 2])
  expect(array([new Date(5)]).toArray()).toEqual([5n])
})
test('promises', async () => {
  const { array } = load()
  const { signal } = new AbortController()
  expect(await array([1, 2]).promises.sum({ signal })).toBe(3)
  return expect(array([1, 2]).promises.sum({ signal: AbortSignal.abort(new Error('mine')) })).rejects.toThrow('mine')
})
`

/** Tests that pass, of equality; and one of each kind that fails. */
const equality = (name) => `
const equal = () => {
  const { array, memmap, zeros } = load()
  const file = (name, values) => memmap(process.cwd() + '/' + name, { mode: 'w+', dtype: 'float32', shape: [2, 2] }).assign(values)
  const values = [[1, 2], [3, 4]]
  return { array, zeros, values, a: file('${name}1', values), b: file('${name}2', values), c: file('${name}3', [[1, 2], [3, 5]]) }
}
test('equal arrays are equal, whatever their file and order', () => {
  const { array, zeros, values, a, b, c } = equal()
  expect(a).toEqual(b)
  expect(a).not.toEqual(c)
  expect(array(values)).toEqual(array(values, { order: 'F' }))
  expect({ deep: [array(values)] }).toEqual({ deep: [zeros([2, 2]).assign(values)] })
  expect(array(values)).not.toEqual(array([[1, 2], [3, 5]]))
  expect(zeros([2, 3])).not.toEqual(zeros([3, 2]))
  expect(a.toArray()).toEqual(values)
  expect([a]).toEqual([expect.anything()])
})
`
const FAILING = `
test('fails: in memory', () => expect(load().array([[1, 2], [3, 4]])).toEqual(load().array([[1, 2], [3, 5]])))
test('fails: in files', () => { const { a, c } = equal(); expect(a).toEqual(c) })
test('fails: inside an object', () => { const { a, c } = equal(); expect({ a }).toEqual({ a: c }) })
test('fails: by the sixteenth digit', () => expect(load().array([0.1 + 0.2])).toEqual(load().array([0.3])))
`
/** What the report of the failing tests must have, and what it must not. */
const SHOWN = [
  /^[ ]*-[ ]*\[3\., 5\.\]\]\)$/m,
  /^[ ]*\+[ ]*\[3\., 4\.\]\]\)$/m,
  /^[ ]*-[ ]*\[3\., 5\.\]\], dtype=float32\)/m,
  /0\.30000000000000004/,
]
const HIDDEN = /MemmapError|NOT_VIEWABLE|accessorKind|step0|last1|is not cloned/

function checkReport(text, shown = SHOWN) {
  for (const pattern of shown) if (!pattern.test(text)) throw new Error(`the report has no ${pattern}\n${text}`)
  if (HIDDEN.test(text)) throw new Error(`the report has ${HIDDEN.exec(text)[0]}\n${text}`)
}

/** A block of docs/test-runners.md, by the word that ends the comment in front of it. */
function documented(name) {
  const page = readFileSync(new URL('../../docs/test-runners.md', import.meta.url), 'utf8')
  const block = new RegExp(`as ${name} -->\\n\`\`\`\\w+\\n([^]*?)^\`\`\`$`, 'm').exec(page)
  if (block === null) throw new Error(`docs/test-runners.md has no ${name}`)
  return block[1]
}

const escaped = (text) => text.replaceAll(/[.[\]()]/g, '\\$&')

/** The table of what deep equality compares: whether arrays are equal that differ by dtype, as empty ones, by sign of 0, by class. */
const table = (name, equal, expected) => `
test('deep equality compares what the page says', () => {
  const equal = (a, b) => { try { ${equal} } catch { return false } return true }
  const file = memmap(process.cwd() + '/${name}.bin', { mode: 'w+', dtype: 'float64', shape: 2 }).assign([1, 2])
  const found = {
    dtypes: equal(array([1, 2]), array([1, 2], { dtype: 'int16' })),
    empty: equal(zeros([0, 3]), zeros([0, 5])),
    classes: equal(file, array([1, 2])),
    NaN: equal(array([NaN]), array([NaN])),
    zeros: equal(array([0]), array([-0])),
    shapes: equal(array([[1, 2]]), array([1, 2])),
    elements: equal(array([1, 2]), array([1, 3])),
    orders: equal(array([[1, 2], [3, 4]], { dtype: '>i2' }), array([[1, 2], [3, 4]], { dtype: '<i2', order: 'F' })),
    copies: equal(file.copy(), array([1, 2])),
  }
  const said = { NaN: true, zeros: false, shapes: false, elements: false, orders: true, copies: true, ...${JSON.stringify(expected)} }
  for (const [key, value] of Object.entries(said)) if (found[key] !== value) throw new Error(key)
})
`
const BY_ITERATION = { dtypes: true, empty: true, classes: false }
const BY_IDENTITY = { dtypes: false, empty: false, classes: false }
const NAMES = `import { NDArray, array, memmap, zeros } from 'memmap'\n`

/** The tester and the snapshot of the page. */
const tester = (name) => `
test('the snapshot is that of the page', () => expect(array([[1, 2], [3, 4]])).toMatchSnapshot())
test('the tester of the page compares files with memory', () => {
  ${documented('tester.mjs')}
  const file = memmap(process.cwd() + '/${name}.tester.bin', { mode: 'w+', dtype: 'float64', shape: 2 }).assign([1, 2])
  expect(file).toEqual(array([1, 2]))
  expect({ deep: [file] }).toEqual({ deep: [array([1, 2])] })
  expect(file).not.toEqual(array([1, 3]))
  expect(file).not.toEqual(array([1, 2, 3]))
})
`

const ESM = `import * as memmap from 'memmap'\nconst load = () => memmap\n`
const CJS = `const memmap = require('memmap')\nconst load = () => memmap\n`
const CONFIG = (match) =>
  `{ "testMatch": ["**/${match}"], "transform": {}, "moduleFileExtensions": ["js", "mjs", "cjs"] }`

const FILES = {
  'module.test.mjs': `${ESM}${body('module.bin')}${equality('module')}`,
  'common.test.cjs': `${CJS}${body('common.bin')}${equality('common')}`,
  'module.fails.mjs': `${ESM}${equality('module-fails')}${FAILING}`,
  'common.fails.cjs': `${CJS}${equality('common-fails')}${FAILING}`,
  'pools.spec.mjs': `${ESM}import { expect, inject, test } from 'vitest'\n${body("' + inject('pool') + '.bin")}${equality("' + inject('pool') + '")}`, // prettier-ignore
  'pools.fails.mjs': `${ESM}import { expect, inject, test } from 'vitest'\n${equality("fails-' + inject('pool') + '")}${FAILING}`,
  'documented.mjs': `${NAMES}${table('jest', 'expect(a).toEqual(b)', BY_ITERATION)}${tester('jest')}`,
  'pools.documented.mjs': `${NAMES}import { expect, inject, test } from 'vitest'\n${table("' + inject('pool') + '", 'expect(a).toEqual(b)', BY_ITERATION)}${tester("' + inject('pool') + '")}`, // prettier-ignore
  'documented.node.mjs': `${NAMES}import test from 'node:test'\nimport assert from 'node:assert'\n${table('node', 'assert.deepEqual(a, b)', BY_IDENTITY)}`,
  'bun-documented.test.mjs': `${NAMES}import { expect, test } from 'bun:test'\n${table('bun', 'expect(a).toEqual(b)', { ...BY_IDENTITY, classes: true })}${table('bun', 'expect(a).toStrictEqual(b)', BY_IDENTITY)}`,
  'jest.documented.json': CONFIG('documented.mjs'),
  'jest.json': CONFIG('{module,common}.test.?js'),
  'jest.common.json': CONFIG('*.test.cjs'),
  'jest.fails.json': CONFIG('{module,common}.fails.?js'),
  'vitest.config.mjs': `const project = (pool) => ({ test: { name: pool, pool, include: ['pools.' + process.env.KIND + '.mjs'], provide: { pool } } })
export default { test: { projects: ['forks', 'threads', 'vmThreads'].map(project) } }`,
  'node.fails.mjs': `import test from 'node:test'
import assert from 'node:assert'
import { array, memmap } from 'memmap'
test('fails', () => assert.deepStrictEqual(array([[1, 2], [3, 4]]), array([[1, 2], [3, 5]])))
test('passes', () => assert.deepStrictEqual(array([[1, 2], [3, 4]]), array([[1, 2], [3, 4]], { order: 'F' })))
`,
  'bun.test.mjs': `import { expect, test } from 'bun:test'
import { array } from 'memmap'
test('passes', () => expect(array([1, 2])).toEqual(array([1, 2])))
test('fails', () => expect(array([1, 2])).toEqual(array([1, 3])))
`,
}

export function testRunners({ main, own, folder, check, sample }) {
  const project = new Project(join(folder, 'runners'), FILES, { packages: RUNNERS, tarballs: [main, own] })
  const jest = (config) => [project.bin('jest/bin/jest.js'), '--config', config]
  const MODULES = { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' }

  for (const { name, kind, path } of runtimes()) {
    if (kind === 'node') {
      const own = path === process.execPath
      check(`${name}: Jest, CommonJS`, () =>
        project.expect(path, jest('jest.common.json'), { prints: /Tests: +4 passed/ }),
      )
      if (!own && sample) continue
      check(`${name}: Jest, ES modules and CommonJS`, () =>
        project.expect(path, jest('jest.json'), { env: MODULES, prints: /Tests: +8 passed/ }),
      )
      check(`${name}: a failing test in Jest shows the difference`, () =>
        checkReport(
          project.expect(path, jest('jest.fails.json'), { env: MODULES, status: 1, prints: /8 failed, 2 passed/ }),
        ),
      )
      const vitest = [project.bin('vitest/vitest.mjs'), 'run']
      check(`${name}: Vitest, forks, threads, vmThreads`, () =>
        project.expect(path, vitest, { env: { KIND: 'spec' }, prints: /Tests +12 passed/ }),
      )
      check(`${name}: a failing test in Vitest shows the difference`, () =>
        checkReport(
          project.expect(path, vitest, { env: { KIND: 'fails' }, status: 1, prints: /12 failed \| 3 passed/ }),
        ),
      )
      if (own) {
        const snapshot = new RegExp(`\`\\n${escaped(documented('snapshot'))}\`;$`, 'm')
        check(`${name}: Jest compares, shows and snapshots as the page says`, () => {
          project.expect(path, [...jest('jest.documented.json'), '-u'], { env: MODULES, prints: /Tests: +3 passed/ })
          project.reads('__snapshots__/documented.mjs.snap', snapshot)
        })
        check(`${name}: Vitest compares, shows and snapshots as the page says`, () => {
          project.expect(path, [...vitest, '-u'], { env: { KIND: 'documented' }, prints: /Tests +9 passed/ })
          project.reads('__snapshots__/pools.documented.mjs.snap', snapshot)
          const { text } = project.run(path, vitest, { env: { KIND: 'fails' } })
          if (!text.includes(documented('report'))) throw new Error(text)
        })
        check(`${name}: node:assert compares as the page says`, () =>
          project.expect(path, ['--test', 'documented.node.mjs'], { prints: /pass 1/ }),
        )
      }
      check(`${name}: a failing test of node:test shows the difference`, () =>
        checkReport(project.expect(path, ['--test', 'node.fails.mjs'], { status: 1, prints: /pass 1[^]*fail 1/ }), [
          /[+-] +\[3\., 4\.\]\]\)/,
          /[+-] +\[3\., 5\.\]\]\)/,
        ]),
      )
    }
    if (kind === 'bun') {
      check(`${name} compares as the page says`, () =>
        project.expect(path, ['test', 'bun-documented.test.mjs'], { prints: /2 pass/ }),
      )
      check(`${name}: a failing test shows the difference`, () =>
        checkReport(project.expect(path, ['test', 'bun.test.mjs'], { status: 1, prints: /1 pass[^]*1 fail/ }), []),
      )
    }
  }
}
