/**
 * Files that other handles, threads and processes change meanwhile.
 */
import { execFile, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { MemmapError, Memmap, array, load, memmap, openMemmap, save } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf, folder } from './support/files.js'
import { live } from './support/live.js'
import { NODE } from './support/node.js'
import { askPython } from './support/numpy-live.js'
import { linux } from './support/platform.js'
import { times } from './support/slow.js'

const UNSUPPORTED = { instanceOf: MemmapError, code: 'ERR_MEMMAP_UNSUPPORTED' }
const CHILD = join(import.meta.dirname, '../../children/writer.mjs')

const npy = (path: string): `${string}.npy` => path as `${string}.npy`
const read = (path: string): NDArray => load(npy(path))

test('a second handle refuses to append where the first has appended, and no row is lost', (t) => {
  for (const kind of ['npy', 'raw']) {
    const path = join(folder(t), `a.${kind}`)
    if (kind === 'npy') save(path, array([1, 2], { dtype: 'int32' }))
    else writeFileSync(path, new Uint8Array(new Int32Array([1, 2]).buffer))
    const open = (): Memmap<'int32'> =>
      (kind === 'npy' ? openMemmap(path) : memmap(path, { dtype: 'int32' })) as Memmap<'int32'>
    const [a, b] = [open(), open()]
    a.append([10, 11, 12])
    const before = readFileSync(path)
    t.throws(() => b.append([20]), UNSUPPORTED)
    t.throws(() => b.resize(1), UNSUPPORTED)
    t.throws(() => b.resize(2), UNSUPPORTED)
    t.deepEqual(readFileSync(path), before)
    t.deepEqual(
      [a.toArray(), b.toArray()],
      [
        [1, 2, 10, 11, 12],
        [1, 2],
      ],
    )
    t.true(b.refresh())
    t.false(b.refresh())
    b.append([20])
    t.deepEqual(open().toArray(), [1, 2, 10, 11, 12, 20])
    t.throws(() => a.append([30]), UNSUPPORTED)
  }
})

test('a handle refuses to append where another has removed rows or changed the dtype', (t) => {
  const path = join(folder(t), 'a.npy')
  save(path, array([1, 2, 3], { dtype: 'int32' }))
  const [a, b] = [openMemmap(path), openMemmap(path)]
  a.resize(1)
  t.throws(() => b.append([4]), { instanceOf: MemmapError })
  t.deepEqual(read(path).toArray(), [1])
  // Another array of the same size in the same file, as NumPy's open_memmap with mode w+ writes.
  const bytes = readFileSync(path)
  bytes.write('f4', bytes.indexOf('<i4') + 1)
  writeFileSync(path, bytes)
  t.throws(() => a.append([4]), UNSUPPORTED)
  t.throws(() => a.refresh(), UNSUPPORTED)
  t.deepEqual(readFileSync(path), bytes)
})

test('bytes behind the array of a .npy file are never cut off', (t) => {
  const path = join(folder(t), 'a.npy')
  save(path, array([1, 2, 3], { dtype: 'int32' }))
  const one = readFileSync(path)
  // As numpy.save(f, x); numpy.save(f, y) writes, and what other programs might append.
  for (const tail of [one, Buffer.from('tail'), Buffer.alloc(8), Buffer.alloc(5000, 7), Buffer.from([0])]) {
    const both = Buffer.concat([one, tail])
    writeFileSync(path, both)
    for (const work of [
      (a: Memmap) => a.append([4]),
      (a: Memmap) => a.append(new Int32Array(10_000)),
      (a: Memmap) => a.resize(2),
      (a: Memmap) => a.resize(3),
      (a: Memmap) => a.resize(0),
      (a: Memmap) => a.resize(20_000),
    ]) {
      const a = openMemmap(path)
      const error = t.throws(() => work(a), UNSUPPORTED) as MemmapError
      t.deepEqual([error.expected, error.actual], [one.length, both.length])
      t.deepEqual(a.toArray(), [1, 2, 3])
      t.deepEqual(readFileSync(path), both)
      a.close()
    }
  }
})

