/**
 * Functions of elements that change the array, or its memory, while they run.
 */
import { join } from 'node:path'
import test from 'ava'
import { array, memmap, MemmapError, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { folder } from './support/files.js'

const DTYPES = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'float32',
  'float64',
  'float16',
  '>f8',
  '>i2',
] as const

test('apply and map pass each element and its index, and store what fits', (t) => {
  for (const dtype of DTYPES) {
    for (const of of [
      () =>
        array(
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
          { dtype },
        ),
      () =>
        array(
          [
            [1, 4],
            [2, 5],
            [3, 6],
          ],
          { dtype },
        ).T,
      () =>
        array(
          [
            [
              [1, 2, 3],
              [4, 5, 6],
            ],
          ],
          { dtype },
        ).index(0) as unknown as NDArray<typeof dtype>,
    ]) {
      const seen: unknown[] = []
      const mapped = of().map((value, index) => {
        seen.push([value, index])
        return value * 2
      })
      t.deepEqual(
        seen,
        [1, 2, 3, 4, 5, 6].map((value, index) => [value, index]),
        dtype,
      )
      t.deepEqual(
        mapped.toArray(),
        [
          [2, 4, 6],
          [8, 10, 12],
        ],
        dtype,
      )
      const a = of()
      // A bigint and a boolean are stored as set stores them.
      a.apply(((value: number, index: number) => (index === 1 ? 7n : index === 2 ? true : value + index)) as never)
      t.deepEqual(
        a.toArray(),
        [
          [1, 7, 1],
          [7, 9, 11],
        ],
        dtype,
      )
    }
  }
})

test('apply and map store any other value as set does, or refuse it so', (t) => {
  const codeOf = (work: () => unknown): unknown => {
    try {
      work()
      return null
    } catch (error) {
      return (error as MemmapError).code
    }
  }
  for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32'] as const) {
    for (const value of [
      1.5,
      -1.5,
      -0,
      128,
      256,
      -129,
      2 ** 31,
      2 ** 40,
      -(2 ** 40),
      NaN,
      Infinity,
      '3',
      'x',
      null,
      undefined,
    ]) {
      const [a, b] = [zeros(5, { dtype }), zeros(5, { dtype })]
      const code = codeOf(() => a.set(2, value as never))
      const fn = (_: number, index: number): number => (index === 2 ? (value as number) : 0)
      t.is(
        codeOf(() => b.apply(fn)),
        code,
        `${dtype}: ${value}`,
      )
      t.deepEqual(b.toArray(), a.toArray(), `${dtype}: ${value}`)
      let mapped: unknown = a.toArray()
      t.is(
        codeOf(() => (mapped = b.map(fn).toArray())),
        code,
      )
      t.deepEqual(mapped, a.toArray())
    }
  }
})

test('a function that closes the array ends apply and map', (t) => {
  const path = join(folder(t), 'a.bin')
  for (const method of ['apply', 'map'] as const) {
    for (const at of [0, 3, 9]) {
      const a = memmap(path, { mode: 'w+', dtype: 'float64', shape: 10 })
      const view = a.slice(0, 10)
      const closing = (of: { close(): void }) => (value: number, index: number) => {
        if (index === at) of.close()
        return value + 1
      }
      // A view that closes itself leaves its base open.
      const work = (): unknown => view[method](closing(view))
      if (method === 'map' && at === 9) t.notThrows(work)
      else t.throws(work, { code: 'ERR_MEMMAP_CLOSED' })
      const all = (): unknown => a[method](closing(a))
      if (method === 'map' && at === 9) t.notThrows(all)
      else t.throws(all, { code: 'ERR_MEMMAP_CLOSED' })
    }
  }
})

test('a function that resizes the array', (t) => {
  const a = memmap(join(folder(t), 'b.bin'), { mode: 'w+', dtype: 'float64', shape: 4 })
  a.apply((_, index) => {
    if (index === 1) a.resize(1 << 20)
    return index + 1
  })
  t.deepEqual(a.slice(0, 6).toArray(), [1, 2, 3, 4, 0, 0])
  t.throws(
    () =>
      a.apply((value, index) => {
        if (index === 1) a.resize(2)
        return value + 1
      }),
    { instanceOf: MemmapError },
  )
  t.deepEqual(a.toArray(), [2, 3])
  a.close()
})

test('a function that moves the memory away, or throws', (t) => {
  for (const at of [0, 2, 3]) {
    const a = array([1, 2, 3, 4])
    const moving = (value: number, index: number): number => {
      if (index === at) structuredClone(a.data.buffer, { transfer: [a.data.buffer as ArrayBuffer] })
      return value
    }
    t.throws(() => a.apply(moving), { code: 'ERR_MEMMAP_CLOSED' })
  }
  const a = array([1, 2, 3, 4])
  const failing = (_: number, index: number): number => {
    if (index === 2) throw new RangeError('mine')
    return 9
  }
  t.throws(() => a.apply(failing), { instanceOf: RangeError, message: 'mine' })
  t.deepEqual(a.toArray(), [9, 9, 3, 4])
})

test('a function that stores to the array sees what it stored', (t) => {
  const a = array([1, 2, 3, 4])
  a.apply((value, index) => {
    if (index < 3) a.set(index + 1, value + 10)
    return value
  })
  t.deepEqual(a.toArray(), [1, 11, 21, 31])
})
