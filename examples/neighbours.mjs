// Finds the nearest neighbours of a row among embeddings in a file that may be larger than memory. The search reads the file once, on all
// cores, and keeps nothing but the best rows.
//
//   node examples/neighbours.mjs [MEBIBYTES]      8192 is 8 GiB, created for this
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { memmap } from 'memmap'

const DIMENSIONS = 256
const path = join(tmpdir(), `memmap-embeddings-${process.pid}.f32`)
const count = Math.floor((Number(process.argv[2] ?? 1024) * 2 ** 20) / (4 * DIMENSIONS))

// Random vectors.
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
vectors.close()

const embeddings = memmap(path, { dtype: 'float32', shape: [-1, DIMENSIONS], mode: 'r' })
const limit = Math.round(getHeapStatistics().heap_size_limit / 2 ** 20)
console.log(`${count} vectors, ${Math.round(embeddings.nbytes / 2 ** 20)} MiB; V8's heap holds ${limit} MiB`)

// The row in the middle finds itself first; `exclude: middle` would leave it out.
const middle = Math.floor(count / 2)
const start = performance.now()
const { indices, distances } = await embeddings.promises.nearest(embeddings.index(middle), {
  k: 5,
  metric: 'euclidean',
})
const seconds = (performance.now() - start) / 1000
for (const [at, row] of indices.toArray().entries()) console.log(`row ${row}, distance ${distances.get(at).toFixed(3)}`)
console.log(`found itself: ${indices.get(0) === BigInt(middle)}`)
console.log(`${seconds.toFixed(3)} s, ${(embeddings.nbytes / 1e9 / seconds).toFixed(1)} GB/s`)
const { resident, total } = process.platform === 'win32' ? { resident: 0, total: 1 } : embeddings.residency()
if (total > 0)
  console.log(
    `memory of JavaScript: ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB, of the file ${Math.round(resident / 2 ** 20)} MiB are cached by the system`,
  )
embeddings.close()
rmSync(path)
