/**
 * Coverage of TypeScript, and of Rust through the binding, by the JavaScript tests. Prints a summary of each and writes pages to
 * `coverage/`.
 *
 *   npm run coverage
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compileTests } from './compile.mjs'
import { typescriptCoverage } from './typescript-coverage.mjs'

const TARGET = 'target/coverage'
const out = resolve('coverage')
rmSync(out, { recursive: true, force: true })
mkdirSync(join(out, 'rust'), { recursive: true })
const quietly = { stdio: ['ignore', 'ignore', 'inherit'] }

execFileSync('cargo', ['build', '--quiet', '--target-dir', TARGET, '--config', 'profile.dev.opt-level=1'], {
  ...quietly,
  env: { ...process.env, RUSTFLAGS: '-C instrument-coverage', LLVM_PROFILE_FILE: join(out, 'build-%p.profraw') },
})
// Node loads a library by its extension.
const library = join(out, 'memmap.node')
copyFileSync(join(TARGET, 'debug/libmemmap.so'), library)

await compileTests()
const { status } = spawnSync(process.execPath, ['node_modules/ava/entrypoints/cli.mjs', '--tap', '--timeout=20m'], {
  ...quietly,
  env: {
    ...process.env,
    NODE_NO_WARNINGS: '1',
    MEMMAP_NATIVE_PATH: library,
    LLVM_PROFILE_FILE: join(out, 'rust', '%8m.profraw'),
    NODE_V8_COVERAGE: join(out, 'v8'),
  },
})
if (status !== 0) console.log('some tests failed: their coverage is missing')

console.log('TypeScript')
console.log(typescriptCoverage(join(out, 'v8'), join(out, 'typescript')).join('\n'))

console.log('Rust, as reached from JavaScript')
const tools = join(toolchain(), 'bin')
const profile = join(out, 'rust.profdata')
const raw = readdirSync(join(out, 'rust')).map((file) => join(out, 'rust', file))
execFileSync(join(tools, 'llvm-profdata'), ['merge', '-sparse', ...raw, '-o', profile], quietly)
const report = [
  '--instr-profile',
  profile,
  library,
  '--ignore-filename-regex',
  '(/registry/|/rustc/|/library/std|target/)',
]
const summary = execFileSync(join(tools, 'llvm-cov'), ['report', '--summary-only', ...report], { encoding: 'utf8' })
console.log(totals(summary))
execFileSync(
  join(tools, 'llvm-cov'),
  ['show', '--format=html', '--output-dir', join(out, 'rust-html'), ...report],
  quietly,
)

/** The folder of the toolchain's LLVM tools, installed by rustup if missing. */
function toolchain() {
  const library = execFileSync('rustc', ['--print', 'target-libdir'], { encoding: 'utf8' }).trim()
  const folder = resolve(library, '..')
  if (!existsSync(join(folder, 'bin/llvm-cov'))) execFileSync('rustup', ['component', 'add', 'llvm-tools'], quietly)
  return folder
}

/** Percentages of the last line of the table: of regions, functions and lines. */
function totals(table) {
  const cells = /^TOTAL\s+(.*)$/m.exec(table)[1].split(/\s+/)
  return `Regions   : ${cells[2]}\nFunctions : ${cells[5]}\nLines     : ${cells[8]}`
}
