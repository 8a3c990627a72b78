/**
 * Tests the packages in the test runners of users, which load them in realms and threads of their own: Jest, with ES modules and
 * CommonJS, and Vitest in each of its pools. Prints `ok NAME` or `not ok NAME` for each.
 *
 *   node scripts/test-package-runners.mjs TARBALL ...
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** The newest versions that run on Node 20. */
const RUNNERS = ['jest@30.5.2', 'vitest@4.1.12']

const tarballs = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'memmap-runners-'))

/** The body of a test file, with `test` and `expect` of the runner and a function that loads the package. */
const body = (file) => `
test('files, errors and values', async () => {
  const { MemmapError, array, memmap, zeros } = await load()
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
  const { array, zeros } = await load()
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
  const { array } = await load()
  const { signal } = new AbortController()
  expect(await array([1, 2]).promises.sum({ signal })).toBe(3)
  await expect(array([1, 2]).promises.sum({ signal: AbortSignal.abort(new Error('mine')) })).rejects.toThrow('mine')
})
`

const write = (name, text) => writeFileSync(join(folder, name), text)
write('package.json', '{"private":true}')
write('module.test.mjs', `import * as memmap from 'memmap'\nconst load = () => memmap\n${body('module.bin')}`)
write('common.test.cjs', `const load = () => import('memmap')\n${body('common.bin')}`)
write(
  'pools.spec.mjs',
  `import * as memmap from 'memmap'\nimport { expect, inject, test } from 'vitest'\nconst load = () => memmap\n` +
    body(`' + inject('pool') + '.bin`),
)
write(
  'jest.config.json',
  '{ "testMatch": ["**/*.test.?js"], "transform": {}, "moduleFileExtensions": ["js", "mjs", "cjs"] }',
)
write(
  'vitest.config.mjs',
  `const project = (pool) => ({ test: { name: pool, pool, include: ['*.spec.mjs'], provide: { pool } } })
export default { test: { projects: ['forks', 'threads', 'vmThreads'].map(project) } }`,
)

function run(command, args, flags = '') {
  return spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: flags, CI: '1', NO_COLOR: '1' },
  })
}

function check(name, { status, stdout, stderr }, expected) {
  const good = status === 0 && expected.test(stdout + stderr)
  console.log(good ? `ok ${name}` : `not ok ${name}: ${status}\n${stdout}${stderr}`)
  if (!good) process.exitCode = 1
}

const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
check('npm installs the test runners', run('npm', ['install', ...quiet, ...RUNNERS]), /added/)
// Unpacked, because npm would look for the packages of other platforms, or without optional ones leave out the runners'.
for (const path of tarballs) {
  // A tarball of `@memmap/binding-...` is named `memmap-binding-...`.
  const name = basename(path)
    .replace(/-\d.*$/, '')
    .replace(/^memmap-binding/, '@memmap/binding')
  const into = join(folder, 'node_modules', name)
  mkdirSync(into, { recursive: true })
  check(`unpacks ${basename(path)}`, run('tar', ['-xzf', path, '-C', into, '--strip-components=1']), /^$/)
}
const bin = (name) => join(folder, 'node_modules', name)
const jest = [bin('jest/bin/jest.js'), '--config', 'jest.config.json']
check(
  'Jest: ES modules and CommonJS',
  run(process.execPath, jest, '--experimental-vm-modules --no-warnings'),
  /Tests: +6 passed/,
)
check('Vitest: forks, threads, vmThreads', run(process.execPath, [bin('vitest/vitest.mjs'), 'run']), /Tests +9 passed/)
rmSync(folder, { recursive: true, force: true })
