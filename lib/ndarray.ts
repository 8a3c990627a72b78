import { inspect } from 'node:util'
import { assign, fill } from './assign.js'
import type { Assignable } from './assign.js'
import { broadcastTo, diagonal, expandDims, flip, moveAxis, squeeze, swapAxes, transpose } from './axes.js'
import { blocksAlong } from './blocks.js'
import type { BlockOptions, Blocks } from './blocks.js'
import { bitsOf, bytesOf, dataOf, exposed, stridedOf } from './buffers.js'
import type { Strided } from './buffers.js'
import { allClose, compare, equals } from './comparisons.js'
import type { CloseOptions } from './comparisons.js'
import type { Comparison } from './compare/operators.js'
import { castTo, copyOf, itemOf, swapBytes } from './convert.js'
import type { AnyModel, Checked, DType, DTypeLike, Model, ModelOf, Nested } from './dtype/index.js'
import { elementAt, storeAt } from './element.js'
import { MemmapError } from './errors.js'
import { applyTo, mapTo } from './elementwise.js'
import type { Family } from './family.js'
import { masked, selected, taken } from './gather.js'
import { elementsOf, entriesOf, rowsOf } from './iterate.js'
import { promisesOf } from './later/promises.js'
import type { ArrayPromises } from './later/promises.js'
import { viewOf } from './make.js'
import { nestedOf } from './nest.js'
import { checkBoolean, checkOptions, orderIn } from './options.js'
import { isAligned } from './place.js'
import { shownText, textOf } from './print.js'
import { reduce } from './reductions.js'
import type {
  AxisOptions,
  ExtremeOptions,
  PositionOptions,
  ScanOptions,
  SpreadOptions,
  SumOptions,
} from './reduce/options.js'
import { flatten, ravel, reshape } from './reshape.js'
import type { CheckedOptions, CountModel, FieldModel, ModelIn, Reduced, TruthModel, ViewOf } from './results.js'
import { fieldOf, partOf, viewAs } from './retype.js'
import { scan } from './scan.js'
import { rowsBetween } from './selection.js'
import type { BasicSelector, BooleanList, IntegerList, Selector } from './selectors.js'
import { isContiguous, sizeOf } from './shape.js'
import type { IntegerArray, OrderLike, ShapeLike } from './shape.js'
import type { Store } from './store.js'
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
 */
export class NDArray<out M extends Model = AnyModel> {
  /** What one element is. */
  readonly dtype: DType<M>
  /** The length of each axis. */
  readonly shape: readonly number[]
  /** From one entry to the next on each axis, in bytes. */
  readonly byteStrides: readonly number[]

  /** @internal The memory; that of a closed view is exchanged for {@link Store.closed}. */
  store: Store
  /** @internal The first element, in bytes from the start of the store. */
  readonly position: number
  /** @internal The array that this is a view of; null where it is none. */
  readonly root: NDArray | null
  /** @internal */
  readonly family: Family

  // What the getters and setters of `elements/` need; see `Access` there. Each is stored to once: a field that never changed
  // is one that V8 reads once for a whole loop, and in Node 20 no other is.
  /** @internal */
  readonly last0: number
  /** @internal */
  readonly last1: number
  /** @internal */
  readonly last2: number
  /** @internal */
  readonly first: number
  /** @internal */
  readonly step0: number
  /** @internal */
  readonly step1: number
  /** @internal */
  readonly step2: number
  /** @internal */
  readonly lock: number
  /** @internal How the elements lie, as native code takes it; made when it is first needed. See `operand.ts`. */
  layout: Float64Array | null = null

