import { allocate } from '../../array/allocate.js'
import type { ArrayBase } from '../../array/array-base.js'
import { bytesOf } from '../../array/typed-views.js'
import { checkOptions } from '../../errors/check-options.js'
import { inspect } from '../../errors/inspect.js'
import { MemmapError } from '../../errors/memmap-error.js'
import type { Mode } from '../../memory/origin.js'
import { parseMmapMode } from '../mmap-mode.js'
import type { MmapMode } from '../mmap-mode.js'
import { checkData, dataSize, mapFound } from '../npy/open-npy.js'
import { readAll } from '../npy/raw-bytes.js'
import { readHeader } from '../npy/read-header.js'
import type { NpyInfo } from '../npy/read-header.js'
import type { FileLike } from '../open.js'
import { reading } from '../source.js'
import type { Bytes, Source } from '../source.js'
import { crc32 } from './crc32.js'
import { zlib } from './node-zlib.js'
import { checkSize, checkSum, damaged, placeOf, readDirectory } from './zip.js'
import type { Entry } from './zip.js'

/** Bytes whose check sum is taken at once. */
const PIECE = 2 ** 24

const STORED = 0
const DEFLATED = 8

/** The options of {@link NpzFile.get}. */
export interface MemberOptions {
  /** `'r'` or `'c'` to map the member where it lies, null to read it; by default as `load` was told. */
  mmapMode?: MmapMode | '' | null
}

/** @internal What a file says of one of its arrays. */
export interface MemberInfo extends Omit<NpyInfo, 'offset'> {
  /** Where its data begins in the file; null where it is compressed. */
  readonly offset: number | null
  readonly stored: boolean
  /** Where its bytes, compressed or not, begin in the file. */
  readonly place: number
  /** Bytes in the archive. */
  readonly packed: number
  /** Bytes of the member, with its header; and the check sum of them. */
  readonly size: number
  readonly crc: number
}

/** Reads the arrays of a `.npz` file; `NpzFile` adds their types. */
export class NpzReader {
  /** The names of the arrays: those of the members, without `.npy`. */
  readonly files: readonly string[]
  readonly #members: ReadonlyMap<string, Entry>
  readonly #file: FileLike
  readonly #identity: string
  readonly #directory: number
  readonly #mode: 'r' | 'c' | null
  readonly #maxHeaderSize: number
  #closed = false

  /** @internal */
  constructor(
    source: Source,
    file: FileLike,
    members: ReadonlyMap<string, Entry>,
    directory: number,
    mode: 'r' | 'c' | null,
    maxHeaderSize: number,
  ) {
    if (!(members instanceof Map)) {
      throw new MemmapError('ERR_MEMMAP_ARGUMENT', 'invalid call of new: NpzFile is not constructible; use load()')
    }
    this.files = Object.freeze([...members.keys()].map((name) => name.replace(/\.npy$/, '')))
    this.#members = members
    // An absolute path, so that it leads to the same file wherever the process goes.
    this.#file = source.filename ?? file
    this.#identity = source.identity
    this.#directory = directory
    this.#mode = mode
    this.#maxHeaderSize = maxHeaderSize
  }

  /** @internal Use `load`. */
  static open<R extends NpzReader>(
    this: new (...parts: ConstructorParameters<typeof NpzReader>) => R,
    file: FileLike,
    mode: Exclude<Mode, 'w+'> | null,
    maxHeaderSize: number,
  ): R {
    const checked = checkMode(mode)
    return reading(file, (source) => {
      const { entries, start } = readDirectory(source)
      // Of two members of one name the last counts, as in NumPy.
      const members = new Map(entries.map((entry) => [entry.name, entry]))
      return new this(source, file, members, start, checked, maxHeaderSize)
    })
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#closed
  }

