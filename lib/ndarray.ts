/* oxlint-disable typescript/no-unsafe-declaration-merging -- the loops behind the class add the methods of the merged interface */
import { inspect } from 'node:util'
import { ArrayBase, hasState } from './array/array-base.js'
import type {
  AxesOfIndexed,
  AxesOfShape,
  AxesWith,
  AxesWithout,
  EntryOf,
  Indexed,
  LessAxes,
  ListsOf,
} from './array/axes.js'
import type { ComputedValue } from './array/computed.js'
import { viewOf } from './array/make-array.js'
import { bitsOf, bytesOf, dataOf, exposed, stridedOf, stridesInElements } from './array/typed-views.js'
import type { Strided } from './array/typed-views.js'
import { blocksAlong } from './async/blocks.js'
import type { BlockOptions, Blocks } from './async/blocks.js'
import { promisesOf } from './async/promises.js'
import type { AsyncOptions } from './async/task.js'
import { registerArrayValue } from './dtype/index.js'
import type {
  Canonical,
  Checked,
  DType,
  DTypeLike,
  Element,
  NumberElements,
  NumberName,
  DTypeOrName,
  Scalar,
  TypedArrayOf,
  Writable,
} from './dtype/index.js'
import { isDate } from './errors/brands.js'
import { checkBoolean, checkOptions } from './errors/check-options.js'
import { checkText } from './errors/check-size.js'
import { refuseSurplus } from './errors/refuse-surplus.js'
import { isAligned } from './layout/layout.js'
import type { IntegerArray, ShapeLike } from './layout/shape.js'
import { isContiguous } from './layout/strides.js'
import type { OrderLike } from './layout/strides.js'
import { registerWalked } from './memory/elements-for-walkers.js'
import { elementBytesOf } from './ops/assign-value.js'
import { assign, fill } from './ops/assign.js'
import { broadcastTo, diagonal, expandDims, flip, moveAxis, squeeze, swapAxes, transpose } from './ops/axes.js'
import { allClose, compare, equals } from './ops/compare/compare.js'
import type { CloseOptions } from './ops/compare/compare.js'
import { castTo, copyOf, itemOf, swapBytes } from './ops/copy.js'
import { indexArray, mask } from './ops/indexing/gather.js'
import { take } from './ops/indexing/take.js'
import { rowsBetween } from './ops/indexing/select.js'
import type { BasicSelector, BooleanList, IntegerList, Selector } from './ops/indexing/selectors.js'
import { elementsOf, entriesOf, entriesOfAxis0, rowsOf } from './ops/iterate.js'
import { applyTo, mapTo } from './ops/map/map-apply.js'
import type { OptionsByName, ScanOptions } from './ops/reduce/options.js'
import { reducer } from './ops/reduce/reduce.js'
import { scan } from './ops/reduce/scan.js'
import { exactText, identityOf } from './ops/show/identity.js'
import { inspectText, reprOf } from './ops/show/repr.js'
import { answerTestRunners } from './ops/show/test-runners.js'
import { dot } from './ops/linalg/dot.js'
import { nearest } from './ops/linalg/nearest.js'
import type { NearestOptions } from './ops/linalg/nearest.js'
import { flatten, ravel, reshape } from './ops/reshape.js'
import { histogram } from './ops/stats/histogram.js'
import type { HistogramOptions } from './ops/stats/histogram.js'
import { median, quantile } from './ops/stats/quantile.js'
import type { Fractions, MedianOptions, QuantileOptions } from './ops/stats/quantile.js'
import { REDUCTIONS, SCANS } from './ops/table.js'
import type { Comparison, Reduction, ReductionRow, Scan } from './ops/table.js'
import { bincount, minmax, unique } from './ops/stats/count.js'
import type { BincountOptions } from './ops/stats/count.js'
import { nonzero, searchsorted, topk } from './ops/stats/select.js'
import type { SearchOptions, TopkOptions } from './ops/stats/select.js'
import { argsort, sort } from './ops/stats/sort.js'
import type { ArgsortOptions, SortOptions } from './ops/stats/sort.js'
import { toNestedLists } from './ops/to-nested-lists.js'
import { complexPart, fieldOf, viewAs } from './ops/view.js'
import type { PrintOptions } from './text/index.js'

/** The layout of an array's memory: NumPy's `ndarray.flags`. */
export interface Flags {
  /** Elements follow one another with the last axis fastest. */
  readonly cContiguous: boolean
  /** Elements follow one another with the first axis fastest. */
  readonly fContiguous: boolean
  /** `set`, `assign`, `fill` and the like are allowed. */
  readonly writeable: boolean
  /** The address of every element is a multiple of its dtype's alignment. */
  readonly aligned: boolean
  /** The array is not a view of another one. */
  readonly ownData: boolean
}

/**
 * An n-dimensional array: elements of one dtype in memory, or in a file (then it is a {@link Memmap}). Views share the memory
 * of the array that they come from; copies have their own.
 *
 * `memmap`, `array`, `zeros` and the methods below create arrays; `new` does not. The dtype is the type parameter:
 * `NDArray<'float32'>`, a structured dtype by its literal, `NDArray<[['x', '<f4'], ['y', '<f4']]>`, and `NDArray` alone for a
 * dtype known at run time only.
 *
 * In the examples of the members, `a` is `array([[1, 2, 3], [4, 5, 6]], { dtype: 'float32' })`.
 *
 * Reductions (`sum`, `mean`, `min`, ...) return a scalar without `axis` and `keepdims`. With one of them they always return an
 * NDArray, 0-d where no axis is left.
 *
 * The second type parameter is the number of axes where TypeScript knows it: `array([[1, 2]])` is an `NDArray<'float64', 2>`, and its
 * `toArray()` is `number[][]`. `NDArray<'float64'>` has any number of axes.
 *
 * @example
 * const a = array([[1, 2, 3], [4, 5, 6]], { dtype: 'int16' })
 * a.shape // [2, 3]
 * a.get(1, -1) // 6
 * a.index(':', '::2').toArray() // [[1, 3], [4, 6]]
 * a.sum() // 21n, a scalar
 * a.sum({ axis: 0 }) // an NDArray<'int64'> of shape [3]
 * @example
 * function norm(a: NDArray<'float32'>): number {
 *   return Math.hypot(...a.values())
 * }
 * function firstX(points: NDArray<[['x', '<f4'], ['y', '<f4']]>): number {
 *   return points.get(0).x
 * }
 * @see https://numpy.org/doc/2.4/reference/arrays.ndarray.html
 * @ts-ignore TS2636, because the compiler cannot prove through conditional types that an array of a dtype is one of any dtype. */
export class NDArray<out D extends DTypeLike = DTypeLike, out N extends number = number> extends ArrayBase {
  /** The dtype of the elements. */
  declare readonly dtype: DType<D>
  /** The length of each axis. */
  declare readonly shape: readonly number[]
  /** The step from one entry to the next on each axis, in bytes. */
  declare readonly byteStrides: readonly number[]
  /** @internal */
  declare readonly root: NDArray | null

  /** The number of axes. */
  override get ndim(): N {
    return this.shape.length as N
  }

  /**
   * The step from one entry to the next on each axis, in elements, as JavaScript libraries count; null if a stride is not a
   * whole number of elements, as in some fields of records.
   */
  get strides(): readonly number[] | null {
    return stridesInElements(this)
  }

  /** The layout of the memory: contiguity, alignment, and whether elements can be stored. */
  get flags(): Flags {
    const { shape, byteStrides, itemsize } = this
    return {
      cContiguous: isContiguous(shape, byteStrides, itemsize, 'C'),
      fContiguous: isContiguous(shape, byteStrides, itemsize, 'F'),
      writeable: this.isWriteable,
      aligned: isAligned(this.dtype.alignment, this),
      ownData: this.root === null,
    }
  }

  /** The array that this is a view of, or null. Of a view of a view, the array that was opened or created. */
  get base(): NDArray | null {
    return this.root
  }

  /** The same elements with the axes in reverse, a view: `transpose()`. */
  get T(): this {
    return this.transpose()
  }

  /**
   * The buffer that holds the elements; the first one is at {@link byteOffset}. A mapping has an ArrayBuffer over the file's
   * pages, which `close()` detaches.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE` if this runtime has no buffer of that size;
   *   `ERR_MEMMAP_EXTERNAL_BUFFERS`; `ERR_MEMMAP_NOT_VIEWABLE` if `transfer()` moved it away
   */
  get buffer(): ArrayBufferLike {
    return exposed(this).buffer
  }

