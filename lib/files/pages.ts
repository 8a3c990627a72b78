import type { ArrayBase } from '../array/array-base.js'
import { fileRange } from '../array/file-range.js'
import { inspect } from '../errors/inspect.js'
import { closedError, MemmapError } from '../errors/memmap-error.js'
import { unwrapNative } from '../native/native.js'
import type { NativeMapping } from '../native/native.js'

// In the order of the numbers that the binding takes.
const ADVICE = ['normal', 'random', 'sequential', 'willneed', 'dontneed', 'hugepage', 'populate'] as const

/** The use of the pages to come. `dontneed` releases them from memory; stored elements stay in the file. */
export type Advice = (typeof ADVICE)[number]

/** How much of an array is in memory, in bytes of whole pages. */
export interface Residency {
  /** Bytes of its pages that are in memory. */
  readonly resident: number
  /** Bytes of all its pages. */
  readonly total: number
}

/** `Memmap.flush`. */
export function flush(array: ArrayBase, durable: boolean): void {
  const { start, length } = fileRange(array)
  unwrapNative(() => mappingOf(array).flush(start, length, durable))
}

/** `Memmap.advise`. */
export function advise(array: ArrayBase, advice: Advice): void {
  const number = ADVICE.indexOf(advice)
  if (number < 0) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid advice ${inspect(advice)}: it must be one of ${ADVICE.map((one) => `'${one}'`).join(', ')}`,
    )
  }
  const { start, length } = fileRange(array)
  unwrapNative(() => mappingOf(array).advise(number, start, length))
}

/** `Memmap.residency`. */
export function residency(array: ArrayBase): Residency {
  const { start, length } = fileRange(array)
  const [resident, total] = unwrapNative(() => mappingOf(array).residency(start, length))
  return { resident, total }
}

/** `Memmap.fault`. */
export function faultOf(array: ArrayBase): string | null {
  try {
    array.store.checkFault()
    return null
  } catch (error) {
    if (error instanceof MemmapError) return error.code
    throw error
  }
}

function mappingOf(array: ArrayBase): NativeMapping {
  const { mapping } = array.store
  if (mapping === null) throw closedError()
  return mapping
}
