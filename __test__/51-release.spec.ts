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

linux('close() during crypto.randomFill releases the file at once, and no later map is written to', (t) => {
  t.deepEqual(scenario(t, 'randomFill'), { mapped: 0, clean: true, waiting: 0 })
})

// Not on Node 20, where zlib reads its detached input again and fails an assertion of Node.
transferring('close() during zlib gives its result or a RangeError', (t) => {
  const { mapped, outcome }: { mapped: number; outcome: string } = scenario(t, 'zlib')
  t.is(mapped, 0)
  t.true(['packed', 'RangeError'].includes(outcome), outcome)
})

linux('close() during fs reads and writes releases the file', (t) => {
  t.like(scenario(t, 'fileWork'), { mapped: 0 })
})

transferring('after transfer() get and set work, data throws, and close() releases the file', (t) => {
  const { seen, after }: Record<string, Record<string, unknown>> = scenario(t, 'transfer')
  t.like(seen, { get: 42, moved: 42, view: 1, data: 'ERR_MEMMAP_NOT_VIEWABLE', mapped: 1 })
  t.like(after, { mapped: 0, moved: 0, length: 1 << 22 })
})

transferring(
  'a transferred buffer keeps the file mapped after the array is collected, until it is collected itself',
  (t) => {
    t.deepEqual(scenario(t, 'transferAndForget'), { held: { mapped: 1, byte: 1 }, mapped: 0 })
  },
)

linux('structuredClone and postMessage copy elements, and throw a DataCloneError for an array', (t) => {
  const result: Record<string, unknown> = scenario(t, 'clones')
  t.like(result, { mapped: 0, copy: 1, small: 10, array: 25, posted: 25 })
  // Node 20 copies silently; later versions throw.
  t.true(['none', 25, 'DataCloneError'].includes(result['moved'] as string), String(result['moved']))
})

transferring('a buffer of a Worker that ended stays readable in the main thread', (t) => {
  t.deepEqual(scenario(t, 'workerGivesAway'), { length: 1 << 22, sum: 1024 })
})

transferring('a buffer of a Worker that closed its array and ended reads zeros, and the file is released', (t) => {
  t.deepEqual(scenario(t, 'workerGivesAwayClosed'), { mapped: 0, byte: 0 })
})

linux('Workers may end or be terminated with maps open, in use and closed', (t) => {
  const mapped: Record<string, number> = scenario(t, 'workersEnd')
  t.deepEqual(
    Object.entries(mapped).filter(([, count]) => count > 0),
    [],
  )
})

linux('close() ends views in lists, maps and weak references', (t) => {
  t.deepEqual(scenario(t, 'views'), {
    mapped: 0,
    lengths: [0, 0],
    codes: ['ERR_MEMMAP_CLOSED', 'ERR_MEMMAP_CLOSED', 'ERR_MEMMAP_CLOSED'],
    weak: true,
  })
})

linux('close() works in a finalizer', (t) => {
  t.deepEqual(scenario(t, 'finalizer'), { closed: 1000, mapped: 0 })
})

linux('close() twice does nothing the second time', (t) => {
  t.deepEqual(scenario(t, 'twice'), { mapped: 0, again: 'none' })
})

linux('stores are in the file after the process exits with maps open and work under way', (t) => {
  const path = join(folder(t), 'data.bin')
  const { status, report, output } = child('release', ['exitWithOpen', path])
  t.is(status, 0, output)
  t.deepEqual(report, { open: 5 })
  t.deepEqual([...readFileSync(path).subarray(0, 3)], [5, 6, 1])
})
