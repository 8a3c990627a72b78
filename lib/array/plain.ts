/**
 * Work on small arrays in JavaScript, because a call of native code costs more than the work on a few thousand bytes. An array is
 * plain if its elements follow one another in C order and one typed array reads them.
 * @module
 */
import type { DType } from '../dtype/index.js'
import { isContiguous } from '../layout/strides.js'
import type { ArrayBase } from './array-base.js'

/** The most bytes of a small array. */
const SMALL = 8192

/** The methods of typed arrays that this module needs, whatever their elements. */
type View = Pick<Float64Array, 'length' | 'fill' | 'set' | 'subarray'> & { [index: number]: number }

/** The typed array that reads the elements of a plain array that is small; null for others. */
function viewOf({ store, accessorKind, shape, byteStrides, dtype, size }: ArrayBase): View | null {
  const { view } = accessorKind
  if (view === 'view' || size === 0 || size * dtype.itemsize > SMALL || store.openMask !== 0) return null
  return isContiguous(shape, byteStrides, dtype.itemsize, 'C') ? (store[view] as unknown as View) : null
}

/** The index of the first element in the typed array. */
function firstOf({ position, accessorKind }: ArrayBase): number {
  return position / accessorKind.unit
}

/** True where a typed array stores the elements of another one as NumPy casts them: to float32 and float64. */
function isCast(from: DType, to: DType): boolean {
  return (
    to.kind === 'f' &&
    to.itemsize > 2 &&
    (from.kind === 'f' ? from.itemsize > 2 : 'biu'.includes(from.kind) && from.itemsize < 8)
  )
}

/**
 * Copies the elements of one plain array to another of the same shape; false if one is not plain, or typed arrays do not cast as NumPy
 * does. The arrays may overlap.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of a mapping
 */
export function copyPlain(target: ArrayBase, source: ArrayBase): boolean {
  if (target.accessorKind !== source.accessorKind && !isCast(source.dtype, target.dtype)) return false
  const from = viewOf(source)
  const to = from === null ? null : viewOf(target)
  if (from === null || to === null) return false
  source.store.checkOpen()
  target.store.checkOpen()
  const { size } = source
  const start = firstOf(source)
  const at = firstOf(target)
  if (size <= 8 && from !== to) {
    for (let i = 0; i < size; i++) to[at + i] = from[start + i] as number
  } else {
    to.set(from.subarray(start, start + size) as unknown as Float64Array, at)
  }
  source.store.checkFault()
  target.store.checkFault()
  return true
}

/**
 * Stores a number, bigint or boolean in every element of a plain array; false if it is not plain, or the value another one.
 * @throws MemmapError `ERR_MEMMAP_CAST`; the fault of a mapping
 */
export function fillPlain(array: ArrayBase, value: unknown): boolean {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') return false
  const view = viewOf(array)
  if (view === null) return false
  const { shape, size } = array
  // The first element converts the value, or throws.
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
  const first = firstOf(array)
  view.fill(view[first] as number, first + 1, first + size)
  array.store.checkFault()
  return true
}
