import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import test from 'ava'
import { Memmap, MemmapError, memmap } from '../lib/index.js'
import type { Descriptor } from '../lib/index.js'
import { fileOf, folder } from './support/files.js'
import { NODE } from './support/node.js'
import { askPython, findPython } from './support/numpy-live.js'

const RECORD = [
  ['x', '>f4'],
  ['y', '<i2', [2]],
] as const

const field = (a: Memmap): Memmap<'float32'> => (a as unknown as { field(name: string): Memmap<'float32'> }).field('x')

/** A view that uses every part of a descriptor: an offset, F order, steps both ways, records, big-endian. */
function view(path: string): Memmap {
  const a = memmap(path, { dtype: RECORD, shape: [4, 5, 2], order: 'F', offset: 7, mode: 'w+' })
  let next = 0
  for (const [indices] of a.entries())
    a.set(...(indices as [number, number, number]), { x: next, y: [next, -next++] } as never)
  return a.index('::-2', '1:4', 1) as unknown as Memmap
}

test('attach opens a view from its JSON', (t) => {
  const path = join(folder(t), 'a.bin')
  const a = view(path)
  const text = JSON.stringify(a)
  const descriptor = JSON.parse(text) as Descriptor
  t.deepEqual(descriptor, {
    path,
    dtype: [
      ['x', '>f4'],
      ['y', '<i2', [2]],
    ],
    shape: [2, 3],
    byteStrides: [-16, 32],
    fileOffset: a.fileOffset,
    mode: 'r+',
    order: null,
  })
  const b = Memmap.attach(descriptor)
  t.deepEqual(b.toArray(), a.toArray())
  t.is(b.fileOffset, a.fileOffset)
  t.is(b.filename, path)
  field(b).set(1, 2, 99)
  t.is((a.get(1, 2) as { x: number }).x, 99)
  t.deepEqual(b.describe(), descriptor)
  const read = Memmap.attach(descriptor, { mode: 'r' })
  t.throws(() => field(read).set(0, 0, 1), { code: 'ERR_MEMMAP_READONLY' })
  ;(a.base as unknown as Memmap).close()
  t.is((b.get(1, 2) as { x: number }).x, 99)
})

test('describe gives the order of a contiguous array, whatever its dtype', (t) => {
  const at = folder(t)
  const order = (options: object): unknown => {
    const a = memmap(join(at, 'a'), { mode: 'w+', ...options } as never)
    const { order: of } = a.describe()
    a.close()
    return of
  }
  t.is(order({ shape: [2, 3] }), 'C')
  t.is(order({ shape: [2, 3], order: 'F' }), 'F')
  t.is(order({ shape: 3 }), 'C')
  for (const dtype of ['bool', '>i8', 'S3', '<U2', 'M8[ns]', 'complex64', 'V3', 'float16']) {
    const a = memmap(join(at, 'b'), { dtype, shape: [2], mode: 'w+' } as never) as unknown as Memmap
    const other = Memmap.attach(JSON.parse(JSON.stringify(a)) as Descriptor)
    t.deepEqual(other.dtype.str, a.dtype.str)
    other.close()
    a.close()
  }
})

