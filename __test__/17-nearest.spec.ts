import test from 'ava'
import type { ExecutionContext } from 'ava'
import { array, memmap, zeros } from '../lib/index.js'
import type { Metric, NDArray, NearestOptions } from '../lib/index.js'
import { fileOf, hole } from './support/files.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const ROUNDS = times(1500)
const METRICS = ['cosine', 'euclidean', 'sqeuclidean', 'cityblock', 'dot', 'hamming'] as const
const DTYPES = [
  'float32',
  'float64',
  'float16',
  'int8',
  'uint8',
  'bool',
  'int16',
  'uint32',
  'int64',
  '>f4',
  '>f8',
  '>f2',
  '>i2',
]

interface Case {
  readonly rows: NDArray
  readonly query: NDArray
  readonly options: NearestOptions
}

/** All rows in NumPy's order with their distances, for each query; float64. */
const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def array_of(w):
    return np.frombuffer(base64.b64decode(w['data']), dtype='<f8').reshape(w['shape'])
def distances(a, q, metric):
    if metric == 'cosine':
        norms = np.linalg.norm(a, axis=1) * np.linalg.norm(q)
        return np.where(norms == 0, np.nan, 1 - a @ q / norms)
    if metric == 'euclidean': return np.sqrt(((a - q) ** 2).sum(axis=1))
    if metric == 'sqeuclidean': return ((a - q) ** 2).sum(axis=1)
    if metric == 'cityblock': return np.abs(a - q).sum(axis=1)
    if metric == 'dot': return a @ q
    return np.bitwise_count(a.astype('u1') ^ q.astype('u1')).sum(axis=1).astype('f8')
def answer(c):
    a, queries = array_of(c['rows']), array_of(c['query'])
    found = []
    for i, q in enumerate(queries):
        d = distances(a, q, c['metric'])
        near = ~np.isnan(d) & np.array(c['mask'], dtype=bool)
        near[np.array(c['excluded'][i % len(c['excluded'])] if c['excluded'] else [], dtype=int)] = False
        at = np.flatnonzero(near)
        at = at[np.argsort(-d[at] if c['metric'] == 'dot' else d[at], kind='stable')]
        found.append([at.tolist(), [str(x) for x in d[at]], [str(x) for x in d]])
    return found
