import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { join } from 'node:path'
import fc from 'fast-check'
import test from 'ava'
import { dtype, parseDType } from '../lib/dtype/index.js'
import type { DType } from '../lib/dtype/index.js'
import { MemmapError } from '../lib/errors/memmap-error.js'
import { halfToNumber, numberToHalf } from '../lib/scalar/half.js'
import { encode, prepare, reader, writer } from '../lib/scalar/index.js'
import { FIXTURES, arrayOf, fixtureJson } from './support/npy-fixture.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

function read(d: DType, bytes: Uint8Array | number[]): unknown {
  const all = Uint8Array.from(bytes)
  return reader(d)(new DataView(all.buffer), 0)
}

function refused(value: unknown, spec: unknown): string {
  try {
    encode(parseDType(spec), value)
  } catch (error) {
    if (error instanceof MemmapError && error.code === 'ERR_MEMMAP_CAST') return error.message
    throw error
  }
  throw new Error(`${inspect(value)} was stored as ${inspect(spec)}`)
}

// Reading: the values that NumPy lists for its own files.

interface FixtureFile {
  readonly file: string
  readonly dtype: unknown
  readonly shape: number[]
  readonly order: 'C' | 'F'
  readonly offset: number
  readonly values: unknown
}

/** A value in the format of the fixtures. */
function listed(value: unknown, d: DType): unknown {
  if (Array.isArray(value)) return value.map((item) => listed(item, d))
  if (d.names && d.fields) {
    const record = value as Record<string, unknown>
    return Object.fromEntries(d.names.map((name) => [name, listed(record[name], d.fields?.[name]?.dtype.base ?? d)]))
  }
  if (d.kind === 'M' || d.kind === 'm') return value === -(2n ** 63n) ? 'NaT' : String(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return hex(value)
  if (d.kind === 'c') return Object.values(value as object).map((part) => listed(part, dtype('f8')))
  return value
}

for (const { file, dtype: spec, shape, order, offset, values } of fixtureJson<{ files: FixtureFile[] }>('manifest.json')
  .files) {
  if (!Array.isArray(shape) || values === undefined) continue
  test(`reads ${file} like NumPy`, (t) => {
    const d = parseDType(spec)
    const array = arrayOf(d, shape, readFileSync(join(FIXTURES, file)).subarray(offset), order)
    const nested = (axis: number, indices: number[]): unknown =>
      axis === shape.length
        ? listed(array.at(indices), d.base)
        : Array.from({ length: shape[axis] ?? 0 }, (_, i) => nested(axis + 1, [...indices, i]))
    t.deepEqual(nested(0, []), values)
  })
}

test('reads dtypes without a JavaScript type of their own', (t) => {
  t.is(read(dtype('<i8'), [255, 255, 255, 255, 255, 255, 255, 127]), 2n ** 63n - 1n)
  t.deepEqual(read(dtype('>c8'), [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0]), { re: 1, im: -2 })
  t.deepEqual([0, 1, 2, 255].map((byte) => read(dtype('bool'), [byte])), [false, true, true, true]) // prettier-ignore
  t.is(read(dtype('S5'), [0xe9, 0, 0x62, 0, 0]), 'é\0b')
  t.is(read(dtype('U2'), [0x61, 0, 0, 0, 0, 0, 0x11, 0]), 'a\ufffd')
  t.is(read(dtype('>U2'), [0, 0, 0xd8, 0, 0, 0, 0, 0]), '\ud800')
  t.is(read(dtype('S0'), []), '')
  t.is(read(dtype('m8[s]'), [0, 0, 0, 0, 0, 0, 0, 128]), -(2n ** 63n))
})

test('reads raw bytes as a copy', (t) => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  const value = reader(dtype('V4'))(new DataView(bytes.buffer), 0) as Uint8Array
  bytes.fill(9)
  t.deepEqual([...value], [1, 2, 3, 4])
})

