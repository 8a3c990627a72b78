import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { innerDataOf } from '../../array/typed-views.js'
import { fieldsInOrder, parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { bytesOfEach } from '../cast/parts.js'
import { allOfEach } from '../cast/to-bool.js'
import type { Comparison } from '../table.js'
import { fieldOf } from '../view.js'
import { isTicks, noComparison } from './comparable.js'
import { storeFlags } from './store-flags.js'

/** `compareInto`, which calls the functions of this module and is therefore an argument. */
type Compare = (into: ArrayBase, op: Comparison, left: ArrayBase, right: ArrayBase) => void

/** Compares records, which are equal if all of their fields are. */
export function compareRecords(
  into: ArrayBase,
  op: Comparison,
  left: ArrayBase,
  right: ArrayBase,
  compare: Compare,
): void {
  if (!comparable(left.dtype, right.dtype)) throw noComparison(op, left.dtype, right.dtype)
  const names = left.dtype.names ?? []
  const equal = new Uint8Array(into.size).fill(1)
  for (const name of names) {
    const [a, b] = [fieldOf(left, name), fieldOf(right, name)]
    // Sub-arrays are equal if all of their elements are.
    const same = equalOnAll(a, b, into.ndim, compare)
    equal.forEach((flag, index) => (equal[index] = flag & (same[index] as number)))
  }
  storeEqual(into, op, equal)
}

/** Compares raw bytes of one length. */
export function compareVoids(
  into: ArrayBase,
  op: Comparison,
  left: ArrayBase,
  right: ArrayBase,
  compare: Compare,
): void {
  if (left.itemsize !== right.itemsize) throw noComparison(op, left.dtype, right.dtype)
  const equal = equalOnAll(bytesOfEach(left), bytesOfEach(right), into.ndim, compare)
  storeEqual(into, op, equal)
}

/** Stores what `==` or `!=` of elements is, given a flag for each that is 1 where they are equal. */
function storeEqual(into: ArrayBase, op: Comparison, equal: Uint8Array): void {
  storeFlags(into, (index) => (equal[index] === 1) === (op === '=='))
}

/** Compares the entries of the axes from `ndim` on, and returns a flag that is 1 where all are equal. */
function equalOnAll(left: ArrayBase, right: ArrayBase, ndim: number, compare: Compare): Uint8Array {
  const same = allocate(left.shape, parseDType('bool'))
  compare(same, '==', left, right)
  return innerDataOf(allOfEach(same, ndim)) as Uint8Array
}

/**
 * Returns true if NumPy promotes both dtypes to a common one: numbers with text, whole numbers with durations; dates and raw
 * bytes with their own kind only.
 */
function haveCommonKind(a: DType, b: DType): boolean {
  if (a.kind === b.kind) return true
  if ([a, b].some(({ kind }) => kind === 'V')) return false
  const other = a.kind === 'm' ? b : b.kind === 'm' ? a : null
  if (other !== null) return other.kind === 'M' || isTicks(other)
  return a.kind !== 'M' && b.kind !== 'M'
}

/** Returns true if the fields have the same names and titles in the same order, and sub-arrays of the same shape. */
function comparable(a: DType, b: DType): boolean {
  const [left, right] = [fieldsInOrder(a), fieldsInOrder(b)]
  return (
    left.length === right.length &&
    left.every((field, index) => {
      const other = right[index]
      if (other === undefined || field.name !== other.name || field.title !== other.title) return false
      if (String(field.dtype.shape) !== String(other.dtype.shape)) return false
      const [x, y] = [field.dtype.base, other.dtype.base]
      if (x.kind !== 'V' || y.kind !== 'V') return haveCommonKind(x, y)
      return x.names === null ? y.names === null && x.itemsize === y.itemsize : comparable(x, y)
    })
  )
}
