import { existsSync, rmSync } from 'node:fs'
import { assignElements } from '../assign.js'
import { arrayOver } from '../create.js'
import { dtype as dtypeOf, given } from '../dtype/index.js'
import type { AnyModel, Checked, DType, DTypeLike, ModelOf } from '../dtype/index.js'
import { MemmapError } from '../errors.js'
import { makeArray } from '../make.js'
import { Memmap } from '../memmap.js'
import type { NDArray } from '../ndarray.js'
import { checkAxes, mapRange, nameOf, openRaw, parseMode } from '../open.js'
import type { FileLike, Mode, ModeLike, OpenOptions } from '../open.js'
import { checkBoolean, checkOptions } from '../options.js'
import { parseShape, sizeOf, stridesOf } from '../shape.js'
import type { ShapeLike } from '../shape.js'
import { Store } from '../store.js'
import { encodeHeader, parseVersion } from './header.js'
import type { Header, NpyVersion } from './header.js'
import { bytesIn } from './raw-bytes.js'
import { parseMaxHeaderSize, readHeader } from './read-header.js'
import type { Found } from './read-header.js'
import { readingAndOpening } from './source.js'

/** The options of {@link openMemmap}. */
export interface OpenMemmapOptions<D = DTypeLike> extends OpenOptions {
  /** `'r+'` by default. */
  mode?: ModeLike
  /** Of a file that is made, what one element is: `'float64'` by default. */
  dtype?: D
  /** Of a file that is made, the length of each axis. */
  shape?: ShapeLike
  /** Of a file that is made, whether the first axis runs fastest. */
  fortranOrder?: boolean
  /** Of a file that is made, the version of the format; by default the lowest that can hold it. */
  version?: NpyVersion | null
  /** Characters that a header may have; 10,000 by default. */
  maxHeaderSize?: number
}

const OPTIONS = [
  'mode',
  'dtype',
  'shape',
  'fortranOrder',
  'version',
  'maxHeaderSize',
  'sparse',
  'access',
  'populate',
  'shared',
  'lock',
]

/**
 * Opens a `.npy` file as an array, without reading its data: NumPy's `numpy.lib.format.open_memmap`. Modes `r`, `r+` and `c`
 * take dtype, shape and order from the header; `w+` makes the file, and its array is then one of mode `r+`.
 *
 * A call that throws leaves the bytes and the size of the file as they were.
 * @throws MemmapError `ERR_MEMMAP_NPY` for a header that NumPy refuses, or one of Python objects; `ERR_MEMMAP_SIZE` where the
 *   file ends before its data does; `ERR_MEMMAP_MODE`, `_SHAPE`, `_DTYPE`, `_ARGUMENT` for options; the system's
 * @example
 * const made = openMemmap('grid.npy', { mode: 'w+', dtype: 'float32', shape: [1000, 1000] })
 * made.set(2, 3, 0.5)
 * made.close()
 * openMemmap('grid.npy', { mode: 'r' }).get(2, 3) // 0.5
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.lib.format.open_memmap.html
 */
export function openMemmap<const D extends DTypeLike = 'float64', const M extends ModeLike = 'r+'>(
  path: FileLike,
  options?: OpenMemmapOptions<Checked<D>> & { mode?: M },
): Memmap<[M] extends ['w+' | 'write'] ? ModelOf<D> : AnyModel>
export function openMemmap(path: FileLike, options: OpenMemmapOptions = {}): Memmap {
  checkOptions(options, OPTIONS, 'openMemmap')
  const mode = parseMode(options.mode === undefined ? 'r+' : options.mode)
  const maxHeaderSize = parseMaxHeaderSize(options.maxHeaderSize)
  const version = parseVersion(options.version)
  checkBoolean('fortranOrder', options.fortranOrder)
  if (mode !== 'w+') return openNpy(path, mode, maxHeaderSize, options)
  const { shape } = options
  if (shape === undefined || shape === null) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', `shape must be given if mode == 'w+', which makes the file`)
  }
  const dtype = dtypeOf((options.dtype ?? 'float64') as DTypeLike)
  const full = [...parseShape(shape), ...dtype.shape]
  const header = { dtype: dtype.base, shape: full, fortranOrder: options.fortranOrder ?? false }
  return createNpy(path, header, version, options)
}

