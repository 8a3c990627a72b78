import type { TimeUnit, TimeUnitName } from '../dtype/index.js'
import { civilDate, HOUR, instantOf, MINUTE, NAT } from './calendar.js'

/** The digits of the fraction of a second, by unit. */
const FRACTION: Partial<Record<TimeUnitName, number>> = { ms: 3, us: 6, ns: 9, ps: 12, fs: 15, as: 18 }

const WORDS: Record<TimeUnitName, string> = {
  Y: 'years',
  M: 'months',
  W: 'weeks',
  D: 'days',
  h: 'hours',
  m: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  ps: 'picoseconds',
  fs: 'femtoseconds',
  as: 'attoseconds',
  generic: 'generic time units',
}

/**
 * The text of a `datetime64` in ISO 8601, as precise as its unit. A week is its first day; ticks without a unit, for which NumPy
 * raises an error, are an integer. The text is exact also where NumPy's own arithmetic overflows.
 */
export function datetimeText(ticks: bigint, unit: TimeUnit): string {
  if (ticks === NAT) return 'NaT'
  const name = unit.unit
  if (name === 'generic') return String(ticks)
  const { days, attoseconds } = instantOf(ticks, unit)
  const date = civilDate(days)
  const year = yearText(date.year)
  if (name === 'Y') return year
  const month = `${year}-${two(date.month)}`
  if (name === 'M') return month
  const day = `${month}-${two(date.day)}`
  if (name === 'D' || name === 'W') return day
  const hour = `${day}T${two(attoseconds / HOUR)}`
  if (name === 'h') return hour
  const minute = `${hour}:${two((attoseconds % HOUR) / MINUTE)}`
  if (name === 'm') return minute
  const rest = (attoseconds % MINUTE).toString().padStart(20, '0')
  const second = `${minute}:${rest.slice(0, 2)}`
  const digits = FRACTION[name]
  return digits === undefined ? second : `${second}.${rest.slice(2, 2 + digits)}`
}

/** `str` of a `timedelta64`: `5 seconds`. */
export function timedeltaText(ticks: bigint, { unit, count }: TimeUnit): string {
  return ticks === NAT ? 'NaT' : `${ticks * BigInt(count)} ${WORDS[unit]}`
}

/** A year in at least four characters including the minus, as C's `%04d`. */
function yearText(year: bigint): string {
  return year < 0n ? `-${String(-year).padStart(3, '0')}` : String(year).padStart(4, '0')
}

function two(value: number | bigint): string {
  return String(value).padStart(2, '0')
}
