import test from 'ava'
import fc from 'fast-check'
import { at, build, flat, select, shapeOf } from './support/oracle.js'
import { advancedParts, basicParts, samples, selectorsOf } from './support/oracle-arbitraries.js'
import { times } from './support/slow.js'

const runs = { numRuns: times(2000) }

test('selectors without lists give views that agree with the oracle', (t) => {
  const chosen = samples().chain((sample) => fc.tuple(fc.constant(sample), basicParts(sample.shape)))
  const property = fc.property(chosen, ([{ array, nest, shape }, parts]) => {
    const found = select(nest, shape, parts)
    const view = array.index(...selectorsOf(parts))
    t.deepEqual(view.shape, found.shape)
    t.deepEqual(view.toArray(), found.nest as never)
    t.is(view.base, array.base ?? array)
  })
  t.notThrows(() => fc.assert(property, runs))
})

test('selectors with lists give copies that agree with the oracle, in elements and axes', (t) => {
  const chosen = samples(1).chain((sample) => fc.tuple(fc.constant(sample), advancedParts(sample.shape)))
  const property = fc.property(chosen, ([{ array, nest, shape }, parts]) => {
    const found = select(nest, shape, parts)
    const copy = array.index(...selectorsOf(parts))
    t.deepEqual(copy.shape, found.shape)
    if (!found.shape.includes(0)) t.deepEqual(copy.toArray(), found.nest as never)
    t.is(copy.base, null)
  })
  t.notThrows(() => fc.assert(property, runs))
})

test('take and mask agree with lists on one axis, and on the first axes', (t) => {
  const chosen = samples(1).chain((sample) => {
    const axis = fc.nat(sample.shape.length - 1)
    return fc.tuple(fc.constant(sample), axis, fc.infiniteStream(fc.nat(1000)))
  })
  const property = fc.property(chosen, ([{ array, nest, shape }, axis, numbers]) => {
    const number = (below: number): number => (numbers.next().value as number) % below
    const length = shape[axis] as number
    const list = Array.from({ length: number(4) }, () => number(2 * length) - length)
    const parts = [...shape.slice(0, axis).map(() => [null, null, null] as const), { list }]
    t.deepEqual(array.take(list, { axis }).toArray(), select(nest, shape, parts).nest as never)
    const booleans = build(shape.slice(0, axis + 1), () => number(2) === 0)
    const found = select(nest, shape, [{ list: booleans }])
    const masked = array.mask(booleans as never)
    t.deepEqual(masked.shape, found.shape)
    if (!found.shape.includes(0)) t.deepEqual(masked.toArray(), found.nest as never)
  })
  t.notThrows(() => fc.assert(property, { numRuns: times(1000) }))
})

test('get, values, entries and iteration visit each element once, in C order', (t) => {
  const property = fc.property(samples(0, 5), ({ array, nest, shape }) => {
    const elements = flat(nest, shape.length)
    t.deepEqual([...array.values()], elements as never)
    t.deepEqual(
      [...array.entries()].map(([, value]) => value),
      elements as never,
    )
    for (const [indices, value] of array.entries()) {
      t.is(value as unknown, at(nest, indices))
      t.is(array.get(...indices), value)
      t.is(array.get(...indices.map((index, axis) => index - (shape[axis] as number))), value)
    }
    if (shape.length === 1) t.deepEqual([...array], elements as never)
    if (shape.length > 1)
      t.deepEqual(
        [...array].map((row) => (row as typeof array).toArray()),
        nest as never,
      )
    t.deepEqual(shapeOf(array.toArray(), shape.length), [...shape])
  })
  t.notThrows(() => fc.assert(property, { numRuns: times(300) }))
})