  /** The position of the first element in {@link buffer}, in bytes. */
  get byteOffset(): number {
    return this.store.closed ? this.position : this.position - exposed(this).start
  }

  /**
   * The typed array over exactly these elements, in memory order, without a copy: a store to it is a store to the file.
   * `bool` has a `Uint8Array`, complex the interleaved float array, `datetime64` a `BigInt64Array`, `float16` a
   * `Float16Array` where the runtime has it.
   * @example
   * a.index('1:').data // Float32Array [4, 5, 6]
   * @throws MemmapError `ERR_MEMMAP_NOT_VIEWABLE` if the elements are not contiguous (C or F), not in native byte order,
   *   not aligned, or have no typed array: the message names the reason and the way out; and as {@link buffer}
   */
  get data(): TypedArrayOf<D> {
    return dataOf(this) as TypedArrayOf<D>
  }

  /**
   * The bit patterns of `float16` elements, for runtimes without `Float16Array`.
   * @throws MemmapError as {@link data}
   */
  get bits(): Uint16Array {
    return bitsOf(this)
  }

  /**
   * The bytes of a contiguous array of any dtype, without a copy.
   * @throws MemmapError `ERR_MEMMAP_NOT_VIEWABLE` if the elements are not contiguous; and as {@link buffer}
   */
  get bytes(): Uint8Array {
    return bytesOf(this)
  }

  /**
   * A typed array with the shape, strides and offset (in elements) of each element in it, as scijs `ndarray`,
   * `@stdlib/ndarray` and numpy-ts take them. Copies nothing; works for any view in native byte order whose elements are
   * aligned.
   * @example
   * const { data, shape, strides, offset } = a.index(':', '::2').strided()
   * @throws MemmapError as {@link data}, except for contiguity
   */
  strided(): Strided<TypedArrayOf<D>> {
    return stridedOf(this) as Strided<TypedArrayOf<D>>
  }

  /**
   * Returns one element. Negative indices count from the end.
   * @param indices a whole number for each axis
   * @example
   * a.get(1, -1) // 6
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  override get(...indices: (number | bigint | NDArray)[]): Scalar<D> {
    return this.getSlow(...indices) as Scalar<D>
  }

  /**
   * Stores one element.
   * @param indicesAndValue a whole number for each axis, then the value
   * @example
   * a.set(1, -1, 0.5) // NumPy: a[1, -1] = 0.5
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CAST` for a value that the dtype cannot hold; `ERR_MEMMAP_READONLY`;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  override set(...indicesAndValue: [...indices: (number | bigint | NDArray)[], value: Writable<D> | NDArray]): void {
    this.setSlow(...indicesAndValue)
  }

  /**
   * Selects elements: NumPy's `a[...]`. A selector is a whole number (drops its axis), a slice as text (`'1:3'`, `'::-1'`,
   * `':'`) or from `slice()`, `'...'`, `newaxis`, a list of positions or a (nested) list of booleans; typed arrays and arrays
   * are lists too. Lists broadcast together; their axes take the position of the lists, or come first if another selector is
   * between the lists.
   * @returns a view; with a list, a copy
   * @example
   * a.index(0) // NumPy: a[0]
   * a.index(':', '::-1') // a[:, ::-1]
   * a.index('...', newaxis) // a[..., None]
   * a.index([0, 1], ':') // a[[0, 1], :], a copy
   * a.index(a.compare('>', 0)) // a[a > 0], a copy
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`; with a list the fault of the mapping
   * @see https://numpy.org/doc/2.4/user/basics.indexing.html
   */
  index<const S extends readonly BasicSelector[]>(...selectors: S): Indexed<this, S, NDArray<D, AxesOfIndexed<N, S>>>
  index(...selectors: Selector[]): NDArray<D>
  index(...selectors: unknown[]): NDArray {
    return indexArray(this, selectors) as NDArray
  }

  /**
   * Returns a view of the rows from `start` up to `stop` on axis 0, as JavaScript's `slice` counts: negative from the end.
   * @example
   * a.slice(-1).toArray() // [[4, 5, 6]]
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an array without axes, or bounds that are not whole numbers
   */
  slice(start?: number | bigint, stop?: number | bigint, step?: number | bigint): this {
    return viewOf(this, rowsBetween(this, start, stop, step)) as this
  }

  /**
   * Copies the entries of an axis at these positions, in their order: NumPy's `take`.
   * @param indices a position, or (nested) positions; negative ones count from the end
   * @param options.axis by default, positions count all elements in C order
   * @example
   * a.take([0, 2], { axis: 1 }).toArray() // [[1, 3], [4, 6]]
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`
   */
  take(indices: number | bigint | IntegerList | IntegerArray | NDArray, options: { axis?: number } = {}): NDArray<D> {
    return take(this, indices, options) as NDArray<D>
  }

  /**
   * Copies the elements where `booleans` is true, in C order: NumPy's `a[mask]`.
   * @example
   * a.mask(a.compare('>', 3)).toArray() // [4, 5, 6], NumPy's a[a > 3]
   * @throws MemmapError `ERR_MEMMAP_INDEX` if the shapes differ; `ERR_MEMMAP_CLOSED`
   */
  mask(booleans: BooleanList | NDArray): NDArray<D, 1> {
    return mask(this, booleans) as NDArray<D, 1>
  }

  /**
   * Returns a view of a field of a structured dtype; the axes of a sub-array follow those of the array.
   * @example
   * const points = zeros(3, { dtype: [['x', '<f4'], ['y', '<f4']] })
   * points.field('x').fill(1)
   * points.get(0).x // 1
   * @throws MemmapError `ERR_MEMMAP_DTYPE` if there is no such field
   */
  field(name: never): NDArray
  field<Name extends FieldNameOf<D>>(name: Name): NDArray<FieldDType<D, Name>>
  field(name: string): NDArray {
    return fieldOf(this, name) as NDArray
  }

  /** The real parts of a complex array, a view; of an array of other numbers, the array itself. */
  get real(): NDArray<PartDType<D>, N> {
    return complexPart(this, 'real') as NDArray<PartDType<D>, N>
  }

  /**
   * The imaginary parts of a complex array, a view.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` if the elements are not complex
   */
  get imag(): NDArray<PartDType<D>, N> {
    return complexPart(this, 'imag') as NDArray<PartDType<D>, N>
  }

  /**
   * Stores a scalar, nested list, typed array or NDArray in the selected elements: NumPy's `a[selectors] = value`. The value is
   * broadcast and cast as in NumPy; both may share memory. A single value outside the dtype's range throws; the values of an
   * array wrap as in NumPy. If lists name a position twice, the later value stays.
   * @param selectors as for {@link index}; by default all elements
   * @returns this array
   * @example
   * a.assign(0, [':', 1]) // NumPy: a[:, 1] = 0
   * a.assign([[1], [2]]) // a[...] = [[1], [2]]
   * a.assign(a.index(':-1'), ['1:']) // a[1:] = a[:-1]
   * a.assign(0, [a.compare('<', 0)]) // a[a < 0] = 0
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_CAST`; `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_READONLY`;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  assign(value: Assignable<D>, selectors?: readonly Selector[]): this {
    assign(this, value, selectors)
    return this
  }

  /**
   * Stores one value in every element.
   * @returns this array
   * @example
   * a.index(':', 0).fill(7)
   * a.toArray() // [[7, 2, 3], [7, 5, 6]]
   * @throws MemmapError as {@link assign}
   */
  fill(value: Writable<D> | NDArray | ComputedValue): this {
    fill(this, value)
    return this
  }

