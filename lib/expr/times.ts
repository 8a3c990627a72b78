/**
 * Functions of dates and durations: both sides get the unit that divides theirs.
 * @module
 */
import { parseDType, promoteDTypes, ticksPerTick, timeUnitText } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { castTo } from '../ops/copy.js'
import { FUNCTIONS } from './functions.js'
import { lower } from './lower.js'
import { call, cast, constant, leaf, number, OPERATIONS } from './node.js'
import type { Node } from './node.js'
import { commonDType } from './resolve.js'

/** A call of a function of dates and durations, and of integers as ticks; null where NumPy has none for these dtypes. */
export function lowerTimes(name: string, args: readonly Node[]): Node | null {
  if (FUNCTIONS[name]?.times !== true) return null
  if (name === 'where') {
    const [chosen, ...values] = args as [Node, Node, Node]
    const dtype = common(values)
    return dtype === null ? null : lower(name, dtype, [chosen, ...values.map((value) => inUnit(value, dtype))])
  }
  const [a, b] = args as [Node, Node]
  if (name === 'add') return sum(a, b)
  if (name === 'subtract') return difference(a, b)
  if (name === 'multiply') return product(a, b)
  // A date is compared with dates only.
  if (args.some(({ dtype }) => dtype.kind === 'M') && !args.every(({ dtype }) => dtype.kind === 'M')) return null
  if ((name === 'sign' || name === 'abs' || name === 'negative' || name === 'positive') && a.dtype.kind === 'M')
    return null
  const dtype = args.length === 1 ? a.dtype : common(args)
  return dtype === null || dtype.unit === null
    ? null
    : lower(
        name,
        dtype,
        args.map((arg) => inUnit(arg, dtype)),
      )
}

function common(args: readonly Node[]): DType | null {
  return commonDType(args.map(({ dtype }) => dtype))
}

/** The elements as a dtype of times: ticks of another unit, or integers that count them. */
function inUnit(node: Node, dtype: DType): Node {
  const { unit } = node.dtype
  const to = dtype.unit
  if (unit === null || to === null) return cast(cast(node, number('int64')), dtype)
  const factor = ticksPerTick(unit, to)
  // Years and months have no fixed length, so that their dates are counted by the calendar, in a copy.
  if (factor === null) return leaf(castTo(evaluated(node), parseDType(`${node.dtype.kind}8${timeUnitText(to)}`)))
  const same = { ...node, dtype }
  return factor === 1n
    ? same
    : call(OPERATIONS.MultiplyTicks, dtype.code, [same, constant(factor, number('int64'))], dtype)
}

/** Set by the compiler, which needs this module. */
let evaluate: (node: Node) => Parameters<typeof castTo>[0]

/** Registers the evaluation of nodes. */
export function registerEvaluation(evaluation: typeof evaluate): void {
  evaluate = evaluation
}

function evaluated(node: Node): ReturnType<typeof evaluate> {
  return node.kind === 'leaf' ? node.array : evaluate(node)
}

function sum(a: Node, b: Node): Node | null {
  const dates = [a, b].filter(({ dtype }) => dtype.kind === 'M').length
  if (dates === 2) return null
  const dtype = dates === 0 ? common([a, b]) : dateOf(a, b)
  return dtype === null || dtype.unit === null ? null : arithmetic(OPERATIONS.Add, dtype, a, b)
}

function difference(a: Node, b: Node): Node | null {
  const isOfDates = a.dtype.kind === 'M' && b.dtype.kind === 'M'
  if (b.dtype.kind === 'M' && !isOfDates) return null
  const dtype = a.dtype.kind === 'M' ? (isOfDates ? common([a, b]) : dateOf(a, b)) : common([a, b])
  if (dtype === null || dtype.unit === null) return null
  const result = arithmetic(OPERATIONS.Subtract, dtype, a, b)
  return isOfDates && result !== null ? { ...result, dtype: parseDType(`m8${timeUnitText(dtype.unit)}`) } : result
}

/** The dtype of a date that is moved by a duration, or by ticks. */
function dateOf(a: Node, b: Node): DType | null {
  const [date, other] = a.dtype.kind === 'M' ? [a.dtype, b.dtype] : [b.dtype, a.dtype]
  if (date.unit === null) return null
  if (other.unit === null) return 'biu'.includes(other.kind) ? date : null
  return promoteDTypes(date, parseDType(`M8${timeUnitText(other.unit)}`))
}

/** Whether ticks of a dtype are a number of those of another. A year is no number of hours, but its date has one. */
function isCountable({ kind, unit }: DType, to: DType): boolean {
  return kind !== 'm' || unit === null || to.unit === null || ticksPerTick(unit, to.unit) !== null
}

function arithmetic(operation: number, dtype: DType, a: Node, b: Node): Node | null {
  if (![a, b].every((arg) => isCountable(arg.dtype, dtype))) return null
  return call(operation, dtype.code, [inUnit(a, dtype), inUnit(b, dtype)], dtype)
}

/** A duration, so many times. */
function product(a: Node, b: Node): Node | null {
  const [duration, times] = a.dtype.unit === null ? [b, a] : [a, b]
  if (duration.dtype.kind !== 'm' || !'biu'.includes(times.dtype.kind)) return null
  return call(OPERATIONS.MultiplyTicks, duration.dtype.code, [duration, cast(times, number('int64'))], duration.dtype)
}
