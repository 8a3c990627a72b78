import { inspect } from 'node:util'
import test from 'ava'
import { DType, OPAQUE_CODE, TIME_CODE, dtype, parseDType } from '../lib/dtype/index.js'
import type { DTypeLike } from '../lib/dtype/index.js'
import { MemmapError } from '../lib/errors/memmap-error.js'

// From NumPy 2.4.6: spelling -> name, str, itemsize, byteorder, alignment.
const PLAIN: [string, string, string, number, string, number][] = [
  ['bool', 'bool', '|b1', 1, '|', 1],
  ['?', 'bool', '|b1', 1, '|', 1],
  ['>?', 'bool', '|b1', 1, '|', 1],
  ['int8', 'int8', '|i1', 1, '|', 1],
  ['>i1', 'int8', '|i1', 1, '|', 1],
  ['B', 'uint8', '|u1', 1, '|', 1],
  ['|i4', 'int32', '<i4', 4, '=', 4],
  ['=u2', 'uint16', '<u2', 2, '=', 2],
  ['>i2', 'int16', '>i2', 2, '>', 2],
  ['int', 'int64', '<i8', 8, '=', 8],
  ['q', 'int64', '<i8', 8, '=', 8],
  ['>Q', 'uint64', '>u8', 8, '>', 8],
  ['e', 'float16', '<f2', 2, '=', 2],
  ['f4', 'float32', '<f4', 4, '=', 4],
  ['>f4', 'float32', '>f4', 4, '>', 4],
  ['float', 'float64', '<f8', 8, '=', 8],
  ['c8', 'complex64', '<c8', 8, '=', 4],
  ['>c16', 'complex128', '>c16', 16, '>', 8],
  ['S5', 'bytes40', '|S5', 5, '|', 1],
  ['>a5', 'bytes40', '|S5', 5, '|', 1],
  ['c', 'bytes8', '|S1', 1, '|', 1],
  ['S', 'bytes', '|S0', 0, '|', 1],
  ['U3', 'str96', '<U3', 12, '=', 4],
  ['>U3', 'str96', '>U3', 12, '>', 4],
  ['str', 'str', '<U0', 0, '=', 4],
  ['V8', 'void64', '|V8', 8, '|', 1],
  ['M8', 'datetime64', '<M8', 8, '=', 8],
  ['M8[ns]', 'datetime64[ns]', '<M8[ns]', 8, '=', 8],
  ['>datetime64[25s]', 'datetime64[25s]', '>M8[25s]', 8, '>', 8],
  ['m8[D/24]', 'timedelta64[h]', '<m8[h]', 8, '=', 8],
  ['M8[3s/2]', 'datetime64[1500ms]', '<M8[1500ms]', 8, '=', 8],
  ['M8[μs]', 'datetime64[us]', '<M8[us]', 8, '=', 8],
  ['M8[2generic]', 'datetime64', '<M8', 8, '=', 8],
]

test('plain dtypes have NumPy’s name, str, itemsize, byte order and alignment', (t) => {
  for (const [spelling, name, str, itemsize, byteOrder, alignment] of PLAIN) {
    const d = parseDType(spelling)
    t.deepEqual(
      [d.name, d.str, d.itemsize, d.byteOrder, d.alignment],
      [name, str, itemsize, byteOrder, alignment],
      spelling,
    )
    t.is(String(d), name)
    t.is(d.isNative, byteOrder !== '>')
    t.is(d.swapped, byteOrder === '>')
    t.is(d.base, d)
    t.deepEqual([d.names, d.fields, d.shape], [null, null, []])
    t.true(parseDType(d.str).equals(d))
  }
})

test('returns the same object for the same string', (t) => {
  t.is(dtype('f4'), dtype('<f4'))
  t.is(dtype('float32'), dtype('f'))
  t.is(dtype('M8[ns]'), dtype('M8[ns]'))
  t.is(dtype(dtype('>i2')), dtype('>i2'))
})

test('kernel codes equal those of the binding', (t) => {
  const names = ['bool', 'i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8', 'u8', 'f2', 'f4', 'f8', 'c8', 'c16', 'M8[s]', 'S5']
  t.deepEqual(
    names.map((name) => parseDType(name).code),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  )
  t.is(dtype('m8[s]').code, TIME_CODE)
  t.is(dtype([['x', 'f4']]).code, OPAQUE_CODE)
  t.deepEqual(dtype('M8[25s]').unit, { unit: 's', count: 25 })
  t.deepEqual(dtype('m8').unit, { unit: 'generic', count: 1 })
  t.is(dtype('f4').unit, null)
})

