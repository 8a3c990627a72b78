import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'

/** The units of `datetime64` and `timedelta64`, coarse to fine: year, month, week, day, hour, minute, second, milli to atto. */
export const TIME_UNITS = ['Y', 'M', 'W', 'D', 'h', 'm', 's', 'ms', 'us', 'ns', 'ps', 'fs', 'as'] as const

/** One of {@link TIME_UNITS}, or `generic`: ticks of no stated length. */
export type TimeUnitName = (typeof TIME_UNITS)[number] | 'generic'

/** The length of one tick: `count` times the unit, as the `25s` of `M8[25s]`. */
export interface TimeUnit {
  readonly unit: TimeUnitName
  readonly count: number
}

export const GENERIC: TimeUnit = Object.freeze({ unit: 'generic', count: 1 })

/** NumPy keeps the count in a C int. */
const MAX_COUNT = 2 ** 31 - 1

/** The finer units that NumPy divides a unit into, for `M8[D/24]`. A year has 52 weeks here, a month 30 days. */
const DIVISIONS: Partial<Record<TimeUnitName, readonly (readonly [TimeUnitName, number])[]>> = {
  Y: [['M', 12], ['W', 52], ['D', 365]],
  M: [['W', 4], ['D', 30], ['h', 720]],
  W: [['D', 7], ['h', 168], ['m', 10_080]],
  D: [['h', 24], ['m', 1440], ['s', 86_400]],
  h: [['m', 60], ['s', 3600]],
  m: [['s', 60], ['ms', 60_000]],
  s: [['ms', 1000], ['us', 1_000_000]],
  ms: [['us', 1000], ['ns', 1_000_000]],
  us: [['ns', 1000], ['ps', 1_000_000]],
  ns: [['ps', 1000], ['fs', 1_000_000]],
  ps: [['fs', 1000], ['as', 1_000_000]],
  fs: [['as', 1000]],
} // prettier-ignore

const BRACKET = /^\[(\d+)?([A-Za-zμ]+)(?:\/(\d+))?\]$/

/**
 * Parses the suffix of `M8` or `m8`: `''`, `[ns]`, `[25s]` or `[D/24]`, by NumPy's rules
 * (`parse_datetime_metadata_from_metastr` in `numpy/_core/src/multiarray/datetime.c`).
 * @param spec the whole dtype, for the message
 */
export function parseTimeUnit(bracket: string, spec: string): TimeUnit {
  if (bracket === '') return GENERIC
  const [, digits = '1', letters = '', divisor] = BRACKET.exec(bracket) ?? []
  const name = letters === 'μs' ? 'us' : letters
  const count = Number(digits)
  if (name === 'generic' && divisor === undefined) return GENERIC
  const unit = TIME_UNITS.find((one) => one === name)
  if (unit === undefined || count < 1 || count > MAX_COUNT) throw badUnit(spec)
  if (divisor === undefined || divisor === '1') return Object.freeze({ unit, count })
  return divided({ unit, count }, Number(divisor), spec)
}

/** What NumPy multiplies each of {@link TIME_UNITS} by for the next finer one, apart from years in months. */
const FACTORS = [1n, 1n, 7n, 24n, 60n, 60n, 1000n, 1000n, 1000n, 1000n, 1000n, 1000n] as const

/**
 * The unit that divides two: NumPy's `compute_datetime_metadata_greatest_common_divisor`. A year has no whole number of any unit
 * but months, so only the finer unit counts beside one.
 * @param isDuration durations of years or months have no common unit with those of any other
 * @returns null where there is none, or its factor exceeds NumPy's 56 bits
 */
export function commonUnit(a: TimeUnit, b: TimeUnit, isDuration: boolean): TimeUnit | null {
  if (a.unit === 'generic') return b
  if (b.unit === 'generic') return a
  const units: readonly string[] = TIME_UNITS
  const [x, y] = [units.indexOf(a.unit), units.indexOf(b.unit)]
  const [coarse, fine] = x <= y ? [a, b] : [b, a]
  let factor: bigint | null = 1n
  if (coarse.unit === 'Y' && fine.unit === 'M') factor = 12n
  else if (coarse.unit !== fine.unit) {
    if (isDuration && (coarse.unit === 'Y' || coarse.unit === 'M')) return null
    factor = factorBetween(Math.min(x, y), Math.max(x, y))
  }
  if (factor === null) return null
  let [divisor, rest] = [BigInt(coarse.count) * factor, BigInt(fine.count)]
  while (rest > 0n) [divisor, rest] = [rest, divisor % rest]
  return divisor > MAX_COUNT ? null : Object.freeze({ unit: fine.unit, count: Number(divisor) })
}

function factorBetween(coarse: number, fine: number): bigint | null {
  let factor = 1n
  for (const one of FACTORS.slice(coarse, fine)) {
    factor *= one
    if (factor >= 2n ** 56n) return null
  }
  return factor
}

/**
 * How many ticks of a finer unit one tick is: a whole number where the finer unit is a {@link commonUnit}. Null for years and months in
 * shorter units, whose length depends on the date.
 */
export function ticksPerTick(from: TimeUnit, to: TimeUnit): bigint | null {
  if (from.unit === 'generic' || sameUnit(from, to)) return 1n
  const units: readonly string[] = TIME_UNITS
  const [coarse, fine] = [units.indexOf(from.unit), units.indexOf(to.unit)]
  if (from.unit === 'Y' && to.unit === 'M') return (12n * BigInt(from.count)) / BigInt(to.count)
  if (from.unit !== to.unit && (from.unit === 'Y' || from.unit === 'M')) return null
  const factor = factorBetween(coarse, fine)
  return factor === null ? null : (factor * BigInt(from.count)) / BigInt(to.count)
}

function sameUnit(a: TimeUnit, b: TimeUnit): boolean {
  return a.unit === b.unit && a.count === b.count
}

/** The suffix of a unit: `''` for generic, `[ns]`, `[25s]`. */
export function timeUnitText({ unit, count }: TimeUnit): string {
  if (unit === 'generic') return ''
  return count === 1 ? `[${unit}]` : `[${count}${unit}]`
}

/** NumPy's equality of two units, which compares lengths by the powers of 1000 between `s` and `as` only. */
export function sameTimeUnit(a: TimeUnit, b: TimeUnit): boolean {
  if (a.unit === b.unit) return a.count === b.count
  const [x, y] = [metricAttoseconds(a), metricAttoseconds(b)]
  return x !== undefined && x === y
}

function metricAttoseconds({ unit, count }: TimeUnit): bigint | undefined {
  const index = TIME_UNITS.indexOf(unit as (typeof TIME_UNITS)[number])
  return index < TIME_UNITS.indexOf('s') ? undefined : BigInt(count) * 1000n ** BigInt(TIME_UNITS.length - 1 - index)
}

function divided({ unit, count }: TimeUnit, divisor: number, spec: string): TimeUnit {
  for (const [finer, factor] of DIVISIONS[unit] ?? []) {
    if (divisor > 0 && factor % divisor === 0) return Object.freeze({ unit: finer, count: count * (factor / divisor) })
  }
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${inspect(spec)}: one ${unit} cannot be divided by ${divisor} into whole smaller units; name the unit itself, as in 'M8[25s]'`,
  )
}

function badUnit(spec: string): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${inspect(spec)}: the brackets of a datetime64 or timedelta64 must hold an optional count from 1 to 2147483647 and one of ` +
      `${TIME_UNITS.join(' ')}, as in 'M8[ns]' or 'm8[25s]'`,
  )
}
