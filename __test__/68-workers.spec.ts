import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { memmap, support } from '../lib/index.js'
import { fileOf } from './support/files.js'

const sharing = support().sharedBuffers ? test : test.skip
const LIBRARY = JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)

function worker(code: string, workerData: unknown): Worker {
  const text = `import('node:worker_threads').then(async ({ parentPort, workerData }) => { const { Memmap } = await import(${LIBRARY}); ${code} })`
  return new Worker(text, { eval: true, workerData })
}

sharing('with shared, typed arrays go to Workers as they are, and Atomics lose nothing', async (t) => {
  const a = memmap(fileOf(t, Buffer.alloc(64)), { dtype: 'int32', shared: true })
  t.true(a.buffer instanceof SharedArrayBuffer)
  const code = `for (let i = 0; i < 100000; i++) Atomics.add(workerData, 3, 1); parentPort.postMessage('done')`
  const workers = [worker(code, a.data), worker(code, a.data)]
  await Promise.all(workers.map((one) => once(one, 'message')))
  t.is(a.get(3), 200_000)
  a.close()
  t.throws(() => a.data, { code: 'ERR_MEMMAP_CLOSED' })
})

test('Atomics on two maps of one file lose no update, without shared buffers', async (t) => {
  const path = fileOf(t, Buffer.alloc(64))
  const a = memmap(path, { dtype: 'int32', shared: true })
  const code = `
    const { data } = Memmap.attach(workerData, { mode: 'r+' })
    for (let i = 0; i < 100000; i++) Atomics.add(data, 3, 1)
    parentPort.postMessage('done')`
  const other = worker(code, a.describe())
  const { data } = a
  const done = once(other, 'message')
  for (let i = 0; i < 100_000; i++) Atomics.add(data, 3, 1)
  await done
  t.is(a.get(3), 200_000)
  a.close()
})

sharing('a shared array can grow: what was handed out goes on over the part that it had', (t) => {
  const a = memmap(fileOf(t, Buffer.alloc(16)), { dtype: 'int32', shared: true })
  const { data } = a
  a.append(Array.from({ length: 1000 }, () => 5))
  data[1] = 7
  t.is(a.get(1), 7)
  t.is(a.data.length, 1004)
  a.close()
})
