// A Worker that reads a map until a read throws.
import { parentPort } from 'node:worker_threads'
import { args, memmap } from './common.mjs'

const a = memmap(args[0], { mode: 'r' })
parentPort.postMessage('ready')
try {
  for (let sum = 0; ;) for (let i = 0; i < a.size; i += 512) sum += a.get(i)
} catch (error) {
  parentPort.postMessage(error.code)
}
