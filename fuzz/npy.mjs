/**
 * Damages headers, whole files and archives, and reads them: no input may crash the process, hang it, allocate more than the file
 * allows, or give an error that is no MemmapError.
 *
 *   node fuzz/npy.mjs --runs 1000000 --seed 1
 *
 * The inputs are the files of `fuzz/corpus`, changed by `mutate.mjs`. An input that fails is written beside it.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MemmapError, NpzFile, load, openMemmap } from '../dist/index.js'
import { readHeader } from '../dist/npy/read-header.js'
import { mutate, randomFrom } from './mutate.mjs'

const CORPUS = join(import.meta.dirname, 'corpus')

/** Limit for one input in milliseconds, and in bytes of memory beyond the size of its file. */
const LONGEST = 2000
const SPARE = 2 ** 16

/** Runs this many inputs and returns counts of their outcomes. */
export function fuzz({ runs, seed = 1, wholeFiles = 16 }) {
  const random = randomFrom(seed)
  const corpus = readdirSync(CORPUS)
    .toSorted()
    .map((name) => readFileSync(join(CORPUS, name)))
  const folder = mkdtempSync(join(tmpdir(), 'memmap-fuzz-'))
  const path = join(folder, 'input.npy')
  const counts = { read: 0, refused: 0 }
  try {
    for (let run = 0; run < runs; run++) {
      const file = mutate(random, corpus[random.below(corpus.length)], corpus)
      const start = performance.now()
      try {
        // Files cost system calls, so most inputs are given to the reader of headers.
        if (run % wholeFiles === 0) whole(path, file, random)
        else header(file)
        counts.read++
      } catch (error) {
        if (!(error instanceof MemmapError)) throw failed(file, error)
        counts.refused++
      }
      const took = performance.now() - start
      if (took > LONGEST) throw failed(file, new Error(`it took ${Math.round(took)} ms`))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return counts
}

function header(file) {
  let asked = 0
  const source = {
    size: file.length,
    read(at, length) {
      const piece = file.subarray(at, at + length)
      asked += piece.length
      return piece
    },
  }
  const { offset, shape } = readHeader(source, 10_000)
  if (offset > file.length || asked > file.length + 12) throw new Error('more was read than there is')
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0)) throw new Error('a shape is none')
}

function whole(path, file, random) {
  writeFileSync(path, file)
  const options = { mmapMode: [null, 'r', 'c', 'r+'][random.below(4)] }
  if (random.below(4) === 0) return check([openMemmap(path, { mode: 'r' })], file)
  const found = load(path, options)
  check(found instanceof NpzFile ? Array.from(found, ([, array]) => array) : [found], file)
  if (!readFileSync(path).equals(file)) throw new Error('the file was changed')
}

function check(arrays, file) {
  // A deflated member has at most about a thousand times its bytes.
  for (const array of arrays) {
    if (array.nbytes > 1100 * file.length + SPARE) throw new Error(`${array.nbytes} bytes of a file of ${file.length}`)
    array.dtype.toJSON()
    if (array.size > 0) array.get(...array.shape.map(() => 0))
    array.close?.()
  }
}

function failed(file, cause) {
  const path = join(import.meta.dirname, `failed-${Date.now()}.bin`)
  writeFileSync(path, file)
  return new Error(`an input failed, and was written to ${path}: ${cause.stack}`, { cause })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
  })
  const start = performance.now()
  const { read, refused } = fuzz({ runs: Number(values.runs), seed: Number(values.seed) })
  const seconds = Math.round((performance.now() - start) / 1000)
  console.log(
    `${read + refused} inputs: ${read} read, ${refused} refused, none failed (seed ${values.seed}, ${seconds} s)`,
  )
}
