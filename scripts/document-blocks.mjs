/**
 * The blocks of code in README.md and docs/. A comment in front of a block says what else holds for it:
 *
 *   <!-- before: CODE -->     runs before the block, and is not shown
 *   <!-- file: NAME -->       the block is a file that later blocks of the page use
 *   <!-- posix: WHY -->       Windows cannot do it
 *   <!-- not run: WHY -->     neither runs nor is checked
 *
 * A block with the word `unchecked` behind its language runs, but its types are not checked: npyjs takes more than it declares, and
 * for LangChain.js there is a stand-in without types.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The pages whose code is run and checked, relative to the root. */
export const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

/** The blocks of a page: `{ line, language, unchecked, code, before, file, posix }`, where `line` is that of the fence. */
export function blocksOf(page) {
  const text = readFileSync(join(root, page), 'utf8')
  const pattern =
    /(?:<!-- (?<kind>before|file|not run|posix):(?<note>[^]*?)-->\s*)?^(?<fence>```(?<language>\w+)(?<info>[^\n]*)\n)(?<code>[^]*?)^```$/gm
  return [...text.matchAll(pattern)].flatMap(({ 0: all, groups, index }) => {
    const { kind, note = '', fence, language, info, code } = groups
    if (kind === 'not run') return []
    return [
      {
        line: text.slice(0, index + all.indexOf(fence)).split('\n').length,
        language,
        unchecked: /\bunchecked\b/.test(info),
        code,
        before: kind === 'before' ? note.trim() : '',
        file: kind === 'file' ? note.trim() : '',
        posix: kind === 'posix',
      },
    ]
  })
}
