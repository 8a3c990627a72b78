import { checkArguments } from '../errors/refuse-surplus.js'
import { LARGEST_BUFFER } from '../memory/store.js'
import { native } from '../native/native.js'

/** The capabilities of this runtime and platform. */
export interface Support {
  /** Bytes of a page. */
  readonly pageSize: number
  /** The system maps at multiples of this offset in the file. The library accepts any offset, because it maps the page before. */
  readonly allocationGranularity: number
  /** Bytes of the largest ArrayBuffer, and so of the largest `data`. `get`, `set` and all methods work on larger arrays. */
  readonly maxBufferBytes: number
  /** Whether the option `shared` creates a SharedArrayBuffer, and elements are read without creating an ArrayBuffer. */
  readonly sharedBuffers: boolean
  /** Whether a page that cannot be loaded becomes a fault of the array instead of ending the process. */
  readonly guard: boolean
  /** Whether `data` of a float16 array is a `Float16Array`; `bits` works everywhere. */
  readonly float16Array: boolean
}

/**
 * Returns the capabilities of this runtime and platform. `MEMMAP_SHARED_BUFFERS=off` and `MEMMAP_GUARD=off` in the environment
 * turn two of them off.
 * @example
 * support().maxBufferBytes // 4294967296 on Node 20
 */
export function support(): Support {
  checkArguments('support', 0, arguments)
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
