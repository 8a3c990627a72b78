/**
 * The specs that a few words name, compiled and run, without a look at types (`npm run types`). The binding must have been built
 * once: `npm run build`.
 *
 *   npm run test:file -- 40                  the specs whose name begins with 40
 *   npm run test:file -- npz views           those with one of these words in the name
 *   npm run test:file -- 40 --match='*T*'    options go to ava
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { compileLibrary, compileTests } from './compile.mjs'

const words = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const options = process.argv.slice(2).filter((word) => word.startsWith('-'))

const all = readdirSync('__test__').filter((name) => name.endsWith('.spec.ts'))
const isNamed = (name, word) => (/^\d/.test(word) ? name.startsWith(word) : name.includes(word))
const unknown = words.filter((word) => !all.some((name) => isNamed(name, word)))
if (words.length === 0 || unknown.length > 0) {
  console.error(
    `npm run test:file -- SPEC ...: ${unknown.length > 0 ? `no spec is named ${unknown[0]}` : 'name a spec'}`,
  )
  console.error(all.map((name) => `  ${name.replace('.spec.ts', '')}`).join('\n'))
  process.exit(2)
}
if (!existsSync('native') || !readdirSync('native').some((name) => name.endsWith('.node'))) {
  console.error('the binding is not built: npm run build')
  process.exit(1)
}

await compileLibrary()
await compileTests()
const files = all
  .filter((name) => words.some((word) => isNamed(name, word)))
  .map((name) => `__test__/.build/__test__/${name.replace('.ts', '.js')}`)
const { status } = spawnSync(process.execPath, ['node_modules/ava/entrypoints/cli.mjs', ...options, ...files], {
  stdio: 'inherit',
  env: { ...process.env, NODE_NO_WARNINGS: '1' },
})
process.exitCode = status ?? 1
