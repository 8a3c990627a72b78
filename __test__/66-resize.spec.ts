import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, openSync, closeSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import fc from 'fast-check'
import type { Memmap, NDArray } from '../lib/index.js'
import { MemmapError, array, load, memmap, openMemmap, save } from '../lib/index.js'
import { fileOf, folder } from './support/files.js'
import { NODE } from './support/node.js'
import { SKIPPED, askPython, findPython } from './support/numpy-live.js'
import { linux } from './support/platform.js'
import { times } from './support/slow.js'

const read = (path: string): NDArray => load(path as `${string}.npy`)

const ROWS = [
  [1, 2, 3],
  [4, 5, 6],
]

test('append takes lists, arrays, typed arrays and a single row', (t) => {
  const path = join(folder(t), 'a.bin')
  const a = memmap(path, { dtype: 'float32', shape: [0, 3], mode: 'w+' })
  t.is(a.append(ROWS), a)
  a.append([7, 8, 9])
  a.append([])
  a.append(array(ROWS, { dtype: 'int16' }))
  a.append(array(new Float64Array([10, 11, 12])))
  t.deepEqual(a.shape, [6, 3])
  t.deepEqual(a.toArray(), [...ROWS, [7, 8, 9], ...ROWS, [10, 11, 12]])
  t.is(statSync(path).size, 6 * 3 * 4)
  t.is(a.get(5, 2), 12)
  a.set(5, 2, -1)
  t.is(a.data[17], -1)
  a.append(a)
  t.deepEqual(a.index('6:').toArray(), a.index(':6').toArray())
  a.close()
  t.deepEqual(memmap(path, { dtype: 'float32', shape: [-1, 3] }).shape, [12, 3])
})

test('append to one dimension takes scalars, text and records', (t) => {
  const at = folder(t)
  const numbers = memmap(join(at, 'n'), { dtype: 'int64', shape: 0, mode: 'w+' })
  numbers.append(5n)
  numbers.append([6n, 7n])
  t.deepEqual(numbers.toArray(), [5n, 6n, 7n])
  const names = memmap(join(at, 's'), { dtype: 'S3', shape: [1], mode: 'w+' })
  names.append(['ab', 'c'])
  t.deepEqual(names.toArray(), ['', 'ab', 'c'])
  const records = memmap(join(at, 'r'), {
    dtype: [
      ['x', '<f4'],
      ['y', '>i2', [2]],
    ],
    shape: 1,
    mode: 'w+',
  })
  records.append([{ x: 1, y: [2, 3] }])
  t.deepEqual(records.get(1), { x: 1, y: [2, 3] })
})

test('resize grows with zeros and shrinks array and file, raw and .npy', (t) => {
  const at = folder(t)
  const raw = memmap(join(at, 'raw'), { dtype: '>u2', shape: [2, 3], mode: 'w+' })
  raw.assign(ROWS)
  raw.resize([4, 3])
  t.deepEqual(raw.toArray(), [...ROWS, [0, 0, 0], [0, 0, 0]])
  t.is(statSync(join(at, 'raw')).size, 24)
  raw.resize([1, 3])
  t.deepEqual(raw.toArray(), [[1, 2, 3]])
  t.is(statSync(join(at, 'raw')).size, 6)

  const path = join(at, 'a.npy')
  save(path, array(ROWS, { dtype: 'int32' }))
  const npy = openMemmap(path)
  npy.resize([4, 3])
  npy.set(3, 0, 9)
  t.deepEqual(read(path).toArray(), [...ROWS, [0, 0, 0], [9, 0, 0]])
  npy.resize([1, 3])
  t.deepEqual(read(path).toArray(), [[1, 2, 3]])
  t.is(statSync(path).size, 128 + 12)
  npy.close()
  const one = openMemmap(path, { mode: 'w+', dtype: 'int8', shape: [0] })
  one.resize(3)
  t.deepEqual(read(path).toArray(), [0, 0, 0])
})