test('attach never creates, grows or clears a file', (t) => {
  const path = fileOf(t, Buffer.alloc(100, 7))
  const a = memmap(path, { dtype: 'int32' })
  const descriptor = a.describe()
  a.close()
  t.throws(() => Memmap.attach(descriptor, { mode: 'w+' }), { code: 'ERR_MEMMAP_MODE' })
  t.throws(() => Memmap.attach({ ...descriptor, mode: 'w+' as never }), { code: 'ERR_MEMMAP_MODE' })
  truncateSync(path, 50)
  for (const mode of ['r', 'r+', 'c'] as const) {
    t.throws(() => Memmap.attach(descriptor, { mode }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SIZE' })
  }
  t.is(statSync(path).size, 50)
  t.throws(() => Memmap.attach({ ...descriptor, path: `${path}.gone` }), { code: 'ENOENT' })
  t.true(readFileSync(path).every((byte) => byte === 7))
})

test('attach opens an array without elements in every mode', (t) => {
  const a = memmap(fileOf(t, Buffer.alloc(0)), { dtype: 'int32', mode: 'w+', shape: [0, 3] })
  for (const mode of [undefined, 'r', 'r+', 'c'] as const) {
    const other = Memmap.attach(a.describe(), mode === undefined ? {} : { mode })
    t.deepEqual([other.shape, other.dtype.name, other.mode], [[0, 3], 'int32', mode ?? 'r+'])
    other.close()
  }
  t.is(statSync(a.filename as string).size, 0)
})

test('rejects an invalid descriptor and names the part', (t) => {
  const path = fileOf(t, Buffer.alloc(100))
  const good = memmap(path, { shape: [10, 10] }).describe()
  const code = (change: object): string | undefined =>
    t.throws(() => Memmap.attach({ ...good, ...change } as never), { instanceOf: MemmapError })?.code
  t.is(code({ path: 5 }), 'ERR_MEMMAP_ARGUMENT')
  t.is(code({ dtype: 'float33' }), 'ERR_MEMMAP_DTYPE')
  t.is(code({ shape: [10, -1] }), 'ERR_MEMMAP_SHAPE')
  t.is(code({ byteStrides: [1] }), 'ERR_MEMMAP_ARGUMENT')
  t.is(code({ byteStrides: [1, 0.5] }), 'ERR_MEMMAP_ARGUMENT')
  t.is(code({ fileOffset: -1 }), 'ERR_MEMMAP_ARGUMENT')
  t.is(code({ fileOffset: 1 }), 'ERR_MEMMAP_SIZE')
  t.is(code({ byteStrides: [-10, 1] }), 'ERR_MEMMAP_OFFSET')
  t.is(code({ mode: 'x' }), 'ERR_MEMMAP_MODE')
  for (const none of [null, undefined, 5, 'text', []]) {
    t.throws(() => Memmap.attach(none as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  }
  const repeated = Memmap.attach({ ...good, shape: [3, 4], byteStrides: [0, 1], order: null })
  t.throws(() => repeated.fill(1), { code: 'ERR_MEMMAP_READONLY' })
})

test('describe throws for an array opened by a file descriptor, and for a closed one', (t) => {
  const path = fileOf(t, Buffer.alloc(4))
  const descriptor = openSync(path, 'r')
  t.throws(() => memmap(descriptor, { mode: 'r' }).describe(), { code: 'ERR_MEMMAP_UNSUPPORTED' })
  closeSync(descriptor)
  const a = memmap(path)
  a.close()
  t.throws(() => a.describe(), { code: 'ERR_MEMMAP_CLOSED' })
})

const LIBRARY = JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)

test('attach gives the same values in a Worker and in a child process', async (t) => {
  const a = view(join(folder(t), 'a.bin'))
  const inWorker = `
    import('node:worker_threads').then(async ({ parentPort, workerData }) => {
      const { Memmap } = await import(${LIBRARY})
      parentPort.postMessage(Memmap.attach(workerData).toArray())
    })`
  const worker = new Worker(inWorker, { eval: true, workerData: a.describe() })
  const [values] = (await once(worker, 'message')) as [unknown]
  t.deepEqual(values, a.toArray())
  const inChild = `import(${LIBRARY}).then(({ Memmap }) => console.log(JSON.stringify(Memmap.attach(JSON.parse(process.argv[1])).toArray())))`
  const { stdout, stderr } = spawnSync(NODE[0], [...NODE.slice(1), '-e', inChild, JSON.stringify(a)], {
    encoding: 'utf8',
  })
  t.deepEqual(JSON.parse(stdout || 'null'), a.toArray(), stderr)
})

const python = findPython()
const asking = python === undefined ? test.skip : test

asking('the same values in Python, by the lines of docs/python.md, and what Python stores is in the file', (t) => {
  const at = folder(t)
  const a = view(join(at, 'a.bin'))
  const before = a.toArray()
  const page = readFileSync('docs/python.md', 'utf8')
  const lines = /<!-- file: attach\.py -->\n```python\n([^]*?)```/.exec(page)?.[1] as string
  const script = `${lines}
import sys
x = attach(json.load(sys.stdin))
print(json.dumps(x.tolist(), default=lambda part: part.tolist()))
x["x"][0, 1] = 77`
  const values = askPython<[number, [number, number]][][]>(python as string, script, a)
  t.deepEqual(
    values.map((row) => row.map(([x, y]) => ({ x, y }))),
    before as never,
  )
  t.is((a.get(0, 1) as { x: number }).x, 77)
})
