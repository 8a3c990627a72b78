/**
 * Soak test: random modes, views, typed arrays, transfers, Workers, faults, native work and dropped references at once. Fails if
 * memory, mappings or descriptors grow.
 *
 *   node --expose-gc bench/soak.mjs --seconds 60      by time
 *   node --expose-gc bench/soak.mjs --rounds 1000000  by rounds
 */
import { randomFill } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { memmap } from 'memmap'

const BYTES = 64 * 1024
const ROW = new Float32Array(64)

if (isMainThread) await soak()
else work()

async function soak() {
  const { values } = parseArgs({
    options: { seconds: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } },
  })
  const most = Number(values.rounds ?? Infinity)
  const until = performance.now() + 1000 * Number(values.seconds ?? (values.rounds ? Infinity : 30))
  const seed = Number(values.seed ?? Date.now() % 1_000_000)
  console.log(`seed ${seed}`)
  process.removeAllListeners('warning')
  const folder = mkdtempSync(join(tmpdir(), 'memmap-soak-'))
  const files = Array.from({ length: 4 }, (_, index) => join(folder, `${index}.bin`))
  for (const file of files) writeFileSync(file, Buffer.alloc(BYTES, 1))
  const random = randomNumbers(seed)
  const kept = []
  const counts = {}
  let first = null
  let round = 0
  while (round < most && performance.now() < until) {
    for (let i = 0; i < 2000 && round < most; i++, round++) {
      const name = act(random, files, kept)
      counts[name] = (counts[name] ?? 0) + 1
    }
    if (random() < 0.02) await runWorker(files[0])
    await new Promise((resolve) => setImmediate(resolve))
    if (round % 50_000 === 0) {
      for (let i = 0; i < 3; i++) {
        globalThis.gc()
        await new Promise((resolve) => setTimeout(resolve))
      }
      const now = usage()
      // The first rounds fill caches and compile code.
      if (round >= 100_000) first ??= now
      console.log(
        `${String(round).padStart(9)} rounds  ${now.mappings} mappings  ${now.descriptors} descriptors  ${(now.memory / 2 ** 20).toFixed(1)} MiB`,
      )
    }
  }
  for (const array of kept) quietly(() => array.close())
  rmSync(folder, { recursive: true, force: true })
  console.log(counts)
  const last = usage()
  if (first === null) return
  const grown =
    last.mappings > first.mappings + 500 ||
    last.descriptors > first.descriptors + 5 ||
    last.memory > first.memory + 2 ** 26
  console.log(grown ? 'GROWN' : 'flat')
  process.exitCode = grown ? 1 : 0
}

/** Runs one random use and returns its name. */
function act(random, files, kept) {
  const file = files[Math.floor(random() * files.length)]
  const mode = ['r', 'r+', 'c'][Math.floor(random() * 3)]
  const array = quietly(() => memmap(file, { mode, dtype: 'int32' }))
  if (array === undefined) return 'refused'
  const uses = {
    nothing: () => {},
    element: () => array.get(Math.floor(random() * array.size)),
    data: () => array.data[0],
    views: () => array.slice(1, -1).T.index('::-1').sum(),
    set: () => mode !== 'r' && array.set(0, round32(random())),
    flush: () => array.flush(),
    nearest: () => array.reshape([-1, 64]).nearest(ROW, { metric: 'dot' }),
    // The array may be closed before the search ends.
    'promises.nearest': () =>
      void array
        .reshape([-1, 64])
        .promises.nearest(ROW)
        .catch(() => {}),
    transfer: () => ArrayBuffer.prototype.transfer && new Uint8Array(array.data.buffer.transfer()).length,
    pool: () => random() < 0.05 && randomFill(array.data.subarray(0, 1024), () => {}),
    cut: () => {
      if (random() > 0.02) return
      truncateSync(file, 0)
      quietly(() => array.get(array.size - 1))
      writeFileSync(file, Buffer.alloc(BYTES, 1))
    },
    keep: () => kept.push(array),
  }
  const names = Object.keys(uses)
  const name = names[Math.floor(random() * names.length)]
  quietly(uses[name])
  if (kept.length > 500) for (const one of kept.splice(0, 250)) quietly(() => one.close())
  // Half are closed, half dropped.
  if (name !== 'keep' && random() < 0.5) quietly(() => array.close())
  return name
}

async function runWorker(file) {
  const worker = new Worker(new URL(import.meta.url), { workerData: file, execArgv: [] })
  await new Promise((resolve) => worker.once('message', resolve))
  await worker.terminate()
}

function work() {
  const a = memmap(workerData)
  const b = memmap(workerData, { mode: 'r' })
  globalThis.kept = [a, a.data, b.get(0)]
  parentPort.postMessage('ready')
  setInterval(() => a.get(1), 1)
}

function usage() {
  const mappings = readFileSync('/proc/self/maps', 'utf8').split('\n').length
  return { mappings, descriptors: readdirSync('/proc/self/fd').length, memory: process.memoryUsage.rss() }
}

function quietly(work) {
  try {
    return work()
  } catch (error) {
    if (error?.code === undefined) throw error
    return undefined
  }
}

function round32(value) {
  return Math.floor(value * 2 ** 31)
}

/** Random numbers from 0 to 1 from a seed: mulberry32. */
function randomNumbers(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
