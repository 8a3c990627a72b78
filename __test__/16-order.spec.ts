import test from 'ava'
import { array, memmap, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf } from './support/files.js'
import { arrayFrom, randomArray, randomNumberDType, randomShape, UNITS } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const ROUNDS = times(500)

interface Question {
  readonly wire: ArrayWire
  readonly flip: boolean
  readonly k: number
  readonly largest: boolean
  readonly axis: number
  readonly needles: ArrayWire
  readonly side: 'left' | 'right'
}

/** Arrays as their bytes in C order and native byte order; null where NumPy throws. */
type Answer = Readonly<
  Record<'bounds' | 'nonzero' | 'bincount' | 'unique' | 'places' | 'best', readonly string[] | null>
>

const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def encode(a):
    a = np.ascontiguousarray(a)
    return base64.b64encode(a.astype(a.dtype.newbyteorder('=')).tobytes()).decode()
def array_of(w):
    return np.frombuffer(base64.b64decode(w['data']), dtype=w['dtype']).copy().reshape(w['shape'], order=w['order'])
def attempt(f):
    try:
        return [encode(one) for one in f()]
    except (ValueError, TypeError, IndexError):
        return None
def topk(a, q):
    axis, k = q['axis'], q['k']
    a = np.moveaxis(a, axis, -1)
    flat = a.reshape(-1, a.shape[-1])
    rows = []
    for line in flat:
        order = line.argsort(kind='stable')
        nan = np.isnan(line[order])
        numbers, rest = order[~nan], np.sort(order[nan])
        if q['largest']:
            values, starts = np.unique(line[numbers], return_index=True)
            groups = np.split(numbers, starts[1:])
            numbers = np.concatenate(groups[::-1]) if len(numbers) else numbers
        rows.append(np.concatenate([numbers, rest])[:k])
    at = np.array(rows, dtype='i8').reshape(a.shape[:-1] + (k,))
    return np.moveaxis(np.take_along_axis(a, at, -1), -1, axis), np.moveaxis(at, -1, axis)
def answer(q):
    a = array_of(q['wire'])
    if q['flip']: a = a[::-1]
    return {
        'bounds': attempt(lambda: (a.min(), a.max())),
        'nonzero': attempt(lambda: a.nonzero()),
        'bincount': attempt(lambda: (np.bincount(a % 100 if a.dtype.kind in 'iu' else a, minlength=q['k']),)) if a.ndim == 1 else None,
        'unique': attempt(lambda: np.unique(a, return_counts=True)),
        'places': attempt(lambda: (np.sort(a.ravel()).searchsorted(array_of(q['needles']), side=q['side']),)),
        'best': attempt(lambda: topk(a, q)) if a.size else None,
    }
