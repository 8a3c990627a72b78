import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { fillKernel } from '../../array/kernel-calls.js'
import { viewOf } from '../../array/make-array.js'
import { innerDataOf } from '../../array/typed-views.js'
import type { DType, TimeUnit } from '../../dtype/index.js'
import { DAY, floorDivide, instantOf, NAT, ratioOf, ticksOf as tickOf } from '../../scalar/calendar.js'
import { nativeCopy } from '../cast/parts.js'
import { noUnit } from '../cast/times.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'
import { noComparison } from './comparable.js'
import { compareNumbers } from './compare-numbers.js'
import { storeFlags } from './store-flags.js'

/** Compares dates, or durations, of any units exactly. NaT is not equal to anything. */
export function compareTimes(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const [a, b] = [left.dtype, right.dtype]
  if (a.name === b.name || noUnit(a) || noUnit(b)) {
    return compareNumbers(into, op, left, right)
  }
  const scales = scalesOf(a, b)
  if (scales === null) throw noComparison(op, a, b)
  if (compareWithOne(into, op, left, right)) return
  const [x, y] = [ticksOf(left), ticksOf(right)]
  const [scaleX, scaleY] = scales
  storeFlags(into, (index) => {
    const [i, j] = [x[index] as bigint, y[index] as bigint]
    if (i === NAT || j === NAT) return op === '!='
    const difference = scaleX(i) - scaleY(j)
    return COMPARISONS[op].holds(difference === 0n ? 0 : difference < 0n ? -1 : 1)
  })
}

/** The operator that compares ticks with the next tick below a time between two of them. */
const BETWEEN = { '<': '<=', '<=': '<=', '>': '>', '>=': '>' } as const

/**
 * Compares with one time, broadcast, by the kernel: with its tick in the unit of the other array, or the next one below.
 * @returns false where there are several times, or the tick does not fit
 */
function compareWithOne(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): boolean {
  const { shape, byteStrides, position } = right
  if (into.size === 0 || shape.some((length, axis) => length > 1 && byteStrides[axis] !== 0)) return false
  const time = ticksOf(viewOf(right, { shape: [], byteStrides: [], position }))[0] as bigint
  if (time === NAT) return false
  const [tick, isExact] = tickBelow(time, right.dtype, left.dtype)
  if (BigInt.asIntN(64, tick) !== tick || tick === NAT) return false
  if (!isExact && (op === '==' || op === '!=')) fillKernel(into, Uint8Array.of(op === '!=' ? 1 : 0))
  else {
    const one = allocate([], left.dtype.newByteOrder('='))
    const data = innerDataOf(one) as BigInt64Array
    data[0] = tick
    const broadcast = viewOf(one, { shape, byteStrides: shape.map(() => 0), position: 0 })
    compareNumbers(into, isExact ? op : BETWEEN[op as keyof typeof BETWEEN], left, broadcast)
  }
  return true
}

/** The last tick of a unit that is not after a time, and whether it is that time. */
function tickBelow(time: bigint, from: DType, to: DType): [tick: bigint, isExact: boolean] {
  const [x, y] = [from.unit as TimeUnit, to.unit as TimeUnit]
  const ratio = ratioOf(x, y, false)
  if (ratio !== null) {
    const ticks = time * ratio.numerator
    return [floorDivide(ticks, ratio.denominator), ticks % ratio.denominator === 0n]
  }
  const instant = instantOf(time, x)
  const tick = tickOf(instant, y)
  const { days, attoseconds } = instantOf(tick, y)
  return [tick, days === instant.days && attoseconds === instant.attoseconds]
}

type Scale = (ticks: bigint) => bigint

/** The conversions of two units to a common one; null for durations of months beside other units, whose ratio is not fixed. */
function scalesOf(a: DType, b: DType): [Scale, Scale] | null {
  const [x, y] = [a.unit as TimeUnit, b.unit as TimeUnit]
  const ratio = ratioOf(x, y, false)
  if (ratio !== null) return [(ticks) => ticks * ratio.numerator, (ticks) => ticks * ratio.denominator]
  if (a.kind === 'm') return null
  const moment =
    (unit: TimeUnit): Scale =>
    (ticks) => {
      const { days, attoseconds } = instantOf(ticks, unit)
      return days * DAY + attoseconds
    }
  return [moment(x), moment(y)]
}

function ticksOf(times: ArrayBase): BigInt64Array {
  return innerDataOf(nativeCopy(times)) as BigInt64Array
}
