/**
 * Builds the binding for every platform on Linux, as it is published (profile `dist`) and with zig as the linker, into
 * `npm/<platform>/`. Installs what it needs besides Rust into `.zig/` and by rustup.
 *
 *   npm run build:all [-- PLATFORM ...]
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TARGETS, binaryOf, libraryOf } from './targets.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const TOOLS = ['ziglang==0.17.1', 'cargo-zigbuild==0.24.0']
const run = (command, args, options) =>
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options })

const wanted = process.argv.slice(2)
const targets = TARGETS.filter(({ platform }) => wanted.length === 0 || wanted.includes(platform))
if (targets.length < wanted.length) {
  throw new Error(`platforms are ${TARGETS.map(({ platform }) => platform).join(', ')} (got ${wanted.join(', ')})`)
}

const tools = join(root, '.zig/bin')
if (!existsSync(join(tools, 'cargo-zigbuild'))) {
  run('python3', ['-m', 'venv', '.zig'])
  run(join(tools, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...TOOLS])
}
run('rustup', ['target', 'add', ...targets.map(({ rust }) => rust)])

for (const target of targets) {
  const start = performance.now()
  run(
    join(tools, 'cargo-zigbuild'),
    ['zigbuild', '--profile', 'dist', '--package', 'memmap', '--target', target.zig ?? target.rust],
    {
      env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}`, ...environmentOf(target) },
    },
  )
  const library = join(root, 'target', target.rust, 'dist', libraryOf(target))
  const binary = join(root, 'npm', target.platform, binaryOf(target))
  // Anew, not over the old one: a process may have it mapped.
  rmSync(binary, { force: true })
  copyFileSync(library, binary)
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  console.log(`${target.platform.padEnd(20)} ${statSync(binary).size} bytes, ${seconds} s`)
}

function environmentOf({ platform }) {
  // A library for a musl that Node is linked to, not one that brings its own.
  if (platform.endsWith('musl')) return { RUSTFLAGS: '-C target-feature=-crt-static' }
  if (platform.startsWith('darwin')) return { MACOSX_DEPLOYMENT_TARGET: '11.0' }
  if (platform.startsWith('win32')) return { LIBNODE_PATH: emptyLibrary() }
  return {}
}

/** A node.dll to link to without anything in it: all of Node-API is looked up at run time. */
function emptyLibrary() {
  const folder = resolve(root, 'target/libnode')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'libnode.dll'), '')
  rmSync(join(folder, 'libnode.a'), { force: true })
  run(join(tools, 'python'), ['-m', 'ziglang', 'ar', 'rcs', join(folder, 'libnode.a')])
  return folder
}
