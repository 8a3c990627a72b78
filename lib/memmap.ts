/* oxlint-disable typescript/no-unsafe-declaration-merging -- the merged interface declares inherited methods, which return Memmaps here */
import type { AxesOfIndexed, AxesOfShape, AxesWith, EntryOf, Indexed, LessAxes } from './array/axes.js'
import { registerArrayClasses } from './array/make-array.js'
import type { Canonical, Checked, DTypeLike, DTypeOrName, NumberName, Scalar } from './dtype/index.js'
import { checkBoolean, checkOptions } from './errors/check-options.js'
import { refuseSurplus } from './errors/refuse-surplus.js'
import { attach, describe } from './files/attach.js'
import type { AttachOptions, Descriptor } from './files/attach.js'
import { advise, faultOf, flush, residency } from './files/pages.js'
import type { Advice, Residency } from './files/pages.js'
import { refresh } from './files/refresh.js'
import { append, resize } from './files/resize.js'
import type { ShapeLike } from './layout/shape.js'
import type { Origin } from './memory/origin.js'
import { NDArray } from './ndarray.js'
import type { Assignable, FieldDType, FieldNameOf, PartDType } from './ndarray.js'
import type { BasicSelector, Selector } from './ops/indexing/selectors.js'

/**
 * An array in a file: {@link NDArray} over pages that the system reads when they are touched and, in modes `r+` and `w+`,
 * writes back. `memmap`, `openMemmap`, `load` and `Memmap.attach` create one. Views are Memmaps of the same mapping; copies
 * are NDArrays. The dtype is the type parameter, as for NDArray: `Memmap<'float32'>`.
 *
 * In the examples of the members, `a` is a float32 array of mode `r+` in the file `grid.bin`: `[[1, 2, 3], [4, 5, 6]]`.
 *
 * @example
 * using a = memmap('grid.bin', { dtype: 'float32', shape: [3, 4], mode: 'w+' })
 * a.set(1, 2, 0.5)
 * a.flush()
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.memmap.html
 * @ts-ignore TS2636, as for NDArray. */
export class Memmap<out D extends DTypeLike = DTypeLike, out N extends number = number> extends NDArray<D, N> {
  /** `'Memmap'`, for `Object.prototype.toString`. */
  override get [Symbol.toStringTag](): string {
    return 'Memmap'
  }

  private get origin(): Origin {
    return this.store.origin as Origin
  }

  /** The absolute path of the file; null if it was opened by a descriptor. */
  get filename(): string | null {
    return this.origin.filename
  }

  /** The offset in the file of the array that was opened, in bytes; the same for its views, as in NumPy. */
  get offset(): number {
    return this.origin.offset
  }

  /** The offset in the file of the first element of this array or view, in bytes. */
  get fileOffset(): number {
    return this.origin.start + this.position
  }

  /** `'r'`, `'r+'`, `'w+'` or `'c'`. */
  get mode(): 'r' | 'r+' | 'w+' | 'c' {
    return this.origin.mode
  }

  /** Whether this array, or the one that it is a view of, is closed. */
  get closed(): boolean {
    return this.store.closed
  }

  /**
   * The error code that every method fails with because a page could not be loaded: `ERR_MEMMAP_TRUNCATED`, `ENOSPC`, `EIO`, or `ENOMEM`;
   * null if there was no such fault.
   */
  get fault(): string | null {
    return faultOf(this)
  }

  /**
   * Writes the pages of this array or view back to the file and waits for the device; does nothing in modes `r` and `c`. Other
   * programs see every store without `flush()`: it protects against crashes of the system.
   * @param options.durable also survive a power cut (`fsync`, on macOS `F_FULLFSYNC`, on Windows `FlushFileBuffers`); false by
   *   default
   * @example
   * a.set(0, 0, 7)
   * a.flush({ durable: true })
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of the mapping; `ERR_MEMMAP_UNSUPPORTED` if `durable` no longer finds
   *   the file by its path; the system's (`EIO`, `ENOSPC`)
   */
  flush(options: { durable?: boolean } = {}): void {
    checkOptions(options, ['durable'], 'flush')
    checkBoolean('durable', options.durable)
    flush(this, options.durable ?? false)
  }

