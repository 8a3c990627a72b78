import type { AxesOfShape, AxesWith } from '../array/axes.js'
import { parseDType } from '../dtype/index.js'
import type { Canonical, Checked, DTypeLike, DTypeOrName, NumberName } from '../dtype/index.js'
import { checkBoolean, checkOptions } from '../errors/check-options.js'
import { checkArguments } from '../errors/refuse-surplus.js'
import { MemmapError } from '../errors/memmap-error.js'
import { parseVersion } from '../files/npy/header.js'
import type { NpyVersion } from '../files/npy/npy-version.js'
import { createNpy, openNpy } from '../files/npy/open-npy.js'
import { parseMaxHeaderSize } from '../files/npy/read-header.js'
import { OPEN_OPTIONS, openRaw, parseMode, parseOffset } from '../files/open.js'
import type { FileLike } from '../files/open.js'
import { parseShape } from '../layout/shape.js'
import type { ShapeLike } from '../layout/shape.js'
import { parseOrder } from '../layout/strides.js'
import type { OrderLike } from '../layout/strides.js'
import type { Memmap } from '../memmap.js'
import type { ModeLike, OpenOptions } from '../memory/origin.js'

/** The options of {@link memmap}. */
export interface MemmapOptions<D = DTypeLike, S = ShapeLike> extends OpenOptions {
  /** The dtype of the elements; `'uint8'` by default. */
  dtype?: D
  /** `'r+'` by default. */
  mode?: ModeLike
  /** The offset of the array in the file, in bytes, with any alignment; 0 by default. */
  offset?: number | bigint
  /** The length of each axis; by default one axis, as long as the file allows. One length may be -1: the rest of the file. */
  shape?: S
  /** `'C'` by default. */
  order?: OrderLike
}

const RAW_OPTIONS = ['dtype', 'mode', 'offset', 'shape', 'order', ...OPEN_OPTIONS]

/**
 * Opens a file of raw elements as an array, without reading it: NumPy's `numpy.memmap`.
 *
 * | mode | file longer | shorter | missing |
 * |---|---|---|---|
 * | `r`, `c` | maps a prefix | `ERR_MEMMAP_SIZE` | `ENOENT` |
 * | `r+` | maps a prefix | grows it with zeros | `ENOENT` |
 * | `w+` | cuts it to size, all zeros | all zeros | creates it |
 *
 * A call that throws leaves the bytes and the size of the file as they were.
 *
 * @param file a path, `file:` URL, Buffer path, descriptor or FileHandle; the latter two stay open
 * @throws MemmapError `ERR_MEMMAP_MODE`, `_DTYPE`, `_SHAPE`, `_OFFSET`, `_ORDER`, `_ARGUMENT` for options; `ERR_MEMMAP_SIZE`,
 *   `_EMPTY` if the file does not fit them; `ERR_MEMMAP_LOCKED`; `ERR_MEMMAP_UNSUPPORTED` for pipes and devices; the
 *   system's: `ENOENT`, `EACCES`, `EISDIR`, `ENOSPC`, ...
 * @example
 * const a = memmap('scan.ima', { dtype: '>u2', shape: [256, 256], mode: 'r' })
 * a.get(128, 128) // a number
 * a.close()
 */
export function memmap<D extends NumberName = 'uint8', const S extends ShapeLike | undefined = undefined>(
  file: FileLike,
  options?: MemmapOptions<D, S>,
): Memmap<D, AxesOfShape<S>>
export function memmap<D extends DTypeLike>(file: FileLike, options: MemmapOptions<DTypeOrName<D>>): Memmap<D>
export function memmap<const D extends DTypeLike, const S extends ShapeLike | undefined = undefined>(
  file: FileLike,
  options: MemmapOptions<Checked<D>, S>,
): Memmap<Canonical<D>, AxesWith<D, AxesOfShape<S>>>
export function memmap(file: FileLike, options: MemmapOptions<DTypeLike, ShapeLike | undefined> = {}): Memmap {
  checkArguments('memmap', 2, arguments)
  checkOptions(options, RAW_OPTIONS, 'memmap')
  const mode = parseMode(options.mode === undefined ? 'r+' : options.mode)
  const dtype = options.dtype === undefined ? parseDType('uint8') : parseDType(options.dtype ?? 'float64')
  const offset = parseOffset(options.offset === undefined ? 0 : options.offset)
  // As NumPy for None, which is null here.
  const order = parseOrder(options.order ?? 'C')
  const shape = options.shape == null ? null : parseShape(options.shape, true)
  return openRaw(file, { mode, dtype, offset, shape, order, options }) as Memmap
}

