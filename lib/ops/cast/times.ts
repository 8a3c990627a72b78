import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel } from '../../array/kernel-calls.js'
import { dataOf } from '../../array/typed-views.js'
import { DType } from '../../dtype/index.js'
import type { TimeUnit } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { floorDivide, instantOf, NAT, ratioOf, ticksOf } from '../../scalar/calendar.js'
import { nativeCopy } from './parts.js'

/** Whether ticks of both dtypes mean the same, or one of them has no unit to convert from. */
export function sameTicks(from: DType, to: DType): boolean {
  return from.name === to.name || noUnit(from)
}

/** Whether ticks have no stated length. */
export function noUnit({ unit }: DType): boolean {
  return unit === null || unit.unit === 'generic'
}

/**
 * Dates to dates and durations to durations of another unit: rounded down; beyond 64 bits they wrap, as in NumPy.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` into a dtype without a unit
 */
export function timesToTimes(target: ArrayBase, source: ArrayBase): void {
  const from = source.dtype
  const to = target.dtype
  if (noUnit(to)) throw lossOfUnit(from, to)
  const ticks = nativeCopy(source)
  const values = dataOf(ticks) as BigInt64Array
  const convert = converter(from.kind as 'M' | 'm', from.unit as TimeUnit, to.unit as TimeUnit)
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as bigint
    if (value !== NAT) values[index] = convert(value)
  }
  assignKernel(target, ticks)
}

/** From ticks of one unit to ticks of another; exact, but for the wrapping that an array of 64-bit integers brings. */
function converter(kind: 'M' | 'm', from: TimeUnit, to: TimeUnit): (ticks: bigint) => bigint {
  const ratio = ratioOf(from, to, kind === 'm')
  // Months and years of a date have the length that they have in the calendar.
  if (ratio === null) return (ticks) => ticksOf(instantOf(ticks, from), to)
  const { numerator, denominator } = ratio
  if (denominator === 1n) return (ticks) => ticks * numerator
  return (ticks) => floorDivide(BigInt.asIntN(64, ticks * numerator), denominator)
}

function lossOfUnit(from: DType, to: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `${from.name} cannot be stored as ${to.name}, which has no unit: give it one, or use astype('int64') for the ticks`,
  )
}