  /**
   * Advises the system how the program will use the pages of this array or view.
   * @example
   * a.advise('sequential')
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_UNSUPPORTED` for `dontneed` in mode `c`
   */
  advise(advice: Advice): void {
    advise(this, advice)
  }

  /**
   * Measures how much of this array or view is in memory, in bytes of whole pages.
   * @example
   * const { resident, total } = a.residency()
   * console.log(`${(100 * resident) / total} % is in memory`)
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  residency(): Residency {
    return residency(this)
  }

  /**
   * Changes the length of axis 0 in the array, in the file, and in the header of a `.npy` file. New rows are zeros. Works on
   * the array that was opened, in C order, in modes `r+` and `w+`.
   *
   * Typed arrays from before have length 0 afterwards: read `data` again. Views stay valid when the array grows; shrinking
   * closes them. A process that is killed meanwhile leaves a file that opens with the old or the new shape.
   * @param shape the whole shape; only the first length may differ
   * @returns this array
   * @example
   * const a = memmap('log.bin', { dtype: 'float64', shape: [10, 3], mode: 'w+' })
   * a.resize([20, 3])
   * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_UNSUPPORTED` for views, F order, mode `c`, a file
   *   that was opened by a descriptor or replaced meanwhile, bytes behind the array in the file, a header that another writer
   *   changed, and while another thread works on it; `ERR_MEMMAP_LOCKED` if another writer changes the size of the file for five
   *   seconds; `ERR_MEMMAP_CLOSED`; the fault of the mapping; the system's (`ENOSPC`)
   */
  resize(shape: ShapeLike): this {
    resize(this, shape)
    return this
  }

  /**
   * Adds rows at the end of axis 0, under the rules of {@link resize}. Capacity grows in steps, so most calls do not map
   * again. All checks of the rows come before the first change of the file.
   * @param rows an array, typed array or (nested) lists with the array's other axes; or a single row; `[]` adds nothing
   * @returns this array
   * @example
   * const log = openMemmap('log.npy', { mode: 'w+', dtype: 'float64', shape: [0, 3] })
   * log.append([[1, 2, 3], [4, 5, 6]])
   * log.append([7, 8, 9])
   * log.shape // [3, 3]
   * @throws MemmapError as {@link resize}; `ERR_MEMMAP_SHAPE` if the rows do not fit; `ERR_MEMMAP_CAST`
   */
  append(rows: Assignable<D>): this {
    append(this, rows)
    return this
  }

  /**
   * Gives the array the rows that its file has now, because another process appends or removes them. Works on an array that was
   * opened with a `.npy` file, or with a raw one whose shape followed from its size, in C order. Views and typed arrays end as
   * they do after {@link resize}. A row that is not complete yet is left out.
   * @returns true if the number of rows changed
   * @example
   * const log = openMemmap('log.npy', { mode: 'r' })
   * setInterval(() => log.refresh() && console.log(log.shape), 1000)
   * @throws MemmapError `ERR_MEMMAP_UNSUPPORTED` for views, for a raw file whose shape was given, in mode `c` if the number of
   *   rows changed, if the file has an array of another kind by now, and while another thread works on the array;
   *   `ERR_MEMMAP_CLOSED`; the fault of the mapping; the system's
   */
  refresh(): boolean {
    return refresh(this)
  }

  /**
   * Describes this array or view as plain JSON, so that any thread, process or language can open it: path, dtype (as `str` or
   * `descr`), shape, strides and file offset in bytes. {@link Memmap.attach} opens it; `docs/python.md` has the same in Python.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_UNSUPPORTED` for a file that was opened by a descriptor
   * @example
   * worker.postMessage(a.index(':', '::2').describe())
   */
  describe(): Descriptor {
    return describe(this)
  }

  /**
   * {@link describe}, for `JSON.stringify`.
   * @example
   * JSON.parse(JSON.stringify(a)).shape // [2, 3], and no elements
   */
  override toJSON(): Descriptor {
    return this.describe()
  }

