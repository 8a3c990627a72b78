/**
 * Checks that each JavaScript or TypeScript block of README.md and docs/ is correct as strict TypeScript, against the declarations
 * that users get (`npm run build:ts` first). Prints `ok PAGE` or `not ok PAGE`, and each error with its line in the page.
 *
 *   npm run check:documents
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { blocksOf, pages } from './document-blocks.mjs'
import { compileFolder } from './compile-folder.mjs'

/** Inside the package, so that it and its dependencies are found by name. */
const FOLDER = '__test__/.documents'
/** Dependencies without declarations. */
const UNTYPED = ['ndarray']

if (!existsSync('dist/index.d.cts')) {
  console.log('not ok declarations: dist/ has none (npm run build:ts)')
  process.exit(1)
}

/** What was written: where its first line of code is in a page. */
const written = new Map()

rmSync(FOLDER, { recursive: true, force: true })
for (const page of pages) {
  const name = page.replace('docs/', '').replace('.md', '')
  for (const { line, language, unchecked, code, before, file } of blocksOf(page)) {
    if (!['js', 'ts'].includes(language) || unchecked) continue
    const path = join(FOLDER, name, file === '' ? `line-${line}.mts` : file.replace(/\.m?js$/, '.mts'))
    const hidden = before === '' ? '' : `${before}\n`
    mkdirSync(join(FOLDER, name), { recursive: true })
    // A block without an import or export is a module too.
    writeFileSync(path, `${hidden}${code}\nexport {}\n`)
    written.set(path.replaceAll('\\', '/'), { page, offset: line - (hidden.split('\n').length - 1) })
  }
}
writeFileSync(join(FOLDER, 'untyped.d.ts'), UNTYPED.map((name) => `declare module '${name}'\n`).join(''))
const { stdout, stderr, status } = compileFolder(FOLDER, ['**/*'])
const errors = [
  ...stdout.matchAll(/^(?<path>[^\s(][^(]*)\((?<row>\d+),(?<column>\d+)\): (?<text>error [^]*?)(?=^\S|$(?![^]))/gm),
].map(({ groups: { path, row, column, text } }) => {
  const { page = path, offset = 0 } = written.get(path) ?? {}
  return { page, text: `${page}:${Number(row) + offset}:${column}: ${text.trimEnd()}` }
})
for (const page of pages) {
  if (![...written.values()].some((block) => block.page === page)) continue
  const own = errors.filter((error) => error.page === page)
  console.log(own.length === 0 ? `ok ${page}` : `not ok ${page}\n${own.map(({ text }) => text).join('\n')}`)
}
const others = errors.filter(({ page }) => !pages.includes(page))
if (others.length > 0 || (status !== 0 && errors.length === 0))
  console.log(
    `not ok the compiler\n${others.map(({ text }) => text).join('\n')}${stderr}${errors.length === 0 ? stdout : ''}`,
  )
process.exitCode = status === 0 ? 0 : 1
