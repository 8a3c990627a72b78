/** Other packages over the pages of a file: each stores through its own array, and the file changes. See docs/neighbours.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import { memmap } from '../lib/index.js'
import type { Strided } from '../lib/array/typed-views.js'
import type { Memmap } from '../lib/index.js'
import { fileOf, folder } from './support/files.js'
import { requiring } from './support/platform.js'

const load = createRequire(import.meta.url)

/** A file of 12 numbers from 0 on, as 3 rows. */
function grid(t: ExecutionContext): { path: string; map: Memmap<'float32'>; onDisk: () => number[] } {
  const path = fileOf(t, Buffer.from(Float32Array.from({ length: 12 }, (_, i) => i).buffer))
  const map = memmap(path, { dtype: 'float32', shape: [3, 4] })
  t.teardown(() => map.close())
  return { path, map, onDisk: () => [...new Float32Array(Uint8Array.from(readFileSync(path)).buffer)] }
}

/** A view: every other column, reversed, transposed. */
function someView(map: Memmap<'float32'>): Strided<Float32Array> {
  return map.T.index('::-2').strided()
}

interface Scijs {
  shape: number[]
  get(i: number, j: number): number
  set(i: number, j: number, value: number): void
}

test('scijs ndarray', (t) => {
  const { map, onDisk } = grid(t)
  const ndarray = load('ndarray') as (data: unknown, shape: unknown, strides: unknown, offset: number) => Scijs
  const { data, shape, strides, offset } = someView(map)
  const array = ndarray(data, shape, strides, offset)
  t.deepEqual([...array.shape], [2, 3])
  t.is(array.get(0, 2), 11)
  array.set(1, 2, -1)
  t.is(onDisk()[9], -1)
  t.is(map.get(2, 1), -1)
})

test('@stdlib/ndarray', (t) => {
  const { map, onDisk } = grid(t)
  type Constructor = new (
    dtype: string,
    data: unknown,
    shape: unknown,
    strides: unknown,
    offset: number,
    order: string,
  ) => Scijs
  const Ndarray = load('@stdlib/ndarray-base-ctor') as Constructor
  const { data, shape, strides, offset } = someView(map)
  const array = new Ndarray('float32', data, shape, strides, offset, 'row-major')
  t.is(array.get(0, 2), 11)
  array.set(1, 2, -2)
  t.is(onDisk()[9], -2)
})

requiring('numpy-ts', (t) => {
  const { map, onDisk } = grid(t)
  interface Array extends Scijs {
    readonly storage: { readonly constructor: { fromDataShared(...parts: unknown[]): unknown } }
  }
  const numpy = load('numpy-ts') as {
    NDArray: new (storage: unknown) => Scijs
    zeros(shape: number[]): Array
    sum(array: Scijs): number
  }
  const { data, shape, strides, offset } = someView(map)
  // Functions that take data copy it; this creates storage over borrowed data.
  const storage = numpy.zeros([1]).storage.constructor.fromDataShared(data, shape, 'float32', strides, offset, null)
  const array = new numpy.NDArray(storage)
  t.deepEqual([...array.shape], [2, 3])
  const set = array.set as unknown as (indices: number[], value: number) => void
  set.call(array, [1, 2], -3)
  t.is(onDisk()[9], -3)
  map.set(2, 1, 9)
  t.is(numpy.sum(array), 11 + 7 + 3 + 9 + 5 + 1)
})

test('apache-arrow', (t) => {
  const { map, onDisk } = grid(t)
  interface Vector {
    get(i: number): number
    readonly data: { readonly values: Float32Array }[]
  }
  const arrow = load('apache-arrow') as { makeVector(data: unknown): Vector }
  const vector = arrow.makeVector(map.data)
  t.is(vector.get(11), 11)
  const values = vector.data[0]?.values as Float32Array
  values[9] = -4
  t.is(onDisk()[9], -4)
  map.set(0, 0, 8)
  t.is(vector.get(0), 8)
})

test('@tensorflow/tfjs', (t) => {
  const { map, onDisk } = grid(t)
  interface Tensor {
    dataSync(): Float32Array
    readonly shape: number[]
  }
  const tf = load('@tensorflow/tfjs-core') as {
    tensor(data: unknown, shape: readonly number[], dtype: string): Tensor
    sum(one: Tensor): Tensor
  }
  load('@tensorflow/tfjs-backend-cpu')
  const tensor = tf.tensor(map.data, map.shape, 'float32')
  t.deepEqual(tensor.shape, [3, 4])
  map.set(0, 0, 34)
  t.is(tf.sum(tensor).dataSync()[0], 100)
  tensor.dataSync()[9] = -5
  t.is(onDisk()[9], -5)
})

test('npyjs', (t) => {
  const path = join(folder(t), 'grid.npy')
  interface Parsed {
    readonly data: Float32Array
    readonly shape: number[]
  }
  const npyjs = load('npyjs') as {
    dump(data: unknown, shape: readonly number[]): ArrayBuffer
    parse(buffer: ArrayBufferLike): Parsed
  }
  // dump() copies; parse() reads the pages of the file, with their header.
  const { map } = grid(t)
  writeFileSync(path, new Uint8Array(npyjs.dump(map.data, map.shape)))
  const file = memmap(path)
  const { data, shape } = npyjs.parse(file.buffer)
  t.deepEqual(shape, [3, 4])
  t.is(data[11], 11)
  data[9] = -6
  file.close()
  const bytes = readFileSync(path)
  t.is(bytes.readFloatLE(bytes.length - 12), -6)
})
