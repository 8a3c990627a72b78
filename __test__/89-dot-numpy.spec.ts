import test from 'ava'
import { array, memmap, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf, hole } from './support/files.js'
import { arrayFrom, randomArray, randomNumberDType } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import { times } from './support/slow.js'

const ROUNDS = times(500)

/** The product, and the sum of the absolute products, by which sums in another order are measured. */
const SCRIPT = `
import base64, json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def array_of(w):
    return np.frombuffer(base64.b64decode(w['data']), dtype=w['dtype']).copy().reshape(w['shape'], order=w['order'])
def encode(a):
    a = np.ascontiguousarray(a)
    return base64.b64encode(a.astype(a.dtype.newbyteorder('=')).tobytes()).decode()
def answer(q):
    a, b = array_of(q['a']), array_of(q['b'])
    if q['flip']: a, b = a[::-1], b[..., ::-1]
    found = np.asarray(np.dot(a, b))
    size = np.asarray(np.dot(np.abs(a.astype('c16')), np.abs(b.astype('c16'))))
    return {'dtype': found.dtype.name, 'shape': list(found.shape), 'data': encode(found), 'size': encode(size.real)}
print(json.dumps([answer(q) for q in json.load(sys.stdin)]))
`

live('dot of random arrays of every number agrees with NumPy', (t, python) => {
  const random = randomFrom(seed())
  const side = (): number =>
    random.chance(0.05) ? 0 : random.chance(0.1) ? 20 + random.below(60) : 1 + random.below(9)
  const questions = Array.from({ length: ROUNDS }, () => {
    const [m, k, n] = [side(), random.chance(0.1) ? 300 * side() : side(), side()] as const
    const left = random.chance(0.6) ? [m, k] : [k]
    const right = random.chance(0.6) ? [k, n] : [k]
    const dtype = randomNumberDType(random)
    return {
      a: randomArray(random, dtype, left, 'tame'),
      b: randomArray(random, random.chance(0.5) ? dtype : randomNumberDType(random), right, 'tame'),
      flip: random.chance(0.3),
    }
  })
  const flipped = (wire: ArrayWire, axis: number, flip: boolean): NDArray => {
    const a = arrayFrom(wire) as unknown as NDArray
    return flip ? (a.flip(axis) as NDArray) : a
  }
  const answers = askPython<{ dtype: string; shape: number[]; data: string; size: string }[]>(python, SCRIPT, questions)
  for (const [which, { a: left, b: right, flip }] of questions.entries()) {
    const { dtype, shape, data, size } = answers[which] as (typeof answers)[number]
    const [a, b] = [flipped(left, 0, flip), flipped(right, -1, flip)]
    const about = `${which}: ${a.dtype.str} ${a.shape.join('x')} by ${b.dtype.str} ${b.shape.join('x')}`
    const found = a.dot(b)
    const product = (
      typeof found === 'object' && 'dtype' in found ? found : array(found as number, { dtype: dtype as 'float64' })
    ) as NDArray
    t.is(product.dtype.name, dtype, about)
    t.deepEqual(product.shape, shape, about)
    if (product.size === 0) continue
    const expected = zeros(shape, { dtype: dtype as 'float64' }) as unknown as NDArray
    expected.bytes.set(Buffer.from(data, 'base64'))
    if (!'fc'.includes(product.dtype.kind)) {
      t.true(product.equals(expected as never), about)
      continue
    }
    const rounding = { float16: 2e-3, float32: 2e-6, complex64: 2e-6 }[dtype] ?? 1e-14
    const sizes = zeros(shape)
    sizes.bytes.set(Buffer.from(size, 'base64'))
    const parts = (one: NDArray): number[] =>
      Array.from(one.ravel().astype('complex128').view('float64').data as Float64Array)
    const [own, theirs] = [parts(product), parts(expected)]
    const wrong = own.findIndex((part, at) => {
      const scale = sizes.data[at >> 1] as number
      const other = theirs[at] as number
      // A half holds no more.
      const isBeyond = !Number.isFinite(scale) || (dtype === 'float16' && scale > 6e4)
      return !(Object.is(part, other) || part === other || Math.abs(part - other) <= rounding * scale || isBeyond)
    })
    t.is(wrong, -1, `${about}: ${own[wrong]} for ${theirs[wrong]}`)
  }
})

