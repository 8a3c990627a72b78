import { inspect } from 'node:util'
import test from 'ava'
import { MemmapError, NDArray, array, zeros } from '../lib/index.js'

const dtypeOf = (values: unknown): string => array(values).dtype.str

test('array() discovers the dtype of its values', (t) => {
  t.is(dtypeOf([1, 2.5]), '<f8')
  t.is(dtypeOf([1, true, 5n]), '<f8')
  t.is(dtypeOf([true, false]), '|b1')
  t.is(dtypeOf([1n, true]), '<i8')
  t.is(dtypeOf([2n ** 63n, 1n]), '<u8')
  t.is(dtypeOf([{ re: 1, im: 2 }, 3]), '<c16')
  t.is(dtypeOf(['a', '😀b']), '<U2')
  t.is(dtypeOf(['']), '<U1')
  t.is(dtypeOf([new Date(0)]), '<M8[ms]')
  t.is(dtypeOf([]), '<f8')
  t.is(dtypeOf(5), '<f8')
  t.is(dtypeOf(new Uint16Array(2)), '<u2')
  t.is(dtypeOf(new Uint8ClampedArray(2)), '|u1')
  t.is(dtypeOf([new Float32Array(2), new Float32Array(2)]), '<f4')
  t.is(dtypeOf([zeros(2, { dtype: '>i2' })]), '<i2')
  t.is(dtypeOf([new Int8Array(2), [1, 2]]), '<f8')
})

