import type { ArrayBase } from '../../array/array-base.js'
import { operand } from '../../array/operand.js'
import { native, unwrapNative } from '../../native/native.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'

/** Compares numbers, or ticks of one unit, by the kernel. */
export function compareNumbers(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const { code } = COMPARISONS[op]
  unwrapNative(() => native.compare(code, operand(0, left), operand(1, right), operand(2, into)))
}
