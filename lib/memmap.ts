import { registerArrayClasses } from './array/make-array.js'
import type { Canonical, Checked, DTypeLike } from './dtype/index.js'
import { checkBoolean, checkOptions } from './errors/check-options.js'
import { attach, describe } from './files/attach.js'
import type { AttachOptions, Descriptor } from './files/attach.js'
import { advise, faultOf, flush, residency } from './files/pages.js'
import type { Advice, Residency } from './files/pages.js'
import { append, resize } from './files/resize.js'
import type { ShapeLike } from './layout/shape.js'
import type { Origin } from './memory/origin.js'
import { NDArray } from './ndarray.js'
import type { Assignable, FieldDType, FieldNameOf, PartDType } from './ndarray.js'

/**
 * An array in a file: {@link NDArray} over pages that the system reads when they are touched and, in modes `r+` and `w+`,
 * writes back. Made by `memmap`, `openMemmap`, `load` and `Memmap.attach`. Views of it are Memmaps of the same mapping; copies
 * are NDArrays.
 *
 * @example
 * using a = memmap('grid.bin', { dtype: 'float32', shape: [3, 4], mode: 'w+' })
 * a.set(1, 2, 0.5)
 * a.flush()
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.memmap.html
 * @ts-ignore TS2636, as for NDArray. */
export class Memmap<out D extends DTypeLike = DTypeLike> extends NDArray<D> {
  private get origin(): Origin {
    return this.store.origin as Origin
  }

  /** The absolute path of the file; null where it was opened by a descriptor. */
  get filename(): string | null {
    return this.origin.filename
  }

  /** Where the array that was opened begins in the file, in bytes; of a view too, as in NumPy. */
  get offset(): number {
    return this.origin.offset
  }

  /** Where the first element of this array or view lies in the file, in bytes. */
  get fileOffset(): number {
    return this.origin.start + this.position
  }

  /** `'r'`, `'r+'`, `'w+'` or `'c'`. */
  get mode(): 'r' | 'r+' | 'w+' | 'c' {
    return this.origin.mode
  }

  /** Whether this array, or the one that it is a view of, was closed. */
  get closed(): boolean {
    return this.store.closed
  }

  /**
   * What work on the array fails with, because a page could not be had: `ERR_MEMMAP_TRUNCATED`, `ENOSPC` or `EIO`; null where
   * all is well.
   */
  get fault(): string | null {
    return faultOf(this)
  }

  /**
   * Writes the pages of this array or view back to the file, and waits until the device has them; nothing in modes `r` and
   * `c`. What was stored is in the file without it, as far as other programs see; it is for crashes of the system.
   * @param options.durable also do what the system needs beyond that to survive a power cut (`fsync`, on macOS
   *   `F_FULLFSYNC`, on Windows `FlushFileBuffers`)
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; the fault of the mapping; `ERR_MEMMAP_UNSUPPORTED` where `durable` no longer finds
   *   the file by its path; the system's (`EIO`, `ENOSPC`)
   */
  flush(options: { durable?: boolean } = {}): void {
    checkOptions(options, ['durable'], 'flush')
    checkBoolean('durable', options.durable)
    flush(this, options.durable ?? false)
  }

  /**
   * Tells the system how the pages of this array or view will be used.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_UNSUPPORTED` for `dontneed` in mode `c`
   */
  advise(advice: Advice): void {
    advise(this, advice)
  }

  /**
   * How much of this array or view is in memory.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`
   */
  residency(): Residency {
    return residency(this)
  }

