import { blocksOf } from './blocks-of-axes.js'
import { blank, fromLists } from './create.js'
import { isOpen } from './cast/adapt.js'
import { given, parseDType } from './dtype/index.js'
import type { DTypeLike } from './dtype/index.js'
import { MemmapError } from './errors.js'
import { elementsOf } from './iterate.js'
import { asOwner } from './make.js'
import type { NDArray } from './ndarray.js'
import { checkOptions } from './options.js'
import { checkWriteable } from './writeable.js'

/** What is called for every element, with its place in C order. */
type Each = (value: unknown, index: number) => unknown

/** `NDArray.map`. */
export function mapTo(array: NDArray, fn: Each, options: { dtype?: DTypeLike }): NDArray {
  array.store.checkOpen()
  checkFunction(fn)
  checkOptions(options, ['dtype'], 'map')
  const dtype = options.dtype === undefined ? array.dtype : parseDType(options.dtype)
  if (dtype.shape.length > 0) {
    throw new MemmapError('ERR_MEMMAP_DTYPE', `an element is no sub-array (got ${dtype.name}): map each of its fields`)
  }
  let index = 0
  if (isOpen(dtype)) {
    // As long as the longest of what the function gives.
    const values = Array.from(elementsOf(array), (value) => fn(value, index++))
    return asOwner(fromLists(values, dtype).reshape(array.shape))
  }
  const made = blank(array.shape, dtype)
  const flat = made.reshape([made.size])
  for (const value of elementsOf(array)) {
    flat.set(index, fn(value, index) as never)
    index++
  }
  return made
}

/** `NDArray.apply`. */
export function applyTo(array: NDArray, fn: Each): void {
  checkWriteable(array)
  checkFunction(fn)
  let index = 0
  const next = (value: unknown): never => fn(value, index++) as never
  for (const block of blocksOf(array)) {
    const [length0 = 0, length1 = 0, length2 = 0] = block.shape
    switch (block.ndim) {
      case 0:
        block.set(next(block.get()))
        break
      case 1:
        for (let i = 0; i < length0; i++) block.set(i, next(block.get(i)))
        break
      case 2:
        for (let i = 0; i < length0; i++) {
          for (let j = 0; j < length1; j++) block.set(i, j, next(block.get(i, j)))
        }
        break
      default:
        for (let i = 0; i < length0; i++) {
          for (let j = 0; j < length1; j++) {
            for (let k = 0; k < length2; k++) block.set(i, j, k, next(block.get(i, j, k)))
          }
        }
    }
  }
}

function checkFunction(fn: unknown): void {
  if (typeof fn !== 'function') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `a function of an element is needed (got ${given(fn)})`)
  }
}