  /**
   * Opens the array that {@link describe} described. Never creates, grows or clears a file.
   * @param options.mode by default the descriptor's
   * @example
   * const view = Memmap.attach(workerData)
   * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for an invalid descriptor; `ERR_MEMMAP_MODE` for `w+`; `ERR_MEMMAP_SIZE` if the
   *   file has become too short; `ERR_MEMMAP_DTYPE`, `_SHAPE`; the system's
   */
  static attach(descriptor: Descriptor, options: AttachOptions = {}): Memmap {
    return attach(descriptor, options) as Memmap
  }

  /**
   * Closes the array. On the array that was opened, releases the file at once: its typed arrays have length 0, and any later
   * use of the elements or the file, from views too, throws `ERR_MEMMAP_CLOSED`. On a view, closes that view only. A second
   * call does nothing. Stores are in the file without `flush()`.
   * @example
   * a.close()
   * a.closed // true
   * @throws MemmapError the fault of the mapping, after the release
   */
  close(): void {
    if (this.root === null) this.store.close()
    else if (!this.store.closed) this.moveTo(this.store.closedCopy())
  }

  /** `close()`, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** {@link NDArray.field}. */
  override field(name: never): Memmap
  override field<Name extends FieldNameOf<D>>(name: Name): Memmap<FieldDType<D, Name>>
  override field(name: string): Memmap {
    return super.field(name as never) as Memmap
  }

  /** {@link NDArray.real}. */
  override get real(): Memmap<PartDType<D>, N> {
    return super.real as Memmap<PartDType<D>, N>
  }

  /** {@link NDArray.imag}. */
  override get imag(): Memmap<PartDType<D>, N> {
    return super.imag as Memmap<PartDType<D>, N>
  }

  /** {@link NDArray.view}. */
  override view(): this
  override view<T extends NumberName>(dtype: T): Memmap<T, N>
  override view<T extends DTypeLike>(dtype: DTypeOrName<T>): Memmap<T>
  override view<const T extends DTypeLike>(dtype: Checked<T>): Memmap<Canonical<T>, AxesWith<T, N>>
  override view(dtype?: DTypeLike): never {
    return (dtype === undefined ? super.view() : super.view(dtype as string)) as never
  }
}

/** @ts-ignore TS2636, as for the class. */
export interface Memmap<out D extends DTypeLike = DTypeLike, out N extends number = number> {
  /** {@link NDArray.index}. */
  index<const S extends readonly BasicSelector[]>(...selectors: S): Indexed<this, S, Memmap<D, AxesOfIndexed<N, S>>>
  index(...selectors: Selector[]): NDArray<D>
  /** {@link NDArray.rows}. */
  rows(): IterableIterator<Memmap<D, LessAxes<N>>>
  /** Iterates over axis 0: views, or the scalars of an array of one axis. */
  [Symbol.iterator](): IterableIterator<EntryOf<Scalar<D>, Memmap<D, LessAxes<N>>, N>>
  /** {@link NDArray.squeeze}. */
  squeeze(axis?: number | readonly number[]): Memmap<D>
  /** {@link NDArray.expandDims}. */
  expandDims(axis: number | readonly number[]): Memmap<D>
  /** {@link NDArray.diagonal}. */
  diagonal(options?: { offset?: number; axis1?: number; axis2?: number }): Memmap<D>
  /** {@link NDArray.broadcastTo}. */
  broadcastTo<const S extends ShapeLike>(shape: S): Memmap<D, AxesOfShape<S>>
  broadcastTo(shape: ShapeLike): Memmap<D>
}

refuseSurplus(Memmap.prototype, {
  field: 1,
  view: 1,
  flush: 1,
  advise: 1,
  residency: 0,
  resize: 1,
  append: 1,
  refresh: 0,
  describe: 0,
})
refuseSurplus(Memmap, { attach: 2 })

registerArrayClasses({ inMemory: NDArray, inFile: Memmap })
