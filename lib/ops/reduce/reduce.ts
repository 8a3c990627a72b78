/**
 * Reductions of all elements or along axes.
 * @module
 */
import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { reduceAllKernel, reduceKernel } from '../../array/kernel-calls.js'
import { asOwner } from '../../array/make-array.js'
import { reducePlain, reducePlainAlong } from '../../array/plain/reduce.js'
import { fromNative, unwrapNative } from '../../native/native.js'
import type { NativeTask } from '../../native/native.js'
import { reshape } from '../reshape.js'
import { REDUCTIONS } from '../table.js'
import type { Reduction, ReductionRow } from '../table.js'
import type { ReduceOptions } from './options.js'
import { planReduction } from './plan.js'
import { kindError } from './result-dtype.js'
import type { ReductionPlan } from './plan.js'
import { textPositions } from './text-argminmax.js'

/** A reduction of the table as a function: `NDArray.sum` and the other methods. */
export function reducer(name: Reduction): (array: ArrayBase, options?: ReduceOptions) => unknown {
  const row: ReductionRow = REDUCTIONS[name]
  const { code } = row
  return (array, options) => {
    // Skips the plan, because numbers without options need no checks and the plan would dominate the time for small arrays.
    const { dtype, shape } = coreOf(array)
    if (options === undefined && 'biufc'.includes(dtype.kind) && !shape.includes(0)) {
      const few = reducePlain(array, name)
      if (few !== undefined) return few
      try {
        return scalarOf(reduceAllKernel(code, array), row)
      } catch (error) {
        throw kindError(fromNative(error), name, dtype)
      }
    }
    const plan = planReduction(array, name, options === undefined ? {} : options)
    if (plan.isText) return reduceText(plan)
    return resultOf(
      plan,
      unwrapNative(() => runReduction(plan)),
    )
  }
}

/** Calls the kernel, which returns the value of a reduction of all elements or fills the target. */
export function runReduction(plan: ReductionPlan, task?: NativeTask): unknown {
  const { source, row, dtype, skipNaN, into } = plan
  const isPlain = into !== null && task === undefined && dtype === -1 && !skipNaN
  if (isPlain && reducePlainAlong(into.target, source, row.numpy, into.axes)) return undefined
  if (into === null) return reduceAllKernel(row.code, source, plan, task)
  return reduceKernel(row.code, into.target, source, into.axes, plan, task)
}

/** Returns the result: the array that the kernel filled, or its value as a scalar. */
export function resultOf({ into, row }: ReductionPlan, value: unknown): unknown {
  if (into === null) return scalarOf(value, row)
  const { target, shape } = into
  return shape.length === coreOf(target).shape.length ? target : asOwner(reshape(target, [shape]))
}

/** Converts the value of a kernel to a scalar; positions and counts are numbers. */
function scalarOf(value: unknown, { result }: ReductionRow): unknown {
  if (typeof value === 'number') return value
  if (result === 'count') return Number(value)
  return Array.isArray(value) ? { re: value[0] as number, im: value[1] as number } : value
}

/** `argmin` and `argmax` of text. */
export function reduceText({ source, row, into }: ReductionPlan): unknown {
  const isLargest = row.code === REDUCTIONS.argmax.code
  const axis = into === null || into.target.ndim === 0 ? -1 : into.axes.indexOf(1)
  const positions = textPositions(source, axis, isLargest)
  return into === null ? Number(positions.get()) : reshape(positions, [into.shape])
}
