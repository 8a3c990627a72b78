/**
 * Software bills of materials of what is published, in CycloneDX: of the bundled npm packages, and of the crates in the binary.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bundledPackages } from './tarballs.mjs'

/** As in `.github/workflows/release.yml`. */
const CARGO_TOOL = 'cargo install cargo-cyclonedx --version 0.5.9 --locked'

/** Writes both into a folder. Returns null, or why that of the crates could not be written. */
export function writeBills(folder, { name, version }) {
  writeFileSync(join(folder, `${name}-${version}-npm.cdx.json`), billOfPackages())
  const crates = billOfCrates()
  if (crates === null) return `no bill of materials of the crates: ${CARGO_TOOL}`
  writeFileSync(join(folder, `${name}-${version}-cargo.cdx.json`), crates)
  return null
}

/** The bill of the main package, from a lock file of what is bundled alone: npm omits a package that a tool of ours needs too. */
export function billOfPackages() {
  const { devDependencies: _, ...main } = JSON.parse(readFileSync('package.json', 'utf8'))
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  const kept = bundledPackages().map((path) => [path, lock.packages[path]])
  const { devDependencies: __, ...root } = lock.packages['']
  const folder = mkdtempSync(join(tmpdir(), 'memmap-sbom-'))
  try {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(main))
    const packages = Object.fromEntries([['', root], ...kept])
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }))
    const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx']
    const bill = JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }))
    // npm calls it as its folder.
    bill.metadata.component.name = main.name
    return `${JSON.stringify(bill, null, 2)}\n`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The bill of the root crate, or null where the tool is missing. */
function billOfCrates() {
  if (spawnSync('cargo', ['cyclonedx', '--version']).status !== 0) return null
  const name = 'bill-of-materials'
  const options = ['--format=json', '--spec-version=1.5', '--target=all', '--no-build-deps']
  try {
    execFileSync('cargo', ['cyclonedx', ...options, `--override-filename=${name}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    // Its references hold where the checkout is.
    return readFileSync(`${name}.json`, 'utf8').replaceAll(resolve('.'), '')
  } finally {
    // One beside each manifest of the workspace.
    for (const path of ['.', 'crates/memmap-core', 'crates/memmap-kernels'])
      rmSync(join(path, `${name}.json`), { force: true })
  }
}
