/**
 * Compares two arrays of one shape element by element, as NumPy does.
 * @module
 */
import type { ArrayBase } from '../../array/array-base.js'
import { fillKernel } from '../../array/kernel-calls.js'
import { TIME_CODE } from '../../dtype/index.js'
import { castTo } from '../copy.js'
import type { Comparison } from '../table.js'
import { isNumber, isTicks, noComparison } from './comparable.js'
import { compareNumbers } from './compare-numbers.js'
import { compareRecords, compareVoids } from './records.js'
import { compareText } from './text.js'
import { compareTimes } from './times.js'

/**
 * Stores the results of a comparison in `into`, an array of bool.
 * @throws MemmapError `ERR_MEMMAP_DTYPE` for dtypes that NumPy does not compare
 */
export function compareInto(into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase): void {
  const a = left.dtype
  const b = right.dtype
  if (isNumber(a) && isNumber(b)) return compareNumbers(into, op, left, right)
  if (a.kind === 'V' || b.kind === 'V') {
    if (a.kind !== b.kind || (a.names === null) !== (b.names === null) || (op !== '==' && op !== '!='))
      throw noComparison(op, a, b)
    return a.names === null
      ? compareVoids(into, op, left, right, compareInto)
      : compareRecords(into, op, left, right, compareInto)
  }
  if ((a.kind === 'S' || a.kind === 'U') && a.kind === b.kind) return compareText(into, op, left, right)
  if (a.code === TIME_CODE && a.kind === b.kind) return compareTimes(into, op, left, right)
  if (a.kind === 'm' && isTicks(b)) return compareTimes(into, op, left, castTo(right, a.newByteOrder('=')))
  if (b.kind === 'm' && isTicks(a)) return compareTimes(into, op, castTo(left, b.newByteOrder('=')), right)
  // Elements of different kinds are never equal and have no order.
  if (op !== '==' && op !== '!=') throw noComparison(op, a, b)
  fillKernel(into, Uint8Array.of(op === '!=' ? 1 : 0))
}
