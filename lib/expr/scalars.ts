/**
 * Scalars without a dtype of their own, as Python's: they take that of the arrays beside them (NEP 50).
 * @module
 */
import type { DType } from '../dtype/index.js'
import { NUMBERS } from '../dtype/index.js'
import { number } from './node.js'

/** A weak scalar. Integers are of any size; `operand` is the number of the operand that a float is the value of. */
export type Weak =
  | { readonly weak: 'bool'; readonly value: boolean }
  | { readonly weak: 'int'; readonly value: bigint }
  | { readonly weak: 'float'; readonly value: number; readonly operand?: number }
  | { readonly weak: 'complex'; readonly value: { readonly re: number; readonly im: number } }

/** The weak scalar of a JavaScript value; null for any other value. A whole number is an integer, save -0. */
export function weakOf(value: unknown): Weak | null {
  if (typeof value === 'boolean') return { weak: 'bool', value }
  if (typeof value === 'bigint') return { weak: 'int', value }
  if (typeof value === 'number')
    return Number.isInteger(value) && !Object.is(value, -0)
      ? { weak: 'int', value: BigInt(value) }
      : { weak: 'float', value }
  if (typeof value !== 'object' || value === null) return null
  const { re, im } = value as { re?: unknown; im?: unknown }
  return typeof re === 'number' && typeof im === 'number' ? { weak: 'complex', value: { re, im } } : null
}

/** NumPy's dtype of a scalar that stands alone. */
export function defaultDType({ weak, value }: Weak): DType {
  if (weak !== 'int') return number(weak === 'bool' ? 'bool' : weak === 'float' ? 'float64' : 'complex128')
  return number(value >= 2n ** 63n ? 'uint64' : 'int64')
}

/** The dtype that a weak scalar takes beside an array of a dtype of numbers. */
export function besideDType({ weak }: Weak, dtype: DType): DType {
  const { kind, itemsize } = dtype
  if (weak === 'bool') return number('bool')
  if (weak === 'int') return kind === 'b' ? number('int64') : dtype
  if (weak === 'float') return kind === 'f' || kind === 'c' ? dtype : number('float64')
  if (kind === 'c') return dtype
  return number(kind === 'f' && itemsize <= 4 ? 'complex64' : 'complex128')
}

/** The values of the integers of a dtype. */
export function integerRange({ kind, itemsize }: DType): readonly [least: bigint, most: bigint] {
  const bits = BigInt(8 * itemsize)
  return kind === 'u' ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n]
}

/** Whether a dtype holds an integer. */
export function holds(dtype: DType, value: bigint): boolean {
  if (dtype.kind !== 'i' && dtype.kind !== 'u') return dtype.kind !== 'b'
  const [least, most] = integerRange(dtype)
  return least <= value && value <= most
}

/** The value that the codec of a dtype stores. */
export function valueFor({ weak, value }: Weak, { kind, name }: DType): unknown {
  if (weak === 'complex') return value
  if (kind === 'c') return { re: Number(value), im: 0 }
  if (kind === 'b') return Boolean(value)
  if (kind === 'f') return Number(value)
  return name in NUMBERS && weak === 'bool' ? BigInt(value) : value
}

/** The part of a scalar, as Python has it: of a bool an integer. */
export function partOfWeak(name: 'real' | 'imag', { weak, value }: Weak): Weak {
  if (weak === 'complex') return { weak: 'float', value: name === 'real' ? value.re : value.im }
  if (weak === 'float') return { weak, value: name === 'real' ? value : 0 }
  return { weak: 'int', value: name === 'real' ? BigInt(value) : 0n }
}

type Numeric = bigint | number

