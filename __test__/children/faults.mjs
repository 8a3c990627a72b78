// One scenario in which a page cannot be loaded. The test checks the end of the process and its report.
import { createHash, randomFill } from 'node:crypto'
import { readFileSync, truncateSync, writeFileSync, writeSync, openSync, closeSync } from 'node:fs'
import { inspect, promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { gzip } from 'node:zlib'
import { args, memmap, report, turn } from './common.mjs'

const [scenario, path] = args
const BYTES = 1 << 22
const warnings = []
process.on('warning', ({ name, code }) => warnings.push([name, code]))

const codeOf = (work) => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error.code
  }
}

function fresh(mode = 'r+') {
  writeFileSync(path, Buffer.alloc(BYTES, 1))
  return memmap(path, { mode })
}

/** The result of every use of an array once it has a fault. */
function everyUse(a) {
  return {
    fault: a.fault,
    get: codeOf(() => a.get(0)),
    sum: codeOf(() => a.sum()),
    flush: codeOf(() => a.flush()),
    shown: inspect(a),
    close: codeOf(() => a.close()),
    closed: a.closed,
    after: a.fault,
  }
}

const SCENARIOS = {
  get() {
    const a = fresh('r')
    truncateSync(path, 4096)
    const first = a.get(100)
    let error
    let sum = 0
    try {
      // Summed, so that the compiler does not drop the loads.
      for (let i = 0; i < BYTES; i++) sum += a.get(i)
    } catch (caught) {
      error = caught
    }
    return {
      first,
      some: sum > 0,
      code: error.code,
      path: error.path,
      expected: error.expected,
      actual: error.actual,
      uses: everyUse(a),
    }
  },
  set() {
    const a = fresh()
    a.set(5, 77)
    truncateSync(path, 4096)
    const code = codeOf(() => a.set(BYTES - 1, 1))
    return { code, kept: readFileSync(path)[5], uses: everyUse(a) }
  },
  data() {
    const a = fresh()
    const { data } = a
    truncateSync(path, 0)
    const sum = data.reduce((total, byte) => total + byte, 0)
    data.fill(3)
    return { sum, size: readFileSync(path).length, uses: everyUse(a) }
  },
  every_mode() {
    return ['r', 'c', 'r+'].map((mode) => {
      const a = fresh(mode)
      truncateSync(path, 0)
      const { data } = a
      data[BYTES - 1]++
      return a.fault
    })
  },
  inside_a_page() {
    const a = fresh('r')
    truncateSync(path, BYTES - 100)
    // The rest of the page reads zeros, and nothing faults.
    const last = a.get(BYTES - 1)
    return { last, fault: a.fault, sum: codeOf(() => a.sum()) }
  },
  async threads() {
    const a = fresh('r')
    truncateSync(path, 8192)
    const { data } = a
    const packed = await promisify(gzip)(data).then(
      (out) => out.length,
      (error) => error.code,
    )
    const hash = createHash('sha256').update(data).digest('hex').length
    const filled = await promisify(randomFill)(data.subarray(0, 4096)).then(
      () => 'filled',
      (error) => error.code,
    )
    const out = openSync(`${path}.out`, 'w')
    const written = codeOf(() => writeSync(out, data))
    closeSync(out)
    return { packed: typeof packed, hash, filled, written, fault: a.fault }
  },
  async worker() {
    fresh('r').close()
    const worker = new Worker(new URL('reader.mjs', import.meta.url), { argv: [JSON.stringify(path)] })
    const outcome = new Promise((resolve) => worker.on('message', (message) => message !== 'ready' && resolve(message)))
    await new Promise((resolve) => worker.once('message', resolve))
    truncateSync(path, 0)
    const code = await outcome
    await worker.terminate()
    return { code }
  },
  async warning() {
    const a = fresh('r')
    truncateSync(path, 0)
    const { data } = a
    let sum = 0
    for (let i = 0; i < BYTES; i += 1000) sum += data[i]
    for (let round = 0; round < 100 && warnings.length === 0; round++) await turn(10)
    await turn(50)
    return sum === 0 ? warnings : sum
  },
  many() {
    writeFileSync(path, Buffer.alloc(BYTES, 1))
    const all = Array.from({ length: 500 }, () => memmap(path, { mode: 'r' }))
    truncateSync(path, 0)
    const codes = all.map((a, index) => (index % 3 === 0 ? codeOf(() => a.get(index * 4096)) : 'not read'))
    const good = all.filter((a) => a.fault === null).length
    for (const a of all) codeOf(() => a.close())
    return {
      faults: codes.filter((code) => code === 'ERR_MEMMAP_TRUNCATED').length,
      good,
      open: all.filter((a) => !a.closed).length,
    }
  },
  grown_again() {
    const a = fresh('r')
    truncateSync(path, 0)
    codeOf(() => a.get(BYTES - 1))
    truncateSync(path, BYTES)
    // Zeros were seen, so it stays marked until it is opened again.
    const marked = codeOf(() => a.get(0))
    codeOf(() => a.close())
    const b = memmap(path, { mode: 'r' })
    return { marked, again: b.get(BYTES - 1), fault: b.fault }
  },
  sent_signal() {
    memmap(path, { mode: 'w+', shape: 10 })
    process.kill(process.pid, 'SIGBUS')
    return new Promise(() => setTimeout(() => {}, 5000))
  },
}

report(await SCENARIOS[scenario]())
