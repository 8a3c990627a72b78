/* oxlint-disable typescript/no-unsafe-declaration-merging -- the loops behind the class add the methods of the merged interface */
import { inspect } from 'node:util'
import { ArrayBase } from './array/array-base.js'
import { viewOf } from './array/make-array.js'
import { bitsOf, bytesOf, dataOf, exposed, stridedOf, stridesInElements } from './array/typed-views.js'
import type { Strided } from './array/typed-views.js'
import { blocksAlong } from './async/blocks.js'
import type { BlockOptions, Blocks } from './async/blocks.js'
import { promisesOf } from './async/promises.js'
import type { AsyncOptions } from './async/task.js'
import { DType } from './dtype/index.js'
import type { Canonical, Checked, DTypeLike, Element, Nested, Scalar, TypedArrayOf, Writable } from './dtype/index.js'
import { checkBoolean, checkOptions } from './errors/check-options.js'
import { isAligned } from './layout/layout.js'
import type { IntegerArray, ShapeLike } from './layout/shape.js'
import { isContiguous } from './layout/strides.js'
import type { OrderLike } from './layout/strides.js'
import { assign, fill } from './ops/assign.js'
import { broadcastTo, diagonal, expandDims, flip, moveAxis, squeeze, swapAxes, transpose } from './ops/axes.js'
import { allClose, compare, equals } from './ops/compare/compare.js'
import type { CloseOptions } from './ops/compare/compare.js'
import { castTo, copyOf, itemOf, swapBytes } from './ops/copy.js'
import { indexArray, mask, take } from './ops/indexing/gather.js'
import { rowsBetween } from './ops/indexing/select.js'
import type { BasicSelector, BooleanList, IntegerList, Selector } from './ops/indexing/selectors.js'
import { elementsOf, entriesOf, entriesOfAxis0, rowsOf } from './ops/iterate.js'
import { applyTo, mapTo } from './ops/map-apply.js'
import type { OptionsByName, ScanOptions } from './ops/reduce/options.js'
import { reducer } from './ops/reduce/reduce.js'
import { scan } from './ops/reduce/scan.js'
import { inspectText, reprOf } from './ops/repr.js'
import { flatten, ravel, reshape } from './ops/reshape.js'
import { REDUCTIONS, SCANS } from './ops/table.js'
import type { Comparison, Reduction, ReductionRow, Scan } from './ops/table.js'
import { toNestedLists } from './ops/to-nested-lists.js'
import { complexPart, fieldOf, viewAs } from './ops/view.js'
import type { PrintOptions } from './text/index.js'

/** What is known of an array's memory: NumPy's `ndarray.flags`. */
export interface Flags {
  /** Elements follow one another with the last axis fastest. */
  readonly cContiguous: boolean
  /** Elements follow one another with the first axis fastest. */
  readonly fContiguous: boolean
  /** `set`, `assign`, `fill` and the like are allowed. */
  readonly writeable: boolean
  /** Every element lies on a multiple of its dtype's alignment. */
  readonly aligned: boolean
  /** It is not a view of another array. */
  readonly ownData: boolean
}

/**
 * An n-dimensional array: elements of one dtype in memory, or in a file (then it is a {@link Memmap}). Views share the memory
 * of the array that they come from; copies have their own.
 *
 * Made by `memmap`, `array`, `zeros` and the methods below. The type parameter says what an element is to TypeScript, and
 * follows from the dtype that was given.
 *
 * @example
 * const a = array([[1, 2, 3], [4, 5, 6]], { dtype: 'int16' })
 * a.shape // [2, 3]
 * a.get(1, -1) // 6
 * a.index(':', '::2').toArray() // [[1, 3], [4, 6]]
 * @see https://numpy.org/doc/2.4/reference/arrays.ndarray.html
 * @ts-ignore TS2636, because the compiler cannot prove through conditional types that an array of a dtype is one of any dtype. */
export class NDArray<out D extends DTypeLike = DTypeLike> extends ArrayBase {
  /** The dtype of the elements. */
  declare readonly dtype: DType<D>
  /** The length of each axis. */
  declare readonly shape: readonly number[]
  /** The step from one entry to the next on each axis, in bytes. */
  declare readonly byteStrides: readonly number[]
  /** @internal */
  declare readonly root: NDArray | null