  /**
   * Returns a copy with `fn(value, index)` in the place of every element, called in C order. The copy keeps the dtype, so that
   * fractions of integers are cut; NumPy's `vectorize` takes that of the results.
   * @param options.dtype of the copy; by default this array's. Text for an `S` dtype is stored as latin-1
   * @example
   * a.map(Math.sqrt, { dtype: 'float64' })
   * @throws MemmapError `ERR_MEMMAP_CAST`; `ERR_MEMMAP_CLOSED`
   */
  map(fn: (value: Scalar<D>, index: number) => Writable<D>): NDArray<D, N>
  map<T extends NumberName>(fn: (value: Scalar<D>, index: number) => Writable<T>, options: { dtype: T }): NDArray<T, N>
  map<T extends DTypeLike>(
    fn: (value: Scalar<D>, index: number) => Writable<T>,
    options: { dtype: DTypeOrName<T> },
  ): NDArray<T>
  map<const T extends DTypeLike>(
    fn: (value: Scalar<D>, index: number) => Writable<T>,
    options: { dtype: Checked<T> },
  ): NDArray<Canonical<T>, AxesWith<T, N>>
  map(fn: (value: never, index: number) => unknown, options: { dtype?: DTypeLike } = {}): NDArray {
    return mapTo(this, fn as (value: unknown, index: number) => unknown, options) as NDArray
  }

  /**
   * Replaces every element by `fn(value, index)`, called in C order; text for an `S` dtype is stored as latin-1. Where `fn` throws, or
   * returns a value that the dtype cannot hold, the elements before stay stored.
   * @returns this array
   * @example
   * a.apply((value) => 2 * value).toArray() // [[2, 4, 6], [8, 10, 12]]
   * @throws MemmapError `ERR_MEMMAP_CAST`; `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED`
   */
  apply(fn: (value: Scalar<D>, index: number) => Writable<D>): this {
    applyTo(this, fn as (value: unknown, index: number) => unknown)
    return this
  }

  /**
   * Compares every element with another array or a scalar, broadcast. Values keep a dtype of their own: dates of different units,
   * and integers beside numbers of any size, compare exactly. A single number takes the precision of an array of floats; elements
   * whose kinds cannot be compared are never equal.
   * @returns an array of bool, for {@link mask} and {@link index}
   * @example
   * a.compare('>', 2).toArray() // [[false, false, true], [true, true, true]]
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE` if the kinds have no order; `ERR_MEMMAP_CLOSED`
   */
  compare(op: Comparison, other: SingleValue<D> | NDArray<DTypeLike, N>): NDArray<'bool', N>
  compare(op: Comparison, other: Assignable<D>): NDArray<'bool'>
  compare(op: Comparison, other: unknown): never {
    return compare(this, op, other) as never
  }

  /**
   * Returns whether shape and elements are the same: NumPy's `array_equal`. NaN is not equal to itself.
   * @example
   * a.equals([[1, 2, 3], [4, 5, 6]]) // true
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for records with other fields; `ERR_MEMMAP_CLOSED`
   */
  equals(other: Assignable<D>): boolean {
    return equals(this, other)
  }

  /**
   * Returns whether every element is within `atol + rtol * |other|` of the other array's, broadcast: NumPy's `allclose`. Differences
   * of 64-bit integers are exact, and with both tolerances 0 only equal elements are close.
   * @param options.rtol 1e-5 by default
   * @param options.atol 1e-8 by default
   * @param options.equalNaN whether NaN is close to NaN; false by default
   * @example
   * a.allClose([[1, 2, 3], [4, 5, 7]]) // false
   * a.allClose([[1, 2, 3], [4, 5, 7]], { rtol: 0.2 }) // true
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE` if the elements are not numbers; `ERR_MEMMAP_ARGUMENT`;
   *   `ERR_MEMMAP_CLOSED`
   */
  allClose(other: Assignable<D>, options?: CloseOptions): boolean {
    return allClose(this, other, options)
  }

  /**
   * Sorts each line along an axis in place: NumPy's `a.sort()`. NaN and NaT come last, -0.0 before 0.0; complex numbers are sorted by
   * the real part, then by the imaginary one. Lines are sorted in memory outside the file, which takes twice the bytes of a line (of
   * some lines for each thread where they are short), and then stored.
   * @param options.axis the last one by default
   * @returns this array
   * @example
   * array([3, 1, NaN, 2]).sort().toArray() // [1, 2, 3, NaN]
   * array([[3, 1], [2, 4]]).sort({ axis: 0 }).toArray() // [[2, 1], [3, 4]]
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE` for text and records; `ERR_MEMMAP_READONLY`;
   *   `ERR_MEMMAP_CLOSED`; `ENOMEM`; the fault of the mapping
   */
  sort(options?: SortOptions): this {
    sort(this, options)
    return this
  }

  /**
   * Returns the positions that would sort each line along an axis: NumPy's `argsort` with `kind='stable'`, so that equal elements keep
   * their order. NaN and NaT come last. Takes 16 to 32 bytes of memory for each element of a line besides the result, 56 of
   * complex numbers.
   * @param options.axis the last one by default; `null` for all elements in C order, on one axis
   * @example
   * array([3, 1, 2]).argsort().toArray() // [1n, 2n, 0n]
   * @throws MemmapError as {@link sort}; `ERR_MEMMAP_TOO_LARGE`
   */
  argsort<const O extends ArgsortOptions = {}>(options?: O): NDArray<'int64', OrderedAxes<O, N>>
  argsort(options?: ArgsortOptions): never {
    return argsort(this, options) as never
  }

  /**
   * Returns the smallest and the largest element, read in one pass: `min` and `max`. Both are NaN or NaT if there is one.
   * @example
   * a.minmax() // { min: 1, max: 6 }
   * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for no elements; `ERR_MEMMAP_DTYPE` for text and records; `ERR_MEMMAP_CLOSED`; the
   *   fault of the mapping
   */
  minmax(): { min: Scalar<D>; max: Scalar<D> } {
    return minmax(this) as never
  }

  /**
   * Returns the indices of the elements that are not zero, in C order: NumPy's `nonzero`, an array for each axis. NaN and NaT are not
   * zero, text is where it is not empty.
   * @example
   * const [rows, columns] = a.compare('>', 4).nonzero() as [NDArray<'int64', 1>, NDArray<'int64', 1>]
   * rows.toArray() // [1n, 1n]
   * columns.toArray() // [1n, 2n]
   * @throws MemmapError `ERR_MEMMAP_SHAPE` for an array without axes; `ERR_MEMMAP_ARGUMENT` if elements changed meanwhile;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  nonzero(): NDArray<'int64', 1>[] {
    return nonzero(this) as NDArray<'int64', 1>[]
  }

  /**
   * Counts how often each whole number from 0 on occurs: NumPy's `bincount`. Reads the elements twice; the counts reach to the largest
   * one.
   * @param options.minlength the least number of counts; 0 by default
   * @example
   * array([0, 1, 1, 3], { dtype: 'uint8' }).bincount().toArray() // [1n, 2n, 0n, 1n]
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for elements that are no whole numbers, and for uint64; `ERR_MEMMAP_SHAPE` for another
   *   number of axes than one; `ERR_MEMMAP_ARGUMENT` for a negative element; `ERR_MEMMAP_TOO_LARGE`; `ERR_MEMMAP_CLOSED`; the fault
   *   of the mapping
   */
  bincount(options?: BincountOptions): NDArray<'int64', 1> {
    return bincount(this, options) as NDArray<'int64', 1>
  }

  /**
   * Returns the different elements in ascending order, and how often each occurs: NumPy's `unique` with `return_counts=True`. NaN are
   * one element, and so are -0.0 and 0.0. Memory grows with the number of different elements, not with the size of the array.
   * @example
   * const { values, counts } = array([3, 1, 3]).unique()
   * values.toArray() // [1, 3]
   * counts.toArray() // [1n, 2n]
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for text and records; `ERR_MEMMAP_CLOSED`; `ENOMEM`; the fault of the mapping
   */
  unique(): { values: NDArray<D, 1>; counts: NDArray<'int64', 1> } {
    return unique(this) as never
  }

