import test from 'ava'
import { array, memmap, zeros } from '../lib/index.js'
import type { Metric, NDArray, NearestOptions } from '../lib/index.js'
import { fileOf } from './support/files.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const ROUNDS = times(1500)
const METRICS = ['cosine', 'euclidean', 'sqeuclidean', 'cityblock', 'dot', 'hamming'] as const
const DTYPES = ['float32', 'float64', 'float16', 'int8', 'uint8', 'bool', 'int16', 'uint32', 'int64', '>f4', '>f8', '>f2', '>i2']

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

/** The same elements in another layout. */
function inLayout(random: Random, a: NDArray): NDArray {
  if (a.ndim === 1) return random.chance(0.3) ? (a.flip().copy().flip() as NDArray) : a
  const wide = zeros([a.shape[0]! * 2, a.shape[1]! * 3], { dtype: a.dtype as never }) as unknown as NDArray
  return random.pick([
    () => a,
    () => a,
    () => a.copy({ order: 'F' }),
    () => a.flip().copy().flip(),
    () => {
      const part = wide.index('::2', `1:${a.shape[1]! + 1}`)
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
          count !== null && count > 0 && random.chance(0.5) ? Array.from({ length: count }, excluded) : random.pick([rows - 1, excluded()]),
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
        ? new Array(rows.shape[0]!).fill(true)
        : Array.isArray(options.mask)
          ? options.mask
          : (options.mask as NDArray).toArray(),
    excluded: excludedLists(options.exclude, rows.shape[0]!),
  }))
  const answers = askPython<[at: number[], distances: string[], all: string[]][][]>(python, SCRIPT, questions)
  for (const [which, { rows, query, options }] of cases.entries()) {
    const about = `${which}: ${rows.dtype.str} ${rows.shape.join('x')}, ${query.dtype.str} ${query.shape.join('x')} ${JSON.stringify({ ...options, mask: options.mask !== undefined })}`
    const { indices, distances } = rows.nearest(query as NDArray, options)
    const isSingle = query.ndim === 1
    const k = Math.min(options.k ?? 10, rows.shape[0]!)
    t.is(indices.dtype.name, 'int64')
    t.is(distances.dtype.name, ['float32', 'float16', 'int8', 'uint8'].includes(rows.dtype.name) ? 'float32' : 'float64')
    if (!isSingle) t.deepEqual(indices.shape, [query.shape[0]!, k], about)
    t.deepEqual(distances.shape, indices.shape)
    const tolerance = distances.dtype.name === 'float32' ? 2e-5 : 1e-9
    for (const [i, [at, sorted, all]] of (answers[which] ?? []).entries()) {
      const found = (isSingle ? indices.toArray() : indices.toArray()[i]) as bigint[]
      const far = (isSingle ? distances.toArray() : distances.toArray()[i]) as number[]
      const length = Math.min(k, at.length)
      if (isSingle) t.is(found.length, length, about)
      for (let place = 0; place < (isSingle ? length : k); place++) {
        if (place >= length) {
          t.true(found[place] === -1n && Number.isNaN(far[place]), `${about} padding ${place}`)
          continue
        }
        const own = Number(found[place])
        const expected = Number(sorted[place]!.replace('inf', 'Infinity'))
        // NumPy adds up in another order, so rows that are equal in all but the last bits may change places.
        const itsOwn = Number(all[own]?.replace('inf', 'Infinity'))
        t.true(own === at[place] || close(itsOwn, expected, 1e-12), `${about} query ${i} place ${place}: ${own} for ${at[place]}`)
        // A float32 has no larger numbers.
        const largest = distances.dtype.name === 'float32' ? Math.fround(expected) : expected
        t.true(close(far[place]!, largest, tolerance), `${about} query ${i} place ${place}: ${far[place]} for ${expected}`)
      }
      t.is(new Set(found.filter((row) => row >= 0n)).size, length, about)
    }
  }
})
