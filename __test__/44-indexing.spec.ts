import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { Memmap, MemmapError, array, memmap, newaxis, slice, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf } from './support/files.js'
import { times } from './support/slow.js'

const a = array(
  [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ],
  { dtype: 'int32' },
)

test('all ways to write a selection select the same', (t) => {
  const rows = [
    [5, 7],
    [9, 11],
  ]
  t.deepEqual(a.index('1:3', '1::2').toArray(), rows)
  t.deepEqual(a.index(' 1 : ', '-3 : : +2').toArray(), rows)
  t.deepEqual(a.index(slice(1, undefined), slice(1, 100, 2)).toArray(), rows)
  t.deepEqual(a.index(slice(1n, 3n), slice(-3, undefined, 2n)).toArray(), rows)
  t.deepEqual(
    a
      .slice(1)
      .index('...', slice(1, undefined, 2))
      .toArray(),
    rows,
  )
  t.deepEqual(a.index(slice(2)).toArray(), a.slice(0, 2).toArray())
  t.deepEqual(a.index(1n, -1).item(), 7)
  t.deepEqual(a.index(newaxis, 1, '...', newaxis).shape, [1, 4, 1])
  t.deepEqual(a.slice(-1, undefined, -1).toArray(), a.flip(0).toArray())
})

test('lists may be nested, typed arrays, and arrays of integers and of bool', (t) => {
  t.deepEqual(a.index([0, -1], [3, 0]).toArray(), [3, 8])
  t.deepEqual(a.index([[0], [2]], [1, 2]).toArray(), [
    [1, 2],
    [9, 10],
  ])
  t.deepEqual(a.index(':', Int8Array.of(3, 0)).toArray(), [
    [3, 0],
    [7, 4],
    [11, 8],
  ])
  t.deepEqual(a.index(BigUint64Array.of(2n)).toArray(), [[8, 9, 10, 11]])
  t.deepEqual(a.index(array([[0, 1]], { dtype: '>i2' })).shape, [1, 2, 4])
  t.deepEqual(a.index([true, false, true]).toArray(), [
    [0, 1, 2, 3],
    [8, 9, 10, 11],
  ])
  t.deepEqual(a.index(':', [true, false, false, true]).toArray(), [
    [0, 3],
    [4, 7],
    [8, 11],
  ])
  t.deepEqual(a.index(a.compare('>', 8)).toArray(), [9, 10, 11])
  t.deepEqual(a.index(a.T.compare('>', 8).T).toArray(), [9, 10, 11])
  t.deepEqual(
    a
      .index([
        [true, false, false, false],
        [false, false, false, true],
        [false, false, false, false],
      ])
      .toArray(),
    [0, 7],
  )
  t.deepEqual(a.index(true).shape, [1, 3, 4])
  t.deepEqual(a.index(false).shape, [0, 3, 4])
  t.deepEqual(a.index([]).shape, [0, 4])
  // An integer beside lists counts as a list; separated by a slice, the broadcast axes come first.
  t.deepEqual(zeros([2, 3, 4]).index(0, ':', [0, 1]).shape, [2, 3])
  t.deepEqual(zeros([2, 3, 4]).index(':', 0, [0, 1]).shape, [2, 2])
})

function rejects(message: RegExp, ...selectors: unknown[]): void {
  test(`index(${selectors.map((one) => inspect(one)).join(', ')}) throws ERR_MEMMAP_INDEX`, (t) => {
    const error = t.throws(() => a.index(...(selectors as never[])), {
      instanceOf: MemmapError,
      code: 'ERR_MEMMAP_INDEX',
    })
    t.regex(error?.message ?? '', message)
  })
}

rejects(/':' for all of an axis, newaxis/, null)
rejects(/':' for all of an axis, newaxis/, undefined)
rejects(/index 3 is out of bounds for axis 0 with size 3/, 3)
rejects(/index -5 is out of bounds for axis 1 with size 4/, 0, -5)
rejects(/too many indices/, 0, 0, 0)
rejects(/whole number/, 1.5)
rejects(/whole number/, NaN)
rejects(/'1:2:3:4'/, '1:2:3:4')
rejects(/'first'/, 'first')
rejects(/step of a slice must not be 0/, '::0')
rejects(/ellipsis/, '...', '...')
rejects(/whole numbers, or booleans only/, [0, true])
rejects(/whole numbers, or booleans only/, [0.5])
rejects(/same length on each level/, [[0, 1], [2]])
rejects(/size of axis is 3 but size of corresponding boolean axis is 2/, [true, false])
rejects(/shape mismatch/, [0, 1], [0, 1, 2])
rejects(/integers or booleans/, array([0.5]))
rejects(/integers or booleans/, [array([1, 2])])
rejects(/same length on each level/, [Int32Array.of(0, 1), [2]])
rejects(/invalid selector {}: a selector must be a whole number/, {})

