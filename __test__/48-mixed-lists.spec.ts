// Lists that hold arrays: the list's dtype is NumPy's promotion of what is in it, and arrays are cast whole.
import { join } from 'node:path'
import test from 'ava'
import { arange, array, concat, dtype as dtypeOf, openMemmap, stack, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { MemmapError } from '../lib/index.js'
import { promoteDTypes, parseDType } from '../lib/dtype/index.js'
import { folder } from './support/files.js'
import { live } from './support/live.js'
import { askPython, randomFrom, seed } from './support/numpy-live.js'
import type { Random } from './support/numpy-live.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const hex = (a: NDArray): string => Buffer.from(a.copy().bytes).toString('hex')
const code = (run: () => unknown): string | undefined => {
  try {
    run()
  } catch (error) {
    return error instanceof MemmapError ? error.code : String(error)
  }
  return undefined
}

test('an array without axes in a list keeps its dtype', (t) => {
  const dates = array(['2020-01-01', '2021-01-01'], { dtype: 'M8[s]' })
  const elements = [...dates.rows()]
  t.is(array(elements).dtype.name, 'datetime64[s]')
  t.true(array(elements).equals(dates))
  const target = zeros([2], { dtype: 'M8[ms]' })
  t.true(target.assign(elements).equals(dates))
  t.true(array(elements, { dtype: 'M8[D]' }).equals(dates))
  t.deepEqual(dates.compare('==', elements).toArray(), [true, true])
  t.true(dates.equals(elements))
  t.deepEqual(array([array(1n, { dtype: 'm8[h]' } as never)], { dtype: 'm8[s]' } as never).toArray(), [3600n])
  t.deepEqual(array(elements, { dtype: 'U40' }).toArray(), ['2020-01-01T00:00:00', '2021-01-01T00:00:00'])
})

test('arrays in lists promote their dtypes, and byte order gives native order', (t) => {
  const dates = array(['2020-01-01'], { dtype: 'M8[s]' })
  t.is(array([dates, dates.astype('M8[ms]')]).dtype.str, '<M8[ms]')
  t.is(array([dates, dates.astype('>M8[s]')]).dtype.str, '<M8[s]')
  const large = array([2n ** 64n - 1n], { dtype: 'uint64' })
  t.deepEqual(array([large, array([1], { dtype: 'uint8' })]).toArray(), [[2n ** 64n - 1n], [1n]])
  t.is(array([large, array([-1], { dtype: 'int8' })]).dtype.name, 'float64')
  t.is(array([array([1n], { dtype: 'm8[s]' }), [2n]] as never).dtype.name, 'timedelta64[s]')
  t.is(array([2n ** 64n - 1n, -1n]).dtype.name as string, 'float64')
})

test('dtypes without a common one are refused', (t) => {
  const refused: readonly [string, string][] = [
    ['V2', 'V3'],
    ['M8[s]', 'int64'],
    ['M8[s]', 'U3'],
    ['uint64', 'm8[s]'],
    ['V2', 'int16'],
  ]
  for (const [a, b] of refused) {
    t.is(
      code(() => array([zeros([1], { dtype: a as 'f8' }), zeros([1], { dtype: b as 'f8' })])),
      'ERR_MEMMAP_DTYPE',
    )
  }
  t.is(
    code(() => array([array([1n]), [2n ** 70n]])),
    'ERR_MEMMAP_CAST',
  )
  const records = (name: string): NDArray => zeros([1], { dtype: [[name, 'i2']] as never })
  t.is(
    code(() => array([records('a'), records('b')])),
    'ERR_MEMMAP_DTYPE',
  )
})

test('arrays in lists keep every bit: bytes beyond ASCII, surrogates, records', (t) => {
  const s = array([bytes(0xc3, 0xa9), bytes(0x62)], { dtype: 'S2' })
  t.is(hex(array([s])), hex(s))
  t.is(hex(zeros([1, 2], { dtype: 'S2' }).assign([s])), hex(s))
  t.true(s.compare('==', [s.index(0), s.index(1)]).all())
  t.true(s.equals([...s.rows()]))
  const u = array([bytes(0x3d, 0xd8, 0, 0, 0, 0xde, 0, 0)], { dtype: 'V8' }).view('U2')
  t.is(hex(array([u, u]).index(1)), hex(u))
  const r = zeros([2], {
    dtype: [
      ['name', 'S2'],
      ['flag', 'i1'],
    ],
  })
  r.field('name').assign(s)
  t.is(hex(array([...r.rows()])), hex(r))
})

test('rows of records are rows, however many fields there are', (t) => {
  const dtype = [
    ['x', [['a', 'u1']]],
    ['y', [['b', 'u1']]],
  ] as const
  const grid = zeros([2, 2], { dtype })
  grid
    .field('x')
    .field('a')
    .assign([
      [1, 2],
      [3, 4],
    ])
  t.true(
    zeros([2, 2], { dtype })
      .assign([...grid] as never)
      .equals(grid),
  )
  t.true(
    zeros([2], { dtype })
      .assign([...grid.index(1).rows()] as never)
      .equals(grid.index(1)),
  )
  const positions = zeros([2], { dtype: [['position', 'i4']] })
  const error = t.throws(() => positions.set(0, positions.index('1:') as never))
  t.false(/layout|accessorKind/.test(error.message), error.message)
})

test('an array is no object of options', (t) => {
  const a = array([1, 2])
  const calls = [
    () => array([1], a as never),
    () => a.sum(a as never),
    () => a.repr(a as never),
    () => a.take([0], a as never),
  ]
  for (const call of calls) {
    const error = t.throws(call, { code: 'ERR_MEMMAP_ARGUMENT' })
    t.regex(error.message, /array\(\[1\., 2\.\]\)/)
  }
})

test('an array without axes is taken wherever a scalar is', (t) => {
  const day = array('2021-03-04', { dtype: 'M8[D]' })
  const z = zeros([2, 2], { dtype: 'M8[s]' })
  z.set(0, array(1, { dtype: 'i1' }), day)
  t.true(z.index(0, 1).equals(day))
  z.fill(day)
  t.true(z.compare('==', day).all())
  t.true(
    z
      .compare('==', [
        [day, day],
        [day, day],
      ])
      .all(),
  )
  t.deepEqual(z.index(array(1, { dtype: 'u1' })).shape, [2])
  t.deepEqual(z.index([array(1, { dtype: 'u1' }), 0], 0).shape, [2])
  t.deepEqual(z.index([array(true), false]).shape, [1, 2])
  t.deepEqual(z.index([array([true, false]), [false, true]]).shape, [2])
  const r = zeros([3], {
    dtype: [
      ['day', 'M8[D]'],
      ['n', 'i4'],
      ['v', 'i2', [2]],
    ],
  })
  const second = array('2021-03-04T05:06:07', { dtype: 'M8[s]' })
  r.set(0, { day: second, n: array(7), v: array([1, 2]) } as never)
  r.set(1, [second, array(7), [array(1), 2]] as never)
  r.set(2, r.index(0))
  t.deepEqual(r.toArray(), [0, 1, 2].map(() => ({ day: 18690n, n: 7, v: [1, 2] })) as never)
  const wrapped = zeros([2], { dtype: 'u1' })
  wrapped.set(0, array(300))
  wrapped.fill(wrapped.index(0))
  t.deepEqual(wrapped.toArray(), [44, 44])
  t.deepEqual(zeros([array(2, { dtype: 'i4' })] as never).shape, [2])
  for (const store of [() => wrapped.set(0, array([1]) as never), () => wrapped.fill(array([1, 2]))])
    t.is(code(store), 'ERR_MEMMAP_CAST')
  t.deepEqual(wrapped.toArray(), [44, 44])
})

test('a record is stored without its padding', (t) => {
  const dtype = { names: ['a', 'b'], formats: ['u1', 'u4'], offsets: [0, 4], itemsize: 8 } as const
  const padded = array(new Uint8Array(16).fill(0xff)).view(dtype as never) as NDArray
  const zero = zeros([], { dtype: dtype as never }) as NDArray
  padded.set(0, zero as never)
  padded.index(1).fill(zero as never)
  t.is(Buffer.from(padded.view('u1').bytes).toString('hex'), '00ffffff00000000'.repeat(2))
})

test('map and apply store the text that they were handed', (t) => {
  const s = array([bytes(0xc3, 0xa9), bytes(0x62), bytes(0xff)], { dtype: 'S2' })
  t.is(hex(s.map((x) => x)), hex(s))
  t.is(hex(s.copy().apply((x) => x)), hex(s))
  t.is(hex(s.map((x) => x, { dtype: 'S' })), hex(s))
  t.deepEqual(s.map(() => 'ä').toArray(), ['ä', 'ä', 'ä'])
  t.is(
    code(() => s.map(() => 'ā')),
    'ERR_MEMMAP_CAST',
  )
  t.is(
    code(() => s.copy().set(0, 'é')),
    'ERR_MEMMAP_CAST',
  )
  const u = array([bytes(0x3d, 0xd8, 0, 0, 0, 0xde, 0, 0), bytes(0, 0, 0x7f, 0, 1, 2, 0, 0)], { dtype: 'V8' }).view(
    'U2',
  )
  t.is(hex(u.map((x) => x)), hex(u))
  t.is(hex(u.copy().apply((x) => x)), hex(u))
  const r = zeros([3], {
    dtype: [
      ['name', 'S2'],
      ['flag', 'i1'],
      ['u', 'U2', [2]],
    ],
  })
  r.field('name').assign(s)
  r.field('u').assign(u)
  const before = [hex(r.field('name')), hex(r.field('u'))]
  r.apply((x) => ({ ...x, flag: 1 }))
  t.deepEqual(r.field('flag').toArray(), [1, 1, 1])
  t.deepEqual([hex(r.field('name')), hex(r.field('u'))], before)
  t.is(hex(r.map((x) => [x.name, x.flag, x.u] as never)), hex(r))
})

const UNITS = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as', '7D', '2Y', '1000ms', '5h', '12M']
const DTYPES = [
  '?',
  'i1',
  'u1',
  'i2',
  '>u2',
  'i4',
  'u4',
  'i8',
  '>u8',
  'f2',
  '>f4',
  'f8',
  'c8',
  'c16',
  'S3',
  'U2',
  '>U4',
  'V2',
  'V3',
]
const STRUCTURED = [
  [['a', 'i2']],
  [['a', 'f4']],
  [['b', 'f4']],
  [
    ['a', '>i4'],
    ['b', 'U3'],
  ],
  [
    ['a', 'f4'],
    ['b', 'U5'],
  ],
  [['a', [['x', 'i2']]]],
  [['a', [['x', 'f4']]]],
  [['a', 'i4', [2]]],
  [['a', 'i8', [2]]],
  [['a', 'i8', [3]]],
  [[['t', 'a'], 'i8']],
]

live('the common dtype of two is that of NumPy', (t, python) => {
  const all: unknown[] = [
    ...DTYPES,
    ...UNITS.flatMap((unit) => [`M8[${unit}]`, `m8[${unit}]`]),
    'M8',
    'm8',
    ...STRUCTURED,
  ]
  const script = `
import json, sys
import numpy as np
def spec(x):
    return x if isinstance(x, str) else [tuple([tuple(f[0]) if isinstance(f[0], list) else f[0], spec(f[1])] + [tuple(s) for s in f[2:]]) for f in x]
all = [np.dtype(spec(x)) for x in json.load(sys.stdin)]
def common(a, b):
    try: return repr(np.promote_types(a, b).newbyteorder('='))
    except Exception: return None
print(json.dumps([[common(a, b) for b in all] for a in all]))`
  const wanted = askPython<(string | null)[][]>(python, script, all)
  const dtypes = all.map(parseDType)
  const texts = dtypes.map((a) => dtypes.map((b) => promoteDTypes(a, b)))
  const specs = texts.flat().map((dtype) => (dtype === null ? null : dtype.toJSON()))
  const names = askPython<(string | null)[]>(
    python,
    `
import json, sys
import numpy as np
def spec(x):
    return x if isinstance(x, str) else [tuple([tuple(f[0]) if isinstance(f[0], list) else f[0], spec(f[1])] + [tuple(s) for s in f[2:]]) for f in x]
print(json.dumps([None if x is None else repr(np.dtype(spec(x))) for x in json.load(sys.stdin)]))`,
    specs,
  )
  const flat = wanted.flat()
  for (const [at, name] of names.entries()) {
    const [a, b] = [all[Math.floor(at / all.length)], all[at % all.length]]
    if (name !== flat[at]) t.fail(`${JSON.stringify(a)} ${JSON.stringify(b)}: ${name}, NumPy ${flat[at]}`)
  }
  t.true(flat.some((one) => one !== null) && flat.some((one) => one === null))
})

/** A list, as it is made here and as a Python expression. */
interface Sample {
  readonly value: unknown
  readonly python: string
}

/** An array with few axes of random bytes, without NaN, which have no fixed bits in NumPy's casts. */
function randomArray(random: Random, dtype: string, shape: readonly number[]): Sample {
  const count = shape.reduce((product, length) => product * length, 1)
  const made = dtypeOf(dtype as 'f8')
  const { kind, itemsize } = made
  let data: NDArray
  if (kind === 'f' || kind === 'c')
    data = array(Array.from({ length: count }, () => random.below(400) / 4 - 50)).astype(dtype) as NDArray
  else {
    const raw = Uint8Array.from({ length: count * itemsize }, () => random.below(256))
    if (kind === 'b') raw.forEach((byte, at) => (raw[at] = byte & 1))
    if (kind === 'S') raw.forEach((byte, at) => (raw[at] = byte & 0x7f))
    if (kind === 'U')
      raw.forEach((byte, at) => (raw[at] = at % 4 === (made.byteOrder === '>' ? 3 : 0) ? byte & 0x7f : 0))
    if (kind === 'M' || kind === 'm') raw.forEach((_, at) => (made.swapped ? at % 8 < 5 : at % 8 > 2) && (raw[at] = 0))
    data = array(raw).view(dtype as 'f8') as NDArray
  }
  const value = data.reshape(shape)
  const text = `np.frombuffer(bytes.fromhex('${hex(value)}'), '${dtype}').reshape(${shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(',')})`})`
  return { value, python: text }
}

function randomScalar(random: Random, kind: string): Sample {
  const n = random.below(200) - 100
  if (kind === 'b' || kind === '?')
    return random.chance(0.5) ? { value: true, python: 'True' } : { value: false, python: 'False' }
  if ('iu'.includes(kind)) return { value: BigInt(n), python: String(n) }
  if (kind === 'f') return { value: n / 4, python: `${n / 4}`.includes('.') ? String(n / 4) : `${n / 4}.0` }
  if (kind === 'c') return { value: { re: n, im: 1 }, python: `complex(${n}, 1)` }
  return { value: BigInt(n), python: String(n) }
}

function randomList(random: Random, dtypes: readonly string[], shape: readonly number[]): Sample {
  if (random.chance(shape.length === 0 ? 0.6 : 0.5)) return randomArray(random, random.pick(dtypes), shape)
  if (shape.length === 0) return randomScalar(random, random.pick(dtypes).replace(/[<>]/, '')[0] as string)
  const entries = Array.from({ length: shape[0] as number }, () => randomList(random, dtypes, shape.slice(1)))
  return { value: entries.map(({ value }) => value), python: `[${entries.map(({ python }) => python).join(', ')}]` }
}

const FAMILIES: readonly (readonly string[])[] = [
  ['?', 'i1', 'u1', 'i2', '>u2', 'i4', '>u4', 'i8', '>i8'],
  ['u1', 'u8', '>u8', 'u4'],
  ['i2', 'f2', '>f4', 'f8', 'u1'],
  ['f4', 'c8', 'i2', '>c16', '?'],
  ['M8[s]', '>M8[D]', 'M8[ms]', 'M8[h]'],
  ['m8[s]', 'm8[h]', '>m8[ms]', 'i4'],
  ['S3', 'S5', 'U2', '>U4'],
]

live('lists of arrays and scalars have the dtype and the elements of NumPy', (t, python) => {
  const random = randomFrom(seed())
  const samples = Array.from({ length: 2500 }, () => {
    const dtypes = random.pick(FAMILIES)
    const shape = random.pick([[1], [2], [3], [2, 2], [3, 1], [2, 0], [2, 1, 2]])
    const entries = Array.from({ length: shape[0] as number }, () => randomList(random, dtypes, shape.slice(1)))
    return {
      value: entries.map(({ value }) => value),
      python: `[${entries.map((entry) => entry.python).join(', ')}]`,
      target: random.chance(0.3) ? random.pick(dtypes) : null,
    }
  })
  const script = `