for (const refused of [[1, 'a'], [null], [undefined], [{}], [Symbol.iterator], [() => 1]]) {
  test(`array(${inspect(refused)}) throws ERR_MEMMAP_DTYPE`, (t) => {
    t.throws(() => array(refused), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
  })
}

test('array() takes scalars, lists, typed arrays and arrays, nested in one another', (t) => {
  t.is(array(7, { dtype: 'int8' }).get(), 7)
  t.deepEqual(array([[], []]).shape, [2, 0])
  t.deepEqual(array([[1, 2], new Int16Array([3, 4]), zeros(2)], { dtype: 'uint8' }).toArray(), [
    [1, 2],
    [3, 4],
    [0, 0],
  ])
})

test('array() rejects a number out of range, and wraps the elements of arrays, as astype does', (t) => {
  t.throws(() => array([300], { dtype: 'uint8' }), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.deepEqual(array([Int16Array.of(300)], { dtype: 'uint8' }).toArray(), [[44]])
  t.deepEqual(array(Int16Array.of(300), { dtype: 'uint8' }).toArray(), [44])
})

test('array() with a dtype finds the length of text and the axes of sub-arrays', (t) => {
  t.deepEqual(array([['abc', 'd']], { dtype: 'S' }).dtype.str, '|S3')
  t.deepEqual(array(Uint8Array.of(1, 2), { dtype: 'V2' }).shape, [])
  t.deepEqual(array([[[1, 2]], [[3, 4]]], { dtype: ['f4', [2]] }).shape, [2, 1, 2])
})

test('array() takes an order, and keeps that of an array', (t) => {
  t.deepEqual(
    array(
      [
        [1, 2],
        [3, 4],
      ],
      { order: 'F' },
    ).byteStrides,
    [8, 16],
  )
  t.deepEqual(array(zeros([2, 3], { order: 'F' })).byteStrides, [8, 16])
})

for (const ragged of [
  [[1, 2], [3]],
  [[1], 2],
  [1, [2]],
  [new Uint8Array(2), new Uint8Array(3)],
]) {
  test(`array(${inspect(ragged)}) throws ERR_MEMMAP_SHAPE`, (t) => {
    t.throws(() => array(ragged), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SHAPE' })
  })
}

test('array() rejects unknown options and a DataView', (t) => {
  t.throws(() => array([1], { dytpe: 'f4' } as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => array(new DataView(new ArrayBuffer(8))), { instanceOf: MemmapError, code: 'ERR_MEMMAP_DTYPE' })
})

test('array() copies its values', (t) => {
  const typed = Float32Array.of(1, 2)
  const original = array(typed)
  typed[0] = 9
  t.is(original.get(0), 1)
  const again = array(original)
  original.set(0, 5)
  t.is(again.get(0), 1)
  // assign() reads shared memory too.
  const shared = new Float32Array(new SharedArrayBuffer(8))
  shared.set([3, 4])
  t.deepEqual(original.assign(shared).toArray(), [3, 4])
})

test('zeros() takes any shape and dtype', (t) => {
  t.deepEqual(zeros(3).toArray(), [0, 0, 0])
  t.deepEqual(zeros([]).toArray(), 0)
  t.deepEqual(zeros([2, 0]).shape, [2, 0])
  t.is(zeros(1, { dtype: 'S' }).dtype.str, '|S1')
  t.is(zeros(1, { dtype: 'U' }).dtype.str, '<U1')
  t.deepEqual(zeros(2, { dtype: ['<i2', [3]] }).shape, [2, 3])
  t.deepEqual(
    zeros(1, {
      dtype: [
        ['x', 'f4'],
        ['s', 'S3'],
      ],
    }).toArray(),
    [{ x: 0, s: '' }],
  )
})

test('zeros() rejects invalid shapes and orders', (t) => {
  t.throws(() => zeros(-1), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => zeros([2 ** 30, 2 ** 30]), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => zeros([2 ** 45]), { instanceOf: MemmapError, code: 'ERR_MEMMAP_TOO_LARGE' })
  t.throws(() => zeros(1, { order: 'X' } as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ORDER' })
})

test('map passes each element and its index, and takes a dtype', (t) => {
  const a = array(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'int16' },
  )
  t.deepEqual(a.T.map((value, index) => 10 * value + index).toArray(), [
    [10, 31],
    [22, 43],
  ])
  t.deepEqual(a.map((value) => value > 2, { dtype: 'bool' }).toArray(), [
    [false, false],
    [true, true],
  ])
  t.is(a.map((value) => 'x'.repeat(value), { dtype: 'U' }).dtype.str, '<U4')
  t.deepEqual(a.map(String, { dtype: 'U2' }).toArray(), [
    ['1', '2'],
    ['3', '4'],
  ])
})

test('map rejects results that do not fit, what is no function, and unknown options', (t) => {
  const a = array([1, 2], { dtype: 'int16' })
  t.throws(() => a.map(() => 1e6), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.throws(() => a.map((() => undefined) as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.throws(() => a.map(5 as never), { instanceOf: MemmapError, code: 'ERR_MEMMAP_ARGUMENT' })
  t.throws(() => a.map((value) => value, { type: 'f4' } as never), {
    instanceOf: MemmapError,
    code: 'ERR_MEMMAP_ARGUMENT',
  })
})

test('apply keeps the elements that it stored before an error', (t) => {
  const a = array(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'int16' },
  )
  t.throws(() => a.apply((value) => (value < 3 ? -value : 1e6)), { instanceOf: MemmapError, code: 'ERR_MEMMAP_CAST' })
  t.deepEqual(a.toArray(), [
    [-1, -2],
    [3, 4],
  ])
})

test('item() gives the only element, and throws ERR_MEMMAP_SHAPE for none or several', (t) => {
  t.is(array([[[5]]]).item(), 5)
  t.throws(() => array([1, 2]).item(), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SHAPE' })
  t.throws(() => zeros(0).item(), { instanceOf: MemmapError, code: 'ERR_MEMMAP_SHAPE' })
})

test('toArray() and JSON nest', (t) => {
  t.is(
    JSON.stringify(
      array([
        [1, 2],
        [3, 4],
      ]),
    ),
    '[[1,2],[3,4]]',
  )
  t.deepEqual(zeros([2, 1, 2, 1]).toArray(), [[[[0], [0]]], [[[0], [0]]]])
})

test('iterators have the prototype of the language', (t) => {
  const a = array([
    [1, 2],
    [3, 4],
  ])
  const values = a.values()
  t.is(values[Symbol.iterator](), values)
  t.deepEqual(values.next(), { value: 1, done: false })
  t.deepEqual([...values], [2, 3, 4])
  t.deepEqual(values.next(), { value: undefined, done: true })
  t.deepEqual(Object.fromEntries(a.entries()), { '0,0': 1, '0,1': 2, '1,0': 3, '1,1': 4 })
  t.deepEqual(Math.max(...a.values()), 4)
  for (const row of a) if (row instanceof NDArray) row.set(0, 0)
  t.deepEqual(a.toArray(), [
    [0, 2],
    [0, 4],
  ])
  t.deepEqual([...zeros([0, 2])], [])
  t.deepEqual([...zeros([2, 0]).values()], [])
  t.deepEqual([...zeros([2, 0])].length, 2)
})

test('iteration sees elements that are stored meanwhile', (t) => {
  const a = array([1, 2, 3])
  const seen: number[] = []
  for (const [[index], value] of a.entries()) {
    seen.push(value)
    if (index === 0) a.set(2, 9)
  }
  t.deepEqual(seen, [1, 2, 9])
})
