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

/** What a call of the system writes whole or not at all. */
const PAGE = 4096

/** Bytes that are written over others in the file. */
export interface Patch {
  readonly position: number
  readonly bytes: Buffer
  readonly old: Buffer
}

/** The `.npy` file of an array that is given another shape. */
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
        'the array was opened by a descriptor, so the file cannot be opened again: open it by its path',
      )
    }
    // Whether the path still leads to the file is asked by a write of nothing.
    unwrapNative(() => (store.mapping as NativeMapping).writeFile(0, new Uint8Array()))
    const start = reading(filename, (source) => source.read(0, offset))
    return new NpyFile(filename, { dtype, fortranOrder: false }, start)
  }

  /** What has to be written so that the header tells this shape; null where it has no room for it. */
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

  /** The whole file anew in its place, with rows added or taken away, and opened as the array was. */
  rebuilt(array: ArrayBase, shape: readonly number[], write: (made: ArrayBase) => void): ArrayBase {
    const rows = Math.min(array.shape[0] as number, shape[0] as number)
    replaceFile(this.filename, 'append', (temporary) => {
      const { options = {} } = array.store.origin as Origin
      const made = createNpy(temporary, { ...this.header, shape }, null, { sparse: options.sparse === true })
      try {
        copyInto(sliceAxis(made, 0, 0, rows), sliceAxis(array, 0, 0, rows))
        write(made)
        flush(made, true)
      } finally {
        made.store.close()
      }
      // It replaces no file that is mapped.
      if (process.platform === 'win32') array.store.close()
    })
    return this.opened(array)
  }

  /** The file, opened as the array was. */
  opened(array: ArrayBase): ArrayBase {
    const { options = {} } = array.store.origin as Origin
    return openNpy(this.filename, 'r+', Infinity, options)
  }
}
