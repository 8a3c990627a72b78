import type { ArrayBase } from '../../array/array-base.js'
import { asSource } from '../../array/as-array.js'
import type { DType } from '../../dtype/index.js'
import { checkOptions } from '../../errors/check-options.js'
import { checkArguments } from '../../errors/refuse-surplus.js'
import { arrayFrom } from '../../ops/from-values.js'
import { flush } from '../pages.js'
import { replaceFile } from '../replace-file.js'
import type { PathLike } from '../replace-file.js'
import { encodeHeader, parseVersion } from './header.js'
import type { NpyVersion } from './npy-version.js'
import { createNpy } from './open-npy.js'
import { copyInto, memoryOrderOf } from './raw-bytes.js'

/** The options of {@link save}. */
export interface SaveOptions {
  /** The version of the format; by default the lowest that can hold the header. */
  version?: NpyVersion | null
}

/**
 * Writes an array to a `.npy` file: NumPy's `numpy.save`, without appending an extension to the name. It writes a new file,
 * which replaces an old one when it is complete and on the device: readers never see half of it, and a call that throws leaves
 * the old file unchanged. An array can be saved over the file that it is mapped from; it stays mapped to the old one.
 * @param array an NDArray or Memmap, an Expr, which is computed as it is written, a typed array, or (nested) lists as `array()` takes them
 * @throws MemmapError `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_DTYPE` for records whose fields overlap; `ERR_MEMMAP_NPY` if the
 *   version cannot hold the header; `ERR_MEMMAP_UNSUPPORTED` if the path is not that of a regular file; the system's
 * @example
 * save('grid.npy', array([[1, 2], [3, 4]], { dtype: 'uint8' }))
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.save.html
 */
export function save(path: PathLike, array: unknown, options: SaveOptions = {}): void {
  checkArguments('save', 3, arguments)
  checkOptions(options, ['version'], 'save')
  const version = parseVersion(options.version)
  const source = arrayToSave(array)
  const header = headerFor(source)
  // Checks the header before the first file operation.
  encodeHeader(header, version)
  replaceFile(path, 'save', (temporary) => {
    const target = createNpy(temporary, header, version, {})
    try {
      copyInto(target, source)
      flush(target, true)
    } finally {
      target.store.close()
    }
  })
}

/** Converts the argument of `save` to an open array. */
export function arrayToSave(value: unknown): ArrayBase {
  const source = asSource(value) ?? arrayFrom(value)
  source.store.checkOpen()
  source.store.checkFault()
  return source
}

/** The header of an array: in Fortran order if it is F-contiguous only, as in NumPy. */
export function headerFor(array: ArrayBase): {
  dtype: DType
  shape: readonly number[]
  fortranOrder: boolean
} {
  return { dtype: array.dtype, shape: array.shape, fortranOrder: memoryOrderOf(array) === 'F' }
}