import json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def answer(text, target):
    try: a = np.array(eval(text), dtype=target)
    except Exception: return None
    if a.dtype == object: return None
    a = a.astype(a.dtype.newbyteorder('='))
    return [a.dtype.str, list(a.shape), a.tobytes().hex()]
print(json.dumps([answer(*one) for one in json.load(sys.stdin)]))`
  const wanted = askPython<([string, number[], string] | null)[]>(
    python,
    script,
    samples.map((sample) => [sample.python, sample.target]),
  )
  let [agreed, refused] = [0, 0]
  for (const [at, sample] of samples.entries()) {
    const answer = wanted[at] ?? null
    let found: [string, readonly number[], string] | null = null
    try {
      const made = array(sample.value, sample.target === null ? {} : ({ dtype: sample.target } as never)) as NDArray
      const native = made.astype(made.dtype.newByteOrder('=') as never) as NDArray
      found = [native.dtype.str, native.shape, hex(native)]
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
    }
    // Plain numbers with text, text as numbers, and objects as real numbers are refused on purpose.
    if (found === null && answer !== null && /S|U|complex/.test(sample.python)) continue
    if (found === null) refused++
    else agreed++
    if (JSON.stringify(found) !== JSON.stringify(answer))
      return t.fail(`${sample.python} as ${sample.target}: ${JSON.stringify(found)}, NumPy ${JSON.stringify(answer)}`)
  }
  t.true(agreed > 1500, `${agreed} agreed, ${refused} refused`)
})

live('assign, append and compare take such lists as NumPy does', (t, python) => {
  const random = randomFrom(seed() + 1)
  const at = folder(t)
  const samples = Array.from({ length: 1200 }, () => {
    const dtypes = random.pick(FAMILIES)
    const shape = random.pick([[2], [3], [2, 2], [2, 1, 2]])
    const entries = Array.from({ length: shape[0] as number }, () => randomList(random, dtypes, shape.slice(1)))
    // An array in every list, because plain numbers have another dtype in Python.
    entries[0] = randomArray(random, random.pick(dtypes), shape.slice(1))
    const left = randomArray(random, random.pick(dtypes), shape)
    return { left, value: entries.map(({ value }) => value), list: `[${entries.map((one) => one.python).join(', ')}]` }
  })
  const script = `
