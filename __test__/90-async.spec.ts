import { readFileSync, truncateSync } from 'node:fs'
import test from 'ava'
import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import { MemmapError, arange, array, concat, expr, memmap, support, zeros } from '../lib/index.js'
import type { Memmap, NDArray, AsyncOptions } from '../lib/index.js'
import { REDUCTIONS } from '../lib/ops/table.js'
import type { Reduction } from '../lib/ops/table.js'
import { fileOf, hole } from './support/files.js'
import { samples } from './support/oracle-arbitraries.js'
import { times } from './support/slow.js'

type Work = Record<string, (...args: unknown[]) => Promise<unknown>>

const NAMES = Object.keys(REDUCTIONS) as Reduction[]

/** Every method, called with options at the end. */
const CALLS: Readonly<Record<string, (a: Memmap, options: AsyncOptions) => Promise<unknown>>> = {
  ...Object.fromEntries(
    NAMES.map((name) => [name, (a: Memmap, options: AsyncOptions) => (a.promises as unknown as Work)[name]?.(options)]),
  ),
  copy: (a, options) => a.promises.copy(options),
  astype: (a, options) => a.promises.astype('float64', options),
  assign: (a, options) => a.promises.assign(2, undefined, options),
  fill: (a, options) => a.promises.fill(1, options),
  flush: (a, options) => a.promises.flush(options),
  prefetch: (a, options) => a.promises.prefetch(options),
  minmax: (a, options) => a.promises.minmax(options),
  nonzero: (a, options) => a.promises.nonzero(options),
  bincount: (a, options) => a.promises.bincount(options),
  median: (a, options) => a.promises.median(options),
  quantile: (a, options) => a.promises.quantile(0.25, options),
  histogram: (a, options) => a.promises.histogram(options),
  dot: (a, options) => a.promises.dot(a, options),
  nearest: async (a, options) =>
    a
      .reshape(-1, a.size % 64 === 0 ? 64 : 1)
      .promises.nearest(zeros([3, a.size % 64 === 0 ? 64 : 1]), { metric: 'dot', ...options }),
} as Record<string, (a: Memmap, options: AsyncOptions) => Promise<unknown>>

/** The same of expressions over an array, and an array that is assigned one. */
const OF_EXPRESSIONS: typeof CALLS = {
  ...Object.fromEntries(
    [...NAMES, 'minmax', 'nonzero', 'bincount', 'median', 'histogram'].map((name) => [
      `${name} of an expression`,
      async (a: Memmap, options: AsyncOptions) => (expr`${a} * 2`.promises as unknown as Work)[name]?.(options),
    ]),
  ),
  'quantile of an expression': async (a, options) => expr`${a} * 2`.promises.quantile(0.25, options),
  'dot of an expression': async (a, options) => {
    const columns = a.size % 64 === 0 ? 64 : 1
    return expr`${a.reshape(-1, columns)} * 2`.promises.dot(zeros(columns), options)
  },
  'nearest of an expression': async (a, options) => {
    const columns = a.size % 64 === 0 ? 64 : 1
    return expr`${a.reshape(-1, columns)} * 2`.promises.nearest(zeros(columns), { metric: 'dot', ...options })
  },
  'evaluate of an expression': async (a, options) => expr`${a} * 2`.promises.evaluate(options),
  'assign an expression': async (a, options) => a.promises.assign(expr`${a} * 2 + 1`, undefined, options),
  'evaluate of a join': async (a, options) => concat([a, a]).promises.evaluate(options),
  'sum of a join': async (a, options) => concat([a, a]).promises.sum(options),
} as typeof CALLS

/** A file large enough that work on it takes some milliseconds. */
const LARGE = 2 ** 27

/** A file of a quarter of that, for what is called with each of some 60 methods: large enough for several chunks. */
const MANY = 2 ** 25

function large(t: ExecutionContext, bytes = LARGE): Memmap {
  // 0 lets `any` read everything; `all` stops at the first, so tests below allow for that.
  return memmap(hole(t, bytes), { dtype: 'int32' }) as unknown as Memmap
}

const same = (t: ExecutionContext, found: unknown, expected: unknown): void => {
  const plain = (value: unknown): unknown => (isArray(value) ? [value.dtype.name, value.shape, value.toArray()] : value)
  t.deepEqual(plain(found), plain(expected))
}

function isArray(value: unknown): value is NDArray {
  return typeof value === 'object' && value !== null && 'toArray' in value
}

