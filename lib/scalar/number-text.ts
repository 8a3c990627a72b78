// Scalars as text: Python's and NumPy's `str`.
import type { Complex } from '../dtype/index.js'
import type { FloatKind } from './dragon4.js'
import { positional, scientific } from './float-text.js'
import type { Trim } from './float-text.js'

/** The bounds from which on, and below which, a scalar has an exponent. */
const MAX_POSITIONAL: Record<FloatKind, number> = { float16: 1e3, float32: 1e6, float64: 1e16 }
const MIN_POSITIONAL = 1e-4

/** `str` of a NumPy float: the shortest digits of its kind, `1.0` for a whole number, `1e+16` for a large one. */
export function floatScalar(x: number, kind: FloatKind): string {
  return shortest(x, kind, 'one-zero', false)
}

/** `str` of a NumPy complex: `(1-1j)`, or `1j` where the real part is 0. */
export function complexScalar({ re, im }: Complex, kind: FloatKind): string {
  if (Object.is(re, 0)) return `${shortest(im, kind, 'all', false)}j`
  return `(${shortest(re, kind, 'all', false)}${shortest(im, kind, 'all', true)}j)`
}

/**
 * `str` of a Python number. A safe integer is an int (`5` is `'5'`), any other number a float (`1.5`, `1e+21`, `nan`, `-0.0`).
 */
export function pythonNumber(value: number | bigint | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint' || (Number.isSafeInteger(value) && !Object.is(value, -0))) return String(value)
  return floatScalar(value, 'float64')
}

function shortest(x: number, kind: FloatKind, trim: Trim, plus: boolean): string {
  if (Number.isNaN(x)) return plus ? '+nan' : 'nan'
  if (!Number.isFinite(x)) return x < 0 ? '-inf' : plus ? '+inf' : 'inf'
  const size = Math.abs(x)
  const shared = { kind, precision: -1, minDigits: -1, unique: true, plus, padLeft: 0 }
  if (size === 0 || (size >= MIN_POSITIONAL && size < MAX_POSITIONAL[kind])) {
    return positional(x, { ...shared, trim, padRight: 0 })
  }
  return scientific(x, { ...shared, trim: 'all', exponentDigits: 2 })
}
