import { parseDType, timeUnitText } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import { finestUnit } from '../scalar/iso-8601.js'
import { pythonNumber } from '../scalar/number-text.js'
import { isFlexible } from './cast/resolve-flexible.js'
import type { Flat } from './nested-lists.js'

/**
 * The dtype that holds all elements of lists, as NumPy discovers it for Python's values; numbers are floats.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is none
 */
export function discoverDType({ leaves, arrays }: Flat): DType {
  const [first, ...others] = arrays
  if (
    first !== undefined &&
    first.size * arrays.length === leaves.length &&
    others.every(({ dtype }) => dtype.equals(first.dtype))
  ) {
    return first.dtype.newByteOrder('=')
  }
  const kinds = new Set(leaves.map(kindOf))
  const only = (...kind: string[]): boolean => [...kinds].every((one) => kind.includes(one))
  if (leaves.length === 0) return parseDType('float64')
  if (only('boolean')) return parseDType('bool')
  if (only('bigint', 'boolean')) return parseDType(leaves.every(fitsInt64) ? 'int64' : 'uint64')
  if (only('number', 'boolean', 'bigint')) return parseDType('float64')
  if (only('complex', 'number', 'boolean', 'bigint')) return parseDType('complex128')
  if (only('date')) return parseDType('M8[ms]')
  if (only('string')) return parseDType(`U${longest(leaves, 'U')}`)
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid elements like ${inspect(leaves.find((leaf) => kindOf(leaf) === 'other') ?? leaves[0])}: no dtype holds them all; give the option dtype`,
  )
}

/** The dtype with the length or unit of the elements, where it has none itself. */
export function discoverFlexible(dtype: DType, { leaves }: Flat): DType {
  const { kind, unit } = dtype
  if (!isFlexible(dtype)) return dtype
  if (unit === null) return parseDType(`${kind}${longest(leaves, kind)}`)
  if (kind === 'm') return dtype
  const texts = leaves.filter((leaf) => typeof leaf === 'string')
  const finest = leaves.some((leaf) => leaf instanceof Date) ? finestUnit(texts, 'ms') : finestUnit(texts)
  return finest === undefined ? dtype : parseDType(`M8${timeUnitText({ unit: finest, count: 1 })}`)
}

/** The length of the longest text or bytes; at least 1, as in NumPy, except for raw bytes. */
function longest(leaves: readonly unknown[], kind: string): number {
  let length = kind === 'V' ? 0 : 1
  for (const leaf of leaves) length = Math.max(length, lengthOf(leaf, kind))
  return length
}

function lengthOf(leaf: unknown, kind: string): number {
  if (leaf instanceof Uint8Array) return leaf.length
  if (typeof leaf !== 'string')
    return kindOf(leaf) === 'other' ? 0 : pythonNumber(leaf as number | bigint | boolean).length
  return kind === 'U' ? [...leaf].length : leaf.length
}

function fitsInt64(value: unknown): boolean {
  return typeof value === 'boolean' || BigInt.asIntN(64, value as bigint) === value
}

function kindOf(value: unknown): string {
  if (value instanceof Date) return 'date'
  if (typeof value === 'object' && value !== null && 're' in value && 'im' in value) return 'complex'
  return ['number', 'bigint', 'boolean', 'string'].includes(typeof value) ? typeof value : 'other'
}
