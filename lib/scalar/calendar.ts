// The proleptic Gregorian calendar around 1970-01-01 in bigints, because datetime64 reaches years that Date does not.
import type { TimeUnit, TimeUnitName } from '../dtype/index.js'

/** The smallest int64: not a time. */
export const NAT = -(2n ** 63n)

/** An instant: days since 1970-01-01, and attoseconds since the midnight before. */
export interface Instant {
  readonly days: bigint
  readonly attoseconds: bigint
}

export interface CivilDate {
  readonly year: bigint
  /** 1 to 12. */
  readonly month: number
  /** 1 to 31. */
  readonly day: number
}

const SECOND = 10n ** 18n
export const MINUTE = 60n * SECOND
export const HOUR = 60n * MINUTE
export const DAY = 24n * HOUR

/** The length in attoseconds of the units that have a fixed one. */
const LENGTH: Partial<Record<TimeUnitName, bigint>> = {
  W: 7n * DAY,
  D: DAY,
  h: HOUR,
  m: MINUTE,
  s: SECOND,
  ms: 10n ** 15n,
  us: 10n ** 12n,
  ns: 10n ** 9n,
  ps: 10n ** 6n,
  fs: 10n ** 3n,
  as: 1n,
}

/** The tick of an instant, rounded down, so that ticks before 1970 also hold the instants after their start. */
export function ticksOf(instant: Instant, { unit, count }: TimeUnit): bigint {
  const length = LENGTH[unit]
  if (length !== undefined) return floorDivide(instant.days * DAY + instant.attoseconds, length * BigInt(count))
  const { year, month } = civilDate(instant.days)
  const periods = unit === 'Y' ? year - 1970n : (year - 1970n) * 12n + BigInt(month - 1)
  return floorDivide(periods, BigInt(count))
}

/** The length of a month in a duration: the mean over the calendar's 400 years. */
const MEAN_MONTH = (146_097n * DAY) / 4800n

/** The ratio of two units in lowest terms: ticks times numerator over denominator converts between them. */
export interface Ratio {
  readonly numerator: bigint
  readonly denominator: bigint
}

/**
 * The ratio of two units that have a stated length; null where only one of them is months or years. With `mean`, as for
 * durations, months and years have their mean length.
 */
export function ratioOf(from: TimeUnit, to: TimeUnit, mean: boolean): Ratio | null {
  const months = (unit: TimeUnitName): bigint => (unit === 'Y' ? 12n : unit === 'M' ? 1n : 0n)
  const [a, b] = [months(from.unit), months(to.unit)]
  if (a > 0n && b > 0n) return reduced(a * BigInt(from.count), b * BigInt(to.count))
  if ((a > 0n || b > 0n) && !mean) return null
  const length = (unit: TimeUnitName): bigint => LENGTH[unit] ?? months(unit) * MEAN_MONTH
  return reduced(length(from.unit) * BigInt(from.count), length(to.unit) * BigInt(to.count))
}

function reduced(a: bigint, b: bigint): Ratio {
  let [divisor, rest] = [a, b]
  while (rest > 0n) [divisor, rest] = [rest, divisor % rest]
  return { numerator: a / divisor, denominator: b / divisor }
}

/** The instant at which a tick starts. */
export function instantOf(ticks: bigint, { unit, count }: TimeUnit): Instant {
  const periods = ticks * BigInt(count)
  const length = LENGTH[unit]
  if (length === undefined) {
    const months = unit === 'Y' ? periods * 12n : periods
    const year = floorDivide(months, 12n)
    return { days: daysOf({ year: 1970n + year, month: Number(months - 12n * year) + 1, day: 1 }), attoseconds: 0n }
  }
  const total = periods * length
  const days = floorDivide(total, DAY)
  return { days, attoseconds: total - days * DAY }
}

// Days and dates after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". Years start in March, so that the leap
// day is the last of its year; an era is 400 years of 146,097 days.

/** Days since 1970-01-01. */
export function daysOf({ year, month, day }: CivilDate): bigint {
  const shifted = month <= 2 ? year - 1n : year
  const era = floorDivide(shifted, 400n)
  const yearOfEra = Number(shifted - era * 400n)
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097n + BigInt(dayOfEra) - 719_468n
}

/** The date of a day, by days since 1970-01-01. */
export function civilDate(days: bigint): CivilDate {
  const shifted = days + 719_468n
  const era = floorDivide(shifted, 146_097n)
  const dayOfEra = Number(shifted - era * 146_097n)
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: BigInt(yearOfEra) + era * 400n + (month <= 2 ? 1n : 0n), month, day }
}

/** The number of days in a month. */
export function daysInMonth(year: bigint, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  return year % 4n === 0n && (year % 100n !== 0n || year % 400n === 0n) ? 29 : 28
}

/** The quotient rounded down, because bigint division rounds towards zero. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
}
