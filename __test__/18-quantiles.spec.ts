/** Quantiles and medians: NumPy's values and dtypes to the bit, errors, and large arrays. */
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { parseDType } from '../lib/dtype/index.js'
import { array, full, linspace, memmap, MemmapError, NDArray, zeros } from '../lib/index.js'
import { take } from './support/live-chain.js'
import type { Step } from './support/live-chain.js'
import { arrayFrom, randomArray, randomShape } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { folder } from './support/files.js'
import { toFixture } from './support/numpy-json.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const SEED = seed()
const ROUNDS = times(800)
const METHODS = ['linear', 'lower', 'higher', 'midpoint', 'nearest'] as const

interface Question {
  readonly wire: ArrayWire
  readonly view: readonly Step[]
  readonly name: 'quantile' | 'median'
  readonly q: number | number[]
  readonly method: (typeof METHODS)[number]
  readonly axis: number | number[] | null
  readonly keepdims: boolean
  readonly skipNaN: boolean
}

interface Answer {
  readonly error?: string
  readonly dtype: string
  readonly shape: number[]
  readonly values: unknown
}

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')

def plain(a):
    if a.dtype.kind in 'Mm': return ['NaT' if np.isnat(x) else str(x.astype('i8')) for x in a.ravel()]
    if a.dtype.itemsize == 8 and a.dtype.kind in 'iu': return [str(x) for x in a.ravel()]
    if a.dtype.kind == 'f': return [float(x) if np.isfinite(x) else {'nan': 'NaN', 'inf': 'Infinity', '-inf': '-Infinity'}[str(float(x))] for x in a.ravel()]
    return a.ravel().tolist()

def answer(one):
    w = one['wire']
    a = np.frombuffer(base64.b64decode(w['data']), w['dtype']).reshape(w['shape'], order=w['order'])
    for step in one['view']:
        a = a.T if step['op'] == 'T' else a[tuple(slice(*s['s']) for s in step['at'])]
    kw = dict(axis=tuple(one['axis']) if isinstance(one['axis'], list) else one['axis'], keepdims=one['keepdims'])
    nan = 'nan' if one['skipNaN'] else ''
    try:
        if one['name'] == 'median': r = getattr(np, nan + 'median')(a, **kw)
        else:
            q = one['q']
            r = getattr(np, nan + 'quantile')(a, [float(x) for x in q] if isinstance(q, list) else float(q), method=one['method'], **kw)
        r = np.asarray(r)
        return dict(dtype=r.dtype.newbyteorder('=').name, shape=list(r.shape), values=plain(r))
    except Exception as e:
        return dict(error=type(e).__name__ + ': ' + str(e), dtype='', shape=[], values=None)

