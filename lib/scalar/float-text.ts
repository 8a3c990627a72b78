// The text of one float, as NumPy's `dragon4_positional` and `dragon4_scientific`.
import { dragon4 } from './dragon4.js'
import type { FloatKind } from './dragon4.js'

/** The trimming of trailing zeros: none, all but the point, all but one after the point, or all and the point. */
export type Trim = 'keep' | 'point' | 'one-zero' | 'all'

interface FloatTextOptions {
  readonly kind: FloatKind
  /** The largest number of digits after the point; -1 is no limit. */
  readonly precision: number
  /** The smallest number of digits after the point, with `unique`. */
  readonly minDigits: number
  readonly unique: boolean
  readonly trim: Trim
  /** True to write a plus. */
  readonly plus: boolean
  /** The width before the point, padded with spaces. */
  readonly padLeft: number
}

export interface PositionalOptions extends FloatTextOptions {
  /** The width after the point, padded with spaces. */
  readonly padRight: number
}

export interface ScientificOptions extends FloatTextOptions {
  /** The smallest number of digits of the exponent. */
  readonly exponentDigits: number
}

/** `ddd.ddd` of a finite number. */
export function positional(x: number, options: PositionalOptions): string {
  const { kind, precision, minDigits, unique, trim } = options
  const { digits, exponent } = dragon4(Math.abs(x), kind, {
    unique,
    counts: 'fraction',
    max: precision,
    min: minDigits,
  })
  const integerPart = exponent < 0 ? '0' : digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const rest = exponent < 0 ? '0'.repeat(-exponent - 1) + digits : digits.slice(exponent + 1)
  const fraction = trimmed(rest, trim, unique ? minDigits : precision)
  const point = fraction === '' && trim === 'all' ? '' : '.'
  return (signOf(x, options.plus) + integerPart).padStart(options.padLeft) + point + fraction.padEnd(options.padRight)
}

/** `d.ddde+dd` of a finite number. */
export function scientific(x: number, options: ScientificOptions): string {
  const { kind, precision, minDigits, unique, trim } = options
  const cutoff = { unique, counts: 'total' as const, max: oneMore(precision), min: oneMore(minDigits) }
  const { digits, exponent } = dragon4(Math.abs(x), kind, cutoff)
  const fraction = trimmed(digits.slice(1), trim, unique ? minDigits : precision)
  const point = fraction === '' && trim === 'all' ? '' : '.'
  const power = String(Math.abs(exponent)).padStart(options.exponentDigits, '0')
  const mantissa = (signOf(x, options.plus) + digits.slice(0, 1)).padStart(options.padLeft) + point + fraction
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${power}`
}

function trimmed(fraction: string, trim: Trim, atLeast: number): string {
  if (trim === 'keep') return fraction.padEnd(Math.max(atLeast, 0), '0')
  const bare = fraction.replace(/0+$/, '')
  return trim === 'one-zero' && bare === '' ? '0' : bare
}

/** The limit including the digit before the point, which `'total'` counts too. */
function oneMore(limit: number): number {
  return limit < 0 ? -1 : limit + 1
}

function signOf(x: number, plus: boolean): string {
  if (x < 0 || Object.is(x, -0)) return '-'
  return plus ? '+' : ''
}
