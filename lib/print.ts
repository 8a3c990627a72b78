import { MemmapError } from './errors.js'
import { NDArray } from './ndarray.js'
import { format } from './text/index.js'
import type { PrintOptions } from './text/index.js'

/** An array as NumPy writes it; a closed one as `memmap(closed)`. */
export function textOf(array: NDArray, kind: 'repr' | 'str', options?: PrintOptions): string {
  const name = nameOf(array)
  if (array.store.closed) return `${name}(closed)`
  const at = (indices: readonly number[]): unknown => array.getAnyhow(...indices)
  return format({ dtype: array.dtype, shape: array.shape, at }, kind, name, options)
}

/** The repr, or the code of what is in its way: a log must not throw, least of all where a fault is looked into. */
export function shownText(array: NDArray): string {
  try {
    return textOf(array, 'repr')
  } catch (error) {
    if (error instanceof MemmapError) return `${nameOf(array)}(${error.code})`
    throw error
  }
}

function nameOf(array: NDArray): 'memmap' | 'array' {
  return array.store.origin === null ? 'array' : 'memmap'
}
