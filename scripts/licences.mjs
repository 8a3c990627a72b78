/**
 * Writes THIRD-PARTY.md: every package that is in what we publish, with its licence. `node scripts/licences.mjs [--check]`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const rust = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], { maxBuffer: 2 ** 28, encoding: 'utf8' }),
)

/** What the binary is made of, on any platform: what the root package leads to, without what only builds or tests it. */
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

/** What is bundled in the main package. */
function bundled() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const { dependencies = {} } = packages['']
  const found = new Map()
  const visit = (name) => {
    const entry = packages[`node_modules/${name}`]
    if (found.has(name) || entry === undefined) return
    found.set(name, { name, version: entry.version, license: entry.license })
    for (const next of Object.keys(entry.dependencies ?? {})) visit(next)
  }
  for (const name of Object.keys(dependencies)) visit(name)
  return [...found.values()]
}

const rows = (packages) =>
  packages
    .map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`)
    .toSorted((a, b) => a.localeCompare(b, 'en'))
    .join('\n')

const text = `# What this package is made of

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
  console.error('THIRD-PARTY.md is not what the lock files say: node scripts/licences.mjs')
  process.exitCode = 1
}
