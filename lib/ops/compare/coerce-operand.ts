import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { parseDType } from '../../dtype/index.js'
import { arrayFrom, fromNestedLists } from '../from-values.js'

/**
 * What an array is compared with, as an array. A single number takes part in the precision of the array, as in NumPy 2; lists
 * have a dtype of their own. Ticks, `Date` and ISO text stand for dates.
 * @param weakScalar false where a single number has a dtype of its own too
 */
export function coerceOperand({ dtype }: ArrayBase, other: unknown, weakScalar = true): ArrayBase {
  if (other instanceof Uint8Array && dtype.names === null) {
    // One element of text or raw bytes.
    if (dtype.kind === 'S') return arrayFrom(other, parseDType(`S${Math.max(1, other.length)}`))
    if (dtype.kind === 'V') return arrayFrom(other, parseDType(`V${other.length}`))
  }
  const known = asArray(other)
  if (known !== null) return known
  const native = dtype.newByteOrder('=')
  if (dtype.kind === 'M' || dtype.kind === 'm' || dtype.kind === 'V') return arrayFrom(other, native)
  if (dtype.kind === 'S') return bytesOrText(other)
  if ('biu'.includes(dtype.kind)) return wholeOrNot(other)
  if (Array.isArray(other)) return fromNestedLists(other)
  if (isSingleNumber(other)) {
    return weakScalar && 'fc'.includes(dtype.kind) ? arrayFrom(Number(other), native) : wholeOrNot(other)
  }
  return weakScalar && dtype.kind === 'c' ? arrayFrom(other, native) : arrayFrom(other)
}

function isSingleNumber(value: unknown): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** Beside integers, numbers are exact where they are whole; what 64 bits do not hold lies beyond every element. */
function wholeOrNot(other: unknown): ArrayBase {
  const leaves = (Array.isArray(other) ? other.flat(Infinity) : [other]) as unknown[]
  const isWhole = leaves.every(
    (one) => typeof one === 'bigint' || typeof one === 'boolean' || Number.isSafeInteger(one),
  )
  if (!isWhole || leaves.every((one) => typeof one === 'boolean')) return arrayFrom(other)
  const whole = (leaves as (bigint | boolean | number)[]).map(BigInt)
  if (whole.every((value) => BigInt.asIntN(64, value) === value)) return arrayFrom(other, parseDType('int64'))
  if (whole.every((value) => BigInt.asUintN(64, value) === value)) return arrayFrom(other, parseDType('uint64'))
  return arrayFrom(asFloats(other), parseDType('float64'))
}

function asFloats(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asFloats)
  const number = Number(value)
  return number >= 2 ** 64 ? Infinity : number < -(2 ** 63) ? -Infinity : number
}

/** Text beside `S`, which is latin-1 when it is read. */
function bytesOrText(other: unknown): ArrayBase {
  const leaves = (Array.isArray(other) ? other.flat(Infinity) : [other]) as unknown[]
  if (!leaves.every((one) => typeof one === 'string' && /^[\0-\xff]*$/.test(one))) return arrayFrom(other)
  const length = leaves.reduce<number>((most, text) => Math.max(most, (text as string).length), 1)
  const encoded = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(encoded) : new Uint8Array(Buffer.from(value as string, 'latin1'))
  return arrayFrom(encoded(other), parseDType(`S${length}`))
}