  /** @internal */
  constructor(
    family: Family,
    store: Store,
    dtype: DType,
    shape: readonly number[],
    byteStrides: readonly number[],
    position: number,
    root: NDArray | null,
    writeable: boolean,
  ) {
    if (typeof position !== 'number') {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        'new makes no array: memmap(), openMemmap(), load() and Memmap.attach() make those of files, array() and zeros() those in memory',
      )
    }
    this.dtype = dtype as DType<M>
    this.shape = shape
    this.byteStrides = byteStrides
    this.store = store
    this.position = position
    this.root = root
    this.family = family
    this.lock = writeable ? 0 : -1
    const unit = family.unit
    const ndim = shape.length
    // Whole numbers of 32 bits, and known to be: where they do not fit, the slow way is taken.
    this.first = (position / unit) | 0
    const near =
      ndim <= 3 && (store.length <= 2 ** 31 * unit || reach(shape, byteStrides, position) < 2 ** 31 * unit) ? ndim : 0
    this.last0 = near > 0 ? ((shape[0] as number) - 1) | 0 : -1
    this.last1 = near > 1 ? ((shape[1] as number) - 1) | 0 : -1
    this.last2 = near > 2 ? ((shape[2] as number) - 1) | 0 : -1
    this.step0 = near > 0 ? ((byteStrides[0] as number) / unit) | 0 : 0
    this.step1 = near > 1 ? ((byteStrides[1] as number) / unit) | 0 : 0
    this.step2 = near > 2 ? ((byteStrides[2] as number) / unit) | 0 : 0
    store.want(family.lens)
  }

  /** The number of axes. */
  get ndim(): number {
    return this.shape.length
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape)
  }

  /** Bytes of one element. */
  get itemsize(): number {
    return this.dtype.itemsize
  }

  /** Bytes of all elements. */
  get nbytes(): number {
    return this.size * this.dtype.itemsize
  }

  /**
   * From one entry to the next on each axis, in elements, as JavaScript libraries count; null where a stride is no whole
   * number of elements, as in some fields of records.
   */
  get strides(): readonly number[] | null {
    const { itemsize } = this.dtype
    const strides = this.byteStrides.map((stride) => (stride === 0 ? 0 : stride / itemsize))
    return strides.every(Number.isInteger) ? strides : null
  }

  /** What is known of the memory. */
  get flags(): Flags {
    const { shape, byteStrides, itemsize } = this
    return {
      cContiguous: isContiguous(shape, byteStrides, itemsize, 'C'),
      fContiguous: isContiguous(shape, byteStrides, itemsize, 'F'),
      writeable: this.lock === 0,
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
  get data(): M['data'] {
    return dataOf(this) as M['data']
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
  strided(): Strided<M['data']> {
    return stridedOf(this) as Strided<M['data']>
  }

  /**
   * One element. Negative indices count from the end.
   * @param indices a whole number for each axis
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  get(...indices: (number | bigint)[]): M['scalar'] {
    return this.getAnyhow(...indices) as M['scalar']
  }

  /**
   * Stores one element.
   * @param indicesAndValue a whole number for each axis, then the value
   * @throws MemmapError `ERR_MEMMAP_INDEX`; `ERR_MEMMAP_CAST` for a value that the dtype cannot hold; `ERR_MEMMAP_READONLY`;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  set(...indicesAndValue: [...indices: (number | bigint)[], value: M['writable']]): void {
    this.setAnyhow(...indicesAndValue)
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
  index(...selectors: Selector[]): NDArray<M>
  index(...selectors: unknown[]): NDArray {
    return selected(this, selectors)
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
  take(indices: number | bigint | IntegerList | IntegerArray | NDArray, options: { axis?: number } = {}): NDArray<M> {
    return taken(this, indices, options) as NDArray<M>
  }

  /**
   * The elements where `booleans` is true, in C order, as a copy: NumPy's `a[mask]`.
   * @throws MemmapError `ERR_MEMMAP_INDEX` where the shapes differ; `ERR_MEMMAP_CLOSED`
   */
  mask(booleans: BooleanList | NDArray): NDArray<M> {
    return masked(this, booleans) as NDArray<M>
  }

  /**
   * A field of a structured dtype, mapped; the axes of a sub-array follow those of the array.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is no such field
   */
  field<Name extends keyof M['fields'] & string>(name: Name): ViewOf<this, FieldModel<M, Name>> {
    return fieldOf(this, name) as unknown as ViewOf<this, FieldModel<M, Name>>
  }

  /** The real parts of a complex array, mapped; of any other number, the array itself. */
  get real(): ViewOf<this, M['part']> {
    return partOf(this, 'real') as unknown as ViewOf<this, M['part']>
  }

  /**
   * The imaginary parts of a complex array, mapped.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where the elements are not complex
   */
  get imag(): ViewOf<this, M['part']> {
    return partOf(this, 'imag') as unknown as ViewOf<this, M['part']>
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
  assign(value: Assignable<M>, selectors?: readonly Selector[]): this {
    assign(this, value, selectors)
    return this
  }

  /**
   * Stores one value in every element.
   * @returns this array
   * @throws MemmapError as {@link assign}
   */
  fill(value: M['writable']): this {
    fill(this, value)
    return this
  }

  /**
   * A copy in which every element is what `fn` gives for it, in C order.
   * @param options.dtype of the copy; by default this array's
   * @throws MemmapError `ERR_MEMMAP_CAST`; `ERR_MEMMAP_CLOSED`
   */
  map(fn: (value: M['scalar'], index: number) => M['writable']): NDArray<M>
  map<const D extends DTypeLike>(
    fn: (value: M['scalar'], index: number) => ModelOf<D>['writable'],
    options: { dtype: Checked<D> },
  ): NDArray<ModelOf<D>>
  map(fn: (value: never, index: number) => unknown, options: { dtype?: DTypeLike } = {}): NDArray {
    return mapTo(this, fn as (value: unknown, index: number) => unknown, options)
  }

  /**
   * Exchanges every element for what `fn` gives for it, in C order.
   * @returns this array
   * @throws MemmapError `ERR_MEMMAP_CAST`; `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED`
   */
  apply(fn: (value: M['scalar'], index: number) => M['writable']): this {
    applyTo(this, fn as (value: unknown, index: number) => unknown)
    return this
  }

  /**
   * Compares every element with another array or a scalar, broadcast. A single number takes the precision of the array; dates
   * of any units are compared exactly; kinds that cannot be compared are never equal.
   * @returns an array of bool, fit for {@link mask} and {@link index}
   * @throws MemmapError `ERR_MEMMAP_BROADCAST`; `ERR_MEMMAP_DTYPE` where the kinds cannot be compared; `ERR_MEMMAP_CLOSED`
   */
  compare(op: Comparison, other: Assignable<M>): NDArray<ModelOf<'bool'>> {
    return compare(this, op, other) as unknown as NDArray<ModelOf<'bool'>>
  }

  /**
   * Whether shape and elements are the same: NumPy's `array_equal`. NaN is not equal to itself.
   * @throws MemmapError `ERR_MEMMAP_DTYPE` for records with other fields; `ERR_MEMMAP_CLOSED`
   */
  equals(other: Assignable<M>): boolean {
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
  allClose(other: Assignable<M>, options?: CloseOptions): boolean {
    return allClose(this, other, options)
  }

  /**
   * The sum of all elements, or along axes; bools and integers in 64 bits (as bigint), floats pairwise. NumPy's `sum`.
   * @returns a scalar, or an array where axes are left
   * @example
   * a.sum() // of all elements
   * a.sum({ axis: 0 }) // of each column
   * a.sum({ axis: [0, 1], keepdims: true, dtype: 'float64', skipNaN: true })
   * @throws MemmapError `ERR_MEMMAP_INDEX` for an axis; `ERR_MEMMAP_DTYPE` where elements of this kind have no sum;
   *   `ERR_MEMMAP_ARGUMENT` for an option; `ERR_MEMMAP_CLOSED`; the fault of the mapping
   */
  sum<const O extends SumOptions = {}>(options?: O & CheckedOptions<O>): Reduced<O, M['sum']['scalar'], M['sum']> {
    return reduce(this, 'sum', options) as Reduced<O, M['sum']['scalar'], M['sum']>
  }

  /** The product of all elements, or along axes. As {@link sum}. */
  prod<const O extends SumOptions = {}>(options?: O & CheckedOptions<O>): Reduced<O, M['sum']['scalar'], M['sum']> {
    return reduce(this, 'prod', options) as Reduced<O, M['sum']['scalar'], M['sum']>
  }

  /** The arithmetic mean; of bools and integers in float64. As {@link sum}. */
  mean<const O extends SumOptions = {}>(options?: O & CheckedOptions<O>): Reduced<O, M['mean']['scalar'], M['mean']> {
    return reduce(this, 'mean', options) as Reduced<O, M['mean']['scalar'], M['mean']>
  }

  /** The variance: squares of distances from the mean, divided by the number of elements less `ddof`. As {@link sum}. */
  var<const O extends SpreadOptions = {}>(options?: O & CheckedOptions<O>): Reduced<O, number, M['spread']> {
    return reduce(this, 'var', options) as Reduced<O, number, M['spread']>
  }

  /** The standard deviation: the root of {@link var}. */
  std<const O extends SpreadOptions = {}>(options?: O & CheckedOptions<O>): Reduced<O, number, M['spread']> {
    return reduce(this, 'std', options) as Reduced<O, number, M['spread']>
  }

  /**
   * The smallest element; NaN or NaT if there is one.
   * @throws MemmapError as {@link sum}; `ERR_MEMMAP_ARGUMENT` for no elements
   */
  min<const O extends ExtremeOptions = {}>(options?: O): Reduced<O, M['scalar'], M> {
    return reduce(this, 'min', options) as Reduced<O, M['scalar'], M>
  }

  /** The largest element; NaN or NaT if there is one. As {@link min}. */
  max<const O extends ExtremeOptions = {}>(options?: O): Reduced<O, M['scalar'], M> {
    return reduce(this, 'max', options) as Reduced<O, M['scalar'], M>
  }

  /**
   * The position of the first smallest element, or of the first NaN or NaT: in C order over all, or along one axis. As
   * {@link min}.
   */
  argmin<const O extends PositionOptions = {}>(options?: O): Reduced<O, number, CountModel> {
    return reduce(this, 'argmin', options) as Reduced<O, number, CountModel>
  }

  /** The position of the first largest element, or of the first NaN or NaT. As {@link argmin}. */
  argmax<const O extends PositionOptions = {}>(options?: O): Reduced<O, number, CountModel> {
    return reduce(this, 'argmax', options) as Reduced<O, number, CountModel>
  }

  /** Whether any element is true: not zero (NaN and NaT are not), or text and bytes that are not empty. As {@link sum}. */
  any<const O extends AxisOptions = {}>(options?: O): Reduced<O, boolean, TruthModel> {
    return reduce(this, 'any', options) as Reduced<O, boolean, TruthModel>
  }

  /** Whether every element is true, as in {@link any}. */
  all<const O extends AxisOptions = {}>(options?: O): Reduced<O, boolean, TruthModel> {
    return reduce(this, 'all', options) as Reduced<O, boolean, TruthModel>
  }

  /** How many elements are true, as in {@link any}. */
  countNonzero<const O extends AxisOptions = {}>(options?: O): Reduced<O, number, CountModel> {
    return reduce(this, 'countNonzero', options) as Reduced<O, number, CountModel>
  }

  /**
   * The work over whole arrays off the event loop: reductions, `copy`, `astype`, `assign`, `fill`, `flush` and `prefetch`, each
   * as the method of that name, with `{ signal, onProgress }` besides.
   * @example
   * await a.promises.std({ axis: 0, signal })
   */
  get promises(): ArrayPromises<M, this> {
    return promisesOf(this) as unknown as ArrayPromises<M, this>
  }

  /** The sum of all elements up to each, along an axis, or over all in C order. NumPy's `cumsum`. */
  cumsum<const O extends ScanOptions = {}>(options?: O & CheckedOptions<O>): NDArray<ModelIn<O, M['sum']>> {
    return scan(this, false, options) as NDArray<ModelIn<O, M['sum']>>
  }

  /** The product of all elements up to each. As {@link cumsum}. */
  cumprod<const O extends ScanOptions = {}>(options?: O & CheckedOptions<O>): NDArray<ModelIn<O, M['sum']>> {
    return scan(this, true, options) as NDArray<ModelIn<O, M['sum']>>
  }

  /**
   * The only element, as a scalar.
   * @throws MemmapError `ERR_MEMMAP_SHAPE` where there is not exactly one
   */
  item(): M['scalar'] {
    return itemOf(this) as M['scalar']
  }

  /** Nested lists of the elements; the scalar for an array without axes. */
  toArray(): Nested<M['scalar']> {
    return nestedOf(this) as Nested<M['scalar']>
  }

  /** The entries of axis 0: views, and scalars for one dimension. */
  [Symbol.iterator](): IterableIterator<M['scalar'] | NDArray<M>> {
    return rowsOf(this) as IterableIterator<M['scalar'] | NDArray<M>>
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

  /** Every element, in C order whatever the order in memory. */
  values(): IterableIterator<M['scalar']> {
    return elementsOf(this) as IterableIterator<M['scalar']>
  }

  /** Every element with its indices, in C order. */
  entries(): IterableIterator<[indices: number[], value: M['scalar']]> {
    return entriesOf(this) as IterableIterator<[indices: number[], value: M['scalar']]>
  }

  /**
   * The same elements in another shape, read and written in C order, or in F order with `order: 'F'`. One length may be -1.
   * @returns a view where the strides allow it, else a copy
   * @throws MemmapError `ERR_MEMMAP_RESHAPE` where the number of elements differs; `ERR_MEMMAP_CLOSED`
   */
  reshape(shape: ShapeLike, options?: { order?: OrderLike }): NDArray<M>
  reshape(...shape: number[]): NDArray<M>
  reshape(...given: unknown[]): NDArray<M> {
    return reshape(this, given) as NDArray<M>
  }

  /**
   * All elements on one axis: a view where the array is contiguous in the order that is asked for, else a copy.
   * @param options.order `'C'` by default; `'F'`; `'A'` for F where the array has it; `'K'` as they lie in memory
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  ravel(options: { order?: OrderLike } = {}): NDArray<M> {
    return ravel(this, orderIn(options, 'ravel')) as NDArray<M>
  }

  /** All elements on one axis, a copy. Orders as for {@link ravel}. */
  flatten(options: { order?: OrderLike } = {}): NDArray<M> {
    return flatten(this, orderIn(options, 'flatten')) as NDArray<M>
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
  view<const D extends DTypeLike>(dtype: Checked<D>): ViewOf<this, ModelOf<D>>
  view(dtype?: DTypeLike): NDArray {
    return dtype === undefined ? viewOf(this, this) : viewAs(this, dtype)
  }

  /**
   * A copy in memory.
   * @param options.order `'C'` by default; `'F'`; `'A'` for F where the array is F-contiguous only; `'K'` with axes that
   *   follow one another in memory as they do here
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`; the fault of the mapping
   */
  copy(options: { order?: OrderLike } = {}): NDArray<M> {
    return copyOf(this, orderIn(options, 'copy')) as NDArray<M>
  }

  /**
   * A copy with every element cast as NumPy casts arrays; a float to an integer is cut toward zero and wrapped modulo 2^n.
   * A dtype without a length or unit (`'S'`, `'U'`, `'M8'`) gets one that fits the elements.
   * @param options.order as for {@link copy}, but `'K'` by default
   * @throws MemmapError `ERR_MEMMAP_DTYPE` where there is no such cast; `ERR_MEMMAP_CAST` for an element that has none, as
   *   for text to numbers; `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_TOO_LARGE`
   */
  astype<const D extends DTypeLike>(dtype: Checked<D>, options: { order?: OrderLike } = {}): NDArray<ModelOf<D>> {
    return castTo(this, dtype as DTypeLike, orderIn(options, 'astype')) as unknown as NDArray<ModelOf<D>>
  }

  /**
   * The bytes of every number in reverse, the dtype as it was: a copy, or with `inplace` this array.
   * @throws MemmapError `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_CLOSED`
   */
  byteswap(options: { inplace?: boolean } = {}): NDArray<M> {
    checkOptions(options, ['inplace'], 'byteswap')
    checkBoolean('inplace', options.inplace)
    return swapBytes(this, options.inplace ?? false) as NDArray<M>
  }

  /** NumPy's `str`. */
  toString(options?: PrintOptions): string {
    return textOf(this, 'str', options)
  }

  /** NumPy's `repr`, with `memmap(` or `array(` in front. Only the elements that it shows are read. */
  repr(options?: PrintOptions): string {
    return textOf(this, 'repr', options)
  }

  /** What `console.log` shows: {@link repr}, and `memmap(ERR_MEMMAP_TRUNCATED)` and the like where the elements cannot be had. */
  [inspect.custom](): string {
    return shownText(this)
  }

  /** The elements as nested lists, for `JSON.stringify`. */
  toJSON(): unknown {
    return this.toArray()
  }

  /** @internal Any rank, any index: the element, or the error. */
  getAnyhow(...indices: unknown[]): unknown {
    return elementAt(this, indices)
  }

  /** @internal Any rank, any index, any value: stored, or the error. */
  setAnyhow(...indicesAndValue: unknown[]): void {
    storeAt(this, indicesAndValue)
  }
}

/** One past the highest position that an index leads to. */
function reach(shape: readonly number[], byteStrides: readonly number[], position: number): number {
  let end = position
  for (let axis = 0; axis < shape.length; axis++)
    end += Math.max(0, ((shape[axis] as number) - 1) * (byteStrides[axis] as number))
  return end
}