test('accepts typed-array constructors as dtypes', (t) => {
  const pairs: [DTypeLike, string][] = [
    [Int8Array, 'int8'],
    [Uint8Array, 'uint8'],
    [Uint8ClampedArray, 'uint8'],
    [Int16Array, 'int16'],
    [Uint16Array, 'uint16'],
    [Int32Array, 'int32'],
    [Uint32Array, 'uint32'],
    [BigInt64Array, 'int64'],
    [BigUint64Array, 'uint64'],
    [Float32Array, 'float32'],
    [Float64Array, 'float64'],
  ]
  for (const [constructor, name] of pairs) t.is(parseDType(constructor).name, name)
  if (typeof Float16Array === 'function') t.is(dtype(Float16Array).name, 'float16')
  t.throws(() => parseDType(DataView), { code: 'ERR_MEMMAP_DTYPE', message: /DataView.*accepted are Int8Array/ })
})

test('a list of fields packs them; nested, sub-array and titled fields too', (t) => {
  const d = dtype([
    ['x', '<f4'],
    [['The Y', 'y'], '<i2', [2, 3]],
    ['z', [['a', 'i1'], ['b', '>i2']]],
  ]) // prettier-ignore
  t.deepEqual(d.names, ['x', 'y', 'z'])
  t.is(d.itemsize, 19)
  t.is(d.str, '|V19')
  t.is(d.name, 'void152')
  t.false(d.isNative)
  t.is(d.fields?.['y'], d.fields?.['The Y'])
  t.deepEqual([d.fields?.['y']?.offset, d.fields?.['y']?.title], [4, 'The Y'])
  t.deepEqual(d.fields?.['y']?.dtype.shape, [2, 3])
  t.is(d.fields?.['y']?.dtype.base.name, 'int16')
  t.deepEqual(d.descr, [
    ['x', '<f4'],
    [['The Y', 'y'], '<i2', [2, 3]],
    ['z', [['a', '|i1'], ['b', '>i2']]],
  ]) // prettier-ignore
})

test('a table of offsets places fields; they may overlap and be unordered, and descr then throws', (t) => {
  const d = dtype({ names: ['a', 'b'], formats: ['i4', 'i2'], offsets: [4, 5], itemsize: 16 })
  t.deepEqual([d.fields?.['a']?.offset, d.fields?.['b']?.offset, d.itemsize], [4, 5, 16])
  t.throws(() => d.descr, { code: 'ERR_MEMMAP_DTYPE', message: /"b" starts at byte 5.*toJSON/ })
  t.deepEqual(d.toJSON(), { names: ['a', 'b'], formats: ['<i4', '<i2'], offsets: [4, 5], itemsize: 16 })
  const reversed = dtype({ names: ['a', 'b'], formats: ['i4', 'i2'], offsets: [2, 0] })
  t.is(reversed.itemsize, 6)
  t.throws(() => reversed.descr, { code: 'ERR_MEMMAP_DTYPE' })
})

test('descr has padding as an unnamed void, and parses it', (t) => {
  const d = dtype({ names: ['x', 'y'], formats: ['i1', 'i4'], offsets: [1, 4], itemsize: 10 })
  t.deepEqual(d.descr, [
    ['', '|V1'],
    ['x', '|i1'],
    ['', '|V2'],
    ['y', '<i4'],
    ['', '|V2'],
  ])
  t.true(parseDType(d.descr).equals(d))
  t.deepEqual(dtype([['', 'f4'], ['', 'V3'], ['x', 'i2']]).names, ['f0', 'x']) // prettier-ignore
})

test('aligned: true pads as C does', (t) => {
  const d = dtype({ names: ['x', 'y', 'z', 'w'], formats: ['i1', 'c16', 'U2', 'S3'], aligned: true })
  t.deepEqual(
    d.names?.map((name) => d.fields?.[name]?.offset),
    [0, 8, 24, 32],
  )
  t.deepEqual([d.itemsize, d.alignment, d.isAlignedStruct], [40, 8, true])
  t.throws(() => dtype({ names: ['x', 'y'], formats: ['i1', 'i4'], offsets: [0, 1], aligned: true }), {
    message: /offset of 'y' must be a multiple of 4 \(got 1\)/,
  })
  t.throws(() => dtype({ names: ['x', 'y'], formats: ['i1', 'i4'], itemsize: 9, aligned: true }), {
    message: /multiple of 4 \(got 9\)/,
  })
})

