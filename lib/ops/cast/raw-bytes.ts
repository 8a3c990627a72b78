import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { parseDType } from '../../dtype/index.js'
import type { DType } from '../../dtype/index.js'
import { bytesOfEach, copyIfShared, cutOrPad, nativeCopy } from './parts.js'
import type { Cast } from './records.js'

/** Casts elements to their raw bytes in this machine's order, cut or zero-padded. */
export function toRawBytes(target: ArrayBase, source: ArrayBase, cast: Cast): void {
  const { dtype } = source
  // The cast normalises bools, because any byte but 0 is true and true is 1.
  const plain = dtype.kind === 'b' ? parseDType('uint8') : dtype.newByteOrder('=')
  cutOrPad(bytesOfEach(target), bytesOfEach(sourceAs(plain)))

  function sourceAs(wanted: DType): ArrayBase {
    if (wanted === dtype) return copyIfShared(source, target)
    if (dtype.names === null) return nativeCopy(source, wanted)
    const copy = allocate(source.shape, wanted)
    cast(copy, source)
    return copy
  }
}
