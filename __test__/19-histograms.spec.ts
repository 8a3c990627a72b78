/** Histograms: NumPy's counts and edges to the bit, errors, and large arrays. */
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { array, full, memmap, MemmapError, NDArray, zeros } from '../lib/index.js'
import type { HistogramOptions } from '../lib/index.js'
import { folder } from './support/files.js'
import { take } from './support/live-chain.js'
import type { Step } from './support/live-chain.js'
import { arrayFrom, randomArray, randomShape } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { toFixture } from './support/numpy-json.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(600)

interface Question {
  readonly wire: ArrayWire
  readonly view: readonly Step[]
  readonly bins: number | ArrayWire
  readonly range: [number, number] | null
  readonly weights: ArrayWire | null
  readonly density: boolean
}

interface Part {
  readonly dtype: string
  readonly values: unknown[]
}

interface Answer {
  readonly error?: string
  readonly parts: [Part, Part]
}

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')

def number(x): return float(x) if np.isfinite(x) else {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}[str(float(x))]
def plain(a):
    if a.dtype.kind == 'c': return [[number(x.real), number(x.imag)] for x in a]
    if a.dtype.itemsize == 8 and a.dtype.kind in 'iu': return [str(x) for x in a]
    if a.dtype.kind == 'f': return [number(x) for x in a]
    return a.tolist()

def array(w): return np.frombuffer(base64.b64decode(w['data']), w['dtype']).reshape(w['shape'], order=w['order'])

def answer(one):
    a = array(one['wire'])
    for step in one['view']:
        a = a.T if step['op'] == 'T' else a[tuple(slice(*s['s']) for s in step['at'])]
    kw = dict(density=one['density'])
    kw['bins'] = array(one['bins']) if isinstance(one['bins'], dict) else one['bins']
    if one['range']: kw['range'] = tuple(float(x) for x in one['range'])
    if one['weights']: kw['weights'] = array(one['weights'])
    try:
        counts, edges = np.histogram(a, **kw)
        return dict(parts=[dict(dtype=p.dtype.newbyteorder('=').name, values=plain(p)) for p in (counts, edges)])
    except Exception as e:
        return dict(error=type(e).__name__ + ': ' + str(e))