test('bytes behind an array are never cut off where the header has no space for a longer shape', (t) => {
  const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (9,), }\n"
  const start = Buffer.alloc(10)
  start.write('\x93NUMPY\x01\x00', 'latin1')
  start.writeUInt16LE(text.length, 8)
  const file = Buffer.concat([start, Buffer.from(text), Buffer.alloc(36, 1), Buffer.from('behind')])
  const path = fileOf(t, file, 'a.npy')
  t.throws(() => openMemmap(path).append([4]), UNSUPPORTED)
  t.deepEqual(readFileSync(path), file)
})

/** The file of a process that was killed while it appended: the header has the mark, and rows are behind the array. */
function killed(path: string, rows: Buffer): void {
  save(path, array([1, 2, 3], { dtype: 'int32' }))
  const bytes = Buffer.concat([readFileSync(path), rows])
  bytes[126] = 9
  writeFileSync(path, bytes)
}

test('what a killed append left is taken over', (t) => {
  const path = join(folder(t), 'a.npy')
  for (const left of [Buffer.alloc(8, 1), Buffer.alloc(5), Buffer.alloc(100_000, 9), Buffer.alloc(0)]) {
    killed(path, left)
    t.deepEqual(read(path).toArray(), [1, 2, 3])
    t.deepEqual(openMemmap(path).append([4]).toArray(), [1, 2, 3, 4])
    save(join(folder(t), 'saved.npy'), array([1, 2, 3, 4], { dtype: 'int32' }))
    t.is(statSync(path).size, 128 + 16)
    t.is(readFileSync(path)[126], 0x20)
    killed(path, left)
    t.deepEqual(openMemmap(path).resize(5).toArray(), [1, 2, 3, 0, 0])
    killed(path, left)
    t.deepEqual(openMemmap(path).resize(2).toArray(), [1, 2])
    t.is(statSync(path).size, 128 + 8)
  }
})

live('NumPy reads a file while a change of its size is marked', (t, python) => {
  const path = join(folder(t), 'a.npy')
  killed(path, Buffer.alloc(8, 1))
  const program = 'import json, sys, numpy as np\nprint(json.dumps(np.load(json.load(sys.stdin)).tolist()))'
  t.deepEqual(askPython(python, program, path), [1, 2, 3])
})

test('append to a part of a .npy file is refused, because its header would keep the old shape', (t) => {
  const path = join(folder(t), 'a.npy')
  save(path, array([1, 2, 3], { dtype: 'int32' }))
  const before = readFileSync(path)
  const attached = Memmap.attach(openMemmap(path).describe())
  t.throws(() => attached.append([4]), UNSUPPORTED)
  t.throws(() => memmap(path, { dtype: 'int32', offset: 128 }).append([4]), UNSUPPORTED)
  t.deepEqual(readFileSync(path), before)
})

