/**
 * Arrays without memory: their elements are computed by the kernels that read them.
 * @module
 */
import { markOwn } from '../errors/brands.js'
import { stridesOf } from '../layout/strides.js'
import type { DType } from '../dtype/index.js'
import { Store } from '../memory/store.js'
import type { Recipe } from '../memory/store.js'
import { sizeOf } from '../layout/shape.js'
import { allocateEmpty } from './allocate.js'
import type { ArrayBase } from './array-base.js'
import { assignKernel } from './kernel-calls.js'
import { makeArray } from './make-array.js'

/** A value whose elements are computed: the base of `Expr`. */
export abstract class ComputedValue {
  /** @internal The elements as an array without memory. */
  abstract readonly computed: ArrayBase
}

markOwn(ComputedValue.prototype)

/** Creates the array of computed elements, in C order. Only kernels that read element by element take it. */
export function computedArray(recipe: Recipe, dtype: DType, shape: readonly number[]): ArrayBase {
  const store = Store.ofRecipe(recipe, sizeOf(shape, dtype.itemsize) * dtype.itemsize)
  return makeArray(
    store,
    dtype,
    { shape, byteStrides: stridesOf(shape, dtype.itemsize, 'C'), position: 0 },
    null,
    false,
  )
}

/** The elements in memory: a new array in C order of computed ones, else the array itself. */
export function inMemory(array: ArrayBase): ArrayBase {
  if (array.store.recipe === null) return array
  const target = allocateEmpty(array.shape, array.dtype)
  assignKernel(target, array)
  return target
}
