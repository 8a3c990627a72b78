import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { parseDType } from '../../dtype/index.js'
import { arrayFrom, fromNestedLists } from '../from-values.js'

/**
 * Converts the other operand of a comparison to an array. A single number takes the precision of the array, as in NumPy 2
 * (NEP 50); lists have their own dtype. Beside dates, ticks, `Date` and ISO text are dates.
 * @param weakScalar false if a single number has its own dtype too
 */
export function coerceOperand({ dtype }: ArrayBase, other: unknown, weakScalar = true): ArrayBase {
  if (other instanceof Uint8Array && dtype.names === null) {
    // One element of text or raw bytes.
    if (dtype.kind === 'S') return arrayFrom(other, parseDType(`S${Math.max(1, other.length)}`))
    if (dtype.kind === 'V') return arrayFrom(other, parseDType(`V${other.length}`))
  }
  const existing = asArray(other)
  if (existing !== null) return existing
  const native = dtype.newByteOrder('=')
  if (dtype.kind === 'M' || dtype.kind === 'm' || dtype.kind === 'V') return arrayFrom(other, native)
  if (dtype.kind === 'S') return bytesOrText(other)
  if ('biu'.includes(dtype.kind)) return integersOrFloats(other)
  if (Array.isArray(other)) return fromNestedLists(other)
  if (isSingleNumber(other)) {
    return weakScalar && 'fc'.includes(dtype.kind) ? arrayFrom(Number(other), native) : integersOrFloats(other)
  }
  return weakScalar && dtype.kind === 'c' ? arrayFrom(other, native) : arrayFrom(other)
}

function isSingleNumber(value: unknown): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** Converts numbers beside integers: whole numbers exactly; those beyond 64 bits to infinity, because no element is as large. */
function integersOrFloats(other: unknown): ArrayBase {
  const leaves = (Array.isArray(other) ? other.flat(Infinity) : [other]) as unknown[]
  const isWhole = leaves.every(
    (one) => typeof one === 'bigint' || typeof one === 'boolean' || Number.isSafeInteger(one),
  )
  if (!isWhole || leaves.every((one) => typeof one === 'boolean')) return arrayFrom(other)
  const integers = (leaves as (bigint | boolean | number)[]).map(BigInt)
  if (integers.every((value) => BigInt.asIntN(64, value) === value)) return arrayFrom(other, parseDType('int64'))
  if (integers.every((value) => BigInt.asUintN(64, value) === value)) return arrayFrom(other, parseDType('uint64'))
  return arrayFrom(asFloats(other), parseDType('float64'))
}

function asFloats(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asFloats)
  const number = Number(value)
  return number >= 2 ** 64 ? Infinity : number < -(2 ** 63) ? -Infinity : number
}

/** Converts text beside `S`, which reads as latin-1. */
function bytesOrText(other: unknown): ArrayBase {
  const leaves = (Array.isArray(other) ? other.flat(Infinity) : [other]) as unknown[]
  if (!leaves.every((one) => typeof one === 'string' && /^[\0-\xff]*$/.test(one))) return arrayFrom(other)
  const length = leaves.reduce<number>((longest, text) => Math.max(longest, (text as string).length), 1)
  const encode = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(encode) : new Uint8Array(Buffer.from(value as string, 'latin1'))
  return arrayFrom(encode(other), parseDType(`S${length}`))
}
