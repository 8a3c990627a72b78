import { blank, positions } from './create.js'
import { dtype as dtypeOf, given } from './dtype/index.js'
import type { DTypeLike } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { checkWriteable } from './ndarray.js'
import type { NDArray } from './ndarray.js'
import { codecOf } from './scalar/index.js'

/** `NDArray.map`. */
export function mapTo(array: NDArray, fn: (value: unknown, index: number) => unknown, like?: DTypeLike): NDArray {
  array.store.checkOpen()
  checkFunction(fn)
  const made = blank(array.shape, like === undefined ? array.dtype : dtypeOf(like))
  const codec = codecOf(made.dtype)
  let index = 0
  const places = positions(made)
  for (const value of array.values()) {
    const at = places.next().value as number
    codec.write(made.store.viewAt(at, made.itemsize), made.store.at, fn(value, index++))
  }
  return made
}

/** `NDArray.apply`. */
export function applyTo(array: NDArray, fn: (value: unknown, index: number) => unknown): void {
  checkWriteable(array)
  checkFunction(fn)
  const codec = codecOf(array.dtype)
  const { store, itemsize } = array
  let index = 0
  for (const at of positions(array)) {
    const value = codec.read(store.viewAt(at, itemsize), store.at)
    const next = codec.prepare(fn(value, index++))
    next(store.viewAt(at, itemsize), store.at)
    store.checkFault()
  }
}

function checkFunction(fn: unknown): void {
  if (typeof fn !== 'function') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a function of an element is needed (got ${given(fn)})`)
  }
}
