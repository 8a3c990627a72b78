/**
 * Files in memory, and compressed archives.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { MemmapError, NpzFile, arange, array, load, memmap, save, savez, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { folder } from './support/files.js'
import { live } from './support/live.js'
import { askPython } from './support/numpy-live.js'

test('load takes the bytes of a .npy file', (t) => {
  const path = join(folder(t), 'a.npy')
  for (const one of [
    arange(6).reshape([2, 3]),
    arange(6, { dtype: '>i2' }).reshape([2, 3]).T,
    zeros([0, 4]),
    array(['ab', 'c']),
    array(3),
  ]) {
    save(path, one)
    const bytes = readFileSync(path)
    const found = load(bytes) as NDArray
    t.deepEqual([found.dtype.str, found.shape, found.toArray()], [one.dtype.str, one.shape, one.toArray()])
    // A copy, also from the middle of a larger buffer.
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    const again = load(larger.subarray(3)) as NDArray
    larger.fill(0)
    t.deepEqual(again.toArray(), one.toArray())
    t.throws(() => load(bytes, { mmapMode: 'r' }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' })
    if (one.size > 0) t.throws(() => load(bytes.subarray(0, -1)), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SIZE' })
  }
  t.deepEqual((load(Buffer.from(path)) as NDArray).toArray(), 3, 'bytes of a path stay a path')
})

test('load takes the bytes of an archive, and NpzFile reads as a Map does', (t) => {
  const path = join(folder(t), 'a.npz')
  for (const compress of [false, true]) {
    savez(path, { x: arange(1000), 'y z': [[1n, 2n]] }, { compress })
    for (const archive of [load(path as 'a.npz'), load(readFileSync(path)) as NpzFile]) {
      t.is(archive.size, 2)
      t.deepEqual([...archive.keys()], ['x', 'y z'])
      t.deepEqual([archive.has('x'), archive.has('x.npy'), archive.has('z')], [true, true, false])
      t.deepEqual(archive.get('x').sum(), 499_500)
      t.deepEqual(archive.get('y z').toArray(), [[1n, 2n]])
      t.deepEqual(
        [...archive].map(([name]) => name),
        ['x', 'y z'],
      )
      archive.close()
      t.throws(() => archive.get('x'), { code: 'ERR_MEMMAP_CLOSED' })
    }
  }
  const bytes = load(readFileSync(path)) as NpzFile
  t.throws(() => bytes.get('x', { mmapMode: 'r' }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_UNSUPPORTED' })
  const damaged = readFileSync(path)
  damaged[200] = (damaged[200] as number) ^ 255
  t.throws(() => (load(damaged) as NpzFile).get('x'), { instanceOf: MemmapError, code: 'ERR_MEMMAP_NPY' })
})

test('bytes that are no file are refused as such, and not looked for as a path', (t) => {
  const path = join(folder(t), 'a.npy')
  save(path, array([1, 2]))
  const file = readFileSync(path)
  for (const bytes of [Buffer.alloc(0), file.subarray(0, 5), file.subarray(0, 20), Buffer.from([1, 0, 2])]) {
    t.throws(() => load(bytes), { instanceOf: MemmapError, code: 'ERR_MEMMAP_NPY' })
    t.throws(() => load(new Uint8Array(bytes)), { instanceOf: MemmapError, code: 'ERR_MEMMAP_NPY' })
  }
  // The bytes of a path are a path in a Buffer only.
  t.deepEqual((load(Buffer.from(path)) as NDArray).toArray(), [1, 2])
  t.throws(() => load(new Uint8Array(Buffer.from(path))), { instanceOf: MemmapError, code: 'ERR_MEMMAP_NPY' })
})

test('bytes whose buffer was moved away are refused by code', (t) => {
  const at = folder(t)
  save(join(at, 'a.npy'), [1])
  savez(join(at, 'a.npz'), { x: [1] })
  const moved = (path: string, before: (bytes: Uint8Array) => void): Uint8Array => {
    const bytes = new Uint8Array(readFileSync(path))
    before(bytes)
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] })
    return bytes
  }
  t.throws(() => load(moved(join(at, 'a.npy'), () => {})), { code: 'ERR_MEMMAP_CLOSED', instanceOf: MemmapError })
  let archive: NpzFile | undefined
  moved(join(at, 'a.npz'), (bytes) => (archive = load(bytes) as NpzFile))
  t.throws(() => archive?.get('x'), { code: 'ERR_MEMMAP_CLOSED', instanceOf: MemmapError })
})

test('savez with compress writes less, and refuses other options', (t) => {
  const at = folder(t)
  savez(join(at, 'large.npz'), { x: zeros(1_000_000) })
  savez(join(at, 'small.npz'), { x: zeros(1_000_000) }, { compress: true })
  t.true(statSync(join(at, 'small.npz')).size < statSync(join(at, 'large.npz')).size / 100)
  t.throws(() => savez(join(at, 'b.npz'), { x: [1] }, { compress: 1 } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => savez(join(at, 'b.npz'), { x: [1] }, { level: 9 } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
})

const PROGRAM = `
import json, sys, zipfile, numpy as np
path = json.load(sys.stdin)
with zipfile.ZipFile(path) as archive: bad = archive.testzip()
with np.load(path) as loaded:
    print(json.dumps([bad, {name: [loaded[name].dtype.str, list(loaded[name].shape), loaded[name].tobytes().hex()] for name in loaded.files}]))`

live('NumPy and zipfile read what savez compresses: many chunks, any strides, no elements', (t, python) => {
  const at = folder(t)
  const raw = join(at, 'a.bin')
  writeFileSync(raw, Buffer.from(Uint8Array.from({ length: 60_000 }, (_, i) => (i * i) % 251)))
  const mapped = memmap(raw, { mode: 'r', shape: [200, 300] })
  const wide = arange(1_200_000, { dtype: 'int32' }).reshape([2, 600_000])
  const arrays = {
    mapped,
    strided: mapped.index('::-3, ::2'),
    transposed: mapped.T,
    wide,
    rows: wide.index(':, ::2'),
    empty: zeros([0, 3]),
    scalar: array(5n),
    text: array(['é', 'long']),
    big: arange(7, { dtype: '>f4' }),
  }
  const path = join(at, 'a.npz')
  savez(path, arrays, { compress: true })
  const [bad, found] = askPython(python, PROGRAM, path) as [null, Record<string, [string, number[], string]>]
  t.is(bad, null)
  for (const [name, one] of Object.entries(arrays)) {
    const copy = (one as NDArray).copy({ order: 'C' })
    t.deepEqual(found[name], [copy.dtype.str, [...copy.shape], Buffer.from(copy.bytes).toString('hex')], name)
    t.true((load(path as 'a.npz').get(name) as NDArray).equals(copy as never), name)
  }
})