test('a grown file equals the saved one byte for byte', (t) => {
  const at = folder(t)
  const grown = openMemmap(join(at, 'grown.npy'), { mode: 'w+', dtype: 'float64', shape: [0, 2] })
  const all = Array.from({ length: 1234 }, (_, i) => [i, i / 2])
  for (let i = 0; i < all.length; i += 100) grown.append(all.slice(i, i + 100))
  grown.close()
  save(join(at, 'saved.npy'), all)
  t.deepEqual(readFileSync(join(at, 'grown.npy')), readFileSync(join(at, 'saved.npy')))
})

test('rewrites the file where its header has no room, under the same name', (t) => {
  const path = join(folder(t), 'old.npy')
  // As NumPy wrote before it reserved room for growth, with the least padding.
  const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (9, 1), }\n"
  const start = Buffer.alloc(10)
  start.write('\x93NUMPY\x01\x00', 'latin1')
  start.writeUInt16LE(text.length, 8)
  writeFileSync(path, Buffer.concat([start, Buffer.from(text), Buffer.from(new Int32Array(9).fill(5).buffer)]))
  const a = openMemmap(path, { lock: 'exclusive' })
  const view = a.slice(1)
  a.append([[6]])
  t.deepEqual(a.shape, [10, 1])
  t.is(a.get(9, 0), 6)
  t.is(a.get(8, 0), 5)
  a.set(0, 0, 1)
  t.throws(() => view.get(0, 0), { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => openMemmap(path, { lock: 'shared' }), { code: 'ERR_MEMMAP_LOCKED' })
  a.append([[7]])
  a.close()
  t.deepEqual(read(path).toArray(), [[1], ...Array.from({ length: 8 }, () => [5]), [6], [7]])
})

test('views outlive growth and end on shrinking; typed arrays end on growth', (t) => {
  for (const rows of [10, 400_000]) {
    const a = memmap(join(folder(t), 'a.bin'), { dtype: 'int32', shape: [rows, 3], mode: 'w+' })
    a.set(5, 1, 77)
    const view = a.index('5:7', '::-1')
    const { data } = a
    const more = rows
    a.resize([rows + more, 3])
    t.is(data.length, 0)
    t.is(view.get(0, 1), 77)
    view.set(1, 2, 8)
    t.is(a.get(6, 0), 8)
    t.is(view.sum(), 85n)
    t.is(a.data.length, 3 * (rows + more))
    a.resize([6, 3])
    t.throws(() => view.get(0, 1), { code: 'ERR_MEMMAP_CLOSED' })
    t.throws(() => view.set(1, 2, 8), { code: 'ERR_MEMMAP_CLOSED' })
    t.is(a.get(5, 1), 77)
    a.close()
    t.throws(() => a.append([[1, 2, 3]]), { code: 'ERR_MEMMAP_CLOSED' })
    t.throws(() => a.resize([1, 3]), { code: 'ERR_MEMMAP_CLOSED' })
  }
})

test('many small appends leave every element in place', (t) => {
  const path = join(folder(t), 'a.npy')
  const a = openMemmap(path, { mode: 'w+', dtype: 'float64', shape: [0, 2] })
  const many = times(20_000)
  for (let i = 0; i < many; i++) a.append([i, -i])
  t.deepEqual(a.shape, [many, 2])
  const { data } = a
  t.true(data.every((value, at) => value === (at % 2 === 0 ? at / 2 : -(at - 1) / 2)))
  a.close()
  t.is(read(path).sum(), 0)
})

