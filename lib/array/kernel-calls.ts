/**
 * Calls of single kernels without checks, from which the operations are built.
 * @module
 */
import { native, unwrapNative } from '../native/native.js'
import type { NativeTask } from '../native/native.js'
import type { ArrayBase } from './array-base.js'
import { kernelNumbers, operand, reducedAxes } from './operand.js'

/** Copies numbers with conversion, or elements of the same bytes. The arrays may overlap. */
export function assignKernel(target: ArrayBase, source: ArrayBase): void {
  unwrapNative(() => native.assignNow(operand(0, source), operand(1, target)))
}

/** Stores the bytes of one element in every element. */
export function fillKernel(target: ArrayBase, element: Uint8Array): void {
  unwrapNative(() => native.fill(operand(0, target), element))
}

/** Stores zero bytes in every element. */
export function clearKernel(target: ArrayBase): void {
  fillKernel(target, new Uint8Array(target.itemsize))
}

/** What a reduction is told besides its arrays. */
export interface ReductionNumbers {
  /** The code of the dtype of the result; -1 for NumPy's choice. */
  readonly dtype: number
  readonly ddof: number
  readonly skipNaN: boolean
}

const PLAIN: ReductionNumbers = { dtype: -1, ddof: 0, skipNaN: false }

/** Reduces all elements to one value, which a task gives as a promise. Native errors are thrown as they are. */
export function reduceAllKernel(op: number, source: ArrayBase, numbers = PLAIN, task?: NativeTask): unknown {
  const { dtype, ddof, skipNaN } = numbers
  const from = operand(0, source)
  if (task !== undefined) return native.reduceAll(op, from, dtype, ddof, skipNaN, task)
  kernelNumbers(op, dtype, ddof, skipNaN ? 1 : 0)
  return native.reduceAllNow(from)
}

/**
 * Reduces axes, of which a task gives a promise. Native errors are thrown as they are.
 * @param axes flags, which are not 0 for the axes that are reduced
 */
export function reduceKernel(
  op: number,
  target: ArrayBase,
  source: ArrayBase,
  axes: Uint8Array,
  numbers = PLAIN,
  task?: NativeTask,
): unknown {
  const { dtype, ddof, skipNaN } = numbers
  const from = operand(0, source)
  const to = operand(1, target)
  reducedAxes(axes)
  if (task !== undefined) return native.reduce(op, from, dtype, ddof, skipNaN, to, task)
  kernelNumbers(op, dtype, ddof, skipNaN ? 1 : 0)
  return native.reduceNow(from, to)
}
