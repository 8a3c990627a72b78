/**
 * Finds the few elements that decide the format of all: the format of these alone is that of the whole array.
 * @module
 */
import { fieldsInOrder } from '../dtype/index.js'
import type { AnyRecord, Complex, DType } from '../dtype/index.js'
import { NAT } from '../scalar/calendar.js'
import type { FloatKind } from '../scalar/dragon4.js'
import { positional, scientific } from '../scalar/float-text.js'
import { needsExponent, positionalOptions, rounded, scientificOptions } from './float-format.js'
import type { Printing } from './options.js'

/** Keeps the elements that decide the format of one column. `whole` is the element that has the value: itself, or a record. */
interface Collector {
  first(value: unknown, whole: unknown): void
  /** Whether another value can change the format in the second pass; false where there is none. */
  readonly isOpen: boolean
  second(value: unknown, whole: unknown): void
  readonly kept: readonly unknown[]
  /** The same for the elements of a chunk; quicker than one by one where the chunk has numbers. */
  firstOf?(chunk: ArrayLike<unknown>): void
  secondOf?(chunk: ArrayLike<unknown>): void
}

/**
 * Returns elements that decide the format.
 * @param pass reads all elements, chunk by chunk; it is called twice at most
 */
export function representativesOf(
  dtype: DType,
  pass: () => Iterable<ArrayLike<unknown>>,
  options: Printing,
): readonly unknown[] {
  const collector = collectorOf(dtype, options)
  if (collector === null) return []
  for (const chunk of pass()) {
    if (collector.firstOf !== undefined) collector.firstOf(chunk)
    else for (let i = 0; i < chunk.length; i++) collector.first(chunk[i], chunk[i])
  }
  if (!collector.isOpen) return collector.kept
  for (const chunk of pass()) {
    if (collector.secondOf !== undefined) collector.secondOf(chunk)
    else for (let i = 0; i < chunk.length && collector.isOpen; i++) collector.second(chunk[i], chunk[i])
    if (!collector.isOpen) break
  }
  return collector.kept
}

/** The collector of a dtype; null for one whose elements are written without a column. */
function collectorOf(dtype: DType, options: Printing): Collector | null {
  if (dtype.names !== null) return recordCollector(dtype, options)
  switch (dtype.kind) {
    case 'i':
    case 'u':
      return new Extremes(null)
    case 'M':
    case 'm':
      return new Extremes(NAT)
    case 'f':
      return new Floats(dtype.name as FloatKind, options)
    case 'c': {
      const kind = dtype.name === 'complex64' ? 'float32' : 'float64'
      return new Columns([
        { values: (value) => [(value as Complex).re], collector: new Floats(kind, options) },
        // The imaginary part has a sign always.
        { values: (value) => [(value as Complex).im], collector: new Floats(kind, { ...options, sign: '+' }) },
      ])
    }
    default:
      return null
  }
}

function recordCollector(dtype: DType, options: Printing): Collector | null {
  const columns = fieldsInOrder(dtype).flatMap(({ name, dtype: type }) => {
    const collector = collectorOf(type.base, options)
    const depth = type.shape.length
    const values = (value: unknown): readonly unknown[] => flatten([(value as AnyRecord)[name]], depth)
    return collector === null ? [] : [{ values, collector }]
  })
  return columns.length === 0 ? null : new Columns(columns)
}

function flatten(lists: readonly unknown[], depth: number): readonly unknown[] {
  return depth === 0 ? lists : flatten((lists as readonly (readonly unknown[])[]).flat(), depth - 1)
}

/** The parts of elements, each in a column of its own. */
class Columns implements Collector {
  readonly #columns: readonly { values: (value: unknown) => readonly unknown[]; collector: Collector }[]

  constructor(columns: readonly { values: (value: unknown) => readonly unknown[]; collector: Collector }[]) {
    this.#columns = columns
  }

  first(value: unknown, whole: unknown): void {
    for (const { values, collector } of this.#columns) for (const part of values(value)) collector.first(part, whole)
  }

  get isOpen(): boolean {
    return this.#columns.some(({ collector }) => collector.isOpen)
  }

  second(value: unknown, whole: unknown): void {
    for (const { values, collector } of this.#columns) {
      if (collector.isOpen) for (const part of values(value)) collector.second(part, whole)
    }
  }

  get kept(): readonly unknown[] {
    return this.#columns.flatMap(({ collector }) => [...collector.kept])
  }
}

/** The least and the greatest of integers or times, and not-a-time. */
class Extremes implements Collector {
  readonly isOpen = false
  readonly #missing: bigint | null
  #least: number | bigint | null = null
  #greatest: number | bigint | null = null
  #kept: { least?: unknown; greatest?: unknown; missing?: unknown } = {}

  constructor(missing: bigint | null) {
    this.#missing = missing
  }

  first(value: number | bigint, whole: unknown): void {
    if (this.#missing !== null && value === this.#missing) {
      this.#kept.missing ??= whole
      return
    }
    if (this.#least === null || value < this.#least) {
      this.#least = value
      this.#kept.least = whole
    }
    if (this.#greatest === null || value > this.#greatest) {
      this.#greatest = value
      this.#kept.greatest = whole
    }
  }

  firstOf(chunk: ArrayLike<number | bigint>): void {
    let least = chunk[0] as number | bigint
    let greatest = least
    for (let i = 0; i < chunk.length; i++) {
      const value = chunk[i] as number | bigint
      if (value < least) least = value
      if (value > greatest) greatest = value
    }
    if (least !== this.#missing) {
      this.first(least, least)
      this.first(greatest, greatest)
    } else for (let i = 0; i < chunk.length; i++) this.first(chunk[i] as bigint, chunk[i])
  }

