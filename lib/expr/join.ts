/**
 * Several arrays as one, without a copy.
 * @module
 */
import type { ArrayBase } from '../array/array-base.js'
import { computedArray } from '../array/computed.js'
import { heldArray } from '../array/make-array.js'
import { JoinRecipe } from '../array/recipe.js'
import type { DType } from '../dtype/index.js'
import { OPAQUE_CODE } from '../dtype/index.js'
import { MemmapError } from '../errors/memmap-error.js'
import { parseAxis } from '../layout/axis.js'
import { isSameShape, MAX_NDIM, shapeText } from '../layout/shape.js'
import { expandDims } from '../ops/axes.js'
import { castTo } from '../ops/copy.js'
import { commonDType } from './resolve.js'

/** Joins arrays that fit each other, as elements of a dtype. */
export function joinArrays(parts: readonly ArrayBase[], axis: number, dtype: DType): ArrayBase {
  const length = parts.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)
  return computedArray(new JoinRecipe(parts, axis, dtype), dtype, (parts[0] as ArrayBase).shape.with(axis, length))
}

/**
 * NumPy's `concatenate`.
 * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ARGUMENT`
 */
export function concatArrays(given: readonly ArrayBase[], likeAxis: unknown, name = 'concat'): ArrayBase {
  for (const { store } of given) store.checkOpen()
  const arrays = given.map(heldArray)
  const [first] = arrays
  if (first === undefined) {
    throw new MemmapError('ERR_MEMMAP_ARGUMENT', `invalid arrays []: ${name} needs at least one array`)
  }
  if (first.ndim === 0) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', `invalid arrays without axes: concat joins along an axis; use stack()`)
  }
  const axis = parseAxis(likeAxis, first.ndim)
  for (const { shape } of arrays) {
    const fits = shape.length === first.ndim && shape.every((length, at) => at === axis || length === first.shape[at])
    if (fits) continue
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shapes ${shapeText(first.shape)} and ${shapeText(shape)}: joined arrays must have the same lengths on all axes but axis ${axis}`,
      { expected: first.shape, actual: shape },
    )
  }
  const dtype = commonDType(arrays.map(({ dtype }) => dtype))
  if (dtype === null) {
    const names = [...new Set(arrays.map(({ dtype }) => dtype.name))]
    throw new MemmapError(
      'ERR_MEMMAP_DTYPE',
      `invalid dtypes ${names.join(', ')}: there is no common one; convert the arrays with astype()`,
    )
  }
  const native = dtype.newByteOrder('=')
  return joinArrays(
    arrays.flatMap((array) => partsOf(array, axis, native) ?? asPart(array, native)),
    axis,
    native,
  )
}

/** The parts of an array that was joined along the same axis; null of others. */
function partsOf({ store, root, dtype: own }: ArrayBase, axis: number, dtype: DType): readonly ArrayBase[] | null {
  const { recipe } = store
  return recipe instanceof JoinRecipe && root === null && recipe.axis === axis && own.equals(dtype)
    ? recipe.parts
    : null
}

/** The array, or a copy of it where no kernel converts its elements as they are read. */
function asPart(array: ArrayBase, dtype: DType): ArrayBase {
  const { dtype: own } = array
  if (own.code === OPAQUE_CODE || dtype.code === OPAQUE_CODE) return own.equals(dtype) ? array : castTo(array, dtype)
  const isSameTime = own.unit === null || dtype.unit === null || own.newByteOrder('=').equals(dtype)
  return isSameTime ? array : castTo(array, dtype)
}

/**
 * NumPy's `stack`.
 * @throws MemmapError as {@link concatArrays}
 */
export function stackArrays(arrays: readonly ArrayBase[], likeAxis: unknown): ArrayBase {
  const [first] = arrays
  if (first === undefined) return concatArrays(arrays, 0, 'stack')
  for (const { shape } of arrays) {
    if (isSameShape(shape, first.shape)) continue
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shapes ${shapeText(first.shape)} and ${shapeText(shape)}: stacked arrays must have the same shape; use concat()`,
      { expected: first.shape, actual: shape },
    )
  }
  if (first.ndim === MAX_NDIM) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid arrays of ${MAX_NDIM} axes: an array has no more, and stack adds one`,
    )
  }
  const axis = parseAxis(likeAxis, first.ndim + 1)
  return concatArrays(
    arrays.map((array) => expandDims(array, axis)),
    axis,
  )
}
