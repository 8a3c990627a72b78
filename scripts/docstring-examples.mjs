/**
 * Compiles and runs the examples of docstrings, each a module of its own that has all exports by name.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { transform } from 'esbuild'
import { compileFolder } from './compile-folder.mjs'

/** Inside the package, so that it is found by its own name. */
const FOLDER = '__test__/.docstrings'

/** Names that examples take from their surroundings. */
const GIVEN = {
  a: `const a = array([[1, 2, 3], [4, 5, 6]], { dtype: 'float32' })`,
  several: `const several = load('several.npz')`,
  signal: 'const { signal } = new AbortController()',
  total: 'let total = 0',
  bar: 'const bar = { update(fraction: number): void { void fraction } }',
  worker: `const { port1: worker } = new MessageChannel()`,
  workerData: `const workerData = memmap('grid.bin', { dtype: 'float32', shape: [2, 3] }).describe()`,
  create: 'const create = (): void => undefined',
  readFileSync: `const { readFileSync } = await import('node:fs')`,
}
/** That of members of Memmap and ArrayPromises. */
const MAPPED = `const a = memmap('grid.bin', { dtype: 'float32', shape: [2, 3], mode: 'r+' })`

/** Runs before each example, in the folder of its files. */
const FILES = `
save('scan.npy', [1, 2, 3])
savez('several.npz', { x: [1, 2, 3], y: [4, 5] })
save('log.npy', [[1, 2], [3, 4]])
memmap('scan.ima', { dtype: '>u2', shape: [256, 256], mode: 'w+' }).close()
memmap('grid.bin', { dtype: 'float32', shape: [2, 3], mode: 'w+' }).assign([[1, 2, 3], [4, 5, 6]])
`

/**
 * @param examples `{ owner, path, code }` each
 * @param exports the names that the package exports: `{ values, types }`
 * @returns what is wrong: `{ owner, text }`
 */
export async function runExamples(examples, exports) {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const modules = examples.map((example, i) => ({ ...example, file: `${i}.mts`, start: before(example, exports) }))
  for (const { file, code, start } of modules) writeFileSync(join(FOLDER, file), `${start}${code}\nexport {}\n`)
  return [...typeErrors(modules), ...(await runTimeErrors(modules, exports))]
}

/** What is put in front of an example: imports, files where it runs, and the names that it takes from outside. */
function before({ path, code }, { values, types }, forRun = false) {
  const declares = (name) =>
    new RegExp(
      `(?:const|let|using|function) ${name}\\b|(?:const|let) [[{][^=]*\\b${name}\\b[^=]*=|import .*\\b${name}\\b`,
    ).test(code)
  const given = Object.entries(GIVEN)
    .filter(([name]) => new RegExp(`(?<![\\w']|(?<!\\.\\.)\\.)${name}\\b(?!:)`).test(code) && !declares(name))
    .map(([name, text]) => (name === 'a' && /^(?:Memmap|ArrayPromises)\b/.test(path) ? MAPPED : text))
  const lines = [
    `import { ${values.filter((name) => !declares(name)).join(', ')} } from 'memmap'`,
    `import type { ${types.join(', ')} } from 'memmap'`,
    ...(forRun ? [FILES] : []),
    ...given,
  ]
  // An example may begin with a bracket.
  return `${lines.join('\n')};\n`
}

function typeErrors(modules) {
  const { stdout, stderr, status } = compileFolder(FOLDER, ['*.mts'])
  const errors = [...stdout.matchAll(/^\S*?(?<file>\d+\.mts)\((?<row>\d+),\d+\): error (?<text>.*)$/gm)]
  if (status !== 0 && errors.length === 0) throw new Error(stdout + stderr)
  return errors.map(({ groups: { file, row, text } }) => {
    const { owner, path, start, code } = modules.find((one) => one.file === file)
    return { owner, text: `${path}: ${text}\n    ${`${start}${code}`.split('\n')[row - 1]}` }
  })
}

/** Runs all of them in one process. */
async function runTimeErrors(modules, exports) {
  const at = mkdtempSync(join(tmpdir(), 'memmap-docstrings-'))
  for (const one of modules) {
    const source = `${before(one, exports, true)}${one.code.replaceAll(/^(?<expression>[^\s/}].*?) \/\/ (?<comment>.*)$/gm, compared)}`
    const { code } = await transform(source, { loader: 'ts', target: 'node20', format: 'esm' })
    // After the imports, because the package is found from here and the files are there.
    writeFileSync(join(FOLDER, one.file.replace('.mts', '.mjs')), code)
  }
  const runner = `
import { inspect, isDeepStrictEqual } from 'node:util'
import { pathToFileURL } from 'node:url'
globalThis.is = (actual, expected, line) => {
  if (!isDeepStrictEqual(actual, expected)) throw new Error(line + ' is ' + inspect(actual))
}
console.log = () => {}
process.chdir(${JSON.stringify(at)})
const found = []
for (const file of ${JSON.stringify(modules.map(({ file }) => file.replace('.mts', '.mjs')))}) {
  try {
    await import(${JSON.stringify(`${pathToFileURL(resolve(FOLDER)).href}/`)} + file)
  } catch (error) {
    found.push([file.replace('.mjs', '.mts'), error.message])
  }
}
process.stdout.write(JSON.stringify(found), () => process.exit())
`
  writeFileSync(join(FOLDER, 'run.mjs'), runner)
  const { stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', join(FOLDER, 'run.mjs')], {
    encoding: 'utf8',
  })
  rmSync(at, { recursive: true, force: true })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout).map(([file, message]) => {
    const { owner, path } = modules.find((one) => one.file === file)
    return { owner, text: `${path}: ${message}` }
  })
}

/** A line whose comment begins with a value, as a comparison with it; any other as it is. */
function compared(line, expression, comment) {
  if (/^(?:const|let|using|for|if|function|import|try|return)\b|[{([,]$/.test(expression)) return line
  const value = [...comment.matchAll(/, |$/g)].map(({ index }) => comment.slice(0, index)).findLast(isValue)
  return value === undefined ? line : `is(${expression}, ${asCode(value)}, ${JSON.stringify(line)})`
}

/** `Uint8Array [1, 2]` is how Node prints one. */
function asCode(text) {
  return text.replace(/^(\w+Array) (\[.*\])$/, '$1.from($2)')
}

function isValue(text) {
  try {
    // Names other than those of the language are not defined here.
    new Function(`"use strict"; return (${asCode(text)})`)()
    return true
  } catch {
    return false
  }
}
