import { existsSync, readdirSync } from 'node:fs'
import { defineConfig } from 'vitepress'
import { filePage } from '../../scripts/file-page.mjs'
import { indexedHtml, searchOptions } from './search.mjs'

const pages = [
  ['Guide', 'guide'],
  ['Recipes', 'recipes'],
  ['NumPy side by side', 'numpy'],
  ['Computing', 'computing'],
  ['Sorting, counting, searching', 'order'],
  ['Statistics', 'statistics'],
  ['Search and products', 'search'],
  ['.npy and .npz', 'npy'],
  ['TypeScript', 'typescript'],
  ['Command line', 'command-line'],
  ['CI', 'ci'],
  ['Workers', 'workers'],
  ['Bundlers', 'bundlers'],
  ['Test runners', 'test-runners'],
  ['Permissions', 'permissions'],
  ['Python', 'python'],
  ['Beyond one machine', 'scale'],
  ['Safety', 'safety'],
  ['Performance', 'performance'],
  ['Neighbours', 'neighbours'],
  ['Questions', 'questions'],
  ['Platforms', 'platforms'],
  ['Architecture', 'architecture'],
  ['Releases', 'release'],
]

/** The pages of the API, made from the docstrings, in groups as they are made. */
function api() {
  const group = (folder) =>
    readdirSync(new URL(`../api/${folder}/`, import.meta.url))
      .filter((file) => file.endsWith('.md'))
      .map((file) => ({ text: file.replace('.md', ''), link: `/api/${folder}/${file.replace('.md', '')}` }))
  return ['functions', 'classes', 'interfaces', 'type-aliases', 'variables'].map((folder) => ({
    text: folder.replace('-', ' '),
    collapsed: folder !== 'functions' && folder !== 'classes',
    items: group(folder),
  }))
}

/** The examples, each a page of its own. */
function examples() {
  return readdirSync(new URL('../files/', import.meta.url))
    .filter((file) => file.startsWith('examples-'))
    .map((file) => file.replace('.md', ''))
    .map((name) => ({ text: name.replace(/^examples-(.*)-mjs$/, '$1.mjs'), link: `/files/${name}` }))
}

/** Links into the repository lead to the pages that `scripts/docs.mjs` made of its files. */
function leadIntoSite(markdown) {
  markdown.core.ruler.push('repository', ({ tokens }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const [, file] = /^\.\.\/([^#]+)/.exec(token.attrGet?.('href') ?? '') ?? []
      const page = file === undefined ? null : filePage(file)
      if (page !== null && existsSync(new URL(`../${page}.md`, import.meta.url))) token.attrSet('href', `/${page}`)
    }
  })
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="#3451b2" d="M1 1h6v6H1zM9 9h6v6H9zM1 9h6v6H1z"/><path fill="#f5a623" d="M9 1h6v6H9z"/></svg>'

export default defineConfig({
  title: 'memmap',
  description: "NumPy's memory-mapped array for Node.js",
  // A favicon without a file: a grid of 2 x 2, of which one element is selected.
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(ICON)}` }]],
  outDir: '../site',
  cleanUrls: true,
  markdown: { theme: { light: 'github-light', dark: 'github-dark' }, config: leadIntoSite },
  themeConfig: {
    search: { provider: 'local', options: { _render: indexedHtml, miniSearch: { searchOptions } } },
    outline: [2, 3],
    nav: [
      { text: 'Guide', link: '/guide' },
      { text: 'NumPy', link: '/numpy' },
      { text: 'API', link: '/api/' },
      { text: 'Command line', link: '/command-line' },
      { text: 'Safety', link: '/safety' },
    ],
    sidebar: [
      { text: 'Pages', items: pages.map(([text, page]) => ({ text, link: `/${page}` })) },
      { text: 'Examples', collapsed: true, items: examples() },
      { text: 'API', link: '/api/', items: api() },
    ],
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