  /**
   * Returns before which elements of this sorted array values belong: NumPy's `searchsorted`. Reads a few pages of the file for each
   * value; values in ascending order are found faster. An array that is not sorted gives some position.
   * @param options.side of equal elements, before the first (`'left'`, the default) or behind the last (`'right'`)
   * @returns a number for a single value, else an array in the shape of the values
   * @example
   * const sorted = array([1, 2, 2, 5])
   * sorted.searchsorted(2) // 1
   * sorted.searchsorted([0, 2, 9], { side: 'right' }).toArray() // [0n, 3n, 4n]
   * @throws MemmapError `ERR_MEMMAP_SHAPE` for another number of axes than one; `ERR_MEMMAP_DTYPE` for kinds without a common order;
   *   `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  searchsorted(value: SingleValue<D>, options?: SearchOptions): number
  searchsorted(values: Assignable<D>, options?: SearchOptions): NDArray<'int64'>
  searchsorted(values: unknown, options?: SearchOptions): never {
    return searchsorted(this, values, options) as never
  }

  /**
   * Returns the `k` largest elements of each line along an axis, the largest first, and their positions. Of equal elements the first
   * one comes first. NaN and NaT come last, where a line has fewer than `k` numbers.
   * @param k from 0 to the length of the axis
   * @param options.axis the last one by default; `null` for all elements in C order, on one axis
   * @param options.largest false for the smallest elements, the smallest first; true by default
   * @example
   * const { values, indices } = array([3, 9, 4, 9]).topk(3)
   * values.toArray() // [9, 9, 4]
   * indices.toArray() // [1n, 3n, 2n]
   * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for `k`; `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE` for text and records;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  topk<const O extends TopkOptions = {}>(
    k: number,
    options?: O,
  ): { values: NDArray<D, OrderedAxes<O, N>>; indices: NDArray<'int64', OrderedAxes<O, N>> }
  topk(k: number, options?: TopkOptions): never {
    return topk(this, k, options) as never
  }

  /**
   * Returns the element, or a number between two, below which a fraction of all elements is, or of those along axes: NumPy's `quantile`,
   * and `nanquantile` with `skipNaN`. Exact: a whole array of any size takes one read or two (more for many fractions) and about 16 MiB.
   * @param q a fraction from 0 to 1, or a list, typed array or array of them, whose axis comes first in the result
   * @param options.axis the axis, or axes, to reduce; all by default
   * @param options.method between two elements: `'linear'` (the default), `'lower'`, `'higher'`, `'midpoint'` or `'nearest'`
   * @param options.keepdims keep reduced axes with length 1; false by default
   * @param options.skipNaN leave NaN and not-a-time out; else one of them makes the result NaN. False by default
   * @returns a scalar for a single `q` without `axis` and `keepdims`, else an array: of this dtype where the method takes an element, and for
   *   floats with a single `q` and dates; else of float64
   * @example
   * a.quantile(0.25) // 2.25
   * a.quantile([0, 0.5, 1], { axis: 0 }).toArray() // [[1, 2, 3], [2.5, 3.5, 4.5], [4, 5, 6]]
   * a.quantile(0.5, { method: 'lower' }) // 3
   * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for `q`, an option, or no elements; `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE` for complex
   *   numbers, text, records, and bools between two elements; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   * @see https://numpy.org/doc/2.4/reference/generated/numpy.quantile.html
   */
  quantile<const Q extends Fractions, const O extends QuantileOptions = {}>(
    q: Q,
    options?: O,
  ): QuantileResult<D, Q, O, N> {
    return quantile(this, q, options) as QuantileResult<D, Q, O, N>
  }

  /**
   * Returns the median of all elements, or along axes: the element in the middle, or the mean of the two there. NumPy's `median`, and
   * `nanmedian` with `skipNaN`. As exact, and in as few reads, as {@link quantile}.
   * @param options.axis the axis, or axes, to reduce; all by default
   * @param options.keepdims keep reduced axes with length 1; false by default
   * @param options.skipNaN leave NaN and not-a-time out; else one of them makes the result NaN. False by default
   * @returns a scalar; with `axis` or `keepdims` an array. Of floats and durations in their own dtype, else in float64; NaN for no elements
   * @example
   * a.median() // 3.5
   * a.median({ axis: 1 }).toArray() // [2, 5]
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE` for complex numbers, dates, text and records; `ERR_MEMMAP_ARGUMENT` for
   *   an option; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   * @see https://numpy.org/doc/2.4/reference/generated/numpy.median.html
   */
  median<const O extends MedianOptions = {}>(options?: O): Reduced<D, O, 'mean', N> {
    return median(this, options) as Reduced<D, O, 'mean', N>
  }

  /**
   * Counts the elements in bins: NumPy's `histogram`, and its edges to the bit. A bin includes its lower edge, and the last one both of its
   * edges; elements outside and NaN are not counted. Reads the elements once, and once more to find their range.
   * @param options.bins the number of bins of equal width, 10 by default, or a list of ascending edges. No number is estimated: the names that
   *   NumPy takes (`'auto'`) are refused
   * @param options.range the outer edges of bins of equal width; the smallest and the largest element by default
   * @param options.weights a weight for each element: counts are sums of weights, in their dtype
   * @param options.density divide by the widths of the bins and by the sum, so that the integral is 1; false by default
   * @returns `counts`, of int64, and `edges`, one more: of float16 and float32 for such elements, else of float64; edges of a list as they are
   * @example
   * const { counts, edges } = a.histogram({ bins: 5 })
   * counts.toArray() // [1n, 1n, 1n, 1n, 2n]
   * edges.toArray() // [1, 2, 3, 4, 5, 6]
   * a.histogram({ bins: [0, 3, 10] }).counts.toArray() // [2n, 4n]
   * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for an option, and for NaN or infinite elements without a range; `ERR_MEMMAP_DTYPE` for elements
   *   that are not real numbers; `ERR_MEMMAP_SHAPE` for weights; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   * @see https://numpy.org/doc/2.4/reference/generated/numpy.histogram.html
   */
  histogram<const O extends HistogramOptions = {}>(options?: O): HistogramResult<D, O> {
    return histogram(this, options) as unknown as HistogramResult<D, O>
  }

  /**
   * Returns the product with another array: NumPy's `dot` of arrays of one and two axes. Sums of float16 are added up in float32, integers
   * wrap, bools are added with `or`, complex numbers are not conjugated. A matrix times a vector, or a few, is read once, at the rate of
   * memory.
   * @param b an array, a typed array or (nested) lists; its first axis is as long as the last one here
   * @returns a scalar for two arrays of one axis, else an array; of the dtype that both convert to
   * @example
   * a.dot([1, 0, 1]).toArray() // [4, 10]
   * array([1, 2]).dot(array([3, 4])) // 11
   * @throws MemmapError `ERR_MEMMAP_SHAPE` for other numbers of axes, and axes that do not fit; `ERR_MEMMAP_DTYPE` for elements that are not
   *   numbers; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   * @see https://numpy.org/doc/2.4/reference/generated/numpy.dot.html
   */
  dot<const Q extends NumbersLike>(b: Q): DotResult<D, N, Q> {
    return dot(this, b) as DotResult<D, N, Q>
  }

  /**
   * Returns the rows of this 2-d array that are nearest to a query, or to each of several, the nearest first. Exact, without an index: it
   * reads the array once, whatever the number of queries. Of equal distances the lower index comes first. Rows with NaN are never near, and
   * by the cosine neither are rows of zeros. Distances are computed in float64 and compared there, and 64-bit integers are converted to
   * float64 first.
   * @param query a row, or a list of rows: an array, a typed array or (nested) lists of real numbers
   * @param options.k how many rows to find for each query; 10 by default, and at most all
   * @param options.metric `'cosine'` (the default), `'euclidean'`, `'sqeuclidean'`, `'cityblock'`, `'dot'` (the largest product first) or
   *   `'hamming'` (different bits of uint8 rows)
   * @param options.mask booleans, one for each row: only rows for which they are true are found
   * @param options.exclude rows that are never found, such as that of the query: a position or a list of them; for several queries also a
   *   list for each
   * @returns `indices` of int64, and `distances`: of float32 for rows of float32, float16, int8 and uint8, else of float64. On one axis for one
   *   query, and fewer than `k` where fewer rows are near; for several queries a row for each, filled up with index -1 and distance NaN
   * @example
   * const rows = array([[1, 0], [0, 1], [3, 4]], { dtype: 'float32' })
   * const { indices, distances } = rows.nearest([1, 1], { k: 2, metric: 'euclidean' })
   * indices.toArray() // [0n, 1n]
   * distances.toArray() // [1, 1]
   * rows.nearest(rows.slice(2, 3), { k: 1, exclude: 2 }).indices.toArray() // [[1n]]
   * @throws MemmapError `ERR_MEMMAP_SHAPE` for an array that is not 2-d, a query of another length, or a mask of another one;
   *   `ERR_MEMMAP_DTYPE` for elements that are not real numbers, and `'hamming'` of others than uint8; `ERR_MEMMAP_ARGUMENT` for `k`, a metric,
   *   or a mask that is not of booleans; `ERR_MEMMAP_INDEX` for an excluded row; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  nearest<const Q extends NumbersLike>(query: Q, options?: NearestOptions): Neighbours<D, Q> {
    return nearest(this, query, options) as unknown as Neighbours<D, Q>
  }

  /**
   * The methods over whole arrays off the event loop: reductions, `copy`, `astype`, `assign`, `fill`, `flush` and `prefetch`.
   * Each takes the options of the method of that name, `signal` and `onProgress`, and returns a promise.
   * @example
   * await a.promises.std({ axis: 0, signal })
   */
  get promises(): ArrayPromises<D, this, N> {
    return promisesOf(this) as ArrayPromises<D, this, N>
  }

