// One float as text, as NumPy's `dragon4_positional` and `dragon4_scientific`.
import { dragon4 } from './dragon4.js'
import type { FloatKind } from './dragon4.js'

/** What happens to zeros at the end: all stay, all go but the point stays, one stays after the point, or the point goes too. */
export type Trim = 'keep' | 'point' | 'one-zero' | 'all'

interface FloatTextOptions {
  readonly kind: FloatKind
  /** Digits after the point at most; -1 is as many as it takes. */
  readonly precision: number
  /** Digits after the point at least, where digits are the shortest ones. */
  readonly minDigits: number
  readonly unique: boolean
  readonly trim: Trim
  /** Whether to write a plus. */
  readonly plus: boolean
  /** Characters before the point to fill up to, with spaces. */
  readonly padLeft: number
}

export interface PositionalOptions extends FloatTextOptions {
  /** Characters after the point to fill up to, with spaces. */
  readonly padRight: number
}

export interface ScientificOptions extends FloatTextOptions {
  /** Digits of the exponent at least. */
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
  const whole = exponent < 0 ? '0' : digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  const rest = exponent < 0 ? '0'.repeat(-exponent - 1) + digits : digits.slice(exponent + 1)
  const fraction = trimmed(rest, trim, unique ? minDigits : precision)
  const point = fraction === '' && trim === 'all' ? '' : '.'
  return (signOf(x, options.plus) + whole).padStart(options.padLeft) + point + fraction.padEnd(options.padRight)
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

/** Limits of scientific text count the digit before the point too. */
function oneMore(limit: number): number {
  return limit < 0 ? -1 : limit + 1
}

function signOf(x: number, plus: boolean): string {
  if (x < 0 || Object.is(x, -0)) return '-'
  return plus ? '+' : ''
}
