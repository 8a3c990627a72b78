// A comparand keeps a dtype of its own; `diff` and zero tolerances are exact in every dtype.
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { array, newaxis, save, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { MemmapError } from '../lib/index.js'
import { differencesOf } from '../lib/cli/compute/differences.js'
import type { Differences } from '../lib/cli/compute/differences.js'
import { manyIn } from './support/cli.js'
import { folder } from './support/files.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import { times } from './support/slow.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const OPERATORS = ['<', '<=', '==', '!=', '>=', '>'] as const

test('dates are compared in the finer unit', (t) => {
  const days = array(['2020-06-14', '2020-06-15', '2020-06-16'], { dtype: 'M8[D]' })
  const noon = new Date('2020-06-15T12:00:00Z')
  for (const other of [noon, '2020-06-15T12:00', array(noon), [noon], [array(noon), '2020-06-15T12', noon]]) {
    t.deepEqual(days.compare('<', other as never).toArray(), [true, true, false])
    t.deepEqual(days.compare('==', other as never).toArray(), [false, false, false])
  }
  t.false(days.equals(['2020-06-14T01:00', '2020-06-15T02:00', '2020-06-16T03:00']))
  t.true(days.equals(['2020-06-14T00:00', new Date('2020-06-15'), 18429n]))
  t.deepEqual(days.compare('==', 18428n).toArray(), [false, true, false])
  t.deepEqual(days.compare('!=', 'NaT').toArray(), [true, true, true])
  t.is(days.mask(days.compare('<', noon)).size, 2)
})

test('each field of a record is compared as beside a plain array', (t) => {
  const records = array([{ n: 1, s: 'ab', d: '2020-01-02', v: [1, 2], c: [1, 2] }], {
    dtype: [
      ['n', 'i4'],
      ['s', 'U2'],
      ['d', 'M8[D]'],
      ['v', 'i2', [2]],
      ['c', 'c8'],
    ],
  })
  const same = { n: 1, s: 'ab', d: '2020-01-02', v: [1, 2], c: { re: 1, im: 2 } }
  const equal = (other: unknown): unknown => records.compare('==', other as never).get(0)
  t.true(equal(same))
  t.true(equal([same]))
  t.true(equal([[1, 'ab', new Date('2020-01-02'), array([1, 2]), [1, 2]]]))
  t.true(equal([records.index(0)]))
  t.true(records.equals([{ ...same, n: array(1n) } as never]))
  const unlike = [
    { n: 1.9 },
    { n: 2 ** 40 },
    { n: 2n ** 70n },
    { s: 'abc' },
    { d: '2020-01-02T01' },
    { v: [1, 2.5] },
    { v: 1 },
  ]
  for (const one of unlike) {
    t.false(equal({ ...same, ...one }), JSON.stringify(Object.keys(one)))
    t.false(records.equals([{ ...same, ...one } as never]))
    t.true(records.compare('!=', [{ ...same, ...one }] as never).get(0))
  }
  t.throws(() => records.compare('==', { n: 1 } as never), { code: 'ERR_MEMMAP_CAST' })
  t.throws(() => records.compare('<', same as never), { code: 'ERR_MEMMAP_DTYPE' })
})

test('raw bytes and text have their own length', (t) => {
  const raw = zeros([1], { dtype: 'V2' })
  for (const other of [bytes(0, 0, 3), [bytes(0, 0, 3)], [bytes(0)]])
    t.throws(() => raw.compare('==', other), { code: 'ERR_MEMMAP_DTYPE' })
  t.deepEqual(raw.compare('==', [bytes(0, 0)]).toArray(), [true])
  const s = array([bytes(0xc3, 0xa9), bytes(0x62)], { dtype: 'S2' })
  t.deepEqual(s.compare('==', [bytes(0xc3, 0xa9), 'bc']).toArray(), [true, false])
  t.deepEqual(s.compare('==', [s.index(0), 'b']).toArray(), [true, true])
})

test('integers are compared exactly with numbers of any size and kind', (t) => {
  const u = array([2n ** 64n - 1n, 5n], { dtype: 'u8' })
  t.deepEqual(u.compare('==', [2n ** 64n - 1n, -1n]).toArray(), [true, false])
  t.deepEqual(u.compare('<', [2n ** 64n - 1n, -1n]).toArray(), [false, false])
  t.true(u.equals([2n ** 64n - 1n, 5] as never))
  t.true(u.allClose([2n ** 64n - 1n, 5.5] as never, { atol: 0.5, rtol: 0 }))
  t.false(u.allClose([2n ** 64n - 2n, 5.5] as never, { atol: 0.5, rtol: 0 }))
  t.true(u.allClose(2n ** 70n, { atol: 0, rtol: 1 }))
  t.true(u.allClose([1e300, 2n ** 70n] as never, { atol: 0, rtol: 1 }))
  t.true(u.compare('<', 2n ** 70n).all() && u.compare('<', 1e300).all())
  const i = array([2n ** 53n + 1n])
  t.false(i.compare('==', 2 ** 53).get(0))
  t.false(i.compare('==', [2 ** 53, 0.5]).any())
})

live('integers beside lists of mixed numbers agree with Python, which compares them exactly', (t, python) => {
  const random = randomFrom(seed())
  const edges = [0n, 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n, 2n ** 64n, 2n ** 70n]
  const whole = (): bigint => (random.chance(0.5) ? 1n : -1n) * random.pick(edges) + BigInt(random.below(5) - 2)
  const other = (): number | bigint =>
    random.pick([
      whole,
      whole,
      () => random.below(9) / 2 - 2,
      () => random.pick([Infinity, -Infinity, Number.NaN, 2 ** 60, 1e300]),
    ])()
  const written = (value: number | bigint): string =>
    typeof value === 'bigint'
      ? String(value)
      : `float('${Object.is(value, -0) ? '-0' : value}')`.replace('Infinity', 'inf')
  const cases = Array.from({ length: 2000 }, () => {
    const dtype = random.pick(['i1', 'u1', 'i4', '>i8', 'u8', 'i8'])
    const bits = 8n * BigInt(dtype.at(-1) as string)
    const wrap = dtype.includes('u') ? BigInt.asUintN : BigInt.asIntN
    const left = Array.from({ length: 3 }, () => wrap(Number(bits), whole()))
    const right = Array.from({ length: random.pick([1, 3]) }, other)
    // Some as an array in the list, or alone.
    const isSingle = right.length === 1 && random.chance(0.5)
    return { dtype, left, right, isSingle, op: random.pick(OPERATORS) }
  })
  const wanted = askPython<boolean[][]>(
    python,
    `
import json, sys, operator
ops = {'<': operator.lt, '<=': operator.le, '==': operator.eq, '!=': operator.ne, '>=': operator.ge, '>': operator.gt}
print(json.dumps([[ops[op](int(a), b) for a, b in zip(left, [eval(one) for one in right] * (4 - len(right)))] for op, left, right in json.load(sys.stdin)]))`,
    cases.map(({ op, left, right }) => [op, left.map(String), right.map(written)]),
  )
  for (const [at, { dtype, left, right, isSingle, op }] of cases.entries()) {
    const a = array(left, { dtype: dtype as 'i8' })
    const found = a.compare(op, (isSingle ? right[0] : right) as never).toArray()
    const about = `${dtype} [${left.join()}] ${op} [${right.map(String).join()}]`
    t.deepEqual(found, wanted[at], about)
    if (right.length === 3 && op === '==') {
      t.is(a.equals(right as never), (wanted[at] ?? []).every(Boolean), about)
      t.is(a.allClose(right as never, { rtol: 0, atol: 0 }), (wanted[at] ?? []).every(Boolean), about)
    }
  }
})

live('dates of any unit beside text and dates of any unit agree with NumPy', (t, python) => {
  const random = randomFrom(seed() + 1)
  const lengths = [4, 7, 10, 13, 16, 19, 23, 26]
  const units = ['Y', 'M', 'D', 'h', 'm', 's', 'ms', 'us']
  const text = (unit: number): string =>
    `20${20 + random.below(2)}-0${1 + random.below(2)}-0${1 + random.below(2)}T0${random.below(2)}:0${random.below(2)}:0${random.below(2)}.00${random.below(2)}00${random.below(2)}`.slice(
      0,
      lengths[unit],
    )
  const cases = Array.from({ length: 1500 }, () => {
    const unit = random.below(units.length)
    const left = Array.from({ length: 3 }, () => text(unit))
    const right = Array.from({ length: random.pick([1, 3]) }, () => {
      const other = random.below(units.length)
      return { unit: units[other] as string, text: text(other), form: random.pick(['text', 'array', 'date']) }
    })
    return { unit: units[unit] as string, left, right, op: random.pick(OPERATORS) }
  })
  const wanted = askPython<boolean[][]>(
    python,
    `
import json, sys, operator
import numpy as np
ops = {'<': operator.lt, '<=': operator.le, '==': operator.eq, '!=': operator.ne, '>=': operator.ge, '>': operator.gt}
print(json.dumps([ops[op](np.array(left, 'M8[%s]' % unit), np.array([np.datetime64(text, one) for text, one in right])).tolist() for op, unit, left, right in json.load(sys.stdin)]))`,
    cases.map(({ op, unit, left, right }) => [
      op,
      unit,
      left,
      right.map((one) => (one.form === 'date' ? [one.text.slice(0, 23), 'ms'] : [one.text, one.unit])),
    ]),
  )
  for (const [at, { unit, left, right, op }] of cases.entries()) {
    const values = right.map(({ form, text: one, unit: own }) => {
      if (form === 'text') return one
      const dates = array([one], { dtype: `M8[${own}]` as 'M8[s]' })
      return form === 'array' ? dates.index(0) : new Date(Number(dates.astype('M8[ms]').get(0)))
    })
    const a = array(left, { dtype: `M8[${unit}]` as 'M8[s]' })
    t.deepEqual(
      a.compare(op, values as never).toArray(),
      wanted[at],
      `${unit} ${left.join()} ${op} ${JSON.stringify(right)}`,
    )
  }
})

test('one date compares as that date repeated, whatever the units', (t) => {
  const unit = fc.constantFrom('Y', 'M', 'W', 'D', 'h', 's', 'ms', 'ns', '5h', '7M')
  const ticks = fc.oneof(fc.bigInt(-100n, 100n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))
  const property = fc.property(unit, unit, fc.array(ticks, { minLength: 1 }), ticks, (one, other, left, right) => {
    const a = array(left, { dtype: 'i8' }).view(`M8[${one}]` as 'M8[s]')
    const b = array([right, right], { dtype: 'i8' }).view(`M8[${other}]` as 'M8[s]')
    for (const op of OPERATORS) {
      const apart = a.index(':', newaxis).compare(op, b).index(':', 0)
      t.deepEqual(a.compare(op, b.index(1)).toArray(), apart.toArray(), `${one} ${left.join()} ${op} ${other} ${right}`)
    }
  })
  t.notThrows(() => fc.assert(property, { numRuns: times(400) }))
})

/** Integers near powers of two and the ends of their range. */
const integers = (bits: number, isSigned: boolean): fc.Arbitrary<bigint> =>
  fc
    .tuple(fc.integer({ min: 0, max: bits }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([power, more, negative]) => (negative ? -1n : 1n) * 2n ** BigInt(power) + BigInt(more))
    .map((value) => (isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)))

async function diff(a: NDArray, b: NDArray, rtol = 0, atol = 0): Promise<Differences> {
  const found = await differencesOf(a, b, { rtol, atol, equalNaN: true }, () => {})
  if ('unlike' in found) throw new Error(found.unlike)
  return found
}

const distance = (a: bigint, b: bigint): bigint => (a < b ? b - a : a - b)

test('diff and allClose with zero tolerances are exact for integers, and the largest difference is', async (t) => {
  const dtypes = fc.constantFrom<[string, number, boolean]>(
    ['i8', 64, true],
    ['>u8', 64, false],
    ['u8', 64, false],
    ['i4', 32, true],
  )
  const sides = fc.tuple(dtypes, dtypes).chain(([one, other]) =>
    fc.record({
      dtypes: fc.constant([one[0], other[0]]),
      pairs: fc.array(
        fc.tuple(integers(one[1], one[2]), integers(other[1], other[2]), fc.boolean()).map(([a, b, same]) => {
          const fits = other[2] ? BigInt.asIntN(other[1], a) === a : BigInt.asUintN(other[1], a) === a
          return [a, same && fits ? a : b] as const
        }),
        { minLength: 1, maxLength: 12 },
      ),
      atol: fc.constantFrom(0, 0, 1, 2),
    }),
  )
  await fc.assert(
    fc.asyncProperty(sides, async ({ dtypes: [one, other], pairs, atol }) => {
      const a = array(
        pairs.map(([value]) => value),
        { dtype: one as 'i8' },
      )
      const b = array(
        pairs.map(([, value]) => value),
        { dtype: other as 'i8' },
      )
      const found = await diff(a, b, 0, atol)
      const apart = pairs.map(([x, y]) => distance(x, y))
      const largest = apart.reduce((most, value) => (value > most ? value : most), 0n)
      t.is(found.differing, apart.filter((value) => value > BigInt(atol)).length)
      t.is(found.maxAbsolute === null ? 0n : BigInt(found.maxAbsolute.value), largest)
      t.is(a.allClose(b, { rtol: 0, atol }), found.differing === 0)
    }),
    { numRuns: times(300) },
  )
})

test('diff is exact between 64-bit integers and floats, also in fields of records', async (t) => {
  const i = array([2n ** 53n + 1n, 2n ** 63n - 1n, 7n, -(2n ** 63n)])
  const f = array([2 ** 53, 2 ** 63, 7, -(2 ** 63)])
  t.is((await diff(i, f)).differing, 2)
  t.is((await diff(f, i)).differing, 2)
  t.is((await diff(i, f.astype('complex128'))).differing, 2)
  t.is((await diff(f.astype('c16'), i)).differing, 2)
  const [a, b] = [zeros([4], { dtype: [['n', 'i8']] }), zeros([4], { dtype: [['n', '>f8']] })]
  a.field('n').assign(i)
  b.field('n').assign(f)
  t.is((await diff(a, b)).differing, 2)
  t.deepEqual((await diff(a, b)).first?.index, [0])
})

test('the command says equal only of elements that are equal', (t) => {
  const at = folder(t)
  const stamps = array([1_700_000_000_000_000_000n, 1_700_000_001_000_000_000n])
  save(join(at, 'a.npy'), stamps)
  save(join(at, 'b.npy'), array([1_700_000_000_000_000_000n, 1_700_000_001_000_000_100n]))
  save(join(at, 'm.npy'), array([-(2n ** 63n)]))
  save(join(at, 'u.npy'), array([2n ** 64n - 1n], { dtype: 'u8' }))
  save(join(at, 'days.npy'), array(['2020-06-14'], { dtype: 'M8[D]' }))
  const [plain, json, within, far, min, max] = manyIn(at, [
    ['diff', 'a.npy', 'b.npy', '--rtol', '0', '--atol', '0'],
    ['diff', 'a.npy', 'b.npy', '--rtol', '0', '--atol', '0', '--json'],
    ['diff', 'a.npy', 'b.npy'],
    ['diff', 'm.npy', 'u.npy', '--json'],
    ['check', 'days.npy', '--min', '2020-06-14T12:00'],
    ['check', 'days.npy', '--max', '2020-06-14T12:00'],
  ])
  t.is(plain?.code, 1)
  t.regex(plain?.out ?? '', /1 of 2 elements differ[^]*largest difference +100 at \[1\]/)
  t.like(JSON.parse(json?.out ?? ''), { equal: false, differing: 1, maxAbsolute: { value: 100, index: [1] } })
  t.is(within?.code, 0)
  t.regex(within?.out ?? '', /within the tolerance/)
  t.is(
    (JSON.parse(far?.out ?? '') as { maxAbsolute: { value: unknown } }).maxAbsolute.value,
    String(2n ** 64n - 1n + 2n ** 63n),
  )
  t.is(min?.code, 1)
  t.is(max?.code, 0)
})

test('a comparand that has no dtype is refused', (t) => {
  for (const other of [null, [undefined], [Symbol.iterator], [{}]]) {
    const error = t.throws(() => array([1n]).compare('==', other as never))
    t.true(error instanceof MemmapError)
  }
})
