import type { ArrayBase } from '../../array/array-base.js'
import { assignKernel } from '../../array/kernel-calls.js'
import { innerDataOf } from '../../array/typed-views.js'
import type { DType, TimeUnit } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { floorDivide, instantOf, NAT, ratioOf, ticksOf } from '../../scalar/calendar.js'
import { nativeCopy } from './parts.js'

/** Returns true if ticks need no conversion, because the units are equal or the source has none. */
export function sameTicks(from: DType, to: DType): boolean {
  return from.name === to.name || noUnit(from)
}

/** Returns true if ticks have no stated length. */
export function noUnit({ unit }: DType): boolean {
  return unit === null || unit.unit === 'generic'
}

/**
 * Casts dates to dates and durations to durations of another unit. Ticks round down, and wrap beyond 64 bits, as in NumPy.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` for a target without a unit
 */
export function timesToTimes(target: ArrayBase, source: ArrayBase): void {
  const from = source.dtype
  const to = target.dtype
  if (noUnit(to)) throw lossOfUnit(from, to)
  const ticks = nativeCopy(source)
  const values = innerDataOf(ticks) as BigInt64Array
  const convert = converter(from.kind as 'M' | 'm', from.unit as TimeUnit, to.unit as TimeUnit)
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as bigint
    if (value !== NAT) values[index] = convert(value)
  }
  assignKernel(target, ticks)
}

/** Returns the conversion from ticks of one unit to another; exact, except for the wrapping of 64-bit integers. */
function converter(kind: 'M' | 'm', from: TimeUnit, to: TimeUnit): (ticks: bigint) => bigint {
  const ratio = ratioOf(from, to, kind === 'm')
  // A date converts by the calendar, in which months and years differ in length.
  if (ratio === null) return (ticks) => ticksOf(instantOf(ticks, from), to)
  const { numerator, denominator } = ratio
  if (denominator === 1n) return (ticks) => ticks * numerator
  return (ticks) => floorDivide(BigInt.asIntN(64, ticks * numerator), denominator)
}

function lossOfUnit(from: DType, to: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid cast of ${from.name} to ${to.name}: the target has no unit; give it one, or use astype('int64') for the ticks`,
  )
}
