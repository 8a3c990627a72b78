import { NUMBER_ROWS, parseDType, timeUnitText } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { noUnit } from './times.js'

/** The length of NumPy's text of a date, by unit. */
const DATES: Readonly<Record<string, number>> = {
  Y: 22,
  M: 25,
  W: 28,
  D: 28,
  h: 32,
  m: 35,
  s: 38,
  ms: 42,
  us: 45,
  ns: 48,
  ps: 51,
  fs: 54,
  as: 57,
  generic: 4,
}

/**
 * Resolves the target dtype of a cast: one without a length (`'S'`, `'U'`, `'V'`) or unit (`'M8'`, `'m8'`) takes it from the
 * elements.
 * Source: NumPy, `PyArray_AdaptDescriptorToArray`, and its casts' `resolve_descriptors`.
 */
export function resolveFlexible(wanted: DType, dtype: DType): DType {
  if (!isFlexible(wanted)) return wanted
  const { kind } = wanted
  if (kind === dtype.kind) return dtype
  if (wanted.unit !== null) return dtype.unit === null ? wanted : parseDType(`${kind}8${timeUnitText(dtype.unit)}`)
  if (kind === 'V') return parseDType(`V${dtype.itemsize}`)
  return parseDType(`${kind}${lengthOf(dtype)}`)
}

/** Returns true if a dtype takes its length or unit from the elements. */
export function isFlexible(dtype: DType): boolean {
  if (dtype.names !== null || dtype.shape.length > 0) return false
  return dtype.unit === null ? dtype.itemsize === 0 && 'SUV'.includes(dtype.kind) : noUnit(dtype)
}

/** The length that NumPy allocates for durations: that of 64-bit integers. */
const LONGEST_DURATION = 21

function lengthOf({ kind, itemsize, unit, code }: DType): number {
  if (kind === 'U') return itemsize / 4
  if (kind === 'S' || kind === 'V') return itemsize
  if (kind === 'M') return DATES[unit?.unit ?? 'generic'] ?? 0
  if (kind === 'm') return LONGEST_DURATION
  return NUMBER_ROWS[code]?.[1].textLength ?? 0
}
