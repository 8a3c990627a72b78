/**
 * The sizes that JavaScript can hold. V8 ends the process where a list or the heap grows past its limit, so what grows by the
 * number of elements is measured before it is built.
 * @module
 */
import { constants } from 'node:buffer'
import { getHeapStatistics } from 'node:v8'
import { MemmapError } from './memmap-error.js'

/** The longest list that every runtime grows to; V8 of Node 20 ends the process at 112,813,859 elements. */
export const LONGEST_LIST = 112_000_000

/** The longest text, in UTF-16 units. */
export const LONGEST_TEXT = constants.MAX_STRING_LENGTH

/** The part of the heap that one result may take, because the estimate is rough. */
const USABLE = 0.9

/**
 * Checks that lists, objects or text of about so many bytes fit into the heap of this thread.
 * @param what the thing to build, such as `'lists of 10 elements'`
 * @param wayOut what the caller can do instead
 * @throws MemmapError `ERR_MEMMAP_TOO_LARGE`
 */
export function checkHeap(bytes: number, what: string, wayOut: string): void {
  // Asking takes longer than building a few elements.
  if (bytes < 1e6) return
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics()
  const free = limit * USABLE - used
  if (!(bytes > free)) return
  throw new MemmapError(
    'ERR_MEMMAP_TOO_LARGE',
    `invalid size of ${what}: they take about ${megabytes(bytes)}, and the heap of JavaScript has ${megabytes(Math.max(free, 0))} free; ${wayOut}`,
    { expected: bytes, actual: free },
  )
}

/**
 * Checks the length of one list.
 * @throws MemmapError `ERR_MEMMAP_TOO_LARGE`
 */
export function checkList(length: number, wayOut: string): void {
  if (length <= LONGEST_LIST) return
  throw new MemmapError(
    'ERR_MEMMAP_TOO_LARGE',
    `invalid list of ${length} elements: JavaScript holds lists of at most ${LONGEST_LIST}; ${wayOut}`,
    { expected: length, actual: LONGEST_LIST },
  )
}

/**
 * Checks the length of a text.
 * @throws MemmapError `ERR_MEMMAP_TOO_LARGE`
 */
export function checkText(length: number, wayOut: string): void {
  if (length <= LONGEST_TEXT) return
  throw new MemmapError(
    'ERR_MEMMAP_TOO_LARGE',
    `invalid text of ${length} characters: JavaScript holds texts of at most ${LONGEST_TEXT}; ${wayOut}`,
    { expected: length, actual: LONGEST_TEXT },
  )
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
