import { extent } from '../layout/layout.js'
import type { ArrayBase } from './array-base.js'

/**
 * The range of bytes that the elements of a mapped array occupy, counted from the start of the opened array.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
export function fileRange(array: ArrayBase): { start: number; length: number } {
  const { store, itemsize } = array
  store.checkOpen()
  const { start, length } = extent(array, itemsize)
  const pageOffset = store.origin?.pageOffset ?? 0
  return { start: start - pageOffset, length }
}
