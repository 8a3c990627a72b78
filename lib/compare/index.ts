/**
 * Elements of two arrays of one shape, compared as NumPy compares them.
 * @module
 */
import { Code } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import { calling, native } from '../native.js'
import type { NDArray } from '../ndarray.js'
import { operand } from '../operand.js'
import { numberOf } from './operators.js'
import type { Comparison } from './operators.js'
import { compareRecords, compareVoids } from './records.js'
import { compareText } from './text.js'
import { compareTimes } from './times.js'

/**
 * Stores in `into`, of bool, which elements compare so.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` where NumPy has no such comparison
 */
export function compareInto(into: NDArray, op: Comparison, left: NDArray, right: NDArray): void {
  const a = left.dtype
  const b = right.dtype
  if (isNumber(a) && isNumber(b)) return compareNumbers(into, op, left, right)
  if (a.kind === 'V' || b.kind === 'V') {
    if (a.kind !== b.kind || (a.names === null) !== (b.names === null) || (op !== '==' && op !== '!='))
      throw noComparison(op, a, b)
    return a.names === null ? compareVoids(into, op, left, right) : compareRecords(into, op, left, right)
  }
  if ((a.kind === 'S' || a.kind === 'U') && a.kind === b.kind) return compareText(into, op, left, right)
  if (a.code === Code.Time && a.kind === b.kind) return compareTimes(into, op, left, right)
  if (a.kind === 'm' && isTicks(b)) return compareTimes(into, op, left, right.astype(a.newByteOrder('=')))
  if (b.kind === 'm' && isTicks(a)) return compareTimes(into, op, left.astype(b.newByteOrder('=')), right)
  // Unlike kinds are never equal, and never in order.
  if (op !== '==' && op !== '!=') throw noComparison(op, a, b)
  into.fill(op === '!=')
}

function compareNumbers(into: NDArray, op: Comparison, left: NDArray, right: NDArray): void {
  const a = operand(left)
  const b = operand(right)
  const to = operand(into)
  calling(() => native.compare(numberOf(op), a.memory, a.layout, b.memory, b.layout, to.memory, to.layout))
}

/** Whether elements are numbers or truths. */
export function isNumber({ kind }: DType): boolean {
  return 'biufc'.includes(kind)
}

/** Whether whole numbers stand for durations: those that 64 bits with a sign hold. */
export function isTicks({ kind, itemsize }: DType): boolean {
  return kind === 'b' || kind === 'i' || (kind === 'u' && itemsize < 8)
}

export function noComparison(op: Comparison, a: DType, b: DType): MemmapError {
  return new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `elements of ${a.name} and ${b.name} cannot be compared with '${op}': convert one with astype(), or compare field by field`,
  )
}
