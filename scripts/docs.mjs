/**
 * The documentation site, into `site/`: the pages of `docs/`, and the API from the docstrings. `npm run docs`.
 *
 *   npm run docs -- --serve    and shows it on a local port
 */
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'

const run = (command, ...args) => execFileSync(command, args, { cwd: 'docs', stdio: ['ignore', 'inherit', 'inherit'] })

if (!existsSync('docs/node_modules')) run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
rmSync('docs/api', { recursive: true, force: true })
run('npx', '--no-install', 'typedoc', '--logLevel', 'Error')
run('npx', '--no-install', 'vitepress', 'build', '.')
if (process.argv.includes('--serve')) run('npx', '--no-install', 'vitepress', 'preview', '.')
