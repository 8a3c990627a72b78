/**
 * Comparisons of real numbers with numbers that no dtype holds together, one by one: JavaScript compares integers of any size with
 * floats exactly.
 * @module
 */
import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { innerDataOf } from '../../array/typed-views.js'
import { parseDType } from '../../dtype/index.js'
import { nativeCopy } from '../cast/parts.js'
import { elementsOf } from '../iterate.js'
import { COMPARISONS } from '../table.js'
import type { Comparison } from '../table.js'
import { broadcastPair } from './broadcast-pair.js'
import type { ExactNumbers } from './coerce-operand.js'

type Real = number | bigint

/** Compares an array of real numbers element by element, broadcast. */
export function compareExactly(array: ArrayBase, op: Comparison, other: ExactNumbers): ArrayBase {
  const { holds } = COMPARISONS[op]
  return flagsOf(array, other, (a, b) => holds(differenceOf(a, b)))
}

/** `allClose` with such numbers: the difference of two integers is exact. */
export function allCloseExactly(
  array: ArrayBase,
  other: ExactNumbers,
  { rtol, atol, equalNaN }: { readonly rtol: number; readonly atol: number; readonly equalNaN: boolean },
): boolean {
  const isClose = (a: Real, b: Real): boolean => {
    if (differenceOf(a, b) === 0 || (equalNaN && Number.isNaN(a) && Number.isNaN(b))) return true
    const bound = atol + rtol * Math.abs(Number(b))
    return (typeof b === 'bigint' || Number.isFinite(b)) && distanceOf(a, b) <= bound
  }
  return !(innerDataOf(flagsOf(array, other, isClose)) as Uint8Array).includes(0)
}

function distanceOf(a: Real, b: Real): Real {
  const isWhole = (x: Real): boolean => typeof x === 'bigint' || Number.isInteger(x)
  if (!isWhole(a) || !isWhole(b)) return Math.abs(Number(a) - Number(b))
  const difference = BigInt(a) - BigInt(b)
  return difference < 0n ? -difference : difference
}

/** Below 0, 0 or above; NaN for NaN. */
function differenceOf(a: Real, b: Real): number {
  return a < b ? -1 : a > b ? 1 : a >= b ? 0 : Number.NaN
}

function flagsOf(array: ArrayBase, { shape, values }: ExactNumbers, test: (a: Real, b: Real) => boolean): ArrayBase {
  const positions = allocate(shape, parseDType('float64'))
  const inOrder = innerDataOf(positions) as Float64Array
  inOrder.forEach((_, index) => (inOrder[index] = index))
  const [left, right] = broadcastPair(array, positions)
  const result = allocate(left.shape, parseDType('bool'))
  const flags = innerDataOf(result) as Uint8Array
  const at = innerDataOf(nativeCopy(right)) as Float64Array
  let index = 0
  for (const element of elementsOf(left)) {
    const value = typeof element === 'boolean' ? Number(element) : (element as Real)
    flags[index] = test(value, values[at[index] as number] as Real) ? 1 : 0
    index++
  }
  return result
}
