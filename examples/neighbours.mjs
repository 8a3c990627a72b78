// Finds the nearest neighbours of a query among embeddings in a file that may be larger than memory: it streams through in blocks,
// which the thread pool reads ahead, and which leave memory behind.
//
//   node examples/neighbours.mjs [MEBIBYTES]      8192 is 8 GiB, created for this
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { memmap } from 'memmap'

const DIMENSIONS = 256
const NEAREST = 5
const path = join(tmpdir(), `memmap-embeddings-${process.pid}.f32`)
const count = Math.floor((Number(process.argv[2] ?? 1024) * 2 ** 20) / (4 * DIMENSIONS))

// Random vectors; the query is the one in the middle.
const vectors = memmap(path, { dtype: 'float32', shape: [count, DIMENSIONS], mode: 'w+' })
let state = 1
for (const block of vectors.blocks()) {
  const { data } = block
  for (let i = 0; i < data.length; i++) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    data[i] = state / 2 ** 31
  }
}
const query = vectors.slice(Math.floor(count / 2), Math.floor(count / 2) + 1).copy().data
vectors.close()

const embeddings = memmap(path, { dtype: 'float32', shape: [-1, DIMENSIONS], mode: 'r' })
const limit = Math.round(getHeapStatistics().heap_size_limit / 2 ** 20)
console.log(`${count} vectors, ${Math.round(embeddings.nbytes / 2 ** 20)} MiB; V8's heap holds ${limit} MiB`)

let nearest = [] // [distance, row], the nearest first
let first = 0
for await (const block of embeddings.blocks({ bytes: 32 * 2 ** 20 })) {
  const { data } = block // a Float32Array over the pages of the file
  for (let row = 0; row < block.shape[0]; row++) {
    let distance = 0
    for (let i = 0, at = row * DIMENSIONS; i < DIMENSIONS; i++, at++) distance += (data[at] - query[i]) ** 2
    if (nearest.length === NEAREST && distance >= nearest.at(-1)[0]) continue
    nearest = [...nearest, [distance, first + row]].toSorted(([one], [other]) => one - other).slice(0, NEAREST)
  }
  first += block.shape[0]
}
for (const [distance, row] of nearest) console.log(`row ${row}, distance ${Math.sqrt(distance).toFixed(3)}`)
console.log(`found itself: ${nearest[0][1] === Math.floor(count / 2)}`)
const { resident, total } = process.platform === 'win32' ? { resident: 0, total: 1 } : embeddings.residency()
if (total > 0)
  console.log(
    `memory of JavaScript: ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB, of the file ${Math.round(resident / 2 ** 20)} MiB are cached by the system`,
  )
embeddings.close()
rmSync(path)