  /** See `NpzFile.get`. */
  get(name: string, options: MemberOptions = {}): ArrayBase {
    checkOptions(options, ['mmapMode'], 'get')
    const mode = options.mmapMode === undefined ? this.#mode : checkMode(parseMmapMode(options.mmapMode))
    this.#checkOpen()
    const entry = this.#entryOf(name)
    return this.#reading((source) => {
      const place = placeOf(source, entry, this.#directory)
      // Of all members those are mapped that can be; one that is asked for so by name has to be.
      if (entry.method === DEFLATED)
        return this.#inflated(source, entry, place, options.mmapMode === undefined ? null : mode)
      return this.#stored(source, entry, place, mode)
    })
  }

  /**
   * @internal What the file says of one array, without reading its data.
   * @throws MemmapError as {@link get}
   */
  member(name: string): MemberInfo {
    this.#checkOpen()
    const entry = this.#entryOf(name)
    return this.#reading((source) => {
      const place = placeOf(source, entry, this.#directory)
      const stored = entry.method === STORED
      const bytes = stored ? storedBytes(source, entry, place) : startOf(source, entry, place)
      const { dtype, shape, fortranOrder, offset } = this.#headerOf(entry, bytes)
      return {
        stored,
        dtype,
        shape,
        fortranOrder,
        offset: stored ? place + offset : null,
        place,
        packed: entry.packed,
        size: entry.size,
        crc: entry.crc,
      }
    })
  }

  /** Ends the use of the file; arrays that came from it live on. A second call does nothing. */
  close(): void {
    this.#closed = true
  }

  /** `close()`, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  #checkOpen(): void {
    if (this.#closed) throw new MemmapError('ERR_MEMMAP_CLOSED', 'the .npz file is closed: load it again')
  }

  #entryOf(name: string): Entry {
    const entry = this.#members.get(name) ?? this.#members.get(`${name}.npy`)
    if (entry === undefined) {
      throw new MemmapError(
        'ERR_MEMMAP_ARGUMENT',
        `there is no array ${inspect(name)} in the file: it has ${inspect(this.files)}`,
      )
    }
    if (entry.encrypted) throw unsupported(entry, 'is encrypted', 'unpack it with another program')
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw unsupported(entry, `is compressed by method ${entry.method}`, 'pack it anew, stored or deflated')
    }
    return entry
  }

  /** Reads from the file, which has to be the one that was loaded. */
  #reading<T>(work: (source: Source) => T): T {
    return reading(this.#file, (source) => {
      if (source.identity !== this.#identity) {
        throw new MemmapError(
          'ERR_MEMMAP_UNSUPPORTED',
          `'${source.filename}' is another file by now than the one that was loaded: load it again`,
        )
      }
      return work(source)
    })
  }

  #stored(source: Source, entry: Entry, place: number, mode: 'r' | 'c' | null): ArrayBase {
    const member = storedBytes(source, entry, place)
    const found = this.#headerOf(entry, member)
    checkData(found, entry.size)
    const whole = { ...found, offset: place + found.offset }
    if (mode !== null) return mapFound(this.#file, whole, mode, {})
    const mapped = mapFound(this.#file, whole, 'r', { access: 'sequential' })
    let made
    try {
      made = readAll(mapped)
    } finally {
      mapped.store.close()
    }
    let sum = crc32(member.read(0, found.offset))
    sum = sumOf(bytesOf(made), sum)
    for (let position = found.offset + made.nbytes; position < entry.size; position += PIECE) {
      sum = crc32(member.read(position, PIECE), sum)
    }
    checkSum(entry, sum)
    return made
  }

  #inflated(source: Source, entry: Entry, place: number, mode: 'r' | 'c' | null): ArrayBase {
    if (mode !== null) {
      throw unsupported(
        entry,
        'is compressed, so it is nowhere in the file as it is',
        'read it with get(name, { mmapMode: null }), or save the arrays with savez(), which does not compress',
      )
    }
    const found = this.#headerOf(entry, startOf(source, entry, place))
    checkData(found, entry.size)
    if (found.offset + dataSize(found) !== entry.size) {
      throw damaged(
        `its member '${entry.name}' has ${entry.size} bytes, and its header says ${found.offset + dataSize(found)}`,
      )
    }
    const bytes = inflate(source.read(place, entry.packed), entry)
    checkSize(entry, bytes.length)
    checkSum(entry, sumOf(bytes, 0))
    const { dtype, shape, fortranOrder, offset } = found
    const made = allocate([...shape, ...dtype.shape], dtype.base, fortranOrder ? 'F' : 'C')
    bytesOf(made).set(bytes.subarray(offset))
    return made
  }

  #headerOf(entry: Entry, member: Bytes): ReturnType<typeof readHeader> {
    try {
      return readHeader(member, this.#maxHeaderSize)
    } catch (error) {
      if (!(error instanceof MemmapError)) throw error
      throw new MemmapError(error.code, `the member '${entry.name}' is no array: ${error.message}`, { cause: error })
    }
  }
}

/**
 * Members are not written to where they lie: the check sum beside one would no longer be its own, and every reader would call
 * it damaged.
 */
function checkMode(mode: Exclude<Mode, 'w+'> | null): 'r' | 'c' | null {
  if (mode !== 'r+') return mode
  throw new MemmapError(
    'ERR_MEMMAP_UNSUPPORTED',
    `arrays in a .npz file cannot be mapped with mode 'r+', which would leave their check sums wrong: use 'r' or 'c', and savez() to write`,
  )
}

function unsupported({ name }: Entry, what: string, way: string): MemmapError {
  return new MemmapError('ERR_MEMMAP_UNSUPPORTED', `the member '${name}' ${what}: ${way}`)
}

function sumOf(bytes: Uint8Array, start: number): number {
  let sum = start
  for (let at = 0; at < bytes.length; at += PIECE) sum = crc32(bytes.subarray(at, at + PIECE), sum)
  return sum
}

/** The bytes of a member that is stored. */
function storedBytes(source: Source, entry: Entry, place: number): Bytes {
  if (entry.packed !== entry.size) throw damaged(`its member '${entry.name}' is stored, but has two sizes`)
  return {
    size: entry.size,
    read: (position, length) => source.read(place + position, Math.min(length, entry.size - position)),
  }
}

/** The first bytes of a deflated member: no more of it is inflated than is asked for, and a little. */
function startOf(source: Bytes, entry: Entry, place: number): Bytes {
  let bytes: Buffer = Buffer.alloc(0)
  let packed = 0
  return {
    size: entry.size,
    read: (position, length) => {
      while (bytes.length < position + length && packed < entry.packed) {
        packed = Math.min(entry.packed, packed === 0 ? 4096 : 4 * packed)
        const piece = source.read(place, packed)
        bytes = inflating(entry, () => zlib().inflateRawSync(piece, { finishFlush: zlib().constants.Z_SYNC_FLUSH }))
      }
      return bytes.subarray(position, position + length)
    },
  }
}

function inflate(packed: Buffer, entry: Entry): Buffer {
  // One byte more than there may be, so that too many are seen; zlib takes no 0.
  return inflating(entry, () => zlib().inflateRawSync(packed, { maxOutputLength: entry.size + 1 }))
}

function inflating(entry: Entry, work: () => Buffer): Buffer {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE' || code === 'ERR_OUT_OF_RANGE') {
      throw new MemmapError(
        'ERR_MEMMAP_TOO_LARGE',
        `the member '${entry.name}' inflates to more than it says (${entry.size} bytes) or than a buffer of this runtime holds`,
        { expected: entry.size, cause: error },
      )
    }
    if (code?.startsWith('Z_'))
      throw damaged(`its member '${entry.name}' cannot be inflated (${(error as Error).message})`)
    throw error
  }
}
