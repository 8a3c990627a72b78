import type { ArrayBase } from '../../array/array-base.js'
import { sliceAxis } from '../../async/chunks.js'
import { MemmapError } from '../../errors/memmap-error.js'
import { shapeText } from '../../layout/shape.js'
import type { Origin } from '../../memory/origin.js'
import { unwrapNative } from '../../native/native.js'
import type { NativeMapping } from '../../native/native.js'
import { flush } from '../pages.js'
import { replaceFile } from '../replace-file.js'
import { headerInPlace } from './header.js'
import { createNpy, openNpy } from './open-npy.js'
import { copyInto } from './raw-bytes.js'
import { readHeader } from './read-header.js'

/** The system writes bytes within one page whole or not at all. */
const PAGE = 4096

const TAB = 0x09

/**
 * The `.npy` file of an array that changes its shape, while the size of the file is locked.
 *
 * A tab in place of the last space of the header marks a change that has begun. The next writer therefore knows that bytes
 * behind the array are left over from a process that was killed. Readers skip the tab like a space.
 */
export class NpyFile {
  readonly #array: ArrayBase
  readonly #mapping: NativeMapping
  /** All bytes in front of the data, as the file has them. */
  #start: Buffer

  /**
   * Reads the header again.
   * @throws MemmapError `ERR_MEMMAP_UNSUPPORTED` if another writer changed it; the system's
   */
  constructor(array: ArrayBase, of: string) {
    this.#array = array
    this.#mapping = array.store.mapping as NativeMapping
    const start = Buffer.alloc((array.store.origin as Origin).offset)
    const count = unwrapNative(() => this.#mapping.readFile(0, start))
    this.#start = start.subarray(0, count)
    this.#check(of)
  }

  /** True if a change began, and did not end because its process was killed. */
  get isMarked(): boolean {
    return this.#start.at(-2) === TAB && this.#start.at(-1) === 0x0a
  }

  /** True if the header has space for this shape and the mark, and one write changes it. */
  fits(shape: readonly number[]): boolean {
    const header = this.#header(shape)
    if (header === null) return false
    const { first, end } = difference(this.#start, marked(header))
    return isInPage(first, end)
  }

  /** Marks that a change begins. */
  begin(): void {
    this.#write(marked(this.#start))
  }

  /** Writes a shape into the header, with the mark. */
  writeShape(shape: readonly number[]): void {
    this.#write(marked(this.#header(shape) as Buffer))
  }

  /** Writes a shape into the header, and removes the mark. */
  end(shape: readonly number[]): void {
    const header = this.#header(shape) as Buffer
    const { first, end } = difference(this.#start, header)
    if (!isInPage(first, end)) this.#write(marked(header))
    this.#write(header)
  }

  /** Replaces the whole file by one with another shape, and opens it as the array was. */
  rebuilt(shape: readonly number[], write: (target: ArrayBase) => void): ArrayBase {
    const array = this.#array
    const { dtype, store } = array
    const rows = Math.min(array.shape[0] as number, shape[0] as number)
    replaceFile(this.#filename(), 'append', (temporary) => {
      const { options = {} } = store.origin as Origin
      const header = { dtype, fortranOrder: false, shape }
      const target = createNpy(temporary, header, null, { sparse: options.sparse === true })
      try {
        copyInto(sliceAxis(target, 0, 0, rows), sliceAxis(array, 0, 0, rows))
        write(target)
        flush(target, true)
      } finally {
        target.store.close()
      }
      // Windows replaces no file that is mapped.
      if (process.platform === 'win32') store.close()
    })
    return this.opened()
  }

  /** Opens the file as the array was. */
  opened(): ArrayBase {
    const { options = {} } = this.#array.store.origin as Origin
    return openNpy(this.#filename(), 'r+', Infinity, options)
  }

  /** Checks that the header still has the shape of the array. */
  #check(of: string): void {
    const { dtype, shape, store } = this.#array
    const known = this.#header(shape)
    if (known !== null && this.#start.equals(this.isMarked ? marked(known) : known)) return
    const bytes = this.#start
    const size = bytes.length
    const read = (position: number, length: number): Buffer => bytes.subarray(position, position + length)
    const { filename, offset } = store.origin as Origin
    const path = filename ?? undefined
    let found: string
    try {
      const header = readHeader({ size, read }, Infinity)
      const whole = [...header.shape, ...header.dtype.shape]
      const isSame = header.offset === offset && header.dtype.base.equals(dtype)
      if (isSame && shapeText(whole) === shapeText(shape)) return
      found = isSame ? `shape ${shapeText(whole)}` : `an array of ${header.dtype.name}`
    } catch (cause) {
      if (!(cause instanceof MemmapError)) throw cause
      found = 'no array'
    }
    throw new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      `invalid ${of} to an array of shape ${shapeText(shape)}: the header of the file has ${found} by now, because another writer ` +
        'changed it; call refresh(), or open the file again',
      { path },
    )
  }

  /** The header with this shape; null if its space is too short. */
  #header(shape: readonly number[]): Buffer | null {
    return headerInPlace(this.#start, { dtype: this.#array.dtype, fortranOrder: false, shape })
  }

  #filename(): string {
    const { filename } = this.#array.store.origin as Origin
    if (filename !== null) return filename
    throw new MemmapError(
      'ERR_MEMMAP_UNSUPPORTED',
      'invalid resize of a .npy file whose path is not UTF-8: its header has no space for the shape, so the file must be replaced; ' +
        'rename it first',
    )
  }

  #write(bytes: Buffer): void {
    const { first, end } = difference(this.#start, bytes)
    if (first < end) unwrapNative(() => this.#mapping.writeFile(first, bytes.subarray(first, end)))
    this.#start = bytes
  }
}

/** The header with the mark; see {@link NpyFile}. */
function marked(header: Buffer): Buffer {
  const copy = Buffer.from(header)
  copy[copy.length - 2] = TAB
  return copy
}

/** The range in which two headers of one length differ. */
function difference(a: Buffer, b: Buffer): { first: number; end: number } {
  let first = 0
  while (first < b.length && a[first] === b[first]) first++
  let end = b.length
  while (end > first && a[end - 1] === b[end - 1]) end--
  return { first, end }
}

function isInPage(first: number, end: number): boolean {
  return first >= end || Math.floor(first / PAGE) === Math.floor((end - 1) / PAGE)
}
