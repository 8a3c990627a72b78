/**
 * Packs what is published, into `artifacts/`: the main package, with the platform packages as optional dependencies, and the
 * platform packages whose binary has been built. Nothing in the checkout is changed.
 *
 *   node scripts/pack.mjs
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const artifacts = join(root, 'artifacts')

/**
 * The paths of the tarballs: `{ main, platforms }`.
 * @param released whether the binary in `npm/`, which is linked for old systems, goes before that of the last plain build
 */
export function pack({ released = false } = {}) {
  const staging = join(artifacts, 'staging')
  rmSync(artifacts, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true })
  return { main: packMain(staging), platforms: platforms().flatMap((name) => packPlatform(name, staging, released)) }
}

function platforms() {
  return readdirSync(join(root, 'npm'))
}

function packMain(staging) {
  const { devDependencies: _, scripts: __, napi: ___, ...manifest } = read(join(root, 'package.json'))
  manifest.optionalDependencies = Object.fromEntries(
    platforms().map((name) => [read(join(root, 'npm', name, 'package.json')).name, manifest.version]),
  )
  const folder = join(staging, 'main')
  mkdirSync(folder)
  for (const file of [...manifest.files, 'README.md', 'LICENSE']) {
    if (existsSync(join(root, file))) cpSync(join(root, file), join(folder, file), { recursive: true })
  }
  // The packages that the command needs travel with it, so that one tarball installs without a network.
  for (const path of bundled(manifest.bundleDependencies)) {
    cpSync(join(root, path), join(folder, path), {
      recursive: true,
      filter: (from) => !isInner(from, join(root, path)),
    })
  }
  write(join(folder, 'package.json'), manifest)
  return npmPack(folder)
}

/** The folders, in `node_modules`, of packages and of all that they need. */
function bundled(names) {
  const found = new Set()
  const add = (name, from) => {
    const path = placeOf(name, from)
    if (found.has(path)) return
    found.add(path)
    for (const inner of Object.keys(read(join(root, path, 'package.json')).dependencies ?? {})) add(inner, path)
  }
  for (const name of names) add(name, '.')
  return found
}

/** Where a package finds another: in its own `node_modules`, or in that of a folder around it. */
function placeOf(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const path = join(at, 'node_modules', name)
    if (existsSync(join(root, path))) return path
    if (at === '.') throw new Error(`${name} is not installed: run npm ci`)
  }
}

/** Whether a file belongs to a package inside another, which is copied by itself where it is needed. */
function isInner(path, of) {
  return relative(of, path).split(sep)[0] === 'node_modules'
}

function packPlatform(name, staging, released) {
  const manifest = read(join(root, 'npm', name, 'package.json'))
  const places = [join(root, 'native', manifest.main), join(root, 'npm', name, manifest.main)]
  const binary = (released ? places.toReversed() : places).find((path) => existsSync(path))
  if (binary === undefined) return []
  const folder = join(staging, name)
  cpSync(join(root, 'npm', name), folder, { recursive: true })
  cpSync(binary, join(folder, manifest.main))
  return [npmPack(folder)]
}

function npmPack(folder) {
  const out = execFileSync('npm', ['pack', '--json', '--pack-destination', artifacts], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return join(artifacts, JSON.parse(out.toString())[0].filename)
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

function write(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { main, platforms: others } = pack()
  console.log([main, ...others].join('\n'))
}