  /**
   * Returns the only element, as a scalar.
   * @example
   * a.index(0, '1:2').item() // 2
   * @throws MemmapError `ERR_MEMMAP_SHAPE` if there is not exactly one
   */
  item(): Scalar<D> {
    return itemOf(this) as Scalar<D>
  }

  /**
   * Returns the elements as nested lists; the scalar for an array without axes.
   * @example
   * a.toArray() // [[1, 2, 3], [4, 5, 6]]
   */
  toArray(): ListsOf<Scalar<D>, N> {
    return toNestedLists(this) as ListsOf<Scalar<D>, N>
  }

  /** Iterates over axis 0: views, or the scalars of an array of one axis. {@link rows} has arrays in both cases. */
  [Symbol.iterator](): IterableIterator<EntryOf<Scalar<D>, NDArray<D, LessAxes<N>>, N>> {
    return entriesOfAxis0(this) as IterableIterator<never>
  }

  /**
   * Splits the array into blocks along an axis: consecutive views that cover it, for `for` and for `for await`. The iterator
   * reads the pages of the next block ahead (`for await` does so in the thread pool) and releases those of the last one, whose
   * stores are in the file. So a file many times larger than memory streams through.
   *
   * A block may be kept: the system reads its pages again when they are touched. In mode `c` pages stay, because stores are
   * nowhere else. Along an axis that is not the slowest in memory, a block consists of many segments far apart. The iterator
   * reads ahead and releases segments of 64 KiB and more, up to 256 of them; shorter ones share their pages with every other
   * block, so they stay: then iterate along another axis, `axis: -1` for an array in F order.
   * @param options.bytes approximate bytes of a block; 16 MiB by default. A block has at least one entry of the axis
   * @param options.axis 0 by default
   * @example
   * for await (const block of a.blocks({ bytes: 64 * 2 ** 20 })) total += await block.promises.sum()
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`, also from a loop that continues after
   *   `close()`
   */
  blocks(options?: BlockOptions): Blocks<this> {
    return blocksAlong(this, options)
  }

  /**
   * Iterates over axis 0: a view for each row, 0-d for an array of one axis.
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an array without axes; `ERR_MEMMAP_CLOSED`
   * @example
   * for (const row of a.rows()) console.log(row.mean())
   */
  rows(): IterableIterator<NDArray<D, LessAxes<N>>> {
    return rowsOf(this) as IterableIterator<never>
  }

  /**
   * Iterates over every element, in C order whatever the order in memory.
   * @example
   * [...a.values()] // [1, 2, 3, 4, 5, 6]
   */
  values(): IterableIterator<Scalar<D>> {
    return elementsOf(this) as IterableIterator<Scalar<D>>
  }

  /**
   * Iterates over every element with its indices, in C order.
   * @example
   * for (const [[row, column], value] of a.entries()) console.log(row, column, value)
   */
  entries(): IterableIterator<[indices: number[], value: Scalar<D>]> {
    return entriesOf(this) as IterableIterator<[indices: number[], value: Scalar<D>]>
  }

  /**
   * Returns the same elements in another shape, in C order, or in F order with `order: 'F'`. One length may be -1.
   * @param options.order `'C'` by default
   * @returns a view if the strides allow it, else a copy
   * @example
   * a.reshape(3, -1).toArray() // [[1, 2], [3, 4], [5, 6]]
   * a.reshape([3, 2], { order: 'F' }).toArray() // [[1, 5], [4, 3], [2, 6]]
   * @throws MemmapError `ERR_MEMMAP_RESHAPE` if the number of elements differs; `ERR_MEMMAP_CLOSED`
   */
  reshape<const S extends ShapeLike>(shape: S, options?: { order?: OrderLike }): NDArray<D, AxesOfShape<S>>
  reshape<S extends readonly number[]>(...shape: S): NDArray<D, S['length']>
  reshape(...args: unknown[]): NDArray<D> {
    return reshape(this, args) as NDArray<D>
  }

  /**
   * Returns all elements on one axis: a view if the array is contiguous in that order, else a copy.
   * @param options.order `'C'` by default; `'F'`; `'A'` for F if the array is F-contiguous only; `'K'` for the order in memory
   * @example
   * a.ravel().toArray() // [1, 2, 3, 4, 5, 6]
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  ravel(options: { order?: OrderLike } = {}): NDArray<D, 1> {
    return ravel(this, orderOption(options, 'ravel')) as NDArray<D, 1>
  }

  /**
   * Copies all elements to one axis. Orders as for {@link ravel}.
   * @param options.order as for {@link ravel}
   * @example
   * a.flatten({ order: 'F' }).toArray() // [1, 4, 2, 5, 3, 6]
   */
  flatten(options: { order?: OrderLike } = {}): NDArray<D, 1> {
    return flatten(this, orderOption(options, 'flatten')) as NDArray<D, 1>
  }

  /**
   * Returns a view with the axes in another order.
   * @param axes for each axis of the result, the axis of this array; by default the reverse
   * @example
   * a.transpose().toArray() // [[1, 4], [2, 5], [3, 6]]
   * zeros([2, 3, 4]).transpose([2, 0, 1]).shape // [4, 2, 3]
   * @throws MemmapError `ERR_MEMMAP_INDEX` if `axes` is not a permutation of the axes
   */
  transpose(axes?: readonly number[]): this {
    return transpose(this, axes) as this
  }

  /**
   * Returns a view with two axes exchanged.
   * @example
   * a.swapAxes(0, 1).shape // [3, 2]
   * @throws MemmapError `ERR_MEMMAP_INDEX`
   */
  swapAxes(axis1: number, axis2: number): this {
    return swapAxes(this, axis1, axis2) as this
  }

  /**
   * Returns a view with an axis, or several, moved to another position.
   * @example
   * zeros([4, 5, 3]).moveAxis(-1, 0).shape // [3, 4, 5], channels first
   * @throws MemmapError `ERR_MEMMAP_INDEX` for axes that are out of range, named twice, or as many on one side only
   */
  moveAxis(source: number | readonly number[], destination: number | readonly number[]): this {
    return moveAxis(this, source, destination) as this
  }

  /**
   * Returns a view without axes of length 1: all of them, or those named.
   * @example
   * a.index(':1').squeeze().shape // [3]
   * @throws MemmapError `ERR_MEMMAP_SHAPE` if a named axis is longer
   */
  squeeze(axis?: number | readonly number[]): NDArray<D> {
    return squeeze(this, axis) as NDArray<D>
  }

  /**
   * Returns a view with axes of length 1 added at these positions of the result.
   * @example
   * a.expandDims(0).shape // [1, 2, 3]
   * @throws MemmapError `ERR_MEMMAP_INDEX` for positions out of range or named twice; `ERR_MEMMAP_SHAPE` beyond 64 axes
   */
  expandDims(axis: number | readonly number[]): NDArray<D> {
    return expandDims(this, axis) as NDArray<D>
  }

  /**
   * Returns a view with these axes, or all, in reverse.
   * @example
   * a.flip(1).toArray() // [[3, 2, 1], [6, 5, 4]]
   * @throws MemmapError `ERR_MEMMAP_INDEX`
   */
  flip(axis?: number | readonly number[]): this {
    return flip(this, axis) as this
  }

  /**
   * Returns the elements whose indices on two axes are equal, on a last axis: a read-only view, as in NumPy.
   * @param options.offset above (positive) or below the main diagonal; 0 by default
   * @param options.axis1 the axis of rows; 0 by default
   * @param options.axis2 the axis of columns; 1 by default
   * @example
   * a.diagonal().toArray() // [1, 5]
   * a.diagonal({ offset: 1 }).toArray() // [2, 6]
   * @throws MemmapError `ERR_MEMMAP_INDEX`
   */
  diagonal(options: { offset?: number; axis1?: number; axis2?: number } = {}): NDArray<D> {
    checkOptions(options, ['offset', 'axis1', 'axis2'], 'diagonal')
    return diagonal(this, options) as NDArray<D>
  }