  /**
   * From one entry to the next on each axis, in elements, as JavaScript libraries count; null where a stride is no whole
   * number of elements, as in some fields of records.
   */
  get strides(): readonly number[] | null {
    return stridesInElements(this)
  }

  /** What is known of the memory. */
  get flags(): Flags {
    const { shape, byteStrides, itemsize } = this
    return {
      cContiguous: isContiguous(shape, byteStrides, itemsize, 'C'),
      fContiguous: isContiguous(shape, byteStrides, itemsize, 'F'),
      writeable: this.writeableMask === 0,
      aligned: isAligned(this.dtype.alignment, this),
      ownData: this.root === null,
    }
  }

  /** The array that this is a view of; null where it is none. Of a view of a view, the array that was opened or made. */
  get base(): NDArray | null {
    return this.root
  }

  /** The same elements with the axes in reverse: `transpose()`. */
  get T(): this {
    return this.transpose()
  }

  /**
   * The buffer that holds the elements; {@link byteOffset} is where the first one lies in it. Of a mapping it is an
   * ArrayBuffer over the file's pages, detached by `close()`.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE` where this runtime has no buffer of that size;
   *   `ERR_MEMMAP_EXTERNAL_BUFFERS`; `ERR_MEMMAP_NOT_VIEWABLE` where it was moved away by `transfer()`
   */
  get buffer(): ArrayBufferLike {
    return exposed(this).buffer
  }

  /** The position of the first element in {@link buffer}, in bytes. */
  get byteOffset(): number {
    return this.store.closed ? this.position : this.position - exposed(this).start
  }

  /**
   * The typed array over exactly these elements, in memory order, without a copy: what is stored in it is stored in the
   * file. `bool` gives a `Uint8Array`, complex the interleaved float array, `datetime64` a `BigInt64Array`, `float16` a
   * `Float16Array` where the runtime has it.
   * @throws MemmapError `ERR_MEMMAP_NOT_VIEWABLE` where the elements are not contiguous (C or F), not in native byte order,
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
   * @throws MemmapError `ERR_MEMMAP_NOT_VIEWABLE` where the elements are not contiguous; and as {@link buffer}
   */
  get bytes(): Uint8Array {
    return bytesOf(this)
  }

  /**
   * A typed array with the shape and strides, in elements, that find each element in it: what scijs `ndarray`,
   * `@stdlib/ndarray` and numpy-ts take. Without a copy, for any view in native byte order whose elements are aligned.
   * @throws MemmapError as {@link data}, but for contiguity
   */
  strided(): Strided<TypedArrayOf<D>> {
    return stridedOf(this) as Strided<TypedArrayOf<D>>
  }

  /**
   * One element. Negative indices count from the end.
   * @param indices a whole number for each axis
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  override get(...indices: (number | bigint)[]): Scalar<D> {
    return this.getSlow(...indices) as Scalar<D>
  }

  /**
   * Stores one element.
   * @param indicesAndValue a whole number for each axis, then the value
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CAST` for a value that the dtype cannot hold; `ERR_MEMMAP_READONLY`;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  override set(...indicesAndValue: [...indices: (number | bigint)[], value: Writable<D>]): void {
    this.setSlow(...indicesAndValue)
  }

  /**
   * NumPy's `a[...]`. A selector is a whole number (drops its axis), a slice as text (`'1:3'`, `'::-1'`, `':'`) or made by
   * `slice`, `'...'`, `newaxis`, a list of positions or a (nested) list of booleans; typed arrays and arrays are lists too.
   * Lists broadcast together; their axes stand where the lists do, or first where something stands between them.
   * @returns a view; with a list, a copy
   * @example
   * a.index(0) // NumPy: a[0]
   * a.index(':', '::-1') // a[:, ::-1]
   * a.index('...', newaxis) // a[..., None]
   * a.index([0, 2], ':') // a[[0, 2], :], a copy
   * a.index(a.compare('>', 0)) // a[a > 0], a copy
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`; with a list the fault of the mapping
   * @see https://numpy.org/doc/2.4/user/basics.indexing.html
   */
  index(...selectors: BasicSelector[]): this
  index(...selectors: Selector[]): NDArray<D>
  index(...selectors: unknown[]): NDArray {
    return indexArray(this, selectors) as NDArray
  }

