import test from 'ava'
import fc from 'fast-check'
import type { NDArray } from '../lib/index.js'
import { broadcast, flat, reshaped, transposed } from './support/oracle.js'
import { samples } from './support/oracle-arbitraries.js'
import { times } from './support/slow.js'

const runs = { numRuns: times(1000) }

/** Another shape of the same size. */
function regrouped(size: number, number: (below: number) => number): number[] {
  const shape: number[] = []
  let rest = size
  while (rest > 1 || (shape.length < 4 && number(3) === 0)) {
    const divisors = Array.from({ length: rest }, (_, n) => n + 1).filter((n) => rest % n === 0)
    const length = divisors[number(divisors.length)] as number
    shape.push(length)
    rest /= length
    if (shape.length > 5 && rest > 1) return [...shape, rest]
  }
  return shape
}

test('reshape agrees with the oracle in C and F order, as a view where strides allow it', (t) => {
  const chosen = fc.tuple(samples(), fc.infiniteStream(fc.nat(10_000)), fc.constantFrom<'C' | 'F'>('C', 'F'))
  const property = fc.property(chosen, ([{ array, nest, shape }, numbers, order]) => {
    const number = (below: number): number => (numbers.next().value as number) % below
    const target = regrouped(array.size, number)
    const result = array.reshape(target, { order })
    const expected = reshaped(nest, shape, target, order)
    t.deepEqual(result.shape, target)
    t.deepEqual(result.toArray(), expected as never)
    const open = target.length === 0 ? -1 : number(target.length)
    if (open >= 0) t.deepEqual(array.reshape(target.with(open, -1), { order }).toArray(), expected as never)
    // A view sees stores. A copy does not, and is allowed only where no strides exist.
    const isView = result.base === (array.base ?? array)
    if (array.flags.cContiguous && order === 'C') t.true(isView)
    if (array.flags.fContiguous && order === 'F') t.true(isView)
    const before = flat(nest, shape.length)[0] as number
    array.set(...shape.map(() => 0), -7 as never)
    t.is(result.get(...target.map(() => 0)), isView ? -7 : before)
  })
  t.notThrows(() => fc.assert(property, runs))
})

test('transpose, swapAxes, moveAxis, flip, squeeze and expandDims give views that agree with the oracle', (t) => {
  const chosen = samples(1).chain((sample) => {
    const axes = sample.shape.map((_, axis) => axis)
    return fc.tuple(
      fc.constant(sample),
      fc.shuffledSubarray(axes, { minLength: axes.length }),
      fc.constantFrom(...axes),
      fc.constantFrom(...axes),
    )
  })
  const property = fc.property(chosen, ([{ array, nest, shape }, order, i, j]) => {
    const axes = shape.map((_, axis) => axis)
    const check = (view: NDArray, by: readonly number[]): void => {
      t.deepEqual(view.toArray(), transposed(nest, shape, by) as never)
      t.is(view.base, array.base ?? array)
    }
    check(array.transpose(order), order)
    check(array.transpose(order.map((axis) => axis - shape.length)), order)
    check(array.T, axes.toReversed())
    check(array.swapAxes(i, j), axes.with(i, j).with(j, i))
    check(array.moveAxis(i, j), axes.toSpliced(i, 1).toSpliced(j, 0, i))
    check(array.expandDims(i).squeeze(i), axes)
    t.deepEqual(array.expandDims([0, -1]).shape, [1, ...shape, 1])
    t.deepEqual(array.flip(i).flip(i).toArray(), nest as never)
    t.deepEqual(array.flip().get(...shape.map(() => 0)), array.get(...shape.map(() => -1)))
  })
  t.notThrows(() => fc.assert(property, runs))
})

test('broadcastTo repeats elements in a read-only view', (t) => {
  const chosen = fc.tuple(
    samples(0, 3),
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
    fc.integer({ min: 0, max: 4 }),
  )
  const property = fc.property(chosen, ([{ array, nest, shape }, added, length]) => {
    const target = [...added, ...shape.map((one) => (one === 1 ? length : one))]
    const view = array.broadcastTo(target)
    t.deepEqual(view.shape, target)
    if (!target.includes(0)) t.deepEqual(view.toArray(), broadcast(nest, shape, target) as never)
    t.false(view.flags.writeable)
  })
  t.notThrows(() => fc.assert(property, runs))
})

test('ravel, flatten and copy give the elements in the given order', (t) => {
  const property = fc.property(samples(), fc.constantFrom<'C' | 'F'>('C', 'F'), ({ array, nest, shape }, order) => {
    const elements = reshaped(nest, shape, [array.size], order)
    t.deepEqual(array.ravel({ order }).toArray(), elements as never)
    t.deepEqual(array.flatten({ order }).toArray(), elements as never)
    const copy = array.copy({ order })
    t.deepEqual(copy.toArray(), nest as never)
    t.true(order === 'C' ? copy.flags.cContiguous : copy.flags.fContiguous)
    t.is(copy.base, null)
    t.true(array.flatten().flags.ownData)
    // In memory order.
    const kept = array.copy({ order: 'K' })
    const rank = (strides: readonly number[]): string =>
      String(
        strides
          .map((_, axis) => axis)
          .filter((axis) => shape[axis] !== 1)
          .toSorted((a, b) => Math.abs(strides[b] as number) - Math.abs(strides[a] as number)),
      )
    t.is(rank(kept.byteStrides), rank(array.byteStrides))
  })
  t.notThrows(() => fc.assert(property, runs))
})

test('diagonal agrees with the oracle for any two axes', (t) => {
  const chosen = fc.tuple(samples(2), fc.integer({ min: -4, max: 4 }))
  const property = fc.property(chosen, ([{ array }, offset]) => {
    const [rows, columns] = array.shape as [number, number]
    const diagonal = array.diagonal({ offset })
    const length = Math.max(0, Math.min(rows - Math.max(0, -offset), columns - Math.max(0, offset)))
    t.deepEqual(diagonal.shape, [...array.shape.slice(2), length])
    for (let index = 0; index < length; index++) {
      const row = array.index(index + Math.max(0, -offset), index + Math.max(0, offset))
      t.deepEqual(diagonal.index('...', index).toArray(), row.toArray())
    }
    t.false(diagonal.flags.writeable)
  })
  t.notThrows(() => fc.assert(property, runs))
})
