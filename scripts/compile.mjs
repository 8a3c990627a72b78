/**
 * Compiles TypeScript to JavaScript with esbuild, in a fraction of a second. esbuild does not check types:
 * `npm run types` does.
 *
 *   node scripts/compile.mjs                    lib/ into dist/
 *   node scripts/compile.mjs --declarations     with the declarations, by TypeScript: `npm run build:ts`
 *   node scripts/compile.mjs --tests            lib/ and __test__/ into __test__/.build/
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { rewriteDeclarations } from './declarations.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What is loaded from outside: by users, by the command, and by tests and the fuzzer. */
const ENTRIES = ['index.ts', 'cli/main.ts', 'cli/run.ts', 'native/native.ts', 'files/npy/read-header.ts']

const shared = {
  absWorkingDir: root,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
}

/**
 * `lib/` into `dist/`, in few files, because loading some 150 small files takes longer than loading the binding. Packages stay
 * outside, and the code of each subcommand is loaded when it runs.
 */
export async function compileLibrary() {
  generate()
  mkdirSync(join(root, 'dist'), { recursive: true })
  for (const name of readdirSync(join(root, 'dist'), { recursive: true })) {
    if (/\.c?js$/.test(name)) rmSync(join(root, 'dist', name))
  }
  await build({
    ...shared,
    entryPoints: ENTRIES.map((name) => join('lib', name)),
    outbase: 'lib',
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    packages: 'external',
    tsconfig: 'tsconfig.json',
  })
  chmodSync(join(root, 'dist/cli/main.js'), 0o755)
  // For what cannot require ES modules: Jest, Node before 20.19. All others get the files above, whatever they call it by.
  await build({
    ...shared,
    entryPoints: ['lib/index.ts'],
    outfile: 'dist/index.cjs',
    format: 'cjs',
    bundle: true,
    packages: 'external',
    tsconfig: 'tsconfig.json',
    logOverride: { 'empty-import-meta': 'silent' },
  })
}

/** `lib/` and the tests into `__test__/.build/`: the tests reach into the library, past what is public. */
export async function compileTests() {
  generate()
  // The specs of an earlier build would be run too.
  rmSync(join(root, '__test__/.build'), { recursive: true, force: true })
  const specs = readdirSync(join(root, '__test__')).filter((name) => name.endsWith('.spec.ts'))
  await build({
    ...shared,
    entryPoints: [...sources('lib'), ...sources('__test__/support'), ...specs.map((name) => join('__test__', name))],
    outbase: '.',
    outdir: '__test__/.build',
    sourcemap: true,
    tsconfig: '__test__/tsconfig.json',
  })
}

/** The part of the library that is generated. */
function generate() {
  execFileSync(process.execPath, ['scripts/generate-accessors.mjs'], { cwd: root, stdio: 'inherit' })
}

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
}

/** The declarations of `lib/` into `dist/`; ends the process where the types are wrong. */
function declare() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.json', '--emitDeclarationOnly'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(1)
  rewriteDeclarations(join(root, 'dist'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--tests')) await compileTests()
  else {
    if (process.argv.includes('--declarations')) {
      rmSync(join(root, 'dist'), { recursive: true, force: true })
      generate()
      declare()
    }
    await compileLibrary()
  }
}
