import { allocate } from '../array/allocate.js'
import { parseDType } from '../dtype/index.js'
import type { Canonical, Checked, DType, DTypeLike, NumberName, TypedArrayOf } from '../dtype/index.js'
import { checkOptions } from '../errors/check-options.js'
import { checkArguments } from '../errors/refuse-surplus.js'
import { parseShape } from '../layout/shape.js'
import type { ShapeLike } from '../layout/shape.js'
import type { OrderLike } from '../layout/strides.js'
import type { NDArray } from '../ndarray.js'
import { arrayFrom } from '../ops/from-values.js'

/** The options of {@link zeros}. */
export interface ArrayOptions<D> {
  /** The dtype of the elements; `'float64'` by default. */
  dtype?: D
  /** `'C'` (the default) or `'F'`. */
  order?: OrderLike
}

/**
 * Creates an array of zeros in memory.
 * @param shape the length of each axis; a number for one axis, `[]` for none
 * @param options.dtype by default `'float64'`
 * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ORDER`
 * @example
 * zeros([2, 3], { dtype: 'int16' }).toArray() // [[0, 0, 0], [0, 0, 0]]
 */
export function zeros<const D extends DTypeLike = 'float64'>(
  shape: ShapeLike,
  options: ArrayOptions<Checked<D>> = {},
): NDArray<Canonical<D>> {
  checkArguments('zeros', 2, arguments)
  checkOptions(options, ['dtype', 'order'], 'zeros')
  const dtype = withLength(parseDType(options.dtype ?? 'float64'))
  return allocate([...parseShape(shape), ...dtype.shape], dtype.base, options.order) as NDArray<Canonical<D>>
}

/**
 * Creates an array in memory from a scalar, (nested) lists of them, a typed array, or another array, and copies the elements.
 * Typed arrays and arrays may be entries of the lists too; those are cast as whole arrays, from their own dtype.
 * @param options.dtype by default that of a typed array or array; of lists: `'bool'`, `'int64'` for bigint, `'float64'` for
 *   numbers, `'complex128'`, `'M8[ms]'` for `Date`, or `'U'` as long as the longest text, promoted with the dtypes of arrays in
 *   them as by NumPy
 * @param options.order `'C'` or `'F'`; by default that of an array that is copied, else `'C'`
 * @throws MemmapError `ERR_MEMMAP_SHAPE` if lists on one level differ in length; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_DTYPE`
 * @example
 * array([[1, 2], [3, 4]], { dtype: 'uint8' }).data // Uint8Array [1, 2, 3, 4]
 */
export function array<const D extends DTypeLike>(
  values: unknown,
  options: { dtype: Checked<D>; order?: OrderLike },
): NDArray<Canonical<D>>
export function array<V>(values: V, options?: { order?: OrderLike }): NDArray<DTypeOfValues<V>>
export function array(values: unknown, options: { dtype?: DTypeLike; order?: OrderLike } = {}): NDArray {
  checkArguments('array', 2, arguments)
  checkOptions(options, ['dtype', 'order'], 'array')
  const dtype = options.dtype === undefined ? undefined : parseDType(options.dtype)
  return arrayFrom(values, dtype, options.order) as NDArray
}

/** Text without a length holds one character, as in NumPy. */
function withLength(dtype: DType): DType {
  return dtype.itemsize === 0 && (dtype.kind === 'S' || dtype.kind === 'U') ? parseDType(`${dtype.kind}1`) : dtype
}

/** The dtype that `array` discovers for values without the option `dtype`. */
export type DTypeOfValues<V> =
  V extends NDArray<infer D> ? D : V extends ArrayBufferView ? DTypeOfTyped<V> : DTypeOfLeaf<Leaf<V>>

type Leaf<V> = V extends readonly (infer Entry)[] ? Leaf<Entry> : V

/** A union of kinds has no known dtype, except that of numbers. */
type DTypeOfLeaf<T> = [T] extends [never]
  ? 'float64'
  : [T] extends [boolean]
    ? 'bool'
    : [T] extends [bigint]
      ? 'int64'
      : [T] extends [number]
        ? 'float64'
        : [T] extends [string]
          ? 'U'
          : [T] extends [Date]
            ? 'M8[ms]'
            : [T] extends [NDArray<infer D>]
              ? D
              : [T] extends [ArrayBufferView]
                ? DTypeOfTyped<T>
                : DTypeLike

/** Distinguishes typed arrays by their tags; the one that matches none is `Float16Array`, which older libraries do not declare. */
type DTypeOfTyped<T> = T extends Uint8ClampedArray ? 'uint8' : [ByData<T>] extends [never] ? 'float16' : ByData<T>

type ByData<T> = { [Name in TypedName]: T extends TypedArrayOf<Name> ? Name : never }[TypedName]

type TypedName = Exclude<NumberName, 'bool' | 'float16' | `complex${string}`>
