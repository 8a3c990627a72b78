import { readFileSync, writeFileSync } from 'node:fs'

const DOCS = 'docs/performance.md'
const BEGIN = '<!-- begin: npm run bench -- --docs -->'
const END = '<!-- end -->'

/** Puts the tables of a run between the markers of the page, and the picture beside it. */
export function writeDocs({ machine, sections, drawn }) {
  const page = readFileSync(DOCS, 'utf8')
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`${DOCS} has lost its markers: ${BEGIN} ... ${END}`)
  const body = sections.map(({ title, body: text }) => `### ${title}\n\n${text}\n`).join('\n')
  writeFileSync(DOCS, `${page.slice(0, from + BEGIN.length)}\n\n${machine}.\n\n${body}\n${page.slice(to)}`)
  writeFileSync('docs/performance.svg', drawn)
}
