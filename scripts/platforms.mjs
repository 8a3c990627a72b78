/**
 * Writes the package of every platform into `npm/` from the table of targets. With `--check`, only reports differences.
 *
 *   node scripts/platforms.mjs [--check]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TARGETS, manifestOf, packageOf } from './targets.mjs'

const check = process.argv.includes('--check')
const main = JSON.parse(readFileSync('package.json', 'utf8'))

for (const target of TARGETS) {
  const folder = join('npm', target.platform)
  const files = {
    'package.json': `${JSON.stringify(manifestOf(target, main), null, 2)}\n`,
    'README.md': `# ${packageOf(target, main)}\n\nThe native part of [memmap](https://www.npmjs.com/package/memmap) for ${target.what}. Install \`memmap\`, which brings it along.\n`,
    LICENSE: readFileSync('LICENSE', 'utf8'),
  }
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
    if (check) {
      console.error(`${path} is out of date: run node scripts/platforms.mjs`)
      process.exitCode = 1
    } else {
      mkdirSync(folder, { recursive: true })
      writeFileSync(path, text)
    }
  }
}
