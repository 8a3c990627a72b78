import { markOwn } from '../errors/brands.js'
import { inspect } from '../errors/inspect.js'
import { indexError } from '../errors/memmap-error.js'
import { checkArguments } from '../errors/refuse-surplus.js'
import { integerOf } from './shape.js'

/** A part of an axis: Python's `slice`. Create one with {@link slice}. */
export class Slice {
  constructor(
    /** The first position; undefined for the end at which the step starts. */
    readonly start: number | undefined,
    /** The position behind the last; undefined for the other end. */
    readonly stop: number | undefined,
    /** The distance of positions; undefined for 1. */
    readonly step: number | undefined,
  ) {}

  /**
   * NumPy's notation: `1:8:2`.
   * @example
   * slice(1, 8, 2).toString() // '1:8:2'
   */
  toString(): string {
    const { start = '', stop = '', step } = this
    return step === undefined ? `${start}:${stop}` : `${start}:${stop}:${step}`
  }
}

markOwn(Slice.prototype)

/** A selector that adds an axis of length 1: NumPy's `np.newaxis`. */
export const newaxis: unique symbol = Symbol('memmap.newaxis')

/** A start, stop or step of a slice; undefined is open. */
type Bound = number | bigint | undefined

/**
 * A selector for a part of an axis: Python's `slice`. A single argument is the stop; `undefined` leaves an end open; negative
 * numbers count from the end.
 *
 * @example
 * a.index(slice(1, 8, 2)) // NumPy: a[1:8:2]
 * a.index(slice(undefined, undefined, -1)) // a[::-1]
 * @throws MemmapError `ERR_MEMMAP_INDEX` where a bound is no whole number or the step is 0
 */
export function slice(stop?: Bound): Slice
export function slice(start: Bound, stop: Bound, step?: Bound): Slice
export function slice(...bounds: Bound[]): Slice {
  checkArguments('slice', 3, bounds)
  const [first, second, third] = bounds
  return bounds.length === 1 ? sliceBetween(undefined, first) : sliceBetween(first, second, third)
}

/**
 * A slice from start to stop.
 * @throws MemmapError `ERR_MEMMAP_INDEX` where a bound is no whole number or the step is 0
 */
export function sliceBetween(start: Bound, stop: Bound, step?: Bound): Slice {
  const parsedStep = parseBound(step)
  if (parsedStep === 0) throw indexError('invalid step 0: the step of a slice must not be 0; leave it out for 1')
  return new Slice(parseBound(start), parseBound(stop), parsedStep)
}

function parseBound(bound: Bound): number | undefined {
  if (bound === undefined) return undefined
  const value = integerOf(bound)
  if (value !== null) return value
  // Infinity and whole numbers beyond 2^53, as the slices of JavaScript and Python take them.
  const isBeyond = typeof bound === 'bigint' || bound === Infinity || bound === -Infinity || Number.isInteger(bound)
  if (isBeyond) return clamp(Number(bound))
  throw indexError(`invalid slice bound ${inspect(bound)}: it must be a whole number, or undefined for an open end`)
}

/** The slices of texts parsed before. Bounded, because the number of texts is not. */
const cache = new Map<string, Slice>()
const MAX_CACHED = 1000

/** Parses `'1:3'`, `'::-1'`, `':'`; null where the text is no slice. */
export function parseSlice(text: string): Slice | null {
  const cached = cache.get(text)
  if (cached !== undefined) return cached
  if (!/^\s*(?:[+-]?\d+)?\s*:\s*(?:[+-]?\d+)?\s*(?::\s*(?:[+-]?\d+)?\s*)?$/.test(text)) return null
  const [start, stop, step] = text.split(':').map((part) => (part.trim() === '' ? undefined : clamp(Number(part))))
  if (step === 0)
    throw indexError(`invalid slice ${inspect(text)}: the step of a slice must not be 0; leave it out for 1`)
  const result = new Slice(start, stop, step)
  if (cache.size < MAX_CACHED) cache.set(text, result)
  return result
}

/** Clamps a bound to the safe integers, because every bound beyond the length of the axis selects the same. */
function clamp(value: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
}

/**
 * The start, step and number of entries of a slice of an axis.
 * Source: CPython, `PySlice_AdjustIndices` in Objects/sliceobject.c.
 */
export function resolveSlice(part: Slice, length: number): { start: number; step: number; count: number } {
  const step = part.step ?? 1
  const backwards = step < 0
  const lowest = backwards ? -1 : 0
  const highest = backwards ? length - 1 : length
  const normalize = (value: number | undefined, open: number): number => {
    if (value === undefined) return open
    const fromFront = value < 0 ? value + length : value
    return Math.max(lowest, Math.min(highest, fromFront))
  }
  const start = normalize(part.start, backwards ? highest : lowest)
  const stop = normalize(part.stop, backwards ? lowest : highest)
  const count = Math.max(0, Math.ceil((stop - start) / step))
  return { start, step, count }
}
