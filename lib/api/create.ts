import { allocate } from '../array/allocate.js'
import type { AxesOfLists, AxesOfShape, AxesWith } from '../array/axes.js'
import { parseDType } from '../dtype/index.js'
import type {
  Canonical,
  Checked,
  DType,
  DTypeLike,
  DTypeOrName,
  NumberName,
  SingleName,
  TypedArrayOf,
} from '../dtype/index.js'
import { checkBoolean, checkOptions } from '../errors/check-options.js'
import { checkArguments } from '../errors/refuse-surplus.js'
import { parseShape } from '../layout/shape.js'
import type { ShapeLike } from '../layout/shape.js'
import type { OrderLike } from '../layout/strides.js'
import type { NDArray } from '../ndarray.js'
import { arrayFrom } from '../ops/from-values.js'
import { arangeOf, linspaceOf } from '../ops/ranges.js'

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
export function zeros<D extends NumberName = 'float64', const S extends ShapeLike = ShapeLike>(
  shape: S,
  options?: ArrayOptions<D>,
): NDArray<D, AxesOfShape<S>>
export function zeros<D extends DTypeLike>(shape: ShapeLike, options: ArrayOptions<DTypeOrName<D>>): NDArray<D>
export function zeros<const D extends DTypeLike, const S extends ShapeLike = ShapeLike>(
  shape: S,
  options: ArrayOptions<Checked<D>>,
): NDArray<Canonical<D>, AxesWith<D, AxesOfShape<S>>>
export function zeros(shape: ShapeLike, options: ArrayOptions<DTypeLike> = {}): NDArray {
  checkArguments('zeros', 2, arguments)
  checkOptions(options, ['dtype', 'order'], 'zeros')
  const dtype = withLength(parseDType(options.dtype ?? 'float64'))
  return allocate([...parseShape(shape), ...dtype.shape], dtype.base, options.order) as NDArray
}

/**
 * Creates an array of ones in memory: NumPy's `numpy.ones`.
 * @param shape the length of each axis; a number for one axis, `[]` for none
 * @param options.dtype by default `'float64'`
 * @throws MemmapError as {@link zeros}; `ERR_MEMMAP_CAST` for a dtype that holds no 1
 * @example
 * ones([2, 2], { dtype: 'uint8' }).toArray() // [[1, 1], [1, 1]]
 */
export function ones<D extends NumberName = 'float64', const S extends ShapeLike = ShapeLike>(
  shape: S,
  options?: ArrayOptions<D>,
): NDArray<D, AxesOfShape<S>>
export function ones<D extends DTypeLike>(shape: ShapeLike, options: ArrayOptions<DTypeOrName<D>>): NDArray<D>
export function ones<const D extends DTypeLike, const S extends ShapeLike = ShapeLike>(
  shape: S,
  options: ArrayOptions<Checked<D>>,
): NDArray<Canonical<D>, AxesWith<D, AxesOfShape<S>>>
export function ones(shape: ShapeLike, options: ArrayOptions<DTypeLike> = {}): NDArray {
  checkArguments('ones', 2, arguments)
  checkOptions(options, ['dtype', 'order'], 'ones')
  const result: NDArray = zeros(shape, options as ArrayOptions<never>)
  result.assign(1)
  return result
}

/**
 * Creates an array in memory with one value in every element: NumPy's `numpy.full`.
 * @param shape the length of each axis; a number for one axis, `[]` for none
 * @param value an element, or lists or an array that broadcast to the shape
 * @param options.dtype by default that of `array(value)`
 * @param options.order `'C'` by default, or `'F'`
 * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_ORDER`; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_BROADCAST`
 * @example
 * full([2, 2], 7, { dtype: 'int16' }).toArray() // [[7, 7], [7, 7]]
 * full([2, 3], [1, 2, 3]).toArray() // [[1, 2, 3], [1, 2, 3]]
 */
export function full<D extends NumberName, const S extends ShapeLike = ShapeLike>(
  shape: S,
  value: unknown,
  options: { dtype: D; order?: OrderLike },
): NDArray<D, AxesOfShape<S>>
export function full<V, const S extends ShapeLike = ShapeLike>(
  shape: S,
  value: V,
  options?: { order?: OrderLike; dtype?: never },
): NDArray<DTypeOfValues<V>, AxesOfShape<S>>
export function full<D extends DTypeLike>(
  shape: ShapeLike,
  value: unknown,
  options: { dtype: DTypeOrName<D>; order?: OrderLike },
): NDArray<D>
export function full<const D extends DTypeLike, const S extends ShapeLike = ShapeLike>(
  shape: S,
  value: unknown,
  options: { dtype: Checked<D>; order?: OrderLike },
): NDArray<Canonical<D>, AxesWith<D, AxesOfShape<S>>>
export function full(
  shape: ShapeLike,
  value: unknown,
  options: { dtype?: DTypeLike; order?: OrderLike } = {},
): NDArray {
  checkArguments('full', 3, arguments)
  checkOptions(options, ['dtype', 'order'], 'full')
  const { order } = options
  const asked = options.dtype === undefined ? undefined : parseDType(options.dtype)
  // Without a dtype, or the length of one, those of the value.
  const dtype = asked === undefined || asked.itemsize === 0 ? arrayFrom(value, asked).dtype : asked
  const result: NDArray = zeros(shape, { dtype, ...(order === undefined ? {} : { order }) })
  result.assign(value as never)
  return result
}

/** The options of {@link arange}. */
export interface RangeOptions<D> {
  /** By default `'float64'`, or `'int64'` where all numbers are bigints. */
  dtype?: D
}

