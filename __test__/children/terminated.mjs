/** Terminates Workers while they make results of every size, one after another, with results of its own meanwhile. */
import { Worker, isMainThread } from 'node:worker_threads'
import { turn, zeros } from './common.mjs'

const arrays = [10, 1000, 20_000, 300_000].map((size) => zeros(size, { dtype: 'float32' }))
const work = () => {
  for (const a of arrays) for (let i = 0; i < 20; i++) a.astype(i % 2 === 0 ? 'float64' : 'float32').copy()
}
if (isMainThread) {
  for (let round = 0; round < 15; round++) {
    const worker = new Worker(new URL(import.meta.url))
    work()
    await turn(50 + 7 * round)
    work()
    await worker.terminate()
  }
} else for (;;) work()