test('parses comma-separated strings and repeats', (t) => {
  t.deepEqual(dtype('i4, 2>f8,(2,3)u1').descr, [
    ['f0', '<i4'],
    ['f1', '>f8', [2]],
    ['f2', '|u1', [2, 3]],
  ])
  t.deepEqual(dtype('i4,').descr, [['f0', '<i4']])
  t.deepEqual([dtype('(2,3)f4').shape, dtype('2f4').shape, dtype('1f4').shape], [[2, 3], [2], [1]])
  t.is(parseDType('()f4'), parseDType('f4'))
  t.is(dtype('>2f4').base.str, '>f4')
  t.throws(() => parseDType('>2<f4'), { message: /two byte orders/ })
})

test('sub-arrays have shape and base; nested ones join their axes', (t) => {
  const d = dtype(['f4', [2]])
  t.deepEqual([d.kind, d.itemsize, d.str, d.name, d.alignment], ['V', 8, '|V8', 'void64', 4])
  t.is(d.base, dtype('f4'))
  t.deepEqual(d.shape, [2])
  t.deepEqual(dtype([['f4', [2]], 3]).shape, [3, 2])
  t.is(dtype([[['x', 'f4']], [2]]).base.names?.[0], 'x')
  t.is(parseDType(['f4', []]), parseDType('f4'))
  t.is(dtype(['S', 5]).str, '|S5')
  t.deepEqual(dtype(['S5', 3]).shape, [3])
  t.false(dtype(['>f4', 2]).isNative)
})

test('newByteOrder swaps every number, in fields and sub-arrays too', (t) => {
  t.is(dtype('<f4').newByteOrder('>').str, '>f4')
  t.is(dtype('<f4').newByteOrder().str, '>f4')
  t.is(dtype('>M8[ns]').newByteOrder('=').str, '<M8[ns]')
  t.is(dtype('u1').newByteOrder('>'), dtype('u1'))
  t.is(dtype('<f4').newByteOrder('<'), dtype('<f4'))
  const d = dtype([[['t', 'x'], '<i2', [2]], ['y', '>U3'], ['z', 'S2']]).newByteOrder('S') // prettier-ignore
  t.deepEqual(d.descr, [[['t', 'x'], '>i2', [2]], ['y', '<U3'], ['z', '|S2']]) // prettier-ignore
  t.is(d.fields?.['t'], d.fields?.['x'])
  t.throws(() => dtype('f4').newByteOrder('|' as '='), { code: 'ERR_MEMMAP_DTYPE', message: /'=', '<', '>', 'S'/ })
})

test('equals agrees with NumPy’s ==', (t) => {
  const equal: [DTypeLike, DTypeLike][] = [
    ['f4', 'float32'],
    ['M8[1000ms]', 'M8[s]'],
    [{ names: ['x', 'y'], formats: ['i1', 'i4'], aligned: true }, { names: ['x', 'y'], formats: ['i1', 'i4'], offsets: [0, 4] }],
    [['f4', 2], ['f4', [2]]],
  ] // prettier-ignore
  const different: [DTypeLike, DTypeLike][] = [
    ['<f4', '>f4'],
    ['V8', [['x', 'f8']]],
    ['M8[s]', 'm8[s]'],
    ['M8[60s]', 'M8[m]'],
    ['M8[7D]', 'M8[W]'],
    ['M8', 'M8[s]'],
    [[['x', 'f4']], { names: ['x'], formats: ['f4'], itemsize: 8 }],
    [[['x', 'f4']], [[['t', 'x'], 'f4']]],
    [[['x', 'f4']], [['y', 'f4']]],
    [
      ['f4', [2]],
      ['f4', [1, 2]],
    ],
    [[], 'V0'],
    ['f4', 'no dtype'],
  ]
  for (const [a, b] of equal) t.true(parseDType(a).equals(b), inspect([a, b]))
  for (const [a, b] of different) t.false(parseDType(a).equals(b), inspect([a, b]))
})

test('parses its own JSON', (t) => {
  const inner = { names: ['p', 'q'], formats: ['i4', '>i4'], offsets: [4, 0] }
  const specs: DTypeLike[] = [
    '>f4',
    'M8[25s]',
    'U3',
    ['f4', [2, 3]],
    [inner, [2]],
    [['a', inner, [2]], ['b', 'S3']],
    { names: ['x', 'y'], formats: ['i4', 'f8'], offsets: [8, 0], titles: ['T', null] },
    { names: [''], formats: ['V4'] },
    { names: [], formats: [], itemsize: 8 },
    [['__proto__', 'f4'], ['constructor', 'i2']],
    [],
  ] // prettier-ignore
  for (const spec of specs) {
    const d = parseDType(spec)
    const back = parseDType(JSON.parse(JSON.stringify(d)))
    t.true(back.equals(d), inspect(spec))
  }
})