test('reads a record as a plain object, whatever its field names', (t) => {
  const d = dtype([['__proto__', 'u1'], ['constructor', 'u1'], ['y', 'u1', [2, 2]]]) // prettier-ignore
  const value = read(d, [1, 2, 3, 4, 5, 6]) as Record<string, unknown>
  t.is(Object.getPrototypeOf(value), Object.prototype)
  t.deepEqual(Object.entries(value), [['__proto__', 1], ['constructor', 2], ['y', [[3, 4], [5, 6]]]]) // prettier-ignore
  t.is(hex(encode(d, value)), '010203040506')
})

// Writing.

interface WriteCase {
  readonly label: string
  readonly dtype: string
  readonly before_hex: string
  readonly after_hex: string
  readonly ok: boolean
}

/** The Python scalars in the labels of the fixtures. */
function pythonScalar(text: string): unknown {
  if (text === 'True') return true
  if (text === 'False') return false
  if (text === 'nan') return NaN
  if (text === 'inf') return Infinity
  if (text === '-inf') return -Infinity
  if (text.startsWith("b'")) return Buffer.from(text.slice(2, -1), 'latin1')
  if (text.startsWith("'")) return text.slice(1, -1)
  if (/^-?\d+$/.test(text)) return BigInt(text)
  if (/^-?[\d.]+j$/.test(text)) return { re: 0, im: Number(text.slice(0, -1)) }
  return Number(text)
}

for (const { label, dtype: spec, after_hex, ok } of fixtureJson<{ cases: WriteCase[] }>('writes.json').cases) {
  const literal = /^a\[0\] = (.*)$/.exec(label)?.[1]
  if (literal === undefined) continue
  const value = pythonScalar(literal)
  const d = parseDType(spec)
  // NumPy parses text into numbers; this package rejects it on purpose.
  const expected = ok && !(typeof value === 'string' && 'biufc'.includes(d.kind))
  test(`writes ${label} as ${spec} like NumPy`, (t) => {
    if (expected) t.is(hex(encode(d, value)), after_hex)
    else t.truthy(refused(value, spec))
  })
}

test('integers: truncates towards zero, then checks the range', (t) => {
  const stored: [string, unknown, string][] = [
    ['u1', 255.9, 'ff'],
    ['u1', -0.5, '00'],
    ['i1', -128.9, '80'],
    ['<u4', 4294967295, 'ffffffff'],
    ['>i2', -2n, 'fffe'],
    ['<i8', 2 ** 63 - 1024, '00fcffffffffff7f'],
    ['<u8', 2 ** 63, '0000000000000080'],
    ['<i8', 9007199254740993n, '0100000000002000'],
    ['u1', true, '01'],
  ]
  for (const [spec, value, bytes] of stored) t.is(hex(encode(parseDType(spec), value)), bytes, inspect([spec, value]))
  const bad: [string, unknown][] = [
    ['u1', 256], ['u1', -1], ['i1', 128n], ['u1', NaN], ['u8', Infinity], ['i8', 2 ** 63], ['u8', -1n], ['u8', 2n ** 64n], ['i2', '5'], ['i2', null],
    ['i2', undefined], ['i2', {}], ['i2', [1]], ['i2', Symbol.iterator], ['i8', new Date()], ['f4', '1.5'], ['f4', null], ['f8', 10n ** 400n],
    ['f4', { re: 1, im: 0 }], ['bool', 'a'], ['bool', null],
  ] // prettier-ignore
  for (const [spec, value] of bad)
    t.regex(refused(value, spec), /^cannot store .* as .*: .*; .*/, inspect([spec, value]))
  t.is(
    refused(256, 'u1'),
    'cannot store 256 as uint8: it holds whole numbers from 0 to 255; use a wider dtype, or clip the value first',
  )
})

test('floats, bools and complex: writes what NumPy writes and rejects other types', (t) => {
  t.is(hex(encode(dtype('>f4'), 1e39)), '7f800000')
  t.is(hex(encode(dtype('f4'), 2n ** 70n)), '00008062')
  t.deepEqual([NaN, -0, 0n, 2, false].map((value) => encode(dtype('bool'), value)[0]), [1, 0, 0, 1, 0]) // prettier-ignore
  const complex = encode(dtype('>c8'), { re: 1, im: 2 })
  t.is(hex(complex), '3f80000040000000')
  t.deepEqual(encode(dtype('>c8'), [1, 2]), complex)
  t.is(hex(encode(dtype('>c8'), 1n)), '3f80000000000000')
  for (const bad of ['1+2j', [1], [1, 2, 3], { re: 1 }, { re: 1, im: '2' }, null])
    t.regex(refused(bad, 'c16'), /complex128/)
})

