import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { asOwner, viewOf } from '../../array/make-array.js'
import { parseDType } from '../../dtype/index.js'
import type { DTypeLike } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { checkList } from '../../errors/check-size.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { checkWriteable } from '../../memory/writeable.js'
import { isFlexible } from '../cast/resolve-flexible.js'
import { fromNestedLists } from '../from-values.js'
import { innerBlocksOf } from '../inner-blocks.js'
import { elementsOf, entriesOf } from '../iterate.js'
import { reshape } from '../reshape.js'
import { restoreOf } from './returned-text.js'
import { indicesAt, runOver } from './run.js'
import type { ElementFunction } from './template.js'

/** `NDArray.map`. */
export function mapTo(array: ArrayBase, fn: ElementFunction, options: { dtype?: DTypeLike }): ArrayBase {
  array.store.checkOpen()
  checkFunction(fn)
  checkOptions(options, ['dtype'], 'map')
  const dtype = options.dtype === undefined ? array.dtype : parseDType(options.dtype)
  if (dtype.shape.length > 0) {
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtype ${dtype.name}: an element is no sub-array; map each of its fields`,
    )
  }
  let index = 0
  const restore = restoreOf(array.dtype, dtype)
  const apply = (value: unknown): unknown => {
    const at = index++
    const result = fn(value, at)
    return restore === null ? result : restore(result, value, () => elementView(array, at))
  }
  if (isFlexible(dtype)) {
    // The dtype has the length of the longest result of the function.
    checkList(array.size, 'give the option dtype with a length')
    const values = Array.from(elementsOf(array), apply)
    return asOwner(reshape(fromNestedLists(values, dtype), [array.shape]))
  }
  const result = allocate(array.shape, dtype)
  const flat = reshape(result, [[result.size]])
  const { shape, size } = array
  const done = restore === null ? runOver(array, result, fn) : 0
  if (done === 0) for (const value of elementsOf(array)) flat.set(index, apply(value))
  else for (let at = done; at < size; at++) flat.set(at, fn(array.get(...indicesAt(shape, at)), at))
  return result
}

/** `NDArray.apply`. */
export function applyTo(array: ArrayBase, fn: ElementFunction): void {
  checkWriteable(array)
  checkFunction(fn)
  let index = 0
  const restore = restoreOf(array.dtype, array.dtype)
  if (restore !== null) {
    for (const [indices, value] of entriesOf(array)) {
      const at = index++
      array.set(
        ...indices,
        restore(fn(value, at), value, () => elementView(array, at)),
      )
    }
    return
  }
  const { shape, size } = array
  const done = runOver(array, array, fn)
  if (done > 0) {
    for (let at = done; at < size; at++) {
      const indices = indicesAt(shape, at)
      array.set(...indices, fn(array.get(...indices), at))
    }
    array.store.checkOpen()
    array.store.checkFault()
    return
  }
  const next = (value: unknown): unknown => fn(value, index++)
  for (const block of innerBlocksOf(array)) {
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

/** A view of one element, by its index in C order. */
function elementView(array: ArrayBase, index: number): ArrayBase {
  const { shape, byteStrides } = array
  let { position } = array
  let rest = index
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number
    position += (rest % length) * (byteStrides[axis] as number)
    rest = Math.floor(rest / length)
  }
  return viewOf(array, { shape: [], byteStrides: [], position })
}

function checkFunction(fn: unknown): void {
  if (typeof fn !== 'function') {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid function ${inspect(fn)}: it must be a function of an element`)
  }
}
