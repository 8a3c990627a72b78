/**
 * Runs the suite on every prebuilt platform that can run on Linux x64: `npm run build:all` first.
 *
 *   npm run test:targets [-- PLATFORM ...]
 *
 * Tests that a platform cannot run are skipped by name (`__test__/support/platform.ts`); emulated ones repeat less
 * (`__test__/support/slow.ts`) and take a quarter of an hour each. After each suite the Node of that platform installs the packages
 * and runs the command. Wine needs root, and so does musl for the packages.
 */
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { nodesFor } from './foreign.mjs'
import { pack } from './pack.mjs'
import { Steps } from './steps.mjs'
import { TARGETS, binaryOf, manifestOf, tarballOf } from './targets.mjs'

const wanted = process.argv.slice(2)
const steps = new Steps()
const packed = pack({ released: true })
const main = JSON.parse(readFileSync('package.json', 'utf8'))

for (const target of TARGETS) {
  if (wanted.length > 0 && !wanted.includes(target.platform)) continue
  const binary = resolve('npm', target.platform, binaryOf(target))
  if (!existsSync(binary)) {
    console.log(`--    ${target.platform}: not built (npm run build:all -- ${target.platform})`)
    continue
  }
  const nodes = nodesFor(target.platform)
  if (nodes.length === 0) console.log(`--    ${target.platform}: built only, nothing here runs it`)
  for (const node of nodes) await suite(node, binary)
  const tarball = packed.platforms.find((path) => basename(path) === tarballOf(manifestOf(target, main)))
  const args = ['scripts/test-package-foreign.mjs', target.platform, packed.main, tarball]
  if (nodes.length > 0) await steps.run(`${target.platform}: the packages, installed`, 'lines', process.execPath, args)
}
steps.end()

async function suite({ name, command, env, see, toFile = false }, binary) {
  const all = [...command, 'node_modules/ava/entrypoints/cli.mjs', '--tap', '--timeout=30m']
  const out = join(tmpdir(), `memmap-targets-${process.pid}.txt`)
  const script = `"$@" > ${out} 2>&1 < /dev/null; status=$?; cat ${out}; rm ${out}; exit $status`
  const [first, ...rest] = toFile ? ['sh', '-c', script, 'sh', ...all] : all
  // Under Wine children are started by name, as on Windows.
  const own = { MEMMAP_NATIVE_PATH: see(binary), ...(!toFile && { MEMMAP_NODE: JSON.stringify(command) }) }
  await steps.run(name, 'tap', first, rest, { env: { ...process.env, ...env, NODE_NO_WARNINGS: '1', ...own } })
}
