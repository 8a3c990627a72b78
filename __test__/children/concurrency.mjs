// Threads or processes that open, grow and truncate one file at once.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, truncateSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { args, memmap, node, report } from './common.mjs'

const [scenario, path, seed = 1] = isMainThread ? args : ['thread', workerData.path, workerData.seed]
const ROUNDS = 300
const EXPECTED = ['ERR_MEMMAP_TRUNCATED', 'ERR_MEMMAP_SIZE', 'ERR_MEMMAP_EMPTY', 'ERR_MEMMAP_OFFSET', 'EIO']

function randomNumbers(from) {
  let state = from * 2654435761
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % below
  }
}

/** Opens, grows and stores; every error has the code of what another did. */
function work(grow) {
  const random = randomNumbers(seed)
  const codes = {}
  let most = 0
  for (let round = 0; round < ROUNDS; round++) {
    const shape = 1 + random(200_000)
    try {
      const mode = grow ? 'r+' : ['r', 'r+', 'c', 'w+'][random(4)]
      const a = memmap(path, mode === 'r' || mode === 'c' ? { mode } : { mode, shape })
      if (mode === 'r+') most = Math.max(most, shape)
      try {
        if (mode !== 'r') a.set(-1, seed)
        a.sum()
        if (!grow && random(10) === 0) truncateSync(path, random(200_000))
        a.flush()
      } finally {
        a.close()
      }
    } catch (error) {
      codes[error.code] = (codes[error.code] ?? 0) + 1
    }
  }
  return { most, odd: Object.keys(codes).filter((code) => !EXPECTED.includes(code)) }
}

/** Runs it in several places at once, each with its own seed. */
async function threads(grow) {
  writeFileSync(path, 'x')
  const workers = [1, 2, 3, 4].map(
    (one) => new Worker(new URL(import.meta.url), { workerData: { path, seed: one, grow } }),
  )
  const done = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]))
  return summary(done)
}

async function processes(grow) {
  writeFileSync(path, 'x')
  const done = await Promise.all(
    [1, 2, 3].map(async (one) => {
      const script = fileURLToPath(import.meta.url)
      const child = spawn(node[0], [
        ...node.slice(1),
        script,
        JSON.stringify(grow ? 'grow' : 'anything'),
        JSON.stringify(path),
        one,
      ])
      let text = ''
      child.stdout.on('data', (piece) => (text += piece))
      const [status, signal] = await once(child, 'close')
      return status === 0 ? JSON.parse(text.replace('REPORT ', '')) : { most: 0, odd: [signal ?? status] }
    }),
  )
  return summary(done)
}

function summary(done) {
  return {
    odd: done.flatMap(({ odd }) => odd),
    most: Math.max(...done.map(({ most }) => most)),
    size: statSync(path).size,
  }
}

/** Reads a map while another recreates the file at the same size. */
async function remade() {
  writeFileSync(path, Buffer.alloc(1 << 20, 7))
  const reader = new Worker(new URL(import.meta.url), { workerData: { path, read: true } })
  await once(reader, 'message')
  for (let round = 0; round < 2000; round++) memmap(path, { mode: 'w+', shape: 1 << 20 }).close()
  reader.postMessage('enough')
  const [fault] = await once(reader, 'message')
  return { fault }
}

function readOn() {
  const a = memmap(path, { mode: 'r' })
  const { data } = a
  parentPort.postMessage('ready')
  let sum = 0
  const look = () => {
    for (let round = 0; round < 200; round++) for (let at = 0; at < data.length; at += 4096) sum += data[at]
    setImmediate(look)
  }
  parentPort.once('message', () => {
    parentPort.postMessage(a.fault)
    process.exit(sum < 0 ? 1 : 0)
  })
  look()
}

const SCENARIOS = {
  remade,
  grow: () => work(true),
  anything: () => work(false),
  threadsGrow: () => threads(true),
  threadsAnything: () => threads(false),
  processesGrow: () => processes(true),
  processesAnything: () => processes(false),
  /** The file is recreated while it is mapped here. */
  overMapped() {
    writeFileSync(path, Buffer.alloc(16384, 7))
    const old = memmap(path, { mode: 'r+' })
    const same = memmap(path, { mode: 'w+', shape: 16384 })
    const seen = [old.get(0), old.get(16383)]
    same.set(5, 3)
    const together = old.get(5)
    const smaller = memmap(path, { mode: 'w+', shape: 4096 })
    const within = old.get(4095)
    let beyond
    try {
      old.get(16383)
    } catch (error) {
      beyond = error.code
    }
    smaller.close()
    return { seen, together, within, beyond, size: statSync(path).size }
  },
}

if (isMainThread) report(await SCENARIOS[scenario]())
else if (workerData.read) readOn()
else parentPort.postMessage(work(workerData.grow))
