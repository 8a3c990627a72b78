import { bytesOfEach } from '../cast/parts.js'
import { blank } from '../create.js'
import { fieldsInOrder, parseDType } from '../dtype/index.js'
import type { DType } from '../dtype/index.js'
import type { NDArray } from '../ndarray.js'
import { fieldOf } from '../retype.js'
import { compareInto, isTicks, noComparison } from './index.js'
import type { Comparison } from './operators.js'
import { storeTruths } from './truths.js'

/** Records are equal where all of their fields are. */
export function compareRecords(into: NDArray, op: Comparison, left: NDArray, right: NDArray): void {
  if (!comparable(left.dtype, right.dtype)) throw noComparison(op, left.dtype, right.dtype)
  const names = left.dtype.names ?? []
  const equal = new Uint8Array(into.size).fill(1)
  for (const name of names) {
    const [a, b] = [fieldOf(left, name), fieldOf(right, name)]
    // A sub-array is equal where all of its elements are.
    const same = equalOnAll(a, b, into.ndim)
    equal.forEach((flag, index) => (equal[index] = flag & (same[index] as number)))
  }
  storeTruths(into, (index) => (equal[index] === 1) === (op === '=='))
}

/** Raw bytes of one length. */
export function compareVoids(into: NDArray, op: Comparison, left: NDArray, right: NDArray): void {
  if (left.itemsize !== right.itemsize) throw noComparison(op, left.dtype, right.dtype)
  const equal = equalOnAll(bytesOfEach(left), bytesOfEach(right), into.ndim)
  storeTruths(into, (index) => (equal[index] === 1) === (op === '=='))
}

/** Whether all that the axes from `ndim` on hold is equal, for each element of those before. */
function equalOnAll(left: NDArray, right: NDArray, ndim: number): Uint8Array {
  const outer = left.shape.slice(0, ndim)
  const inner = left.shape.slice(ndim).reduce((size, length) => size * length, 1)
  const same = blank(left.shape, parseDType('bool'))
  compareInto(same, '==', left, right)
  const whole = same.reshape([...outer, inner]).all({ axis: -1, keepdims: true })
  return (whole as NDArray).data as Uint8Array
}

/** Whether NumPy finds a dtype for both: numbers go with text, whole numbers with durations, dates and raw bytes alone. */
function haveCommonKind(a: DType, b: DType): boolean {
  if (a.kind === b.kind) return true
  if ([a, b].some(({ kind }) => kind === 'V')) return false
  const other = a.kind === 'm' ? b : b.kind === 'm' ? a : null
  if (other !== null) return other.kind === 'M' || isTicks(other)
  return a.kind !== 'M' && b.kind !== 'M'
}

/** Whether fields have the same names and titles, in the same order, and sub-arrays the same shape. */
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
