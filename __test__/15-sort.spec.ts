import test from 'ava'
import fc from 'fast-check'
import { array, memmap, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf } from './support/files.js'
import { arrayFrom, randomArray, randomNumberDType, randomShape, UNITS } from './support/live-arrays.js'
import type { ArrayWire } from './support/live-arrays.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'
import { times } from './support/slow.js'

const ROUNDS = times(1200)

/** Bytes of the elements in C order and native byte order, and the positions, or the name of NumPy's error. */
interface Answer {
  readonly sorted: string | null
  readonly positions: string | null
  readonly shape: readonly number[]
}

interface Question {
  readonly wire: ArrayWire
  readonly flip: boolean
  readonly axis: number | null
}

const SCRIPT = `
import base64, json, sys
import numpy as np
def encode(a):
    return base64.b64encode(np.ascontiguousarray(a).astype(a.dtype.newbyteorder('=')).tobytes()).decode()
def answer(q):
    w = q['wire']
    flat = np.frombuffer(base64.b64decode(w['data']), dtype=w['dtype']).copy()
    a = flat.reshape(w['shape'], order=w['order'])
    if q['flip']: a = a[::-1]
    axis = q['axis']
    try:
        positions = a.argsort(axis=axis, kind='stable')
    except ValueError:
        return {'sorted': None, 'positions': None, 'shape': []}
    if axis is None or a.ndim == 0: return {'sorted': None, 'positions': encode(positions), 'shape': positions.shape}
    b = a.copy()
    b.sort(axis=axis, kind='stable')
    return {'sorted': encode(b), 'positions': encode(positions), 'shape': positions.shape}
print(json.dumps([answer(q) for q in json.load(sys.stdin)]))
`

function question(random: Random): Question {
  const dtype = random.chance(0.85)
    ? randomNumberDType(random)
    : `${random.pick(['<', '>'])}${random.pick(['M8', 'm8'])}[${random.pick(UNITS)}]`
  const shape = random.chance(0.15)
    ? random.pick([[3000], [130, 40], [40, 130], [3, 9, 130], [2, 700, 2]])
    : randomShape(random)
  const wire = randomArray(random, dtype, shape, random.chance(0.7) ? 'tame' : 'wild')
  const ndim = shape.length
  const axis = random.chance(0.1) ? null : random.chance(0.03) ? ndim : random.below(2 * Math.max(ndim, 1)) - ndim
  return { wire, flip: ndim > 0 && random.chance(0.3), axis }
}

function bytesOf(one: NDArray): string {
  const own = one.dtype.kind === 'b' ? one.astype('bool') : one.astype(one.dtype.newByteOrder('='))
  return Buffer.from(own.copy().bytes).toString('base64')
}

/** Equal values: NaN with any bits, and zeros with any sign, because NumPy's order of those is that of its algorithm. */
function sameElements(a: NDArray, base64: string): boolean {
  const expected = zeros(a.shape, { dtype: a.dtype.newByteOrder('=') })
  if (expected.nbytes > 0) expected.bytes.set(Buffer.from(base64, 'base64'))
  return a.dtype.kind === 'f' || a.dtype.kind === 'c'
    ? a.allClose(expected, { rtol: 0, atol: 0, equalNaN: true })
    : bytesOf(a) === bytesOf(expected as unknown as NDArray)
}

live('sort and argsort of random arrays agree with NumPy', (t, python) => {
  const random = randomFrom(seed())
  const questions = Array.from({ length: ROUNDS }, () => question(random))
  const answers = askPython<Answer[]>(python, SCRIPT, questions)
  for (const [index, { wire, flip, axis }] of questions.entries()) {
    const about = JSON.stringify({ index, dtype: wire.dtype, shape: wire.shape, order: wire.order, flip, axis })
    const { sorted, positions, shape } = answers[index] as Answer
    const whole = arrayFrom(wire)
    const a = flip ? (whole.index('::-1') as NDArray) : whole
    if (positions === null) {
      t.throws(() => a.argsort({ axis }), { code: 'ERR_MEMMAP_INDEX' }, about)
      continue
    }
    const own = a.argsort({ axis })
    t.deepEqual(own.shape, shape, about)
    t.is(own.dtype.name, 'int64')
    t.is(bytesOf(own as unknown as NDArray), positions, about)
    if (sorted === null || axis === null) continue
    t.is(a.sort({ axis }), a)
    t.true(sameElements(a, sorted), about)
  }
})

test('sorts in place through views, and keeps what is beside them', (t) => {
  const a = array([5, 9, 3, 8, 1, 7], { dtype: 'int16' })
  a.index('::2').sort()
  t.deepEqual(a.toArray(), [1, 9, 3, 8, 5, 7])
  const grid = array([
    [3, 1],
    [2, 4],
  ])
  grid.T.sort()
  t.deepEqual(grid.toArray(), [
    [2, 1],
    [3, 4],
  ])
})

