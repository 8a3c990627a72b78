import type { ArrayBase } from '../../array/array-base.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { format } from '../../text/index.js'
import type { PrintOptions } from '../../text/index.js'

/** The text of an array as NumPy prints it; `memmap(closed)` for a closed one. */
export function reprOf(array: ArrayBase, kind: 'repr' | 'str', options?: PrintOptions): string {
  const name = nameOf(array)
  if (array.store.closed) return `${name}(closed)`
  const at = (indices: readonly number[]): unknown => array.getSlow(...indices)
  return format({ dtype: array.dtype, shape: array.shape, at }, kind, name, options)
}

/** The repr, or the code of the error in its place, because `console.log` must not throw, least of all while debugging a fault. */
export function inspectText(array: ArrayBase): string {
  return orCode(array, () => reprOf(array, 'repr'))
}

/** A text, or the array with the code of the error in its place. */
export function orCode(array: ArrayBase, text: () => string): string {
  try {
    return text()
  } catch (error) {
    if (error instanceof MemmapError) return `${nameOf(array)}(${error.code})`
    throw error
  }
}

function nameOf(array: ArrayBase): 'memmap' | 'array' {
  return array.store.origin === null ? 'array' : 'memmap'
}
