import fc from 'fast-check'
import { array, newaxis, slice } from '../../lib/index.js'
import type { NDArray } from '../../lib/index.js'
import { build, transposed } from './oracle.js'
import type { Nest, Part } from './oracle.js'

/** An array, and the same as nested lists. */
export interface Sample {
  readonly array: NDArray
  readonly nest: Nest
  readonly shape: readonly number[]
}

export const shapes = (min = 0, max = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: min, maxLength: max })

/** Counting elements, in one of the ways to lie in memory: C or F order, axes exchanged, in reverse, with gaps. */
export const samples = (min = 0, max = 4): fc.Arbitrary<Sample> =>
  fc
    .tuple(
      shapes(min, max),
      fc.constantFrom('C', 'F'),
      fc.constantFrom('<i4', '>i4', '<f8'),
      fc.infiniteStream(fc.boolean()),
    )
    .map(([shape, order, dtype, choices]) => {
      const choose = (): boolean => choices.next().value as boolean
      const wide = shape.map((length) => (choose() ? 2 * length : length))
      let count = 0
      const whole = build(wide, () => count++)
      const base = array(whole, { dtype, order: order as 'C' }) as unknown as NDArray
      const steps = shape.map((length, axis) => (length === wide[axis] ? (choose() ? 1 : -1) : 2))
      const view = base.index(...steps.map((step) => slice(undefined, undefined, step)))
      const entry = (index: number, axis: number): number => {
        const step = steps[axis] as number
        return step < 0 ? (wide[axis] as number) - 1 - index : step * index
      }
      const nest = build(shape, (...indices) =>
        indices.reduce((level, index, axis) => (level as Nest[])[entry(index, axis)], whole),
      )
      if (!choose() || shape.length < 2) return { array: view, nest, shape }
      const turned = shape.map((_, axis) => shape.length - 1 - axis)
      return { array: view.T, nest: transposed(nest, shape, turned), shape: shape.toReversed() }
    })

const bound = (length: number): fc.Arbitrary<number | null> =>
  fc.option(fc.integer({ min: -length - 2, max: length + 2 }))

const slices = (length: number): fc.Arbitrary<Part> =>
  fc.tuple(bound(length), bound(length), fc.constantFrom(null, 1, 2, 3, -1, -2)) as fc.Arbitrary<Part>

/** Selectors without lists for the first axes of a shape. */
export const basicParts = (shape: readonly number[]): fc.Arbitrary<Part[]> =>
  fc
    .tuple(
      fc.tuple(...shape.map((length) => fc.oneof(fc.integer({ min: -length, max: length - 1 }), slices(length)))),
      fc.integer({ min: 0, max: shape.length }),
      fc.array(fc.tuple(fc.nat(shape.length), fc.constantFrom<Part>(null)), { maxLength: 2 }),
      fc.boolean(),
    )
    .map(([all, count, added, dots]) => {
      const parts: Part[] = all.slice(0, count)
      if (dots) parts.push('...')
      for (const [place, part] of added) parts.splice(Math.min(place, parts.length), 0, part)
      return parts
    })

/** Selectors of which at least one is a list of positions or booleans. */
export const advancedParts = (shape: readonly number[]): fc.Arbitrary<Part[]> =>
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), fc.infiniteStream(fc.nat(1000)), basicParts(shape))
    .map(([length, numbers, parts]) => {
      const number = (below: number): number => (numbers.next().value as number) % below
      const positions = (size: number): Part => {
        const one = (): number => number(2 * size) - size
        const list = Array.from({ length: number(3) === 0 ? 1 : length }, one)
        return { list: number(4) === 0 ? [list, list.map(one)] : list }
      }
      let axis = 0
      let listed = false
      const selectors = parts.map((part) => {
        if (part === null || part === '...') return part
        const size = shape[axis++] as number
        if (number(2) === 0) return part
        listed = true
        return positions(size)
      })
      if (listed || selectors.includes('...')) return listed ? selectors : [mask(shape, () => number(2) === 0)]
      return axis < shape.length
        ? [...selectors, positions(shape[axis] as number)]
        : [mask(shape, () => number(2) === 0)]
    })

function mask(shape: readonly number[], choose: () => boolean): Part {
  return { list: build(shape, choose) }
}

/** Our way to write selectors. */
export function selectorsOf(parts: readonly Part[]): never[] {
  return parts.map((part) => {
    if (part === null) return newaxis
    if (typeof part !== 'object') return part
    if ('list' in part) return part.list
    return slice(part[0] ?? undefined, part[1] ?? undefined, part[2] ?? undefined)
  }) as never[]
}
