import { extent } from '../layout/layout.js'
import { ownerOf } from '../memory/store.js'
import { unwrapNative } from '../native/native.js'
import type { ArrayBase } from './array-base.js'
import { arraysOf } from './recipe.js'

/**
 * True where an array reads bytes of the file that another array has, through another mapping of it: kernels see that two arrays overlap
 * by their addresses, which differ here.
 */
export function readsOtherMapOf(source: ArrayBase, target: ArrayBase): boolean {
  const own = target.store.mapping
  if (own === null || source.store.isPrivate || source.store.mapping === own) return false
  if (target.store.origin?.mode === 'c') return false
  return arraysOf(source).some((one) => {
    // A typed array over a buffer of the mapping, which may be closed since.
    const owner = one.store.mapping === null ? ownerOf(one.store.memory) : undefined
    const { mapping, origin, closed } = owner?.store ?? one.store
    if (mapping === null || mapping === own || closed) return false
    const [start, end] = fileRange(target)
    const [from, to] = fileRange(one, origin, owner?.start)
    return start < to && from < end && unwrapNative(() => own.sharesFile(mapping))
  })
}

/** The bytes of the file from the first to behind the last one of an array, whose memory begins at a byte of the mapping. */
function fileRange(array: ArrayBase, origin = array.store.origin, at = 0): [start: number, end: number] {
  const { start, length } = extent(array, array.dtype.itemsize)
  const from = (origin?.start ?? 0) + at + start
  return [from, from + length]
}
