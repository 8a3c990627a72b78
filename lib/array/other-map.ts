import { extent } from '../layout/layout.js'
import { unwrapNative } from '../native/native.js'
import type { ArrayBase } from './array-base.js'
import { arraysOf } from './recipe.js'

/**
 * True where an array reads bytes of the file that another array has, through another mapping of it: kernels see that two arrays overlap
 * by their addresses, which differ here.
 */
export function readsOtherMapOf(source: ArrayBase, target: ArrayBase): boolean {
  const own = target.store.mapping
  if (own === null || target.store.origin?.mode === 'c') return false
  const [start, end] = fileRange(target)
  return arraysOf(source).some((one) => {
    const { mapping } = one.store
    if (mapping === null || mapping === own) return false
    const [from, to] = fileRange(one)
    return start < to && from < end && unwrapNative(() => own.sharesFile(mapping))
  })
}

/** The bytes of the file from the first to behind the last one of an array. */
function fileRange(array: ArrayBase): [start: number, end: number] {
  const { start, length } = extent(array, array.dtype.itemsize)
  const from = (array.store.origin?.start ?? 0) + start
  return [from, from + length]
}
