/**
 * Releases: checks that the versions agree, packs the main package and every platform's, and publishes them; without `--publish`
 * everything but the last step.
 *
 *   npm run release:dry           builds all platforms, then a dry run; nothing leaves the machine
 *   node scripts/release.mjs      the dry run alone, of what is built
 *   node scripts/release.mjs --publish
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pack } from './pack.mjs'
import { TARGETS } from './targets.mjs'

const publish = process.argv.includes('--publish')
const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const problems = []
const check = (holds, problem) => holds || problems.push(problem)

const cargo = /^\[workspace\.package\]\nversion = "(.*)"/m.exec(readFileSync('Cargo.toml', 'utf8'))?.[1]
check(cargo === version, `Cargo.toml has version ${cargo}, package.json ${version}`)
for (const { platform } of TARGETS) {
  const of = JSON.parse(readFileSync(join('npm', platform, 'package.json'), 'utf8')).version
  check(of === version, `npm/${platform} has version ${of}, package.json ${version}: run node scripts/platforms.mjs`)
}
const notes = notesOf(version)
const tag = process.env.GITHUB_REF_NAME
if (publish) {
  check(notes !== null, `CHANGELOG.md has no section [${version}]`)
  check(tag === `v${version}`, `the tag is ${tag}, the version ${version}`)
}

const { main, platforms } = pack({ released: true })
const missing = TARGETS.filter(
  ({ platform }) => !platforms.some((path) => basename(path).startsWith(`memmap-${platform}-`)),
)
check(missing.length === 0, `not built: ${missing.map(({ platform }) => platform).join(', ')} (npm run build:all)`)
for (const path of [...platforms, main]) console.log(`${String(statSync(path).size).padStart(9)}  ${basename(path)}`)
for (const [tool, args] of [
  ['publint', ['--strict', main]],
  ['attw', ['--profile', 'esm-only', main]],
]) {
  execFileSync('npx', ['--no-install', tool, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}

if (problems.length > 0) {
  console.error(problems.map((problem) => `not ready: ${problem}`).join('\n'))
  process.exit(1)
}
writeFileSync('artifacts/notes.md', notes ?? '')
// The platforms first, because the main package needs them.
for (const path of [...platforms, main]) {
  const args = publish ? ['--provenance', '--access', 'public'] : ['--dry-run']
  execFileSync('npm', ['publish', path, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
}
console.log(publish ? `published ${version}` : `ready: ${version}, ${platforms.length} platforms`)

/** The section of a version in the changelog. */
function notesOf(wanted) {
  const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m)
  return sections.find((section) => section.startsWith(`[${wanted}]`))?.replace(/^.*\n/, '') ?? null
}
