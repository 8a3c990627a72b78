import type { ArrayBase } from '../../array/array-base.js'
import { operand } from '../../array/operand.js'
import { native, unwrapNative } from '../../native/native.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'

/** Compares numbers, or ticks of one unit, by the kernel. */
export function compareNumbers(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const a = operand(left)
  const b = operand(right)
  const to = operand(into)
  unwrapNative(() => native.compare(COMPARISONS[op].code, a.memory, a.layout, b.memory, b.layout, to.memory, to.layout))
}
