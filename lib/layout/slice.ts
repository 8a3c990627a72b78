import { inspect } from '../errors/inspect.js'
import { indexError } from '../errors/memmap-error.js'
import { integerOf } from './shape.js'

/** A part of an axis: Python's `slice`. Made by {@link slice}. */
export class Slice {
  constructor(
    readonly start: number | undefined,
    readonly stop: number | undefined,
    readonly step: number | undefined,
  ) {}

  /** As in NumPy's notation: `1:8:2`. */
  toString(): string {
    const { start = '', stop = '', step } = this
    return step === undefined ? `${start}:${stop}` : `${start}:${stop}:${step}`
  }
}

/** A selector that adds an axis of length 1: NumPy's `np.newaxis`. */
export const newaxis: unique symbol = Symbol('memmap.newaxis')

/** An end or step of a slice; left out, it is open. */
type Bound = number | bigint | undefined

/**
 * A selector for a part of an axis: Python's `slice`. With one argument that is the stop; `undefined` leaves an end open;
 * negative numbers count from the end.
 *
 * @example
 * a.index(slice(1, 8, 2)) // NumPy: a[1:8:2]
 * a.index(slice(undefined, undefined, -1)) // a[::-1]
 * @throws MemmapError `ERR_MEMMAP_INDEX` where a bound is no whole number or the step is 0
 */
export function slice(stop?: Bound): Slice
export function slice(start: Bound, stop: Bound, step?: Bound): Slice
export function slice(...bounds: Bound[]): Slice {
  const [first, second, third] = bounds
  return bounds.length === 1 ? sliceBetween(undefined, first) : sliceBetween(first, second, third)
}

/**
 * A slice from start to stop.
 * @throws MemmapError `ERR_MEMMAP_INDEX` where a bound is no whole number or the step is 0
 */
export function sliceBetween(start: Bound, stop: Bound, step?: Bound): Slice {
  const by = wholeOrOpen(step)
  if (by === 0) throw indexError('the step of a slice is not 0')
  return new Slice(wholeOrOpen(start), wholeOrOpen(stop), by)
}

function wholeOrOpen(bound: Bound): number | undefined {
  if (bound === undefined) return undefined
  const value = integerOf(bound)
  if (value === null)
    throw indexError(`a slice goes by whole numbers, or undefined for an open end (got ${inspect(bound)})`)
  return value
}

/** Texts seen so far. Bounded, as their number is not. */
const known = new Map<string, Slice>()
const MAX_KNOWN = 1000

/** `'1:3'`, `'::-1'`, `':'`: null where the text is no slice. */
export function parseSlice(text: string): Slice | null {
  const before = known.get(text)
  if (before !== undefined) return before
  if (!/^\s*(?:[+-]?\d+)?\s*:\s*(?:[+-]?\d+)?\s*(?::\s*(?:[+-]?\d+)?\s*)?$/.test(text)) return null
  const [start, stop, step] = text.split(':').map((part) => (part.trim() === '' ? undefined : clamped(Number(part))))
  if (step === 0) throw indexError(`the step of a slice is not 0 (got ${inspect(text)})`)
  const part = new Slice(start, stop, step)
  if (known.size < MAX_KNOWN) known.set(text, part)
  return part
}

/** Bounds beyond every length mean the same as the largest safe number. */
function clamped(value: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
}

/**
 * Where a slice of an axis starts, its step, and how many entries it has.
 * Source: CPython, `PySlice_AdjustIndices` in Objects/sliceobject.c.
 */
export function resolveSlice(part: Slice, length: number): { start: number; step: number; count: number } {
  const step = part.step ?? 1
  const backwards = step < 0
  const least = backwards ? -1 : 0
  const most = backwards ? length - 1 : length
  const bound = (value: number | undefined, open: number): number => {
    if (value === undefined) return open
    const counted = value < 0 ? value + length : value
    return Math.max(least, Math.min(most, counted))
  }
  const start = bound(part.start, backwards ? most : least)
  const stop = bound(part.stop, backwards ? least : most)
  const count = Math.max(0, Math.ceil((stop - start) / step))
  return { start, step, count }
}
