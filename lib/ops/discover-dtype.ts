import { parseDType, promoteDTypes, timeUnitText } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { isDate, isUint8Array } from '../errors/brands.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { finestUnit } from '../scalar/iso-8601.js'
import { pythonNumber } from '../scalar/number-text.js'
import { isFlexible, resolveFlexible } from './cast/resolve-flexible.js'
import type { Flat } from './nested-lists.js'

/**
 * The dtype that holds all elements of lists, as NumPy discovers it for Python's values; numbers are floats. An array in the lists
 * counts with its dtype.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is none
 */
export function discoverDType({ leaves, arrays }: Flat): DType {
  if (arrays.length === 0) return leaves.length === 0 ? parseDType('float64') : dtypeOfLeaves(leaves)
  const dtypes = new Set(arrays.map(({ array }) => array.dtype))
  const [first = parseDType('float64'), ...others] = dtypes
  const common = others.reduce(commonDType, first.newByteOrder('='))
  if (leaves.length === 0) return common
  const isHuge = leaves.some((leaf) => typeof leaf === 'bigint' && !fitsInt64(leaf) && !fitsUint64(leaf))
  // No dtype holds it, which its store says.
  if (isHuge && 'biu'.includes(common.kind)) return parseDType('uint64')
  // Beside durations whole numbers are ticks.
  const isTicks = common.kind === 'm' && leaves.every((leaf) => typeof leaf !== 'number' || Number.isSafeInteger(leaf))
  return commonDType(common, isTicks && kindsOf(leaves).has('number') ? parseDType('int64') : dtypeOfLeaves(leaves))
}

function dtypeOfLeaves(leaves: readonly unknown[]): DType {
  const kinds = kindsOf(leaves)
  const only = (...kind: string[]): boolean => [...kinds].every((one) => kind.includes(one))
  if (only('boolean')) return parseDType('bool')
  if (only('bigint', 'boolean')) return dtypeOfIntegers(leaves)
  if (only('number', 'boolean', 'bigint')) return parseDType('float64')
  if (only('complex', 'number', 'boolean', 'bigint')) return parseDType('complex128')
  if (only('date')) return parseDType('M8[ms]')
  if (only('string')) return parseDType(`U${longest(leaves, 'U')}`)
  const other = leaves.findIndex((leaf) => kindOf(leaf) === 'other')
  if (other >= 0 && (leaves[other] === undefined || leaves[other] === null)) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid element ${inspect(leaves[other])}: no dtype holds it; give an array, or lists of numbers, texts or dates`,
    )
  }
  throw noCommon(`elements like ${inspect(leaves[Math.max(other, 0)])}: no dtype holds them all`)
}

/** As in NumPy, integers of which one exceeds int64 are uint64, and float64 where another one is negative. */
function dtypeOfIntegers(leaves: readonly unknown[]): DType {
  if (leaves.every(fitsInt64)) return parseDType('int64')
  const isMixed =
    leaves.some((leaf) => (leaf as bigint) < 0n) && leaves.every((leaf) => fitsInt64(leaf) || fitsUint64(leaf))
  return parseDType(isMixed ? 'float64' : 'uint64')
}

function commonDType(a: DType, b: DType): DType {
  const common = promoteDTypes(a, b)
  if (common !== null) return common
  throw noCommon(`lists of ${a.name} and ${b.name}: these dtypes have no common one`)
}

function noCommon(what: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_DTYPE', `invalid ${what}; give the option dtype`)
}

/** The dtype with the length or unit of the elements, where it has none itself. */
export function discoverFlexible(dtype: DType, { leaves, arrays }: Flat): DType {
  const { kind, unit } = dtype
  if (!isFlexible(dtype)) return dtype
  const ofArrays = arrays.map(({ array }) => resolveFlexible(dtype, array.dtype))
  if (unit === null) {
    const length = leaves.length > 0 || arrays.length === 0 ? longest(leaves, kind) : 0
    const scale = kind === 'U' ? 4 : 1
    return parseDType(`${kind}${ofArrays.reduce((most, one) => Math.max(most, one.itemsize / scale), length)}`)
  }
  let finest = dtype
  if (kind === 'M') {
    const texts = leaves.filter((leaf) => typeof leaf === 'string')
    const name = leaves.some((leaf) => isDate(leaf)) ? finestUnit(texts, 'ms') : finestUnit(texts)
    if (name !== undefined) finest = parseDType(`M8${timeUnitText({ unit: name, count: 1 })}`)
  }
  return ofArrays.reduce(commonDType, finest)
}

/** The length of the longest text or bytes; at least 1, as in NumPy, except for raw bytes. */
function longest(leaves: readonly unknown[], kind: string): number {
  let length = kind === 'V' ? 0 : 1
  for (const leaf of leaves) length = Math.max(length, lengthOf(leaf, kind))
  return length
}

function lengthOf(leaf: unknown, kind: string): number {
  if (isUint8Array(leaf)) return leaf.length
  if (typeof leaf !== 'string')
    return kindOf(leaf) === 'other' ? 0 : pythonNumber(leaf as number | bigint | boolean).length
  return kind === 'U' ? [...leaf].length : leaf.length
}

function fitsInt64(value: unknown): boolean {
  return typeof value === 'boolean' || BigInt.asIntN(64, value as bigint) === value
}

function fitsUint64(value: unknown): boolean {
  return BigInt.asUintN(64, value as bigint) === value
}

function kindsOf(leaves: readonly unknown[]): Set<string> {
  return new Set(leaves.map(kindOf))
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object')
    return ['number', 'bigint', 'boolean', 'string'].includes(typeof value) ? typeof value : 'other'
  if (isDate(value)) return 'date'
  return value !== null && 're' in value && 'im' in value ? 'complex' : 'other'
}
