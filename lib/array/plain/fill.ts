import { sizeOf } from '../../layout/shape.js'
import { coreOf } from '../array-base.js'
import type { ArrayBase } from '../array-base.js'
import { firstOf, mostStored, smallView } from './view.js'

/** The most bytes: beyond, native code is faster. */
const LARGEST = 2 ** 16

/**
 * Stores a number, bigint or boolean in every element of a plain array; false if it is not plain, or the value another one.
 * @throws MemmapError `ERR_MEMMAP_CAST`; the fault of a mapping
 */
export function fillPlain(array: ArrayBase, value: unknown): boolean {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return false
  const core = coreOf(array)
  const view = smallView(core, mostStored(core, LARGEST))
  if (view === null) return false
  const { shape } = core
  // The first element converts the value, or throws. It is stored again, because stores that begin with it are aligned.
  switch (shape.length) {
    case 0:
      array.set(value)
      return true
    case 1:
      array.set(0, value)
      break
    case 2:
      array.set(0, 0, value)
      break
    default:
      array.setSlow(...shape.map(() => 0), value)
  }
  const first = firstOf(core)
  view.fill(view[first] as number, first, first + sizeOf(shape))
  core.store.checkFault()
  return true
}
