/**
 * What continuous integration runs on a checkout with its dependencies installed: builds everything, checks style, and runs all
 * tests, compared with a pinned NumPy. `npm run check`.
 *
 * Two lanes run side by side until Node can run the tests, one that compiles Rust and one that does not, because cargo leaves
 * a core idle while it compiles one large crate and while it links; examples in docstrings and the packages wait for the binding.
 * The suites run one after another: each uses every core.
 */
import { existsSync } from 'node:fs'
import { Steps } from './steps.mjs'
import { compileTests, documentTypes, packages, rust, suites, types } from './test.mjs'

const steps = new Steps()
const npm = (...args) => ['npm', ['run', '--silent', ...args]]
const node = (...args) => [process.execPath, args]
const git = (...args) => ['git', args]

async function rustLane(binding) {
  const built = await binding
  const reviewed = ['diff', '--exit-code', '--', 'native/binding.d.cts']
  await steps.run('the binding is the one that was reviewed', 'status', ...git(...reviewed))
  await rust(steps)
  return built
}

async function scriptLane(binding) {
  const built = await steps.run('the library', 'status', ...npm('build:ts'))
  await types(steps)
  await documentTypes(steps)
  await steps.run('style of TypeScript and JavaScript', 'status', ...npm('lint:ts'))
  await steps.run('packages of the platforms', 'status', ...node('scripts/platforms.mjs', '--check'))
  await steps.run('the manifests, ready for a release', 'status', ...node('scripts/release.mjs', '--manifests'))
  await steps.run('what a release refuses', 'lines', ...node('scripts/test-release.mjs'))
  await steps.run('licences of what is published', 'status', ...node('scripts/licences.mjs', '--check'))
  await steps.run('the table of operations in the docs', 'status', ...node('scripts/operations-table.mjs', '--check'))
  await steps.run('the documentation site', 'status', ...npm('docs'))
  await binding
  await steps.run('docstrings and their examples', 'lines', ...node('scripts/check-docstrings.mjs', '--built'))
  if (!existsSync('.venv/bin/python')) await steps.run('Python with NumPy', 'status', ...npm('venv'))
  await steps.run('the runtimes', 'status', ...node('scripts/runtimes.mjs'))
  if (await binding) await packages(steps)
  await steps.run('style of Rust', 'status', ...npm('lint:rust'))
  return (await compileTests(steps)) && built
}

const binding = steps.run('the binding', 'status', ...npm('build:native', '--', '--release'))
const lanes = await Promise.all([rustLane(binding), scriptLane(binding)])
if (lanes.every(Boolean)) await suites(steps)
steps.end()