type RangeArguments<X, D> =
  | [stop: X, options?: RangeOptions<D>]
  | [start: X, stop: X, options?: RangeOptions<D>]
  | [start: X, stop: X, step: X, options?: RangeOptions<D>]

/**
 * Creates an array of numbers that are a step apart: NumPy's `numpy.arange`. Of one number, those from 0 below it; of two, those
 * from the first below the second.
 * @param options.dtype integers or floats; by default `'float64'`, or `'int64'` where all numbers are bigints
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_SHAPE`
 * @example
 * arange(4).toArray() // [0, 1, 2, 3]
 * arange(1, 2, 0.25, { dtype: 'float32' }).toArray() // [1, 1.25, 1.5, 1.75]
 * arange(3n).dtype.name // 'int64'
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.arange.html
 */
export function arange<D extends DTypeLike = 'float64'>(
  ...numbersAndOptions: RangeArguments<number, DTypeOrName<D>>
): NDArray<D, 1>
export function arange<const D extends DTypeLike>(
  ...numbersAndOptions: RangeArguments<number, Checked<D>>
): NDArray<Canonical<D>, 1>
export function arange<D extends DTypeLike = 'int64'>(
  ...numbersAndOptions: RangeArguments<bigint, DTypeOrName<D>>
): NDArray<D, 1>
export function arange<const D extends DTypeLike>(
  ...numbersAndOptions: RangeArguments<bigint, Checked<D>>
): NDArray<Canonical<D>, 1>
export function arange(...numbersAndOptions: unknown[]): NDArray {
  const last = numbersAndOptions.at(-1)
  const hasOptions = typeof last === 'object' && last !== null
  const options = (hasOptions ? last : {}) as RangeOptions<DTypeLike>
  const numbers = hasOptions ? numbersAndOptions.slice(0, -1) : numbersAndOptions
  checkOptions(options, ['dtype'], 'arange')
  checkArguments('arange', 3, numbers)
  const dtype = options.dtype === undefined ? undefined : parseDType(options.dtype)
  const [first, second, step] = numbers
  const isBigint = numbers.every((one) => typeof one === 'bigint')
  const [start, stop] = second === undefined ? [isBigint ? 0n : 0, first] : [first, second]
  return arangeOf(start, stop, step ?? (isBigint ? 1n : 1), dtype) as NDArray
}

/** The options of {@link linspace}. */
export interface SpaceOptions<D> {
  /** `'float64'` by default; integers are rounded down. */
  dtype?: D
  /** Whether `stop` is the last number; true by default. */
  endpoint?: boolean
}

/**
 * Creates an array of evenly spaced numbers: NumPy's `numpy.linspace`.
 * @param count how many; 50 by default
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_DTYPE`; `ERR_MEMMAP_SHAPE`
 * @example
 * linspace(0, 1, 5).toArray() // [0, 0.25, 0.5, 0.75, 1]
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.linspace.html
 */
export function linspace<D extends DTypeLike = 'float64'>(
  start: number,
  stop: number,
  count?: number,
  options?: SpaceOptions<DTypeOrName<D>>,
): NDArray<D, 1>
export function linspace<const D extends DTypeLike>(
  start: number,
  stop: number,
  count: number | undefined,
  options: SpaceOptions<Checked<D>>,
): NDArray<Canonical<D>, 1>
export function linspace(start: number, stop: number, count = 50, options: SpaceOptions<DTypeLike> = {}): NDArray {
  checkArguments('linspace', 4, arguments)
  checkOptions(options, ['dtype', 'endpoint'], 'linspace')
  checkBoolean('endpoint', options.endpoint)
  const dtype = options.dtype === undefined ? undefined : parseDType(options.dtype)
  return linspaceOf(start, stop, count, options.endpoint ?? true, dtype) as NDArray
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
export function array<D extends NumberName, V>(
  values: V,
  options: { dtype: D; order?: OrderLike },
): NDArray<D, AxesOfLists<V>>
export function array<V>(
  values: V,
  options?: { order?: OrderLike; dtype?: never },
): NDArray<DTypeOfValues<V>, AxesOfLists<V>>
export function array<D extends DTypeLike>(
  values: unknown,
  options: { dtype: DTypeOrName<D>; order?: OrderLike },
): NDArray<D>
export function array<const D extends DTypeLike, V>(
  values: V,
  options: { dtype: Checked<D>; order?: OrderLike },
): NDArray<Canonical<D>, Canonical<D> extends NumberName ? AxesOfLists<V> : number>
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

/** The elements in nested lists. Ends after 16 levels, because the lists of `toArray` may hold themselves as far as types go. */
type Leaf<V, Levels extends readonly 0[] = []> = V extends readonly (infer Entry)[]
  ? Levels['length'] extends 16
    ? never
    : Leaf<Entry, [...Levels, 0]>
  : V

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
              ? [D] extends [NumberName]
                ? SingleName<D>
                : D
              : [T] extends [ArrayBufferView]
                ? SingleName<DTypeOfTyped<T>>
                : DTypeLike

/** Distinguishes typed arrays by their tags; the one that matches none is `Float16Array`, which older libraries do not declare. */
type DTypeOfTyped<T> = T extends Uint8ClampedArray ? 'uint8' : [ByData<T>] extends [never] ? 'float16' : ByData<T>

type ByData<T> = { [Name in TypedName]: T extends TypedArrayOf<Name> ? Name : never }[TypedName]

type TypedName = Exclude<NumberName, 'bool' | 'float16' | `complex${string}`>
