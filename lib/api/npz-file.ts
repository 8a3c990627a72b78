import { refuseSurplus } from '../errors/refuse-surplus.js'
import type { MmapMode } from '../files/mmap-mode.js'
import { NpzReader } from '../files/npz/npz-reader.js'
import type { MemberOptions } from '../files/npz/npz-reader.js'
import type { Memmap } from '../memmap.js'
import type { NDArray } from '../ndarray.js'

/**
 * Several arrays in one `.npz` file, opened by `load`. Opening reads the directory only; each `get` reads, or maps, one array,
 * which stays valid after `close()`. An NpzFile holds no descriptor, so `get` throws if another file has replaced the one that
 * was loaded.
 *
 * @example
 * using several = load('several.npz', { mmapMode: 'r' })
 * several.files // ['x', 'y']
 * several.get('x') // a Memmap of the member, in place
 * for (const [name, array] of several) console.log(name, array.shape)
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.lib.npyio.NpzFile.html
 */
export class NpzFile extends NpzReader {
  /**
   * Reads or maps one array, which stays valid after `close()`. Reading checks the member's CRC; mapping does not.
   * @param name as in `files`, or with `.npy`
   * @example
   * several.get('x', { mmapMode: null }) // an NDArray in memory
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_ARGUMENT` for an unknown name; `ERR_MEMMAP_UNSUPPORTED` for
   *   `mmapMode` on a compressed member, for mode `r+`, or if another file has replaced this one; `ERR_MEMMAP_NPY` for a
   *   damaged member or one that is not an array; `ERR_MEMMAP_SIZE` if data is missing; `ERR_MEMMAP_TOO_LARGE`
   */
  override get(name: string, options: MemberOptions & { mmapMode: MmapMode }): Memmap
  override get(name: string, options: MemberOptions & { mmapMode: '' | null }): NDArray
  override get(name: string, options?: MemberOptions): Memmap | NDArray
  override get(name: string, options?: MemberOptions): Memmap | NDArray {
    return super.get(name, options) as Memmap | NDArray
  }

  /** Iterates over `[name, array]`, each array as `get` returns it. */
  *[Symbol.iterator](): IterableIterator<[name: string, array: Memmap | NDArray]> {
    for (const name of this.files) yield [name, this.get(name)]
  }
}

refuseSurplus(NpzFile.prototype, { get: 2 })