json.dump([answer(one) for one in json.load(sys.stdin)], sys.stdout)
`

function question(random: Random): Question {
  const kind = random.pick(['?', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'm8[s]', 'M8[D]'])
  const dtype = `${random.chance(0.25) ? '>' : '<'}${kind}`
  const shape = random.chance(0.15)
    ? random.pick([[3000], [1300, 4], [4, 1300], [2, 900, 3], [120, 130]])
    : randomShape(random)
  const wire = randomArray(random, dtype, shape, random.chance(0.7) ? 'tame' : 'wild')
  const view: Step[] = []
  if (random.chance(0.3))
    view.push({ op: 'index', at: shape.map(() => ({ s: [null, null, random.pick([1, 2, -1, -3])] })) })
  if (random.chance(0.3)) view.push({ op: 'T' })
  const ndim = shape.length
  const axes = Array.from({ length: ndim }, (_, axis) => axis).filter(() => random.chance(0.5))
  const fraction = (): number => random.pick([0, 0.25, 0.5, 0.75, 1, random.next(), random.next(), random.next()])
  return {
    wire,
    view,
    name: random.chance(0.35) ? 'median' : 'quantile',
    q: random.chance(0.5) ? fraction() : Array.from({ length: random.below(5) }, fraction),
    method: random.pick(METHODS),
    axis: random.chance(0.4) || ndim === 0 ? null : random.chance(0.5) ? random.below(2 * ndim) - ndim : axes,
    keepdims: random.chance(0.25),
    skipNaN: random.chance(0.35),
  }
}

function ask({ name, q, method, axis, keepdims, skipNaN }: Question, of: NDArray): unknown {
  const options = { ...(axis !== null && { axis }), keepdims, skipNaN }
  return name === 'median' ? of.median(options) : of.quantile(q, { ...options, method })
}

function viewed({ wire, view }: Question): NDArray {
  const base = arrayFrom(wire)
  return view.reduce((one, step) => take(one, step, base) as NDArray, base)
}

/** NumPy's `nanmedian` of halves along an axis adds them up in half precision, and its functions of no elements and of `nan...` differ. */
function isOdd(one: Question, of: NDArray): boolean {
  if (one.skipNaN && of.size === 0) return true
  if (!one.skipNaN) return false
  // The first line sets the dtype, and NaN has that of the elements.
  if (Array.isArray(one.q) && one.name === 'quantile' && ['float16', 'float32'].includes(of.dtype.name)) return true
  return one.name === 'median' && (of.dtype.name === 'float16' || of.dtype.kind === 'm')
}

live('random quantiles and medians agree with NumPy to the bit', (t, python) => {
  const random = randomFrom(SEED)
  const questions = Array.from({ length: ROUNDS }, () => question(random))
  const answers = askPython<Answer[]>(python, SCRIPT, questions)
  const failures: string[] = []
  let compared = 0
  questions.forEach((one, number) => {
    const of = viewed(one)
    const numpy = answers[number] as Answer
    if (isOdd(one, of)) return
    const show = (what: string): void => {
      const { wire, ...rest } = one
      failures.push(
        `case ${number}: ${what} of ${wire.dtype as string} ${wire.shape.join('x')} ${JSON.stringify(rest)}`,
      )
    }
    let ours: unknown
    try {
      ours = ask(one, of)
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      if (numpy.error === undefined) show(`${error.message}, and NumPy has ${JSON.stringify(numpy.values)}`)
      return
    }
    if (numpy.error !== undefined) return show(`NumPy fails: ${numpy.error}`)
    compared++
    const result = ours instanceof NDArray ? ours : null
    const dtype = result?.dtype ?? parseDType(numpy.dtype)
    const values =
      result === null ? [toFixture(ours, dtype)] : [...result.values()].map((value) => toFixture(value, dtype))
    if (result !== null && (dtype.name !== numpy.dtype || result.shape.join() !== numpy.shape.join()))
      show(`${dtype.name} ${result.shape.join('x')} is not NumPy's ${numpy.dtype} ${numpy.shape.join('x')}`)
    // 0 and -0 are equal, and in no order in NumPy.
    const zero = (value: unknown): unknown => (value === 0 ? 0 : value)
    const [a, b] = [values, numpy.values as unknown[]].map((list) => JSON.stringify(list.map(zero)))
    if (a !== b) show(`${a} is not NumPy's ${b}`)
  })
  t.is(failures.length, 0, `seed ${SEED}, ${failures.length} of ${ROUNDS} differ:\n${failures.slice(0, 8).join('\n')}`)
  t.true(compared > ROUNDS / 2)
})

/** The quantile by its definition. */
function naive(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(at)] as number, sorted[Math.ceil(at)] as number]
  return low + (high - low) * (at - Math.floor(at))
}

test('quantiles of any list are those of the sorted list', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const found = array(values).quantile(q)
        return Math.abs(found - naive(values, q)) <= 1e-9 * Math.max(1, Math.abs(found))
      },
    ),
    { numRuns: times(300) },
  )
  t.pass()
})

/** More than are copied, so that elements are counted. */
const MANY = 270_003