/** What an operator gives for two scalars, as in Python; null where it is not one of Python's for these. */
export function operateWeak(name: string, a: Weak, b?: Weak): Weak | null {
  if (a.weak === 'complex' || b?.weak === 'complex') return null
  if (b === undefined) return unary(name, a)
  if (a.weak === 'bool' && b.weak === 'bool') {
    if (name === 'bitwise_and') return { weak: 'bool', value: a.value && b.value }
    if (name === 'bitwise_or') return { weak: 'bool', value: a.value || b.value }
    if (name === 'bitwise_xor') return { weak: 'bool', value: a.value !== b.value }
  }
  const isFloat = a.weak === 'float' || b.weak === 'float'
  const [x, y]: [Numeric, Numeric] = isFloat ? [Number(a.value), Number(b.value)] : [BigInt(a.value), BigInt(b.value)]
  const compared = COMPARISONS[name]
  if (compared !== undefined) return { weak: 'bool', value: compared(x, y) }
  const result = isFloat ? float(name, x as number, y as number) : integer(name, x as bigint, y as bigint)
  if (result === null) return null
  return typeof result === 'bigint' ? { weak: 'int', value: result } : { weak: 'float', value: result }
}

const COMPARISONS: Readonly<Record<string, (x: Numeric, y: Numeric) => boolean>> = {
  less: (x, y) => x < y,
  less_equal: (x, y) => x <= y,
  equal: (x, y) => x === y,
  not_equal: (x, y) => x !== y,
  greater_equal: (x, y) => x >= y,
  greater: (x, y) => x > y,
}

function unary(name: string, a: Weak): Weak | null {
  if (a.weak === 'float') {
    const value = a.value
    return name === 'negative' ? { weak: 'float', value: -value } : name === 'positive' ? a : null
  }
  const value = BigInt(a.value as bigint)
  if (name === 'negative') return { weak: 'int', value: -value }
  if (name === 'positive') return { weak: 'int', value }
  return name === 'invert' ? { weak: 'int', value: ~value } : null
}

/** The largest shift and power that are computed, because integers have as many digits as they need. */
const MOST_BITS = 4096n

function integer(name: string, x: bigint, y: bigint): Numeric | null {
  switch (name) {
    case 'add':
      return x + y
    case 'subtract':
      return x - y
    case 'multiply':
      return x * y
    case 'divide':
      return y === 0n ? null : Number(x) / Number(y)
    case 'floor_divide':
      return y === 0n ? null : (x - modulo(x, y)) / y
    case 'remainder':
      return y === 0n ? null : modulo(x, y)
    case 'power':
      if (y < 0n) return x === 0n ? null : Number(x) ** Number(y)
      return y * BigInt(x.toString(2).length) > MOST_BITS ? null : x ** y
    case 'bitwise_and':
      return x & y
    case 'bitwise_or':
      return x | y
    case 'bitwise_xor':
      return x ^ y
    case 'left_shift':
      return y < 0n || y > MOST_BITS ? null : x << y
    case 'right_shift':
      return y < 0n ? null : x >> (y > MOST_BITS ? MOST_BITS : y)
    default:
      return null
  }
}

function modulo(x: bigint, y: bigint): bigint {
  const rest = x % y
  return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest
}

function float(name: string, x: number, y: number): number | null {
  switch (name) {
    case 'add':
      return x + y
    case 'subtract':
      return x - y
    case 'multiply':
      return x * y
    case 'divide':
      return y === 0 ? null : x / y
    case 'floor_divide':
      return y === 0 ? null : floorQuotient(x, y)
    case 'remainder':
      return y === 0 ? null : moduloFloat(x, y)
    case 'power':
      return x < 0 && !Number.isInteger(y) ? null : x === 0 && y < 0 ? null : x === 1 ? 1 : x ** y
    default:
      return null
  }
}

/** Python's `//` of floats. */
function floorQuotient(x: number, y: number): number {
  const rest = x % y
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0)
  if (quotient === 0) return Object.is(x / y, -0) ? -0 : 0
  const floor = Math.floor(quotient)
  return quotient - floor > 0.5 ? floor + 1 : floor
}

function moduloFloat(x: number, y: number): number {
  const rest = x % y
  if (rest === 0) return y < 0 ? -0 : 0
  return rest < 0 !== y < 0 ? rest + y : rest
}
