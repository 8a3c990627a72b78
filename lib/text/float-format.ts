import type { FloatKind } from '../scalar/dragon4.js'
import { positional, scientific } from '../scalar/float-text.js'
import type { PositionalOptions, ScientificOptions } from '../scalar/float-text.js'
import { halfToNumber, numberToHalf } from '../scalar/half.js'
import type { Printing } from './options.js'

/** The decimal digits that a kind always keeps (`numpy.finfo(...).precision`). */
const DECIMALS: Record<FloatKind, number> = { float16: 3, float32: 6, float64: 15 }

/** A column of numbers: the characters before and after the point, and the format. */
interface Column {
  readonly left: number
  readonly right: number
  readonly write: (x: number, padLeft: number) => string
}

/**
 * Returns the format of the numbers shown, which aligns their points: NumPy's `FloatingFormat`.
 * @param sign as the option; the imaginary part of a complex is always `'+'`
 */
export function floatFormat(
  values: readonly number[],
  kind: FloatKind,
  sign: Printing['sign'],
  options: Printing,
): (x: number) => string {
  const finite = values.filter(Number.isFinite)
  const column =
    finite.length === 0
      ? NOTHING_FINITE
      : needsExponent(finite, kind, options)
        ? scientificColumn(finite, kind, sign, options)
        : positionalColumn(finite, kind, sign, options)

  let left = column.left
  if (sign === ' ' && !finite.some(hasSign)) left++
  if (finite.length < values.length) {
    // Text for NaN and infinity is right-aligned over the whole column, including the point.
    const fromPoint = column.right + 1
    const signed = sign !== '-' || values.includes(-Infinity) ? 1 : 0
    left = Math.max(left, options.nanstr.length - fromPoint, options.infstr.length + signed - fromPoint)
  }
  const total = left + column.right + 1
  return (x) => {
    if (Number.isFinite(x)) return column.write(x, left)
    const plus = sign === '+' ? '+' : ''
    const text = Number.isNaN(x) ? plus + options.nanstr : (x < 0 ? '-' : plus) + options.infstr
    return text.padStart(total)
  }
}

const NOTHING_FINITE: Column = { left: 0, right: 0, write: String }

/** Returns true if the numbers are so far from 1 or from each other that NumPy uses exponents. */
export function needsExponent(finite: readonly number[], kind: FloatKind, { suppress }: Printing): boolean {
  const magnitudes = finite.filter((x) => x !== 0).map(Math.abs)
  if (magnitudes.length === 0) return false
  const largest = magnitudes.reduce((a, b) => Math.max(a, b))
  const smallest = magnitudes.reduce((a, b) => Math.min(a, b))
  if (largest >= 10 ** Math.min(8, DECIMALS[kind])) return true
  // NumPy compares and divides in the dtype itself.
  return !suppress && (smallest < rounded(1e-4, kind) || rounded(largest / smallest, kind) > 1000)
}

/** Rounds to the nearest float of a kind. */
export function rounded(x: number, kind: FloatKind): number {
  if (kind === 'float64') return x
  const single = Math.fround(x)
  return kind === 'float32' ? single : halfToNumber(numberToHalf(single))
}

function scientificColumn(
  finite: readonly number[],
  kind: FloatKind,
  sign: Printing['sign'],
  { floatmode, precision }: Printing,
): Column {
  const first = scientificOptions(kind, sign, { floatmode, precision })
  const parts = finite.map((x) => scientific(x, first).split(/[.e]/))
  const fraction = longest(parts, 1)
  const exponentDigits = longest(parts, 2) - 1
  const final: ScientificOptions = { ...first, precision: fraction, minDigits: fraction, trim: 'keep', exponentDigits }
  return {
    left: longest(parts, 0),
    right: exponentDigits + 2 + fraction,
    write: (x, padLeft) => scientific(x, { ...final, padLeft }),
  }
}

function positionalColumn(
  finite: readonly number[],
  kind: FloatKind,
  sign: Printing['sign'],
  { floatmode, precision }: Printing,
): Column {
  const first = positionalOptions(kind, sign, { floatmode, precision })
  const parts = finite.map((x) => positional(x, first).split('.'))
  const right = longest(parts, 1)
  const equal = floatmode === 'fixed' || floatmode === 'maxprec_equal'
  const final: PositionalOptions = equal
    ? { ...first, precision: right, minDigits: right, trim: 'keep', padRight: right }
    : { ...first, minDigits: 0, trim: 'point', padRight: right }
  return { left: longest(parts, 0), right, write: (x, padLeft) => positional(x, { ...final, padLeft }) }
}

type Digits = Pick<Printing, 'floatmode' | 'precision'>

/** The options of a number by itself, before the width of its column is known. */
export function positionalOptions(kind: FloatKind, sign: Printing['sign'], digits: Digits): PositionalOptions {
  return { ...sharedOptions(kind, sign, digits), padRight: 0 }
}

/** {@link positionalOptions} with an exponent. */
export function scientificOptions(kind: FloatKind, sign: Printing['sign'], digits: Digits): ScientificOptions {
  return { ...sharedOptions(kind, sign, digits), exponentDigits: 2 }
}

function sharedOptions(
  kind: FloatKind,
  sign: Printing['sign'],
  { floatmode, precision }: Digits,
): Omit<PositionalOptions, 'padRight'> {
  const unique = floatmode !== 'fixed'
  return {
    kind,
    unique,
    plus: sign === '+',
    precision: floatmode === 'unique' ? -1 : precision,
    minDigits: -1,
    trim: unique ? 'point' : 'keep',
    padLeft: 0,
  }
}

function longest(parts: readonly (readonly string[])[], index: number): number {
  return parts.reduce((most, piece) => Math.max(most, piece[index]?.length ?? 0), 0)
}

function hasSign(x: number): boolean {
  return x < 0 || Object.is(x, -0)
}
