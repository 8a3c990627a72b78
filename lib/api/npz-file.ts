import type { MmapMode } from '../files/mmap-mode.js'
import { NpzReader } from '../files/npz/npz-reader.js'
import type { MemberOptions } from '../files/npz/npz-reader.js'
import type { Memmap } from '../memmap.js'
import { NDArray } from '../ndarray.js'

/**
 * Several arrays in one `.npz` file, made by `load`. Opening it reads the directory only; each `get` reads, or maps, one array,
 * which lives on after `close()`. No descriptor is kept: a file that another has taken the place of is refused.
 *
 * @example
 * using several = load('several.npz', { mmapMode: 'r' })
 * several.files // ['x', 'y']
 * several.get('x') // a Memmap of the member where it lies
 * for (const [name, array] of several) console.log(name, array.shape)
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.lib.npyio.NpzFile.html
 */
export class NpzFile extends NpzReader {
  /**
   * One array: of its own, which lives on after `close()`. Its check sum is compared where it is read, not where it is mapped.
   * @param name as in `files`, or with `.npy`
   * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_ARGUMENT` for a name that there is not; `ERR_MEMMAP_UNSUPPORTED` where
   *   a member that is compressed is asked for with `mmapMode` here, or mode is `r+`, or another file has taken the place; `ERR_MEMMAP_NPY` for
   *   what is damaged or no array; `ERR_MEMMAP_SIZE` where data is missing; `ERR_MEMMAP_TOO_LARGE`
   */
  override get(name: string, options: MemberOptions & { mmapMode: MmapMode }): Memmap
  override get(name: string, options: MemberOptions & { mmapMode: '' | null }): NDArray
  override get(name: string, options?: MemberOptions): Memmap | NDArray
  override get(name: string, options?: MemberOptions): Memmap | NDArray {
    return super.get(name, options) as Memmap | NDArray
  }

  /** `[name, array]` of each array, as `get` returns it. */
  *[Symbol.iterator](): IterableIterator<[name: string, array: Memmap | NDArray]> {
    for (const name of this.files) yield [name, this.get(name)]
  }
}
