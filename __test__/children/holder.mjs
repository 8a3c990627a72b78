// A Worker that holds a map, and ends on request.
import { randomFill } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { args, memmap } from './common.mjs'

const [path, task] = args
const TASKS = {
  nothing() {},
  open() {
    globalThis.kept = memmap(path)
  },
  data() {
    const a = memmap(path)
    globalThis.kept = [a, a.data, a.slice(3).data]
  },
  element() {
    const a = memmap(path)
    globalThis.kept = [a, a.get(1)]
  },
  closed() {
    const a = memmap(path)
    globalThis.kept = [a, a.data]
    a.close()
  },
  'at work'() {
    const a = memmap(path)
    globalThis.kept = a
    randomFill(a.data, () => {})
  },
  'give away'() {
    const moved = memmap(path).data.buffer.transfer()
    parentPort.postMessage(moved, [moved])
    return true
  },
  'give away closed'() {
    const a = memmap(path)
    const moved = a.data.buffer.transfer()
    a.close()
    parentPort.postMessage(moved, [moved])
    return true
  },
}

if (!TASKS[task]()) {
  parentPort.postMessage('ready')
  parentPort.once('message', () => parentPort.close())
}
