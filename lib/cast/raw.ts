import { parseDType } from '../dtype/index.js'
import type { NDArray } from '../ndarray.js'
import { bytesOfEach, cutOrPad } from './parts.js'
import { apart } from './run.js'

/** Elements to raw bytes: their own in this machine's order, cut or followed by zeros. */
export function toRawBytes(target: NDArray, source: NDArray): void {
  const { dtype } = source
  // Any byte but 0 is true, and true is 1.
  const plain = dtype.kind === 'b' ? parseDType('uint8') : dtype.newByteOrder('=')
  const native = plain === dtype ? apart(source, target) : (source.astype(plain) as NDArray)
  cutOrPad(bytesOfEach(target), bytesOfEach(native))
}
