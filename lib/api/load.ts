import { checkOptions } from '../errors/check-options.js'
import { parseMmapMode } from '../files/mmap-mode.js'
import type { MmapMode } from '../files/mmap-mode.js'
import { openNpy } from '../files/npy/open-npy.js'
import { readAll } from '../files/npy/raw-bytes.js'
import { isZip, parseMaxHeaderSize } from '../files/npy/read-header.js'
import type { FileLike } from '../files/open.js'
import { reading } from '../files/source.js'
import type { Memmap } from '../memmap.js'
import { NDArray } from '../ndarray.js'
import { NpzFile } from './npz-file.js'

/** The options of {@link load}. */
export interface LoadOptions {
  /** Map the file in this mode; left out, its elements are read into memory. */
  mmapMode?: MmapMode | '' | null
  /** Characters that a header may have; 10,000 by default. */
  maxHeaderSize?: number
}

type Mapping = LoadOptions & { mmapMode: MmapMode }
type Reading = LoadOptions & { mmapMode?: '' | null }

/**
 * Reads, or with `mmapMode` maps, a `.npy` file, or opens a `.npz` file: NumPy's `numpy.load`. What the file is follows from its
 * first bytes, not from its name. Files of Python objects (pickles) are refused: reading one runs it.
 * @throws MemmapError `ERR_MEMMAP_NPY` for what is neither; `ERR_MEMMAP_SIZE` where the file ends before its data does;
 *   `ERR_MEMMAP_MODE` for `'w+'`, which would make the file; `ERR_MEMMAP_UNSUPPORTED` for a `.npz` with mode `r+`;
 *   `ERR_MEMMAP_TOO_LARGE`; the system's
 * @example
 * load('scan.npy') // an NDArray in memory
 * load('scan.npy', { mmapMode: 'r' }) // a Memmap
 * load('several.npz').get('x') // one array of several
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.load.html
 */
export function load(path: `${string}.npz`, options?: LoadOptions): NpzFile
export function load(path: `${string}.npy`, options: Mapping): Memmap
export function load(path: `${string}.npy`, options?: Reading): NDArray
export function load(path: FileLike, options: Mapping): Memmap | NpzFile
export function load(path: FileLike, options?: Reading): NDArray | NpzFile
export function load(path: FileLike, options?: LoadOptions): Memmap | NDArray | NpzFile
export function load(path: FileLike, options: LoadOptions = {}): Memmap | NDArray | NpzFile {
  checkOptions(options, ['mmapMode', 'maxHeaderSize'], 'load')
  const mode = parseMmapMode(options.mmapMode)
  const maxHeaderSize = parseMaxHeaderSize(options.maxHeaderSize)
  const isArchive = reading(path, (source) => isZip(source.read(0, 4)))
  if (isArchive) return NpzFile.open(path, mode, maxHeaderSize)
  if (mode !== null) return openNpy(path, mode, maxHeaderSize, {}) as Memmap
  const mapped = openNpy(path, 'r', maxHeaderSize, { access: 'sequential' })
  try {
    return readAll(mapped) as NDArray
  } finally {
    mapped.store.close()
  }
}
