import type { ArrayBase } from '../array/array-base.js'
import { ComputedValue, inMemory } from '../array/computed.js'
import { viewOf } from '../array/make-array.js'
import { fillPlain } from '../array/plain/fill.js'
import { inspect } from '../errors/inspect.js'
import { MemmapError } from '../errors/memmap-error.js'
import type { Layout } from '../layout/layout.js'
import { checkWriteable } from '../memory/writeable.js'
import { assignValue, fillElements } from './assign-value.js'
import { scatter } from './indexing/scatter.js'
import { select } from './indexing/select.js'
import type { Gather } from './indexing/select.js'

/** `NDArray.assign`. */
export function assign(array: ArrayBase, value: unknown, selectors?: unknown): void {
  checkWriteable(array)
  if (selectors === undefined) {
    if (!fillPlain(array, value)) assignValue(array, value)
    return
  }
  const selection = selectTargets(array, selectors)
  if ('inner' in selection) scatter(array, selection, value)
  else assignValue(viewOf(array, selection), value)
}

/**
 * The selection of the selectors of `assign`.
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_INDEX`
 */
export function selectTargets(array: ArrayBase, selectors: unknown): Layout | Gather {
  if (Array.isArray(selectors)) return select(selectors, array)
  throw new MemmapError(
    'ERR_MEMMAP_ARGUMENT',
    `invalid selectors ${inspect(selectors)}: they must be a list, as in assign(value, [':', 0])`,
  )
}

/** `NDArray.fill`. */
export function fill(array: ArrayBase, value: unknown): void {
  checkWriteable(array)
  if (!fillPlain(array, value)) fillElements(array, value instanceof ComputedValue ? inMemory(value.computed) : value)
}