for (const dtype of ['uint8', 'int16', 'float16', 'int32', 'float32', 'int64', 'float64', '>f4', '>i8'] as const) {
  test(`quantiles of many ${dtype} are those of the sorted array`, (t) => {
    const random = randomFrom(SEED)
    const makers: Record<string, (index: number) => number> = {
      random: () => random.below(100) + random.next(),
      constant: () => 7,
      'two-valued': () => random.below(2),
      ascending: (index) => index % 30_000,
      'in waves': (index) => Math.round(100 * Math.sin(index / 1000)),
      skewed: () => Math.exp(5 * random.next()),
    }
    for (const [name, maker] of Object.entries(makers)) {
      const count = 2 * Math.floor(270_000 / parseDType(dtype).itemsize) + 1
      const a = zeros([count], { dtype: dtype as 'float64' })
      const isBig = a.dtype.itemsize === 8 && a.dtype.kind === 'i'
      const source = Float64Array.from({ length: count }, (_, index) => {
        const value = maker(index)
        return dtype.startsWith('f') || dtype === '>f4' ? value : Math.floor(value) % 128
      })
      a.assign(source)
      const sorted = a.astype('float64').data.toSorted()
      const fractions = [0, 0.1, 0.25, 0.5, 0.9, 1]
      const expected = fractions.map((q) => sorted[Math.floor((count - 1) * q)] as number)
      const found = a.quantile(fractions, { method: 'lower' }).toArray() as unknown[]
      t.deepEqual(found.map(Number), expected, name)
      const many = Array.from({ length: 40 }, (_, index) => index / 39)
      const manyFound = a.quantile(many, { method: 'lower' }).toArray() as unknown[]
      t.deepEqual(
        manyFound.map(Number),
        many.map((q) => sorted[Math.floor((count - 1) * q)] as number),
        name,
      )
      t.is(Number(a.quantile(0.5, { method: 'nearest' })), sorted[(count - 1) / 2] as number, name)
      t.is(typeof a.quantile(0.5, { method: 'lower' }), isBig ? 'bigint' : 'number')
      t.is(a.slice(undefined, undefined, -1).median(), a.median(), name)
    }
  })
}

test('NaN makes a quantile of many elements NaN, unless it is skipped', (t) => {
  for (const dtype of ['float16', 'float32', 'float64'] as const) {
    const a = full([MANY], 3, { dtype })
    a.slice(0, MANY - 1, 2).fill(5)
    t.is(a.median(), 3)
    a.set(17, NaN)
    t.is(a.median(), NaN)
    t.is(a.median({ skipNaN: true }), 4)
    a.set(19, Infinity)
    a.set(21, -Infinity)
    t.is(a.quantile(1, { skipNaN: true, method: 'lower' }), Infinity)
    t.is(a.quantile(0, { skipNaN: true, method: 'lower' }), -Infinity)
    a.fill(NaN)
    t.is(a.median({ skipNaN: true }), NaN)
  }
  const times8 = zeros([MANY], { dtype: 'm8[s]' })
  times8.set(0, 'NaT')
  t.is(times8.median(), -(2n ** 63n))
  t.is(times8.median({ skipNaN: true }), 0n)
})

test('fractions are taken from typed arrays and arrays, as from a list', (t) => {
  const a = array([1, 2, 4, 8, 16])
  const expected = a.quantile([0, 0.25, 1]).toArray()
  for (const q of [
    Float64Array.of(0, 0.25, 1),
    Float32Array.of(0, 0.25, 1),
    array([0, 0.25, 1]),
    array([1, 0.25, 0]).flip(),
  ])
    t.deepEqual(a.quantile(q).toArray(), expected)
  t.deepEqual(a.quantile(Int8Array.of(0, 1)).toArray(), [1, 16])
  t.deepEqual(a.quantile(linspace(0, 1, 3)).toArray(), [1, 4, 16])
  t.is(a.quantile(array(0.25)), 2)
  t.deepEqual(a.quantile(new Float64Array(0)).shape, [0])
  // NumPy's promotion: np.quantile(np.float32([1, 2]), np.float32([0.5])) is float32.
  t.is(array([1, 2], { dtype: 'float32' }).quantile(Float32Array.of(0.5)).dtype.name, 'float32')
  t.is(array([1, 2], { dtype: 'float32' }).quantile(Float64Array.of(0.5)).dtype.name, 'float64')
})