test('text: truncates to the length, pads with zeros, takes ASCII in S and code points in U', (t) => {
  t.is(hex(encode(dtype('S3'), 'abcdef')), '616263')
  t.is(hex(encode(dtype('S3'), Uint8Array.of(255))), 'ff0000')
  t.is(hex(encode(dtype('>U2'), '😀bc')), '0001f60000000062')
  t.is(hex(encode(dtype('>U1'), '\ud800')), '0000d800')
  t.is(hex(encode(dtype('>U2'), Buffer.from('ab'))), '0000006100000062')
  t.is(hex(encode(dtype('S0'), 'abc')), '')
  const numbers: [unknown, string][] = [[5, '5'], [5n, '5'], [true, 'True'], [1.5, '1.5'], [1e21, '1e+21'], [1e-7, '1e-07'], [NaN, 'nan'], [-Infinity, '-inf'], [-0, '-0.0'], [123456.789, '123456.789']] // prettier-ignore
  for (const [value, text] of numbers)
    t.is(
      Buffer.from(encode(dtype('S12'), value))
        .toString()
        .replace(/\0+$/, ''),
      text,
    )
  t.regex(refused('é', 'S3'), /ASCII.*'U' dtype/)
  t.regex(refused('abcé', 'S3'), /ASCII/)
  t.regex(refused(Uint8Array.of(200), 'U3'), /ASCII/)
  for (const bad of [null, undefined, {}, [1]]) t.truthy(refused(bad, 'S3') && refused(bad, 'U3'))
})

test('raw bytes: takes up to the itemsize, pads with zeros', (t) => {
  t.is(hex(encode(dtype('V3'), Uint8Array.of(1, 2))), '010200')
  t.is(hex(encode(dtype('V1'), Uint8Array.of(1, 2))), '01')
  t.regex(refused('ab', 'V3'), /Uint8Array/)
})

