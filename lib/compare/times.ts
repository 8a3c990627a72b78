import { noUnit } from '../cast/times.js'
import type { DType, TimeUnit } from '../dtype/index.js'
import { calling, native } from '../native.js'
import type { NDArray } from '../ndarray.js'
import { operand } from '../operand.js'
import { DAY, NAT, instantOf, ratioOf } from '../scalar/calendar.js'
import { noComparison } from './index.js'
import { holds, numberOf } from './operators.js'
import type { Comparison } from './operators.js'
import { storeTruths } from './truths.js'

/** Dates with dates, durations with durations: exactly, whatever their units; NaT is not equal to anything. */
export function compareTimes(into: NDArray, op: Comparison, left: NDArray, right: NDArray): void {
  const [a, b] = [left.dtype, right.dtype]
  if (a.name === b.name || noUnit(a) || noUnit(b)) {
    const [from, to, made] = [operand(left), operand(right), operand(into)]
    return calling(() =>
      native.compare(numberOf(op), from.memory, from.layout, to.memory, to.layout, made.memory, made.layout),
    )
  }
  const scales = scalesOf(a, b)
  if (scales === null) throw noComparison(op, a, b)
  const [x, y] = [ticksOf(left), ticksOf(right)]
  const [scaleX, scaleY] = scales
  storeTruths(into, (index) => {
    const [i, j] = [x[index] as bigint, y[index] as bigint]
    if (i === NAT || j === NAT) return op === '!='
    const difference = scaleX(i) - scaleY(j)
    return holds(op, difference === 0n ? 0 : difference < 0n ? -1 : 1)
  })
}

type Scale = (ticks: bigint) => bigint

/** What makes ticks of two units comparable; null for durations of months and others, whose ratio is not fixed. */
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

function ticksOf(times: NDArray): BigInt64Array {
  return times.astype(times.dtype.newByteOrder('='), { order: 'C' }).data as BigInt64Array
}
