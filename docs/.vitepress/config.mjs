import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitepress'

const pages = [
  ['Guide', 'guide'],
  ['NumPy side by side', 'numpy'],
  ['.npy and .npz', 'npy'],
  ['Command line', 'command-line'],
  ['CI', 'ci'],
  ['Workers', 'workers'],
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

export default defineConfig({
  title: 'memmap',
  description: "NumPy's memory-mapped array for Node.js",
  outDir: '../site',
  cleanUrls: true,
  // Links into the repository, which the site does not hold.
  ignoreDeadLinks: [/^\.\.?\/\.\.\//, /examples\//, /__test__\//, /THIRD-PARTY/, /README/],
  markdown: { theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    search: { provider: 'local' },
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
      { text: 'API', link: '/api/', items: api() },
    ],
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
