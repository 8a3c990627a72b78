import { allocateEmpty } from '../allocate.js'
import { sizeOf } from '../../layout/shape.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import type { View } from './template.js'
import { firstOf, isNear, loopsOf, plainView, smallView } from './view.js'

/** The most elements: beyond, native code is faster. */
const SOME = 512

/** The positions that a mask selects. */
const selected = new Uint16Array(SOME)

/**
 * Copies the entries of an axis of a plain array at positions, which are inside, to a small plain array; false for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function takePlain(target: ArrayBase, of: ArrayBase, axis: number, positions: Float64Array): boolean {
  const into = coreOf(target)
  const source = coreOf(of)
  if (into.accessorKind !== source.accessorKind || sizeOf(into.shape) > SOME || !isNear(source)) return false
  const from = plainView(source)
  const to = from === null ? null : smallView(into)
  if (from === null || to === null) return false
  const { shape } = source
  const length = shape[axis] as number
  let outer = 1
  for (let before = 0; before < axis; before++) outer *= shape[before] as number
  let inner = 1
  for (let after = axis + 1; after < shape.length; after++) inner *= shape[after] as number
  if (!loopsOf(source).take(to, firstOf(into), from, firstOf(source), outer, length, inner, positions)) return false
  source.store.checkFault()
  return true
}

/**
 * Copies the elements of a plain array for which an array of bool of the same shape is true; null for others.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function maskPlain(of: ArrayBase, mask: ArrayBase): ArrayBase | null {
  const array = coreOf(of)
  const flags = coreOf(mask)
  const size = sizeOf(array.shape)
  if (size > SOME || sizeOf(flags.shape) !== size || flags.shape.length !== array.shape.length) return null
  const from = plainView(array)
  const chosen = from === null ? null : plainView(flags)
  if (from === null || chosen === null) return null
  const start = firstOf(flags)
  let count = 0
  for (let i = 0; i < size; i++) {
    selected[count] = i
    if (chosen[start + i] !== 0) count++
  }
  const into = allocateEmpty([count], array.dtype)
  if (count > 0) {
    const to = smallView(coreOf(into)) as View
    if (!loopsOf(array).select(to, 0, from, firstOf(array), count, selected)) return null
  }
  flags.store.checkFault()
  array.store.checkFault()
  return into
}
