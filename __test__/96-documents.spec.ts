import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { folder } from './support/files.js'
import { NODE, launcher } from './support/node.js'
import { linking, posix } from './support/platform.js'
import { isWhole } from './support/slow.js'

/** A block of code in a page, as scripts/document-blocks.mjs describes it. */
interface Block {
  readonly line: number
  readonly language: string
  readonly before: string
  readonly posix: boolean
  readonly file: string
  readonly code: string
}

const root = process.cwd()
const { blocksOf, pages } = (await import(pathToFileURL(resolve('scripts/document-blocks.mjs')).href)) as {
  readonly pages: readonly string[]
  blocksOf(page: string): Block[]
}

const python = process.env['MEMMAP_PYTHON'] ?? resolve('.venv/bin/python')
const environment = { ...process.env, MEMMAP_PYTHON: python }

/** A folder with the package installed and the files that a page shows. */
function workplace(t: ExecutionContext, page: string): string {
  // Without symlinks the folder is inside the package, where Node finds it by its own name and others in its `node_modules`.
  const at = linking === test ? folder(t) : mkdtempSync(join(import.meta.dirname, 'docs-'))
  if (linking !== test) t.teardown(() => rmSync(at, { recursive: true, force: true }))
  mkdirSync(join(at, 'node_modules/.bin'), { recursive: true })
  if (linking === test) link(at)
  if (!existsSync('node_modules/@langchain/core'))
    cpSync('__test__/fixtures/langchain-core', join(at, 'node_modules/@langchain/core'), { recursive: true })
  writeFileSync(join(at, 'node_modules/.bin/memmap'), launcher(join(root, 'dist/cli/main.js')), { mode: 0o755 })
  for (const { file, code } of blocksOf(page)) if (file !== '') writeFileSync(join(at, file), code)
  mkdirSync(join(at, 'examples'))
  for (const file of readdirSync('examples')) {
    if (/\.(ima|dat|npy|npz)$/.test(file)) copyFileSync(join('examples', file), join(at, 'examples', basename(file)))
  }
  return at
}

/** The package and what it needs, as npm installs them. */
function link(at: string): void {
  for (const name of readdirSync('node_modules').filter((entry) => !entry.startsWith('.'))) {
    symlinkSync(resolve('node_modules', name), join(at, 'node_modules', name))
  }
  symlinkSync(root, join(at, 'node_modules/memmap'))
}

/** On other versions of Node than the one that runs everything, the first page shows that the code of a page runs. */
const tested = isWhole ? pages : ['README.md']

for (const page of tested) {
  const scripts = blocksOf(page).filter(({ language }) => language === 'js')
  for (const { line, code, before, posix: only } of scripts) {
    const run = code.includes('MEMMAP_PYTHON') && !existsSync(python) ? test.skip : only ? posix : test
    run(`${page}:${line} runs and prints what it shows`, (t) => {
      const at = workplace(t, page)
      writeFileSync(join(at, 'block.mjs'), `${before}\n${code}`)
      const { status, stdout, stderr } = spawnSync(NODE[0], [...NODE.slice(1), '--no-warnings', 'block.mjs'], {
        cwd: at,
        encoding: 'utf8',
        env: environment,
      })
      t.is(status, 0, stderr)
      const said = [...code.matchAll(/\/\/=> ?(.*)$/gm)].map(([, text]) => text)
      if (said.length > 0) t.deepEqual(stdout.trimEnd().split('\n'), said)
      // Short output is a comment behind its line.
      else
        for (const [, short = ''] of code.matchAll(/console\.log\(.*\/\/ (?:read: )?(.*)$/gm))
          t.true(stdout.includes(short), short)
    })
  }

  for (const { line, code, before } of blocksOf(page).filter(({ language }) => language === 'console')) {
    posix(`${page}:${line} commands print what the page shows`, (t) => {
      const at = workplace(t, page)
      const env = { ...process.env, PATH: `${join(at, 'node_modules/.bin')}:${process.env['PATH']}`, NO_COLOR: '1' }
      if (before !== '') execFileSync('sh', ['-ec', before], { cwd: at, env })
      for (const step of code.split(/^\$ /m).slice(1)) {
        const [command = '', ...expected] = step.trimEnd().split('\n')
        const { stdout, stderr } = spawnSync('sh', ['-c', command.replaceAll(/\bnpx memmap\b/g, 'memmap')], {
          cwd: at,
          env,
          encoding: 'utf8',
        })
        const printed = `${stdout}${stderr}`
          .trimEnd()
          .split('\n')
          .map((text) => text.trimEnd())
        const wanted = expected.map((text) => text.trimEnd())
        t.deepEqual(wanted.length === 0 ? printed.filter((text) => text !== '') : printed, wanted, command)
      }
    })
  }

  test(`${page} has no dead link`, (t) => {
    const text = readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```$/gm, '')
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
    const gone = targets.filter((target) => {
      if (/^https?:/.test(target)) return false
      const [file = '', place] = target.split('#')
      const path = file === '' ? page : join(page, '..', file)
      return !existsSync(path) || (place !== undefined && !placesOf(path).includes(place))
    })
    t.deepEqual(gone, [])
  })
}

/** The anchors of a page, named as on the site. */
function placesOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[^]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
      .replaceAll(/^-|-$/g, ''),
  )
}

test('the front page links twelve tasks, each to its section', (t) => {
  const table = /^\| to \| see \|\n[^]*?\n\n/m.exec(readFileSync('docs/index.md', 'utf8'))?.[0] ?? ''
  const rows = table.trim().split('\n').slice(2)
  const tasks = 'open slice change compute join create read share check compare convert close'.split(' ')
  t.is(rows.length, tasks.length)
  for (const [row, task] of tasks.entries()) {
    t.regex(
      rows[row] ?? '',
      new RegExp(`^\\| [^|]*\\b${task}\\b[^|]* \\| \\[[^|]*\\]\\([a-z-]+\\.md#[a-z0-9-]+\\) \\|$`),
    )
  }
})

/** Other languages are for readers only. */
test('every block of code has a known language', (t) => {
  const known = ['js', 'console', 'sh', 'text', 'ts', 'python', 'yaml', 'json', 'html', 'diff']
  for (const page of pages) {
    for (const { language, line } of blocksOf(page)) t.true(known.includes(language), `${page}:${line} is ${language}`)
  }
})