  second(): void {
    // The first pass finds all.
  }

  get kept(): readonly unknown[] {
    return Object.values(this.#kept)
  }
}

/** From here on, not every whole number is a double. */
const LARGEST = 2 ** 53

/**
 * Floats. The first pass finds the extremes, which decide the exponent and the digits before the point; the second the most
 * digits behind it, until there are as many as the precision permits.
 */
class Floats implements Collector {
  readonly #kind: FloatKind
  readonly #options: Printing
  /** The least and greatest finite number, the smallest magnitude that is not 0. */
  #least = Infinity
  #greatest = -Infinity
  #smallest = Infinity
  readonly #kept: Record<string, unknown> = {}
  readonly #longest: unknown[] = []
  #second: { readonly hasExponent: boolean; digits: number; scale: number } | null = null
  #isOpen: boolean | null = null

  constructor(kind: FloatKind, options: Printing) {
    this.#kind = kind
    this.#options = options
  }

  first(value: number, whole: unknown): void {
    if (value > this.#greatest && value !== Infinity) {
      this.#greatest = value
      this.#kept['greatest'] = whole
    }
    if (value < this.#least && value !== -Infinity) {
      this.#least = value
      this.#kept['least'] = whole
    }
    if (value > 0 ? value < this.#smallest : value < 0 && -value < this.#smallest) {
      this.#smallest = Math.abs(value)
      this.#kept['smallest'] = whole
    } else if (value === 0) {
      if (this.#kept['minus'] === undefined && Object.is(value, -0)) this.#kept['minus'] = whole
    } else if (value - value !== 0) {
      this.#kept[String(value)] ??= whole
    }
  }

  firstOf(chunk: ArrayLike<number>): void {
    let [least, greatest, smallest] = [Infinity, -Infinity, Infinity]
    let [isFinite, minus] = [true, false]
    for (let i = 0; i < chunk.length; i++) {
      const value = chunk[i] as number
      const size = value < 0 ? -value : value
      if (!(size < Infinity)) isFinite = false
      else {
        if (value < least) least = value
        if (value > greatest) greatest = value
        if (size < smallest && size > 0) smallest = size
        else if (size === 0 && Object.is(value, -0)) minus = true
      }
    }
    // The few numbers that decide, one of which may be the negative of one in the chunk: only its size counts.
    for (const value of [least, greatest, smallest]) if (value - value === 0) this.first(value, value)
    if (minus) this.first(-0, -0)
    if (isFinite) return
    for (let i = 0; i < chunk.length; i++) {
      const value = chunk[i] as number
      if (value - value !== 0) this.first(value, value)
    }
  }

  get isOpen(): boolean {
    return (this.#isOpen ??= this.#least <= this.#greatest)
  }

  second(value: number, whole: unknown): void {
    if (!Number.isFinite(value)) return
    const state = (this.#second ??= this.#begin())
    if (state.digits >= 0 && this.#isCovered(value, state)) return
    const digits = this.#digitsOf(value, state.hasExponent)
    if (digits <= state.digits) return
    state.digits = digits
    state.scale = 10 ** digits
    this.#longest.push(whole)
    const { floatmode, precision } = this.#options
    if (floatmode !== 'unique' && digits >= precision) this.#isOpen = false
  }

  secondOf(chunk: ArrayLike<number>): void {
    for (let i = 0; i < chunk.length && this.#isOpen !== false; i++) {
      const value = chunk[i] as number
      const state = this.#second
      if (state !== null && !state.hasExponent && state.digits >= 0) {
        // As #isCovered, for most elements.
        const scaled = value * state.scale
        if (scaled < LARGEST && scaled > -LARGEST && Math.round(scaled) / state.scale === value) continue
      }
      this.second(value, value)
    }
  }

  #begin(): { hasExponent: boolean; digits: number; scale: number } {
    const extremes = [this.#least, this.#greatest, this.#smallest].filter(Number.isFinite)
    return { hasExponent: needsExponent(extremes, this.#kind, this.#options), digits: -1, scale: 1 }
  }

  /** Whether a number reads back from as many digits as the column has: a quick look, false where it cannot tell. */
  #isCovered(
    value: number,
    { hasExponent, digits, scale }: { hasExponent: boolean; digits: number; scale: number },
  ): boolean {
    if (this.#options.floatmode === 'fixed') return true
    if (hasExponent) return digits < 100 && rounded(Number(value.toPrecision(digits + 1)), this.#kind) === value
    const scaled = value * scale
    if (Math.abs(scaled) < LARGEST) return Math.round(scaled) / scale === value || this.#reads(value, digits)
    return Number.isInteger(value) || this.#reads(value, digits)
  }

  #reads(value: number, digits: number): boolean {
    return digits <= 100 && rounded(Number(value.toFixed(digits)), this.#kind) === value
  }

  /** The digits behind the point of a number by itself. */
  #digitsOf(value: number, hasExponent: boolean): number {
    const { sign } = this.#options
    const text = hasExponent
      ? scientific(value, scientificOptions(this.#kind, sign, this.#options)).split('e')[0]
      : positional(value, positionalOptions(this.#kind, sign, this.#options))
    return (text?.split('.')[1] ?? '').length
  }

  get kept(): readonly unknown[] {
    return [...Object.values(this.#kept), ...this.#longest]
  }
}