  /**
   * Gives axis 0 another length: of the array, of the file, and of what the header of a `.npy` file says. What it grows by is
   * zeros. Works on the array that was opened, in C order, in modes `r+` and `w+`.
   *
   * Typed arrays that were handed out are dead afterwards (length 0): take `data` anew. Views go on when the array grows, and are
   * closed when it shrinks. A process that is killed meanwhile leaves a file that opens with the old or the new shape.
   * @param shape the whole shape; all lengths but the first as they are
   * @returns this array
   * @example
   * const a = memmap('log.bin', { dtype: 'float64', shape: [10, 3], mode: 'w+' })
   * a.resize([20, 3])
   * @throws MemmapError `ERR_MEMMAP_SHAPE`; `ERR_MEMMAP_READONLY`; `ERR_MEMMAP_UNSUPPORTED` for views, F order, mode `c`, a file
   *   that was opened by a descriptor or replaced meanwhile, bytes behind the array in a raw file, and while work on it is under
   *   way in another thread; `ERR_MEMMAP_CLOSED`; the fault of the mapping; the system's (`ENOSPC`)
   */
  resize(shape: ShapeLike): this {
    resize(this, shape)
    return this
  }

  /**
   * Adds rows at the end of axis 0, as {@link resize} does and with all that it says; adding row by row maps anew only now and
   * then. What is wrong with the rows is found before the file changes.
   * @param rows an array, typed array or (nested) lists with the array's other axes; or a single row
   * @returns this array
   * @example
   * const log = openMemmap('log.npy', { mode: 'w+', dtype: 'float64', shape: [0, 3] })
   * log.append([[1, 2, 3], [4, 5, 6]])
   * log.append([7, 8, 9])
   * log.shape // [3, 3]
   * @throws MemmapError as {@link resize}; `ERR_MEMMAP_SHAPE` where the rows do not fit; `ERR_MEMMAP_CAST`
   */
  append(rows: Assignable<D>): this {
    append(this, rows)
    return this
  }

  /**
   * What is needed to open this array or view again, in any thread, process or language, as plain JSON: path, dtype (as `str`
   * or `descr`), shape, strides and position in bytes. Made again by {@link Memmap.attach}; `docs/python.md` has the lines of
   * Python that do it.
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_UNSUPPORTED` for a file that was opened by a descriptor
   * @example
   * worker.postMessage(a.index(':', '::2').describe())
   */
  describe(): Descriptor {
    return describe(this)
  }

  /** {@link describe}, for `JSON.stringify`. */
  override toJSON(): Descriptor {
    return this.describe()
  }

  /**
   * Opens what {@link describe} described. Never makes, grows or clears a file.
   * @param options.mode by default the descriptor's
   * @throws MemmapError `ERR_MEMMAP_ARGUMENT` for what is no descriptor; `ERR_MEMMAP_MODE` for `w+`; `ERR_MEMMAP_SIZE` where the
   *   file is too short by now; `ERR_MEMMAP_DTYPE`, `_SHAPE`; the system's
   */
  static attach(descriptor: Descriptor, options: AttachOptions = {}): Memmap {
    return attach(descriptor, options) as Memmap
  }

  /**
   * Lets go. On the array that was opened: of the file, at once; every view and every typed array of it is dead (length 0), and
   * any later use of the elements or the file throws `ERR_MEMMAP_CLOSED`. On a view: of that view only. A second call does
   * nothing. What was stored is in the file without `flush()`.
   * @throws MemmapError the fault of the mapping, after letting go
   */
  close(): void {
    if (this.root === null) this.store.close()
    else if (!this.store.closed) this.store = this.store.closedCopy()
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
  override get real(): Memmap<PartDType<D>> {
    return super.real as Memmap<PartDType<D>>
  }

  /** {@link NDArray.imag}. */
  override get imag(): Memmap<PartDType<D>> {
    return super.imag as Memmap<PartDType<D>>
  }

  /** {@link NDArray.view}. */
  override view(): this
  override view<const T extends DTypeLike>(dtype: Checked<T>): Memmap<Canonical<T>>
  override view(dtype?: DTypeLike): never {
    return (dtype === undefined ? super.view() : super.view(dtype as string)) as never
  }
}

registerArrayClasses({ inMemory: NDArray, inFile: Memmap })