  /**
   * Rows of axis 0, a view, counted as JavaScript's `slice` counts: from `start` up to `stop`, negative from the end.
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an array without axes, or bounds that are no whole numbers
   */
  slice(start?: number, stop?: number, step?: number): this {
    return viewOf(this, rowsBetween(this, start, stop, step)) as this
  }

  /**
   * The entries of an axis at these positions, in their order, as a copy: NumPy's `take`.
   * @param indices a position, or (nested) positions; negative ones count from the end
   * @param options.axis left out, positions count all elements in C order
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`
   */
  take(indices: number | bigint | IntegerList | IntegerArray | NDArray, options: { axis?: number } = {}): NDArray<D> {
    return take(this, indices, options) as NDArray<D>
  }

  /**
   * The elements where `booleans` is true, in C order, as a copy: NumPy's `a[mask]`.
   * @throws MemmapError `ERR_MEMMAP_INDEX` where the shapes differ; `ERR_MEMMAP_CLOSED`
   */
  mask(booleans: BooleanList | NDArray): NDArray<D> {
    return mask(this, booleans) as NDArray<D>
  }

  /**
   * A field of a structured dtype, mapped; the axes of a sub-array follow those of the array.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is no such field
   */
  field(name: never): NDArray
  field<Name extends FieldNameOf<D>>(name: Name): NDArray<FieldDType<D, Name>>
  field(name: string): NDArray {
    return fieldOf(this, name) as NDArray
  }

  /** The real parts of a complex array, mapped; of any other number, the array itself. */
  get real(): NDArray<PartDType<D>> {
    return complexPart(this, 'real') as NDArray<PartDType<D>>
  }

  /**
   * The imaginary parts of a complex array, mapped.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where the elements are not complex
   */
  get imag(): NDArray<PartDType<D>> {
    return complexPart(this, 'imag') as NDArray<PartDType<D>>
  }

  /**
   * NumPy's `a[selectors] = value`: a scalar, nested list, typed array or NDArray is broadcast to the elements, cast as NumPy
   * casts it, and stored; correct where both share memory. Single values are checked, arrays wrap as NumPy's do. Of places that
   * lists name twice, the later value stays.
   * @param selectors as for {@link index}; left out, all elements
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
   * @throws MemmapError as {@link assign}
   */
  fill(value: Writable<D>): this {
    fill(this, value)
    return this
  }

  /**
   * A copy in which every element is what `fn` gives for it, in C order.
   * @param options.dtype of the copy; by default this array's
   * @throws MemmapError `ERR_MEMMAP_CAST`; `ERR_MEMMAP_CLOSED`
   */
  map(fn: (value: Scalar<D>, index: number) => Writable<D>): NDArray<D>
  map<const T extends DTypeLike>(
    fn: (value: Scalar<D>, index: number) => Writable<T>,
    options: { dtype: Checked<T> },
  ): NDArray<Canonical<T>>
  map(fn: (value: never, index: number) => unknown, options: { dtype?: DTypeLike } = {}): NDArray {
    return mapTo(this, fn as (value: unknown, index: number) => unknown, options) as NDArray
  }

  /**
   * Exchanges every element for what `fn` gives for it, in C order.
   * @returns this array
   * @throws MemmapError `ERR_MEMMAP_CAST`; `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED`
   */
  apply(fn: (value: Scalar<D>, index: number) => Writable<D>): this {
    applyTo(this, fn as (value: unknown, index: number) => unknown)
    return this
  }

  /**
   * Compares every element with another array or a scalar, broadcast. A single number takes the precision of the array; dates
   * of any units are compared exactly; kinds that cannot be compared are never equal.
   * @returns an array of bool, fit for {@link mask} and {@link index}
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE` where the kinds cannot be compared; `ERR_MEMMAP_CLOSED`
   */
  compare(op: Comparison, other: Assignable<D>): NDArray<'bool'> {
    return compare(this, op, other) as NDArray<'bool'>
  }

  /**
   * Whether shape and elements are the same: NumPy's `array_equal`. NaN is not equal to itself.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for records with other fields; `ERR_MEMMAP_CLOSED`
   */
  equals(other: Assignable<D>): boolean {
    return equals(this, other)
  }

