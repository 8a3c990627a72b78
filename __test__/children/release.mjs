// One scenario in which a map is closed or dropped while something else still holds it.
import { randomFill } from 'node:crypto'
import fs from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { deflate } from 'node:zlib'
import { args, collect, collectClosed, mappings, memmap, native, report, turn } from './common.mjs'

const [scenario, path] = args
const BYTES = 1 << 22

const codeOf = (work) => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error.code ?? error.name
  }
}

function fresh(mode = 'r+', bytes = BYTES) {
  fs.writeFileSync(path, Buffer.alloc(bytes, 1))
  return memmap(path, { mode })
}

/** The end of each Worker. Listens from the start, because the last message and the end may come in one turn, before an `await` continues. */
const ends = new WeakMap()

function workerWith(task) {
  const worker = new Worker(new URL('holder.mjs', import.meta.url), {
    argv: [JSON.stringify(path), JSON.stringify(task)],
  })
  ends.set(worker, new Promise((resolve) => worker.once('exit', resolve)))
  return worker
}

const fill = (a) => promisify(randomFill)(a.data).then(() => {})
const ended = (worker) => ends.get(worker)
const message = (worker) => new Promise((resolve) => worker.once('message', resolve))

const SCENARIOS = {
  async randomFill() {
    const a = memmap(path, { mode: 'w+', shape: 1 << 28, sparse: true })
    // In a function of its own, so that no local keeps the typed array.
    const filled = fill(a)
    await turn(5)
    a.close()
    const mapped = mappings(path)
    fs.rmSync(path)
    // Mapped next, perhaps at the same address: the old work must not write to it.
    const b = memmap(path, { mode: 'w+', shape: 1 << 28, sparse: true })
    await filled
    const clean = !b.any()
    b.close()
    return { mapped, clean, waiting: await collectClosed() }
  },
  async zlib() {
    const a = fresh('r', 1 << 26)
    // Thrown by a callback of Node, where nothing can catch it.
    const uncaught = new Promise((resolve) => process.once('uncaughtException', (error) => resolve(error.name)))
    const packed = promisify(deflate)(a.data).then(
      () => 'packed',
      (error) => error.name,
    )
    await turn(2)
    a.close()
    return { mapped: mappings(path), outcome: await Promise.race([packed, uncaught]) }
  },
  async fileWork() {
    const a = fresh('r+', 1 << 26)
    const out = await fs.promises.open(`${path}.out`, 'w+')
    const written = out.write(a.data).then(
      ({ bytesWritten }) => bytesWritten,
      (error) => error.code,
    )
    const source = await fs.promises.open('/dev/zero')
    const read = source.read(a.data).then(
      ({ bytesRead }) => bytesRead,
      (error) => error.code,
    )
    a.close()
    const outcome = { mapped: mappings(path), written: typeof (await written), read: typeof (await read) }
    await out.close()
    await source.close()
    return outcome
  },
  async promises() {
    const a = fresh('r', 1 << 26)
    const sum = a.promises.sum().then(
      () => 'none',
      (error) => error.code,
    )
    a.close()
    return { mapped: mappings(path), sum: await sum }
  },
  async transfer() {
    const a = fresh()
    const view = a.slice(10)
    const moved = new Uint8Array(a.data.buffer.transfer())
    a.set(0, 42)
    const seen = {
      get: a.get(0),
      moved: moved[0],
      view: view.get(0),
      data: codeOf(() => a.data),
      mapped: mappings(path),
    }
    a.close()
    // The file is let go, and whoever has the memory reads zeros.
    const after = { mapped: mappings(path), moved: moved[0], length: moved.length }
    return { seen, after, waiting: native.waitingBuffers() }
  },
  async transferAndForget() {
    let moved = new Uint8Array(fresh().data.buffer.transfer())
    await collect()
    const held = { mapped: mappings(path), byte: moved[5] }
    moved = null
    await collect()
    await collect()
    return { held, mapped: mappings(path) }
  },
  async clones() {
    const a = fresh()
    const copy = structuredClone(a.data)
    const small = structuredClone(a.slice(0, 10).data.slice())
    const array = codeOf(() => structuredClone(a))
    const worker = workerWith('nothing')
    await message(worker)
    const posted = codeOf(() => worker.postMessage(a))
    const moved = codeOf(() => worker.postMessage(a.data, [a.data.buffer]))
    a.close()
    worker.terminate()
    await ended(worker)
    return { mapped: mappings(path), copy: copy[7], small: small.length, array, posted, moved }
  },
  async workerGivesAway() {
    fresh().close()
    const worker = workerWith('give away')
    const given = await message(worker)
    await ended(worker)
    await collect()
    const bytes = new Uint8Array(given)
    let sum = 0
    for (let i = 0; i < bytes.length; i += 4096) sum += bytes[i]
    return { length: bytes.length, sum }
  },
  async workerGivesAwayClosed() {
    fresh().close()
    const worker = workerWith('give away closed')
    const given = await message(worker)
    await ended(worker)
    await collect()
    return { mapped: mappings(path), byte: new Uint8Array(given)[3] }
  },
  async workersEnd() {
    fresh().close()
    const mapped = {}
    for (const task of ['open', 'data', 'element', 'closed', 'at work']) {
      for (const how of ['exit', 'terminate']) {
        const worker = workerWith(task)
        await message(worker)
        if (how === 'exit') worker.postMessage('end')
        else worker.terminate()
        await ended(worker)
        await turn(20)
        mapped[`${task}, ${how}`] = mappings(path)
      }
    }
    return mapped
  },
  async views() {
    const a = fresh()
    const others = { list: [a.slice(1), a.T, a.view('int32')], map: new Map([[a.data, a.bytes]]) }
    const weak = new WeakRef(a.slice(5))
    a.close()
    const lengths = [...others.map.keys(), ...others.map.values()].map((one) => one.length)
    return {
      mapped: mappings(path),
      lengths,
      codes: others.list.map((view) => codeOf(() => view.get(0))),
      weak: weak.deref()?.closed ?? true,
    }
  },
  async finalizer() {
    let closed = 0
    const registry = new FinalizationRegistry((a) => {
      a.close()
      closed++
    })
    for (let round = 0; round < 1000; round++) {
      const a = memmap(path, { mode: 'w+', shape: 4096 })
      a.data[0] = round
      registry.register({}, a)
    }
    for (let round = 0; round < 50; round++) {
      await collect()
      if (closed === 1000) break
    }
    return { closed, mapped: mappings(path) }
  },
  twice() {
    const a = fresh()
    a.data[0] = 2
    a.close()
    a.close()
    return { mapped: mappings(path), again: codeOf(() => a.close()) }
  },
  exitWithOpen() {
    const a = fresh()
    a.set(0, 5)
    a.data[1] = 6
    promisify(randomFill)(a.data.subarray(4096))
    process.on('exit', () => report({ open: a.get(0) }))
    process.exit(0)
  },
}

const outcome = await SCENARIOS[scenario]()
if (outcome !== undefined) report(outcome)