test('writers in several processes lose no row, and a reader beside them never fails nor sees rows vanish', async (t) => {
  const path = join(folder(t), 'a.npy')
  openMemmap(path, { mode: 'w+', dtype: 'float64', shape: [0, 4] }).close()
  const milliseconds = times(1500)
  const run = promisify(execFile)
  const running = new Set([1, 2])
  const writers = [1, 2].map(async (writer) => {
    const args = [...NODE.slice(1), CHILD, JSON.stringify(path), String(writer), String(milliseconds)]
    const { stdout } = await run(NODE[0] as string, args)
    running.delete(writer)
    return JSON.parse(/^REPORT (.*)$/m.exec(stdout)?.[1] ?? 'null') as { rows: number; refused: number }
  })
  const follower = openMemmap(path, { mode: 'r' })
  let last = 0
  let vanished = 0
  while (running.size > 0) {
    for (const count of [
      () => load(npy(path), { mmapMode: 'r' }).shape[0],
      () => read(path).shape[0],
      () => openMemmap(path, { mode: 'r' }).shape[0],
      () => (follower.refresh(), follower.shape[0]),
    ]) {
      const now = count() as number
      if (now < last) vanished++
      last = now
    }
    const row = follower.shape[0] as number
    if (row > 0 && follower.get(row - 1, 3) !== 1) vanished++
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.is(vanished, 0)
  const reports = await Promise.all(writers)
  const rows = read(path).toArray() as unknown as number[][]
  for (const writer of [1, 2]) {
    const own = rows.filter(([by]) => by === writer).map(([, count]) => count)
    t.deepEqual(
      own,
      Array.from({ length: reports[writer - 1]?.rows ?? -1 }, (_, i) => i),
    )
  }
  t.is(rows.length, (reports[0]?.rows ?? 0) + (reports[1]?.rows ?? 0))
})

test('refresh follows a raw file whose shape followed from its size, and leaves out a row that is not complete', (t) => {
  const path = fileOf(t, new Uint8Array(24).fill(1))
  const a = memmap(path, { dtype: 'uint8', shape: [-1, 6], mode: 'r' })
  const view = a.slice(1)
  appendFileSync(path, Buffer.alloc(15, 2))
  t.true(a.refresh())
  t.deepEqual(a.shape, [6, 6])
  t.deepEqual(a.get(5, 5), 2)
  t.is(view.get(0, 0), 1)
  t.is(a.data.length, 36)
  truncateSync(path, 13)
  t.true(a.refresh())
  t.deepEqual(a.shape, [2, 6])
  t.throws(() => view.get(0, 0), { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => memmap(path, { shape: [2, 6], mode: 'r' }).refresh(), UNSUPPORTED)
  t.throws(() => a.slice(1).refresh(), UNSUPPORTED)
  a.close()
  t.throws(() => a.refresh(), { code: 'ERR_MEMMAP_CLOSED' })
})

test('an array is what its file has, whoever made the file longer or shorter, and whatever was read before', (t) => {
  const rows = fc.oneof(fc.nat(20), fc.constantFrom(1023, 1024, 1025, 5000, 40_000))
  const step = fc.record({
    rows,
    by: fc.constantFrom('writer', 'array'),
    reads: fc.subarray(['get', 'set', 'data', 'sum', 'copy', 'values', 'fill'] as const),
  })
  fc.assert(
    fc.property(rows, fc.array(step, { minLength: 1, maxLength: 6 }), (first, steps) => {
      const path = fileOf(t, new Uint8Array(new Int32Array(first).fill(3).buffer))
      const a = memmap(path, { dtype: 'int32', shape: [-1], mode: 'r+' })
      let next = 10
      for (const { rows, by, reads } of steps) {
        const before = readFileSync(path)
        if (by === 'array') a.resize([rows])
        else {
          truncateSync(path, Math.min(rows * 4, before.length))
          appendFileSync(
            path,
            new Uint8Array(new Int32Array(Math.max(0, rows - before.length / 4)).fill(next++).buffer),
          )
          t.is(a.refresh(), rows * 4 !== before.length)
        }
        const file = readFileSync(path)
        const expected = new Int32Array(file.buffer, file.byteOffset, rows)
        const last = rows - 1
        t.deepEqual(a.shape, [rows])
        for (const name of reads) {
          if (name === 'data') t.deepEqual(a.data, expected)
          if (name === 'copy') t.deepEqual(a.copy().data, expected)
          if (name === 'sum')
            t.is(
              a.sum(),
              expected.reduce((sum, x) => sum + BigInt(x), 0n),
            )
          if (name === 'fill') {
            a.fill(next)
            expected.fill(next++)
          }
          if (rows === 0) continue
          if (name === 'get') t.deepEqual([a.get(0), a.get(-1)], [expected[0], expected[last]])
          if (name === 'values') t.is([...a.slice(-2).values()].at(-1), expected[last])
          if (name === 'set') {
            a.set(last, next)
            expected[last] = next++
          }
        }
        t.deepEqual(new Uint8Array(readFileSync(path)), new Uint8Array(expected.buffer, expected.byteOffset, rows * 4))
      }
      a.close()
    }),
    { numRuns: times(60) },
  )
})

test('refresh follows a .npy file that grows from no rows, and one that was replaced because its header had no space', (t) => {
  const path = join(folder(t), 'a.npy')
  const writer = openMemmap(path, { mode: 'w+', dtype: 'int16', shape: [0, 2] })
  const reader = openMemmap(path, { mode: 'r' })
  t.false(reader.refresh())
  for (let rows = 1; rows < 2000; rows += 97) {
    writer.resize([rows, 2])
    writer.set(rows - 1, 1, rows)
    t.true(reader.refresh())
    t.deepEqual([reader.shape, reader.get(rows - 1, 1)], [[rows, 2], rows])
  }
  save(path, writer.index(':5'))
  t.true(reader.refresh())
  t.deepEqual(reader.shape, [5, 2])
  save(path, array([[1, 2, 3]], { dtype: 'int16' }))
  t.throws(() => reader.refresh(), UNSUPPORTED)
})

test('refresh follows a file that was replaced by one with another alignment', (t) => {
  const path = join(folder(t), 'a.npy')
  const aligned = array([1.5, 2.5, 3.5])
  const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n"
  const start = Buffer.alloc(10)
  start.write('\x93NUMPY\x01\x00', 'latin1')
  start.writeUInt16LE(text.length, 8)
  const odd = Buffer.concat([start, Buffer.from(text), Buffer.from(new Float64Array([7.5, 8.5]).buffer)])
  t.not((10 + text.length) % 8, 0)
  writeFileSync(path, odd)
  const reader = openMemmap(path, { mode: 'r' })
  t.deepEqual(reader.toArray(), [7.5, 8.5])
  save(path, aligned)
  t.true(reader.refresh())
  t.deepEqual([reader.toArray(), reader.sum()], [[1.5, 2.5, 3.5], 7.5])
  writeFileSync(`${path}.new`, odd)
  renameSync(`${path}.new`, path)
  t.true(reader.refresh())
  t.deepEqual([reader.toArray(), reader.sum()], [[7.5, 8.5], 16])
  t.throws(() => reader.data, { code: 'ERR_MEMMAP_NOT_VIEWABLE' })
})

test('refresh in mode c is refused where the length changed, because the stores would be lost', (t) => {
  const path = fileOf(t, new Uint8Array(8))
  const a = memmap(path, { mode: 'c' })
  a.set(0, 5)
  t.false(a.refresh())
  appendFileSync(path, Buffer.alloc(8))
  t.throws(() => a.refresh(), UNSUPPORTED)
  t.is(a.get(0), 5)
})

linux("the option lock leaves the lock of a caller's descriptor alone", (t) => {
  const path = fileOf(t, new Uint8Array(64))
  const descriptor = openSync(path, 'r+')
  t.teardown(() => closeSync(descriptor))
  const flock = (kind: string): void =>
    void spawnSync('flock', [kind, '3'], { stdio: ['ignore', 'ignore', 'ignore', descriptor] })
  const isFree = (kind: string): boolean => spawnSync('flock', ['-n', kind, path, 'true']).status === 0
  if (spawnSync('flock', ['--version']).status !== 0) return t.pass('no flock here')
  flock('-x')
  for (const lock of ['exclusive', 'shared'] as const) {
    memmap(descriptor, { lock }).close()
    t.false(isFree('-s'), lock)
  }
  flock('-s')
  t.throws(() => memmap(descriptor, { lock: 'exclusive' }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_LOCKED' })
  memmap(descriptor, { lock: 'shared' }).close()
  t.deepEqual([isFree('-s'), isFree('-x')], [true, false])
  flock('-u')
  const a = memmap(descriptor, { lock: 'exclusive' })
  t.false(isFree('-s'))
  a.close()
  t.true(isFree('-x'))
})
