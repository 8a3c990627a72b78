import { readFileSync, writeFileSync } from 'node:fs'

const DOCS = 'docs/performance.md'
const END = '<!-- end -->'

/** Puts the tables of a run between the markers of its command on the page, and the picture beside it. */
export function writeDocs({ command, picture, machine, sections, drawn }) {
  const begin = `<!-- begin: ${command} -->`
  const page = readFileSync(DOCS, 'utf8')
  const from = page.indexOf(begin)
  const to = page.indexOf(END, from)
  if (from < 0 || to < from) throw new Error(`${DOCS} has lost its markers: ${begin} ... ${END}`)
  const body = sections.map(({ title, body: text }) => `### ${title}\n\n${text}\n`).join('\n')
  writeFileSync(DOCS, `${page.slice(0, from + begin.length)}\n\n${machine}.\n\n${body}\n${page.slice(to)}`)
  if (picture !== undefined) writeFileSync(`docs/${picture}`, drawn)
}
