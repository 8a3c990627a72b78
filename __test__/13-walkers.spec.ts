/**
 * Code that walks objects: `node:assert`, inspection without custom texts, clones. It sees the elements of an array, as NumPy prints
 * them, and nothing else.
 */
import assert from 'node:assert'
import { join } from 'node:path'
import { inspect } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { array, dtype, Memmap, memmap, NDArray, zeros } from '../lib/index.js'
import { folder } from './support/files.js'
import { times } from './support/slow.js'

const VALUES = [
  [1, 2],
  [3, 4],
]

/** Equal elements in every kind of memory. */
function equalOnes(): NDArray[] {
  return [
    array(VALUES, { dtype: 'float32' }),
    array(VALUES, { dtype: 'float32', order: 'F' }),
    array(VALUES, { dtype: '>f4' }).astype('float32'),
    zeros([3, 4], { dtype: 'float32' }).index('1:', '::2').assign(VALUES) as NDArray,
    array(VALUES.toReversed(), { dtype: 'float32' }).flip(0),
  ]
}

test('only the elements are a property of their own', (t) => {
  for (const a of equalOnes()) t.deepEqual(Reflect.ownKeys(a), ['elements'])
})

test('the key that says what the elements are has a value', (t) => {
  const { elements } = array([1, 2]) as never as { elements: Record<string, unknown> }
  const [key] = Object.keys(elements) as [string]
  t.is(elements[key], true)
  t.true(key in elements)
  t.is(elements['float64 [2] of others'], undefined)
})

test('deep equality of node:assert compares the elements, whatever their memory', (t) => {
  const [first, ...others] = equalOnes() as [NDArray, ...NDArray[]]
  for (const other of others) t.notThrows(() => assert.deepStrictEqual(first, other))
  for (const other of others) {
    other.set(1, 1, 5)
    t.throws(() => assert.deepStrictEqual(first, other), { name: 'AssertionError' })
    t.throws(() => assert.deepEqual({ a: [first] }, { a: [other] }), { name: 'AssertionError' })
    t.notThrows(() => assert.notDeepStrictEqual(first, other))
    // The same objects again, with what they hold now.
    other.set(1, 1, 4)
    t.notThrows(() => assert.deepStrictEqual(other, first))
  }
  t.throws(() => assert.deepStrictEqual(zeros([0, 3]), zeros([0, 5])), { name: 'AssertionError' })
  t.throws(() => assert.deepStrictEqual(zeros(2), zeros(2, { dtype: 'int64' })), { name: 'AssertionError' })
})

test('deep equality compares arrays of different files', (t) => {
  const open = (values: number[]): Memmap => {
    const a = memmap(join(folder(t), 'a.bin'), { mode: 'w+', dtype: 'int16', shape: 3 })
    return a.assign(values) as Memmap
  }
  const [a, b, c] = [open([1, 2, 3]), open([1, 2, 3]), open([1, 2, 4])]
  t.notThrows(() => assert.deepStrictEqual(a, b))
  const { message } = t.throws(() => assert.deepStrictEqual(a, c)) as Error
  t.regex(message, /memmap\(\[1, 2, 3\], dtype=int16\)/)
  t.regex(message, /memmap\(\[1, 2, 4\], dtype=int16\)/)
  t.notRegex(message, /store|first|last\d|step\d|accessor|root|position/)
})

test('deep equality is that of the elements', (t) => {
  const kinds = [
    'uint8',
    '>i2',
    'int64',
    'float16',
    '>f4',
    'float64',
    'complex64',
    'S3',
    'U2',
    'M8[s]',
    'bool',
  ] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.boolean(),
      (kind, shape, place, change) => {
        const of = (value: number): never =>
          (kind === 'S3' || kind === 'U2' ? String(value) : kind === 'M8[s]' ? BigInt(value) : value) as never
        const a = zeros(shape, { dtype: kind as 'uint8' })
        const b = zeros(shape, { dtype: dtype(kind).newByteOrder('=') as never, order: 'F' }) as NDArray
        if (a.size > 0) {
          const at = a.shape.map((length, axis) => (place >> axis) % length)
          a.set(...at, of(1))
          b.set(...at, of(change ? 0 : 1) as never)
        }
        const isEqual = a.size === 0 || !change
        t.is(isEqual, isDeepEqual(a, b as never), `${kind} ${shape.join()}`)
      },
    ),
    { numRuns: times(300) },
  )
})

