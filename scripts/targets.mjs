/**
 * The prebuilt platforms, with their names in npm, Rust and zig, which links them all.
 */
import { fileURLToPath } from 'node:url'

/** `zig`: the target with the oldest supported C library. */
export const TARGETS = [
  {
    platform: 'linux-x64-gnu',
    rust: 'x86_64-unknown-linux-gnu',
    zig: 'x86_64-unknown-linux-gnu.2.17',
    what: 'Linux x64 with glibc',
  },
  {
    platform: 'linux-arm64-gnu',
    rust: 'aarch64-unknown-linux-gnu',
    zig: 'aarch64-unknown-linux-gnu.2.17',
    what: 'Linux arm64 with glibc',
  },
  { platform: 'linux-x64-musl', rust: 'x86_64-unknown-linux-musl', what: 'Linux x64 with musl' },
  { platform: 'linux-arm64-musl', rust: 'aarch64-unknown-linux-musl', what: 'Linux arm64 with musl' },
  {
    platform: 'linux-arm-gnueabihf',
    rust: 'armv7-unknown-linux-gnueabihf',
    zig: 'armv7-unknown-linux-gnueabihf.2.17',
    what: 'Linux armv7 with glibc',
  },
  { platform: 'win32-x64-msvc', rust: 'x86_64-pc-windows-gnu', what: 'Windows x64' },
  { platform: 'win32-arm64-msvc', rust: 'aarch64-pc-windows-gnullvm', what: 'Windows arm64' },
  { platform: 'darwin-x64', rust: 'x86_64-apple-darwin', what: 'macOS x64' },
  { platform: 'darwin-arm64', rust: 'aarch64-apple-darwin', what: 'macOS arm64' },
]

/** The name of the library that cargo builds. */
export function libraryOf({ platform }) {
  if (platform.startsWith('win32')) return 'memmap.dll'
  return platform.startsWith('darwin') ? 'libmemmap.dylib' : 'libmemmap.so'
}

/** The name that the loader looks for. */
export function binaryOf({ platform }) {
  return `memmap.${platform}.node`
}

/** The name of the package that holds the binary, which the loader requires; `main` is the manifest of the main package. */
export function packageOf({ platform }, main) {
  return `${main.napi.packageName}-${platform}`
}

/** The file that npm packs a package into. */
export function tarballOf({ name, version }) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/** The manifest of the package that holds the binary. */
export function manifestOf(target, main) {
  const [os, cpu, abi] = target.platform.split('-')
  const libc = os === 'linux' ? { libc: [abi === 'musl' ? 'musl' : 'glibc'] } : {}
  return {
    name: packageOf(target, main),
    version: main.version,
    description: `The native part of memmap for ${target.what}`,
    homepage: main.homepage,
    bugs: main.bugs,
    repository: { ...main.repository, directory: `npm/${target.platform}` },
    license: main.license,
    author: main.author,
    main: binaryOf(target),
    files: [binaryOf(target)],
    publishConfig: main.publishConfig,
    os: [os],
    cpu: [cpu],
    ...libc,
    // Wide, because npm silently skips a platform package whose range excludes the running Node.
    engines: { node: '>=20' },
  }
}

/** The binary in `npm/` for this machine. */
export function ownBinary() {
  const { platform, arch, report } = process
  const isMusl = report.getReport().header.glibcVersionRuntime === undefined
  const own = TARGETS.find((target) => {
    const [os, cpu, abi] = target.platform.split('-')
    return os === platform && cpu === arch && (os !== 'linux' || (abi === 'musl') === isMusl)
  })
  if (own === undefined) throw new Error(`nothing is built for ${platform} ${arch}`)
  return fileURLToPath(new URL(`../npm/${own.platform}/${binaryOf(own)}`, import.meta.url))
}
