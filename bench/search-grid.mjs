/**
 * Runs search.mjs for files of several sizes, each in a process of its own, and prints a row for each: `nearest` by the cosine beside
 * NumPy and faiss, whichever is faster. The largest file takes 6 GB, and 12 GB of memory.
 *
 *   node bench/search-grid.mjs
 */
import { execFileSync } from 'node:child_process'

const ROWS = [10_000, 100_000, 1_000_000]
const COLUMNS = [128, 384, 1536]
const runs = (rows) => (rows < 1e5 ? 101 : rows < 1e6 ? 15 : 3)
const search = new URL('search.mjs', import.meta.url).pathname

const dtypes = ['float32', 'float16', 'int8']
const titles = ['rows', 'columns', ...dtypes, 'others', '64 queries: float32', 'int8', 'others']
console.log(`| ${titles.join(' | ')} |\n|${'---|'.repeat(titles.length)}`)
for (const rows of ROWS) {
  for (const columns of COLUMNS) {
    const options = ['--exact', '--json', '--rows', rows, '--columns', columns, '--runs', runs(rows)]
    const results = JSON.parse(execFileSync(process.execPath, [search, ...options.map(String)], { encoding: 'utf8' }))
    const best = (queries) => {
      const others = results.filter(({ name }) => /NumPy|faiss/.test(name))
      const [first] = others.toSorted((a, b) => a[queries] - b[queries])
      return first === undefined ? '' : `${first[queries]} (${first.name.split(' ')[0]})`
    }
    const [single, half, byte] = dtypes.map((dtype) => results.find(({ name }) => name.includes(`${dtype}, cosine`)))
    const cells = [single.one, half.one, byte.one, best('one'), single.many, byte.many, best('many')]
    console.log(`| ${[rows.toLocaleString('en'), columns.toLocaleString('en'), ...cells].join(' | ')} |`)
  }
}