  /**
   * Returns a read-only view repeated to this shape.
   * @example
   * array([1, 2]).broadcastTo([3, 2]).toArray() // [[1, 2], [1, 2], [1, 2]]
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`
   */
  broadcastTo<const S extends ShapeLike>(shape: S): NDArray<D, AxesOfShape<S>>
  broadcastTo(shape: ShapeLike): NDArray<D>
  broadcastTo(shape: ShapeLike): never {
    return broadcastTo(this, shape) as never
  }

  /**
   * Returns a view of the same bytes as elements of another dtype. If the item sizes differ, the last axis changes its length
   * and must be contiguous; an array without axes keeps its item size.
   * @param dtype by default the same
   * @example
   * a.view('uint8').shape // [2, 12], the bytes
   * @throws MemmapError `ERR_MEMMAP_DTYPE` if the bytes of the last axis are not a multiple of the item size; `ERR_MEMMAP_CLOSED`
   * @see https://numpy.org/doc/2.4/reference/generated/numpy.ndarray.view.html
   */
  view(): this
  view<T extends NumberName>(dtype: T): NDArray<T, N>
  view<T extends DTypeLike>(dtype: DTypeOrName<T>): NDArray<T>
  view<const T extends DTypeLike>(dtype: Checked<T>): NDArray<Canonical<T>, AxesWith<T, N>>
  view(dtype?: DTypeLike): NDArray {
    return (dtype === undefined ? viewOf(this, this) : viewAs(this, dtype)) as NDArray
  }

  /**
   * Copies the array to memory.
   * @param options.order `'C'` by default; `'F'`; `'A'` for F if the array is F-contiguous only; `'K'` for the order of the axes
   *   in memory
   * @example
   * a.copy({ order: 'F' }).flags.fContiguous // true
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; the fault of the mapping
   */
  copy(options: { order?: OrderLike } = {}): NDArray<D, N> {
    return copyOf(this, orderOption(options, 'copy')) as NDArray<D, N>
  }

  /**
   * Copies the array with every element cast as NumPy casts arrays. A float becomes an integer by truncation toward zero, then
   * wraps modulo 2^n. A dtype without a length or unit (`'S'`, `'U'`, `'M8'`) gets one that fits the elements.
   * @param options.order as for {@link copy}, but `'K'` by default
   * @example
   * a.astype('int16').dtype.name // 'int16'
   * array([1.7, -1.7]).astype('int8').toArray() // [1, -1]
   * @throws MemmapError `ERR_MEMMAP_DTYPE` if there is no such cast; `ERR_MEMMAP_CAST` for an element that cannot be cast, such
   *   as text that is not a number; `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`
   */
  astype<T extends NumberName>(dtype: T, options?: { order?: OrderLike }): NDArray<T, N>
  astype<T extends DTypeLike>(dtype: DTypeOrName<T>, options?: { order?: OrderLike }): NDArray<T>
  astype<const T extends DTypeLike>(
    dtype: Checked<T>,
    options?: { order?: OrderLike },
  ): NDArray<Canonical<T>, AxesWith<T, N>>
  astype(dtype: DTypeLike, options: { order?: OrderLike } = {}): never {
    return castTo(this, dtype, orderOption(options, 'astype')) as never
  }

  /**
   * Reverses the bytes of every number and keeps the dtype: in a copy, or with `inplace` in this array.
   * @param options.inplace false by default
   * @example
   * array([1, 2], { dtype: 'int16' }).byteswap().toArray() // [256, 512]
   * @throws MemmapError `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED`
   */
  byteswap(options: { inplace?: boolean } = {}): NDArray<D, N> {
    checkOptions(options, ['inplace'], 'byteswap')
    checkBoolean('inplace', options.inplace)
    return swapBytes(this, options.inplace ?? false) as NDArray<D, N>
  }

  /** `'NDArray'`, for `Object.prototype.toString`. */
  get [Symbol.toStringTag](): string {
    return 'NDArray'
  }

  /**
   * The array as text: NumPy's `str`.
   * @example
   * a.index(0).toString() // '[1. 2. 3.]'
   */
  override toString(options?: PrintOptions): string {
    // Test runners call this on objects that they made with this prototype.
    return !hasState(this) ? 'NDArray' : reprOf(this, 'str', options)
  }

  /**
   * The array as text: NumPy's `repr`, with `memmap(` or `array(` in front. Reads only the elements that it shows.
   * @example
   * a.index(0).repr() // 'array([1., 2., 3.], dtype=float32)'
   */
  repr(options?: PrintOptions): string {
    return reprOf(this, 'repr', options)
  }

  /** @internal The text for `console.log`: {@link repr}, or `memmap(ERR_MEMMAP_TRUNCATED)` and the like if the elements cannot be read. */
  [inspect.custom](): string {
    return inspectText(this)
  }

  /**
   * The elements as nested lists, for `JSON.stringify`: bigints as numbers, or as text beyond 2^53 - 1, because JSON has none. A
   * {@link Memmap} has its descriptor there instead; send `copy()` for its elements.
   * @example
   * JSON.stringify({ a }) // '{"a":[[1,2,3],[4,5,6]]}'
   * @throws MemmapError as {@link toArray}; `ERR_MEMMAP_TOO_LARGE` for a text that is too long for JavaScript
   */
  toJSON(): unknown {
    // Each element takes a digit and a comma at least.
    checkText(2 * this.size, 'write parts by blocks()')
    return withoutBigInts(this.toArray())
  }
}

/** What JSON can hold of an element or of nested lists. */
function withoutBigInts(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (Array.isArray(value)) return value.map(withoutBigInts)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || isDate(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutBigInts(field)]))
}

/**
 * Values for {@link NDArray.assign}: one for all elements, (nested) lists, a typed array, another array or an expression.
 *
 * A property of a type, because TypeScript would compare two unions of this name for their variance, over all that a dtype can be, to
 * infer `D` from a `Memmap`: that takes 20 seconds and ends in TS2589.
 */
export type Assignable<D> = {
  readonly of: Writable<D> | NestedValues<Writable<D>> | ArrayBufferView | NDArray | ComputedValue
}['of']

/** The values of {@link Assignable} that are a single element. */
type SingleValue<D> = { readonly of: Extract<Writable<D>, number | bigint | boolean | string | Date> }['of']

/** Lists of values, nested as deep as there are axes. */
export interface NestedValues<T> extends ReadonlyArray<T | NestedValues<T> | ArrayBufferView | NDArray> {}

/** Real or complex numbers: an array, a typed array, or nested lists. */
export type NumbersLike = NDArray | ArrayBufferView | NestedValues<number | bigint | boolean>

/** The number of axes of {@link NumbersLike}. */
type AxesOfNumbers<Q> =
  Q extends NDArray<DTypeLike, infer N>
    ? N
    : Q extends ArrayBufferView | readonly (number | bigint | boolean)[]
      ? 1
      : Q extends readonly (ArrayBufferView | readonly (number | bigint | boolean)[])[]
        ? 2
        : number

/** The result of `NDArray.dot`. */
export type DotResult<D, N extends number, Q> = number extends N | AxesOfNumbers<Q>
  ? Scalar<DotDType<D, Q>> | NDArray<DotDType<D, Q>>
  : [N, AxesOfNumbers<Q>] extends [1, 1]
    ? Scalar<DotDType<D, Q>>
    : NDArray<DotDType<D, Q>, [N, AxesOfNumbers<Q>] extends [2, 2] ? 2 : 1>

/** The dtype of both operands where it is the same number; else known at run time only. */
type DotDType<D, Q> =
  Q extends NDArray<infer E> ? (D extends NumberName ? (E extends D ? D : DTypeLike) : DTypeLike) : DTypeLike

/** The result of `NDArray.nearest`. A property of a type, as {@link Assignable}. */
export type Neighbours<D, Q> = {
  readonly of: {
    /** The positions of the rows, the nearest first; -1 where there is none. */
    readonly indices: NDArray<'int64', AxesOfNumbers<Q>>
    /** Their distances, or products; NaN where there is none. */
    readonly distances: NDArray<DistanceDType<Element<D>['name']>, AxesOfNumbers<Q>>
  }
}['of']