test('returns a scalar for vectors, in the dtype of both', (t) => {
  t.is(array([1, 2]).dot([3, 4]), 11)
  t.is(array([1, 2], { dtype: 'int64' }).dot(array([3, 4], { dtype: 'int64' })), 11n)
  t.is(array([true, false]).dot(array([false, true])), false)
  t.deepEqual(array([{ re: 0, im: 1 }]).dot([{ re: 0, im: 1 }] as never) as unknown, { re: -1, im: 0 })
  t.is(array([200, 100], { dtype: 'uint8' }).dot(array([2, 3], { dtype: 'uint8' })), 188)
  t.is(zeros(0).dot(zeros(0)), 0)
  t.deepEqual((zeros([2, 0]).dot(zeros([0, 3])) as NDArray).toArray(), [
    [0, 0, 0],
    [0, 0, 0],
  ])
})

test('halves are added up as singles', (t) => {
  const ones = zeros(5000, { dtype: 'float16' })
  ones.fill(1)
  t.is(ones.dot(ones), 5000)
})

test('long vectors of float32 lose nothing but the last bits', (t) => {
  const tenth = zeros(3_000_000, { dtype: 'float32' })
  tenth.fill(0.1)
  const exact = 3_000_000 * Math.fround(0.1) ** 2
  t.true(Math.abs((tenth.dot(tenth) as number) - exact) < 1e-6 * exact)
})

test('a file and its transpose are multiplied where they are', (t) => {
  const values = Float32Array.from({ length: 600 * 500 }, (_, at) => ((at * 7919) % 13) - 6)
  const a = memmap(fileOf(t, Buffer.from(values.buffer)), { dtype: 'float32', shape: [600, 500], mode: 'r' })
  const rows = a.toArray()
  const vector = Array.from({ length: 500 }, (_, at) => (at % 5) - 2)
  const expected = rows.map((row) => row.reduce((sum, x, at) => sum + x * (vector[at] as number), 0))
  t.deepEqual(a.dot(new Float32Array(vector)).toArray(), expected)
  t.deepEqual((array(vector, { dtype: 'float32' }).dot(a.transpose()) as NDArray).toArray(), expected)
  t.deepEqual((a.dot(array([vector], { dtype: 'float32' }).transpose()) as NDArray).ravel().toArray(), expected)
  const square = a.dot(a.transpose()) as NDArray<'float32', 2>
  const again = a.astype('float64').dot(a.astype('float64').transpose()) as NDArray<'float64', 2>
  t.true(square.equals(again))
  const integers = a.astype('int32').dot(a.astype('int32').transpose()) as NDArray
  t.true(integers.equals(again as never))
  a.close()
})

test('the promise has the same result, reports progress and can be aborted', async (t) => {
  const a = array(Int16Array.from({ length: 60_000 }, (_, at) => (at * 7919) % 251)).reshape(300, 200)
  const seen: number[] = []
  const found = (await a.promises.dot(a.transpose(), { onProgress: (part) => seen.push(part) })) as NDArray
  t.deepEqual(found.toArray(), (a.dot(a.transpose()) as NDArray).toArray())
  t.is(await a.index(1).promises.dot(a.index(2)), a.index(1).dot(a.index(2)))
  t.is(seen.at(-1), 1)
  await t.throwsAsync(a.promises.dot([1]), { code: 'ERR_MEMMAP_SHAPE' })
  const file = memmap(hole(t, 2 ** 32), { dtype: 'float32', shape: [2 ** 20, 1024], mode: 'r' })
  const controller = new AbortController()
  const work = file.promises.dot(zeros([1024, 64], { dtype: 'float32' }), { signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 20)
  await t.throwsAsync(work, { message: 'enough' })
  file.close()
})

test('refuses what it cannot multiply, by code', (t) => {
  const a = zeros([2, 3])
  const error = t.throws(() => a.dot(zeros([2, 3])), { code: 'ERR_MEMMAP_SHAPE' })
  t.is(
    error?.message,
    'invalid shapes (2,3) and (2,3): the last axis of the first, 3, must be as long as the first axis of the second, 2; transpose() one of them',
  )
  for (const wrong of [2, zeros([]), zeros([1, 1, 1])])
    t.throws(() => a.dot(wrong as never), { code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => zeros([]).dot([1]), { code: 'ERR_MEMMAP_SHAPE' })
  for (const dtype of ['M8[s]', 'm8[s]', 'S3', 'V2'] as const)
    t.throws(() => a.dot(zeros([3], { dtype })), { code: 'ERR_MEMMAP_DTYPE' }, dtype)
  t.throws(() => a.dot(['a', 'b', 'c'] as never), { code: 'ERR_MEMMAP_DTYPE' })
})
