/**
 * The other operand of a comparison. It keeps a dtype of its own, and is never cast to that of the array first.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { parseDType, promoteDTypes } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { checkList } from '../../errors/check-size.js'
import { checkHasMemory, isDate, isUint8Array } from '../../errors/brands.js'
import { elementOf } from '../assign-value.js'
import { noUnit } from '../cast/times.js'
import { castTo } from '../copy.js'
import { discoverDType, discoverFlexible } from '../discover-dtype.js'
import { fromFlat } from '../from-values.js'
import { elementsOf } from '../iterate.js'
import { flattenLists, forEachLeaf } from '../nested-lists.js'
import type { Flat, Placed } from '../nested-lists.js'
import { isNumber, noComparison } from './comparable.js'

/** Numbers that no dtype holds together exactly, in C order. */
export class ExactNumbers {
  constructor(
    readonly shape: readonly number[],
    readonly values: readonly (number | bigint)[],
  ) {}
}

/** Records as JavaScript values, whose fields are compared as values beside plain arrays. */
export class RecordValues {
  constructor(readonly flat: Flat) {}
}

/** What an array is compared with. */
export type Comparand = ArrayBase | ExactNumbers | RecordValues

/**
 * Converts the other operand of a comparison. A single number takes the precision of floats, as in NumPy 2 (NEP 50); lists have
 * their own dtype. Beside integers, whole numbers are exact; beside dates, numbers are ticks.
 * @param weakScalar false if a single number has its own dtype too
 * @param mayClamp whether only the order counts, in which a number beyond 64 bits is infinite beside integers
 */
export function coerceOperand({ dtype }: ArrayBase, other: unknown, weakScalar = true, mayClamp = true): Comparand {
  const existing = isBytes(dtype) && isUint8Array(other) ? null : asArray(other)
  if (existing !== null) return existing
  // Records can be lists, and text and raw bytes typed arrays.
  const flat = flattenLists(other, dtype.names !== null || isBytes(dtype) ? dtype : undefined)
  const isSingle = flat.shape.length === 0
  return coerceFlat(dtype, flat, weakScalar && isSingle, mayClamp && isSingle)
}

/** Converts flattened lists beside elements of a dtype; see {@link coerceOperand}. */
export function coerceFlat(dtype: DType, flat: Flat, isWeak: boolean, mayClamp: boolean): Comparand {
  if (dtype.names !== null) {
    return flat.leaves.length === 0 && flat.arrays.length > 0
      ? fromFlat(flat, discoverDType(flat))
      : new RecordValues(flat)
  }
  switch (dtype.kind) {
    case 'V':
      return rawBytes(dtype, flat)
    case 'S':
      return bytesOrText(flat)
    case 'M':
    case 'm':
      return times(dtype, flat)
    case 'b':
    case 'i':
    case 'u':
      return besideIntegers(flat, mayClamp)
    case 'f':
    case 'c':
      return besideFloats(dtype, flat, isWeak)
    default:
      return fromFlat(flat, discoverDType(flat))
  }
}

function isBytes({ kind, names }: DType): boolean {
  return names === null && (kind === 'S' || kind === 'V')
}

function isReal(value: unknown): value is number | bigint | boolean {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
}

/** Beside integers: whole numbers exactly, fractions as floats. */
function besideIntegers(flat: Flat, mayClamp: boolean): ArrayBase | ExactNumbers {
  const { shape, leaves, arrays } = flat
  const isReals = leaves.every(isReal) && arrays.every(({ array }) => 'biuf'.includes(array.dtype.kind))
  if (!isReals) return fromFlat(flat, discoverDType(flat))
  const numbers = leaves.map((leaf) => (typeof leaf === 'boolean' ? leaf : inReach(leaf as number | bigint)))
  if (!mayClamp && numbers.some((number, at) => isHuge(number, leaves[at]))) return exactNumbers(flat)
  const dtypes = arrays.map(({ array }) => array.dtype)
  if (leaves.length > 0) {
    const own = dtypeOfReals(numbers)
    if (own === null) return exactNumbers(flat)
    dtypes.push(own)
  }
  const common = dtypes.reduce((a, b) => promoteDTypes(a, b) as DType, dtypes[0] ?? parseDType('float64'))
  // float64 holds no 64-bit integer exactly.
  if (common.kind === 'f' && dtypes.some(({ kind, itemsize }) => 'iu'.includes(kind) && itemsize === 8))
    return exactNumbers(flat)
  return fromFlat({ shape, leaves: numbers, arrays }, common)
}

/** Returns true for a number that {@link inReach} made infinite. */
function isHuge(number: unknown, leaf: unknown): boolean {
  return typeof number === 'number' && !Number.isFinite(number) && number !== leaf && !Number.isNaN(leaf)
}

/** Whole numbers as integers; those beyond 64 bits as infinity, because no element is as large. */
function inReach(number: number | bigint): number | bigint {
  if (typeof number === 'number' && !Number.isInteger(number)) return number
  const whole = BigInt(number)
  return whole >= 2n ** 64n ? Infinity : whole < -(2n ** 63n) ? -Infinity : whole
}

