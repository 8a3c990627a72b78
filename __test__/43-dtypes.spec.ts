/** Arrays of dtypes beyond plain numbers: dates, text, records, float16, complex, raw bytes. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { Memmap, MemmapError, array, memmap, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf } from './support/files.js'

const NAT = -(2n ** 63n)

test('dates: casts across units, rounding down', (t) => {
  const days = array(['2020-02-29', '1969-12-31', 'NaT'], { dtype: 'M8[D]' })
  const text = (times: NDArray): unknown => times.astype('U25').toArray()
  t.deepEqual(text(days.astype('M8[h]')), ['2020-02-29T00', '1969-12-31T00', 'NaT'])
  t.deepEqual(text(days.astype('M8[M]')), ['2020-02', '1969-12', 'NaT'])
  t.deepEqual(text(days.astype('M8[Y]')), ['2020', '1969', 'NaT'])
  // Down, also before 1970.
  t.deepEqual(text(array(['1969-12-31T23:59:59.999'], { dtype: 'M8[ms]' }).astype('M8[s]')), ['1969-12-31T23:59:59'])
})

test('dates: stores and compares across units', (t) => {
  const days = array(['2020-02-29', '1969-12-31', 'NaT'], { dtype: 'M8[D]' })
  const seconds = zeros(3, { dtype: '>M8[s]' }).assign(days)
  t.deepEqual(seconds.toArray(), [1_582_934_400n, -86_400n, NAT])
  t.deepEqual(days.compare('==', seconds).toArray(), [true, true, false])
  t.deepEqual(days.compare('!=', seconds).toArray(), [false, false, true])
  t.deepEqual(days.compare('<', '2000-01-01').toArray(), [false, true, false])
  t.deepEqual(days.compare('>', new Date('2000-01-01')).toArray(), [true, false, false])
  t.true(days.index(':2').equals(seconds.index(':2')))
})

test('dates: compares where 64 bits do not hold the common unit, and casts wrap', (t) => {
  const far = array([10n ** 18n], { dtype: 'M8[s]' })
  t.deepEqual(far.compare('>', array([5n], { dtype: 'M8[ns]' })).toArray(), [true])
  t.deepEqual(far.astype('M8[ns]').toArray(), [BigInt.asIntN(64, 10n ** 27n)])
})

test('dates without a unit take the unit of their values', (t) => {
  t.is(array(['2020', '2020-05'], { dtype: 'M8' }).dtype.name, 'datetime64[M]')
  t.is(array(['2020-01-01T10', 'NaT'], { dtype: 'M8' }).dtype.name, 'datetime64[h]')
  t.is(array([new Date(0)], { dtype: 'M8' }).dtype.name, 'datetime64[ms]')
  t.is(array([5], { dtype: 'M8[s]' }).astype('M8').dtype.name, 'datetime64[s]')
  t.is(array([5], { dtype: 'm8[25s]' }).astype('M8').dtype.name, 'datetime64[25s]')
})

test('durations: assigning to a dtype without a unit throws ERR_MEMMAP_DTYPE, and from one takes the unit', (t) => {
  const seconds = array([5], { dtype: 'm8[s]' })
  t.throws(() => zeros(1, { dtype: 'm8' }).assign(seconds), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
  t.deepEqual(
    zeros(1, { dtype: 'm8[s]' })
      .assign(array([7], { dtype: 'm8' }))
      .toArray(),
    [7n],
  )
})

test('durations: sum, mean and cumsum keep the unit, and NaT spreads', (t) => {
  const durations = array([5, 6, 8], { dtype: 'm8[s]' })
  t.is(durations.sum(), 19n)
  t.is(durations.mean(), 6n)
  t.is(durations.sum({ dtype: 'm8[ms]' }), 19_000n)
  t.deepEqual(durations.cumsum().toArray(), [5n, 11n, 19n])
  t.is(durations.cumsum().dtype.name, 'timedelta64[s]')
  t.is(array([5n, NAT], { dtype: 'm8[s]' }).sum(), NAT)
})

test('dates: min, max and argmin, where NaT spreads unless skipped', (t) => {
  const dates = array(['2021', 'NaT', '2019'], { dtype: 'M8[Y]' })
  t.is(dates.min(), NAT)
  t.is(dates.min({ skipNaN: true }), 49n)
  t.is(dates.max({ skipNaN: true }), 51n)
  t.is(dates.argmin(), 1)
  t.deepEqual((dates.reshape([3, 1]).max({ axis: 1 }) as NDArray).dtype.name, 'datetime64[Y]')
})

for (const reduce of ['sum', 'mean', 'prod', 'var', 'cumsum', 'cumprod'] as const) {
  test(`dates: ${reduce} throws ERR_MEMMAP_DTYPE and names the dtype`, (t) => {
    const dates = array(['2021', 'NaT', '2019'], { dtype: 'M8[Y]' })
    const error = t.throws(() => dates[reduce as 'sum'](), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
    t.regex(error?.message ?? '', /datetime64\[Y\]/)
  })
}

test('casts text to text of any length, byte order and kind', (t) => {
  const text = array(['abc', '', 'é'], { dtype: 'U3' })
  t.deepEqual(text.astype('>U5').toArray(), ['abc', '', 'é'])
  t.deepEqual(text.astype('U1').toArray(), ['a', '', 'é'])
  t.deepEqual(text.index(':2').astype('S2').toArray(), ['ab', ''])
  t.deepEqual(text.index(':2').astype('S').dtype.str, '|S3')
  t.throws(() => text.astype('S3'), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  const bytes = array(['xyz', 'a'], { dtype: 'S3' })
  t.deepEqual(bytes.astype('U').toArray(), ['xyz', 'a'])
  const latin = array([Uint8Array.of(0xe9)], { dtype: 'S1' })
  t.is(latin.get(0), 'é')
  t.throws(() => latin.astype('U1'), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  // Over a longer element.
  t.deepEqual(zeros(2, { dtype: '>U4' }).fill('zzzz').assign(bytes).toArray(), ['xyz', 'a'])
})

test('casts numbers and durations to the text of NumPy', (t) => {
  t.deepEqual(array([0.1, 1e16, NaN], { dtype: 'f8' }).astype('U').toArray(), ['0.1', '1e+16', 'nan'])
  t.deepEqual(
    array([0.1, 16777216], { dtype: 'f4' }).astype('U').toArray(),
    ['0.1', '16777216.0'].map((one) => one.replace('16777216.0', '1.6777216e+07')),
  )
  t.deepEqual(array([12_345, -1], { dtype: '>i4' }).astype('S3').toArray(), ['123', '-1'])
  t.deepEqual(array([true, false]).astype('U').toArray(), ['True', 'False'])
  t.deepEqual(
    array([{ re: 0, im: 1 }])
      .astype('U')
      .toArray(),
    ['1j'],
  )
  t.deepEqual(array([3], { dtype: 'm8[s]' }).astype('U').toArray(), ['3 seconds'])
})

for (const dtype of ['f8', 'i4', 'bool', 'c8'] as const) {
  test(`casting text to ${dtype} throws ERR_MEMMAP_CAST`, (t) => {
    t.throws(() => array(['7']).astype(dtype), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  })
}

test('casts ISO text to dates, and rejects an invalid date', (t) => {
  t.deepEqual(array(['2020-01-31', 'NaT', ''], { dtype: 'U10' }).astype('M8[D]').toArray(), [18_292n, NAT, NAT])
  t.throws(() => array(['2020-13'], { dtype: 'U9' }).astype('M8[D]'), {
    instanceOf: MemmapError,
    code: 'ERR_MEMMAP_CAST',
  })
})

test('compares text by code points, whatever its length and byte order', (t) => {
  const text = array(['a', 'ab', '\u{ffff}', '😀'], { dtype: 'U2' })
  t.deepEqual(text.compare('<', text.astype('>U7').flip()).toArray(), [true, true, false, false])
  t.deepEqual(text.compare('==', 'ab').toArray(), [false, true, false, false])
  t.deepEqual(text.compare('==', 'abc').toArray(), [false, false, false, false])
  t.deepEqual(text.compare('>', ['b', 'aa', 'a', 'a']).toArray(), [false, true, true, true])
  const bytes = array(
    ['b', 'é'].map((one) => new Uint8Array(Buffer.from(one, 'latin1'))),
    { dtype: 'S2' },
  )
  t.deepEqual(bytes.compare('==', 'é').toArray(), [false, true])
  // Values of kinds that NumPy does not compare are unequal and unordered.
  t.deepEqual(bytes.compare('==', text.index(':2')).toArray(), [false, false])
  t.deepEqual(text.compare('!=', 5 as never).toArray(), [true, true, true, true])
  t.throws(() => text.compare('<', 5 as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
})

test('text has argmin, argmax, countNonzero, any and all', (t) => {
  t.is(array(['b', 'a', 'c', 'a']).argmin(), 1)
  t.deepEqual(
    (
      array([
        ['b', 'a'],
        ['a', 'c'],
      ]).argmax({ axis: 0 }) as NDArray
    ).toArray(),
    [0n, 1n],
  )
  t.is(array(['', 'x', '']).countNonzero(), 1)
  t.true(array(['', 'x']).any())
  t.false(array(['', 'x']).all())
})

test('casts, compares and counts a million texts in seconds', (t) => {
  const started = performance.now()
  const text = zeros(1_000_000, { dtype: 'S8' })
  text.bytes.forEach((_, index, all) => (all[index] = 97 + (index % 26)))
  const wide = text.astype('>U10')
  t.true(wide.equals(wide.astype('U8')))
  t.is(wide.countNonzero(), 1_000_000)
  t.is(wide.astype('S8').compare('==', text).countNonzero(), 1_000_000)
  t.true(performance.now() - started < 20_000)
})

test('records take objects, lists by position, a scalar for all fields, and records of as many fields', (t) => {
  const path = fileOf(t, '')
  const points = memmap(path, {
    dtype: [
      ['x', '<f4'],
      ['y', '>i2', [2]],
    ],
    mode: 'w+',
    shape: 3,
  })
  points.assign({ x: 0.5, y: [1, 2] })
  t.deepEqual(
    points.toArray(),
    Array.from({ length: 3 }, () => ({ x: 0.5, y: [1, 2] })),
  )
  points.set(1, [2, [3, 4]])
  points.assign([{ x: 7, y: 8 }], ['2:'])
  t.deepEqual(points.index('1:').toArray(), [
    { x: 2, y: [3, 4] },
    { x: 7, y: [8, 8] },
  ])
  points.assign(
    array([[1, [5, 6]]], {
      dtype: [
        ['other', 'f8'],
        ['names', 'i8', [2]],
      ],
    }),
    [0],
  )
  t.deepEqual(points.get(0), { x: 1, y: [5, 6] })
  points.assign(array([9, 10], { dtype: 'u1' }), ['1:'])
  t.deepEqual(points.index('1:').toArray(), [
    { x: 9, y: [9, 9] },
    { x: 10, y: [10, 10] },
  ])
  t.throws(() => points.assign([[1, 2, 3]]), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.throws(() => points.assign({ x: 1 } as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.throws(() => points.assign(zeros(3, { dtype: 'i4,i4,i4' })), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
  t.throws(() => points.field('z' as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
  points.close()
})

test('fields are views of the file, with the axes of a sub-array last', (t) => {
  const path = fileOf(t, '')
  const points = memmap(path, {
    dtype: [
      ['x', '<f4'],
      ['y', '>i2', [2]],
      ['in', [['z', 'u1']]],
    ],
    mode: 'w+',
    shape: [2, 3],
  })
  const y = points.field('y')
  t.true(y instanceof Memmap)
  t.is(y.base as unknown, points)
  t.deepEqual(
    [y.shape, y.byteStrides],
    [
      [2, 3, 2],
      [27, 9, 2],
    ],
  )
  t.is(y.strides, null)
  t.is(y.fileOffset, 4)
  y.assign([1, 2])
  points.field('in').field('z').fill(255)
  t.deepEqual(points.get(1, 2), { x: 0, y: [1, 2], in: { z: 255 } })
  points.close()
  t.is(readFileSync(path).subarray(0, 9).toString('hex'), '0000000000010002ff')
})

test('records compare by == and != only, and countNonzero counts them', (t) => {
  const records = array(
    [
      [1, 2],
      [0, 0],
      [0, 3],
    ],
    {
      dtype: [
        ['x', '<i4'],
        ['y', '<i2'],
      ],
    },
  )
  const others = array(
    [
      [1, 2],
      [0, 1],
      [0, 3],
    ],
    {
      dtype: [
        ['x', '<f8'],
        ['y', '>i8'],
      ],
    },
  )
  t.deepEqual(records.compare('==', others).toArray(), [true, false, true])
  t.deepEqual(records.compare('!=', others).toArray(), [false, true, false])
  t.deepEqual(records.compare('==', { x: 0, y: 0 }).toArray(), [false, true, false])
  t.is(records.countNonzero(), 2)
  t.throws(() => records.compare('<', others), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
  t.throws(() => records.compare('==', zeros(3, { dtype: 'i4,i4' })), {
    instanceOf: MemmapError,
    code: 'ERR_MEMMAP_DTYPE',
  })
})

test('records: any, sum, max and countNonzero along an axis throw ERR_MEMMAP_DTYPE', (t) => {
  const records = zeros(3, { dtype: 'i4,i2' })
  const code = 'ERR_MEMMAP_DTYPE'
  t.throws(() => records.any(), { instanceOf: MemmapError, code })
  t.throws(() => records.sum(), { instanceOf: MemmapError, code })
  t.throws(() => records.max(), { instanceOf: MemmapError, code })
  t.throws(() => records.countNonzero({ axis: 0 }), { instanceOf: MemmapError, code })
})

test('float16 has bits on every runtime, and data where it has Float16Array', (t) => {
  const halves = array([1, -2, 65_504, NaN], { dtype: 'float16' })
  t.deepEqual([...halves.bits], [0x3c00, 0xc000, 0x7bff, 0x7e00])
  halves.bits[0] = 0x3800
  t.is(halves.get(0), 0.5)
  if ('Float16Array' in globalThis) {
    halves.data[1] = 0.25
    t.is(halves.get(1), 0.25)
    t.is(array(halves.data).dtype.name, 'float16')
  } else {
    const error = t.throws(() => halves.data, { instanceOf: MemmapError, code: 'ERR_MEMMAP_NOT_VIEWABLE' })
    t.regex(error?.message ?? '', /bits/)
  }
  t.throws(() => zeros(1).bits, { instanceOf: MemmapError, code: 'ERR_MEMMAP_NOT_VIEWABLE' })
})

test('real and imag are views in the byte order of the array', (t) => {
  for (const dtype of ['c8', '>c8', 'c16', '>c16'] as const) {
    const numbers = array(
      [
        { re: 1, im: 2 },
        { re: 3, im: 4 },
      ],
      { dtype },
    )
    t.is(
      numbers.imag.dtype.str,
      numbers.dtype.str.replace('c', 'f').replace(/\d+/, (size) => String(Number(size) / 2)),
    )
    t.deepEqual(numbers.real.toArray(), [1, 3])
    numbers.imag.assign([5, 6])
    t.deepEqual(numbers.toArray(), [
      { re: 1, im: 5 },
      { re: 3, im: 6 },
    ])
  }
})

test('real of a real array is the array, and imag throws ERR_MEMMAP_DTYPE', (t) => {
  t.deepEqual(array([1, 2]).real.toArray(), [1, 2])
  t.throws(() => array([1, 2]).imag, { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
})

test('reads and stores unaligned and byte-swapped elements in place', (t) => {
  const path = fileOf(t, Buffer.alloc(33))
  const swapped = memmap(path, { dtype: '>f8', offset: 1, shape: [2, 2] })
  t.false(swapped.flags.aligned)
  swapped.assign([
    [1, 2],
    [3, 4],
  ])
  t.is(readFileSync(path).readDoubleBE(1 + 24), 4)
  t.is(swapped.sum(), 10)
  t.deepEqual(swapped.T.toArray(), [
    [1, 3],
    [2, 4],
  ])
  swapped.set(0, 1, 9)
  t.is(swapped.get(0, 1), 9)
  const order = t.throws(() => swapped.data, { instanceOf: MemmapError, code: 'ERR_MEMMAP_NOT_VIEWABLE' })
  t.regex(order?.message ?? '', /byte order.*astype/)
  const unaligned = memmap(path, { dtype: '<f8', offset: 1, shape: [2, 2] })
  const place = t.throws(() => unaligned.strided(), { instanceOf: MemmapError, code: 'ERR_MEMMAP_NOT_VIEWABLE' })
  t.regex(place?.message ?? '', /multiple of 8.*copy\(\)/)
  t.is(unaligned.bytes.length, 32)
  swapped.byteswap({ inplace: true })
  t.deepEqual(unaligned.toArray(), [
    [1, 9],
    [3, 4],
  ])
  swapped.close()
  unaligned.close()
})

/** How a DataView reads and stores one element of each kind, and its bytes. */
const ELEMENTS = {
  i1: ['Int8', 1],
  u1: ['Uint8', 1],
  i2: ['Int16', 2],
  u2: ['Uint16', 2],
  i4: ['Int32', 4],
  u4: ['Uint32', 4],
  i8: ['BigInt64', 8],
  u8: ['BigUint64', 8],
  f4: ['Float32', 4],
  f8: ['Float64', 8],
} as const

