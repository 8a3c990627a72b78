/**
 * Promises beside synchronous calls, other promises, Workers and the thread pool of the runtime.
 */
import { promises as fs } from 'node:fs'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { memmap, zeros } from '../lib/index.js'
import type { Memmap } from '../lib/index.js'
import { hole } from './support/files.js'
import { timeLimit } from './support/slow.js'

/** An array whose std takes several tenths of a second. */
const large = (path: string): Memmap<'float64'> => memmap(path, { mode: 'r', dtype: 'float64' })

/** The median of several runs, in milliseconds. */
function median(work: () => void): number {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return times.toSorted((a, b) => a - b)[4] as number
}

const ended = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: Error) => error.name,
  )

test.serial('a synchronous call does not wait for a promise', async (t) => {
  const path = hole(t, 1.5 * 2 ** 30)
  const small = zeros([1 << 20])
  const sum = (): void => void small.sum()
  sum()
  const alone = median(sum)
  const control = new AbortController()
  const job = ended(large(path).promises.std({ signal: control.signal }))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const beside = median(sum)
  control.abort()
  t.is(await job, 'AbortError')
  // The promise takes a second; the call some tenths of a millisecond.
  t.true(beside < Math.max(timeLimit(20), 3 * alone), `${beside} ms, alone ${alone} ms`)
})

test.serial('a synchronous call in a Worker does not wait for a promise of the main thread', async (t) => {
  const path = hole(t, 1.5 * 2 ** 30)
  const worker = new Worker(
    `import(${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}).then(({ zeros }) => {
       const { parentPort } = require('node:worker_threads')
       const small = zeros([1 << 20])
       small.sum()
       parentPort.on('message', () => {
         const times = []
         for (let i = 0; i < 5; i++) {
           const start = performance.now()
           small.sum()
           times.push(performance.now() - start)
         }
         parentPort.postMessage(times)
       })
       parentPort.postMessage('ready')
     })`,
    { eval: true },
  )
  const answer = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve))
  await answer()
  const control = new AbortController()
  const job = ended(large(path).promises.std({ signal: control.signal }))
  await new Promise((resolve) => setTimeout(resolve, 20))
  worker.postMessage('go')
  const times = (await answer()) as number[]
  control.abort()
  // Had the calls waited, the promise would have its result.
  t.is(await job, 'AbortError')
  await worker.terminate()
  const [, , middle] = times.toSorted((a, b) => a - b) as [number, number, number]
  t.true(middle < timeLimit(20), `${times.join()} ms`)
})

test.serial("promises leave the runtime's own pool of threads free", async (t) => {
  const path = hole(t, 1.5 * 2 ** 30)
  const control = new AbortController()
  const a = large(path)
  const jobs = Array.from({ length: 8 }, () => ended(a.promises.std({ signal: control.signal })))
  const start = performance.now()
  for (let i = 0; i < 5; i++) await fs.stat(path)
  const taken = performance.now() - start
  control.abort()
  t.deepEqual(new Set(await Promise.all(jobs)), new Set(['AbortError']))
  t.true(taken < timeLimit(500), `${taken} ms`)
})

test.serial('a promise that waits for its turn hears an abort, and close', async (t) => {
  const path = hole(t, 1.5 * 2 ** 30)
  const control = new AbortController()
  const busy = large(path)
  const jobs = Array.from({ length: 20 }, () => ended(busy.promises.std({ signal: control.signal })))
  const own = new AbortController()
  const waiting = ended(large(path).promises.std({ signal: own.signal }))
  const closing = large(path)
  const closed = closing.promises.std().then(
    () => 'done',
    (error: { code: string }) => error.code,
  )
  await new Promise((resolve) => setTimeout(resolve, 20))
  const start = performance.now()
  own.abort()
  closing.close()
  t.deepEqual([await waiting, await closed], ['AbortError', 'ERR_MEMMAP_CLOSED'])
  const taken = performance.now() - start
  control.abort()
  t.deepEqual(new Set(await Promise.all(jobs)), new Set(['AbortError']))
  t.true(taken < timeLimit(500), `${taken} ms`)
})

test.serial('a small promise does not wait for large ones to end', async (t) => {
  const path = hole(t, 1.5 * 2 ** 30)
  const control = new AbortController()
  const a = large(path)
  let running = 4
  const jobs = Array.from({ length: 4 }, () =>
    ended(a.promises.std({ signal: control.signal })).finally(() => running--),
  )
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.is(await zeros([1 << 20]).promises.sum(), 0)
  t.true(running > 0)
  control.abort()
  await Promise.all(jobs)
})

test.serial('a Worker that ends stops its promises and lets go of what they use', async (t) => {
  const path = hole(t, 1.5 * 2 ** 30)
  for (let round = 0; round < 3; round++) {
    const worker = new Worker(
      `import(${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}).then(({ memmap, zeros }) => {
         const a = memmap(${JSON.stringify(path)}, { mode: 'r', dtype: 'float64' })
         const b = zeros([1 << 24])
         for (let i = 0; i < 10; i++) (i % 2 ? a : b).promises.std()
         require('node:worker_threads').parentPort.postMessage('ready')
       })`,
      { eval: true },
    )
    await new Promise((resolve) => worker.once('message', resolve))
    const start = performance.now()
    await worker.terminate()
    t.true(performance.now() - start < timeLimit(1000))
  }
  t.is(zeros([1 << 20]).sum(), 0)
})
