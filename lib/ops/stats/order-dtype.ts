import { OPAQUE_CODE } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { MemmapError } from '../../errors/memmap-error.js'

/**
 * Checks that elements have an order in the kernels.
 * @throws MemmapError `ERR_MEMMAP_DTYPE`
 */
export function checkOrdered(dtype: DType, name: string): void {
  if (dtype.code !== OPAQUE_CODE) return
  const wayOut =
    dtype.names === null
      ? 'take their list with toArray() and use that of JavaScript'
      : 'take one of their fields with field()'
  throw new MemmapError(
    'ERR_MEMMAP_DTYPE',
    `invalid dtype ${dtype.name}: ${name} is defined for numbers and dates; ${wayOut}`,
  )
}
