import type { ArrayBase } from '../../array/array-base.js'
import { dataOf } from '../../array/typed-views.js'
import type { DType, TimeUnit } from '../../dtype/index.js'
import { DAY, instantOf, NAT, ratioOf } from '../../scalar/calendar.js'
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
  const [x, y] = [ticksOf(left), ticksOf(right)]
  const [scaleX, scaleY] = scales
  storeFlags(into, (index) => {
    const [i, j] = [x[index] as bigint, y[index] as bigint]
    if (i === NAT || j === NAT) return op === '!='
    const difference = scaleX(i) - scaleY(j)
    return COMPARISONS[op].holds(difference === 0n ? 0 : difference < 0n ? -1 : 1)
  })
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
  return dataOf(nativeCopy(times)) as BigInt64Array
}
