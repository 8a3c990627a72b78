import { ArrayBase } from '../../array/array-base.js'
import { asArray } from '../../array/as-array.js'
import { ComputedValue } from '../../array/computed.js'
import { makeArray } from '../../array/make-array.js'
import { innerBytesOf } from '../../array/typed-views.js'
import { isDate, refuseOtherCopy } from '../../errors/brands.js'
import { checkBoolean, checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { checkArguments } from '../../errors/refuse-surplus.js'
import { stridesOf } from '../../layout/strides.js'
import { Store } from '../../memory/store.js'
import { unwrapNative } from '../../native/native.js'
import { assignElements } from '../../ops/cast/assign-elements.js'
import { encodeHeader } from '../npy/header.js'
import { dataSize } from '../npy/open-npy.js'
import { bytesIn, copyInto } from '../npy/raw-bytes.js'
import { arrayToSave, headerFor } from '../npy/save.js'
import { mapRange } from '../open.js'
import { replaceFile } from '../replace-file.js'
import type { PathLike } from '../replace-file.js'
import { directory, directorySize, localHeader, memberName, placeMembers } from './archive-layout.js'
import type { Placed } from './archive-layout.js'
import { crc32 } from './crc32.js'
import { writeDeflated } from './deflate-archive.js'

/** Bytes of one update of a CRC. */
const CHUNK_BYTES = 2 ** 24

/** The options of {@link savez}. */
export interface SavezOptions {
  /** Deflate the arrays: NumPy's `numpy.savez_compressed`. They cannot be mapped then. False by default. */
  compress?: boolean
}

/**
 * Writes several arrays to one `.npz` file: NumPy's `numpy.savez`, without appending an extension to the name. It stores
 * members uncompressed, the data of each on a multiple of 64 bytes, so that `load(path, { mmapMode: 'r' })` maps them. The
 * complete file replaces an old one, as with `save`.
 * @param arrays by name; each an NDArray or Memmap, an Expr, a typed array, or (nested) lists as `array()` takes them
 * @throws MemmapError `ERR_MEMMAP_ARGUMENT`; `ERR_MEMMAP_CLOSED`; `ERR_MEMMAP_DTYPE` for records whose fields overlap;
 *   `ERR_MEMMAP_UNSUPPORTED` if the path is not that of a regular file; the system's
 * @param options.compress deflate the arrays, as `numpy.savez_compressed`, which takes less space and more time; false by default
 * @example
 * savez('small.npz', { x: [1, 2, 3] }, { compress: true })
 * savez('several.npz', { x: new Float32Array([1, 2, 3]), y: [[1, 2], [3, 4]] })
 * @see https://numpy.org/doc/2.4/reference/generated/numpy.savez.html
 */
export function savez(path: PathLike, arrays: Readonly<Record<string, unknown>>, options: SavezOptions = {}): void {
  checkArguments('savez', 3, arguments)
  checkOptions(options, ['compress'], 'savez')
  checkBoolean('compress', options.compress)
  if (
    typeof arrays !== 'object' ||
    arrays === null ||
    Array.isArray(arrays) ||
    arrays instanceof ArrayBase ||
    arrays instanceof ComputedValue ||
    ArrayBuffer.isView(arrays) ||
    isDate(arrays)
  ) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid arrays ${inspect(arrays)}: savez takes an object of arrays by name; pass { x: array }`,
    )
  }
  refuseOtherCopy(arrays)
  // A Map or an NpzFile, whose arrays are no properties.
  if (Symbol.iterator in arrays) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid arrays ${inspect(arrays)}: savez takes an object of arrays by name; convert it with Object.fromEntries()`,
    )
  }
  const twice = Object.keys(arrays).find((name) => Object.hasOwn(arrays, `${name}.npy`))
  if (twice !== undefined) {
    throw new MemmapError(
      'ERR_MEMMAP_ARGUMENT',
      `invalid names ${inspect(twice)} and ${inspect(`${twice}.npy`)}: load() would find one array by both; give them different names`,
    )
  }
  const members = Object.entries(arrays).map(([name, value]) => {
    const array = arrayToSave(value)
    const { fortranOrder } = headerFor(array)
    const header = encodeHeader(headerFor(array))
    return { name: memberName(name), array, fortranOrder, header, size: header.length + dataSize(array) }
  })
  if (options.compress === true) return replaceFile(path, 'savez', (temporary) => writeDeflated(temporary, members))
  const layout = placeMembers(members)
  const last = layout.at(-1)
  const end = last === undefined ? 0 : last.start + last.size
  const total = end + directorySize(layout, end)
  if (!Number.isSafeInteger(total)) {
    throw new MemmapError(
      'ERR_MEMMAP_TOO_LARGE',
      `invalid arrays of ${total} bytes: a file has at most 2^53 - 1; save them to several files`,
    )
  }
  replaceFile(path, 'savez', (temporary) => {
    const { mapping, filename, pageOffset, mappedLength } = mapRange(temporary, 'w+', 0, total, 1, {})
    const store = Store.ofMapping(
      mapping,
      mappedLength,
      { filename, offset: 0, mode: 'w+', start: -pageOffset, pageOffset },
      false,
    )
    try {
      const sums = members.map(({ array, header, fortranOrder }, index) => {
        const member = layout[index] as Placed
        const start = pageOffset + member.start
        put(store, start, header)
        copyInto(dataAt(store, start + header.length, array, fortranOrder), array)
        const sum = sumOf(store, start, member.size)
        put(store, pageOffset + member.header, localHeader(member, sum))
        return sum
      })
      put(store, pageOffset + end, directory(layout, sums, end))
      store.checkFault()
      unwrapNative(() => mapping.flush(0, total, true))
    } finally {
      store.close()
    }
  })
}

function put(store: Store, position: number, bytes: Buffer): void {
  assignElements(bytesIn(store, position, bytes.length), asArray(new Uint8Array(bytes)) as ArrayBase)
}

function dataAt(store: Store, position: number, { dtype, shape }: ArrayBase, fortran: boolean): ArrayBase {
  const byteStrides = stridesOf(shape, dtype.itemsize, fortran ? 'F' : 'C')
  return makeArray(store, dtype, { shape, byteStrides, position }, null, true)
}

function sumOf(store: Store, start: number, length: number): number {
  let sum = 0
  for (let done = 0; done < length; done += CHUNK_BYTES) {
    sum = crc32(innerBytesOf(bytesIn(store, start + done, Math.min(CHUNK_BYTES, length - done))), sum)
  }
  return sum
}