test('rejects invalid dtypes and lists the accepted forms', (t) => {
  const bad: [unknown, RegExp][] = [
    ['float33', /invalid dtype 'float33': it is not a dtype; accepted are names/],
    ['<float32', /is not a dtype/],
    ['i4 ', /is not a dtype/],
    ['', /is not a dtype/],
    ['<', /is not a dtype/],
    ['i3', /is not a dtype/],
    [',i4', /is not a dtype/],
    ['i4,x9', /\(in 'x9'\)/],
    ['constructor', /is not a dtype/],
    ['g', /long double.*'float64'/],
    ['>c32', /long double/],
    ['O', /Python objects/],
    ['|O', /Python objects/],
    ['object', /Python objects/],
    ['T', /variable-length/],
    ['M8[]', /brackets/],
    ['M8[ns', /brackets/],
    ['M8[0s]', /count from 1/],
    ['M8[2147483648s]', /brackets/],
    ['M8[B]', /Y M W D h m s ms us ns ps fs as/],
    ['M8[s/7]', /cannot be divided by 7/],
    ['M8[Y/0]', /cannot be divided by 0/],
    ['S2147483648', /at most 2147483647 bytes/],
    ['U536870912', /at most 2147483647 bytes/],
    [['f8', [2 ** 28]], /at most 2147483647 bytes/],
    ['(0,99999999999)f4', /at most 2147483647 bytes/],
    [['f4', Array.from({ length: 65 }, () => 1)], /at most 64 axes/],
    [['f4', -1], /whole numbers, 0 or more/],
    [['f4', [1.5]], /whole numbers, 0 or more/],
    [['f4', NaN], /whole numbers, 0 or more/],
    [['S', [5]], /has no length yet/],
    [{ names: ['x'], formats: ['f4'], offset: [4] }, /there is no 'offset'; it has names, formats, offsets/],
    [['x', 'f4'], /one field is a list in a list/],
    [[['x']], /\[name, dtype\]/],
    [[['x', 'f4', [1], 4]], /\[name, dtype\]/],
    [[[1, 'f4']], /the name of a field must be a string/],
    [[['x', 'f4'], ['x', 'i4']], /already a name or title/],
    [[[['x', 'x'], 'f4']], /already a name or title/],
    [[['x', 'O']], /Python objects/],
    [{ names: ['x'], formats: ['i4', 'f4'] }, /one entry for each of the 1 names/],
    [{ names: 'x', formats: ['i4'] }, /names must be a list of strings/],
    [{ names: ['x'], formats: ['i4'], offsets: [-4] }, /whole numbers of bytes/],
    [{ names: ['x'], formats: ['i4'], offsets: [0], itemsize: 3 }, /need 4 bytes, more than the itemsize of 3/],
    [{ names: ['x'], formats: ['i4'], itemsize: 4.5 }, /itemsize must be a whole number/],
    [{ names: ['x'], formats: ['i4'], offsets: [2 ** 31] }, /at most 2147483647 bytes/],
    [{ names: ['x'], formats: ['i4'], aligned: 1 }, /aligned must be true or false/],
    [{ names: ['x'] }, /invalid dtype .*: give a name/],
    [{}, /invalid dtype {}: give a name/],
    [5, /invalid dtype 5: give a name/],
    [null, /invalid dtype null: give a name/],
    [undefined, /invalid dtype undefined: give a name/],
    [Number, /not a typed-array constructor/],
  ] // prettier-ignore
  for (const [spec, message] of bad) {
    const error = t.throws(() => parseDType(spec), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' }, inspect(spec))
    t.regex(error?.message ?? '', message)
  }
})

test('rejects fields nested more than 100 deep without a stack overflow', (t) => {
  let spec: unknown = 'f4'
  for (let i = 0; i < 50_000; i++) spec = [['x', spec]]
  t.throws(() => parseDType(spec), { code: 'ERR_MEMMAP_DTYPE', message: /nested more than 100 deep/ })
})

test('is frozen, and console.log shows the call that creates it', (t) => {
  'use strict'
  const d = dtype([['x', 'f4']])
  t.true(Object.isFrozen(d) && Object.isFrozen(d.fields) && Object.isFrozen(d.names) && Object.isFrozen(d.shape))
  t.is(Object.getPrototypeOf(d.fields), null)
  t.is(inspect(d), "dtype([ [ 'x', '<f4' ] ])")
  t.true(d instanceof DType)
})
