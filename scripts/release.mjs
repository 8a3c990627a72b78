/**
 * Releases, in two steps, so that the job which npm trusts runs nothing but `npm publish`: a dry run checks everything, and packs
 * into `artifacts/`; then `--publish` publishes those tarballs.
 *
 *   npm run release:dry                  builds all platforms, then a dry run; nothing leaves the machine
 *   node scripts/release.mjs             the dry run alone, of what is built
 *   node scripts/release.mjs --manifests only what can be said of the checkout, in a fraction of a second
 *   node scripts/release.mjs --publish   in release.yml
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { checkout, fieldProblems, manifestProblems } from './manifests.mjs'
import { pack } from './pack.mjs'
import { writeBills } from './sbom.mjs'
import { TARGETS, manifestOf, packageOf, tarballOf } from './targets.mjs'
import { contentProblems, contentsOf, machineOf, mainContents, platformContents } from './tarballs.mjs'

const { env } = process
const main = JSON.parse(readFileSync('package.json', 'utf8'))
const tag = env.GITHUB_REF_TYPE === 'tag' ? env.GITHUB_REF_NAME : undefined
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] }
// The platforms first, because the main package needs them.
const packages = [...TARGETS.map((target) => ({ target, ...manifestOf(target, main) })), main]
const tarball = (manifest) => resolve('artifacts', tarballOf(manifest))

if (process.argv.includes('--manifests')) {
  end(manifestProblems(checkout()), `ready: the manifests of ${packages.length} packages`)
} else if (process.argv.includes('--publish')) {
  end(publishProblems())
  for (const manifest of packages) publish(manifest)
} else {
  end(dryRun(), `ready: ${main.version}, ${TARGETS.length} platforms`)
}

/** Packs and checks all packages; what is not right is returned. */
function dryRun() {
  const problems = manifestProblems(checkout())
  const notes = notesOf(main.version)
  if (tag !== undefined) {
    if (notes === null) problems.push(`CHANGELOG.md has no section [${main.version}]`)
    if (tag !== `v${main.version}`) problems.push(`the tag is ${tag}, the version ${main.version}`)
  }
  pack({ released: true })
  writeFileSync('artifacts/notes.md', notes ?? '')
  const missing = TARGETS.filter((target) => !existsSync(tarball(manifestOf(target, main))))
  if (missing.length > 0)
    problems.push(`not built: ${missing.map(({ platform }) => platform).join(', ')} (npm run build:all)`)
  for (const manifest of packages) {
    if (existsSync(tarball(manifest))) problems.push(...packedProblems(manifest))
  }
  for (const [tool, args] of [
    ['publint', ['--strict', tarball(main)]],
    ['attw', ['--profile', 'esm-only', tarball(main)]],
  ]) {
    execFileSync('npx', ['--no-install', tool, ...args], quiet)
  }
  const withoutBill = writeBills('artifacts', main)
  if (withoutBill !== null && tag !== undefined) problems.push(withoutBill)
  else if (withoutBill !== null) console.log(withoutBill)
  return problems
}

/** What is wrong with one tarball. */
function packedProblems(manifest) {
  const path = tarball(manifest)
  const name = basename(path)
  console.log(`${String(statSync(path).size).padStart(9)}  ${name}`)
  const files = contentsOf(path)
  const problems = contentProblems(name, files, manifest === main ? mainContents() : platformContents(manifest.main))
  const packed = JSON.parse(files.get('package.json').toString())
  problems.push(...fieldProblems(`package.json of ${name}`, packed, env))
  if (manifest !== main) {
    const machine = machineOf(files.get(manifest.main))
    const wanted = `${manifest.os[0]}-${manifest.cpu[0]}`
    if (machine !== wanted) problems.push(`${name} has a binary for ${machine}, not ${wanted}`)
  } else {
    for (const target of TARGETS) {
      const wanted = packageOf(target, main)
      if (packed.optionalDependencies[wanted] !== main.version)
        problems.push(`${name} does not depend on this ${wanted}`)
    }
  }
  const { status, stderr } = spawnSync('npm', ['publish', path, '--dry-run', '--access', 'public'], {
    encoding: 'utf8',
  })
  if (status !== 0) problems.push(`npm publish --dry-run of ${name}: ${stderr}`)
  return problems
}

/** What is missing for npm to trust this job. */
function publishProblems() {
  const problems = []
  const npm = execFileSync('npm', ['--version'], { encoding: 'utf8' }).trim()
  const [major, minor, patch] = npm.split('.').map((part) => Number.parseInt(part, 10))
  if (major * 1e6 + minor * 1e3 + patch < 11_005_001) problems.push(`npm is ${npm}: trusted publishing takes 11.5.1`)
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined)
    problems.push('ACTIONS_ID_TOKEN_REQUEST_URL is not set: the job needs `permissions: id-token: write`')
  if (tag !== `v${main.version}`) problems.push(`the tag is ${tag}, the version ${main.version}`)
  for (const manifest of packages) {
    if (!existsSync(tarball(manifest))) problems.push(`artifacts/${tarballOf(manifest)} is missing`)
  }
  return problems
}

/** A release that broke off is run again: what is published stays as it is. */
function publish(manifest) {
  const version = `${manifest.name}@${manifest.version}`
  if (spawnSync('npm', ['view', version, 'version']).stdout.toString().trim() === manifest.version) {
    console.log(`${version} is already published`)
    return
  }
  execFileSync('npm', ['publish', tarball(manifest), '--provenance', '--access', 'public'], quiet)
  console.log(`published ${version}`)
}

/** Reports problems and ends the process; without any says that all is well. */
function end(problems, well = '') {
  if (problems.length > 0) {
    console.error(problems.map((problem) => `not ready: ${problem}`).join('\n'))
    process.exit(1)
  }
  if (well !== '') console.log(well)
}

/** The section of a version in the changelog. */
function notesOf(wanted) {
  const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m)
  return sections.find((section) => section.startsWith(`[${wanted}]`))?.replace(/^.*\n/, '') ?? null
}
