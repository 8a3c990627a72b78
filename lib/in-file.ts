import type { NDArray } from './ndarray.js'
import { extent } from './place.js'

/**
 * The bytes that the elements of a mapped array reach over, counted from the start of the array that was opened.
 * @throws MemmapError `ERR_MEMMAP_CLOSED`
 */
export function bytesInFile(array: NDArray): { start: number; length: number } {
  const { store, itemsize } = array
  store.checkOpen()
  const { start, length } = extent(array, itemsize)
  const lead = store.origin?.lead ?? 0
  return { start: start - lead, length }
}