test('rejects options, fractions and dtypes, and names the rule', (t) => {
  const a = array([[1, 2, 3]]) as NDArray
  const reject = (work: () => unknown, code: string, message: RegExp): void => {
    const error = t.throws(work, { instanceOf: MemmapError, message })
    t.is((error as MemmapError).code, code as never)
  }
  for (const q of [-0.1, 1.1, NaN, '0.5', [0.5, 2], [[0.5]], null, undefined, array([[0.5]]), array([true])])
    reject(
      () => a.quantile(q as never),
      'ERR_MEMMAP_ARGUMENT',
      /^invalid q .*: it must be a number from 0 to 1, or a list/,
    )
  reject(
    () => a.quantile(0.5, { method: 'hazen' as never }),
    'ERR_MEMMAP_ARGUMENT',
    /invalid method 'hazen': .*'linear'/,
  )
  reject(() => a.quantile(0.5, { axis: 2 }), 'ERR_MEMMAP_INDEX', /axis 2 is out of bounds/)
  reject(() => a.median({ axis: [0, 0] }), 'ERR_MEMMAP_INDEX', /duplicate axis/)
  reject(() => a.median({ method: 'lower' } as never), 'ERR_MEMMAP_ARGUMENT', /invalid option 'method'/)
  reject(() => a.median({ skipNaN: 1 as never }), 'ERR_MEMMAP_ARGUMENT', /invalid skipNaN 1/)
  reject(() => zeros([0, 3]).quantile(0.5), 'ERR_MEMMAP_ARGUMENT', /quantile of no elements is undefined/)
  t.is(zeros([0, 3]).median(), NaN)
  t.deepEqual(zeros([0, 3]).median({ axis: 0 }).toArray(), [NaN, NaN, NaN])
  t.deepEqual(zeros([0, 3]).quantile([0.5], { axis: 1 }).shape, [1, 0])
  for (const dtype of ['complex64', 'S3', 'U3', 'V4'] as const)
    reject(() => zeros([2], { dtype: dtype as 'int8' }).median(), 'ERR_MEMMAP_DTYPE', /median is not defined/)
  reject(() => zeros([2], { dtype: 'M8[s]' }).median(), 'ERR_MEMMAP_DTYPE', /median is not defined/)
  reject(() => zeros([2], { dtype: 'bool' }).quantile(0.5), 'ERR_MEMMAP_DTYPE', /quantile is not defined/)
  t.is(zeros([2], { dtype: 'bool' }).quantile(0.5, { method: 'lower' }), false)
})

test('promises give the same results and errors, report progress and stop', async (t) => {
  const a = memmap(join(folder(t), 'a.f4'), { mode: 'w+', dtype: 'float32', shape: [1000, 1000] })
  a.assign(Float32Array.from({ length: 1000 }, (_, index) => (index * 37) % 1000))
  const seen: number[] = []
  t.is(await a.promises.median({ onProgress: (part: number) => seen.push(part) }), a.median())
  t.is(seen.at(-1), 1)
  t.deepEqual(
    seen,
    seen.toSorted((x, y) => x - y),
  )
  t.deepEqual(
    (await a.promises.quantile([0.1, 0.9], { axis: 1 })).toArray(),
    a.quantile([0.1, 0.9], { axis: 1 }).toArray(),
  )
  t.is(await array([3, 1, 2]).promises.median(), 2)
  await t.throwsAsync(a.promises.quantile(2), { code: 'ERR_MEMMAP_ARGUMENT' })
  await t.throwsAsync(a.promises.median({ signal: AbortSignal.abort(new Error('stop')) }), { message: 'stop' })
  const running = a.promises.median()
  a.close()
  await t.throwsAsync(running, { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => a.median(), { code: 'ERR_MEMMAP_CLOSED' })
})

test('the type follows the dtype, the method and the fractions', (t) => {
  const a = array([[1, 2, 3]], { dtype: 'float32' })
  const single: number = a.quantile(0.5)
  const list: NDArray<'float64'> = a.quantile([0.5])
  const along: NDArray<'float32', 1> = a.quantile(0.5, { axis: 0 })
  const kept: NDArray<'float32', 2> = a.median({ axis: 0, keepdims: true })
  const element: bigint = array([1n, 2n], { dtype: 'int64' }).quantile(0.5, { method: 'lower' })
  const between: number = array([1n, 2n], { dtype: 'int64' }).median()
  t.deepEqual(
    [single, list.dtype.name, along.dtype.name, kept.shape, element, between],
    [2, 'float64', 'float32', [1, 3], 1n, 1.5],
  )
})