  /**
   * Whether every element is within `atol + rtol * |other|` of the other array's, broadcast: NumPy's `allclose`.
   * @param options.rtol 1e-5 by default
   * @param options.atol 1e-8 by default
   * @param options.equalNaN whether NaN is close to NaN; not by default
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE` for what are no numbers; `ERR_MEMMAP_ARGUMENT`;
   *   `ERR_MEMMAP_CLOSED`
   */
  allClose(other: Assignable<D>, options?: CloseOptions): boolean {
    return allClose(this, other, options)
  }

  /**
   * The work over whole arrays off the event loop: reductions, `copy`, `astype`, `assign`, `fill`, `flush` and `prefetch`, each
   * as the method of that name, with `{ signal, onProgress }` besides.
   * @example
   * await a.promises.std({ axis: 0, signal })
   */
  get promises(): ArrayPromises<D, this> {
    return promisesOf(this) as ArrayPromises<D, this>
  }

  /**
   * The only element, as a scalar.
   * @throws MemmapError `ERR_MEMMAP_SHAPE` where there is not exactly one
   */
  item(): Scalar<D> {
    return itemOf(this) as Scalar<D>
  }

  /** Nested lists of the elements; the scalar for an array without axes. */
  toArray(): Nested<Scalar<D>> {
    return toNestedLists(this) as Nested<Scalar<D>>
  }

  /** The entries of axis 0: views; scalars of an array of one axis. {@link rows} has arrays in both cases. */
  [Symbol.iterator](): IterableIterator<Scalar<D> | NDArray<D>> {
    return entriesOfAxis0(this) as IterableIterator<Scalar<D> | NDArray<D>>
  }

  /**
   * The array in pieces along an axis: views that follow one another and cover it, for `for` and for `for await`. The pages of
   * the next piece are read ahead, by `for await` in the thread pool; those of a piece that is left behind leave the process,
   * and what was stored in them is in the file. So a file many times larger than memory streams through.
   *
   * A piece may be kept: its pages are read again when it is used. In mode `c` pages stay, because what was stored is nowhere
   * else. Along an axis that is not the slowest in memory, a piece is many stretches far apart: where these are long (64 KiB and
   * more, up to 256 of them) each is read ahead and let go; where they are short, every piece touches all pages of the array,
   * and nothing is: then go along another axis, `axis: -1` for an array in F order.
   * @param options.bytes of a piece, about; 16 MiB by default. A piece has at least one entry of the axis
   * @param options.axis 0 by default
   * @example
   * for await (const block of a.blocks({ bytes: 64 * 2 ** 20 })) total += await block.promises.sum()
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`, also from a loop that goes on after
   *   `close()`
   */
  blocks(options?: BlockOptions): Blocks<this> {
    return blocksAlong(this, options)
  }

  /**
   * The entries of axis 0 as arrays: views, 0-d ones of an array of one axis.
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an array without axes; `ERR_MEMMAP_CLOSED`
   * @example
   * for (const row of a.rows()) console.log(row.mean())
   */
  rows(): IterableIterator<this> {
    return rowsOf(this) as IterableIterator<this>
  }

  /** Every element, in C order whatever the order in memory. */
  values(): IterableIterator<Scalar<D>> {
    return elementsOf(this) as IterableIterator<Scalar<D>>
  }

  /** Every element with its indices, in C order. */
  entries(): IterableIterator<[indices: number[], value: Scalar<D>]> {
    return entriesOf(this) as IterableIterator<[indices: number[], value: Scalar<D>]>
  }

  /**
   * The same elements in another shape, read and written in C order, or in F order with `order: 'F'`. One length may be -1.
   * @returns a view where the strides allow it, else a copy
   * @throws MemmapError `ERR_MEMMAP_RESHAPE` where the number of elements differs; `ERR_MEMMAP_CLOSED`
   */
  reshape(shape: ShapeLike, options?: { order?: OrderLike }): NDArray<D>
  reshape(...shape: number[]): NDArray<D>
  reshape(...given: unknown[]): NDArray<D> {
    return reshape(this, given) as NDArray<D>
  }

