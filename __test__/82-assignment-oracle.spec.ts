import test from 'ava'
import fc from 'fast-check'
import { array as arrayOf, expr, Memmap, memmap } from '../lib/index.js'
import type { NDArray } from '../lib/index.js'
import { fileOf } from './support/files.js'
import { assigned, build, select } from './support/oracle.js'
import type { Nest, Part } from './support/oracle.js'
import { advancedParts, basicParts, samples, selectorsOf } from './support/oracle-arbitraries.js'
import type { Sample } from './support/oracle-arbitraries.js'
import { times } from './support/slow.js'

const runs = { numRuns: times(1500) }

/** A value that broadcasts to a shape: fewer axes, some of length 1. */
function valueFor(shape: readonly number[], number: (below: number) => number): { value: Nest; shape: number[] } {
  // Empty lists do not have the lengths of later axes.
  const skip = shape.includes(0) ? shape.length : number(shape.length + 1)
  const from = shape.slice(skip).map((length) => (number(4) === 0 ? 1 : length))
  return { value: build(from, () => number(100) - 50), shape: from }
}

function checkStore(
  t: { deepEqual(a: unknown, b: unknown): void },
  sample: Sample,
  parts: readonly Part[],
  numbers: () => number,
): void {
  const number = (below: number): number => numbers() % below
  const { nest, shape } = sample
  const { value, shape: valueShape } = valueFor(select(nest, shape, parts).shape, number)
  const after = assigned(nest, shape, parts, value, valueShape)
  // As nested lists, and as an array of another dtype.
  for (const given of [value, arrayOf(value, { dtype: 'int16', order: number(2) === 0 ? 'C' : 'F' })]) {
    const target = sample.array.copy({ order: 'K' })
    target.assign(given as never, selectorsOf(parts))
    t.deepEqual(target.toArray(), after)
  }
}

test('stores through views agree with the oracle', (t) => {
  const chosen = samples().chain((sample) =>
    fc.tuple(fc.constant(sample), basicParts(sample.shape), fc.infiniteStream(fc.nat(1000))),
  )
  const property = fc.property(chosen, ([sample, parts, numbers]) =>
    checkStore(t, sample, parts, () => numbers.next().value as number),
  )
  t.notThrows(() => fc.assert(property, runs))
})

test('stores by index lists agree with the oracle; the last of repeated indices wins', (t) => {
  const chosen = samples(1).chain((sample) =>
    fc.tuple(fc.constant(sample), advancedParts(sample.shape), fc.infiniteStream(fc.nat(1000))),
  )
  const property = fc.property(chosen, ([sample, parts, numbers]) =>
    checkStore(t, sample, parts, () => numbers.next().value as number),
  )
  t.notThrows(() => fc.assert(property, runs))
})

test('assign is correct for any overlap of source and target', (t) => {
  const chosen = samples(1, 3).chain((sample) =>
    fc.tuple(fc.constant(sample), basicParts(sample.shape), basicParts(sample.shape)),
  )
  const property = fc.property(chosen, ([{ array, nest, shape }, to, from]) => {
    const source = select(nest, shape, from)
    const target = select(nest, shape, to)
    const fits =
      source.shape.length <= target.shape.length &&
      source.shape.every(
        (length, axis) => length === 1 || length === target.shape[target.shape.length - source.shape.length + axis],
      )
    fc.pre(fits)
    const copy = array.copy({ order: 'K' })
    copy.assign(copy.index(...selectorsOf(from)), selectorsOf(to))
    t.deepEqual(copy.toArray(), assigned(nest, shape, to, source.nest, source.shape) as never)
  })
  t.notThrows(() => fc.assert(property, { numRuns: times(1500), maxSkipsPerRun: 1000 }))
})

/** The elements of one axis that a slice names. */
interface Part1d {
  readonly start: number
  readonly step: number
}

/** The slice of `length` elements. */
const sliceOf = ({ start, step }: Part1d, length: number): string => {
  const first = step > 0 ? start : start + length - 1
  const end = first + length * step
  return `${first}:${end < 0 ? '' : end}:${step}`
}

test('assign is correct where the source has the memory or the file of the target in another way', async (t) => {
  const part = fc.record({ start: fc.nat(3), step: fc.constantFrom(1, 2, -1) })
  const property = fc.asyncProperty(
    fc.constantFrom('data', 'otherData', 'map', 'attached', 'expr', 'promise'),
    fc.constantFrom('int32', 'float32'),
    part,
    part,
    fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(300, 5000, 70_000)),
    async (way, dtype, to, from, length) => {
      // As float32, the bytes of each are those of a whole number too.
      const numbers = Int32Array.from({ length: 2 * length + 3 }, (_, index) => 0x4b000000 + index)
      const path = fileOf(t, new Uint8Array(numbers.buffer))
      const target = memmap(path, { dtype: 'int32', mode: 'r+' })
      const expected = target.copy()
      const places = [sliceOf(to, length)]
      if (way === 'data' || way === 'otherData') {
        const typed = dtype === 'int32' ? Int32Array : Float32Array
        const owner = way === 'data' ? target : memmap(path, { mode: 'r' })
        const source = new typed(owner.buffer as ArrayBuffer, owner.byteOffset + 4 * from.start, length)
        expected.assign(source.slice(), places)
        target.assign(source, places)
      } else {
        const other =
          way === 'attached' ? Memmap.attach(target.describe()).view(dtype) : memmap(path, { dtype, mode: 'r' })
        const source = other.index(sliceOf(from, length)) as NDArray
        expected.assign(source.copy(), places)
        if (way === 'expr') target.assign(expr`${source} + 0`, places)
        else if (way === 'promise') await target.promises.assign(source, places)
        else target.assign(source, places)
      }
      t.deepEqual(target.data, expected.data, JSON.stringify({ way, dtype, to, from, length }))
      target.close()
    },
  )
  await fc.assert(property, { numRuns: times(300) })
})

test('map and apply visit the elements in C order', (t) => {
  const property = fc.property(samples(0, 5), ({ array, nest, shape }) => {
    let count = 0
    const expected = build(
      shape,
      (...indices) => (indices.reduce((level, index) => (level as Nest[])[index], nest) as number) + count++,
    )
    const inPlace = array.copy({ order: 'K' })
    t.deepEqual(
      array
        .map((value, index) => (value as number) + index, { dtype: 'int64' })
        .astype('float64')
        .toArray(),
      expected as never,
    )
    t.is(
      inPlace.apply((value, index) => (value as number) + index),
      inPlace,
    )
    t.deepEqual(inPlace.toArray(), expected as never)
  })
  t.notThrows(() => fc.assert(property, { numRuns: times(500) }))
})
