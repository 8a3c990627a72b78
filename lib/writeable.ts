import { MemmapError } from './errors.js'
import type { NDArray } from './ndarray.js'

/** @throws MemmapError `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED` */
export function checkWriteable(array: NDArray): void {
  array.store.checkOpen()
  if (array.lock !== 0) throw readOnlyError(array)
}

function readOnlyError(array: NDArray): MemmapError {
  const origin = array.store.origin
  const reason =
    origin?.mode === 'r'
      ? `the array is open in mode 'r': open it with mode 'r+' to change the file, or 'c' to change pages of your own`
      : 'this view shows elements more than once, or a diagonal: store to the array that it comes from'
  return new MemmapError('ERR_MEMMAP_READONLY', reason, { path: origin?.filename ?? undefined })
}
