import { NDArray } from './ndarray.js'
import { format } from './text/index.js'
import type { PrintOptions } from './text/index.js'

/** An array as NumPy writes it; a closed one as `memmap(closed)`. */
export function textOf(array: NDArray, kind: 'repr' | 'str', options?: PrintOptions): string {
  const name = array.store.origin === null ? 'array' : 'memmap'
  if (array.store.closed) return `${name}(closed)`
  const at = (indices: readonly number[]): unknown => array.getAnyhow(...indices)
  return format({ dtype: array.dtype, shape: array.shape, at }, kind, name, options)
}
