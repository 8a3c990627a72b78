/**
 * Searches the index of a built site as the browser does, for words whose page is known.
 *
 *   node scripts/search-faults.mjs [FOLDER] [WORD ...]    prints what a search for the words finds
 */
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { searchOptions } from '../docs/.vitepress/search.mjs'

/** For each word, the pages that the first results must have among them. */
const FOUND = {
  sum: [/^\/guide#reduce/, /^\/api\/classes\/NDArray#sum$/],
  index: [/^\/guide#select/, /^\/api\/classes\/NDArray#index$/],
  blocks: [/^\/guide#larger-than-memory/, /^\/api\/classes\/NDArray#blocks$/],
  append: [/^\/guide#a-file-that-grows/, /^\/api\/classes\/Memmap#append$/],
  flush: [/^\/safety#/, /^\/api\/classes\/Memmap#flush$/],
  linspace: [/^\/api\/functions\/linspace#/, /^\/api\/interfaces\/SpaceOptions#/],
  filter: [/^\/questions#/],
  webpack: [/^\/bundlers#/],
  jest: [/^\/test-runners#/],
  EROFS: [/^\/permissions#/],
}
const FIRST = 6
/** Members of Array, Error and Object, which no page of this project describes. */
const FOREIGN = ['flatMap', 'copyWithin', 'prepareStackTrace', 'captureStackTrace', 'toLocaleString']

/** What the search of a built site does not find, or should not find, one sentence each. */
export async function searchFaults(site) {
  const search = await searcher(site)
  const missing = Object.entries(FOUND).flatMap(([word, pages]) => {
    const first = search(word).slice(0, FIRST)
    return pages
      .filter((page) => !first.some((id) => page.test(id)))
      .map((page) => `the search for ${word} does not find ${page} among the first ${FIRST}: ${first.join(' ')}`)
  })
  const foreign = FOREIGN.flatMap((word) =>
    search(word)
      .filter((id) => id.toLowerCase().endsWith(`#${word.toLowerCase()}`))
      .map((id) => `the search for ${word} finds ${id}, which is inherited`),
  )
  return [...missing, ...foreign]
}

/** A function that returns the addresses of the sections that a search finds, best first. */
async function searcher(site) {
  const { resolve: find } = createRequire(new URL('../docs/node_modules/vitepress/package.json', import.meta.url))
  const { default: MiniSearch } = await import(pathToFileURL(find('minisearch')).href)
  const chunks = join(resolve(site), 'assets/chunks')
  const name = readdirSync(chunks).find((file) => file.startsWith('@localSearchIndex'))
  const { default: index } = await import(pathToFileURL(join(chunks, name)).href)
  const loaded = MiniSearch.loadJSON(index, { fields: ['title', 'titles', 'text'], searchOptions })
  return (word) => loaded.search(word).map(({ id }) => id)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [site = 'site', ...words] = process.argv.slice(2)
  const search = await searcher(site)
  for (const word of words) console.log(`${word}: ${search(word).slice(0, FIRST).join(' ')}`)
  for (const fault of await searchFaults(site)) console.log(fault)
}