function isDeepEqual(a: NDArray, b: NDArray): boolean {
  try {
    assert.deepStrictEqual({ elements: (a as never as { elements: object }).elements }, { elements: (b as never as { elements: object }).elements }) // prettier-ignore
    return true
  } catch {
    return false
  }
}

test('records are compared by their fields, not by the bytes between them', (t) => {
  const padded = dtype({ names: ['x', 'y'], formats: ['u1', 'i4'], offsets: [0, 4], itemsize: 8 })
  const [a, b] = [zeros(2, { dtype: padded }), zeros(2, { dtype: padded })]
  b.bytes[2] = 7
  t.notThrows(() => assert.deepStrictEqual(a, b))
  b.field('y' as never).set(1, 1 as never)
  t.throws(() => assert.deepStrictEqual(a, b), { name: 'AssertionError' })
})

test('NaNs are equal whatever their bits, and zeros have a sign', (t) => {
  const [a, b] = [zeros(1), zeros(1)]
  new BigUint64Array(a.buffer as ArrayBuffer)[0] = 0x7ff8_0000_0000_0000n
  new BigUint64Array(b.buffer as ArrayBuffer)[0] = 0xfff8_0000_0000_0001n
  t.notThrows(() => assert.deepStrictEqual(a, b))
  t.throws(() => assert.deepStrictEqual(array([0]), array([-0])), { name: 'AssertionError' })
})

test('a large array is compared in pieces', (t) => {
  const [a, b] = [zeros([3, 2 ** 21]), zeros([3, 2 ** 21], { order: 'F' })]
  t.notThrows(() => assert.deepStrictEqual(a, b))
  b.set(2, 2 ** 20, 1)
  const { message } = t.throws(() => assert.deepStrictEqual(a, b)) as Error
  // The part that is shown is the same: the marks differ.
  t.true(new Set(message.match(/# [\w-]+/g)).size > 1, message)
})

test('inspection without custom texts prints the text of NumPy', (t) => {
  const a = array(VALUES)
  const text = inspect({ a }, { customInspect: false, getters: true, depth: 9 })
  t.regex(text, /array\(\[\[1\., 2\.\],\s+\[3\., 4\.\]\]\)/)
  t.notRegex(text, /store|accessor/)
  t.regex(inspect(array([0.1 + 0.2]), { customInspect: false }), /0\.30000000000000004/)
})

test('walking a closed array, or one without its memory, does not throw', (t) => {
  const m = memmap(join(folder(t), 'a.bin'), { mode: 'w+', shape: 3 })
  const view = m.slice(1)
  m.close()
  const moved = array([1, 2])
  const { buffer } = moved
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] })
  for (const a of [m, view, moved]) {
    t.is(typeof inspect(a, { customInspect: false }), 'string')
    t.throws(() => assert.deepStrictEqual(a, array([1])), { name: 'AssertionError' })
  }
})

test('every array names its class', (t) => {
  const m = memmap(join(folder(t), 'a.bin'), { mode: 'w+', shape: 3 })
  t.is(Object.prototype.toString.call(m), '[object Memmap]')
  t.is(Object.prototype.toString.call(m.copy()), '[object NDArray]')
  t.is(m.constructor, Memmap)
  t.is(m.copy().constructor, NDArray)
})

test('an array cannot be cloned, and the error says what can', (t) => {
  let failed: DOMException | undefined
  try {
    structuredClone(array([1]))
  } catch (error) {
    failed = error as DOMException
  }
  t.is(failed?.name, 'DataCloneError')
  t.regex(String(failed?.message), /describe\(\).*copy\(\)\.data/)
})

test('the protocol of test runners: a copy with the prototype alone has the text', (t) => {
  const a = array(VALUES)
  const printed = (a as never as { toAsymmetricMatcher: () => string }).toAsymmetricMatcher
  const copy = Object.create(Object.getPrototypeOf(a) as object, { toAsymmetricMatcher: { value: printed } }) as {
    toAsymmetricMatcher: () => string
  }
  t.is(copy.toAsymmetricMatcher(), a.repr())
  t.is(String(copy), 'NDArray')
})