/** The dtype that holds these numbers exactly beside 64-bit integers; null where there is none. */
function dtypeOfReals(numbers: readonly (number | bigint | boolean)[]): DType | null {
  if (numbers.every((one) => typeof one === 'boolean')) return parseDType('bool')
  const integers = numbers.every((one) => typeof one !== 'number') ? numbers.map(BigInt) : null
  if (integers?.every((value) => BigInt.asIntN(64, value) === value)) return parseDType('int64')
  if (integers?.every((value) => BigInt.asUintN(64, value) === value)) return parseDType('uint64')
  // A fraction is smaller than 2^53 and compares exactly with an integer that is rounded to float64.
  const isSafe = numbers.every((one) => typeof one !== 'bigint' || Number.isSafeInteger(Number(one)))
  return isSafe ? parseDType('float64') : null
}

/** Beside floats: a single number in their precision, lists in their own dtype. */
function besideFloats(dtype: DType, flat: Flat, isWeak: boolean): ArrayBase | ExactNumbers {
  const { leaves, arrays } = flat
  if (isWeak && arrays.length === 0) {
    const native = dtype.newByteOrder('=')
    if (leaves.every(isReal)) return fromFlat({ ...flat, leaves: leaves.map(Number) }, native)
    if (dtype.kind === 'c') return fromFlat(flat, native)
  }
  const anyHuge = leaves.some((leaf) => typeof leaf === 'bigint' && typeof inReach(leaf) === 'number')
  if (!anyHuge || !leaves.every(isReal)) return fromFlat(flat, discoverDType(flat))
  if (dtype.kind === 'f' && arrays.every(({ array }) => 'biuf'.includes(array.dtype.kind))) return exactNumbers(flat)
  const numbers = { ...flat, leaves: leaves.map(Number) }
  return fromFlat(numbers, discoverDType(numbers))
}

/** All elements of lists of real numbers. */
function exactNumbers(flat: Flat): ExactNumbers {
  const values: (number | bigint)[] = []
  const put = (value: unknown, position: number): void => {
    values[position] = typeof value === 'boolean' ? Number(value) : (value as number | bigint)
  }
  forEachLeaf(flat, put)
  for (const { array, start } of flat.arrays) {
    let position = start
    for (const value of elementsOf(array)) put(value, position++)
  }
  return new ExactNumbers(flat.shape, values)
}

/**
 * Raw bytes, all of one length.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` where lengths differ, because NumPy does not compare these
 */
function rawBytes(dtype: DType, flat: Flat): ArrayBase {
  if (flat.leaves.length === 0) return fromFlat(flat, discoverDType(flat))
  const lengths = flat.leaves.map((leaf) => {
    if (!ArrayBuffer.isView(leaf)) return dtype.itemsize
    checkHasMemory(leaf)
    return leaf.byteLength
  })
  const dtypes = lengths.map((length) => parseDType(`V${length}`)).concat(flat.arrays.map(({ array }) => array.dtype))
  const [first = dtype] = dtypes
  const other = dtypes.find((one) => !one.equals(first))
  if (other !== undefined) throw noComparison('==', first, other)
  return fromFlat(flat, first)
}

/** Text beside `S`, which reads as latin-1. */
function bytesOrText(flat: Flat): ArrayBase {
  const { leaves, arrays } = flat
  const isBytesOnly =
    leaves.every((one) => isUint8Array(one) || (typeof one === 'string' && /^[\0-\xff]*$/.test(one))) &&
    arrays.every(({ array }) => array.dtype.kind === 'S')
  if (!isBytesOnly) return fromFlat(flat, discoverDType(flat))
  const encoded = leaves.map((one) => (typeof one === 'string' ? new Uint8Array(Buffer.from(one, 'latin1')) : one))
  const bytes = { ...flat, leaves: encoded }
  return fromFlat(bytes, discoverFlexible(parseDType('S'), bytes))
}

/**
 * Dates and durations in the finest unit of the values: milliseconds of a Date, that of each text, that of each array, and that of
 * the compared elements for ticks.
 */
function times(dtype: DType, flat: Flat): ArrayBase {
  const native = dtype.newByteOrder('=')
  const isOwn = (leaf: unknown): boolean => dtype.kind === 'M' && (typeof leaf === 'string' || isDate(leaf))
  if (flat.arrays.length === 0 && !flat.leaves.some(isOwn)) return fromFlat(flat, native)
  // Beside arrays of durations in the same list, numbers are ticks of the list's unit, as in NumPy.
  if (dtype.kind === 'm' && flat.leaves.every(isReal) && flat.arrays.some(({ array }) => array.dtype.kind === 'm'))
    return fromFlat(flat, discoverDType(flat))
  const leaves: unknown[] = []
  const arrays: Placed[] = flat.arrays.map(({ array, start }) => ({ array: asTimes(array), start }))
  forEachLeaf(flat, (leaf, start) => {
    if (isOwn(leaf)) leaves.push(leaf)
    else arrays.push({ array: elementOf(leaf, native), start })
  })
  const own = { shape: flat.shape, leaves, arrays: arrays.toSorted((a, b) => a.start - b.start) }
  const finest = discoverFlexible(parseDType(`${dtype.kind}8`), own)
  return fromFlat(own, noUnit(finest) ? native : finest)

  function asTimes(array: ArrayBase): ArrayBase {
    if (array.dtype.kind === dtype.kind) return array
    if (isNumber(array.dtype)) return castTo(array, native)
    checkList(array.size, 'convert the array with astype() first')
    return times(dtype, { shape: array.shape, leaves: Array.from(elementsOf(array)), arrays: [] })
  }
}
