/**
 * Writes THIRD-PARTY.md: every package that is in what we publish, with its licence. `node scripts/licences.mjs [--check]`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { bundledPackages } from './tarballs.mjs'

const rust = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { maxBuffer: 2 ** 28, encoding: 'utf8' }),
)

/** The crates of the binary on any platform: dependencies of the root package, without those for build and tests. */
function crates() {
  const nodes = new Map(rust.resolve.nodes.map((node) => [node.id, node]))
  const found = new Set()
  const visit = (id) => {
    if (found.has(id)) return
    found.add(id)
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) {
      if (kinds.some(({ kind }) => kind === null)) visit(pkg)
    }
  }
  visit(rust.resolve.root)
  return rust.packages.filter(({ id, source }) => found.has(id) && source !== null)
}

/** The packages that the main package bundles. */
function bundled() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  return bundledPackages().map((path) => ({ name: path.replace(/^.*node_modules\//, ''), ...packages[path] }))
}

const rows = (packages) =>
  packages
    .map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`)
    .toSorted((a, b) => a.localeCompare(b, 'en'))
    .join('\n')

const text = `# Third-party software

Written by \`node scripts/licences.mjs\` from the lock files.

## In the binary

| crate | version | licence |
|---|---|---|
${rows(crates())}

## In the main package

| package | version | licence |
|---|---|---|
${rows(bundled())}
`

if (!process.argv.includes('--check')) writeFileSync('THIRD-PARTY.md', text)
else if (!existsSync('THIRD-PARTY.md') || readFileSync('THIRD-PARTY.md', 'utf8') !== text) {
  console.error('THIRD-PARTY.md is out of date: run node scripts/licences.mjs')
  process.exitCode = 1
}
