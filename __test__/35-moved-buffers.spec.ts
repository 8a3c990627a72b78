/**
 * Memory that JavaScript moves away: buffers that are transferred, and resizable ones.
 */
import { join } from 'node:path'
import test from 'ava'
import { array, memmap, MemmapError, openMemmap, save, savez, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { folder } from './support/files.js'

type Any = NDArray<'float64'>

const MOVED = { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED', message: /transferred/ }

function move(buffer: ArrayBufferLike): void {
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
}

function detached<T extends ArrayBufferView>(view: T): T {
  move(view.buffer)
  return view
}

/** Every use of an argument that has no memory any more. */
const TAKES: Record<string, (u: Uint8Array, at: string) => unknown> = {
  array: (u) => array(u),
  'array of a list': (u) => array([u, u]),
  'array of bytes': (u) => array(u, { dtype: 'S3' }),
  'array of raw bytes': (u) => array(u, { dtype: 'V3' }),
  'array of text': (u) => array([u], { dtype: 'U3' }),
  assign: (u) => zeros(8).assign(u as never),
  'assign to a selection': (u) => zeros([2, 8]).assign(u as never, [0]),
  'assign to positions': (u) => zeros([2, 8]).assign(u as never, [[0, 1]]),
  'promises.assign': (u) => zeros(8).promises.assign(u as never),
  fill: (u) => zeros(8, { dtype: 'S3' }).fill(u as never),
  'fill of raw bytes': (u) => zeros(8, { dtype: 'V3' }).fill(u),
  set: (u) => zeros(8, { dtype: 'V3' }).set(0, u),
  take: (u) => zeros(8).take(u),
  index: (u) => zeros(8).index(u),
  'index by a list': (u) => zeros(8).index([u] as never),
  mask: (u) => zeros(8).mask(u as never),
  compare: (u) => zeros(8).compare('==', u as never),
  'compare of bytes': (u) => zeros(8, { dtype: 'S3' }).compare('==', u as never),
  'compare of raw bytes': (u) => zeros(8, { dtype: 'V3' }).compare('==', u as never),
  equals: (u) => zeros(8).equals(u as never),
  allClose: (u) => zeros(8).allClose(u as never),
  append: (u, at) => openMemmap(join(at, 'a.npy'), { mode: 'w+', shape: [1] }).append(u as never),
  save: (u, at) => save(join(at, 'b.npy'), u),
  savez: (u, at) => savez(join(at, 'b.npz'), { u }),
  shape: (u) => zeros(u),
  reshape: (u) => zeros(8).reshape(u as never),
  'a path': (u) => memmap(u as never),
}

test('an argument that was transferred is refused with a code', async (t) => {
  const at = folder(t)
  for (const [name, use] of Object.entries(TAKES)) {
    for (const u of [
      detached(new Uint8Array(8)),
      detached(new Uint8Array(0)),
      detached(new Uint8Array(8).subarray(4)),
    ]) {
      if (name === 'mask') await t.throwsAsync(async () => use(u, at), { instanceOf: MemmapError }, name)
      else await t.throwsAsync(async () => use(u, at), MOVED, name)
    }
  }
  await t.throwsAsync(
    async () => zeros(1, { dtype: 'V3' }).fill(detached(new DataView(new ArrayBuffer(3))) as never),
    MOVED,
  )
})

test('an argument that is given away while promises.assign reads it is refused with a code', async (t) => {
  const u = new Float64Array(1 << 19).fill(1)
  for (const target of [zeros(1 << 19), zeros(1 << 19, { dtype: '>f4' })]) {
    const copy = u.slice()
    const promise = target.promises.assign(copy as never)
    move(copy.buffer)
    await t.throwsAsync(promise, MOVED)
  }
})

const KINDS = {
  float64: () => array([1, 2, 3, 4]),
  'two axes': () =>
    array([
      [1, 2],
      [3, 4],
    ]),
  'three axes': () =>
    array([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
  'four axes': () =>
    array([
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
    ]),
  'no axes': () => array(5),
  bool: () => array([true, false]),
  int64: () => array([1n, 2n]),
  float16: () => array([1, 2], { dtype: 'float16' }),
  big: () => array([1, 2], { dtype: '>f8' }),
  'big, three axes': () =>
    array(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      { dtype: '>f4' },
    ),
  text: () => array(['a', 'b']),
  bytes: () => array(['a', 'b'], { dtype: 'S1' }),
  dates: () => array([new Date(5)]),
  complex: () => array([{ re: 1, im: 2 }]),
  records: () =>
    array([{ x: 1, y: 2 }], {
      dtype: [
        ['x', 'i1'],
        ['y', '<f4'],
      ],
    }),
}

/** Every use of an array whose memory is gone, with its first index. */
const USES: Record<string, (a: Any, at: string, first: number[], value: unknown) => unknown> = {
  get: (a, _, first) => (a as never as { get(...i: number[]): unknown }).get(...first),
  set: (a, _, first, value) => (a as never as { set(...i: unknown[]): unknown }).set(...first, value),
  bytes: (a) => a.bytes,
  buffer: (a) => a.buffer,
  toArray: (a) => a.toArray(),
  values: (a) => [...a.values()],
  entries: (a) => [...a.entries()],
  map: (a) => a.map((value: number) => value),
  apply: (a) => a.apply((value) => value),
  copy: (a) => a.copy(),
  astype: (a) => a.astype(a.dtype.newByteOrder() as never),
  fill: (a, _f, _i, value) => a.fill(value as never),
  assign: (a, _f, _i, value) => a.assign(value as never),
  'assign of itself': (a) => a.assign(a),
  'assign from it': (a) => zeros(a.shape, { dtype: a.dtype }).assign(a as never),
  equals: (a) => a.equals(a),
  reshape: (a) => a.reshape(-1),
  flatten: (a) => a.flatten(),
  transpose: (a) => a.T,
  json: (a) => (a as never as { toJSON(): unknown }).toJSON(),
  repr: (a) => a.repr(),
  text: (a) => a.toString(),
  index: (a) => a.index('...').equals(a),
  'promises.copy': (a) => a.promises.copy(),
  'promises.fill': (a, _f, _i, value) => a.promises.fill(value as never),
  'promises.assign': (a, _f, _i, value) => a.promises.assign(value as never),
  save: (a, at) => save(join(at, 'c.npy'), a),
  savez: (a, at) => savez(join(at, 'c.npz'), { a }),
  array: (a) => array(a),
  'array of a list': (a) => array([a, a] as never),
}
const NUMBERS: typeof USES = {
  data: (a) => a.data,
  strided: (a) => a.strided(),
  sum: (a) => a.sum(),
  compare: (a) => a.compare('==', 1),
  'compare with it': (a) => array(1).compare('==', a),
  cumsum: (a) => a.cumsum(),
  'promises.sum': (a) => a.promises.sum(),
}

test('an array in memory whose buffer was transferred throws with a code in every method', async (t) => {
  const at = folder(t)
  for (const [kind, make] of Object.entries(KINDS)) {
    const uses = ['float64', 'two axes', 'three axes', 'four axes'].includes(kind) ? { ...USES, ...NUMBERS } : USES
    for (const [name, use] of Object.entries(uses)) {
      const a = make() as unknown as Any
      const first = a.shape.map(() => 0)
      const value: unknown = (a as never as { get(...i: number[]): unknown }).get(...first)
      // The accessors are compiled for memory that is there.
      for (let round = 0; round < 3; round++) use(make() as unknown as Any, at, first, value)
      move(a.bytes.buffer)
      await t.throwsAsync(async () => use(a, at, first, value), MOVED, `${kind}: ${name}`)
    }
  }
})

test('float16 bits, and views from before, of a buffer that was transferred throw with a code', (t) => {
  const a = array([1, 2], { dtype: 'float16' })
  const view = a.slice(0, 1)
  const iterator = a.values()
  iterator.next()
  move(a.bytes.buffer)
  t.throws(() => a.bits, MOVED)
  t.throws(() => view.get(0), MOVED)
  t.throws(() => view.set(0, 1), MOVED)
  t.throws(() => iterator.next(), MOVED)
  t.regex(String(a.dtype), /float16/)
})

test('a loop of set notices that its buffer is transferred', (t) => {
  const a = zeros(1000)
  const fill = (): void => {
    for (let i = 0; i < 1000; i++) a.set(i, i)
  }
  for (let round = 0; round < 200; round++) fill()
  move(a.data.buffer)
  t.throws(fill, MOVED)
})

test('an empty array has nothing to lose', (t) => {
  const mapped = memmap(join(folder(t), 'empty.bin'), { mode: 'w+', dtype: 'float64', shape: [0, 3] })
  for (const a of [zeros([0, 3]), array(new Float64Array(0)), mapped] as Any[]) {
    move(a.data.buffer)
    t.is(a.data.length, 0)
    t.is(a.bytes.length, 0)
    t.deepEqual(a.toArray(), [])
    t.deepEqual([...a.values()], [])
    t.is(a.sum(), 0)
    t.is(a.copy().size, 0)
  }
  // The next empty arrays are not affected.
  t.is(zeros(0).data.length, 0)
  mapped.append([[1, 2, 3]])
  t.deepEqual(mapped.toArray(), [[1, 2, 3]])
  t.is(mapped.get(0, 2), 3)
  mapped.close()
})

interface Resizable {
  resize(length: number): void
  grow(length: number): void
}
const resizable = (length: number, most: number): ArrayBuffer & Resizable =>
  new (ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer & Resizable)(length, {
    maxByteLength: most,
  })
const growable = (length: number, most: number): SharedArrayBuffer & Resizable =>
  new (SharedArrayBuffer as unknown as new (length: number, options: object) => SharedArrayBuffer & Resizable)(length, {
    maxByteLength: most,
  })

test('resizable buffers are read at their present length', async (t) => {
  const at = folder(t)
  const buffer = resizable(16, 64)
  const tracking = new Float64Array(buffer)
  tracking.set([1, 2])
  t.deepEqual(array(tracking).toArray(), [1, 2])
  buffer.resize(32)
  tracking.set([1, 2, 3, 4])
  const target = zeros(4)
  target.assign(tracking)
  t.deepEqual(target.toArray(), [1, 2, 3, 4])
  t.true(target.equals(tracking))
  t.deepEqual(
    array([5, 6, 7])
      .take(new Uint8Array(buffer, 0, 2))
      .toArray(),
    [5, 5],
  )
  save(join(at, 'a.npy'), tracking)
  t.deepEqual(openMemmap(join(at, 'a.npy'), { mode: 'r' }).toArray(), [1, 2, 3, 4])
  const behind = new Float64Array(buffer, 16, 2)
  const after = new Float64Array(buffer, 16)
  buffer.resize(8)
  t.deepEqual(array(tracking).toArray(), [1])
  for (const [name, use] of Object.entries(TAKES)) {
    if (/bytes|text|fill|^set|path|mask/.test(name)) continue
    for (const view of [behind, after]) {
      await t.throwsAsync(
        async () => use(view as never, at),
        { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' },
        name,
      )
    }
  }
  buffer.resize(0)
  t.deepEqual(array(tracking).toArray(), [])
})

test('growable shared buffers are read at their present length', (t) => {
  const buffer = growable(8, 64)
  const tracking = new Uint8Array(buffer)
  t.is(array(tracking).size, 8)
  buffer.grow(64)
  t.is(array(tracking).size, 64)
  const target = zeros(64)
  target.assign(tracking)
  t.true(target.equals(tracking))
  t.true(zeros(1).equals(new Uint8Array(buffer, 3, 1)))
})

test('a resizable buffer that changes while promises.assign reads it', async (t) => {
  const buffer = resizable(4 << 20, 8 << 20)
  const shrunk = zeros(1 << 19).promises.assign(new Float64Array(buffer) as never)
  buffer.resize(8)
  await t.throwsAsync(shrunk, { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' })
  buffer.resize(4 << 20)
  const grown = zeros(1 << 19).promises.assign(new Float64Array(buffer).fill(2) as never)
  buffer.resize(8 << 20)
  t.is((await grown).sum(), 2 * (1 << 19))
})
