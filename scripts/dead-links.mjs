/**
 * Finds dead links of a built site: to a missing page, file or anchor.
 *
 *   node scripts/dead-links.mjs [FOLDER]
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** All dead links, with their pages. */
export function deadLinks(folder) {
  const root = resolve(folder)
  const pages = readdirSync(root, { recursive: true })
    .filter((name) => name.endsWith('.html'))
    .map((name) => join(root, name))
  const texts = new Map(pages.map((page) => [page, readFileSync(page, 'utf8')]))
  const dead = []
  for (const [page, text] of texts) {
    const links = [...text.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => link.replaceAll('&amp;', '&'))
    for (const link of new Set(links)) {
      if (/^(?:[a-z]+:|\/\/)/i.test(link) || link === '') continue
      const [path, place] = link.split('#')
      const target =
        path === '' ? page : fileOf(path.startsWith('/') ? join(root, path) : join(dirname(page), path), root)
      const isThere =
        target !== null &&
        (place === undefined || place === '' || texts.get(target)?.includes(` id="${decodeURIComponent(place)}"`))
      if (!isThere) dead.push({ page: relative(root, page), link })
    }
  }
  return dead
}

/** The file that a server sends for a path; null if there is none. */
function fileOf(path, root) {
  const plain = decodeURIComponent(path.replace(/\?.*$/, ''))
  if (relative(root, plain).startsWith('..')) return null
  return (
    [plain, `${plain}.html`, join(plain, 'index.html')].find((one) => existsSync(one) && statSync(one).isFile()) ?? null
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dead = deadLinks(process.argv[2] ?? 'site')
  for (const { page, link } of dead) console.log(`${page}: ${link}`)
  process.exitCode = dead.length > 0 ? 1 : 0
}