test('dates: takes ticks, Date and ISO text', (t) => {
  const ticks = (spec: string, value: unknown): bigint => {
    const bytes = encode(parseDType(spec), value)
    return reader(parseDType(spec))(new DataView(bytes.buffer), 0) as bigint
  }
  const NAT = -(2n ** 63n)
  const cases: [string, unknown, bigint][] = [
    ['M8[s]', 5, 5n],
    ['M8[s]', '2020-01-01T00:00:00.9', 1577836800n],
    ['M8[s]', '1969-12-31T23:59:59.9', -1n],
    ['M8[s]', '2020-01-01T00:00:00+01:00', 1577833200n],
    ['M8[s]', '2020-01-01T00:00:00-0130', 1577842200n],
    ['M8[s]', '2020-01-01T05Z', 1577854800n],
    ['M8[s]', new Date('1969-12-31T23:59:59.900Z'), -1n],
    ['M8[ns]', new Date(1.5), 1000000n],
    ['M8[D]', '2020', 18262n],
    ['M8[D]', '2020-01-01 12', 18262n],
    ['M8[D]', '-0001-01-01', -719893n],
    ['M8[D]', '2000-02-29', 11016n],
    ['M8[M]', '2020-06-15', 605n],
    ['M8[Y]', '1969-06', -1n],
    ['M8[W]', '1969-12-31', -1n],
    ['M8[W]', '1970-01-08', 1n],
    ['M8[25s]', '1969-12-31T23:59:59', -1n],
    ['M8[as]', '1970-01-01T00:00:09.000000000000000001', 9000000000000000001n],
    ['M8[ns]', '2262-04-11T23:47:16.854775807', 2n ** 63n - 1n],
    ['>M8[Y]', '9223372036854775807', 9223372036854775807n - 1970n],
    ['M8[s]', 'NaT', NAT],
    ['M8[s]', 'nat', NAT],
    ['M8', '', NAT],
    ['m8[s]', '-5', -5n],
    ['m8[s]', '+5', 5n],
    ['m8', 3, 3n],
    ['m8[D]', 'NaT', NAT],
  ]
  for (const [spec, value, expected] of cases) t.is(ticks(spec, value), expected, inspect([spec, value]))

  const now = ticks('M8[s]', 'now')
  t.true(now <= BigInt(Math.floor(Date.now() / 1000)) && now > BigInt(Math.floor(Date.now() / 1000)) - 60n)
  const date = new Date()
  const today = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86400e3
  t.true(Math.abs(Number(ticks('M8[D]', 'Today')) - today) <= 1)

  const bad: [string, unknown][] = [
    ['M8[D]', '2020-02-30'], ['M8[D]', '1900-02-29'], ['M8[D]', '2020-13'], ['M8[D]', '2020-1-1'], ['M8[D]', '2020-01-01 '], ['M8[D]', '2020-01-01Z'],
    ['M8[s]', '2020-01-01T24'], ['M8[s]', '2020-01-01T00:60'], ['M8[s]', '2020-01-01T00:00:60'], ['M8[s]', '2020-01-01T00:'], ['M8[s]', '2020-01-01T00+24'],
    ['M8[s]', '2020-01-01T00+01:'], ['M8[s]', '2020-01-01T00:00:00.1234567890123456789'], ['M8[s]', 'yesterday'],
    ['M8[ns]', '3000-01-01'], ['M8[ns]', '2262-04-11T23:47:16.854775808'], ['M8[ns]', '1677-09-21T00:12:43.145224192'], ['M8[fs]', '2020'],
    ['M8[s]', 1.5], ['M8[s]', 2 ** 53], ['M8[s]', 2n ** 63n], ['M8[s]', null], ['M8[s]', undefined], ['M8[s]', new Date(NaN)], ['M8', 5], ['M8', '2020'],
    ['m8[s]', '5 s'], ['m8[s]', '1.5'], ['m8[s]', '9223372036854775808'], ['m8[s]', new Date()], ['m8[s]', null],
  ] // prettier-ignore
  for (const [spec, value] of bad) t.regex(refused(value, spec), /; /, inspect([spec, value]))
})

const point = dtype([['x', '<i2'], ['y', '<f4'], ['in', [['a', 'u1'], ['b', 'S2']]], ['sub', '<u2', [2, 2]]]) // prettier-ignore

test('records: takes an object by names and a list by position, nested', (t) => {
  const expected = '01000000803f0262000300040005000600'
  const sub = [[3, 4], [5, 6]] // prettier-ignore
  t.is(hex(encode(point, { x: 1, y: 1, in: { a: 2, b: 'b' }, sub })), expected)
  t.is(hex(encode(point, [1, 1, [2, 'b'], sub])), expected)
  t.is(hex(encode(dtype('u1,i2'), 1)), '010100')
  t.is(hex(encode(dtype('u1,u1'), Uint8Array.of(3, 4))), '0304')
  t.regex(refused({ x: 1, y: 1, in: { a: 2, b: 'b' } }, point), /field 'sub' is missing/)
  t.regex(refused({ x: 1, y: 1, in: { a: 2, b: 'b', c: 0 }, sub }, point), /^field 'in': .*no field 'c'/)
  t.regex(refused([1, 2], point), /it has 4 fields, the list 2 values/)
  t.regex(
    refused({ x: 1, y: 1, in: { a: 256, b: 'b' }, sub }, point),
    /^field 'in': field 'a': cannot store 256 as uint8/,
  )
  for (const bad of [null, undefined, new Date(), new DataView(new ArrayBuffer(4))]) t.truthy(refused(bad, point))
})

