/**
 * Tests the checks of a release: each fault, planted into the files of the checkout as they are read, must be reported by name.
 * Prints `ok NAME` or `not ok NAME` for each.
 */
import { readFileSync } from 'node:fs'
import { checkout, manifestProblems } from './manifests.mjs'
import { billOfPackages } from './sbom.mjs'
import { bundledPackages, contentProblems, machineOf, mainContents, platformContents } from './tarballs.mjs'

const { read, files } = checkout()
const PLATFORM = 'npm/linux-x64-gnu/package.json'
const RELEASE = '.github/workflows/release.yml'

test('the checkout is ready', manifestProblems({ read, files, env: {} }), [])

manifest('no repository', 'package.json', (main) => delete main.repository, 'package.json has no repository')
manifest('no bugs', PLATFORM, (one) => delete one.bugs, `${PLATFORM} has no bugs`)
manifest('no homepage', PLATFORM, (one) => delete one.homepage, `${PLATFORM} has no homepage`)
manifest('private', PLATFORM, (one) => (one.private = true), `${PLATFORM} is private`)
manifest('not public', PLATFORM, (one) => (one.publishConfig.access = 'restricted'), 'scoped packages are private')
manifest('a fork', PLATFORM, (one) => (one.repository.url = one.repository.url.replace('memmap/', 'fork/')), 'bugs.url')
manifest('another folder', PLATFORM, (one) => (one.repository.directory = 'npm'), 'another repository.directory')
manifest('other systems', PLATFORM, (one) => (one.os = ['darwin']), 'differs from package.json')
manifest('a name without scope', 'package.json', (main) => (main.napi.packageName = 'memmap'), 'without a scope')
manifest(
  'another scope',
  'package.json',
  (main) => (main.napi.packageName = '@other/binding'),
  'load-binding.ts names other',
)
manifest('another version', 'package.json', (main) => (main.version = '9.9.9'), 'Cargo.toml has version')
manifest('another version', 'package.json', (main) => (main.version = '9.9.9'), 'version.ts has version')
manifest(
  'another version in the lock',
  'package-lock.json',
  (lock) => (lock.version = '9.9.9'),
  'package-lock.json has',
)
text(
  'another version of a crate',
  'crates/memmap-core/Cargo.toml',
  'version.workspace = true',
  'version = "9.9.9"',
  'of its own',
)
text('a dead link', 'README.md', '(docs/safety.md)', '(docs/gone.md)', 'README.md links to docs/gone.md')
text('an action by tag', RELEASE, /@[0-9a-f]{40} # (v\d+)\S*/, '@$1', 'pin it')
text('a commit without its version', RELEASE, / # v\S+/, '', 'pin it')
text('a token', RELEASE, 'GH_TOKEN:', 'NODE_AUTH_TOKEN:', 'needs no token')
text('trust for another job', RELEASE, 'contents: write', 'id-token: write', 'in the one job that publishes')
text('no trust', RELEASE, 'id-token: write', 'id-token: none', 'in the one job that publishes')
text('no environment', RELEASE, '    environment: npm\n', '', 'outside of the environment npm')

const elsewhere = manifestProblems({ read, files, env: { GITHUB_REPOSITORY: 'someone/else' } })
test('built in another repository', elsewhere, ['this is someone/else'])
const without = files.filter((path) => path !== 'npm/darwin-x64/LICENSE')
test('no licence', manifestProblems({ read, files: without, env: {} }), ['npm/darwin-x64/LICENSE is missing'])

const platform = platformContents('memmap.node')
const whole = new Map(platform.needed.map((path) => [path, Buffer.from('{}')]))
const packed = (more) => contentProblems('a.tgz', new Map([...whole, ...more]), platform)
test('a whole tarball is right', packed([]), [])
whole.delete('LICENSE')
test('a tarball without a licence', packed([]), ['a.tgz has no LICENSE'])
test('a file too many', packed([['notes.txt', Buffer.from('')]]), ['a.tgz has notes.txt'])
test('a path of a machine', packed([['README.md', Buffer.from('see /home/me/x')]]), ['path of a machine'])
test('a path of this machine', packed([['README.md', Buffer.from(`at ${process.cwd()}/x`)]]), ['path of a machine'])

const { allowed } = mainContents()
const contents = (list) => contentProblems('b.tgz', new Map(list), { allowed, needed: [], bundled: ['node_modules/a'] })
const inner = ['package.json', 'LICENSE'].map((name) => [`node_modules/a/${name}`, Buffer.from('')])
const code = (end) => Buffer.from(`a()\n//# ${'sourceMappingURL'}=${end}\n`)
test('a bundled package is right', contents(inner), [])
test('a bundled package without its licence', contents(inner.slice(0, 1)), ['licen[cs]e'])
test('a package that is not bundled', contents([...inner, ['node_modules/b/index.js', code('')]]), ['node_modules/b'])
test('a test', contents([...inner, ['node_modules/a/test/x.js', code('')]]), ['has the test'])
test('a file that nothing compiles to', contents([...inner, ['dist/gone.js', code('')]]), ['b.tgz has dist/gone.js'])
test('a map to nowhere', contents([...inner, ['dist/index.js', code('index.js.map')]]), ['source map'])
const map = Buffer.from(JSON.stringify({ sources: ['../src/x.ts'] }))
test('a map of sources that are not there', contents([...inner, ['node_modules/a/lib/x.js.map', map]]), [
  'maps to sources',
])

const library = (place, ...bytes) => {
  const header = Buffer.alloc(128)
  header.set(bytes, place)
  return header
}
const elf = library(18, 183)
elf.set([0x7f, 0x45, 0x4c, 0x46])
const pe = library(60, 70)
pe.set([0x4d, 0x5a])
pe.set([0x50, 0x45, 0, 0, 0x64, 0x86], 70)
const mach = library(0, 0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1)
const machines = [elf, pe, mach, Buffer.from('text'), Buffer.alloc(64)].map((bytes) => machineOf(bytes)).join(' ')
test('libraries are known by their headers', [machines], ['linux-arm64 win32-x64 darwin-arm64  '])

const { components } = JSON.parse(billOfPackages())
const listed = components.map(({ name, version }) => `${name} ${version}`).toSorted()
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const inside = bundledPackages().map((path) => `${path.replace(/^.*node_modules\//, '')} ${packages[path].version}`)
const missing = inside.filter((one) => !listed.includes(one))
test('the bill of materials lists every bundled package', missing, [])

/** Changes a manifest. */
function manifest(name, path, change, problem) {
  planted(
    name,
    path,
    (whole) => {
      const value = JSON.parse(whole)
      change(value)
      return JSON.stringify(value)
    },
    problem,
  )
}

/** Changes the text of a file. */
function text(name, path, from, to, problem) {
  planted(name, path, (whole) => whole.replace(from, to), problem)
}

function planted(name, path, change, problem) {
  const changed = change(read(path))
  if (changed === read(path)) throw new Error(`${name}: nothing to change in ${path}`)
  test(name, manifestProblems({ read: (one) => (one === path ? changed : read(one)), files, env: {} }), [problem])
}

/** Each expected sentence must be reported, and nothing where none is expected. */
function test(name, problems, expected) {
  const good =
    expected.length === 0 ? problems.length === 0 : expected.every((one) => problems.some((p) => p.includes(one)))
  console.log(good ? `ok ${name}` : `not ok ${name}: ${problems.join('; ') || 'nothing reported'}`)
  if (!good) process.exitCode = 1
}
