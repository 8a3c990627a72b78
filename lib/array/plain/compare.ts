import { parseDType } from '../../dtype/index.js'
import { isSameShape, sizeOf } from '../../layout/shape.js'
import { allocateEmpty } from '../allocate.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import { firstOf, isNumbers, smallView } from './view.js'

/** The most elements: beyond, native code is faster. */
const SOME = 128

/** What the order of two elements is, a bit each: the last where one is NaN. */
const [LESS, EQUAL, GREATER, UNORDERED] = [1, 2, 4, 8]

/** The orders in which a comparison holds. */
const HOLDS: Readonly<Record<string, number>> = {
  '<': LESS,
  '<=': LESS | EQUAL,
  '>': GREATER,
  '>=': GREATER | EQUAL,
  '==': EQUAL,
  '!=': LESS | GREATER | UNORDERED,
}

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
  const holds = HOLDS[op] as number
  const from = firstOf(left)
  if (typeof other === 'number') {
    const number = dtype.kind === 'f' && dtype.itemsize === 4 ? Math.fround(other) : other
    const into = allocateEmpty(shape, parseDType('bool'))
    const flags = coreOf(into).store.u8
    for (let i = 0; i < size; i++) flags[i] = holdsFor(view[from + i] as number, number, holds)
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
  for (let i = 0; i < size; i++) flags[i] = holdsFor(view[from + i] as number, others[start + i] as number, holds)
  left.store.checkFault()
  right.store.checkFault()
  return into
}

function holdsFor(a: number, b: number, holds: number): number {
  const order = a < b ? LESS : a > b ? GREATER : a === b ? EQUAL : UNORDERED
  return (holds & order) === 0 ? 0 : 1
}