/** The options of {@link openMemmap}. */
export interface OpenMemmapOptions<D = DTypeLike, S = ShapeLike> extends OpenOptions {
  /** `'r+'` by default. */
  mode?: ModeLike
  /** The dtype of a new file; `'float64'` by default. */
  dtype?: D
  /** The length of each axis of a new file; required in mode `w+`. */
  shape?: S
  /** Whether the first axis of a new file varies fastest; false by default. */
  fortranOrder?: boolean
  /** The format version of a new file; by default the lowest that can hold the header. */
  version?: NpyVersion | null
  /** Maximum characters of a header; 10,000 by default. */
  maxHeaderSize?: number
}

/** The options that create a file. */
type Creating<D, S = ShapeLike> = OpenMemmapOptions<D, S> & { mode: 'w+' | 'write' }

const NPY_OPTIONS = ['mode', 'dtype', 'shape', 'fortranOrder', 'version', 'maxHeaderSize', ...OPEN_OPTIONS]

/**
 * Opens a `.npy` file as an array, without reading its data: NumPy's `numpy.lib.format.open_memmap`. Modes `r`, `r+` and `c`
 * take dtype, shape and order from the header; `w+` creates the file and returns an array of mode `r+`.
 *
 * A call that throws leaves the bytes and the size of the file as they were.
 * @throws MemmapError `ERR_MEMMAP_NPY` for a header that NumPy rejects, or one of Python objects; `ERR_MEMMAP_SIZE` if the
 *   file ends before its data does; `ERR_MEMMAP_MODE`, `_SHAPE`, `_DTYPE`, `_ARGUMENT` for options; the system's
 * @example
 * const grid = openMemmap('grid.npy', { mode: 'w+', dtype: 'float32', shape: [1000, 1000] })
 * grid.set(2, 3, 0.5)
 * grid.close()
 * openMemmap('grid.npy', { mode: 'r' }).get(2, 3) // 0.5
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.lib.format.open_memmap.html
 */
export function openMemmap<D extends NumberName = 'float64', const S extends ShapeLike = ShapeLike>(
  path: FileLike,
  options: Creating<D, S>,
): Memmap<D, AxesOfShape<S>>
export function openMemmap<D extends DTypeLike>(path: FileLike, options: Creating<DTypeOrName<D>>): Memmap<D>
export function openMemmap<
  const D extends DTypeLike,
  const S extends ShapeLike = ShapeLike,
  const M extends ModeLike = 'r+',
>(
  path: FileLike,
  options?: OpenMemmapOptions<Checked<D>, S> & { mode?: M },
): [M] extends ['w+' | 'write'] ? Memmap<Canonical<D>, AxesWith<D, AxesOfShape<S>>> : Memmap
export function openMemmap(path: FileLike, options: OpenMemmapOptions = {}): Memmap {
  checkArguments('openMemmap', 2, arguments)
  checkOptions(options, NPY_OPTIONS, 'openMemmap')
  const mode = parseMode(options.mode === undefined ? 'r+' : options.mode)
  const maxHeaderSize = parseMaxHeaderSize(options.maxHeaderSize)
  const version = parseVersion(options.version)
  checkBoolean('fortranOrder', options.fortranOrder)
  const dtype = parseDType(options.dtype ?? 'float64')
  const { shape } = options
  if (mode !== 'w+') {
    // The header of the file says what it has, as in NumPy, but what is none is a mistake.
    if (shape !== undefined && shape !== null) parseShape(shape)
    return openNpy(path, mode, maxHeaderSize, options) as Memmap
  }
  if (shape === undefined || shape === null) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `shape must be given if mode == 'w+', which creates the file: give the length of each axis`,
    )
  }
  const full = [...parseShape(shape), ...dtype.shape]
  const header = { dtype: dtype.base, shape: full, fortranOrder: options.fortranOrder ?? false }
  return createNpy(path, header, version, options) as Memmap
}