test('promises has the methods of the contract', (t) => {
  const names = Reflect.ownKeys(Object.getPrototypeOf(zeros(1).promises) as object).filter(
    (name) => name !== 'constructor',
  )
  // Those that sort take too long on a large array: 15 and 16.
  const sorting = ['sort', 'argsort', 'unique', 'searchsorted', 'topk']
  t.deepEqual(names.toSorted(), [...Object.keys(CALLS), ...sorting].toSorted())
  const ofExpressions = Reflect.ownKeys(Object.getPrototypeOf(expr`1`.promises) as object).map(String)
  const called = Object.keys(OF_EXPRESSIONS).map((name) => name.split(' of an expression')[0])
  t.deepEqual(
    ofExpressions.filter((name) => ![...called, ...sorting, 'constructor'].includes(name)),
    [],
  )
})

test('promises is one object an array', (t) => {
  const a = zeros(3)
  t.is(a.promises, a.promises)
  t.not(a.promises, a.slice(0).promises)
})

for (const name of NAMES) {
  test(`${name}: the promise has the synchronous result, mapped or not`, async (t) => {
    const options = fc
      .record({ keepdims: fc.boolean(), axis: fc.option(fc.integer({ min: -1, max: 0 })) })
      .map(({ keepdims, axis }) => (axis === null ? { keepdims } : { keepdims, axis }))
    const property = fc.asyncProperty(samples(1), options, async ({ array: a }, given) => {
      const now = (a as unknown as Record<string, (options: unknown) => unknown>)[name]?.(given)
      same(t, await (a.promises as unknown as Work)[name]?.(given), now)
    })
    await fc.assert(property, { numRuns: 100 })
    const bytes = Uint8Array.from({ length: 3 << 20 }, (_, index) => (index * 7919) % 251)
    const file = memmap(fileOf(t, bytes), { dtype: '>i2', mode: 'r' })
    const now = (file as unknown as Record<string, () => unknown>)[name]?.()
    same(t, await (file.promises as unknown as Work)[name]?.(), now)
  })
}

test('copy and astype: the promise has the synchronous result', async (t) => {
  const property = fc.asyncProperty(samples(), fc.constantFrom('C', 'F', 'A', 'K'), async ({ array: a }, order) => {
    same(t, await a.promises.copy({ order: order as 'C' }), a.copy({ order: order as 'C' }))
    for (const dtype of ['float32', '>i8', 'U7', 'bool'] as const)
      same(t, await a.promises.astype(dtype, { order: order as 'C' }), a.astype(dtype, { order: order as 'C' }))
  })
  await fc.assert(property, { numRuns: times(200) })
})

test('assign and fill: the same stores as synchronous, with every kind of selector and broadcast values', async (t) => {
  const values: [value: unknown, selectors?: unknown[]][] = [
    [5],
    [[1, 2, 3, 4]],
    [[[7], [8], [9]]],
    [new Float32Array([1.5, 2.5, 3.5, 4.5])],
    [array([[9], [8], [7]], { dtype: '>i2' })],
    [3, [1]],
    [
      [1, 2],
      [':', [0, 2]],
    ],
    [6, [[true, false, true]]],
    [
      [5, 6, 7],
      [
        [0, 2, 0],
        [1, 1, 1],
      ],
    ],
    [true, ['::2', '::-1']],
  ]
  for (const [value, selectors] of values) {
    for (const mapped of [true, false]) {
      const [one, other] = [0, 1].map(() =>
        mapped ? memmap(hole(t, 48), { dtype: 'float32', shape: [3, 4] }) : zeros([3, 4], { dtype: 'float32' }),
      ) as unknown as [NDArray, NDArray]
      other.assign(value as never, selectors as never)
      t.is(await one.promises.assign(value as never, selectors as never), one)
      same(t, one, other)
      t.is(await one.promises.fill(4), one)
      t.deepEqual([...one.values()], new Array(12).fill(4))
    }
  }
})

test('assign is correct where source and target overlap, over many chunks', async (t) => {
  const count = 1 << 20
  for (const mapped of [true, false]) {
    const a = mapped ? memmap(hole(t, 4 * count), { dtype: 'int32' }) : zeros([count], { dtype: 'int32' })
    a.assign(Int32Array.from({ length: count }, (_, index) => index))
    await a.slice(1).promises.assign(a.slice(0, -1))
    t.deepEqual([a.get(0), a.get(1), a.get(12345), a.get(-1)], [0, 0, 12344, count - 2])
    await a.promises.assign(a.flip())
    t.deepEqual([a.get(0), a.get(-1)], [count - 2, 0])
  }
})