type DistanceDType<Name> = string extends Name
  ? 'float32' | 'float64'
  : Name extends 'float32' | 'float16' | 'int8' | 'uint8'
    ? 'float32'
    : 'float64'

/** Rejects a string literal in the option `dtype` that is not a dtype. */
export type CheckedOptions<O> = O extends { readonly dtype: infer T } ? { readonly dtype: Checked<T> } : unknown

/** The names of the fields of a structured dtype; any text if the dtype is known at run time only. */
export type FieldNameOf<D> = [DTypeLike] extends [D] ? string : keyof Element<D>['fields'] & string

/** The dtype of a field of a structured dtype. */
export type FieldDType<D, Name> = [DTypeLike] extends [D]
  ? DTypeLike
  : Name extends keyof Element<D>['fields']
    ? KnownDType<Element<D>['fields'][Name]>
    : DTypeLike

/** The dtype of `real` and `imag`. */
export type PartDType<D> = KnownDType<Element<D>['part']>

/** A dtype by name, or any if the name is known at run time only. */
type KnownDType<T> = T extends DTypeLike ? (string extends T ? DTypeLike : T) : never

/** The dtype of a reduction's result: that of the option `dtype`, else the one that the table of operations names. */
type ResultDType<D, O, R extends ReductionRow['result']> = O extends { readonly dtype: infer T extends DTypeLike }
  ? Canonical<T>
  : R extends 'same'
    ? Extract<D, DTypeLike>
    : R extends 'count'
      ? 'int64'
      : R extends 'bool'
        ? 'bool'
        : ComputedDType<D, R>

/** The dtype that an element names for a result; first by the names of numbers, so that a generic `D` of them has a result. */
type ComputedDType<D, R> = D extends NumberName
  ? NumberElements[D][R & keyof NumberElements[D]]
  : KnownDType<Element<D>[R & keyof Element<D>]>

/** The scalar of a reduction; positions and counts are numbers. */
type ReducedScalar<D, O, R extends ReductionRow['result']> = R extends 'count' ? number : Scalar<ResultDType<D, O, R>>

/** True if options ask for an array, false if not, `boolean` if TypeScript cannot know. */
type AsksForArray<O> = 'axis' extends keyof O
  ? O extends { readonly axis: infer Axis }
    ? [Axis] extends [undefined]
      ? KeepsDims<O>
      : [Axis] extends [number | readonly number[]]
        ? true
        : boolean
    : boolean
  : KeepsDims<O>

type KeepsDims<O> = 'keepdims' extends keyof O
  ? O extends { readonly keepdims: infer Keep }
    ? [Keep] extends [true]
      ? true
      : [Keep] extends [false | undefined]
        ? false
        : boolean
    : boolean
  : false

/** The result of a reduction: always an NDArray with `axis` or `keepdims`, else a scalar. */
export type Reduced<D, O, R extends ReductionRow['result'], N extends number = number> =
  AsksForArray<O> extends true
    ? NDArray<ResultDType<D, O, R>, ReducedAxes<O, N>>
    : AsksForArray<O> extends false
      ? ReducedScalar<D, O, R>
      : ReducedScalar<D, O, R> | NDArray<ResultDType<D, O, R>>

/** The dtype of a quantile: of the elements where the method takes one of them. */
type QuantileDType<D, Q, O> = O extends { readonly method: infer Method }
  ? [Method] extends ['lower' | 'higher' | 'nearest']
    ? Extract<D, DTypeLike>
    : [Method] extends ['linear' | 'midpoint']
      ? BetweenDType<D, Q>
      : DTypeLike
  : BetweenDType<D, Q>

/** A fraction that is no list. */
type SingleFraction = number | NDArray<DTypeLike, 0>

/** The dtype of a number between two elements; of a list of fractions it is that of the list. */
type BetweenDType<D, Q> = D extends NumberName
  ? Q extends SingleFraction
    ? NumberElements[D]['mean']
    : Q extends readonly number[] | Float64Array | NDArray<'float64'>
      ? 'float64'
      : DTypeLike
  : Extract<D, DTypeLike>

/** The result of `quantile`: a scalar for a single fraction without `axis` and `keepdims`, else an array. */
export type QuantileResult<D, Q, O, N extends number = number> = Q extends SingleFraction
  ? AsksForArray<O> extends true
    ? NDArray<QuantileDType<D, Q, O>, ReducedAxes<O, N>>
    : AsksForArray<O> extends false
      ? Scalar<QuantileDType<D, Q, O>>
      : Scalar<QuantileDType<D, Q, O>> | NDArray<QuantileDType<D, Q, O>>
  : NDArray<QuantileDType<D, Q, O>>

/** The counts and edges of `histogram`. */
export interface HistogramResult<D, O> {
  /** The elements in each bin, or the sum of their weights, or their density. */
  readonly counts: NDArray<CountsDType<O>, 1>
  /** The edges of the bins, one more than counts. */
  readonly edges: NDArray<EdgesDType<D, O>, 1>
}

type CountsDType<O> = O extends { readonly weights: unknown }
  ? DTypeLike
  : O extends { readonly density: infer Density }
    ? [Density] extends [true]
      ? 'float64'
      : [Density] extends [false | undefined]
        ? 'int64'
        : DTypeLike
    : 'int64'

type EdgesDType<D, O> = O extends { readonly bins: infer Edges }
  ? [Edges] extends [number]
    ? UniformDType<D>
    : [Edges] extends [readonly number[]]
      ? 'float64'
      : DTypeLike
  : UniformDType<D>

type UniformDType<D> = D extends 'float16' | 'float32' ? D : D extends NumberName ? 'float64' : DTypeLike

/** The number of axes that a reduction leaves. */
type ReducedAxes<O, N extends number> =
  KeepsDims<O> extends true
    ? N
    : KeepsDims<O> extends false
      ? O extends { readonly axis: infer Axis }
        ? AxesWithout<N, Axis>
        : number
      : number

/**
 * A reduction: of all elements to a scalar; with `axis` or `keepdims` always to an NDArray, 0-d where no axis is left.
 * @example
 * a.sum() // a scalar
 * a.sum({ axis: 0 }) // an NDArray
 * a.sum({ keepdims: true }) // an NDArray with every axis of length 1
 * @ts-ignore TS2636, as for NDArray. */
export interface ReductionMethod<out D, Name extends Reduction, out N extends number = number> {
  (options?: undefined): ReducedScalar<D, {}, (typeof REDUCTIONS)[Name]['result']>
  <const O extends OptionsByName[(typeof REDUCTIONS)[Name]['takes']]>(
    options: O & CheckedOptions<O>,
  ): Reduced<D, O, (typeof REDUCTIONS)[Name]['result'], N>
}

/**
 * A reduction off the event loop: a promise of the same result.
 * @ts-ignore TS2636, as for NDArray. */
export interface AsyncReductionMethod<out D, Name extends Reduction, out N extends number = number> {
  (options?: undefined): Promise<ReducedScalar<D, {}, (typeof REDUCTIONS)[Name]['result']>>
  <const O extends OptionsByName[(typeof REDUCTIONS)[Name]['takes']] & AsyncOptions>(
    options: O & CheckedOptions<O>,
  ): Promise<Reduced<D, O, (typeof REDUCTIONS)[Name]['result'], N>>
}

/**
 * A scan of all elements in C order, or along an axis.
 * @ts-ignore TS2636, as for NDArray. */
export interface ScanMethod<out D, Name extends Scan, out N extends number = number> {
  <const O extends ScanOptions = {}>(
    options?: O & CheckedOptions<O>,
  ): NDArray<ResultDType<D, O, (typeof SCANS)[Name]['result']>, ScannedAxes<O, N>>
}

/** A scan without an axis is of all elements, on one axis. */
type ScannedAxes<O, N extends number> = 'axis' extends keyof O ? (O extends { readonly axis: number } ? N : number) : 1

/** The number of axes of positions: one of all elements in C order. */
type OrderedAxes<O, N extends number> = O extends { readonly axis: infer Axis }
  ? [Axis] extends [number | undefined]
    ? N
    : [Axis] extends [null]
      ? 1
      : number
  : N