test('typed arrays inside a list are lists of positions', (t) => {
  t.deepEqual(a.index([Int32Array.of(0, 2)] as never).toArray(), [[a.index(0).toArray(), a.index(2).toArray()]])
})

test('slice() rejects a step of 0 and fractions', (t) => {
  t.throws(() => slice(0, 1, 0), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => slice(0.5), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => slice(Number.NaN), { code: 'ERR_MEMMAP_INDEX' })
})

test('bounds beyond the axis select to its end, whatever their size', (t) => {
  const all = a.toArray()
  for (const [low, high] of [
    [-Infinity, Infinity],
    [-(2 ** 60), 2 ** 60],
    [-(2n ** 70n), 2n ** 70n],
  ] as const) {
    t.deepEqual(a.slice(low, high).toArray(), all)
    t.deepEqual(a.index(slice(high, low, -1)).toArray(), all.toReversed())
    t.deepEqual(a.slice(0, undefined, high).toArray(), all.slice(0, 1))
    t.deepEqual(a.slice(high, low).toArray(), [])
  }
})

test('mask() rejects a wrong length and a dtype other than bool', (t) => {
  t.throws(() => a.mask([true, false]), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.mask(array([1, 0, 1], { dtype: 'int8' })), { code: 'ERR_MEMMAP_INDEX' })
})

