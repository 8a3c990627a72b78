/**
 * Many elements to one, along axes or all together.
 * @module
 */
import { asOwner } from './make.js'
import { steady } from './later/steady.js'
import { WATCH, Watch } from './later/watched.js'
import type { WatchOptions } from './later/watched.js'
import { calling, fromNative, later, native } from './native.js'
import type { NativeTask } from './native.js'
import type { NDArray } from './ndarray.js'
import { operand } from './operand.js'
import { checkOptions } from './options.js'
import { NAMES, OPTIONS } from './reduce/options.js'
import type { ReduceOptions, Reduction } from './reduce/options.js'
import { planReduction } from './reduce/plan.js'
import type { ReductionPlan } from './reduce/plan.js'
import { textPositions } from './reduce/text-position.js'

/** `NDArray.sum` and its kind. */
export function reduce(array: NDArray, name: Reduction, options?: ReduceOptions): unknown {
  // Nothing can be wrong with all numbers of an array without options: small arrays need not wait for the questions.
  if (options === undefined && 'biufc'.includes(array.dtype.kind) && !array.shape.includes(0)) return whole(array, name)
  const plan = planReduction(array, name, options ?? {})
  if (plan.text) return textReduction(plan)
  return resultOf(
    plan,
    calling(() => runReduction(plan)),
  )
}

/** A reduction of all elements, which are numbers, as NumPy does it by default. */
function whole(array: NDArray, name: Reduction): unknown {
  const { memory, layout } = operand(array)
  try {
    const value = native.reduceAll(NUMBER_OF[name], memory, layout, -1, 0, false)
    return scalarOf(value, COUNTS.includes(name))
  } catch (error) {
    throw fromNative(error)
  }
}

const NUMBER_OF = Object.fromEntries(NAMES.map((name, number) => [name, number])) as Readonly<Record<Reduction, number>>

/** The reductions whose result is a position or a count. */
const COUNTS: readonly Reduction[] = ['argmin', 'argmax', 'countNonzero']

/** As {@link reduce}, in the thread pool. */
export async function reduceLater(
  array: NDArray,
  name: Reduction,
  options: ReduceOptions & WatchOptions = {},
): Promise<unknown> {
  checkOptions(options, [...OPTIONS[name], ...WATCH], name)
  const { signal, onProgress, ...rest } = options
  const watch = new Watch(options, [array])
  const plan = planReduction(array, name, rest)
  if (plan.text) {
    const positions = textReduction(plan)
    watch.tell(1)
    return positions
  }
  const { source, release } = await steady(plan.source, watch)
  try {
    const value = await watch.run(source.size, (task) => later(() => runReduction({ ...plan, source }, task)))
    return resultOf(plan, value)
  } finally {
    release()
  }
}

/** The value of a reduction of all axes, as the kernel gives it; others fill their target. */
function runReduction({ source, op, dtype, ddof, skipNaN, into }: ReductionPlan, task?: NativeTask): unknown {
  const from = operand(source)
  if (into === null) return native.reduceAll(op, from.memory, from.layout, dtype, ddof, skipNaN, task)
  const to = operand(into.target)
  return native.reduce(op, from.memory, from.layout, into.axes, dtype, ddof, skipNaN, to.memory, to.layout, task)
}

/** What a reduction gives: the array that it filled, or the value as a scalar of its dtype. */
function resultOf({ into, counts }: ReductionPlan, value: unknown): unknown {
  if (into === null) return scalarOf(value, counts)
  const { target, shape } = into
  return shape.length === target.ndim ? target : asOwner(target.reshape(shape))
}

/** The value of a kernel as a scalar. */
function scalarOf(value: unknown, counts: boolean): unknown {
  if (typeof value === 'number') return value
  if (counts) return Number(value)
  return Array.isArray(value) ? { re: value[0] as number, im: value[1] as number } : value
}

function textReduction({ source, op, into }: ReductionPlan): unknown {
  const isWhole = into === null || into.target.ndim === 0
  const rows = isWhole ? source.reshape([source.size]) : source.moveAxis(into.axes.indexOf(1), -1)
  const positions = textPositions(rows, op === NAMES.indexOf('argmax'))
  return into === null ? Number(positions.item()) : positions.reshape(into.shape)
}
