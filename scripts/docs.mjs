/**
 * Builds the documentation site into `site/`: the pages of `docs/`, the API from the docstrings, and the examples. Fails on dead
 * links, and where a search does not find its page. `npm run docs`.
 *
 *   npm run docs -- --serve    and shows it on a local port
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { deadLinks } from './dead-links.mjs'
import { filePage } from './file-page.mjs'
import { searchFaults } from './search-faults.mjs'

const run = (command, ...args) => execFileSync(command, args, { cwd: 'docs', stdio: ['ignore', 'inherit', 'inherit'] })

if (!existsSync('docs/node_modules')) run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
rmSync('docs/api', { recursive: true, force: true })
// The JSON is for `npm run check:docstrings -- --built`.
run('npx', '--no-install', 'typedoc', '--logLevel', 'Error', '--out', 'api', '--json', 'api/api.json')
filesAsPages()
run('npx', '--no-install', 'vitepress', 'build', '.')
const dead = deadLinks('site')
if (dead.length > 0) {
  console.error(dead.map(({ page, link }) => `${page} has a dead link: ${link}`).join('\n'))
  process.exit(1)
}
const faults = await searchFaults('site')
if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
if (process.argv.includes('--serve')) run('npx', '--no-install', 'vitepress', 'preview', '.')

/**
 * Writes files of the repository that pages link to, and all examples, as pages, so that the site is complete by itself.
 * `docs/.vitepress/config.mjs` rewrites links to them.
 */
function filesAsPages() {
  rmSync('docs/files', { recursive: true, force: true })
  mkdirSync('docs/files')
  const linked = readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => [...readFileSync(join('docs', name), 'utf8').matchAll(/\]\(\.\.\/([^)#\s]+)/g)])
    .map(([, file]) => file)
  const examples = readdirSync('examples')
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => `examples/${name}`)
  for (const file of new Set([...examples, ...linked])) {
    const text = readFileSync(file, 'utf8')
    const language = { '.mjs': 'js', '.ts': 'ts', '.py': 'python' }[extname(file)]
    const body =
      language === undefined ? linksIntoSite(text) : `# ${basename(file)}\n\n\`\`\`\`${language}\n${text}\`\`\`\`\n`
    writeFileSync(`docs/${filePage(file)}.md`, `<!-- ${file} -->\n\n${body}`)
  }
}

/** The text of a page at the root of the repository, with its links as they are from `docs/files/`. */
function linksIntoSite(text) {
  return text.replaceAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g, (_, target) =>
    target.startsWith('docs/') ? `](../${target.slice('docs/'.length)}` : `](/${filePage(target)}`,
  )
}
