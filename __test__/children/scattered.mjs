// Pages that cannot be loaded, far from each other. Afterwards V8 needs memory, and ends the process where it gets none.
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, readSync, truncateSync, writeFileSync } from 'node:fs'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { args, mappings, memmap, report, turn } from './common.mjs'

const PAGE = 4096
const BYTES = 2 ** 29
const codeOf = (work) => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error.code
  }
}

function file(path, bytes = BYTES) {
  writeFileSync(path, '')
  truncateSync(path, bytes)
  return path
}

function cut(path, mode = 'r', options = {}) {
  const a = memmap(file(path), { mode, ...options })
  const { data } = a
  truncateSync(path, 0)
  return { a, data }
}

/** Allocates as a program goes on to. */
function allocate() {
  const kept = []
  for (let i = 0; i < 400; i++)
    kept.push(
      new ArrayBuffer(1 << 22),
      Array.from({ length: 500 }, (_, j) => ({ j })),
    )
  return kept.length
}

const end = (a, sum = 0) => ({ sum, fault: a.fault, allocated: allocate(), areas: mappings() })

/** Numbers below `limit` that look random and are the same in each run. */
function* randoms(count, limit) {
  for (let i = 0, x = 1; i < count; i++) {
    x = (x * 48271) % 2147483647
    yield x % limit
  }
}

const SCENARIOS = {
  random(path) {
    const { a } = cut(path)
    let sum = 0
    for (const at of randoms(200_000, BYTES)) sum += a.data[at]
    return end(a, sum)
  },
  forwards(path, pages) {
    const { a, data } = cut(path)
    let sum = 0
    for (let i = 0; i < pages; i++) sum += data[i * 2 * PAGE]
    return end(a, sum)
  },
  backwards(path, pages) {
    const { a, data } = cut(path)
    let sum = 0
    for (let i = pages - 1; i >= 0; i--) sum += data[i * 2 * PAGE]
    return end(a, sum)
  },
  take(path, pages) {
    const { a } = cut(path)
    const indices = Array.from({ length: pages }, (_, i) => i * 2 * PAGE)
    return { code: codeOf(() => a.take(indices)), ...end(a) }
  },
  sum(path) {
    const { a } = cut(path)
    return { code: codeOf(() => a.index(`::${2 * PAGE}`).sum()), ...end(a) }
  },
  // A disk of 2 MB.
  stores(path, pages) {
    const a = memmap(path, { mode: 'w+', shape: [BYTES], sparse: true })
    const { data } = a
    for (let i = 0; i < pages; i++) data[i * 2 * PAGE] = 1
    const result = end(a)
    const code = codeOf(() => a.close())
    const bytes = Buffer.alloc(1)
    const fd = openSync(path)
    let stored = 0
    for (let i = 0; i < pages; i++) {
      readSync(fd, bytes, 0, 1, i * 2 * PAGE)
      stored += bytes[0]
    }
    closeSync(fd)
    return { ...result, code, stored }
  },
  many_mappings(path, count) {
    const all = Array.from({ length: count }, () => memmap(path, { mode: 'r' }))
    const views = all.map((a) => a.data)
    return many(path, all, views)
  },
  // Each of them has so few faults that it alone would not be noticed.
  few_each(path, count) {
    file(path, 64 * PAGE)
    const all = Array.from({ length: count }, (_, i) =>
      memmap(path, { mode: 'r', offset: (i % 2) * PAGE, shape: 62 * PAGE }),
    )
    const views = all.map((a) => a.data)
    truncateSync(path, 0)
    let sum = 0
    for (const view of views) for (let at = 0; at < view.length; at += 16 * PAGE) sum += view[at]
    return { faults: all.filter(({ fault }) => fault === 'ERR_MEMMAP_TRUNCATED').length, ...end(all[0], sum) }
  },
  // The rest of a file that was cut stays the file.
  head(path) {
    const a = memmap(file(path, 2 ** 26), { mode: 'r+' })
    const { data } = a
    data[5] = 7
    truncateSync(path, 2 ** 25)
    let sum = 0
    for (let at = 2 ** 25; at < data.length; at += 2 * PAGE) sum += data[at]
    data[2 ** 25 - 1] = 9
    const bytes = readFileSync(path)
    return { ...end(a, sum), seen: [data[5], data[2 ** 25 - 1]], file: [bytes.length, bytes[5], bytes.at(-1)] }
  },
  // Stores make pages writable one by one where no private memory may be had.
  lazy(path, how, count) {
    file(path, 2 ** 32)
    const used = Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024
    spawnSync('prlimit', ['--pid', String(process.pid), `--data=${used + 2 ** 31 + 2 ** 30}`])
    const a = memmap(path, { mode: 'c' })
    const { data } = a
    const places =
      how === 'random' ? [...randoms(count, 2 ** 31 - 1)] : Array.from({ length: count }, (_, i) => i * 2 * PAGE)
    for (const at of places) data[at] = 5
    const right = places.filter((at) => data[at] === 5).length
    const { fault } = a
    return {
      fault,
      right,
      code: codeOf(() => a.get(0)),
      closed: codeOf(() => a.close()),
      allocated: allocate(),
      areas: mappings(),
    }
  },
  async workers(path) {
    const { a } = cut(path, 'r', { shared: true })
    const { buffer } = a.data
    const all = [1, 2, 3].map(
      (seed) => new Worker(new URL(import.meta.url), { workerData: { buffer, seed }, argv: [] }),
    )
    const ends = await Promise.all(all.map((one) => new Promise((resolve) => one.on('exit', resolve))))
    return { ends, ...end(a) }
  },
}

async function many(path, all, views) {
  truncateSync(path, 0)
  let sum = 0
  // In turn, so that all of them are under way at once.
  for (let i = 0; i < 300; i++) for (const view of views) sum += view[i * 2 * PAGE]
  await turn()
  return { faults: all.filter(({ fault }) => fault === 'ERR_MEMMAP_TRUNCATED').length, ...end(all[0], sum) }
}

if (isMainThread) {
  const [scenario, path, ...rest] = args
  if (scenario === 'many_mappings') file(path, 2 ** 22)
  report(await SCENARIOS[scenario](path, ...rest))
} else {
  const bytes = new Uint8Array(workerData.buffer)
  let sum = 0
  for (let i = 0, x = workerData.seed; i < 20_000; i++) {
    x = (x * 48271) % 2147483647
    sum += bytes[x % bytes.length]
  }
  process.exitCode = sum
}