test('assign takes options in the place of selectors, and rejects what is neither', async (t) => {
  const a = zeros(3)
  const seen: number[] = []
  await a.promises.assign([1, 2, 3], { onProgress: (part) => seen.push(part) })
  t.deepEqual(a.toArray(), [1, 2, 3])
  t.is(seen.at(-1), 1)
  await t.throwsAsync(a.promises.assign(1, { selectors: [0] } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  await t.throwsAsync(a.promises.assign(1, 'x' as never), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('reads an array in memory as it was at the call, even if its buffer is transferred meanwhile', async (t) => {
  const a = array(new Float64Array(1 << 20).fill(1))
  const { buffer } = a
  const sum = a.promises.sum()
  new Float64Array(buffer as ArrayBuffer).fill(3, 1 << 19)
  const found = await sum
  t.true(found >= 1 << 20 && found <= 3 << 20)
  const hidden = array(new Float64Array(1 << 20).fill(1))
  const other = hidden.promises.sum()
  structuredClone(hidden.data.buffer, { transfer: [hidden.data.buffer as ArrayBuffer] })
  t.is(await other, 1 << 20)
})

test('text and records run in this thread with the same result', async (t) => {
  const words = array(['pear', 'fig', 'apple'])
  t.is(await words.promises.argmin(), 2)
  t.deepEqual((await words.promises.astype('S3')).toArray(), words.astype('S3').toArray())
  const points = zeros([3], { dtype: { names: ['x', 'y'], formats: ['<i2', '<f8'], offsets: [0, 8], itemsize: 16 } })
  await points.promises.assign([
    [1, 2.5],
    [3, 4.5],
    [5, 6.5],
  ] as never)
  t.deepEqual(points.get(1), { x: 3, y: 4.5 } as never)
  t.deepEqual((await points.promises.copy()).toArray(), points.toArray())
})

test('progress never decreases and ends with 1', async (t) => {
  for (const [name, call] of Object.entries({ ...CALLS, ...OF_EXPRESSIONS })) {
    const a = large(t, MANY)
    const seen: number[] = []
    await call(a, { onProgress: (part) => seen.push(part) })
    t.true(
      seen.every((part, index) => part > (seen[index - 1] ?? -1) && part <= 1),
      `${name}: ${seen}`,
    )
    t.is(seen.at(-1), 1, name)
    a.close()
  }
})

test('a signal rejects with its reason, before the start and while it runs', async (t) => {
  for (const [name, call] of Object.entries({ ...CALLS, ...OF_EXPRESSIONS })) {
    const a = large(t, MANY)
    const reason = new Error('enough')
    const early = await t.throwsAsync(call(a, { signal: AbortSignal.abort(reason) }), undefined, name)
    t.is(early, reason, name)
    const controller = new AbortController()
    const promise = call(a, { signal: controller.signal })
    controller.abort(reason)
    t.is(await t.throwsAsync(promise, undefined, name), reason, name)
    a.close()
  }
  // Not an instance of Error, which `throwsAsync` demands.
  const plain: unknown = await zeros(3)
    .promises.sum({ signal: AbortSignal.abort() })
    .catch((error: unknown) => error)
  t.is((plain as Error).name, 'AbortError')
})

test('close() of the array or of a view meanwhile rejects with ERR_MEMMAP_CLOSED', async (t) => {
  for (const [name, call] of Object.entries({ ...CALLS, ...OF_EXPRESSIONS })) {
    const a = large(t, MANY)
    const promise = call(a, {})
    a.close()
    await t.throwsAsync(promise, { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' }, name)
    await t.throwsAsync(call(a, {}), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CLOSED' }, name)
  }
  const whole = large(t)
  const view = whole.slice(1)
  const promise = view.promises.sum()
  view.close()
  await t.throwsAsync(promise, { code: 'ERR_MEMMAP_CLOSED' })
  t.is(whole.get(0), 0)
  const target = large(t)
  const storing = target.promises.assign(whole)
  whole.close()
  await t.throwsAsync(storing, { code: 'ERR_MEMMAP_CLOSED' })
})

const guarded = support().guard ? test : test.skip

guarded('a file truncated meanwhile rejects with ERR_MEMMAP_TRUNCATED', async (t) => {
  for (const name of ['sum', 'std', 'argmax', 'copy', 'astype', 'prefetch', 'flush'] as const) {
    let code: unknown = 'done before'
    // On a busy machine the work may end before the truncation.
    for (let attempt = 0; attempt < 20 && code === 'done before'; attempt++) {
      const path = hole(t, LARGE)
      const a = memmap(path, { dtype: 'int32' }) as unknown as Memmap
      const promise = CALLS[name]?.(a, {}) as Promise<unknown>
      truncateSync(path, LARGE / 2)
      code = await promise.then(
        () => 'done before',
        (error: MemmapError) => error.code,
      )
      try {
        a.close()
      } catch {
        // Throws the fault if a missing page was touched.
      }
    }
    t.is(code, 'ERR_MEMMAP_TRUNCATED', name)
  }
})

test('rejects with the error that the synchronous call throws', async (t) => {
  const a = memmap(fileOf(t, new Uint8Array(16)), { dtype: 'int32', mode: 'r' })
  const wrong: [Promise<unknown>, string][] = [
    [a.promises.sum({ axis: 3 }), 'ERR_MEMMAP_INDEX'],
    [a.promises.sum({ axes: 0 } as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.sum({ signal: 'x' as never }), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.sum({ onProgress: 1 as never }), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.copy({ dtype: 'f4' } as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.astype('f5' as never), 'ERR_MEMMAP_DTYPE'],
    [a.promises.fill(1), 'ERR_MEMMAP_READONLY'],
    [a.promises.assign(1), 'ERR_MEMMAP_READONLY'],
    [zeros(3).promises.assign([1, 2]), 'ERR_MEMMAP_BROADCAST'],
    [zeros(3, { dtype: 'int8' }).promises.fill(300), 'ERR_MEMMAP_CAST'],
    [zeros(3).promises.assign(1, [7]), 'ERR_MEMMAP_INDEX'],
    [a.promises.flush({ signals: 1 } as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.flush({ durable: 1 } as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.sum(0 as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.argmax('x' as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.any([0] as never), 'ERR_MEMMAP_ARGUMENT'],
    [a.promises.min(null as never), 'ERR_MEMMAP_ARGUMENT'],
    [zeros([0]).promises.min(), 'ERR_MEMMAP_ARGUMENT'],
  ]
  for (const [promise, code] of wrong) await t.throwsAsync(promise, { instanceOf: MemmapError, code })
  const thrown = new Error('mine')
  await t.throwsAsync(
    zeros(3).promises.sum({
      onProgress: () => {
        throw thrown
      },
    }),
    { is: thrown },
  )
})

test('flush and prefetch work on the pages of a mapping, and do nothing for memory', async (t) => {
  const path = fileOf(t, new Uint8Array(1 << 16))
  const a = memmap(path, { offset: 3 })
  a.fill(7)
  await a.promises.flush({ durable: true })
  t.is(readFileSync(path)[12345], 7)
  await a.promises.prefetch()
  t.deepEqual(a.residency(), { resident: 1 << 16, total: 1 << 16 })
  t.is(await zeros(3).promises.flush(), undefined)
  t.is(await zeros(3).promises.prefetch(), undefined)
})

test('runs several operations on one array at once, and close() of another does not wait for them', async (t) => {
  const a = large(t)
  const works = [a.promises.sum(), a.promises.max(), a.promises.countNonzero(), a.promises.copy()]
  const b = memmap(hole(t, 4096))
  b.close()
  const [sum, max, count, copy] = await Promise.all(works)
  t.deepEqual([sum, max, count, (copy as NDArray).size], [0n, 0, 0, LARGE / 4])
})

test('an abort in the turn of the call ends the work before it begins', async (t) => {
  const a = arange(1 << 20)
  const works: readonly ((options: AsyncOptions) => Promise<unknown>)[] = [
    (options) => a.promises.copy(options),
    (options) => a.promises.argsort(options),
    (options) => a.promises.unique(options),
    (options) => a.promises.median(options),
    (options) => a.promises.searchsorted(a, options),
    (options) => a.reshape([-1, 8]).promises.nearest([1, 2, 3, 4, 5, 6, 7, 8], options),
    (options) => a.promises.sum(options),
    (options) => expr`${a} + 1`.promises.sum(options),
  ]
  for (const [number, work] of works.entries()) {
    const controller = new AbortController()
    let reports = 0
    const promise = work({ signal: controller.signal, onProgress: () => reports++ })
    controller.abort()
    const thrown: unknown = await promise.catch((error: unknown) => error)
    t.is(thrown, controller.signal.reason as unknown, String(number))
    t.is(reports, 0, String(number))
  }
})
