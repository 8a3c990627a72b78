import type { ArrayBase } from '../../array/array-base.js'
import { sliceAxis } from '../../async/chunks.js'
import { MemmapError } from '../../errors/memmap-error.js'
import type { Origin } from '../../memory/origin.js'
import { unwrapNative } from '../../native/native.js'
import type { NativeMapping } from '../../native/native.js'
import { flush } from '../pages.js'
import { replaceFile } from '../replace-file.js'
import { reading } from '../source.js'
import { headerInPlace } from './header.js'
import type { Header } from './header.js'
import { createNpy, openNpy } from './open-npy.js'
import { copyInto } from './raw-bytes.js'

/** The system writes bytes within one page whole or not at all. */
const PAGE = 4096

/** Bytes to write over the old ones in the file. */
export interface Patch {
  readonly position: number
  readonly bytes: Buffer
  readonly old: Buffer
}

/** The `.npy` file of an array that changes its shape. */
export class NpyFile {
  private constructor(
    private readonly filename: string,
    private readonly header: Omit<Header, 'shape'>,
    /** All bytes in front of the data. */
    private readonly start: Buffer,
  ) {}

  /** @throws MemmapError `ERR_MEMMAP_UNSUPPORTED` for a file that was opened by a descriptor; the system's */
  static of({ dtype, store }: ArrayBase): NpyFile {
    const { filename, offset } = store.origin as Origin
    if (filename === null) {
      throw new MemmapError(
        'ERR_MEMMAP_UNSUPPORTED',
        'invalid resize of a file without a path: it was opened by a descriptor, and must be opened again; open it by its path',
      )
    }
    // An empty write, which checks that the path is still that of the file.
    unwrapNative(() => (store.mapping as NativeMapping).writeFile(0, new Uint8Array()))
    const start = reading(filename, (source) => source.read(0, offset))
    return new NpyFile(filename, { dtype, fortranOrder: false }, start)
  }

  /** The bytes that change the header to this shape; null if it has no space for it. */
  patchFor(shape: readonly number[]): Patch | null {
    const header = headerInPlace(this.start, { ...this.header, shape })
    if (header === null) return null
    let first = 0
    while (first < header.length && header[first] === this.start[first]) first++
    let end = header.length
    while (end > first && header[end - 1] === this.start[end - 1]) end--
    if (first < end && Math.floor(first / PAGE) !== Math.floor((end - 1) / PAGE)) return null
    return { position: first, bytes: header.subarray(first, end), old: this.start.subarray(first, end) }
  }

  write(mapping: NativeMapping, patch: Patch | null | undefined): void {
    if (patch != null && patch.bytes.length > 0) unwrapNative(() => mapping.writeFile(patch.position, patch.bytes))
  }

  undo(mapping: NativeMapping, patch: Patch | null | undefined): void {
    if (patch != null && patch.bytes.length > 0) unwrapNative(() => mapping.writeFile(patch.position, patch.old))
  }

  /** Replaces the whole file by one with another shape, and opens it as the array was. */
  rebuilt(array: ArrayBase, shape: readonly number[], write: (target: ArrayBase) => void): ArrayBase {
    const rows = Math.min(array.shape[0] as number, shape[0] as number)
    replaceFile(this.filename, 'append', (temporary) => {
      const { options = {} } = array.store.origin as Origin
      const target = createNpy(temporary, { ...this.header, shape }, null, { sparse: options.sparse === true })
      try {
        copyInto(sliceAxis(target, 0, 0, rows), sliceAxis(array, 0, 0, rows))
        write(target)
        flush(target, true)
      } finally {
        target.store.close()
      }
      // Windows replaces no file that is mapped.
      if (process.platform === 'win32') array.store.close()
    })
    return this.opened(array)
  }

  /** Opens the file as the array was. */
  opened(array: ArrayBase): ArrayBase {
    const { options = {} } = array.store.origin as Origin
    return openNpy(this.filename, 'r+', Infinity, options)
  }
}