/** Each is rejected with a code, on an array over 24 bytes that is opened with these options. */
const REJECTED: readonly (readonly [what: string, code: string, options: object, work: (a: Memmap) => unknown])[] = [
  ['append in mode r', 'ERR_MEMMAP_READONLY', { mode: 'r' }, (a) => a.append([1])],
  ['append in mode c', 'ERR_MEMMAP_UNSUPPORTED', { mode: 'c' }, (a) => a.append([1])],
  ['resize in F order', 'ERR_MEMMAP_UNSUPPORTED', { shape: [4, 6], order: 'F' }, (a) => a.resize([5, 6])],
  ['append to a view', 'ERR_MEMMAP_UNSUPPORTED', {}, (a) => a.slice(1).append([1])],
  ['resize of a 0-d array', 'ERR_MEMMAP_UNSUPPORTED', { shape: [], dtype: 'V24' }, (a) => a.resize([])],
  ['resize of a later axis', 'ERR_MEMMAP_SHAPE', { shape: [4, 6] }, (a) => a.resize([5, 5])],
  ['resize to fewer axes', 'ERR_MEMMAP_SHAPE', { shape: [4, 6] }, (a) => a.resize(5)],
  ['append of shorter rows', 'ERR_MEMMAP_SHAPE', { shape: [4, 6] }, (a) => a.append([[1, 2]])],
  ['append of a scalar to two axes', 'ERR_MEMMAP_SHAPE', { shape: [4, 6] }, (a) => a.append(1)],
  ['append of a number out of range', 'ERR_MEMMAP_CAST', { shape: [4, 6] }, (a) => a.append([[1, 2, 3, 4, 5, 256]])],
  ['append where bytes are behind the array', 'ERR_MEMMAP_UNSUPPORTED', { shape: 10 }, (a) => a.append([1])],
  ['resize to a negative length', 'ERR_MEMMAP_SHAPE', {}, (a) => a.resize(-1)],
  ['resize to a fraction', 'ERR_MEMMAP_SHAPE', {}, (a) => a.resize(1.5)],
]

for (const [what, code, options, work] of REJECTED) {
  test(`${what} throws ${code} and leaves the file unchanged`, (t) => {
    const path = fileOf(t, Buffer.alloc(24, 1))
    t.throws(() => work(memmap(path, options) as Memmap), { instanceOf: MemmapError, code })
    t.deepEqual(readFileSync(path), Buffer.alloc(24, 1))
  })
}

test('append to an array opened by a descriptor throws ERR_MEMMAP_UNSUPPORTED and leaves the file unchanged', (t) => {
  const path = fileOf(t, Buffer.alloc(24, 1))
  const descriptor = openSync(path, 'r+')
  t.throws(() => memmap(descriptor).append([1]), { instanceOf: MemmapError, code: 'ERR_MEMMAP_UNSUPPORTED' })
  closeSync(descriptor)
  t.deepEqual(readFileSync(path), Buffer.alloc(24, 1))
})

test('append throws where the path is gone or leads to another file, and leaves both unchanged', (t) => {
  const path = fileOf(t, Buffer.alloc(24, 1))
  const moved = memmap(path)
  renameSync(path, `${path}.moved`)
  t.throws(() => moved.append([1]), { instanceOf: MemmapError, code: 'ENOENT' })
  copyFileSync(`${path}.moved`, path)
  t.throws(() => moved.append([1]), { instanceOf: MemmapError, code: 'ERR_MEMMAP_UNSUPPORTED' })
  t.deepEqual(readFileSync(path), Buffer.alloc(24, 1))
  t.deepEqual(readFileSync(`${path}.moved`), Buffer.alloc(24, 1))
  t.deepEqual(moved.shape, [24])
})

test('property: random resizes and appends agree with an array in memory', (t) => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('resize' as const), rows: fc.nat(40) }),
    fc.record({ kind: fc.constant('append' as const), rows: fc.nat(9) }),
    fc.record({ kind: fc.constant('far' as const), rows: fc.integer({ min: 90_000, max: 200_000 }) }),
  )
  const at = folder(t)
  let run = 0
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, npy) => {
        const path = join(at, `${run++}`)
        const a = npy
          ? openMemmap(path, { mode: 'w+', dtype: 'int32', shape: [2, 3] })
          : memmap(path, { mode: 'w+', dtype: 'int32', shape: [2, 3], offset: 8 })
        let model = [0, 0, 0, 0, 0, 0]
        let next = 1
        for (const { kind, rows } of steps) {
          if (kind === 'append') {
            const values = Array.from({ length: rows }, () => [next++, next++, next++])
            a.append(values)
            model = [...model, ...values.flat()]
          } else {
            a.resize([rows, 3])
            model = model.slice(0, 3 * rows)
            while (model.length < 3 * rows) model.push(0)
          }
        }
        const same = (found: Iterable<unknown>): boolean =>
          Buffer.from(Int32Array.from(found as Iterable<number>).buffer).equals(
            Buffer.from(Int32Array.from(model).buffer),
          )
        if (!same(a.data as unknown as Int32Array)) return false
        a.close()
        if (statSync(path).size !== (npy ? 128 : 8) + 4 * model.length) return false
        return !npy || same(load(path as `${string}.npy`).data as unknown as Int32Array)
      }),
      { numRuns: times(40) },
    ),
  )
})

