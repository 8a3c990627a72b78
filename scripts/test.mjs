/**
 * Runs all tests of the build: `npm test` builds first.
 *
 *   node scripts/test.mjs            everything
 *   node scripts/test.mjs --quick    the running Node only, without the packages
 *   node scripts/test.mjs --built    the running Node only, with the binary in npm/ and without Rust
 *
 * The last line is `N passed, N failed`, and the exit status 1 if anything failed.
 */
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtimes } from './runtimes.mjs'
import { Steps } from './steps.mjs'
import { ownBinary } from './targets.mjs'
import { typescriptCoverage } from './typescript-coverage.mjs'

/** Where the runtime writes its coverage. */
const COVERAGE = 'coverage/v8'

/** Where runtimes from Node 22 on keep compiled code, because the tests start hundreds of processes with the same files. */
const COMPILED = 'node_modules/.cache/compiled-code'

const bin = (name) => join('node_modules', '.bin', name)

export function types(steps) {
  return steps.run('types of the library and of its tests', 'status', bin('tsc'), ['-p', '__test__/tsconfig.json'])
}

/** One test a page. */
export function documentTypes(steps) {
  const script = ['scripts/check-documents.mjs']
  return steps.run('types of the code in README.md and docs/', 'lines', process.execPath, script)
}

export function compileTests(steps) {
  return steps.run('compile the tests', 'status', process.execPath, ['scripts/compile.mjs', '--tests'])
}

export function rust(steps) {
  const args = ['test', '--workspace', '--exclude', 'memmap']
  return steps.run('Rust: the core and the kernels', 'cargo', 'cargo', args)
}

/** The tests in every runtime; `quick` and `built` as above. */
export async function suites(steps, { quick = false, built = false } = {}) {
  const found =
    quick || built ? [{ name: `Node ${process.versions.node}`, kind: 'node', path: process.execPath }] : runtimes()
  for (const [place, { name, kind, path }] of found.entries()) {
    if (kind === 'node') {
      const binary = built ? { MEMMAP_NATIVE_PATH: ownBinary() } : {}
      // Coverage of one run is enough: all of them reach the same code.
      const measured = place === 0 && found.length > 1 ? { NODE_V8_COVERAGE: resolve(COVERAGE) } : {}
      rmSync(COVERAGE, { recursive: true, force: true })
      const cache = { NODE_COMPILE_CACHE: resolve(COMPILED) }
      // One version runs every random case, the others a part of them: they have the same code.
      const share = place === 0 ? {} : { MEMMAP_SHARE: '0.25' }
      const env = { ...process.env, NODE_NO_WARNINGS: '1', ...share, ...cache, ...binary, ...measured }
      await steps.run(name, 'tap', path, ['node_modules/ava/entrypoints/cli.mjs', '--tap'], { env })
      if (existsSync(COVERAGE)) {
        console.log('      TypeScript that these tests reach:')
        for (const line of typescriptCoverage(COVERAGE)) console.log(`      ${line}`)
      }
    } else {
      const args = kind === 'deno' ? ['run', '--allow-all'] : []
      await steps.run(name, 'lines', path, [...args, '__test__/runtimes/smoke.mjs'])
    }
  }
}

export function packages(steps) {
  return steps.run('the packages, packed and installed', 'lines', process.execPath, ['scripts/test-package.mjs'])
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const python = process.env['MEMMAP_PYTHON'] ?? '.venv/bin/python'
  if (!existsSync(python))
    console.log('no Python with NumPy (npm run venv makes one): the tests that compare with it are skipped')
  const steps = new Steps()
  const built = process.argv.includes('--built')
  await types(steps)
  if (!built) {
    await documentTypes(steps)
    await rust(steps)
  }
  const quick = process.argv.includes('--quick')
  if (await compileTests(steps)) {
    await suites(steps, { quick, built })
    if (!quick && !built) await packages(steps)
  }
  steps.end()
}