for (const [name, [method, itemsize]] of Object.entries(ELEMENTS)) {
  test(`${name}: get, set and lists of any byte order, place and rank, where typed arrays read the same memory`, (t) => {
    const memory = zeros(8 * 24 + 8, { dtype: 'uint8' })
    // All views that the store has for aligned elements.
    for (const other of Object.keys(ELEMENTS)) memory.view(other as 'f4').get(0)
    const bytes = new DataView(memory.data.buffer, memory.data.byteOffset)
    const isBig = method.startsWith('Big')
    for (const order of ['<', '>'] as const) {
      const isLittle = order === '<'
      for (const offset of [0, 1, 8]) {
        for (const shape of [[24], [4, 6], [2, 3, 4]]) {
          const where = `${order}${name} at ${offset} [${shape}]`
          for (let i = 0; i < memory.size; i++) memory.set(i, (i * 89 + 7) & 0x3f)
          const view = memory.slice(offset, offset + 24 * itemsize).view(`${order}${name}` as 'f4')
          const a = view.reshape(...shape)
          const read = (at: number) => bytes[`get${method}`](offset + at * itemsize, isLittle)
          const expected = Array.from({ length: 24 }, (_, at) => read(at))
          const indices = [...a.entries()].map(([index]) => index)
          t.deepEqual(indices.map((index) => a.get(...index)) as unknown[], expected, where)
          t.deepEqual((a.toArray() as unknown[]).flat(2), expected, where)
          t.deepEqual([...view.values()] as unknown[], expected, where)
          for (const [at, index] of indices.entries()) a.set(...index, (isBig ? BigInt(at) : at) as 0)
          const stored = Array.from({ length: 24 }, (_, at) => (isBig ? BigInt(at) : at))
          t.deepEqual(stored.map((_, at) => read(at)) as unknown[], stored, where)
        }
      }
    }
  })
}

