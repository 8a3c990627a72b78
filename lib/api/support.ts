import { LARGEST_BUFFER } from '../memory/store.js'
import { native } from '../native/native.js'

/** What this runtime and platform can do. */
export interface Support {
  /** Bytes of a page. */
  readonly pageSize: number
  /** What the offset of a mapping in its file is a multiple of; any offset may be given, as the rest is made up for. */
  readonly allocationGranularity: number
  /** Bytes of the largest ArrayBuffer, and so of the largest `data`. Arrays are larger where `get`, `set` and methods do. */
  readonly maxBufferBytes: number
  /** Whether the option `shared` gives a SharedArrayBuffer, and elements are read without an ArrayBuffer being made. */
  readonly sharedBuffers: boolean
  /** Whether a page that cannot be had becomes a fault of the array instead of the end of the process. */
  readonly guard: boolean
  /** Whether `data` of a float16 array is a `Float16Array`; `bits` is there everywhere. */
  readonly float16Array: boolean
}

/**
 * What this runtime and platform can do. `MEMMAP_SHARED_BUFFERS=off` and `MEMMAP_GUARD=off` in the environment turn two of
 * these off.
 * @example
 * support().maxBufferBytes // 4294967296 on Node 20
 */
export function support(): Support {
  const { pageSize, allocationGranularity, sharedBuffers, guard } = native.support()
  return {
    pageSize,
    allocationGranularity,
    maxBufferBytes: LARGEST_BUFFER,
    sharedBuffers,
    guard,
    float16Array: 'Float16Array' in globalThis,
  }
}