print(json.dumps([answer(q) for q in json.load(sys.stdin)]))
`

function question(random: Random): Question {
  const isTime = random.chance(0.15)
  const time = random.pick(['M8', 'm8'])
  const dtype = isTime ? `${random.pick(['<', '>'])}${time}[${random.pick(UNITS)}]` : randomNumberDType(random)
  const shape = random.chance(0.15)
    ? random.pick([[3000], [130, 40], [40, 130], [3, 9, 130]])
    : random.chance(0.3)
      ? [random.below(60)]
      : randomShape(random)
  const wire = randomArray(random, dtype, shape, random.chance(0.8) ? 'tame' : 'wild')
  const axis = random.below(Math.max(shape.length, 1))
  const length = shape[axis] ?? 1
  // Durations of years and of days have no common unit.
  const unit = time === 'M8' ? `<M8[${random.pick(UNITS)}]` : dtype
  const other = isTime ? unit : random.chance(0.5) ? dtype : randomNumberDType(random)
  return {
    wire,
    flip: shape.length > 0 && random.chance(0.3),
    k: random.chance(0.7) ? Math.min(length, random.below(6)) : random.below(length + 1),
    largest: random.chance(0.6),
    axis,
    needles: randomArray(random, other, randomShape(random, 2), 'tame'),
    side: random.pick(['left', 'right']),
  }
}

function sameElements(a: NDArray, base64: string | undefined): boolean {
  const dtype = a.dtype.newByteOrder('=')
  const expected = zeros(a.shape, { dtype }) as unknown as NDArray
  const bytes = Buffer.from(base64 ?? '', 'base64')
  if (bytes.length !== expected.nbytes) return false
  if (expected.nbytes > 0) expected.bytes.set(bytes)
  if ('fc'.includes(dtype.kind)) return a.allClose(expected, { rtol: 0, atol: 0, equalNaN: true })
  const own = a.astype(dtype).copy()
  return Buffer.from(own.bytes).equals(bytes)
}

live('minmax, nonzero, bincount, unique, searchsorted and topk of random arrays agree with NumPy', (t, python) => {
  const random = randomFrom(seed())
  const questions = Array.from({ length: ROUNDS }, () => question(random))
  const answers = askPython<Answer[]>(python, SCRIPT, questions)
  for (const [index, one] of questions.entries()) {
    const { wire, flip, k, largest, axis, needles, side } = one
    const { shape, order } = wire
    const about = (name: string): string =>
      JSON.stringify({
        name,
        index,
        dtype: wire.dtype,
        shape,
        order,
        flip,
        k,
        largest,
        axis,
        side,
        other: needles.dtype,
      })
    const { bounds, nonzero, bincount, unique, places, best } = answers[index] as Answer
    const whole = arrayFrom(wire)
    const a = flip ? (whole.index('::-1') as NDArray) : whole
    if (bounds === null) t.throws(() => a.minmax(), { code: 'ERR_MEMMAP_ARGUMENT' }, about('minmax'))
    else {
      const { min, max } = a.minmax()
      const both = zeros(2, { dtype: a.dtype.newByteOrder('=') }) as unknown as NDArray
      both.set(0, min as never)
      both.set(1, max as never)
      t.true(sameElements(both.index('0:1'), bounds[0]) && sameElements(both.index('1:2'), bounds[1]), about('minmax'))
    }
    if (nonzero === null) t.throws(() => a.nonzero(), { code: 'ERR_MEMMAP_SHAPE' }, about('nonzero'))
    else
      t.true(
        a.nonzero().every((indices, at) => sameElements(indices as unknown as NDArray, nonzero[at])),
        about('nonzero'),
      )
    if (bincount !== null) {
      const small = 'iu'.includes(a.dtype.kind) ? a.map((x) => (((Number(x) % 100) + 100) % 100) as never) : a
      const exact = a.itemsize === 8 ? null : small
      if (exact !== null)
        t.true(sameElements(exact.bincount({ minlength: k }) as unknown as NDArray, bincount[0]), about('bincount'))
    }
    const { values, counts } = a.unique()
    t.true(sameElements(values as NDArray, unique?.[0]), about('unique values'))
    t.true(sameElements(counts as unknown as NDArray, unique?.[1]), about('unique counts'))
    if (places !== null) {
      const sorted = a.flatten().sort()
      t.true(
        sameElements(sorted.searchsorted(arrayFrom(needles), { side }) as unknown as NDArray, places[0]),
        about('searchsorted'),
      )
    }
    if (best !== null) {
      const found = a.topk(k, { axis, largest })
      t.true(sameElements(found.indices as unknown as NDArray, best[1]), about('topk indices'))
      t.true(sameElements(found.values as NDArray, best[0]), about('topk values'))
    }
  }
})

test('nonzero has an array of indices for each axis, of text too', (t) => {
  const [rows, columns] = array([
    ['', 'a'],
    ['b', ''],
  ]).nonzero() as [NDArray, NDArray]
  t.deepEqual([rows.toArray(), columns.toArray()] as unknown, [
    [0n, 1n],
    [1n, 0n],
  ])
  t.deepEqual(
    zeros([0, 3])
      .nonzero()
      .map((one) => one.shape),
    [[0], [0]],
  )
  t.is(array([1, 0]).nonzero()[0]?.dtype.name, 'int64')
})

test('nonzero and topk read long lines on all threads', (t) => {
  const length = 700_000
  const a = zeros([length], { dtype: 'int32' })
  a.apply((_, index) => (index % 3 === 0 ? 0 : (index * 7919) % 1_000_003))
  const [found] = a.nonzero() as [NDArray<'int64', 1>]
  t.deepEqual(
    found.toArray(),
    [...a.values()].flatMap((x, index) => (x === 0 ? [] : [BigInt(index)])),
  )
  const order = a
    .astype('float64')
    .apply((x) => -x)
    .argsort()
  t.deepEqual(a.topk(1000).indices.toArray(), order.slice(0, 1000).toArray())
  t.deepEqual(a.topk(5, { largest: false }).indices.toArray(), a.argsort().slice(0, 5).toArray())
})

test('unique joins many blocks, and keeps 64-bit integers exact', (t) => {
  const a = zeros([3_000_000], { dtype: 'int64' })
  a.data.forEach((_, index, data) => (data[index] = 2n ** 62n + BigInt((index * 7919) % 1000)))
  const { values, counts } = a.unique()
  t.is(values.size, 1000)
  t.is(values.get(999), 2n ** 62n + 999n)
  t.is(counts.sum(), 3_000_000n)
  t.deepEqual(counts.unique().values.toArray(), [3000n])
})

test('unique takes NaN, and zeros of both signs, as one', (t) => {
  const { values, counts } = array([NaN, 0, -0, NaN, 1]).unique()
  t.deepEqual(values.toArray(), [0, 1, NaN])
  t.deepEqual(counts.toArray(), [2n, 1n, 2n])
})

test('topk puts NaN last and takes the first of equal elements', (t) => {
  const a = array([1, NaN, 3, 3, -Infinity])
  t.deepEqual(a.topk(5).indices.toArray(), [2n, 3n, 0n, 4n, 1n])
  t.deepEqual(a.topk(5, { largest: false }).values.toArray(), [-Infinity, 1, 3, 3, NaN])
  t.deepEqual(a.topk(0).values.shape, [0])
  t.deepEqual(
    array([
      [1, 2],
      [4, 3],
    ])
      .topk(2, { axis: null })
      .values.toArray(),
    [4, 3],
  )
})

test('searchsorted takes single values, lists and dates of another unit', (t) => {
  const a = array([1, 2, 2, 5], { dtype: 'int64' })
  t.is(a.searchsorted(2n), 1)
  t.is(a.searchsorted(2.5), 3)
  t.is(a.searchsorted(2, { side: 'right' }), 3)
  t.deepEqual(a.searchsorted([[0], [9]]).toArray(), [[0n], [4n]])
  t.is(array([2n ** 53n, 2n ** 53n + 1n], { dtype: 'int64' }).searchsorted(2n ** 53n + 1n), 1)
  t.is(array(['2020-01-01', '2020-01-03'], { dtype: 'M8[D]' }).searchsorted('2020-01-01T12'), 1)
})

test('refuses dtypes, shapes and options', (t) => {
  const text = array(['a'])
  for (const call of [() => text.minmax(), () => text.unique(), () => text.topk(1), () => text.searchsorted('a')])
    t.throws(call, { code: 'ERR_MEMMAP_DTYPE' })
  t.throws(() => array([1.5]).bincount(), { code: 'ERR_MEMMAP_DTYPE' })
  t.throws(() => array([1], { dtype: 'uint64' }).bincount(), { code: 'ERR_MEMMAP_DTYPE', message: /astype\('int64'\)/ })
  t.throws(() => array([[1]], { dtype: 'int8' }).bincount(), { code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => array([-1], { dtype: 'int8' }).bincount(), {
    code: 'ERR_MEMMAP_ARGUMENT',
    message: /^invalid element -1/,
  })
  t.throws(() => array([1], { dtype: 'int8' }).bincount({ minlength: -1 }), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => array([[1]]).searchsorted(1), { code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => array([1]).searchsorted(1, { side: 'both' as never }), { code: 'ERR_MEMMAP_ARGUMENT' })
  for (const k of [-1, 2, 0.5, undefined]) t.throws(() => array([1]).topk(k as number), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => array([1]).topk(1, { axis: 1 }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => array(1).nonzero(), { code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => (array([1]).unique as (...args: unknown[]) => unknown)({}), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('promises give the same results, of files and of arrays in memory', async (t) => {
  const path = fileOf(t, Buffer.alloc(40_000))
  const mapped = memmap(path, { dtype: 'int16', mode: 'r+' })
  mapped.apply((_, index) => (index * 31) % 97)
  for (const a of [mapped, mapped.copy()]) {
    t.deepEqual(await a.promises.minmax(), a.minmax())
    t.deepEqual(await a.promises.nonzero(), a.nonzero())
    t.deepEqual(await a.promises.bincount({ minlength: 200 }), a.bincount({ minlength: 200 }))
    t.deepEqual(await a.promises.unique(), a.unique())
    t.is(await a.promises.searchsorted(3), a.searchsorted(3))
    t.deepEqual(await a.promises.topk(3, { largest: false }), a.topk(3, { largest: false }))
  }
  const seen: number[] = []
  await mapped.promises.unique({ onProgress: (fraction) => seen.push(fraction) })
  t.is(seen.at(-1), 1)
  await t.throwsAsync(mapped.promises.topk(-1), { code: 'ERR_MEMMAP_ARGUMENT' })
  mapped.close()
  await t.throwsAsync(mapped.promises.minmax(), { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => mapped.unique(), { code: 'ERR_MEMMAP_CLOSED' })
})
