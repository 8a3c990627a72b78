/**
 * Finds the native code and loads it. The loader names no file or package literally, so that a bundler includes none and needs no
 * options: a bundle looks for the native code when it runs, from where it is. webpack warns of `createRequire` by that name.
 * @module
 */
import { existsSync } from 'node:fs'
import nodeModule from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as Binding from '../../native/binding.cjs'
import type { DirectKernels } from './direct.js'
import { environment } from './environment.js'
import { loadError, wrongVersion } from './load-error.js'
import type { Attempt } from './load-error.js'
import { VERSION } from './version.js'

/** The platforms with a package, by operating system and processor; the C libraries of Linux, the likelier one last. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['musl', 'gnu'],
  'linux-arm64': ['musl', 'gnu'],
  'linux-arm': ['gnueabihf'],
  'win32-x64': ['msvc'],
  'win32-arm64': ['msvc'],
  'darwin-x64': [''],
  'darwin-arm64': [''],
}

/** `linux-x64-gnu` and the like that can be this platform, the likelier one first. */
export function platforms(): string[] {
  const { platform, arch } = process
  const own = `${platform}-${arch}`
  const libraries = LIBRARIES[own]
  if (libraries === undefined) return []
  const names = libraries.map((library) => (library === '' ? own : `${own}-${library}`))
  return hasMuslLoader() ? names : names.toReversed()
}

/** True where the system's C library may be musl: its loader is there, as on every such system. */
function hasMuslLoader(): boolean {
  if (process.platform !== 'linux') return false
  try {
    const machine = process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch
    if (!existsSync(`/lib/ld-musl-${machine}.so.1`)) return false
    const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined
    return report?.header?.glibcVersionRuntime === undefined
  } catch {
    return false
  }
}

/** @throws MemmapError `ERR_MEMMAP_NATIVE_MISSING`, with the reason of the first file or package that is there but does not load */
export function loadBinding(): typeof Binding & DirectKernels {
  const attempts: Attempt[] = []
  for (const [from, name] of candidates()) {
    let path = name
    try {
      const require = nodeModule.createRequire(from)
      path = require.resolve(name)
      const binding = require(path) as typeof Binding & DirectKernels
      const version = (binding as { version?: () => string }).version?.()
      if (version === VERSION) return binding
      throw wrongVersion(path, version)
    } catch (error) {
      attempts.push({ name, path, error })
    }
  }
  throw loadError(attempts, platforms(), bundle())
}

/** Where to look, and for what. */
function* candidates(): Generator<[from: string, name: string]> {
  const given = environment('MEMMAP_NATIVE_PATH')
  const from = places()
  if (given !== undefined && given !== '') {
    yield [from[0] as string, resolve(given)]
    return
  }
  for (const platform of platforms()) {
    for (const place of from) {
      // In a checkout, what was built there; the manifest says where that is.
      if (place === from[0]) yield [place, `#native/memmap.${platform}.node`]
      yield [place, `@memmap/binding-${platform}`]
      // Under pnpm the package sees its dependencies, and a bundle does not.
      const main = locate(place, 'memmap/package.json')
      if (main !== null) yield [main, `@memmap/binding-${platform}`]
      // Copied beside the bundle.
      yield [place, `./memmap.${platform}.node`]
    }
  }
}

/** The files to look from: this module, or the bundle that it is part of; the script; the executable that has all in it. */
function places(): string[] {
  const own = import.meta.url ?? (typeof __filename === 'string' ? pathToFileURL(__filename).href : undefined)
  const others = [process.argv[1], process.execPath].filter((path) => path !== undefined && path !== '')
  const urls = others.map((path) => pathToFileURL(path as string).href)
  return [...new Set(own === undefined ? urls : [own, ...urls])]
}

/** The file that this module was bundled into; null where it is a file of the package. */
function bundle(): string | null {
  const [own] = places()
  const path = fileURLToPath(own as string)
  const main = locate(own as string, 'memmap/package.json')
  return main !== null && path.startsWith(dirname(main)) ? null : path
}

function locate(from: string, name: string): string | null {
  try {
    return nodeModule.createRequire(from).resolve(name)
  } catch {
    return null
  }
}
