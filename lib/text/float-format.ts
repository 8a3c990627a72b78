import type { FloatKind } from '../scalar/dragon4.js'
import { positional, scientific } from '../scalar/float-text.js'
import type { PositionalOptions, ScientificOptions, Trim } from '../scalar/float-text.js'
import { halfToNumber, numberToHalf } from '../scalar/half.js'
import type { Printing } from './options.js'

/** Decimal digits that a kind always keeps (`numpy.finfo(...).precision`). */
const DECIMALS: Record<FloatKind, number> = { float16: 3, float32: 6, float64: 15 }

/** Where the text of a number ends up: characters before the point, and after it. */
interface Column {
  readonly left: number
  readonly right: number
  readonly write: (x: number, padLeft: number) => string
}

/**
 * How to write each of the numbers that are shown, so that their points stand below each other: NumPy's `FloatingFormat`.
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
        ? exponents(finite, kind, sign, options)
        : points(finite, kind, sign, options)

  let left = column.left
  if (sign === ' ' && !finite.some(hasSign)) left++
  if (finite.length < values.length) {
    // Text for NaN and infinity is right-aligned over the whole column, the point included.
    const behind = column.right + 1
    const signed = sign !== '-' || values.includes(-Infinity) ? 1 : 0
    left = Math.max(left, options.nanstr.length - behind, options.infstr.length + signed - behind)
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

/** Whether the numbers lie so far from 1 or from each other that columns of digits would mislead. */
function needsExponent(finite: readonly number[], kind: FloatKind, { suppress }: Printing): boolean {
  const sizes = finite.filter((x) => x !== 0).map(Math.abs)
  if (sizes.length === 0) return false
  const largest = sizes.reduce((a, b) => Math.max(a, b))
  const smallest = sizes.reduce((a, b) => Math.min(a, b))
  if (largest >= 10 ** Math.min(8, DECIMALS[kind])) return true
  // NumPy compares and divides in the dtype itself.
  return !suppress && (smallest < rounded(1e-4, kind) || rounded(largest / smallest, kind) > 1000)
}

function rounded(x: number, kind: FloatKind): number {
  if (kind === 'float64') return x
  const single = Math.fround(x)
  return kind === 'float32' ? single : halfToNumber(numberToHalf(single))
}

function exponents(
  finite: readonly number[],
  kind: FloatKind,
  sign: Printing['sign'],
  { floatmode, precision }: Printing,
): Column {
  const unique = floatmode !== 'fixed'
  const shared = { kind, unique, plus: sign === '+' }
  const first: ScientificOptions = {
    ...shared,
    precision: floatmode === 'unique' ? -1 : precision,
    minDigits: -1,
    trim: unique ? 'point' : 'keep',
    padLeft: 0,
    exponentDigits: 2,
  }
  const pieces = finite.map((x) => scientific(x, first).split(/[.e]/))
  const fraction = longest(pieces, 1)
  const exponentDigits = longest(pieces, 2) - 1
  const final: ScientificOptions = { ...first, precision: fraction, minDigits: fraction, trim: 'keep', exponentDigits }
  return {
    left: longest(pieces, 0),
    right: exponentDigits + 2 + fraction,
    write: (x, padLeft) => scientific(x, { ...final, padLeft }),
  }
}

function points(
  finite: readonly number[],
  kind: FloatKind,
  sign: Printing['sign'],
  { floatmode, precision }: Printing,
): Column {
  const unique = floatmode !== 'fixed'
  const trim: Trim = unique ? 'point' : 'keep'
  const first: PositionalOptions = {
    kind,
    unique,
    plus: sign === '+',
    precision: floatmode === 'unique' ? -1 : precision,
    minDigits: -1,
    trim,
    padLeft: 0,
    padRight: 0,
  }
  const pieces = finite.map((x) => positional(x, first).split('.'))
  const right = longest(pieces, 1)
  const equal = floatmode === 'fixed' || floatmode === 'maxprec_equal'
  const final: PositionalOptions = equal
    ? { ...first, precision: right, minDigits: right, trim: 'keep', padRight: right }
    : { ...first, minDigits: 0, trim: 'point', padRight: right }
  return { left: longest(pieces, 0), right, write: (x, padLeft) => positional(x, { ...final, padLeft }) }
}

function longest(pieces: readonly (readonly string[])[], index: number): number {
  return pieces.reduce((most, piece) => Math.max(most, piece[index]?.length ?? 0), 0)
}

function hasSign(x: number): boolean {
  return x < 0 || Object.is(x, -0)
}
