/**
 * Functions of elements that change the array, or its memory, while they run.
 */
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { array, memmap, MemmapError, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { folder } from './support/files.js'
import { times } from './support/slow.js'

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

/** Arrays of a shape in every order of elements. */
const LAYOUTS: readonly ((shape: number[], dtype: (typeof DTYPES)[number]) => NDArray)[] = [
  (shape, dtype) => zeros(shape, { dtype }) as NDArray,
  (shape, dtype) => zeros(shape.toReversed(), { dtype }).T as NDArray,
  (shape, dtype) =>
    zeros(
      shape.map((length) => 2 * length + 1),
      { dtype },
    ).index(...shape.map((length) => `1:${2 * length + 1}:2`)) as NDArray,
  (shape, dtype) => zeros(shape, { dtype }).index(...shape.map(() => '::-1')) as NDArray,
  (shape, dtype) =>
    zeros(shape, {
      dtype: [
        ['x', 'u1'],
        ['y', dtype],
      ] as never,
    }).field('y' as never) as NDArray,
]

/** Functions of distinct texts, more than there are compiled loops, and what they return besides numbers. */
const FUNCTIONS: readonly ((value: number, index: number) => unknown)[] = [
  (value) => value + 1,
  (_, index) => index % 100,
  (value, index) => (index % 7 === 3 ? BigInt(index % 50) : value),
  (value, index) => (index % 5 === 4 ? true : value),
  (value, index) => (index % 3 === 0 ? String(index % 90) : value),
  (value, index) => (index > 40 ? value / 3 : value),
  (value, index) => (index === 65 ? {} : value),
  ...Array.from({ length: 40 }, (_, n) => new Function('value', 'index', `return (value + ${n}) % 100`) as never),
]

test('apply and map do as get and set do, element by element', (t) => {
  const outcome = (work: () => unknown): unknown => {
    try {
      return work()
    } catch (error) {
      return (error as MemmapError).code
    }
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...DTYPES),
      fc.constantFrom(...DTYPES),
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...LAYOUTS),
      fc.constantFrom(...FUNCTIONS),
      (dtype, to, shape, layout, fn) => {
        const a = layout(shape, dtype)
        a.assign(Array.from({ length: shape.at(-1) as number }, (_, index) => index))
        const expected = zeros(shape, { dtype: to })
        const naive = (from: NDArray, target: NDArray): unknown =>
          outcome(() => {
            let index = 0
            for (const [at] of from.entries()) target.set(...at, fn(from.get(...at) as number, index++) as never)
            return target.toArray()
          })
        const mapped = outcome(() => a.map(fn as never, { dtype: to } as never).toArray())
        t.deepEqual(mapped, naive(a, expected as NDArray), `${dtype} to ${to}: ${fn}`)
        const copy = layout(shape, dtype).assign(a)
        const done = naive(copy, copy)
        t.deepEqual(
          outcome(() => a.apply(fn as never).toArray()),
          done,
          `${dtype}: ${fn}`,
        )
        t.deepEqual(a.toArray(), copy.toArray())
      },
    ),
    { numRuns: times(300) },
  )
})

test('a function that closes or moves a long array of any layout ends apply and map there', (t) => {
  for (const layout of LAYOUTS) {
    for (const dtype of ['float64', 'int16', '>f8'] as const) {
      for (const at of [0, 70, 99]) {
        for (const method of ['apply', 'map'] as const) {
          const path = join(folder(t), `${method}.bin`)
          const file = memmap(path, { mode: 'w+', dtype, shape: [2, 100] })
          const view = file.T.index(':', 1)
          let calls = 0
          const closing = (value: number): number => {
            if (calls++ === at) file.close()
            return value + 1
          }
          const work = (): unknown => (view as NDArray)[method](closing as never)
          if (method === 'map' && at === 99) t.notThrows(work)
          else t.throws(work, { code: 'ERR_MEMMAP_CLOSED' })
          t.is(calls, at + 1)
          const a = layout([4, 25], dtype)
          const bytes = a.base ?? a
          calls = 0
          const moving = (value: number): number => {
            const { buffer } = bytes
            if (calls++ === at) structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
            return value + 1
          }
          const move = (): unknown => a[method](moving as never)
          if (method === 'map' && at === 99) t.notThrows(move)
          else t.throws(move, { code: 'ERR_MEMMAP_CLOSED' })
        }
      }
    }
  }
})

test('lists and iterators have what get reads', (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DTYPES),
      fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 0, maxLength: 5 }),
      fc.constantFrom(...LAYOUTS),
      (dtype, shape, layout) => {
        const a = layout(shape, dtype)
        let count = 0
        a.apply(((value: number) => value + (count++ % 60)) as never)
        const elements: unknown[] = []
        const entries: unknown[] = []
        const lists = (indices: number[]): unknown => {
          if (indices.length < shape.length) {
            return Array.from({ length: shape[indices.length] as number }, (_, index) => lists([...indices, index]))
          }
          const element = a.getSlow(...indices)
          elements.push(element)
          entries.push([indices, element])
          return element
        }
        t.deepEqual(a.toArray(), lists([]))
        t.deepEqual([...a.values()], elements)
        t.deepEqual([...a.entries()], entries)
      },
    ),
    { numRuns: times(300) },
  )
})
