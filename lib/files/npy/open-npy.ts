import { existsSync, rmSync } from 'node:fs'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { makeArray } from '../../array/make-array.js'
import { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { sizeOf } from '../../layout/shape.js'
import { stridesOf } from '../../layout/strides.js'
import type { Mode, OpenOptions } from '../../memory/origin.js'
import { Store } from '../../memory/store.js'
import { assignElements } from '../../ops/cast/assign-elements.js'
import { checkAxes, mapRange, nameOf, openRaw } from '../open.js'
import type { FileLike } from '../open.js'
import { readingAndOpening } from '../source.js'
import { encodeHeader } from './header.js'
import type { Header, NpyVersion } from './header.js'
import { bytesIn } from './raw-bytes.js'
import { readHeader } from './read-header.js'
import type { NpyInfo } from './read-header.js'

/** Opens a `.npy` file that exists. */
export function openNpy(
  path: FileLike,
  mode: Exclude<Mode, 'w+'>,
  maxHeaderSize: number,
  options: OpenOptions,
): ArrayBase {
  return readingAndOpening(
    path,
    (source) => {
      const found = readHeader(source, maxHeaderSize)
      checkData(found, source.size)
      return mapFound(path, found, mode, options)
    },
    (made) => made.store.close(),
  )
}

/** Maps the data that a header tells of, which is known to be there. */
export function mapFound(path: FileLike, found: NpyInfo, mode: Exclude<Mode, 'w+'>, options: OpenOptions): ArrayBase {
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
export function checkData(found: NpyInfo, size: number): void {
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
export function createNpy(path: FileLike, header: Header, version: NpyVersion | null, options: OpenOptions): ArrayBase {
  const text = encodeHeader(header, version)
  const { dtype, shape, fortranOrder } = header
  const length = text.length + dataSize(header)
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new MemmapError('ERR_MEMMAP_SHAPE', `shape ${inspect(shape)} exceeds 2^53 - 1 bytes: give a smaller one`)
  }
  const [name] = nameOf(path)
  const isNew = typeof name !== 'number' && !existsSync(typeof name === 'string' ? name : Buffer.from(name))
  const { mapping, filename, pageOffset, mappedLength } = mapRange(path, 'w+', 0, length, 1, options, {
    header: text.length,
  })
  // As in NumPy, which writes the header and opens the file anew.
  const origin = {
    filename,
    offset: text.length,
    mode: 'r+',
    start: -pageOffset,
    pageOffset,
    options,
    npy: true,
  } as const
  const store = Store.ofMapping(mapping, mappedLength, origin, options.shared === true)
  try {
    assignElements(bytesIn(store, pageOffset, text.length), asArray(new Uint8Array(text)) as ArrayBase)
    store.checkFault()
  } catch (error) {
    // A hole of a sparse file on a full disk.
    closeQuietly(store)
    if (isNew && filename !== null) rmSync(filename, { force: true })
    throw error
  }
  return arrayAt(store, dtype, shape, fortranOrder, pageOffset + text.length)
}

function arrayAt(store: Store, dtype: DType, shape: readonly number[], fortran: boolean, position: number): ArrayBase {
  const byteStrides = stridesOf(shape, dtype.itemsize, fortran ? 'F' : 'C')
  return makeArray(store, dtype, { shape, byteStrides, position }, null, true)
}

function closeQuietly(store: Store): void {
  try {
    store.close()
  } catch {
    // The fault, which is already on its way.
  }
}