/** The methods from the table of operations. */
type TableMethods<D, N extends number> = { [Name in keyof typeof REDUCTIONS]: ReductionMethod<D, Name, N> } & {
  [Name in keyof typeof SCANS]: ScanMethod<D, Name, N>
}

/** @ts-ignore TS2636, as for the class. */
export interface NDArray<out D extends DTypeLike = DTypeLike, out N extends number = number> extends TableMethods<
  D,
  N
> {}

for (const name of Object.keys(REDUCTIONS) as Reduction[]) {
  const reduce = reducer(name)
  addMethod(name, function (this: NDArray, options) {
    return reduce(this, options)
  })
}
for (const name of Object.keys(SCANS) as Scan[]) {
  addMethod(name, function (this: NDArray, options) {
    return scan(this, name, options)
  })
}

function addMethod(name: string, method: (this: NDArray, options?: object) => unknown): void {
  Object.defineProperty(method, 'name', { value: name })
  Object.defineProperty(NDArray.prototype, name, { value: method, configurable: true, writable: true })
}

refuseSurplus(NDArray.prototype, {
  slice: 3,
  take: 2,
  mask: 1,
  field: 1,
  assign: 2,
  fill: 1,
  map: 2,
  apply: 1,
  compare: 2,
  equals: 1,
  allClose: 2,
  sort: 1,
  argsort: 1,
  minmax: 0,
  nonzero: 0,
  bincount: 1,
  unique: 0,
  searchsorted: 2,
  topk: 2,
  dot: 1,
  nearest: 2,
  item: 0,
  toArray: 0,
  rows: 0,
  values: 0,
  entries: 0,
  blocks: 1,
  ravel: 1,
  flatten: 1,
  transpose: 1,
  swapAxes: 2,
  moveAxis: 2,
  squeeze: 1,
  expandDims: 1,
  flip: 1,
  diagonal: 1,
  broadcastTo: 1,
  view: 1,
  copy: 1,
  astype: 2,
  byteswap: 1,
  repr: 1,
  toString: 1,
  strided: 0,
  quantile: 2,
  median: 1,
  histogram: 1,
  ...Object.fromEntries([...Object.keys(REDUCTIONS), ...Object.keys(SCANS)].map((name) => [name, 1])),
})

/** The reductions off the event loop, each with the options `signal` and `onProgress` too. */
type AsyncReductions<D, N extends number> = { [Name in keyof typeof REDUCTIONS]: AsyncReductionMethod<D, Name, N> }

/**
 * The methods of an array off the event loop: `array.promises`. Each takes the options of the array's method of that name,
 * `signal` and `onProgress`, makes the same checks and returns a promise of the same result. An error rejects the promise.
 *
 * The thread pool reads and writes the elements while JavaScript continues; it may or may not see elements that JavaScript
 * stores meanwhile. `close()` ends the work with `ERR_MEMMAP_CLOSED`, a signal with its reason; elements stored until then stay.
 *
 * An operation with a kernel runs in the thread pool, on all cores. Conversions without one (text, dates of different units,
 * records) and stores to memory outside a mapping run in this thread, in steps of about a millisecond.
 *
 * @example
 * const mean = await a.promises.mean({ axis: 0, signal: AbortSignal.timeout(10_000) })
 * await a.promises.fill(0, { onProgress: (fraction) => bar.update(fraction) })
 * @ts-ignore TS2636, as for NDArray. */
export interface ArrayPromises<out D extends DTypeLike, A, out N extends number = number> extends AsyncReductions<
  D,
  N
> {
  /**
   * {@link NDArray.copy}.
   * @param options.order `'C'` by default
   */
  copy(options?: { order?: OrderLike } & AsyncOptions): Promise<NDArray<D, N>>

  /**
   * {@link NDArray.astype}.
   * @param options.order `'K'` by default
   */
  astype<T extends NumberName>(dtype: T, options?: { order?: OrderLike } & AsyncOptions): Promise<NDArray<T, N>>
  /**
   * {@link NDArray.astype}.
   * @param options.order `'K'` by default
   */
  astype<T extends DTypeLike>(
    dtype: DTypeOrName<T>,
    options?: { order?: OrderLike } & AsyncOptions,
  ): Promise<NDArray<T>>
  /**
   * {@link NDArray.astype}.
   * @param options.order `'K'` by default
   */
  astype<const T extends DTypeLike>(
    dtype: Checked<T>,
    options?: { order?: OrderLike } & AsyncOptions,
  ): Promise<NDArray<Canonical<T>, AxesWith<T, N>>>

  /** {@link NDArray.quantile}. */
  quantile<const Q extends Fractions, const O extends QuantileOptions & AsyncOptions = {}>(
    q: Q,
    options?: O,
  ): Promise<QuantileResult<D, Q, O, N>>

  /** {@link NDArray.median}. */
  median<const O extends MedianOptions & AsyncOptions = {}>(options?: O): Promise<Reduced<D, O, 'mean', N>>

  /** {@link NDArray.histogram}. */
  histogram<const O extends HistogramOptions & AsyncOptions = {}>(options?: O): Promise<HistogramResult<D, O>>

  /** {@link NDArray.assign}. The options may directly follow the value. */
  assign(value: Assignable<D>, options?: AsyncOptions): Promise<A>
  assign(value: Assignable<D>, selectors: readonly Selector[] | undefined, options?: AsyncOptions): Promise<A>

  /** {@link NDArray.fill}. */
  fill(value: Writable<D> | NDArray | ComputedValue, options?: AsyncOptions): Promise<A>

  /** {@link NDArray.sort}. An array in memory is sorted in a copy, which is stored at the end. */
  sort(options?: SortOptions & AsyncOptions): Promise<A>

  /** {@link NDArray.argsort}. */
  argsort<const O extends ArgsortOptions = {}>(options?: O & AsyncOptions): Promise<NDArray<'int64', OrderedAxes<O, N>>>

  /** {@link NDArray.minmax}. */
  minmax(options?: AsyncOptions): Promise<{ min: Scalar<D>; max: Scalar<D> }>

  /** {@link NDArray.nonzero}. */
  nonzero(options?: AsyncOptions): Promise<NDArray<'int64', 1>[]>

  /** {@link NDArray.bincount}. */
  bincount(options?: BincountOptions & AsyncOptions): Promise<NDArray<'int64', 1>>

  /** {@link NDArray.unique}. */
  unique(options?: AsyncOptions): Promise<{ values: NDArray<D, 1>; counts: NDArray<'int64', 1> }>

  /** {@link NDArray.searchsorted}. */
  searchsorted(value: SingleValue<D>, options?: SearchOptions & AsyncOptions): Promise<number>
  searchsorted(values: Assignable<D>, options?: SearchOptions & AsyncOptions): Promise<NDArray<'int64'>>

  /** {@link NDArray.topk}. */
  topk<const O extends TopkOptions = {}>(
    k: number,
    options?: O & AsyncOptions,
  ): Promise<{ values: NDArray<D, OrderedAxes<O, N>>; indices: NDArray<'int64', OrderedAxes<O, N>> }>

  /** {@link NDArray.dot}. */
  dot<const Q extends NumbersLike>(b: Q, options?: AsyncOptions): Promise<DotResult<D, N, Q>>

  /** {@link NDArray.nearest}. */
  nearest<const Q extends NumbersLike>(query: Q, options?: NearestOptions & AsyncOptions): Promise<Neighbours<D, Q>>

  /**
   * `Memmap.flush`; does nothing for an array in memory.
   * @param options.durable as for `Memmap.flush`; false by default
   * @example
   * await a.promises.flush({ durable: true })
   */
  flush(options?: { durable?: boolean } & AsyncOptions): Promise<void>

  /**
   * Reads the pages of this array or view into memory, unless they are there; does nothing for an array in memory.
   * @example
   * await a.promises.prefetch()
   */
  prefetch(options?: AsyncOptions): Promise<void>
}

/** Checks the options of a method whose only option is an order. */
function orderOption(options: { order?: OrderLike }, of: string): OrderLike | undefined {
  checkOptions(options, ['order'], of)
  return options.order
}

registerWalked({ identify: (array) => identityOf(array as ArrayBase), show: (array) => exactText(array as ArrayBase) })
answerTestRunners(NDArray.prototype)

registerArrayValue(ArrayBase, {
  castElement: (array, dtype) => elementBytesOf(array as ArrayBase, dtype),
  rowsOf: (array) => Array.from(rowsOf(array as ArrayBase)),
})