json.dump([answer(one) for one in json.load(sys.stdin)], sys.stdout)
`

function question(random: Random): Question {
  const order = (): string => (random.chance(0.25) ? '>' : '<')
  const dtype = order() + random.pick(['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8'])
  const shape = random.chance(0.15)
    ? random.pick([[3000], [130, 40], [4, 1300]])
    : random.chance(0.005)
      ? [140_000]
      : randomShape(random)
  const wire = randomArray(random, dtype, shape, random.chance(0.8) ? 'tame' : 'wild')
  const view: Step[] = []
  if (random.chance(0.3)) view.push({ op: 'T' })
  const shown = view.length > 0 ? shape.toReversed() : shape
  let bins: number | ArrayWire = random.pick([1, 2, 3, 7, 10, 64, 100, 1000])
  if (random.chance(0.35)) {
    const edges = randomArray(
      random,
      random.pick(['<f8', '<f4', '<i4', '<u1', '<i8', '<f2']),
      [random.below(8)],
      'tame',
    )
    bins = sorted(edges)
  }
  const low = random.pick([0, -10, -99.5, 3, 0.1])
  const weights = random.chance(0.3)
    ? randomArray(random, order() + random.pick(['f4', 'f8', 'f2', 'c8', 'c16', 'i4', 'i8', 'u1']), shown, 'tame')
    : null
  return {
    wire,
    view,
    bins,
    range: random.chance(0.4) ? [low, low + random.pick([0, 1, 20, 100, 0.3])] : null,
    weights,
    density: random.chance(0.25),
  }
}

/** The edges in order. */
function sorted(edges: ArrayWire): ArrayWire {
  const array = arrayFrom(edges)
  const values = [...array.values()].toSorted((a, b) => Number(a) - Number(b))
  values.forEach((value, index) => array.set(index, value as never))
  return { ...edges, order: 'C', data: Buffer.from(array.nbytes === 0 ? [] : array.bytes).toString('base64') }
}

function optionsOf({ bins, range, weights, density }: Question): HistogramOptions {
  return {
    bins: typeof bins === 'number' ? bins : arrayFrom(bins),
    ...(range !== null && { range }),
    ...(weights !== null && { weights: arrayFrom(weights) }),
    density,
  }
}

live('random histograms agree with NumPy to the bit', (t, python) => {
  const random = randomFrom(SEED)
  const questions = Array.from({ length: ROUNDS }, () => question(random))
  const answers = askPython<Answer[]>(python, SCRIPT, questions)
  const failures: string[] = []
  let compared = 0
  questions.forEach((one, number) => {
    const base = arrayFrom(one.wire)
    const of = one.view.reduce((view, step) => take(view, step, base) as NDArray, base)
    const numpy = answers[number] as Answer
    const show = (what: string): void => {
      const { wire, weights, bins, ...rest } = one
      const shown = {
        ...rest,
        bins: typeof bins === 'number' ? bins : [...arrayFrom(bins).values()].map(String),
        weights: weights?.dtype,
      }
      failures.push(`case ${number}: ${what}: ${wire.dtype as string} ${wire.shape.join('x')} ${JSON.stringify(shown)}`)
    }
    let ours
    try {
      ours = of.histogram(optionsOf(one))
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      if (numpy.error === undefined)
        show(`${error.message}, and NumPy has ${JSON.stringify(numpy.parts).slice(0, 200)}`)
      return
    }
    if (numpy.error !== undefined) return show(`NumPy fails: ${numpy.error}`)
    compared++
    for (const [index, name] of (['counts', 'edges'] as const).entries()) {
      const part: NDArray = ours[name] as never
      const wanted = numpy.parts[index] as Part
      if (part.dtype.name !== wanted.dtype) show(`${name} of ${part.dtype.name} are not NumPy's ${wanted.dtype}`)
      const values = [...part.values()].map((value) => toFixture(value, part.dtype))
      // Along given edges NumPy sums up all weights before a bin, and subtracts; halves overflow on the way.
      if (name === 'counts' && typeof one.bins !== 'number' && one.weights?.dtype?.toString().endsWith('f2') === true)
        continue
      const isExact = name === 'edges' || one.weights === null || typeof one.bins === 'number'
      const same = isExact ? equal : near
      if (!same(values, wanted.values))
        show(
          `${name} ${JSON.stringify(values).slice(0, 300)} are not NumPy's ${JSON.stringify(wanted.values).slice(0, 300)}`,
        )
    }
  })
  t.is(failures.length, 0, `seed ${SEED}, ${failures.length} of ${ROUNDS} differ:\n${failures.slice(0, 8).join('\n')}`)
  t.true(compared > ROUNDS / 2)
})

function equal(a: unknown[], b: unknown[]): boolean {
  const zero = (value: unknown): unknown => (value === 0 ? 0 : value)
  return JSON.stringify(a.flat().map(zero)) === JSON.stringify(b.flat().map(zero))
}

function near(a: unknown[], b: unknown[]): boolean {
  const [x, y] = [a.flat().map(Number), b.flat().map(Number)]
  const scale = Math.max(1, ...y.map(Math.abs).filter(Number.isFinite))
  return x.length === y.length && x.every((value, index) => !(Math.abs(value - (y[index] as number)) > 2e-2 * scale))
}