/** Whether NumPy reads each file and finds the appended rows. */
const READ_ALL = `
import json, sys, numpy as np
def good(path):
    a = np.load(path)
    rows = np.arange(len(a))
    return bool((a == np.stack([rows, -rows, np.full(len(a), 7)], 1)).all())
print(json.dumps([good(path) for path in json.load(sys.stdin)]))`

for (const kind of ['npy', 'raw']) {
  linux(`a process killed at any moment of append leaves a complete file: ${kind}`, async (t) => {
    const path = join(folder(t), kind === 'npy' ? 'a.npy' : 'a.bin')
    const child = join(import.meta.dirname, '../../children/append.mjs')
    if (kind === 'npy') openMemmap(path, { mode: 'w+', dtype: 'int32', shape: [0, 3] }).close()
    else writeFileSync(path, '')
    const copies: string[] = []
    for (let round = 0; round < times(kind === 'npy' ? 100 : 20); round++) {
      const args = [child, JSON.stringify(path), JSON.stringify(kind), String(round)]
      const process = spawn(NODE[0], [...NODE.slice(1), ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(process.stdout as never, 'data')
      await sleep(30 * Math.random())
      process.kill('SIGKILL')
      await once(process, 'close')
      if (statSync(path).size === 0) continue
      if (kind === 'npy') copyFileSync(path, copies[copies.push(`${path}.${round}.npy`) - 1] as string)
      const a =
        kind === 'npy' ? openMemmap(path, { mode: 'r' }) : memmap(path, { dtype: 'int32', mode: 'r', shape: [-1, 3] })
      t.is(a.shape[1], 3)
      const { data, shape } = a
      const values = data as unknown as Int32Array
      let wrong = 0
      for (let row = 0; row < (shape[0] as number); row++) {
        const whole = values[3 * row] === row && values[3 * row + 1] === -row && values[3 * row + 2] === 7
        if (!whole) wrong++
      }
      // A raw file gets its size before its rows; a .npy header counts rows once they are stored.
      t.true(kind === 'npy' ? wrong === 0 : wrong <= 400, `${wrong} rows`)
      a.close()
      // Every later round would find the incomplete rows again.
      if (kind === 'raw') writeFileSync(path, '')
    }
    const python = findPython()
    if (python === undefined) return t.log(SKIPPED)
    t.deepEqual(
      askPython(python, READ_ALL, copies),
      copies.map(() => true),
    )
  })
}

test('other maps of a grown file keep their length', (t) => {
  const path = fileOf(t, Buffer.alloc(8, 1))
  const other = memmap(path, { mode: 'r' })
  const a = memmap(path)
  a.append([2, 3])
  t.deepEqual(other.shape, [8])
  t.is(other.sum(), 8n)
  if (process.platform === 'win32') {
    // Windows truncates no file that another has mapped; nothing changes then.
    const view = a.slice(0, 2)
    t.throws(() => a.resize(4), { instanceOf: MemmapError, code: 'EBUSY' })
    t.throws(() => view.get(0), { code: 'ERR_MEMMAP_CLOSED' })
    t.deepEqual([a.shape, a.sum(), a.get(8), a.data[9]], [[10], 13n, 2, 3])
    other.close()
  }
  a.resize(4)
  if (process.platform !== 'win32') t.throws(() => other.sum(), { code: 'ERR_MEMMAP_TRUNCATED' })
  t.is(a.sum(), 4n)
})