  /**
   * All elements on one axis: a view where the array is contiguous in the order that is asked for, else a copy.
   * @param options.order `'C'` by default; `'F'`; `'A'` for F where the array has it; `'K'` as they lie in memory
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  ravel(options: { order?: OrderLike } = {}): NDArray<D> {
    return ravel(this, orderOption(options, 'ravel')) as NDArray<D>
  }

  /** All elements on one axis, a copy. Orders as for {@link ravel}. */
  flatten(options: { order?: OrderLike } = {}): NDArray<D> {
    return flatten(this, orderOption(options, 'flatten')) as NDArray<D>
  }

  /**
   * The axes in another order, a view.
   * @param axes where each axis comes from; left out, the reverse
   * @throws MemmapError `ERR_MEMMAP_INDEX` where it is no permutation of the axes
   */
  transpose(axes?: readonly number[]): this {
    return transpose(this, axes) as this
  }

  /**
   * Two axes exchanged, a view.
   * @throws MemmapError `ERR_MEMMAP_INDEX`
   */
  swapAxes(axis1: number, axis2: number): this {
    return swapAxes(this, axis1, axis2) as this
  }

  /**
   * An axis, or several, at another place, a view.
   * @example
   * images.moveAxis(-1, 0) // channels first
   * @throws MemmapError `ERR_MEMMAP_INDEX` for axes that are out of range, named twice, or as many on one side only
   */
  moveAxis(source: number | readonly number[], destination: number | readonly number[]): this {
    return moveAxis(this, source, destination) as this
  }

  /**
   * Without axes of length 1: all of them, or those named. A view.
   * @throws MemmapError `ERR_MEMMAP_SHAPE` where a named axis is longer
   */
  squeeze(axis?: number | readonly number[]): this {
    return squeeze(this, axis) as this
  }

  /**
   * With axes of length 1 added at these places of the result, a view.
   * @throws MemmapError `ERR_MEMMAP_INDEX` for places that are out of range or named twice; `ERR_MEMMAP_SHAPE` beyond 64 axes
   */
  expandDims(axis: number | readonly number[]): this {
    return expandDims(this, axis) as this
  }

  /**
   * In reverse on these axes, or on all, a view.
   * @throws MemmapError `ERR_MEMMAP_INDEX`
   */
  flip(axis?: number | readonly number[]): this {
    return flip(this, axis) as this
  }

  /**
   * The elements whose indices on two axes are equal, on a last axis; a view that cannot be stored to, as in NumPy.
   * @param options.offset above (positive) or below the main diagonal; 0 by default
   * @param options.axis1 the axis of rows; 0 by default
   * @param options.axis2 the axis of columns; 1 by default
   * @throws MemmapError `ERR_MEMMAP_INDEX`
   */
  diagonal(options: { offset?: number; axis1?: number; axis2?: number } = {}): this {
    checkOptions(options, ['offset', 'axis1', 'axis2'], 'diagonal')
    return diagonal(this, options) as this
  }

  /**
   * As if repeated to this shape; a view that cannot be stored to.
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`
   */
  broadcastTo(shape: ShapeLike): this {
    return broadcastTo(this, shape) as this
  }

  /**
   * The same bytes as elements of another dtype, a view. Where the item sizes differ the last axis changes its length, and
   * must be contiguous; an array without axes keeps its item size.
   * @param dtype left out, the same
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where they do not divide; `ERR_MEMMAP_CLOSED`
   * @see https://numpy.org/doc/2.4/reference/generated/numpy.ndarray.view.html
   */
  view(): this
  view<const T extends DTypeLike>(dtype: Checked<T>): NDArray<Canonical<T>>
  view(dtype?: DTypeLike): NDArray {
    return (dtype === undefined ? viewOf(this, this) : viewAs(this, dtype)) as NDArray
  }

  /**
   * A copy in memory.
   * @param options.order `'C'` by default; `'F'`; `'A'` for F where the array is F-contiguous only; `'K'` with axes that
   *   follow one another in memory as they do here
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; the fault of the mapping
   */
  copy(options: { order?: OrderLike } = {}): NDArray<D> {
    return copyOf(this, orderOption(options, 'copy')) as NDArray<D>
  }

