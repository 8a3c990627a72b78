/**
 * The common dtype of two: NumPy's `promote_types`.
 * @module
 */
import { fieldsInOrder } from './descr.js'
import type { DType } from './dtype.js'
import { flexible, plain, time } from './plain.js'
import { structured, subarray } from './struct.js'
import { NUMBERS } from './table.js'
import type { NumberName, NumberRow } from './table.js'
import { commonUnit } from './time-unit.js'

/** The smallest dtype in native byte order that both convert to without loss of kind; null where NumPy has none. */
export function promoteDTypes(a: DType, b: DType): DType | null {
  if (a === b && a.isNative && a.names === null) return a
  if (a.shape.length > 0 || b.shape.length > 0) return promoteSubArrays(a, b)
  if (a.names !== null && b.names !== null) return promoteRecords(a, b)
  if (a.kind === 'V' || b.kind === 'V') {
    const isSame = a.kind === b.kind && a.names === null && b.names === null && a.itemsize === b.itemsize
    return isSame ? a : null
  }
  if (isText(a) || isText(b)) return promoteText(a, b)
  if (a.unit !== null || b.unit !== null) return promoteTimes(a, b)
  return plain(promoteNumbers(a, b))
}

function promoteSubArrays(a: DType, b: DType): DType | null {
  if (a.shape.length !== b.shape.length || a.shape.some((length, axis) => length !== b.shape[axis])) return null
  const base = promoteDTypes(a.base, b.base)
  return base === null ? null : subarray(base, a.shape, a)
}

/** Records with the same names and titles in the same order; the fields of the result follow one another. */
function promoteRecords(a: DType, b: DType): DType | null {
  const [left, right] = [fieldsInOrder(a), fieldsInOrder(b)]
  if (left.length !== right.length) return null
  const fields: { name: string; title: string | undefined; dtype: DType }[] = []
  for (const [index, { name, title, dtype }] of left.entries()) {
    const other = right[index] as (typeof right)[number]
    const common = name === other.name && title === other.title ? promoteDTypes(dtype, other.dtype) : null
    if (common === null) return null
    fields.push({ name, title, dtype: common })
  }
  return structured(fields, { aligned: a.isAlignedStruct || b.isAlignedStruct }, a)
}

/** Text as long as the longer one; a number counts with the length of NumPy's `astype('S')`. Dates have no common text. */
function promoteText(a: DType, b: DType): DType | null {
  if (a.unit !== null || b.unit !== null) return null
  const kind = a.kind === 'U' || b.kind === 'U' ? 'U' : 'S'
  return flexible(kind, Math.max(charactersOf(a), charactersOf(b)), '=', kind)
}

function charactersOf(dtype: DType): number {
  if (isText(dtype)) return dtype.kind === 'U' ? dtype.itemsize / 4 : dtype.itemsize
  return rowOf(dtype).textLength
}

/** Dates and durations of a unit that divides both; bools and integers that an int64 holds count as ticks of a duration. */
function promoteTimes(a: DType, b: DType): DType | null {
  if (a.unit === null || b.unit === null) {
    const [times, number] = a.unit === null ? [b, a] : [a, b]
    const isTicks = 'bi'.includes(number.kind) || (number.kind === 'u' && number.itemsize < 8)
    return times.kind === 'm' && isTicks ? times.newByteOrder('=') : null
  }
  const unit = commonUnit(a.unit, b.unit, a.kind === 'm' && b.kind === 'm')
  return unit === null ? null : time(a.kind === 'm' ? (b.kind as 'M' | 'm') : 'M', unit)
}

function promoteNumbers(a: DType, b: DType): NumberName {
  if (a.name === b.name || b.kind === 'b') return a.name as NumberName
  if (a.kind === 'b') return b.name as NumberName
  if ('iu'.includes(a.kind) && 'iu'.includes(b.kind)) return promoteIntegers(a, b)
  // Bits of each part that hold both.
  const bits = Math.max(partBits(a), partBits(b))
  return a.kind === 'c' || b.kind === 'c' ? (bits > 32 ? 'complex128' : 'complex64') : (`float${bits}` as NumberName)
}

function promoteIntegers(a: DType, b: DType): NumberName {
  const bits = 8 * Math.max(a.itemsize, b.itemsize)
  if (a.kind === b.kind) return `${a.kind === 'u' ? 'uint' : 'int'}${bits}` as NumberName
  const [signed, unsigned] = a.kind === 'i' ? [a, b] : [b, a]
  if (signed.itemsize > unsigned.itemsize) return signed.name as NumberName
  return unsigned.itemsize === 8 ? 'float64' : (`int${16 * unsigned.itemsize}` as NumberName)
}

/** Bits of the smallest float that NumPy promotes a number to. */
function partBits(dtype: DType): number {
  const { kind, itemsize } = dtype
  if (kind === 'f') return 8 * itemsize
  if (kind === 'c') return 4 * itemsize
  return itemsize === 1 ? 16 : itemsize === 2 ? 32 : 64
}

function rowOf({ name }: DType): NumberRow {
  return NUMBERS[name as NumberName]
}

function isText({ kind }: DType): boolean {
  return kind === 'S' || kind === 'U'
}