import json, sys, warnings
import numpy as np
warnings.simplefilter('ignore')
def stored(left, items):
    try:
        a = np.array(left)
        a[...] = items
        return a.tobytes().hex()
    except Exception: return None
def compared(left, items):
    try:
        right = np.array(items)
        if right.dtype == object: return None
        return [(left < right).tolist(), (left == right).tolist()]
    except Exception: return None
def answer(left, items):
    left, items = eval(left), eval(items)
    return [stored(left, items), compared(left, items)]
print(json.dumps([answer(*one) for one in json.load(sys.stdin)]))`
  const wanted = askPython<[string | null, [unknown, unknown] | null][]>(
    python,
    script,
    samples.map(({ left, list }) => [left.python, list]),
  )
  const attempt = <T>(work: () => T): T | null => {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      return null
    }
  }
  let [stores, comparisons] = [0, 0]
  for (const [index, { left, value, list }] of samples.entries()) {
    const [stored, compared] = wanted[index] as (typeof wanted)[number]
    const about = `${left.python} ${list}`
    const array0 = left.value as NDArray
    const found = attempt(() => hex(array0.copy().assign(value as never)))
    // NumPy parses text as numbers, and casts complex objects.
    if (found !== null || !/S|U|complex/.test(about)) t.is(found, stored, about)
    if (found !== null) stores++
    if (found !== null && index % 20 === 0) {
      const file = openMemmap(join(at, `${index}.npy`), {
        mode: 'w+',
        shape: [0, ...array0.shape.slice(1)],
        dtype: array0.dtype as never,
      })
      file.append(value as never)
      t.is(hex(file as never), found, about)
      file.close()
    }
    // NumPy compares text with text of the other kind, and 64-bit integers with floats in float64.
    if (/U|S|i8|u8/.test(about)) continue
    const ours = attempt(() => [
      array0.compare('<', value as never).toArray(),
      array0.compare('==', value as never).toArray(),
    ])
    if (ours === null || compared === null) continue
    t.deepEqual(ours as unknown, compared, about)
    comparisons++
  }
  t.true(stores > 500 && comparisons > 300, `${stores} ${comparisons}`)
})

test('a list with a hole is refused wherever a list is taken, because map and every would skip it', (t) => {
  const a = arange(6).reshape([2, 3])
  // eslint-disable-next-line no-sparse-arrays -- that is what is tested
  const hole = (...values: unknown[]): never => [, ...values] as never
  const calls: readonly (() => unknown)[] = [
    () => zeros(hole(2)),
    () => array(hole(1, 2)),
    () => a.reshape(hole(6)),
    () => a.broadcastTo(hole(2, 3)),
    () => a.transpose(hole(0)),
    () => a.flip(hole(0)),
    () => a.expandDims(hole(0)),
    () => a.sum({ axis: hole(1) }),
    () => a.take(hole(1)),
    () => a.index(hole(1)),
    () => a.mask(hole(true)),
    () => a.assign(7, hole(0)),
    () => a.quantile(hole(0.5)),
    () => a.nearest([1, 2, 3], { mask: hole(true) }),
    () => concat(hole(a, a)),
    () => stack(hole(a, a)),
    () => dtypeOf(hole(['a', 'f4'])),
    () => dtypeOf({ names: hole('a'), formats: ['f4', 'f4'] }),
    () => dtypeOf({ names: ['a', 'b'], formats: hole('f4') }),
    () => dtypeOf({ names: ['a', 'b'], formats: ['f4', 'f4'], offsets: hole(0) }),
  ]
  calls.forEach((call, number) => t.throws(call, { instanceOf: MemmapError }, String(number)))
  t.deepEqual(a.toArray(), [
    [0, 1, 2],
    [3, 4, 5],
  ])
})

test('JSON has the elements of an array in memory, and bigints as numbers or text', (t) => {
  t.is(JSON.stringify(array([1n, -(2n ** 60n)])), '[1,"-1152921504606846976"]')
  t.is(JSON.stringify({ sum: array([[1n], [2n]]).sum({ axis: 0 }) }), '{"sum":[3]}')
  t.is(
    JSON.stringify(
      zeros([1], {
        dtype: [
          ['a', 'i8'],
          ['b', 'c8'],
        ],
      }),
    ),
    '[{"a":0,"b":{"re":0,"im":0}}]',
  )
  t.deepEqual(JSON.parse(JSON.stringify(array([new Date(0)]))), [0])
})
