import { TIME_UNITS } from '../dtype/index.js'
import type { DType, TimeUnit } from '../dtype/index.js'
import { isDate } from '../errors/brands.js'
import { DAY, daysOf, floorDivide, NAT, ticksOf } from './calendar.js'
import type { Instant } from './calendar.js'
import { castError, simpleCodec } from './codec.js'
import type { Codec } from './codec.js'
import { parseIso8601 } from './iso-8601.js'
import { isLittleEndian } from './number.js'

const MAX_TICKS = 2n ** 63n - 1n
const ATTOSECONDS_IN_MS = 10n ** 15n
const INTEGER_TEXT = /^\s*[+-]?\d+$/

/** `datetime64` and `timedelta64`: ticks as bigints; NaT is the smallest int64. */
export function timeCodec(dtype: DType): Codec {
  const little = isLittleEndian(dtype)
  return simpleCodec(
    dtype,
    (view, position) => view.getBigInt64(position, little),
    dtype.kind === 'M' ? (value) => toDatetime(value, dtype) : (value) => toTimedelta(value, dtype),
    (view, position, ticks) => view.setBigInt64(position, ticks, little),
  )
}

function toDatetime(value: unknown, dtype: DType): bigint {
  if (isNatText(value)) return NAT
  const unit = dtype.unit
  if (!unit || unit.unit === 'generic') {
    if (value === NAT) return NAT
    // As in NumPy, ticks without a unit are no date.
    throw castError(
      value,
      dtype,
      'without a unit it holds only NaT',
      `give the dtype one of ${TIME_UNITS.join(' ')}, as in 'M8[s]'`,
    )
  }
  if (typeof value === 'string') return checkRange(ticksOf(parseDate(value, dtype), unit), value, dtype, unit)
  if (typeof value === 'object' && isDate(value)) {
    const time = value.getTime()
    if (Number.isNaN(time)) throw castError(value, dtype, 'the Date is invalid', "use 'NaT' for a missing date")
    return checkRange(ticksOf(sinceEpoch(time), unit), value, dtype, unit)
  }
  const ticks = toTicks(value, dtype)
  if (ticks !== undefined) return ticks
  throw castError(
    value,
    dtype,
    'it takes ticks (bigint, or a whole number), a Date, ISO 8601 text or NaT',
    'convert it to one of these',
  )
}

function toTimedelta(value: unknown, dtype: DType): bigint {
  if (isNatText(value)) return NAT
  const ticks =
    typeof value === 'string' && INTEGER_TEXT.test(value) ? BigInt(value.replace('+', '')) : toTicks(value, dtype)
  if (ticks !== undefined) return checkTicks(ticks, value, dtype)
  throw castError(
    value,
    dtype,
    'it takes ticks (bigint, or a whole number, also as text) or NaT',
    'convert it to ticks of the unit',
  )
}

/** Returns true for `''` and for NaT in any case, as in NumPy. */
function isNatText(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || value.toLowerCase() === 'nat')
}

/** Returns a whole number of ticks; undefined for a value that is no number. */
function toTicks(value: unknown, dtype: DType): bigint | undefined {
  if (typeof value === 'bigint') return checkTicks(value, value, dtype)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'number') return undefined
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw castError(value, dtype, 'ticks must be whole numbers, up to 2^53 - 1 as a number', 'round it, or use a bigint')
}

function checkTicks(ticks: bigint, value: unknown, dtype: DType): bigint {
  if (ticks >= NAT && ticks <= MAX_TICKS) return ticks
  throw castError(
    value,
    dtype,
    `ticks must be 8-byte integers, from ${NAT} (NaT) to ${MAX_TICKS}`,
    'use a coarser unit',
  )
}

function checkRange(ticks: bigint, value: unknown, dtype: DType, { unit }: TimeUnit): bigint {
  // NumPy wraps silently. This throws, because a date one tick too early would read as NaT.
  if (ticks > NAT && ticks <= MAX_TICKS) return ticks
  throw castError(value, dtype, `it is outside the range of 2^63 ticks of ${unit} around 1970`, 'use a coarser unit')
}

function parseDate(text: string, dtype: DType): Instant {
  const word = text.toLowerCase()
  if (word === 'now') return sinceEpoch(Math.floor(Date.now() / 1000) * 1000)
  if (word === 'today') return today()
  const instant = parseIso8601(text)
  if (instant) return instant
  throw castError(
    text,
    dtype,
    "dates must be ISO 8601 text ('2020-01-31', '2020-01-31T23:59:59.5'), 'NaT', 'now' or 'today'",
    'rewrite it in that form',
  )
}

function sinceEpoch(milliseconds: number): Instant {
  const total = BigInt(milliseconds) * ATTOSECONDS_IN_MS
  const days = floorDivide(total, DAY)
  return { days, attoseconds: total - days * DAY }
}

/** The local date, as in NumPy. */
function today(): Instant {
  const now = new Date()
  const date = { year: BigInt(now.getFullYear()), month: now.getMonth() + 1, day: now.getDate() }
  return { days: daysOf(date), attoseconds: 0n }
}
