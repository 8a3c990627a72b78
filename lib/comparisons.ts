/**
 * Two arrays element by element.
 * @module
 */
import { sourceOf } from './assign.js'
import { broadcastStrides } from './axes.js'
import { array as arrayOf, blank, positions } from './create.js'
import { Code, dtype as dtypeOf, given } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { calling, native } from './native.js'
import { viewOf } from './ndarray.js'
import type { NDArray } from './ndarray.js'
import { checkOptions } from './options.js'
import { operand } from './operand.js'
import { broadcastShapes } from './shape.js'

/** How two elements are compared. */
export type Comparison = (typeof OPS)[number]

// In the order of the numbers that the binding takes.
const OPS = ['<', '<=', '==', '!=', '>=', '>'] as const

/** `NDArray.compare`. */
export function compare(array: NDArray, op: Comparison, other: unknown): NDArray {
  array.store.checkOpen()
  const number = OPS.indexOf(op)
  if (number < 0) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a comparison is one of ${OPS.map((one) => `'${one}'`).join(', ')} (got ${given(op)})`)
  }
  const [left, right] = together(array, otherOf(array, other))
  const made = blank(left.shape, dtypeOf('bool'))
  if (left.dtype.code === Code.Opaque || right.dtype.code === Code.Opaque || differentTicks(left, right)) {
    compareOneByOne(made, number, left, right)
    return made
  }
  const a = operand(left)
  const b = operand(right)
  const to = operand(made)
  calling(() => native.compare(number, a.memory, a.layout, b.memory, b.layout, to.memory, to.layout))
  return made
}

/** `NDArray.equals`: the same shape and elements, as NumPy's `array_equal`. */
export function equals(array: NDArray, other: unknown): boolean {
  array.store.checkOpen()
  const right = otherOf(array, other)
  if (array.ndim !== right.ndim || array.shape.some((length, axis) => length !== right.shape[axis])) return false
  const opaque = array.dtype.code === Code.Opaque || right.dtype.code === Code.Opaque
  if (opaque || differentTicks(array, right)) return compare(array, '==', right).all() as boolean
  const a = operand(array)
  const b = operand(right)
  return calling(() => native.equals(a.memory, a.layout, b.memory, b.layout))
}

/** How far two elements may be apart. */
export interface CloseOptions {
  /** Relative to the other array's element; 1e-5 by default. */
  rtol?: number
  /** In itself; 1e-8 by default. */
  atol?: number
  /** Whether NaN is close to NaN; not by default. */
  equalNaN?: boolean
}

/** `NDArray.allClose`: NumPy's `allclose`. */
export function allClose(array: NDArray, other: unknown, options: CloseOptions = {}): boolean {
  array.store.checkOpen()
  checkOptions(options, ['rtol', 'atol', 'equalNaN'], 'allClose')
  const { rtol = 1e-5, atol = 1e-8, equalNaN = false } = options
  for (const [name, value] of [['rtol', rtol], ['atol', atol]] as const) {
    if (typeof value !== 'number' || !(value >= 0)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', `${name} is a number that is not negative (got ${given(value)})`)
    }
  }
  const [left, right] = together(array, otherOf(array, other))
  const a = operand(left)
  const b = operand(right)
  return calling(() => native.allClose(a.memory, a.layout, b.memory, b.layout, rtol, atol, equalNaN))
}

/** The other side as an array. A number takes part in the precision of the array that it is compared with, as in NumPy 2. */
function otherOf(array: NDArray, other: unknown): NDArray {
  const known = sourceOf(other, array.dtype)
  if (known !== null) return known
  const { dtype } = array
  if (typeof other === 'number' || typeof other === 'bigint' || typeof other === 'boolean') {
    if ('fc'.includes(dtype.kind)) return arrayOf(Number(other), { dtype: dtype.newByteOrder('=') })
    if ('biu'.includes(dtype.kind)) return wholeOrFloat(other)
  }
  return arrayOf(other, { dtype: dtype.newByteOrder('=') })
}

/** A number beside integers: exact where it is whole and fits in 64 bits. */
function wholeOrFloat(value: number | bigint | boolean): NDArray {
  if (typeof value === 'boolean') return arrayOf(value, { dtype: 'bool' })
  if (typeof value === 'number' && !Number.isInteger(value)) return arrayOf(value, { dtype: 'float64' })
  const whole = BigInt(value)
  if (BigInt.asIntN(64, whole) === whole) return arrayOf(whole, { dtype: 'int64' })
  if (BigInt.asUintN(64, whole) === whole) return arrayOf(whole, { dtype: 'uint64' })
  return arrayOf(Number(value), { dtype: 'float64' })
}

function together(a: NDArray, b: NDArray): [NDArray, NDArray] {
  const shape = broadcastShapes(a.shape, b.shape)
  const spread = (array: NDArray): NDArray =>
    viewOf(array, { shape, byteStrides: broadcastStrides(array, shape), position: array.position })
  return [spread(a), spread(b)]
}

function differentTicks({ dtype: a }: NDArray, { dtype: b }: NDArray): boolean {
  return a.code === Code.Time && b.code === Code.Time && a.name !== b.name
}

/** Text by code points, records by their fields, raw bytes by bytes: through JavaScript values. */
function compareOneByOne(into: NDArray, op: number, left: NDArray, right: NDArray): void {
  const text = 'SU'
  const ordered = text.includes(left.dtype.kind) && text.includes(right.dtype.kind)
  const same = left.dtype.kind === right.dtype.kind
  const equality = op === 2 || op === 3
  if (!ordered && !(same && equality)) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `elements of ${left.dtype.name} and ${right.dtype.name} cannot be compared with '${OPS[op]}': convert one with astype()`,
    )
  }
  const others = right.values()
  const places = positions(into)
  for (const a of left.values()) {
    const b = others.next().value
    const difference = ordered ? byCodePoints(a as string, b as string) : sameValue(a, b) ? 0 : 1
    const at = places.next().value as number
    into.store.viewAt(at, 1).setUint8(into.store.at, holds(op, difference) ? 1 : 0)
  }
}

function holds(op: number, difference: number): boolean {
  switch (op) {
    case 0:
      return difference < 0
    case 1:
      return difference <= 0
    case 2:
      return difference === 0
    case 3:
      return difference !== 0
    case 4:
      return difference >= 0
    default:
      return difference > 0
  }
}

/** As NumPy orders text; JavaScript's own order is that of UTF-16, in which surrogates come before some other characters. */
function byCodePoints(a: string, b: string): number {
  const left = [...a]
  const right = [...b]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Equality of what elements read as: NaN is not equal to itself. */
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b
  const left = Object.entries(a)
  const right = b as Record<string, unknown>
  return left.length === Object.keys(b).length && left.every(([key, value]) => sameValue(value, right[key]))
}
