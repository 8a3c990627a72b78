import { existsSync, rmSync } from 'node:fs'
import type { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { makeArray } from '../../array/make-array.js'
import type { DType } from '../../dtype/index.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { shapeText, sizeOf } from '../../layout/shape.js'
import { stridesOf } from '../../layout/strides.js'
import type { Mode, OpenOptions } from '../../memory/origin.js'
import { Store } from '../../memory/store.js'
import { assignElements } from '../../ops/cast/assign-elements.js'
import { checkAxes, mapRange, nameOf, openRaw } from '../open.js'
import type { FileLike } from '../open.js'
import { MAX_ATTEMPTS, readingAndOpening } from '../source.js'
import type { Source } from '../source.js'
import { encodeHeader } from './header.js'
import type { Header } from './header.js'
import type { NpyVersion } from './npy-version.js'
import { bytesIn } from './raw-bytes.js'
import { readHeader } from './read-header.js'
import type { NpyInfo } from './read-header.js'

/** Opens an existing `.npy` file. */
export function openNpy(
  path: FileLike,
  mode: Exclude<Mode, 'w+'>,
  maxHeaderSize: number,
  options: OpenOptions,
): ArrayBase {
  return readingAndOpening(
    path,
    (source) => {
      for (let attempt = 1; ; attempt++) {
        const info = readComplete(source, maxHeaderSize)
        try {
          return mapData(path, info, mode, options)
        } catch (error) {
          // Another process removed rows since the header was read; where it did not, `readComplete` throws.
          if (!isSizeError(error) || attempt === MAX_ATTEMPTS) throw error
          source.measure()
        }
      }
    },
    (array) => array.store.close(),
  )
}

/**
 * Reads the header of a file that has the data of the header. A writer that appends changes the size first and the header last,
 * and one that removes rows does the reverse, so a file that looks too short is looked at again.
 * @throws MemmapError as {@link readHeader} and {@link checkData}
 */
export function readComplete(source: Source, maxHeaderSize: number): NpyInfo {
  let info = readHeader(source, maxHeaderSize)
  for (let attempt = 1; attempt < MAX_ATTEMPTS && dataEnd(info) > source.size; attempt++) {
    source.measure()
    if (dataEnd(info) <= source.size) break
    const { shape } = info
    info = readHeader(source, maxHeaderSize)
    if (shapeText(info.shape) === shapeText(shape)) break
  }
  checkData(info, source.size)
  return info
}

function isSizeError(error: unknown): boolean {
  return error instanceof MemmapError && error.code === 'ERR_MEMMAP_SIZE'
}

/** Maps the data behind a header; see {@link checkData}. */
export function mapData(path: FileLike, info: NpyInfo, mode: Exclude<Mode, 'w+'>, options: OpenOptions): ArrayBase {
  const { dtype, shape, fortranOrder, offset } = info
  return openRaw(path, { mode, dtype, offset, shape, order: fortranOrder ? 'F' : 'C', options, npy: true, fixed: true })
}

/** The bytes of an array's data. */
export function dataSize({ dtype, shape }: Pick<Header, 'dtype' | 'shape'>): number {
  checkAxes(shape.length + dtype.shape.length)
  return sizeOf(shape, dtype.itemsize) * dtype.itemsize
}

/**
 * Rejects a file that ends before its data does, in every mode, because padding it with zeros would hide the loss.
 * @throws MemmapError `ERR_MEMMAP_SIZE`; `ERR_MEMMAP_NPY` for data larger than any file
 */
export function checkData(info: NpyInfo, size: number): void {
  const expected = dataEnd(info)
  if (expected <= size) return
  throw new MemmapError(
    'ERR_MEMMAP_SIZE',
    `invalid .npy file of ${size} bytes: it ends before its data does, because a header of ${info.offset} bytes and shape [${info.shape.join(', ')}] of '${info.dtype.str}' ` +
      `need ${expected} bytes; it was cut, or not written to its end`,
    { expected, actual: size },
  )
}

/** The size that a file needs at least. */
function dataEnd(info: NpyInfo): number {
  try {
    return info.offset + dataSize(info)
  } catch (cause) {
    if (!(cause instanceof MemmapError)) throw cause
    throw new MemmapError('ERR_MEMMAP_NPY', `invalid header: ${cause.message}`, { cause })
  }
}

/** Creates a `.npy` file of zeros: header and data in one mapping, so that every failure comes before the first change. */
export function createNpy(path: FileLike, header: Header, version: NpyVersion | null, options: OpenOptions): ArrayBase {
  const text = encodeHeader(header, version)
  const { dtype, shape, fortranOrder } = header
  const length = text.length + dataSize(header)
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new MemmapError(
      'ERR_MEMMAP_SHAPE',
      `invalid shape ${inspect(shape)}: its data exceeds 2^53 - 1 bytes; give a smaller one`,
    )
  }
  const [name] = nameOf(path)
  const isNew = typeof name !== 'number' && !existsSync(typeof name === 'string' ? name : Buffer.from(name))
  const { mapping, filename, pageOffset, mappedLength } = mapRange(path, 'w+', 0, length, 1, options, {
    header: text.length,
  })
  // Mode r+, as in NumPy, which writes the header and opens the file again.
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
    // A hole of a sparse file on a full disk; see `sparse`.
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

/** Closes a store after an error, which says more than one of this. */
export function closeQuietly(store: Store): void {
  try {
    store.close()
  } catch {
    // The caller throws the same fault.
  }
}