test('every element is in the bin whose edges are around it', (t) => {
  const number = fc.double({ min: -1e3, max: 1e3, noNaN: true })
  fc.assert(
    fc.property(
      fc.array(number, { maxLength: 200 }),
      fc.array(number, { minLength: 2, maxLength: 12 }),
      fc.constantFrom('float32', 'float64', 'int16', 'int32'),
      (values, given, dtype) => {
        const a = array(
          values.map((value) => (dtype.startsWith('int') ? Math.trunc(value) : value)),
          { dtype: dtype as 'float64' },
        )
        const edges = given.toSorted((x, y) => x - y)
        const last = edges.length - 2
        const expected = edges.slice(0, -1).map((low, bin) => {
          const high = edges[bin + 1] as number
          return [...a.values()].filter((x) => x >= low && (x < high || (bin === last && x === high))).length
        })
        const { counts } = a.histogram({ bins: edges })
        return JSON.stringify([...counts.values()].map(Number)) === JSON.stringify(expected)
      },
    ),
    { numRuns: times(500) },
  )
  t.pass()
})

test('elements on edges are in the bin above, in the last bin on its upper edge', (t) => {
  for (const dtype of ['uint8', 'int32', 'float16', 'float32', 'float64'] as const) {
    const a = zeros([1200], { dtype })
    a.assign(Array.from({ length: 1200 }, (_, index) => index % 101))
    for (const bins of [100, 50, 10]) {
      const { counts, edges } = a.histogram({ bins })
      t.deepEqual([edges.get(0), edges.get(-1)], [0, 100])
      const expected = new Array<number>(bins).fill(0)
      for (const value of a.values()) {
        const bin = Math.min(bins - 1, Math.floor(value / (100 / bins)))
        expected[bin] = (expected[bin] as number) + 1
      }
      t.deepEqual([...counts.values()].map(Number), expected, `${dtype} ${bins}`)
    }
  }
})

test('counts of an array of many pieces are those of its parts', (t) => {
  const random = randomFrom(SEED)
  for (const dtype of ['float32', 'float64', 'uint16', '>f4'] as const) {
    const a = zeros([700, 1001], { dtype: dtype as 'float64' })
    a.assign(Float64Array.from({ length: 1001 }, () => 1000 * random.next()))
    a.index('::3').fill(500)
    for (const bins of [13, 5000]) {
      const range = [0, 1000] as const
      const whole = a.histogram({ bins, range }).counts
      const sum = new Float64Array(bins)
      for (const row of a.rows())
        row
          .histogram({ bins, range })
          .counts.toArray()
          .forEach((count, bin) => (sum[bin] = (sum[bin] as number) + Number(count)))
      t.deepEqual([...whole.values()].map(Number), [...sum], `${dtype} ${bins}`)
      t.is(Number(whole.sum()), a.size)
      t.true(a.T.histogram({ bins, range }).counts.equals(whole))
    }
  }
})

test('weights and densities add up', (t) => {
  const a = array([0, 1, 1, 3])
  t.deepEqual(a.histogram({ bins: 3, weights: [0.5, 1, 2, 4] }).counts.toArray(), [0.5, 3, 4] as never)
  t.deepEqual(a.histogram({ bins: [0, 1, 4], density: true }).counts.toArray(), [0.25, 0.25])
  const complex = array(
    [
      { re: 1, im: 2 },
      { re: 3, im: -1 },
    ],
    { dtype: 'complex64' },
  )
  t.deepEqual(array([0, 0]).histogram({ bins: 1, weights: complex }).counts.toArray(), [{ re: 4, im: 1 }] as never)
})

