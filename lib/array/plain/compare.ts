import { parseDType } from '../../dtype/index.js'
import { isSameShape, sizeOf } from '../../layout/shape.js'
import { allocateEmpty } from '../allocate.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import { firstOf, isNumbers, isSingle, loopsOf, smallView } from './view.js'

/** The most elements: beyond, native code is faster. */
const SOME = 256

/**
 * Compares the elements of a plain array with a number, which takes the precision of floats, as in NumPy 2 (NEP 50), or with those of
 * a plain array of the same dtype and shape: an array of bool; null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function comparePlain(array: ArrayBase, op: string, other: number | ArrayBase): ArrayBase | null {
  const left = coreOf(array)
  const { shape, dtype } = left
  const size = sizeOf(shape)
  const view = size > SOME || !isNumbers(dtype) ? null : smallView(left)
  if (view === null) return null
  const from = firstOf(left)
  if (typeof other === 'number') {
    const number = isSingle(dtype) ? Math.fround(other) : other
    const into = allocateEmpty(shape, parseDType('bool'))
    const flags = coreOf(into).store.u8
    loopsOf(left).compareNumber(flags, view, from, size, op, number)
    left.store.checkFault()
    return into
  }
  const right = coreOf(other)
  if (left.accessorKind !== right.accessorKind || !isSameShape(shape, right.shape)) return null
  const others = smallView(right)
  if (others === null) return null
  const into = allocateEmpty(shape, parseDType('bool'))
  const flags = coreOf(into).store.u8
  const start = firstOf(right)
  loopsOf(left).compareEach(flags, view, from, size, op, others, start)
  left.store.checkFault()
  right.store.checkFault()
  return into
}
