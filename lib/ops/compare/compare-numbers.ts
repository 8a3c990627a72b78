import { coreOf } from '../../array/array-base.js'
import type { ArrayBase } from '../../array/array-base.js'
import { kernelNumbers, numberOperand, operand } from '../../array/operand.js'
import { native, unwrapNative } from '../../native/native.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'

/**
 * Compares numbers with one number in double precision, or in that of float32 elements, as in NumPy 2 (NEP 50).
 * @param array of floats other than float16, or of integers of at most 32 bits
 */
export function compareWithNumber(into: ArrayBase, op: Comparison, array: ArrayBase, number: number): void {
  const { code } = COMPARISONS[op]
  const { shape, dtype } = coreOf(array)
  const isSingle = dtype.kind === 'f' && dtype.itemsize === 4
  kernelNumbers(code)
  unwrapNative(() => native.compare(operand(0, array), numberOperand(1, number, shape, isSingle), operand(2, into)))
}

/** Compares numbers, or ticks of one unit, by the kernel. */
export function compareNumbers(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const { code } = COMPARISONS[op]
  kernelNumbers(code)
  unwrapNative(() => native.compare(operand(0, left), operand(1, right), operand(2, into)))
}
