import type { ArrayBase } from '../../array/array-base.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { format, printing } from '../../text/index.js'
import type { PrintOptions } from '../../text/index.js'
import { identityOf } from './identity.js'

/** The text of an array as NumPy prints it; `memmap(closed)` for a closed one. */
export function reprOf(array: ArrayBase, kind: 'repr' | 'str', options?: PrintOptions): string {
  const name = nameOf(array)
  if (array.store.closed) return `${name}(closed)`
  const at = (indices: readonly number[]): unknown => array.getSlow(...indices)
  return format({ dtype: array.dtype, shape: array.shape, at }, kind, name, options)
}

/**
 * The repr with every digit that tells an element from another one; where it leaves out elements, with a mark of all of them, so that
 * different arrays have different texts in the report of a test. Does not throw.
 */
export function exactText(array: ArrayBase): string {
  return orCode(array, () => {
    const text = reprOf(array, 'repr', { floatmode: 'unique' })
    const isComplete = array.store.closed || array.size <= printing({}).threshold
    return isComplete ? text : `${text} # ${identityOf(array).split(' ').at(-1)?.slice(0, 12)}`
  })
}

/** The repr, or the code of the error in its place, because `console.log` must not throw, least of all while debugging a fault. */
export function inspectText(array: ArrayBase): string {
  return orCode(array, () => reprOf(array, 'repr'))
}

function orCode(array: ArrayBase, text: () => string): string {
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