/** Opens a `.npy` file that exists. */
export function openNpy(
  path: FileLike,
  mode: Exclude<Mode, 'w+'>,
  maxHeaderSize: number,
  options: OpenOptions,
): Memmap {
  return readingAndOpening(
    path,
    (source) => {
      const found = readHeader(source, maxHeaderSize)
      checkData(found, source.size)
      return mapFound(path, found, mode, options)
    },
    (made) => made.close(),
  )
}

/** Maps the data that a header tells of, which is known to be there. */
export function mapFound(path: FileLike, found: Found, mode: Exclude<Mode, 'w+'>, options: OpenOptions): Memmap {
  const { dtype, shape, fortranOrder, offset } = found
  return openRaw(path, { mode, dtype, offset, shape, order: fortranOrder ? 'F' : 'C', options, npy: true, fixed: true })
}

/** The bytes of an array's data. */
export function dataSize({ dtype, shape }: Pick<Header, 'dtype' | 'shape'>): number {
  checkAxes(shape.length + dtype.shape.length)
  return sizeOf(shape, dtype.itemsize) * dtype.itemsize
}

/**
 * Refuses data that is not all there, in every mode: a file that was not written to its end is not to be filled with zeros.
 * @throws MemmapError `ERR_MEMMAP_SIZE`; `ERR_MEMMAP_NPY` where no file could hold it
 */
export function checkData(found: Found, size: number): void {
  let expected
  try {
    expected = found.offset + dataSize(found)
  } catch (cause) {
    if (!(cause instanceof MemmapError)) throw cause
    throw new MemmapError('ERR_MEMMAP_NPY', `the header of the file is not valid: ${cause.message}`, { cause })
  }
  if (expected <= size) return
  throw new MemmapError(
    'ERR_MEMMAP_SIZE',
    `the .npy file ends before its data does: a header of ${found.offset} bytes and shape [${found.shape.join(', ')}] of '${found.dtype.str}' ` +
      `need ${expected} bytes, and it has ${size}; it was cut, or not written to its end`,
    { expected, actual: size },
  )
}

/** Makes a `.npy` file of zeros: header and data in one mapping, so that all that can fail comes before the first change. */
export function createNpy(path: FileLike, header: Header, version: NpyVersion | null, options: OpenOptions): Memmap {
  const text = encodeHeader(header, version)
  const { dtype, shape, fortranOrder } = header
  const length = text.length + dataSize(header)
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', `shape ${given(shape)} exceeds 2^53 - 1 bytes: give a smaller one`)
  }
  const [name] = nameOf(path)
  const isNew = typeof name !== 'number' && !existsSync(typeof name === 'string' ? name : Buffer.from(name))
  const { mapping, filename, lead, span } = mapRange(path, 'w+', 0, length, 1, options, { header: text.length })
  // As in NumPy, which writes the header and opens the file anew.
  const origin = { filename, offset: text.length, mode: 'r+', start: -lead, lead, options, npy: true } as const
  const store = Store.ofMapping(mapping, span, origin, options.shared === true)
  try {
    assignElements(bytesIn(store, lead, text.length), arrayOver(new Uint8Array(text)) as NDArray)
    store.checkFault()
  } catch (error) {
    // A hole of a sparse file on a full disk.
    closeQuietly(store)
    if (isNew && filename !== null) rmSync(filename, { force: true })
    throw error
  }
  return placed(store, dtype, shape, fortranOrder, lead + text.length)
}

function placed(store: Store, dtype: DType, shape: readonly number[], fortran: boolean, position: number): Memmap {
  const byteStrides = stridesOf(shape, dtype.itemsize, fortran ? 'F' : 'C')
  return makeArray(Memmap, store, dtype, { shape, byteStrides, position }, null, true) as Memmap
}

function closeQuietly(store: Store): void {
  try {
    store.close()
  } catch {
    // The fault, which is already on its way.
  }
}