test('take() rejects indices and axes out of range, fractions and unknown options', (t) => {
  t.throws(() => a.take([12]), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.take([0], { axis: 2 }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.take([0.5]), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.take([0], { axes: 0 } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('get() rejects a wrong number of indices and text', (t) => {
  t.throws(() => a.get(0), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.get(0, '1' as never), { code: 'ERR_MEMMAP_INDEX' })
})

test('take without an axis takes from the flattened array', (t) => {
  t.deepEqual(a.take([0, -1, 5]).toArray(), [0, 11, 5])
  t.deepEqual(a.take([0, -1, 5], { axis: null as never }).toArray(), [0, 11, 5])
  t.deepEqual(a.T.take([1]).toArray(), [4])
  t.deepEqual(a.take([0, -1], { axis: 0 }).toArray(), [
    [0, 1, 2, 3],
    [8, 9, 10, 11],
  ])
  t.deepEqual(a.take([[0], [1]], { axis: 1 }).shape, [3, 2, 1])
  t.deepEqual(a.take(2, { axis: -1 }).toArray(), [2, 6, 10])
  t.is(a.take(7).item(), 7)
})

test('a mask of 4 million elements selects and stores', (t) => {
  const big = zeros(4_000_000, { dtype: 'uint8' })
  big.fill(1)
  big.assign(0, ['::2'])
  const mask = big.compare('==', 1)
  t.is(big.index(mask).size, 2_000_000)
  big.assign(7, [mask])
  t.is(big.sum(), 14_000_000n)
  big.assign(
    big.index(mask).map((value) => value + 1),
    [mask],
  )
  t.is(big.sum(), 16_000_000n)
})

test('a 0-d array gives and takes its element', (t) => {
  const one = memmap(fileOf(t, Buffer.from([5, 0, 0, 0])), { dtype: 'int32', shape: [] })
  t.deepEqual([one.ndim, one.size, one.shape], [0, 1, []])
  t.is(one.get(), 5)
  t.is(one.item(), 5)
  t.is(one.toArray(), 5)
  one.set(6)
  one.assign(7)
  t.deepEqual([...one.values()], [7])
  t.deepEqual([...one.entries()], [[[], 7]])
  t.deepEqual(one.index('...').shape, [])
  t.deepEqual(one.index(newaxis).toArray(), [7])
  t.deepEqual(one.reshape([1, 1]).toArray(), [[7]])
  t.is(one.sum(), 7n)
  t.is(one.sum({ axis: 0 }).item(), 7n)
  t.deepEqual(one.cumsum().toArray(), [7n])
  t.is(one.data[0], 7)
  t.is(one.T.get(), 7)
  t.throws(() => [...one], { instanceOf: MemmapError, code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => one.index(0), { instanceOf: MemmapError, code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => one.get(0), { instanceOf: MemmapError, code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => one.slice(0), { instanceOf: MemmapError, code: 'ERR_MEMMAP_INDEX' })
  one.close()
})

test('diagonals and views with repeated elements are read-only', (t) => {
  const map = memmap(fileOf(t, Buffer.alloc(16)), { shape: [4, 4] })
  for (const view of [
    map.diagonal(),
    map.broadcastTo([2, 4, 4]),
    map.diagonal().index('::2'),
    map.broadcastTo([2, 4, 4]).T,
  ]) {
    t.true(view instanceof Memmap)
    t.false(view.flags.writeable)
    t.throws(() => view.fill(1), { instanceOf: MemmapError, code: 'ERR_MEMMAP_READONLY' })
    t.throws(() => view.set(...view.shape.map(() => 0), 1), { instanceOf: MemmapError, code: 'ERR_MEMMAP_READONLY' })
  }
  t.true((map.diagonal().copy() as NDArray).flags.writeable)
  map.close()
})

test('property: slice() and its text select the same, with any digits and signs', (t) => {
  const line = array(
    Array.from({ length: 40 }, (_, i) => i),
    { dtype: 'int32' },
  )
  const bound = fc.option(fc.integer({ min: -120, max: 120 }), { nil: undefined })
  const step = fc.option(
    fc.integer({ min: -25, max: 25 }).filter((one) => one !== 0),
    { nil: undefined },
  )
  fc.assert(
    fc.property(bound, bound, step, fc.boolean(), (start, stop, by, sign) => {
      const digits = (one: number | undefined): string =>
        one === undefined ? '' : sign && one >= 0 ? `+${one}` : String(one)
      const selector = slice(start, stop, by)
      const text = `${digits(start)}:${digits(stop)}${by === undefined ? '' : `:${digits(by)}`}`
      t.deepEqual(line.index(text).toArray(), line.index(selector).toArray(), text)
      t.is(String(selector), text.replaceAll('+', ''))
      if (by === undefined) t.deepEqual(line.index(`${text}:`).toArray(), line.index(selector).toArray())
    }),
  )
})

test('get and set take an index of any kind after one of any other', (t) => {
  const outcome = (work: () => unknown): unknown => {
    try {
      return work()
    } catch (error) {
      return (error as MemmapError).code
    }
  }
  const index = fc.oneof(
    fc.integer({ min: -7, max: 7 }),
    fc.constantFrom(0n, -1n, 2n, -0, 1.5, NaN, '1', null, 2 ** 31),
  )
  const call = fc.record({
    indices: fc.array(index, { minLength: 3, maxLength: 3 }),
    value: fc.constantFrom(3, 7n, true),
  })
  const dtypes = ['float32', 'float64', 'int8', 'uint32', 'int64', 'bool', 'float16', '>f4', '>i8', '<u2'] as const
  const shape = [3, 1, 5]
  fc.assert(
    fc.property(
      fc.constantFrom(...dtypes),
      fc.integer({ min: 1, max: 3 }),
      fc.array(call, { minLength: 1, maxLength: 20 }),
      (dtype, ndim, calls) => {
        const a = zeros(shape.slice(3 - ndim), { dtype }) as NDArray
        const b = a.copy()
        for (const { indices, value } of calls) {
          const at = indices.slice(3 - ndim) as number[]
          const element = (of: NDArray): NDArray => of.index(...at)
          // The text '1' is a selector of index() only.
          const isWhole = at.every((one) => typeof one === 'bigint' || Number.isInteger(one))
          const expected = isWhole ? outcome(() => element(a).item()) : 'ERR_MEMMAP_INDEX'
          t.deepEqual(
            outcome(() => a.get(...at)),
            expected,
          )
          const stored = outcome(() => void a.set(...at, value as never))
          if (isWhole) t.is(stored, outcome(() => void element(b).fill(value as never)) as undefined)
          else t.is(stored, 'ERR_MEMMAP_INDEX')
          t.deepEqual(a.toArray(), b.toArray())
        }
      },
    ),
    { numRuns: times(200) },
  )
})
