import { TIME_UNITS } from '../dtype/index.js'
import type { TimeUnitName } from '../dtype/index.js'
import { DAY, daysInMonth, daysOf, floorDivide, HOUR, MINUTE } from './calendar.js'
import type { Instant } from './calendar.js'

const ISO =
  /^\s*([+-]?)(\d+)(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{0,18}))?)?)?(?:(Z)|([+-])(\d\d):?(\d\d)?)?\s*)?)?)?$/

/**
 * Parses the ISO 8601 text that NumPy accepts (`NpyDatetime_ParseISO8601Datetime` in
 * `numpy/_core/src/multiarray/datetime_strings.c`): a year of any length, then month, day, `T` or a space, hour, minute,
 * second and up to 18 digits of its fraction, each optional from the right; `Z` or an offset after a time, which is
 * converted to UTC. `20200101` is the year 20,200,101.
 * @returns undefined for anything else, including impossible dates and times
 */
export function parseIso8601(text: string): Instant | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [, sign, years = '', months = '1', days = '1', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const [, zoneSign, zoneHours = '0', zoneMinutes = '0'] = match.slice(9)
  // NumPy requires a minute after the colon of an offset.
  if (/:\s*$/.test(text)) return undefined
  const year = sign === '-' ? -BigInt(years) : BigInt(years)
  const [month, day, hour, minute, second] = [months, days, hours, minutes, seconds].map(Number)
  if (month === undefined || day === undefined || hour === undefined || minute === undefined || second === undefined) {
    return undefined
  }
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59 || Number(zoneHours) > 23 || Number(zoneMinutes) > 59) return undefined

  const offset = BigInt(zoneHours) * HOUR + BigInt(zoneMinutes) * MINUTE
  const clock =
    BigInt(hour) * HOUR + BigInt(minute) * MINUTE + BigInt(second) * 10n ** 18n + BigInt(fraction.padEnd(18, '0'))
  const sinceMidnight = zoneSign === '-' ? clock + offset : clock - offset
  const carry = floorDivide(sinceMidnight, DAY)
  return { days: daysOf({ year, month, day }) + carry, attoseconds: sinceMidnight - carry * DAY }
}

/**
 * The finest unit of dates as text, which NumPy discovers for a dtype without a unit.
 * @param finest the unit of the values that are no text
 * @returns undefined where no value has a unit
 */
export function finestUnit(texts: readonly string[], finest?: TimeUnitName): TimeUnitName | undefined {
  const units: readonly (TimeUnitName | undefined)[] = TIME_UNITS
  return texts.map(unitOf).reduce((best, unit) => (units.indexOf(unit) > units.indexOf(best) ? unit : best), finest)
}

/** The unit of a date as text; undefined for NaT and for text that is no date. */
function unitOf(text: string): TimeUnitName | undefined {
  if (/^(now)$/i.test(text)) return 's'
  if (/^(today)$/i.test(text)) return 'D'
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, , , month, day, hour, minute, second, fraction] = match
  if (fraction !== undefined && fraction !== '') return TIME_UNITS[6 + Math.ceil(fraction.length / 3)]
  if (second !== undefined) return 's'
  if (minute !== undefined) return 'm'
  if (hour !== undefined) return 'h'
  return day !== undefined ? 'D' : month !== undefined ? 'M' : 'Y'
}
