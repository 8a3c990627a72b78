import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { child } from './support/child.js'
import { folder } from './support/files.js'
import { linux } from './support/platform.js'

const transferring = process.platform === 'linux' && 'transfer' in ArrayBuffer.prototype ? test : test.skip

function scenario(t: ExecutionContext, name: string): never {
  const { status, signal, report, output } = child('release', [name, join(folder(t), 'data.bin')])
  t.is(signal, null, output)
  t.is(status, 0, output)
  return report
}

linux('close() during crypto.randomFill: the file is free at once, and no later map is written into', (t) => {
  t.deepEqual(scenario(t, 'randomFill'), { mapped: 0, clean: true, waiting: 0 })
})

// On Node 20, zlib looks at its detached input again and ends in an assertion of Node's own.
transferring('close() during zlib: an error of its own', (t) => {
  const { mapped, outcome }: { mapped: number; outcome: string } = scenario(t, 'zlib')
  t.is(mapped, 0)
  t.true(['packed', 'RangeError'].includes(outcome), outcome)
})

linux('close() during fs reads and writes', (t) => {
  t.like(scenario(t, 'fileWork'), { mapped: 0 })
})

transferring('after transfer() get and set go on, data throws, and close() lets go of the file', (t) => {
  const { seen, after }: Record<string, Record<string, unknown>> = scenario(t, 'transfer')
  t.like(seen, { get: 42, moved: 42, view: 1, data: 'ERR_MEMMAP_NOT_VIEWABLE', mapped: 1 })
  t.like(after, { mapped: 0, moved: 0, length: 1 << 22 })
})

transferring(
  'a buffer that was moved away keeps the file after the array is forgotten, and frees it when it goes',
  (t) => {
    t.deepEqual(scenario(t, 'transferAndForget'), { held: { mapped: 1, byte: 1 }, mapped: 0 })
  },
)

linux('structuredClone and postMessage: of elements a copy, of an array a helpful error', (t) => {
  const result: Record<string, unknown> = scenario(t, 'clones')
  t.like(result, { mapped: 0, copy: 1, small: 10, array: 'ERR_MEMMAP_UNSUPPORTED', posted: 'ERR_MEMMAP_UNSUPPORTED' })
  // Node 20 copies without a word; later versions refuse.
  t.true(['none', 25, 'DataCloneError'].includes(result['moved'] as string), String(result['moved']))
})

transferring('a Worker that gives its buffer to the main thread and ends', (t) => {
  t.deepEqual(scenario(t, 'workerGivesAway'), { length: 1 << 22, sum: 1024 })
})

transferring('the same after close(): the file is free, and the other thread reads zeros', (t) => {
  t.deepEqual(scenario(t, 'workerGivesAwayClosed'), { mapped: 0, byte: 0 })
})

linux('Workers that end, or are terminated, with maps open, in use and closed', (t) => {
  const mapped: Record<string, number> = scenario(t, 'workersEnd')
  t.deepEqual(
    Object.entries(mapped).filter(([, count]) => count > 0),
    [],
  )
})

linux('close() with views in lists, maps and weak references', (t) => {
  t.deepEqual(scenario(t, 'views'), {
    mapped: 0,
    lengths: [0, 0],
    codes: ['ERR_MEMMAP_CLOSED', 'ERR_MEMMAP_CLOSED', 'ERR_MEMMAP_CLOSED'],
    weak: true,
  })
})

linux('close() in a finalizer', (t) => {
  t.deepEqual(scenario(t, 'finalizer'), { closed: 1000, mapped: 0 })
})

linux('close() twice', (t) => {
  t.deepEqual(scenario(t, 'twice'), { mapped: 0, again: 'none' })
})

linux('the process exits with maps open and work under way; what was stored is in the file', (t) => {
  const path = join(folder(t), 'data.bin')
  const { status, report, output } = child('release', ['exitWithOpen', path])
  t.is(status, 0, output)
  t.deepEqual(report, { open: 5 })
  t.deepEqual([...readFileSync(path).subarray(0, 3)], [5, 6, 1])
})