test('sub-arrays broadcast as in NumPy', (t) => {
  const d = dtype([['s', 'u1', [2, 3]]])
  const cases: [unknown, string][] = [
    [7, '070707070707'],
    [[1, 2, 3], '010203010203'],
    [[[1], [2]], '010101020202'],
    [[[1, 2, 3], [4, 5, 6]], '010203040506'],
    [[[1, 2, 3]], '010203010203'],
    [[Uint8Array.of(1, 2, 3), [4, 5, 6]], '010203040506'],
  ] // prettier-ignore
  for (const [value, bytes] of cases) t.is(hex(encode(d, { s: value })), bytes, inspect(value))
  for (const bad of [[], [1, 2], [[1, 2, 3]].concat([[1, 2]]), [[[1, 2, 3]]], [1, 2, [3]]])
    t.truthy(refused({ s: bad }, d), inspect(bad))
  t.is(hex(encode(dtype([['z', '>c8', [2]]]), { z: [[1, 0], { re: 0, im: 0 }] })), '3f800000' + '0'.repeat(24))
  t.is(hex(encode(dtype([['v', 'V2', [2]]]), { v: Uint8Array.of(1, 2) })), '01020102')
  t.is(hex(encode(dtype([['p', 'u1,u1', [2]]]), { p: [[1, 2], { f0: 3, f1: 4 }] })), '01020304')
  t.is(hex(encode(dtype(['u1', [2, 2]]), [[1, 2], [3, 4]])), '01020304') // prettier-ignore
  t.deepEqual(read(dtype(['u1', [2, 0]]), []), [[], []])
})

test('an invalid value changes no byte, and padding is left alone', (t) => {
  const d = dtype({ names: ['a', 'b'], formats: ['u1', 'u1'], offsets: [0, 2], itemsize: 4 })
  const bytes = Uint8Array.of(9, 9, 9, 9)
  const view = new DataView(bytes.buffer)
  t.throws(() => writer(d)(view, 0, { a: 1, b: 256 }), { code: 'ERR_MEMMAP_CAST' })
  t.is(hex(bytes), '09090909')
  writer(d)(view, 0, { a: 1, b: 2 })
  t.is(hex(bytes), '01090209')
  const mutable = Uint8Array.of(7)
  const store = prepare(dtype('V1'), mutable)
  mutable[0] = 8
  store(view, 3)
  t.is(hex(bytes), '01090207')
})

test('reads back what it wrote, at any position and in either byte order', (t) => {
  const specs = [
    'bool',
    'i1',
    'u1',
    'i2',
    'u2',
    'i4',
    'u4',
    'i8',
    'u8',
    'f4',
    'f8',
    'c8',
    'c16',
    'M8[ns]',
    'm8[D]',
    'V5',
    'f2',
    'U3',
  ]
  for (const name of specs) {
    for (const order of ['<', '>'] as const) {
      const d = parseDType(name).newByteOrder(order)
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: d.itemsize, maxLength: d.itemsize }),
          fc.nat({ max: 7 }),
          (element, at) => {
            const bytes = new Uint8Array(64)
            bytes.set(element, at)
            const view = new DataView(bytes.buffer)
            const value = reader(d)(view, at)
            writer(d)(view, 63 - d.itemsize, value)
            const again = reader(d)(view, 63 - d.itemsize)
            t.deepEqual(again, value)
          },
        ),
        { numRuns: 50 },
      )
    }
  }
})

test('float16: converts every value, and rounds once to nearest even', (t) => {
  const naive = (bits: number): number => {
    const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
    if (exponent === 31) return fraction ? NaN : sign * Infinity
    return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14)
  }
  for (let bits = 0; bits < 65536; bits++) {
    const value = halfToNumber(bits)
    if (!Object.is(value, naive(bits))) t.fail(`${bits}`)
    if (!Number.isNaN(value) && numberToHalf(value) !== bits) t.fail(`${bits} does not come back`)
    if (!Number.isFinite(value) || bits >= 0x8000) continue
    const above = bits === 0x7bff ? 65536 : halfToNumber(bits + 1)
    const middle = (value + above) / 2
    const even = bits % 2 === 0 ? bits : bits + 1
    const results = [middle, middle * (1 - 2 ** -52), middle * (1 + 2 ** -52)].map(numberToHalf)
    if (String(results) !== String([even, bits, bits + 1])) t.fail(`around ${middle}: ${String(results)}`)
  }
  t.deepEqual([1e300, -1e300, NaN, -0, 5e-324].map(numberToHalf), [0x7c00, 0xfc00, 0x7e00, 0x8000, 0])
})