  /**
   * A copy with every element cast as NumPy casts arrays; a float to an integer is cut toward zero and wrapped modulo 2^n.
   * A dtype without a length or unit (`'S'`, `'U'`, `'M8'`) gets one that fits the elements.
   * @param options.order as for {@link copy}, but `'K'` by default
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is no such cast; `ERR_MEMMAP_CAST` for an element that has none, as
   *   for text to numbers; `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`
   */
  astype<const T extends DTypeLike>(dtype: Checked<T>, options: { order?: OrderLike } = {}): NDArray<Canonical<T>> {
    return castTo(this, dtype, orderOption(options, 'astype')) as unknown as NDArray<Canonical<T>>
  }

  /**
   * The bytes of every number in reverse, the dtype as it was: a copy, or with `inplace` this array.
   * @throws MemmapError `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED`
   */
  byteswap(options: { inplace?: boolean } = {}): NDArray<D> {
    checkOptions(options, ['inplace'], 'byteswap')
    checkBoolean('inplace', options.inplace)
    return swapBytes(this, options.inplace ?? false) as NDArray<D>
  }

  /** NumPy's `str`. */
  override toString(options?: PrintOptions): string {
    return reprOf(this, 'str', options)
  }

  /** NumPy's `repr`, with `memmap(` or `array(` in front. Only the elements that it shows are read. */
  repr(options?: PrintOptions): string {
    return reprOf(this, 'repr', options)
  }

  /** What `console.log` shows: {@link repr}, and `memmap(ERR_MEMMAP_TRUNCATED)` and the like where the elements cannot be had. */
  [inspect.custom](): string {
    return inspectText(this)
  }

  /** The elements as nested lists, for `JSON.stringify`. */
  toJSON(): unknown {
    return this.toArray()
  }
}

/** Values that can be assigned to elements: one for all, (nested) lists, a typed array or another array. */
export type Assignable<D> = Writable<D> | NestedValues<Writable<D>> | ArrayBufferView | NDArray

/** Lists of values, nested as deep as there are axes. */
export interface NestedValues<T> extends ReadonlyArray<T | NestedValues<T>> {}

/** Refuses a string literal in the option dtype that is no dtype. */
export type CheckedOptions<O> = O extends { readonly dtype: infer T } ? { readonly dtype: Checked<T> } : unknown

/** The names of the fields of a structured dtype; any text where the dtype is known at run time only. */
export type FieldNameOf<D> = [DTypeLike] extends [D] ? string : keyof Element<D>['fields'] & string

/** The dtype of a field of a structured dtype. */
export type FieldDType<D, Name> = [DTypeLike] extends [D]
  ? DTypeLike
  : Name extends keyof Element<D>['fields']
    ? KnownDType<Element<D>['fields'][Name]>
    : DTypeLike

/** The dtype of `real` and `imag`. */
export type PartDType<D> = KnownDType<Element<D>['part']>

/** A dtype by name, or any where the name is known at run time only. */
type KnownDType<T> = string extends T ? DTypeLike : Extract<T, DTypeLike>

/** The dtype of a reduction's result: the one that was asked for, else the one that the table of operations names. */
type ResultDType<D, O, R extends ReductionRow['result']> = O extends { readonly dtype: infer T extends DTypeLike }
  ? Canonical<T>
  : R extends 'same'
    ? Extract<D, DTypeLike>
    : R extends 'count'
      ? 'int64'
      : R extends 'bool'
        ? 'bool'
        : KnownDType<Element<D>[R & keyof Element<D>]>

/** The scalar of a reduction; positions and counts are numbers. */
type ReducedScalar<D, O, R extends ReductionRow['result']> = R extends 'count' ? number : Scalar<ResultDType<D, O, R>>

/** Whether options ask for an array; `boolean` where only the run time tells. */
type AsksForArray<O> = 'axis' extends keyof O
  ? O extends { readonly axis: infer Axis }
    ? [Axis] extends [undefined]
      ? KeepsDims<O>
      : undefined extends Axis
        ? boolean
        : true
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

/** The result of a reduction: an array with `axis` or `keepdims`, else a scalar. */
export type Reduced<D, O, R extends ReductionRow['result']> =
  AsksForArray<O> extends true
    ? NDArray<ResultDType<D, O, R>>
    : AsksForArray<O> extends false
      ? ReducedScalar<D, O, R>
      : ReducedScalar<D, O, R> | NDArray<ResultDType<D, O, R>>

/**
 * A reduction of all elements to a scalar, or along axes to an array.
 * @ts-ignore TS2636, as for NDArray. */