test('rejects bins, ranges, weights and dtypes, and names the rule', (t) => {
  const a = array([1, 2, 3]) as NDArray
  const reject = (work: () => unknown, code: string, message: RegExp): void => {
    const error = t.throws(work, { instanceOf: MemmapError, message })
    t.is((error as MemmapError).code, code as never)
  }
  for (const bins of [0, -1, 1.5, NaN, {}])
    reject(() => a.histogram({ bins: bins as never }), 'ERR_MEMMAP_ARGUMENT', /^invalid bins/)
  reject(
    () => a.histogram({ bins: 'auto' as never }),
    'ERR_MEMMAP_ARGUMENT',
    /no number of bins is estimated, so give one/,
  )
  reject(() => a.histogram({ bins: [3, 1] }), 'ERR_MEMMAP_ARGUMENT', /edges must ascend, and 1 follows 3/)
  reject(() => a.histogram({ bins: [1, NaN] }), 'ERR_MEMMAP_ARGUMENT', /edges must ascend/)
  reject(() => a.histogram({ bins: [[1, 2]] as never }), 'ERR_MEMMAP_ARGUMENT', /invalid bins of 2 axes/)
  for (const range of [[1], [2, 1], [0, NaN], [0, Infinity], 3, [0, 1, 2]])
    reject(() => a.histogram({ range: range as never }), 'ERR_MEMMAP_ARGUMENT', /^invalid range .* two finite numbers/)
  reject(() => a.histogram({ weights: [1, 2] }), 'ERR_MEMMAP_SHAPE', /invalid weights of shape \(2,\)/)
  reject(() => a.histogram({ weights: ['a', 'b', 'c'] }), 'ERR_MEMMAP_DTYPE', /weights must be numbers/)
  reject(() => a.histogram({ density: 1 as never }), 'ERR_MEMMAP_ARGUMENT', /invalid density 1/)
  reject(
    () => array([1, NaN]).histogram(),
    'ERR_MEMMAP_ARGUMENT',
    /invalid range NaN to NaN of the elements: it must be finite/,
  )
  reject(() => array([1, Infinity]).histogram(), 'ERR_MEMMAP_ARGUMENT', /range 1 to Infinity/)
  reject(() => full([2], 2 ** 60, { dtype: 'float64' }).histogram(), 'ERR_MEMMAP_ARGUMENT', /no room for so many/)
  for (const dtype of ['complex64', 'S3', 'M8[s]', 'V4'] as const)
    reject(() => zeros([2], { dtype: dtype as 'int8' }).histogram(), 'ERR_MEMMAP_DTYPE', /must be real numbers/)
  t.deepEqual(
    array([1, NaN])
      .histogram({ bins: 2, range: [0, 1] })
      .counts.toArray(),
    [0n, 1n],
  )
  t.deepEqual(zeros([0]).histogram({ bins: 2 }).edges.toArray(), [0, 0.5, 1])
})

test('promises give the same results and errors', async (t) => {
  const a = memmap(join(folder(t), 'a.f4'), { mode: 'w+', dtype: 'float32', shape: [1000, 1000] })
  a.assign(Float32Array.from({ length: 1000 }, (_, index) => (index * 37) % 1000))
  const seen: number[] = []
  const found = await a.promises.histogram({ bins: 7, onProgress: (part: number) => seen.push(part) })
  const { counts, edges } = a.histogram({ bins: 7 })
  t.true(found.counts.equals(counts))
  t.true(found.edges.equals(edges))
  t.is(seen.at(-1), 1)
  await t.throwsAsync(a.promises.histogram({ bins: 0 }), { code: 'ERR_MEMMAP_ARGUMENT' })
  await t.throwsAsync(a.promises.histogram({ signal: AbortSignal.abort(new Error('stop')) }), { message: 'stop' })
  const weighted = await array([1, 2]).promises.histogram({ bins: 1, weights: [3, 4] })
  t.deepEqual(weighted.counts.toArray(), [7] as never)
  a.close()
  await t.throwsAsync(a.promises.histogram(), { code: 'ERR_MEMMAP_CLOSED' })
})

test('the types follow the dtype and the options', (t) => {
  const a = array([1, 2], { dtype: 'float32' })
  const counts: NDArray<'int64', 1> = a.histogram().counts
  const edges: NDArray<'float32', 1> = a.histogram({ bins: 2 }).edges
  const density: NDArray<'float64', 1> = a.histogram({ density: true }).counts
  const given: NDArray<'float64', 1> = a.histogram({ bins: [1, 2] }).edges
  t.deepEqual(
    [counts, edges, density, given].map((one) => one.dtype.name),
    ['int64', 'float32', 'float64', 'float64'],
  )
})
