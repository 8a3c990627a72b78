/**
 * Puts the compiled command into few files, the library in it included: loading some 180 small ones takes longer than most of
 * what it is asked. Packages stay outside.
 *
 *   node scripts/bundle-cli.mjs      after tsc; part of npm run build:ts
 */
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const made = join(dist, 'cli-bundled')

rmSync(made, { recursive: true, force: true })
await build({
  entryPoints: ['main', 'run'].map((name) => join(dist, 'cli', `${name}.js`)),
  outdir: made,
  bundle: true,
  // What a command does is loaded when it is run.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
rmSync(join(dist, 'cli'), { recursive: true })
renameSync(made, join(dist, 'cli'))
chmodSync(join(dist, 'cli/main.js'), 0o755)
