import { isUint8Array } from '../errors/brands.js'
import { checkOptions } from '../errors/check-options.js'
import { MemmapError } from '../errors/memmap-error.js'
import { checkArguments } from '../errors/refuse-surplus.js'
import { parseMmapMode } from '../files/mmap-mode.js'
import type { MmapMode } from '../files/mmap-mode.js'
import { MAGIC } from '../files/npy/header.js'
import { checkData, closeQuietly, openNpy } from '../files/npy/open-npy.js'
import { readAll, readFrom } from '../files/npy/raw-bytes.js'
import { isZip, parseMaxHeaderSize, readHeader } from '../files/npy/read-header.js'
import type { FileLike } from '../files/open.js'
import { MAX_ATTEMPTS, MemorySource, reading } from '../files/source.js'
import type { Mode } from '../memory/origin.js'
import type { Memmap } from '../memmap.js'
import type { NDArray } from '../ndarray.js'
import { NpzFile } from './npz-file.js'

/** The options of {@link load}. */
export interface LoadOptions {
  /** Map the file in this mode; by default `load` reads the elements into memory. */
  mmapMode?: MmapMode | '' | null
  /** Maximum characters of a header; 10,000 by default. */
  maxHeaderSize?: number
}

type Mapping = LoadOptions & { mmapMode: MmapMode }
type Reading = LoadOptions & { mmapMode?: '' | null }

/**
 * Reads a `.npy` file, or maps it with `mmapMode`, or opens a `.npz` file: NumPy's `numpy.load`. The first bytes of the file
 * decide its format, not its name. The bytes of such a file can be passed in place of its path. Python objects (pickles) are
 * rejected, because reading one runs a program.
 * @throws MemmapError `ERR_MEMMAP_NPY` for any other file; `ERR_MEMMAP_SIZE` if the file ends before its data does;
 *   `ERR_MEMMAP_MODE` for `'w+'`, which would create the file; `ERR_MEMMAP_UNSUPPORTED` for a `.npz` with mode `r+`;
 *   `ERR_MEMMAP_TOO_LARGE`; the system's
 * @example
 * load('scan.npy') // an NDArray in memory
 * load('scan.npy', { mmapMode: 'r' }) // a Memmap
 * load('several.npz').get('x') // one array of several
 * load(readFileSync('scan.npy')) // of the bytes of a file
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.load.html
 */
export function load(path: `${string}.npz`, options?: LoadOptions): NpzFile
export function load(path: `${string}.npy`, options: Mapping): Memmap
export function load(path: `${string}.npy`, options?: Reading): NDArray
export function load(path: FileLike, options: Mapping): Memmap | NpzFile
export function load(path: FileLike, options?: Reading): NDArray | NpzFile
export function load(path: FileLike, options?: LoadOptions): Memmap | NDArray | NpzFile
export function load(path: FileLike, options: LoadOptions = {}): Memmap | NDArray | NpzFile {
  checkArguments('load', 2, arguments)
  checkOptions(options, ['mmapMode', 'maxHeaderSize'], 'load')
  const mode = parseMmapMode(options.mmapMode)
  const maxHeaderSize = parseMaxHeaderSize(options.maxHeaderSize)
  const bytes = bytesOfFile(path)
  if (bytes !== null) return loadBytes(bytes, mode, maxHeaderSize)
  const isArchive = reading(path, (source) => isZip(source.read(0, 4)))
  if (isArchive) return NpzFile.open(path, mode, maxHeaderSize)
  if (mode !== null) return openNpy(path, mode, maxHeaderSize, {}) as Memmap
  for (let attempt = 1; ; attempt++) {
    const mapped = openNpy(path, 'r', maxHeaderSize, { access: 'sequential' })
    try {
      return readAll(mapped) as NDArray
    } catch (error) {
      // Another writer removed rows meanwhile. Where the file was cut, opening it again throws.
      if (!(error instanceof MemmapError) || error.code !== 'ERR_MEMMAP_TRUNCATED' || attempt === MAX_ATTEMPTS)
        throw error
    } finally {
      closeQuietly(mapped.store)
    }
  }
}

/**
 * The content of a file that was passed in place of a path; null for a path. A `Buffer` is a path unless it begins as a file does, has no
 * bytes, or has a zero byte, which no path has.
 */
function bytesOfFile(value: FileLike): MemorySource | null {
  if (!isUint8Array(value)) return null
  const source = new MemorySource(value)
  if (!Buffer.isBuffer(value)) return source
  const start = source.read(0, Math.min(MAGIC.length, value.length))
  const isFile = start.equals(MAGIC.subarray(0, start.length)) || isZip(start) || value.includes(0)
  return isFile ? source : null
}

function loadBytes(bytes: MemorySource, mode: Mode | null, maxHeaderSize: number): NDArray | NpzFile {
  if (mode !== null) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid mmapMode '${mode}' for the bytes of a file: they are in memory; leave it out, or pass the path of the file`,
    )
  }
  if (isZip(bytes.read(0, 4))) return NpzFile.ofBytes(bytes, maxHeaderSize)
  const info = readHeader(bytes, maxHeaderSize)
  checkData(info, bytes.size)
  return readFrom(bytes, info) as NDArray
}
