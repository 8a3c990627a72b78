/** The text of arrays in pieces, for the command: the same as in one piece, from a few elements that decide the format. */
import test from 'ava'
import fc from 'fast-check'
import { array, zeros } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { piecesOf } from '../lib/ops/text-pieces.js'

const record = [
  ['x', '<f4'],
  ['y', '>i2', [2]],
  ['t', 'M8[s]'],
  ['u', 'U3'],
] as const

const float = fc.oneof(
  fc.double(),
  fc.double({ min: -10, max: 10 }),
  fc.float(),
  fc.integer({ min: -2000, max: 2000 }).map((n) => n / 8),
  fc.integer({ min: -9, max: 9 }),
  fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 9.9999999999e99, 0.5000000000001, 1e-5, 1e8, 99999999.5),
)
const text = fc.string({ maxLength: 3 })
const ticks = fc.oneof(
  fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
  fc.constant(-(2n ** 63n)),
  fc.bigInt({ min: -9n, max: 9n }),
)

const ELEMENTS = [
  ['float64', float],
  ['>f8', float],
  ['float32', float],
  ['float16', fc.double({ min: -60000, max: 60000, noNaN: true })],
  ['complex128', fc.record({ re: float, im: float })],
  ['complex64', fc.record({ re: float, im: float })],
  ['int8', fc.integer({ min: -128, max: 127 })],
  ['>u4', fc.nat()],
  ['int64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
  ['bool', fc.boolean()],
  ['M8[s]', ticks],
  ['m8[ms]', ticks],
  ['U3', text],
  ['S3', fc.constantFrom('', 'a', "b'", 'xyz')],
  ['V2', fc.uint8Array({ minLength: 2, maxLength: 2 })],
  [record, fc.record({ x: float, y: fc.tuple(fc.integer({ min: -99, max: 99 }), fc.nat(9)), t: ticks, u: text })],
] as const

const options = fc.record({
  threshold: fc.constantFrom(0, 5, 1000, Infinity),
  edgeitems: fc.constantFrom(0, 1, 2, 3),
  linewidth: fc.constantFrom(10, 30, 75, Infinity),
  precision: fc.constantFrom(0, 2, 8, 20),
  suppress: fc.boolean(),
  floatmode: fc.constantFrom('maxprec', 'fixed', 'unique', 'maxprec_equal'),
  sign: fc.constantFrom('-', '+', ' '),
})

/** An array with these elements again and again, in one of several layouts. */
function filled(dtype: unknown, shape: readonly number[], elements: readonly unknown[], layout: string): NDArray {
  const target = zeros(shape, { dtype: dtype as 'float64', order: layout === 'F' ? 'F' : 'C' }) as unknown as NDArray
  let next = 0
  const indices = shape.map(() => 0)
  const visit = (axis: number): void => {
    if (axis === shape.length) return void target.set(...indices, elements[next++ % elements.length] as never)
    for (let i = 0; i < (shape[axis] as number); i++) {
      indices[axis] = i
      visit(axis + 1)
    }
  }
  visit(0)
  return layout === 'flip' ? target.flip(0) : target
}

for (const [dtype, element] of ELEMENTS) {
  test(`pieces of ${typeof dtype === 'string' ? dtype : 'records'} are the text of the array`, (t) => {
    const shapes = fc.array(fc.nat(7), { minLength: 1, maxLength: 4 })
    const layouts = fc.constantFrom('C', 'F', 'flip')
    fc.assert(
      fc.property(
        shapes,
        fc.array(element as fc.Arbitrary<unknown>, { minLength: 1, maxLength: 30 }),
        layouts,
        options,
        (shape, elements, layout, print) => {
          const a = filled(dtype, shape, elements, layout)
          t.is([...piecesOf(a, print as never)].join(''), a.toString(print as never))
        },
      ),
      { numRuns: 60 },
    )
  })
}

test('a part of the axes is cut, over several chunks', (t) => {
  const a = zeros([3, 40_000], { dtype: 'float32' })
  a.set(2, 39_999, -1.25)
  for (const print of [
    { threshold: 10, edgeitems: 20_000 },
    { threshold: 10, edgeitems: 1 },
    { threshold: Infinity, linewidth: 1000 },
  ]) {
    t.is([...piecesOf(a, print)].join(''), a.toString(print))
  }
})

test('the first piece of a long row comes before its last element is read', (t) => {
  const a = array(Array.from({ length: 20_000 }, (_, at) => `${at}`))
  const pieces = piecesOf(a as never, { threshold: Infinity, linewidth: Infinity })
  const first = [pieces.next(), pieces.next()].map(({ value }) => String(value)).join('')
  t.true(first.startsWith("['0' '1' '2'"))
  t.true(first.length < 20_000)
})
