// A histogram of a large map on all cores: each Worker counts its rows and adds to shared counts.
//
//   node examples/histogram.mjs [MEBIBYTES]
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { Memmap, memmap, support } from 'memmap'

const BINS = 256

/** Counts the values of some rows; the same code for one thread and for many. */
function count(part, counts, add) {
  const { data } = part
  const own = new Int32Array(BINS)
  for (let i = 0; i < data.length; i++) own[data[i] >> 8]++
  own.forEach((number, bin) => add(counts, bin, number))
}

if (isMainThread) {
  const path = join(tmpdir(), `histogram-${process.pid}.u16`)
  const rows = Number(process.argv[2] ?? 512)
  const a = memmap(path, { dtype: 'uint16', shape: [rows, 2 ** 19], mode: 'w+' })
  const first = a.slice(0, 1).data
  for (let i = 0; i < first.length; i++) first[i] = (i * 40503) ^ (i >> 3)
  a.assign(a.slice(0, 1)) // the same in every row

  let start = performance.now()
  const alone = new Int32Array(BINS)
  count(a, alone, (counts, bin, number) => (counts[bin] += number))
  const one = performance.now() - start

  // Shared counts: a file of 1 KiB that every Worker maps, as a SharedArrayBuffer where the runtime supports one over a mapping.
  const counts = memmap(`${path}.counts`, { dtype: 'int32', shape: BINS, mode: 'w+', shared: true })
  const threads = availableParallelism()
  const workers = Array.from({ length: threads }, (_, index) => {
    const part = a.slice(Math.floor((rows * index) / threads), Math.floor((rows * (index + 1)) / threads))
    const shared = support().sharedBuffers ? counts.data : counts.describe()
    return new Worker(new URL(import.meta.url), { workerData: { part: part.describe(), shared } })
  })
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  start = performance.now()
  for (const worker of workers) worker.postMessage('go')
  await Promise.all(workers.map((worker) => once(worker, 'exit')))
  const many = performance.now() - start

  console.log(`the counts agree: ${counts.toArray().every((number, bin) => number === alone[bin])}`)
  console.log(
    `1 thread ${one.toFixed(0)} ms, ${threads} threads ${many.toFixed(0)} ms: ${(one / many).toFixed(2)} times as fast`,
  )
  a.close()
  counts.close()
  rmSync(path)
  rmSync(`${path}.counts`)
} else {
  const { part, shared } = workerData
  const rows = Memmap.attach(part, { mode: 'r' })
  // A typed array over shared memory, or a descriptor: the same file, mapped again.
  const counts = ArrayBuffer.isView(shared) ? shared : Memmap.attach(shared).data
  parentPort.postMessage('ready')
  parentPort.once('message', () => {
    count(rows, counts, Atomics.add)
    rows.close()
  })
}
