/**
 * What continuous integration runs on a checkout with its dependencies installed: builds everything, checks style, and runs all
 * tests, compared with a pinned NumPy. `npm run check`.
 */
import { existsSync } from 'node:fs'
import { Steps } from './steps.mjs'
import { test } from './test.mjs'

const steps = new Steps()
const npm = (...args) => ['npm', ['run', '--silent', ...args]]

const built = await steps.run('build', 'status', ...npm('build'))
await steps.run('the binding is the one that was reviewed', 'status', 'git', [
  'diff',
  '--exit-code',
  '--',
  'native/binding.d.cts',
])
await steps.run('style of TypeScript and JavaScript', 'status', ...npm('lint:ts'))
await steps.run('style of Rust', 'status', ...npm('lint:rust'))
await steps.run('packages of the platforms', 'status', process.execPath, ['scripts/platforms.mjs', '--check'])
await steps.run('licences of what is published', 'status', process.execPath, ['scripts/licences.mjs', '--check'])
await steps.run('the documentation site', 'status', ...npm('docs'))
if (!existsSync('.venv/bin/python')) await steps.run('Python with NumPy', 'status', ...npm('venv'))
if (built) await test(steps)
steps.end()