export interface ReductionMethod<out D, Name extends Reduction> {
  (options?: undefined): ReducedScalar<D, {}, (typeof REDUCTIONS)[Name]['result']>
  <const O extends OptionsByName[(typeof REDUCTIONS)[Name]['takes']]>(
    options: O & CheckedOptions<O>,
  ): Reduced<D, O, (typeof REDUCTIONS)[Name]['result']>
}

/**
 * The same off the event loop.
 * @ts-ignore TS2636, as for NDArray. */
export interface AsyncReductionMethod<out D, Name extends Reduction> {
  (options?: undefined): Promise<ReducedScalar<D, {}, (typeof REDUCTIONS)[Name]['result']>>
  <const O extends OptionsByName[(typeof REDUCTIONS)[Name]['takes']] & AsyncOptions>(
    options: O & CheckedOptions<O>,
  ): Promise<Reduced<D, O, (typeof REDUCTIONS)[Name]['result']>>
}

/**
 * A scan of all elements in C order, or along an axis.
 * @ts-ignore TS2636, as for NDArray. */
export interface ScanMethod<out D, Name extends Scan> {
  <const O extends ScanOptions = {}>(
    options?: O & CheckedOptions<O>,
  ): NDArray<ResultDType<D, O, (typeof SCANS)[Name]['result']>>
}

/** The methods that follow from the table of operations. */
type TableMethods<D> = { [Name in keyof typeof REDUCTIONS]: ReductionMethod<D, Name> } & {
  [Name in keyof typeof SCANS]: ScanMethod<D, Name>
}

/** @ts-ignore TS2636, as for the class. */
export interface NDArray<out D extends DTypeLike = DTypeLike> extends TableMethods<D> {}

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

/** The reductions off the event loop, each with `signal` and `onProgress` besides its options. */
type AsyncReductions<D> = { [Name in keyof typeof REDUCTIONS]: AsyncReductionMethod<D, Name> }

/**
 * The methods of an array off the event loop: `array.promises`. Each is the array's method of that name, takes the same options and
 * `signal` and `onProgress` besides, and returns a promise of the same result. The checks are the same; an error rejects the promise.
 *
 * Work in the thread pool reads and writes the elements while JavaScript continues: whether it sees elements that are stored
 * meanwhile is not defined. `close()` ends it with `ERR_MEMMAP_CLOSED`, a signal with its reason; elements stored until then stay.
 *
 * Work that one kernel does runs in the thread pool, on all cores. Conversions without a kernel (text, dates of different units,
 * records) and stores to memory that is no mapping run in this thread, in steps of about a millisecond.
 *
 * @example
 * const mean = await a.promises.mean({ axis: 0, signal: AbortSignal.timeout(10_000) })
 * await a.promises.fill(0, { onProgress: (fraction) => bar.update(fraction) })
 * @ts-ignore TS2636, as for NDArray. */
export interface ArrayPromises<out D extends DTypeLike, A> extends AsyncReductions<D> {
  /** {@link NDArray.copy}. */
  copy(options?: { order?: OrderLike } & AsyncOptions): Promise<NDArray<D>>

  /** {@link NDArray.astype}. */
  astype<const T extends DTypeLike>(
    dtype: Checked<T>,
    options?: { order?: OrderLike } & AsyncOptions,
  ): Promise<NDArray<Canonical<T>>>

  /** {@link NDArray.assign}. The selectors may be left out before the options. */
  assign(value: Assignable<D>, options?: AsyncOptions): Promise<A>
  assign(value: Assignable<D>, selectors: readonly Selector[] | undefined, options?: AsyncOptions): Promise<A>

  /** {@link NDArray.fill}. */
  fill(value: Writable<D>, options?: AsyncOptions): Promise<A>

  /** `Memmap.flush`. An array in memory has nothing to write. */
  flush(options?: { durable?: boolean } & AsyncOptions): Promise<void>

  /** Reads the pages of this array or view into memory, where they are not there yet. An array in memory has none. */
  prefetch(options?: AsyncOptions): Promise<void>
}

/** Checks the options of a method whose only option is an order. */
function orderOption(options: { order?: OrderLike }, of: string): OrderLike | undefined {
  checkOptions(options, ['order'], of)
  return options.order
}