test('sorts NaN and NaT last and -0.0 before 0.0, whatever the sign of NaN', (t) => {
  const a = array([0, NaN, -0, -Infinity, 1, NaN, -1])
  t.deepEqual(a.sort().toArray(), [-Infinity, -1, -0, 0, 1, NaN, NaN])
  t.deepEqual(a.argsort().toArray(), [0n, 1n, 2n, 3n, 4n, 5n, 6n])
  const dates = array(['2020-01-02', 'NaT', '1960-01-01'], { dtype: 'M8[D]' })
  t.deepEqual(dates.argsort().toArray(), [2n, 0n, 1n])
  t.is(dates.sort().repr(), `array(['1960-01-01', '2020-01-02',        'NaT'], dtype='datetime64[D]')`)
})

test('argsort keeps the order of equal elements in long lines', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(
        fc.constantFrom('uint8', 'int16', 'float32', 'int64', 'float64', 'complex128'),
        fc.integer({ min: 1, max: 300_000 }),
        fc.integer({ min: 1, max: 1000 }),
        (dtype, length, different) => {
          const a = zeros(length, { dtype: dtype as 'float64' })
          let state = different
          a.apply(() => (state = (state * 48_271) % 2_147_483_647) % Math.min(different, 127))
          const positions = a.argsort().data
          const values = a.astype('float64').data
          for (let i = 1; i < length; i++) {
            const [before, at] = [Number(positions[i - 1]), Number(positions[i])]
            const [left, right] = [values[before] as number, values[at] as number]
            if (left > right || (left === right && before >= at)) return false
          }
          return a.sort().equals(a.copy().take(a.argsort()))
        },
      ),
      { numRuns: times(12) },
    ),
  )
})

test('refuses text, records, read-only arrays and repeated elements', (t) => {
  const text = array(['b', 'a'])
  t.throws(() => text.sort(), { code: 'ERR_MEMMAP_DTYPE', message: /^invalid dtype .*sort is defined for numbers/ })
  t.throws(() => text.argsort(), { code: 'ERR_MEMMAP_DTYPE' })
  const records = zeros(2, { dtype: [['x', '<f4']] })
  t.throws(() => records.sort(), { code: 'ERR_MEMMAP_DTYPE', message: /take one of their fields with field\(\)/ })
  t.throws(() => array([1, 2]).broadcastTo([2, 2]).sort(), { code: 'ERR_MEMMAP_READONLY' })
  const path = fileOf(t, Buffer.alloc(16))
  const closed = memmap(path, { dtype: 'int32', mode: 'r' })
  t.throws(() => closed.sort(), { code: 'ERR_MEMMAP_READONLY' })
  closed.close()
  t.throws(() => closed.sort(), { code: 'ERR_MEMMAP_CLOSED' })
  t.throws(() => closed.argsort(), { code: 'ERR_MEMMAP_CLOSED' })
})

test('refuses axes and options that are not there', (t) => {
  const a = array([[1, 2]])
  t.throws(() => a.sort({ axis: 2 }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.argsort({ axis: 0.5 }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.sort({ axis: null as never }), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => array(1).sort(), { code: 'ERR_MEMMAP_INDEX' })
  t.throws(() => a.sort({ kind: 'stable' } as never), { code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => (a.argsort as (...args: unknown[]) => unknown)({}, 1), { code: 'ERR_MEMMAP_ARGUMENT' })
})

test('promises sort a file in place and report progress', async (t) => {
  const length = 300_000
  const path = fileOf(t, Buffer.alloc(4 * length))
  const a = memmap(path, { dtype: 'int32', mode: 'r+' })
  a.apply((_, index) => (index * 7919) % length)
  const seen: number[] = []
  t.is((await a.promises.argsort({ onProgress: (fraction) => seen.push(fraction) })).get(1), a.argsort().get(1))
  t.is(await a.promises.sort({ axis: 0, onProgress: (fraction) => seen.push(fraction) }), a)
  t.deepEqual([a.get(0), a.get(1), a.get(-1)], [0, 1, length - 1])
  t.is(seen.at(-1), 1)
  a.close()
})

test('promises sort an array in memory, and reject with the errors of the methods', async (t) => {
  const a = array([
    [3, 1],
    [2, 0],
  ])
  await a.promises.sort()
  t.deepEqual(a.toArray(), [
    [1, 3],
    [0, 2],
  ])
  t.deepEqual((await a.promises.argsort({ axis: null })).toArray(), [2n, 0n, 3n, 1n])
  await t.throwsAsync(a.promises.sort({ axis: 3 }), { code: 'ERR_MEMMAP_INDEX' })
  await t.throwsAsync(array(['a']).promises.sort(), { code: 'ERR_MEMMAP_DTYPE' })
  await t.throwsAsync(a.promises.argsort({ signal: AbortSignal.abort(new Error('stop')) }), { message: 'stop' })
})