test('supports elements of itemsize 0', (t) => {
  const path = fileOf(t, 'abc')
  const nothing = memmap(path, { dtype: 'S', shape: [2, 3], mode: 'r' })
  t.deepEqual([nothing.itemsize, nothing.nbytes, nothing.size], [0, 0, 6])
  t.deepEqual(nothing.toArray(), [
    ['', '', ''],
    ['', '', ''],
  ])
  t.deepEqual(nothing.index(':', 0).toArray(), ['', ''])
  t.false(nothing.any())
  t.is(nothing.countNonzero(), 0)
  t.true(nothing.copy().equals(nothing))
  t.deepEqual(nothing.astype('S2').toArray(), [
    ['', '', ''],
    ['', '', ''],
  ])
  nothing.close()
})

test('raw bytes compare as a whole, and casts truncate or pad them', (t) => {
  const raw = array([Uint8Array.of(1, 2), Uint8Array.of(0, 0)], { dtype: 'V2' })
  t.deepEqual(raw.compare('==', Uint8Array.of(1, 2)).toArray(), [true, false])
  t.deepEqual(raw.astype('V3').get(0), Uint8Array.of(1, 2, 0))
  t.deepEqual(raw.astype('V1').get(0), Uint8Array.of(1))
  t.deepEqual(array([1, 256], { dtype: '>i4' }).astype('V3').toArray(), [
    Uint8Array.of(1, 0, 0),
    Uint8Array.of(0, 1, 0),
  ])
  t.is(raw.countNonzero(), 1)
  t.throws(() => raw.compare('==', zeros(2, { dtype: 'V3' })), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
  t.throws(() => raw.astype('i2'), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
})

test('bool: any byte but 0 is true', (t) => {
  const truths = memmap(fileOf(t, Uint8Array.of(0, 1, 2, 255)), { dtype: 'bool' })
  t.deepEqual(truths.toArray(), [false, true, true, true])
  t.is(truths.sum(), 3n)
  t.is(truths.countNonzero(), 3)
  t.deepEqual(truths.astype('int8').toArray(), [0, 1, 1, 1])
  truths.set(3, true)
  t.is(truths.bytes[3], 1)
  truths.close()
})
