// Takes steps in order: opens by two copies of the package, handlers of others, listeners, and at last a signal.
import { truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { args, report } from './common.mjs'
import * as A from '../../dist/index.js'

const [folder, steps] = args
const require = createRequire(import.meta.url)
const B = steps.some((step) => step.endsWith('B')) ? await import(pathToFileURL(`${folder}/copy/dist/index.js`)) : null
const addon = (mode) => require(`${folder}/addon-${mode}.node`)
const listener = (signal) => heard.push(signal)
const heard = []
const results = []
let files = 0

function open(copy, bytes = 1 << 16) {
  const path = `${folder}/${files++}.bin`
  writeFileSync(path, Buffer.alloc(1 << 16, 1))
  truncateSync(path, bytes)
  const a = copy.memmap(path, { mode: 'r' })
  return { path, a, data: a.data }
}

const opened = { A: [], B: [] }

/** Reads a page that is gone, by the oldest or the newest mapping. */
function cut(which, at) {
  const { path, a, data } = opened[which].at(at)
  truncateSync(path, 0)
  results.push(data[1 << 15], a.fault)
}

/** A load out of bounds: `(module (memory 1) (func (export "f") (result i32) (i32.load (i32.const 0x7fffffff))))`. */
const trap = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 102, 0, 0, 10, 13, 1, 11,
  0, 65, 255, 255, 255, 255, 7, 40, 2, 0, 11,
])

async function worker(code) {
  const one = new Worker(code, {
    eval: true,
    workerData: { folder, library: new URL('../../dist/index.js', import.meta.url).href },
  })
  await new Promise((resolve, reject) => one.on('exit', resolve).on('error', reject))
}

const STEPS = {
  A: () => opened.A.push(open(A)),
  B: () => opened.B.push(open(B)),
  // Under a limit of memory, where pages of such a size become writable late and SIGSEGV has a handler.
  largeA: () => opened.A.push(open(A, 2 ** 32)),
  largeB: () => opened.B.push(open(B, 2 ** 32)),
  storeA: () => results.push((opened.A.at(-1).data[2 ** 31] = 7)),
  storeB: () => results.push((opened.B.at(-1).data[2 ** 31] = 7)),
  addon: (mode) => addon(mode),
  report: () => report(results),
  on: (signal) => process.on(signal, listener),
  off: (signal) => process.off(signal, listener),
  cutA: () => cut('A', -1),
  cutB: () => cut('B', -1),
  cutOldA: () => cut('A', 0),
  cutOldB: () => cut('B', 0),
  kill: async (signal) => {
    process.kill(process.pid, signal)
    for (let round = 0; round < 100 && heard.length === 0; round++)
      await new Promise((resolve) => setTimeout(resolve, 10))
    results.push(...heard)
  },
  fault: (kind) => addon('-')[kind](),
  trap: () => {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(trap))
    for (let i = 0; i < 100; i++) {
      try {
        exports.f()
      } catch (error) {
        if (i === 99) results.push(error.constructor.name)
      }
    }
  },
  worker: () =>
    worker(`const { workerData } = require('node:worker_threads'); const fs = require('node:fs')
      import(workerData.library).then(({ memmap }) => {
        const path = workerData.folder + '/worker.bin'
        fs.writeFileSync(path, Buffer.alloc(8192)); memmap(path, { mode: 'r' }).data
      })`),
}

for (const step of steps) {
  const [name, argument] = step.split(' ')
  await STEPS[name](argument)
}
if (!steps.includes('report')) report(results)