print(json.dumps([answer(c) for c in json.load(sys.stdin)]))
`

function numbers(random: Random, dtype: string, shape: number[], whole: boolean): NDArray {
  const float = /f/.test(dtype)
  const unsigned = /^u|bool/.test(dtype)
  const values = (): number => {
    if (float && random.chance(0.002)) return random.pick([NaN, Infinity, -Infinity])
    const scale = dtype === 'uint8' && !whole ? 255 : whole ? 4 : 100
    const value = random.next() * scale * (unsigned ? 1 : random.pick([-1, 1]))
    return float && !whole ? value / 50 : Math.trunc(value)
  }
  const a = zeros(shape, { dtype: 'float64' })
  for (let at = 0; at < a.size; at++) a.data[at] = values()
  return a.astype(dtype as 'float32') as unknown as NDArray
}

const rowsOf = (a: NDArray): number => a.shape[0] as number

/** The same elements in another layout. */
function inLayout(random: Random, a: NDArray): NDArray {
  if (a.ndim === 1) return random.chance(0.3) ? (a.flip().copy().flip() as NDArray) : a
  const wide = zeros([rowsOf(a) * 2, (a.shape[1] as number) * 3], { dtype: a.dtype as never }) as unknown as NDArray
  return random.pick([
    () => a,
    () => a,
    () => a.copy({ order: 'F' }),
    () => a.flip().copy().flip(),
    () => {
      const part = wide.index('::2', `1:${(a.shape[1] as number) + 1}`)
      part.assign(a as never)
      return part as NDArray
    },
    () => {
      const part = wide.index('::-2', '::3')
      part.assign(a as never)
      return part as NDArray
    },
  ])() as NDArray
}

function randomCase(random: Random): Case {
  const metric: Metric = random.pick(METRICS)
  const dtype = metric === 'hamming' ? 'uint8' : random.pick(DTYPES)
  const rows = random.chance(0.1) ? random.below(3) : random.below(random.chance(0.1) ? 400 : 40)
  const columns = random.chance(0.2) ? random.below(300) : random.below(20)
  const whole = random.chance(0.4)
  const a = numbers(random, dtype, [rows, columns], whole)
  // Equal rows, and rows of zeros.
  for (let at = 0; at < rows; at++) {
    if (random.chance(0.1)) a.slice(at, at + 1).assign(a.slice(random.below(rows)).slice(0, 1) as never)
    else if (random.chance(0.03)) a.slice(at, at + 1).fill(0 as never)
  }
  const count = random.chance(0.5) ? null : random.below(random.chance(0.3) ? 70 : 6)
  const other = metric === 'hamming' || random.chance(0.6) ? dtype : random.pick(DTYPES)
  const query = numbers(random, other, count === null ? [columns] : [count, columns], whole)
  if (count !== null && count > 0 && rows > 0 && other === dtype) query.slice(0, 1).assign(a.slice(-1) as never)
  const excluded = (): number[] => [random.below(rows), random.below(rows) - rows]
  const options: NearestOptions = {
    metric,
    ...(random.chance(0.7) && { k: 1 + random.below(random.chance(0.2) ? 100 : 8) }),
    ...(random.chance(0.3) && {
      mask: random.chance(0.5)
        ? Array.from({ length: rows }, () => random.chance(0.6))
        : (array(
            Array.from({ length: 2 * rows }, () => random.chance(0.6)),
            { dtype: 'bool' },
          ).index('::-2') as NDArray),
    }),
    ...(rows > 0 &&
      random.chance(0.3) && {
        exclude:
          count !== null && count > 0 && random.chance(0.5)
            ? Array.from({ length: count }, () => excluded().slice(random.below(3)))
            : random.pick([rows - 1, excluded()]),
      }),
  }
  return { rows: inLayout(random, a), query: inLayout(random, query), options }
}

const doubles = (a: NDArray): NDArray<'float64'> => a.astype('float64').copy({ order: 'C' })

function wireOf(a: NDArray, shape: readonly number[] = a.shape): { data: string; shape: readonly number[] } {
  return { data: Buffer.from(a.size > 0 ? doubles(a).bytes : []).toString('base64'), shape }
}

function excludedLists(exclude: unknown, rows: number): number[][] {
  if (exclude === undefined) return []
  const lists = (Array.isArray(exclude) ? (Array.isArray(exclude[0]) ? exclude : [exclude]) : [[exclude]]) as number[][]
  return lists.map((list) => list.map((at) => (at < 0 ? at + rows : at)))
}

const close = (a: number, b: number, tolerance: number): boolean =>
  a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b))

live('the nearest rows of random arrays are those of NumPy', (t, python) => {
  const random = randomFrom(seed())
  const cases = Array.from({ length: ROUNDS }, () => randomCase(random))
  const questions = cases.map(({ rows, query, options }) => ({
    rows: wireOf(rows),
    query: wireOf(query, query.ndim === 1 ? [1, ...query.shape] : query.shape),
    metric: options.metric,
    mask:
      options.mask === undefined
        ? new Array(rowsOf(rows)).fill(true)
        : Array.isArray(options.mask)
          ? options.mask
          : (options.mask as NDArray).toArray(),
    excluded: excludedLists(options.exclude, rowsOf(rows)),
  }))
  const answers = askPython<[at: number[], distances: string[], all: string[]][][]>(python, SCRIPT, questions)
  for (const [which, { rows, query, options }] of cases.entries()) {
    const about = `${which}: ${rows.dtype.str} ${rows.shape.join('x')}, ${query.dtype.str} ${query.shape.join('x')} ${JSON.stringify({ ...options, mask: options.mask !== undefined })}`
    const { indices, distances } = rows.nearest(query as NDArray, options)
    const isSingle = query.ndim === 1
    const k = Math.min(options.k ?? 10, rowsOf(rows))
    t.is(indices.dtype.name, 'int64')
    t.is(
      distances.dtype.name,
      ['float32', 'float16', 'int8', 'uint8'].includes(rows.dtype.name) ? 'float32' : 'float64',
    )
    if (!isSingle) t.deepEqual(indices.shape, [rowsOf(query), k], about)
    t.deepEqual(distances.shape, indices.shape)
    const tolerance = distances.dtype.name === 'float32' ? 2e-5 : 1e-9
    for (const [i, [at, sorted, all]] of (answers[which] ?? []).entries()) {
      const found = (isSingle ? indices.toArray() : (indices.toArray() as bigint[][])[i]) as bigint[]
      const far = (isSingle ? distances.toArray() : (distances.toArray() as number[][])[i]) as number[]
      const length = Math.min(k, at.length)
      if (isSingle) t.is(found.length, length, about)
      for (let place = 0; place < (isSingle ? length : k); place++) {
        if (place >= length) {
          t.true(found[place] === -1n && Number.isNaN(far[place]), `${about} padding ${place}`)
          continue
        }
        const own = Number(found[place])
        const expected = Number((sorted[place] as string).replace('inf', 'Infinity'))
        // NumPy adds up in another order, so rows that are equal in all but the last bits may change places.
        const itsOwn = Number(all[own]?.replace('inf', 'Infinity'))
        t.true(
          own === at[place] || close(itsOwn, expected, 1e-12),
          `${about} query ${i} place ${place}: ${own} for ${at[place]}`,
        )
        // A float32 has no larger numbers.
        const largest = distances.dtype.name === 'float32' ? Math.fround(expected) : expected
        t.true(
          close(far[place] as number, largest, tolerance),
          `${about} query ${i} place ${place}: ${far[place]} for ${expected}`,
        )
      }
      t.is(new Set(found.filter((row) => row >= 0n)).size, length, about)
    }
  }
})

const ROWS = array(
  [
    [1, 0],
    [0, 1],
    [3, 4],
    [1, 0],
    [0, 0],
    [NaN, 1],
  ],
  { dtype: 'float32' },
)

test('returns the nearest first, equal ones by index, and never rows with NaN or, by the cosine, of zeros', (t) => {
  const lists = ({ indices, distances }: { indices: NDArray; distances: NDArray }): unknown => [
    (indices.toArray() as bigint[]).map(Number),
    distances.toArray(),
  ]
  t.deepEqual(lists(ROWS.nearest([1, 0])), [
    [0, 3, 2, 1],
    [0, 0, Math.fround(0.4), 1],
  ])
  t.deepEqual(lists(ROWS.nearest([1, 0], { metric: 'sqeuclidean' })), [
    [0, 3, 4, 1, 2],
    [0, 0, 1, 2, 20],
  ])
  t.deepEqual(lists(ROWS.nearest([2, 0], { metric: 'euclidean', k: 3 })), [
    [0, 3, 4],
    [1, 1, 2],
  ])
  t.deepEqual(lists(ROWS.nearest([1, 1], { metric: 'cityblock', k: 2 })), [
    [0, 1],
    [1, 1],
  ])
  t.deepEqual(lists(ROWS.nearest([1, 1], { metric: 'dot' })), [
    [2, 0, 1, 3, 4],
    [7, 1, 1, 1, 0],
  ])
  const bits = array([[0b1111], [0b0001], [0b1000]], { dtype: 'uint8' })
  t.deepEqual(lists(bits.nearest([0b0011], { metric: 'hamming' })), [
    [1, 0, 2],
    [1, 2, 3],
  ])
})

test('a query of zeros or with NaN has no nearest rows', (t) => {
  t.deepEqual(ROWS.nearest([0, 0]).indices.shape, [0])
  t.deepEqual(ROWS.nearest([NaN, 0], { metric: 'dot' }).distances.shape, [0])
})

test('several queries are filled up with -1 and NaN', (t) => {
  const found = ROWS.nearest(
    [
      [1, 0],
      [0, 0],
    ],
    { k: 5 },
  )
  t.deepEqual(found.indices.toArray(), [
    [0n, 3n, 2n, 1n, -1n],
    [-1n, -1n, -1n, -1n, -1n],
  ])
  t.deepEqual(found.distances.toArray()[1], [NaN, NaN, NaN, NaN, NaN])
  t.deepEqual(ROWS.nearest([[1, 0]], { k: 100 }).indices.shape, [1, 6])
  t.deepEqual(ROWS.nearest(zeros([0, 2])).indices.shape, [0, 6])
  t.deepEqual(zeros([0, 2]).nearest([1, 2]).indices.shape, [0])
  t.deepEqual(zeros([0, 2]).nearest([[1, 2]]).indices.shape, [1, 0])
  t.deepEqual(zeros([3, 0]).nearest([], { metric: 'dot' }).indices.toArray(), [0n, 1n, 2n])
})

test('mask and exclude leave rows out', (t) => {
  const indices = (options: NearestOptions): unknown => ROWS.nearest([1, 0], options).indices.toArray()
  t.deepEqual(indices({ exclude: 0 }), [3n, 2n, 1n])
  t.deepEqual(indices({ exclude: [0, -3, 0] }), [2n, 1n])
  t.deepEqual(indices({ exclude: new Uint8Array([2, 3]) }), [0n, 1n])
  t.deepEqual(indices({ exclude: array([1], { dtype: 'int64' }) as NDArray }), [0n, 3n, 2n])
  t.deepEqual(indices({ exclude: [] }), [0n, 3n, 2n, 1n])
  t.deepEqual(indices({ mask: [false, true, true, false, true, true] }), [2n, 1n])
  t.deepEqual(indices({ mask: ROWS.index(':', 0).compare('>', 0) as NDArray, exclude: 3 }), [0n, 2n])
  t.deepEqual(indices({ mask: new Array(6).fill(false) }), [])
  const some = ROWS.nearest(ROWS.slice(0, 2), { k: 1, exclude: [[0, -3], []] })
  t.deepEqual(some.indices.toArray(), [[2n], [1n]])
  const each = ROWS.nearest(ROWS.slice(0, 2), { k: 1, exclude: [[0], [1]] })
  t.deepEqual(each.indices.toArray(), [[3n], [2n]])
})

test('queries may be typed arrays, lists of them, or of another dtype than the rows', (t) => {
  t.deepEqual(ROWS.nearest(new Float64Array([1, 0]), { k: 1 }).indices.toArray(), [0n])
  t.deepEqual(ROWS.nearest([new Int8Array([0, 2])], { k: 1 }).indices.toArray(), [[1n]])
  const bytes = array(
    [
      [100, -100],
      [-128, 127],
    ],
    { dtype: 'int8' },
  )
  // The query is rounded to float32 in the search alone.
  t.deepEqual(bytes.nearest([0.1, -0.1], { k: 1 }).indices.toArray(), [0n])
  t.deepEqual(bytes.nearest([-1e5, 1e5], { k: 1, metric: 'cityblock' }).indices.toArray(), [1n])
})

test('rows that float32 cannot tell apart are in the order of float64', (t) => {
  const rows = zeros([1000, 3], { dtype: 'float32' })
  for (let at = 0; at < 1000; at++) rows.slice(at, at + 1).assign([1e6, at, 1])
  for (const [metric, query] of [
    ['cosine', [1e6, 500.25, 1]],
    ['euclidean', [1e6 + 0.01, 500.25, 1]],
    ['dot', [1, 1e-9, 0]],
  ] as const) {
    const expected = metric === 'dot' ? [999n, 998n, 997n] : [500n, 501n, 499n]
    t.deepEqual(rows.nearest(query, { metric, k: 3 }).indices.toArray(), expected, metric)
    t.deepEqual(rows.nearest([query, query], { metric, k: 3 }).indices.toArray()[1], expected, metric)
  }
})

test('numbers beyond the range of float32 sums are compared as float64', (t) => {
  const rows = array(
    [
      [1e30, 0],
      [1e30, 1e29],
      [1e-30, 0],
      [3e38, 3e38],
    ],
    { dtype: 'float32' },
  )
  t.deepEqual(rows.nearest([1, 0.1], { k: 4 }).indices.toArray(), [1n, 0n, 2n, 3n])
  t.deepEqual(rows.nearest([[1, 0.1]], { k: 4 }).indices.toArray(), [[1n, 0n, 2n, 3n]])
  t.deepEqual(rows.nearest([1e30, 0], { metric: 'euclidean' }).indices.toArray(), [0n, 1n, 2n, 3n])
})

test('squares beyond the range of float64 change neither the cosine nor the euclidean distance', (t) => {
  for (const size of [1e-310, 1e-200, 1e200]) {
    const rows = array([[3 * size, 4 * size], [0, 0], [size, 0], [3, 4]], { dtype: 'float64' }) // prettier-ignore
    const query = [3 * size, 4 * size]
    for (const queries of [query, [query, [1, 0]]]) {
      const { indices, distances } = rows.nearest(queries)
      t.deepEqual(indices.toArray().flat().slice(0, 3), [0n, 3n, 2n], `${size}`)
      const near = distances.toArray().flat() as number[]
      for (const [i, expected] of [0, 0, 0.4].entries())
        t.true(close(near[i] as number, expected, 1e-15), `${size}: ${near[i]} for ${expected}`)
    }
    const { distances } = rows.slice(0, 3).nearest(query, { metric: 'euclidean' })
    const expected = [0, Math.sqrt(20), 5].map((length) => length * size)
    for (const [i, distance] of distances.toArray().entries())
      t.true(Math.abs(distance - (expected[i] as number)) <= 1e-12 * size, `${size}: ${distance}`)
  }
  // Rows of float32, and a query whose squares leave the range.
  for (const size of [1e-200, 1e200]) t.deepEqual(ROWS.nearest([size, 0]).indices.toArray(), [0n, 3n, 2n, 1n])
})

test('a large file is searched on all threads, in pieces', (t) => {
  const random = randomFrom(3)
  const rows = array(Float32Array.from({ length: 40_000 * 32 }, () => random.next() - 0.5)).reshape(40_000, 32)
  const file = memmap(fileOf(t, Buffer.from(rows.bytes)), { dtype: 'float32', shape: [40_000, 32], mode: 'r' })
  const queries = rows.take([5, 39_999, 20_000], { axis: 0 })
  const expected = (queries.toArray() as number[][]).map((query) => {
    const distances = rows
      .toArray()
      .map((row) => row.reduce((sum, x, i) => sum + Math.abs(x - (query[i] as number)), 0))
    return distances
      .map((distance, at) => ({ distance, at }))
      .toSorted((a, b) => a.distance - b.distance)
      .slice(0, 20)
  })
  for (const source of [rows, file, rows.copy({ order: 'F' }), rows.astype('>f8')] as NDArray[]) {
    const found = source.nearest(queries, { metric: 'cityblock', k: 20 })
    t.deepEqual(
      found.indices.toArray(),
      expected.map((places) => places.map(({ at }) => BigInt(at))),
    )
    const one = source.nearest(queries.index(1), { metric: 'cityblock', k: 20 })
    t.deepEqual(one.indices.toArray(), (found.indices.toArray() as bigint[][])[1])
  }
  file.close()
})

test('the promise has the same result and reports progress', async (t) => {
  const numbers = Float32Array.from({ length: 600_000 }, (_, at) => ((at * 7919) % 31) - 15)
  const rows = array(numbers).reshape(2000, 300).astype('float16') as NDArray
  const seen: number[] = []
  const options = { k: 3, mask: rows.index(':', 0).compare('>', 0) as NDArray, exclude: 1 }
  const found = await rows.promises.nearest(rows.slice(0, 2), { ...options, onProgress: (part) => seen.push(part) })
  const now = rows.nearest(rows.slice(0, 2), options)
  t.deepEqual(found.indices.toArray(), now.indices.toArray())
  t.deepEqual(found.distances.toArray(), now.distances.toArray())
  t.is(seen.at(-1), 1)
  await t.throwsAsync(rows.promises.nearest([1]), { code: 'ERR_MEMMAP_SHAPE' })
  await t.throwsAsync(rows.promises.nearest(rows.slice(0, 1), { signal: AbortSignal.abort(new Error('stop')) }), {
    message: 'stop',
  })
})

test('an abort ends the search of a large file', async (t) => {
  const file = memmap(hole(t, 2 ** 32), { dtype: 'float32', shape: [2 ** 20, 1024], mode: 'r' })
  const controller = new AbortController()
  const query = new Array(1024).fill(1)
  const search = file.promises.nearest([query, query], { metric: 'euclidean', signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 20)
  await t.throwsAsync(search, { message: 'enough' })
  file.close()
})

const throwing = (t: ExecutionContext, code: string, pattern: RegExp, work: () => unknown): void => {
  const error = t.throws(work, { code })
  t.regex(error?.message ?? '', pattern)
}

test('refuses what it cannot search, by code', (t) => {
  const a = ROWS
  throwing(t, 'ERR_MEMMAP_SHAPE', /rows of a 2-d array/, () => a.ravel().nearest([1]))
  throwing(t, 'ERR_MEMMAP_SHAPE', /as many numbers as the rows of the array, 2/, () => a.nearest([1, 2, 3]))
  throwing(t, 'ERR_MEMMAP_SHAPE', /a row, or a list of rows/, () => a.nearest(zeros([1, 1, 2])))
  throwing(t, 'ERR_MEMMAP_SHAPE', /a row, or a list of rows/, () => a.nearest(3 as never))
  throwing(
    t,
    'ERR_MEMMAP_ARGUMENT',
    /invalid metric 'l2': it must be one of 'cosine', 'euclidean', 'sqeuclidean', 'cityblock', 'dot', 'hamming'/,
    () => a.nearest([1, 2], { metric: 'l2' as Metric }),
  )
  throwing(t, 'ERR_MEMMAP_DTYPE', /'hamming' compares the bits of uint8/, () =>
    a.nearest([1, 2], { metric: 'hamming' }),
  )
  for (const wrong of [256, -1, 0.5, NaN])
    throwing(t, 'ERR_MEMMAP_ARGUMENT', /whole numbers from 0 to 255/, () =>
      zeros([2, 1], { dtype: 'uint8' }).nearest([wrong], { metric: 'hamming' }),
    )
  for (const k of [0, -1, 1.5, NaN, '3', null] as number[])
    throwing(t, 'ERR_MEMMAP_ARGUMENT', /invalid k .*: it must be a whole number from 1 on/, () =>
      a.nearest([1, 2], { k }),
    )
  throwing(t, 'ERR_MEMMAP_DTYPE', /real numbers/, () => zeros([2, 2], { dtype: 'complex64' }).nearest([1, 2]))
  throwing(t, 'ERR_MEMMAP_DTYPE', /real numbers/, () => zeros([2, 2], { dtype: 'M8[s]' }).nearest([1, 2]))
  throwing(t, 'ERR_MEMMAP_DTYPE', /real numbers/, () => a.nearest(zeros([2], { dtype: 'complex128' })))
  throwing(t, 'ERR_MEMMAP_DTYPE', /real numbers/, () => a.nearest(['a', 'b'] as never))
  throwing(t, 'ERR_MEMMAP_SHAPE', /one boolean for each row, 6/, () => a.nearest([1, 2], { mask: [true] }))
  throwing(t, 'ERR_MEMMAP_ARGUMENT', /must be booleans/, () => a.nearest([1, 2], { mask: [1, 0] as never }))
  throwing(t, 'ERR_MEMMAP_ARGUMENT', /must be booleans/, () => a.nearest([1, 2], { mask: zeros(6) as NDArray }))
  throwing(t, 'ERR_MEMMAP_INDEX', /6/, () => a.nearest([1, 2], { exclude: 6 }))
  throwing(t, 'ERR_MEMMAP_INDEX', /whole numbers/, () => a.nearest([1, 2], { exclude: [0.5] }))
  throwing(t, 'ERR_MEMMAP_ARGUMENT', /position of a row/, () => a.nearest([1, 2], { exclude: '3' as never }))
  throwing(t, 'ERR_MEMMAP_SHAPE', /one list for all queries/, () => a.nearest([1, 2], { exclude: [[1], [2]] }))
  throwing(t, 'ERR_MEMMAP_SHAPE', /one list for all queries/, () => a.nearest([[1, 2]], { exclude: [[1], [2]] }))
  throwing(t, 'ERR_MEMMAP_ARGUMENT', /nearest has no such option/, () => a.nearest([1, 2], { n: 3 } as never))
})

test('the cosine distance of equal rows is 0, and rows of one direction tie', (t) => {
  for (const dtype of ['float32', 'float64', 'float16', 'int8'] as const) {
    const rows = array([[3, 3], [1, 1], [2, 2], [1, 2]], { dtype }) // prettier-ignore
    for (const query of [
      [1, 1],
      [2, 2],
    ]) {
      const { indices, distances } = rows.nearest(query, { k: 3 })
      t.deepEqual([indices.toArray(), distances.toArray()], [[0n, 1n, 2n], [0, 0, 0]], dtype) // prettier-ignore
    }
  }
  const many = array(
    Array.from({ length: 40 }, (_, i) => Array.from({ length: 384 }, (_, j) => Math.sin(i * 7 + j * j))),
  )
  const { indices, distances } = many.nearest(many, { k: 1 })
  t.deepEqual(
    indices.flatten().toArray(),
    Array.from({ length: 40 }, (_, i) => BigInt(i)),
  )
  t.true(distances.flatten().toArray().every((distance) => distance === 0)) // prettier-ignore
})
