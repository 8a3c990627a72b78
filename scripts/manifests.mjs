/**
 * What must hold of the files of the checkout before a release: `npm publish --provenance` refuses a package that does not name
 * the repository it was built in, and registry and workflow trust each other only by exact names.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { TARGETS, manifestOf } from './targets.mjs'

const FIELDS = [
  'name',
  'version',
  'description',
  'homepage',
  'bugs',
  'repository',
  'license',
  'author',
  'files',
  'engines',
]

/** The checkout: `read(path)` returns the text of a file, `files` are the paths that git knows. */
export function checkout() {
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0')
  return { read: (path) => readFileSync(path, 'utf8'), files, env: process.env }
}

/** What is wrong, one sentence each. */
export function manifestProblems({ read, files, env }) {
  const main = JSON.parse(read('package.json'))
  return [
    ...fieldProblems('package.json', main, env),
    ...platformProblems(main, read, files, env),
    ...versionProblems(main, read, files),
    ...linkProblems('README.md', read, files),
    ...workflowProblems(read, files),
  ]
}

/** What is wrong with one manifest by itself. */
export function fieldProblems(path, manifest, env) {
  const problems = FIELDS.filter((field) => manifest[field] === undefined).map((field) => `${path} has no ${field}`)
  if (manifest.private !== undefined) problems.push(`${path} is private`)
  const { access, provenance } = manifest.publishConfig ?? {}
  if (access !== 'public' || provenance !== true)
    problems.push(`${path} has no publishConfig with access 'public' and provenance true: scoped packages are private`)
  const [, page] = /^git\+(https:\/\/github\.com\/[^/]+\/[^/]+)\.git$/.exec(manifest.repository?.url) ?? []
  if (page === undefined)
    return [...problems, `${path} has no repository.url like git+https://github.com/OWNER/NAME.git`]
  if (manifest.bugs?.url !== `${page}/issues`) problems.push(`${path} has a bugs.url other than ${page}/issues`)
  if (manifest.homepage !== `${page}#readme`) problems.push(`${path} has a homepage other than ${page}#readme`)
  const built = env.GITHUB_REPOSITORY
  if (built !== undefined && page !== `https://github.com/${built}`)
    problems.push(`${path} has the repository ${page}, this is ${built}: provenance names where a package was built`)
  return problems
}

function platformProblems(main, read, files, env) {
  const problems = []
  if (!main.napi.packageName.startsWith('@')) problems.push('package.json has a napi.packageName without a scope')
  if (!read('lib/native/load-binding.ts').includes(`\`${main.napi.packageName}-\${`))
    problems.push(`lib/native/load-binding.ts names other packages than ${main.napi.packageName}-*`)
  for (const path of files.filter((name) => /^npm\/[^/]+\/package\.json$/.test(name))) {
    const target = TARGETS.find(({ platform }) => path === `npm/${platform}/package.json`)
    const manifest = JSON.parse(read(path))
    problems.push(...fieldProblems(path, manifest, env))
    if (manifest.repository?.directory !== posix.dirname(path))
      problems.push(`${path} has another repository.directory`)
    if (target === undefined) problems.push(`${path} is of no platform in scripts/targets.mjs`)
    else if (!isDeepStrictEqual(manifest, manifestOf(target, main)))
      problems.push(`${path} differs from package.json and scripts/targets.mjs: run node scripts/platforms.mjs`)
  }
  for (const { platform } of TARGETS) {
    for (const name of ['package.json', 'README.md', 'LICENSE'])
      if (!files.includes(`npm/${platform}/${name}`)) problems.push(`npm/${platform}/${name} is missing`)
  }
  return problems
}

function versionProblems({ name, version }, read, files) {
  const lock = JSON.parse(read('package-lock.json'))
  const found = [
    ['package-lock.json', lock.version],
    ['package-lock.json', lock.packages[''].version],
    ['lib/native/version.ts', /VERSION = '(.*)'/.exec(read('lib/native/version.ts'))?.[1]],
    ['Cargo.toml', /^\[workspace\.package\]\nversion = "(.*)"/m.exec(read('Cargo.toml'))?.[1]],
  ]
  const crates = files.filter((path) => /^(crates\/[^/]+\/)?Cargo\.toml$/.test(path))
  for (const path of crates) {
    const [, crate] = /^\[package\]\nname = "(.*)"\nversion\.workspace = true$/m.exec(read(path)) ?? []
    const locked = new RegExp(`^name = "${crate ?? name}"\nversion = "(.*)"`, 'm').exec(read('Cargo.lock'))?.[1]
    found.push([`Cargo.lock, of ${path}`, crate === undefined ? 'of its own' : locked])
  }
  return found
    .filter(([, other]) => other !== version)
    .map(([path, other]) => `${path} has version ${other}, package.json ${version}`)
}

/** npm resolves the relative links of a README by the manifest's repository. */
function linkProblems(path, read, files) {
  return [...read(path).matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
    .map(([, link]) => posix.normalize(posix.join(posix.dirname(path), link)))
    .filter((target) => !files.some((file) => file === target || file.startsWith(`${target.replace(/\/$/, '')}/`)))
    .map((target) => `${path} links to ${target}, which is not in the repository`)
}

function workflowProblems(read, files) {
  const problems = []
  for (const path of files.filter((name) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(name))) {
    const text = read(path)
    for (const [, action] of text.matchAll(/^[ -]*uses: *(.*)$/gm)) {
      if (!/^(\.\/.*|[^@]+@[0-9a-f]{40} # v\d[\w.]*)$/.test(action))
        problems.push(`${path} uses ${action}: pin it as OWNER/NAME@COMMIT # vX.Y.Z`)
    }
    for (const [token] of text.matchAll(/NODE_AUTH_TOKEN|NPM_TOKEN|_authToken/g))
      problems.push(`${path} has ${token}: npm trusts the workflow, and needs no token`)
  }
  const jobs = read('.github/workflows/release.yml').split(/^(?= {2}[\w-]+:$)/m)
  const publishing = jobs.filter((job) => job.includes('release.mjs --publish'))
  const trusted = jobs.filter((job) => job.includes('id-token: write'))
  if (publishing.length !== 1 || !isDeepStrictEqual(trusted, publishing))
    problems.push('release.yml must have `id-token: write` in the one job that publishes, and nowhere else')
  if (!publishing.every((job) => /^ {4}environment: npm$/m.test(job)))
    problems.push('release.yml publishes outside of the environment npm, which the trusted publisher names')
  return problems
}
